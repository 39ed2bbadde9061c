// One session against a small model of a room, a relay, a directory and a client, whose links break at random, from a
// seed. The checks stand in the client and the log, not in the session.
#include "actors/rules/session.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <functional>
#include <map>
#include <random>

namespace godwit {
namespace {

constexpr session_id me{11};
constexpr room_id lobby{7};

class small_world {
public:
  explicit small_world(std::uint64_t seed) : random_(seed), seed_(seed) { connect(); }

  void run() {
    say(ask::login{"ada"});
    say(ask::join{"lobby"});
    for (int step = 0; step < 600; ++step)
      any_step();
    settle();
    check_end();
  }

private:
  struct said_frame {
    std::uint64_t op;
    ask::request request;
  };

  bool chance(unsigned percent) { return random_() % 100 < percent; }

  void any_step() {
    const auto what = random_() % 100;
    if (what < 15 && unconfirmed_.size() < 40)
      say(ask::post{ask::room_named{"lobby"}, "p" + std::to_string(next_op_)});
    else if (what < 19)
      append({session_id{99}, ++other_op_, 3}, posted{"other"});
    else if (what < 20)
      moderate();
    else if (what < 22)
      break_links();
    else if (what < 24)
      reopen_room();
    else if (what < 26)
      reconnect();
    else if (what < 60)
      pass(to_cluster_);
    else
      pass(to_session_);
  }

  /// Somebody gives the session a voice, takes it, says something to voices only, or kicks another.
  void moderate() {
    const effect_name by{session_id{99}, ++other_op_, 3};
    switch (random_() % 4) {
    case 0: return append(by, modes_changed{{{true, member_change{me, "ada", member_mode::voice}}}});
    case 1: return append(by, modes_changed{{{false, member_change{me, "ada", member_mode::voice}}}});
    case 2: return append(by, posted{"psst", post_kind::message, member_mode::voice});
    default: return append(by, kicked{session_id{98}, "bob", ""});
    }
  }

  static void pass(std::deque<std::function<void()>>& queue) {
    if (queue.empty())
      return;
    auto first = std::move(queue.front());
    queue.pop_front();
    first();
  }

  // ---------------------------------------------------------------------------------------------- the client

  void say(ask::request request) {
    unconfirmed_.push_back({next_op_++, std::move(request)});
    give(unconfirmed_.back(), false);
  }

  void give(const said_frame& frame, bool resent) {
    const client_command command{frame.op, resent, frame.request};
    perform(session_.frame(attach_, in_seq_++, command));
  }

  void connect() {
    attach_session how;
    how.session = me;
    how.epoch = {1, 0};
    how.attach = ++attach_;
    how.proxy = "p";
    how.first_in_seq = in_seq_;
    how.snapshot = snapshot_;
    if (in_room_)
      how.positions = {{lobby.value, has_}};
    perform(session_.attach(how));
  }

  /// What was on its way to the client is lost; it says everything again that it has no confirmation for.
  void reconnect() {
    deaf_ = chance(50) ? 3 : 0; // nothing of the last effects will have come
    connect();
    deaf_ = 0;
    connect();
    for (const auto& each : std::deque<said_frame>(unconfirmed_))
      give(each, true);
  }

  void hear(const server_frame& frame) {
    if (const auto* confirmed = std::get_if<tell::confirmed>(&frame)) {
      ASSERT_GT(confirmed->op, confirmed_) << "seed " << seed_;
      confirmed_ = confirmed->op;
      while (!unconfirmed_.empty() && unconfirmed_.front().op <= confirmed_) {
        if (std::holds_alternative<ask::post>(unconfirmed_.front().request)) {
          ASSERT_TRUE(is_logged(unconfirmed_.front().op)) << "confirmed and lost, seed " << seed_;
        }
        unconfirmed_.pop_front();
      }
    } else if (const auto* reply = std::get_if<client_reply>(&frame)) {
      ASSERT_FALSE(std::holds_alternative<error>(reply->answer)) << "seed " << seed_;
    }
  }

  void hear(const show_event& what) {
    in_room_ = true;
    if (has_ == 0)
      has_ = what.event.entry->seq - 1;
    ASSERT_EQ(what.event.entry->seq, has_ + 1) << "seed " << seed_;
    const auto* said = std::get_if<posted>(&log_.at(has_)->body);
    const bool is_for_all = !said || said->audience == member_mode::none;
    const bool is_shown = !std::holds_alternative<unknown_entry>(what.event.entry->body);
    if (is_for_all) {
      ASSERT_TRUE(is_shown) << "seed " << seed_;
    } else if (!ever_had_a_voice()) {
      ASSERT_FALSE(is_shown) << "seed " << seed_;
    }
    has_ = what.event.entry->seq;
  }

  bool ever_had_a_voice() const {
    return std::ranges::any_of(log_, [](const auto& each) {
      const auto* modes = std::get_if<modes_changed>(&each->body);
      return modes && modes->changes.at(0).add;
    });
  }

  // --------------------------------------------------------------------------------------------- the cluster

  void perform(const session_effects& effects) {
    for (const auto& each : effects) {
      if (const auto* out = std::get_if<send>(&each))
        to_cluster_.emplace_back([this, what = out->what] { take(what); });
      else if (const auto* question = std::get_if<ask_relay>(&each))
        std::visit([this](const auto& it) { relay(it); }, question->what);
      else if (deaf_ > 0)
        continue;
      else if (const auto* output = std::get_if<give_output>(&each)) {
        for (const auto& frame : output->replies)
          hear(frame);
        snapshot_ = output->snapshot.value_or(snapshot_);
      } else if (const auto* event = std::get_if<show_event>(&each))
        hear(*event);
    }
  }

