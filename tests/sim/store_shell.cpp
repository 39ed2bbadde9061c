#include "tests/sim/store_shell.hpp"

#include "messages/overloaded.hpp"
#include "tests/sim/describe.hpp"
#include "tests/sim/witness.hpp"

#include <utility>

namespace godwit::sim {

using namespace std::chrono_literals;

store_shell::store_shell(node& home) : entity(home, entity_kind::store, 0), disk_(*home.around().disk) {}

void store_shell::killed() {
  if (!away_ && !committing_.empty() && home().around().random.one_in(2))
    for (const auto& each : committing_)
      perform(each.what);
}

void store_shell::take(message& what) {
  const auto room_at = [](const auto& it) { return address{entity_kind::room, it.room.value, it.reply_to}; };
  const error away{error_code::store_unavailable, {}};
  std::visit(
    overloaded{
      [&](open_log& it) {
        auto asker = room_at(it);
        change(std::move(asker), std::move(it));
      },
      [&](append_entries& it) {
        auto asker = room_at(it);
        change(std::move(asker), std::move(it));
      },
      [&](ask_store& it) {
        const auto directory = broker_service(entity_kind::directory);
        const bool only_reads =
          std::visit(overloaded{[](const find_room& find) { return !find.create; },
                                [](const list_room_rows&) { return true; }, [](const load_directory&) { return true; },
                                [](const load_session&) { return true; }, [](const auto&) { return false; }},
                     it.request);
        if (only_reads)
          read(directory, it, [&](const ask_store& asked, bool is_away) {
            return store_answered{asked.ticket, is_away ? directory_result{away} : disk_.tables.ask(asked.request)};
          });
        else
          change(directory, std::move(it));
      },
      [&](const read_log& it) {
        read(room_at(it), it, [&](const read_log& asked, bool is_away) {
          return is_away ? log_read{asked.room, asked.ticket, {}, false, away} : disk_.tables.read(asked);
        });
      },
      [&](const find_logged& it) {
        read(room_at(it), it, [&](const find_logged& asked, bool is_away) {
          return is_away ? logged_found{asked.room, asked.name, {}, away} : disk_.tables.find(asked);
        });
      },
      [&](const load_session& it) {
        read(session_at(it.reply_to, it.session), it, [&](const load_session& asked, bool is_away) {
          return is_away ? session_loaded{asked.session, {}, {}, away} : disk_.tables.load(asked);
        });
      },
      [](const auto&) {}},
    static_cast<message_content&>(what));
}

/// Reads see what is committed, and pass by what waits to be written.
template <class Question, class Read>
void store_shell::read(const address& asker, const Question& what, Read&& answer) {
  home().send(asker, answer(what, away_));
}

void store_shell::change(address asker, request what) {
  waiting_.push_back({std::move(asker), std::move(what)});
  begin_commit();
}

void store_shell::begin_commit() {
  if (!committing_.empty() || waiting_.empty())
    return;
  committing_.assign(std::make_move_iterator(waiting_.begin()), std::make_move_iterator(waiting_.end()));
  waiting_.clear();
  auto& around = home().around();
  home().after(away_ ? around.random.between(1us, 100us) : around.random.between(disk_.commit_min, disk_.commit_max),
               [self = std::static_pointer_cast<store_shell>(shared_from_this())] { self->end_commit(); });
}

void store_shell::end_commit() {
  auto& around = home().around();
  const auto batch = std::exchange(committing_, {});
  const bool fails = away_ || disk_.failing || std::exchange(disk_.fail_next, false);
  // Whether what failed is durable nobody is told.
  const bool written = !away_ && (!fails || around.random.one_in(2));
  std::vector<message> answers;
  for (const auto& each : batch) {
    auto answer = written ? perform(each.what) : message{};
    answers.push_back(fails ? away_answer(each.what) : std::move(answer));
  }
  if (fails && !away_)
    go_away();
  for (std::size_t i = 0; i != batch.size(); ++i)
    home().send(batch[i].asker, std::move(answers[i]));
  begin_commit();
}

message store_shell::perform(const request& what) {
  auto& around = home().around();
  return std::visit(overloaded{[&](const open_log& it) -> message { return disk_.tables.open(it); },
                               [&](const append_entries& it) -> message {
                                 auto answer = disk_.tables.append(it);
                                 around.seen->appended(it, answer);
                                 return answer;
                               },
                               [&](const ask_store& it) -> message {
                                 return store_answered{it.ticket, disk_.tables.ask(it.request)};
                               }},
                    what);
}

message store_shell::away_answer(const request& what) {
  const error why{error_code::store_unavailable, {}};
  return std::visit(
    overloaded{[&](const open_log& it) -> message {
                 log_opened answer;
                 answer.room = it.room;
                 answer.why = why;
                 return answer;
               },
               [&](const append_entries& it) -> message {
                 return entries_appended{
                   it.room, it.epoch, it.first_seq, static_cast<std::uint32_t>(it.entries.size()), append_outcome::away,
                   0};
               },
               [&](const ask_store& it) -> message {
                 return store_answered{it.ticket, why};
               }},
    what);
}

void store_shell::go_away() {
  auto& around = home().around();
  around.log.say(around.now(), home().self(), "the store goes away");
  away_ = true;
  home().after(around.random.between(20ms, 400ms),
               [self = std::static_pointer_cast<store_shell>(shared_from_this())] { self->come_back(); });
}

void store_shell::come_back() {
  auto& around = home().around();
  if (disk_.failing)
    return home().after(around.random.between(50ms, 500ms),
                        [self = std::static_pointer_cast<store_shell>(shared_from_this())] { self->come_back(); });
  around.log.say(around.now(), home().self(), "the store is back");
  away_ = false;
  if (const auto names = home().local(entity_kind::directory, 0))
    names->mail(
      [names = names.get(), own = link_reset{home().self(), home().life(), home().roles()}] { names->reset(own); });
}

} // namespace godwit::sim