  template <class Message>
  void answer(Message what, session_effects (session::*by)(const Message&)) {
    to_session_.emplace_back([this, what = std::move(what), by] { perform((session_.*by)(what)); });
  }

  void take(const message& what) {
    if (const auto* claim = std::get_if<claim_nick>(&what))
      answer(nick_claimed{claim->origin.name, claim->nick, {}}, &session::claimed);
    else if (const auto* where = std::get_if<locate_room>(&what))
      answer(room_located{where->origin.name, where->key, {}, room_place{lobby, epoch_, "w"}, {}}, &session::located);
    else if (const auto* command = std::get_if<room_command>(&what))
      decide(*command);
  }

  void decide(const room_command& what) {
    if (what.name <= last_) {
      const auto at = std::ranges::find_if(log_, [&](const auto& each) { return each->name == what.name; });
      ASSERT_NE(at, log_.end()) << "a name that was passed over, seed " << seed_;
      answer<command_answered>({what.name, lobby, logged_at{(*at)->seq, {}}, {}}, &session::answered);
    } else if (what.previous != last_) {
      answer(command_expected{what.name, lobby, last_}, &session::expected);
    } else if (const auto* said = std::get_if<post>(&what.action)) {
      append(what.name, posted{said->text});
    } else {
      append(what.name, joined{});
    }
  }

  void append(effect_name name, entry_body body) {
    log_entry entry;
    entry.seq = log_.size() + 1;
    entry.name = name;
    entry.body = std::move(body);
    log_.push_back(std::make_shared<const log_entry>(std::move(entry)));
    if (name.session == me)
      last_ = name;
    if (chance(80)) // else it is lost between relay and room, and seen as a gap
      show({log_.back()});
  }

  void show(const std::vector<shared_entry>& entries) {
    room_events out{lobby, {}};
    for (const auto& each : entries)
      out.items.push_back({each, nullptr, nullptr});
    to_relayed_(std::move(out));
  }
  void to_relayed_(room_events out) { answer(std::move(out), &session::events); }

  void relay(const enrol_session& what) {
    if (!what.newest && what.after < log_.size())
      relay(replay_events{lobby, me, what.after + 1});
  }
  void relay(const withdraw_session&) {}
  void relay(const replay_events& what) {
    std::vector<shared_entry> piece;
    for (auto seq = what.from; seq <= log_.size() && piece.size() < 3; ++seq)
      piece.push_back(log_[seq - 1]);
    if (!piece.empty() && piece.back()->seq < log_.size())
      piece.push_back(log_.back());
    show(piece);
  }

  // ---------------------------------------------------------------------------------------------- losses

  void break_links() {
    to_cluster_.clear();
    to_session_.clear();
    perform(session_.link_was_reset({"b", incarnation{1}, 1}));
    reopen_room();
  }
  void reopen_room() { answer(room_reopened{lobby, ++epoch_, "w"}, &session::reopened); }

  void settle() {
    break_links();
    for (int round = 0; round < 40; ++round) {
      for (int step = 0; step < 400; ++step) {
        pass(to_cluster_);
        pass(to_session_);
      }
      append({session_id{99}, ++other_op_, 3}, posted{"other"});
    }
    while (!to_session_.empty() || !to_cluster_.empty()) {
      pass(to_session_);
      pass(to_cluster_);
    }
  }

  bool is_logged(std::uint64_t op) const {
    return std::ranges::any_of(log_, [&](const auto& each) { return each->name == effect_name{me, op, 3}; });
  }

  void check_end() {
    EXPECT_TRUE(unconfirmed_.empty()) << "seed " << seed_ << ": " << unconfirmed_.size() << " left";
    EXPECT_GE(has_ + 8, log_.size()) << "seed " << seed_; // the last ones may be on their way
    std::uint64_t last = 0;
    for (const auto& each : log_) {
      if (each->name.session != me)
        continue;
      EXPECT_GT(each->name.op, last) << "doubled or out of order, seed " << seed_;
      last = each->name.op;
    }
    for (std::uint64_t op = 3; op < next_op_; ++op)
      EXPECT_TRUE(is_logged(op)) << "op " << op << " lost, seed " << seed_;
  }

  std::mt19937_64 random_;
  std::uint64_t seed_;
  session session_{me, "w"};
  std::deque<std::function<void()>> to_cluster_;
  std::deque<std::function<void()>> to_session_;
  std::deque<said_frame> unconfirmed_;
  std::vector<shared_entry> log_;
  effect_name last_;
  std::string snapshot_;
  std::uint64_t next_op_ = 1;
  std::uint64_t other_op_ = 0;
  std::uint64_t confirmed_ = 0;
  std::uint64_t in_seq_ = 1;
  std::uint32_t attach_ = 0;
  room_epoch epoch_ = 1;
  room_seq has_ = 0;
  bool in_room_ = false;
  int deaf_ = 0;
};

} // namespace

TEST(SessionAtRandom, LosesAndDoublesNothingAndShowsEverythingInOrder) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    small_world(seed).run();
    if (testing::Test::HasFailure())
      return;
  }
}

} // namespace godwit
