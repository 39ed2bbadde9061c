// Three sessions, two relays, one room and a model of the store over a network that loses what is on a link when it is
// reset, and a room that crashes. The members that check are no part of what is checked: they know only the contract.
#include "actors/rules/relay.hpp"

#include "messages/overloaded.hpp"

#include "tests/unit/rules/room_bench.hpp"

#include <deque>
#include <map>
#include <random>
#include <set>

namespace godwit::test {
namespace {

constexpr std::uint64_t posts_each = 40;

/// A log that takes appends whole, knows repeats, and fences former owners.
struct model_store {
  log_opened row = log_with({ann, bob, cid}, 3, 0);
  std::vector<shared_entry> log = row.tail;

  log_opened open() {
    row.epoch += 1;
    row.tail.assign(log.end() - std::min<std::ptrdiff_t>(std::ssize(log), 8), log.end()); // little: reads are needed
    row.last_ops.clear();
    for (const auto who : {ann, bob, cid}) {
      last_op last;
      for (const auto& entry : log) {
        if (entry->name.session == who && entry->name.k < companion_k)
          last = {entry->name, entry->seq};
      }
      row.last_ops.push_back(last);
    }
    return row;
  }

  entries_appended append(const append_entries& request) {
    if (request.epoch < row.epoch)
      return outcome(request, append_outcome::fenced);
    if (request.first_seq > log.size() + 1) {
      auto answer = outcome(request, append_outcome::expected);
      answer.expected_seq = log.size() + 1;
      return answer;
    }
    if (request.first_seq == log.size() + 1) {
      log.insert(log.end(), request.entries.begin(), request.entries.end());
      auto settings = request.state.settings ? request.state.settings : row.state.settings;
      row.state = request.state;
      row.state.settings = std::move(settings);
      for (const auto& in : request.members_in) {
        std::erase_if(row.members, [&](const auto& each) { return each.session == in.session; });
        row.members.push_back(in);
      }
      return outcome(request);
    }
    const bool is_same = log.at(request.first_seq - 1)->name == request.entries.front()->name;
    EXPECT_TRUE(is_same) << "an append was repeated with other entries";
    return outcome(request);
  }

  log_read read(const read_log& request) {
    log_read answer{request.room, request.ticket, {}, false, std::nullopt};
    for (auto seq = request.from; seq <= log.size() && answer.entries.size() < request.limit; ++seq)
      answer.entries.push_back(log[seq - 1]);
    return answer;
  }

  logged_found find(const find_logged& request) {
    logged_found answer{request.room, request.name, std::nullopt, std::nullopt};
    for (const auto& entry : log) {
      if (entry->name == request.name)
        answer.at = logged_at{entry->seq, entry->time};
    }
    return answer;
  }
};

/// A member as docs/ARCHITECTURE.md describes it: stamps and resends posts, shows the next event only.
struct member {
  session_id self;
  node_name node;
  room_seq shown_seq = 3;
  std::vector<shared_entry> shown;
  std::deque<room_command> unanswered;
  effect_name last;
  std::uint64_t next_op = 10;
  std::uint64_t answered = 0;

  void stamp() {
    auto before = last;
    for (auto& command : unanswered) {
      command.previous = before;
      before = command.name;
    }
  }
  /// Posts; and ann, who may, changes something with every third: what is so already too, and what nobody may.
  room_action next_action() const {
    const auto say_it = post{std::to_string(self.value) + ":" + std::to_string(next_op)};
    if (self != ann || next_op % 3 != 0)
      return say_it;
    const bool on = next_op % 2 == 0;
    switch (next_op / 3 % 4) {
    case 0: return change_modes{{{on, flag_change{room_flag::secret}}}};
    case 1: return change_modes{{{on, member_change{{}, "bob", member_mode::voice}}, {true, limit_change{5}}}};
    case 2: return change_modes{{{true, member_change{{}, "nobody", member_mode::voice}}}};
    default: return change_modes{{{on, mask_change{mask_list::bans, "eve"}}}};
    }
  }
  std::optional<room_command> post_next() {
    if (next_op >= 10 + posts_each || unanswered.size() >= 8)
      return std::nullopt;
    auto command = say(self, next_op, 0, next_action());
    ++next_op;
    command.previous = unanswered.empty() ? last : unanswered.back().name;
    command.reply_to = node;
    unanswered.push_back(command);
    return command;
  }
  void settle(const effect_name& name) {
    const auto at = std::find_if(unanswered.begin(), unanswered.end(), [&](const auto& it) { return it.name == name; });
    if (at == unanswered.end())
      return;
    last = std::max(last, name);
    unanswered.erase(at);
    ++answered;
  }
};

class world {
public:
  explicit world(std::uint64_t seed) : random_(seed) {
    members_.push_back({ann, "w1", 3, {}, {}, name(ann, 1), 10, 0});
    members_.push_back({bob, "w2", 3, {}, {}, name(bob, 2), 10, 0});
    members_.push_back({cid, "w2", 3, {}, {}, name(cid, 3), 10, 0});
    relays_.emplace("w1", relay(the_room, "w1", incarnation{1}));
    relays_.emplace("w2", relay(the_room, "w2", incarnation{1}));
    room_.emplace(the_room, "lobby", "w1");
    do_room(room_->start());
    for (const auto& it : members_)
      do_relay(it.node, relays_.at(it.node).enrol({the_room, it.self, 3, false}));
  }

  void run() {
    for (int step = 0; step < 4000; ++step)
      take_step(true);
    for (int step = 0; step < 200'000 && !is_done(); ++step)
      take_step(false);
    check();
  }

private:
  struct on_wire {
    address to;
    message what;
  };

  // What stands between two nodes: the store is on "b". A path within a node is never lost.
  using path = std::pair<node_name, node_name>;

  std::uint64_t upto(std::uint64_t n) { return random_() % n; }

  bool is_done() {
    return std::all_of(members_.begin(), members_.end(), [&](const member& it) {
      return it.answered == posts_each && it.shown_seq == store_.log.size();
    });
  }

  void put(const node_name& from, const node_name& to, address whom, message what) {
    wires_[{from, to}].push_back({std::move(whom), std::move(what)});
  }
  static node_name home_of(const address& to) {
    if (to.kind == entity_kind::store)
      return "b";
    return to.kind == entity_kind::room ? "w1" : to.node;
  }

  void do_room(const room_effects& effects) {
    for (const auto& effect : effects) {
      if (const auto* out = std::get_if<send>(&effect))
        put("w1", home_of(out->to), out->to, out->what);
      else if (const auto* said = std::get_if<announce>(&effect)) {
        for (const auto* node : {"w1", "w2"})
          put("w1", node, service_at(node, entity_kind::room_host), said->what);
      } else if (std::holds_alternative<end_room>(effect))
        crash();
    }
  }
  void crash() {
    room_.reset();
    for (auto& [between, wire] : wires_) // what it had sent may still arrive; what was sent to it is gone
      std::erase_if(wire, [](const on_wire& it) { return it.to.kind == entity_kind::room; });
    room_.emplace(the_room, "lobby", "w1");
    do_room(room_->start());
  }

  void do_relay(const node_name& node, const relay_effects& effects) {
    for (const auto& effect : effects) {
      if (const auto* out = std::get_if<send>(&effect))
        put(node, home_of(out->to), out->to, out->what);
      else if (const auto* shows = std::get_if<show>(&effect))
        do_show(node, *shows);
      else if (const auto* told = std::get_if<tell_reopened>(&effect)) {
        for (const auto session : *told->sessions)
          resend(of(session));
      }
    }
  }
  void do_show(const node_name& node, const show& what) {
    for (const auto session : *what.sessions) {
      auto& who = of(session);
      bool is_gap = false;
      for (const auto& item : *what.items) {
        const auto& entry = std::get<shared_entry>(item.event);
        is_gap = is_gap || entry->seq > who.shown_seq + 1;
        if (is_gap || entry->seq <= who.shown_seq)
          continue;
        who.shown_seq = entry->seq;
        who.shown.push_back(entry);
        who.settle(entry->name);
      }
      if (is_gap)
        asks_.push_back(session);
    }
    for (const auto& item : *what.items) {
      if (item.fan_out_number != 0)
        tickets_.push_back({node, what.epoch, item.fan_out_number});
    }
  }

  member& of(session_id session) { return members_.at(session.value - 1); }
  void resend(member& who) {
    who.stamp();
    for (const auto& command : who.unanswered)
      put(who.node, "w1", room_anywhere(the_room), command);
  }

  void arrive(const on_wire& it) {
    switch (it.to.kind) {
    case entity_kind::store: arrive_at_store(it.what); break;
    case entity_kind::room: arrive_at_room(it.what); break;
    case entity_kind::room_host:
      do_relay(it.to.node, relays_.at(it.to.node).announced(std::get<room_announced>(it.what)));
      break;
    case entity_kind::relay: arrive_at_relay(it.to.node, it.what); break;
    case entity_kind::directory: break; // it hears what the room is like, and does nothing about it
    case entity_kind::session: arrive_at_session(of(session_id{it.to.id}), it.what); break;
    default: FAIL() << "nobody else is here";
    }
  }
  void arrive_at_store(const message& what) {
    const auto reply = [&](message answer) { put("b", "w1", room_anywhere(the_room), std::move(answer)); };
    if (std::holds_alternative<open_log>(what))
      reply(store_.open());
    else if (const auto* append = std::get_if<append_entries>(&what))
      reply(store_.append(*append));
    else if (const auto* read = std::get_if<read_log>(&what))
      reply(store_.read(*read));
    else if (const auto* find = std::get_if<find_logged>(&what))
      reply(store_.find(*find));
  }
  void arrive_at_room(const message& what) {
    const auto now = at(++clock_);
    do_room(std::visit(overloaded{
                         [&](const room_command& it) { return room_->command(it, now); },
                         [&](const log_opened& it) { return room_->log_opened(it, now); },
                         [&](const entries_appended& it) { return room_->appended(it, now); },
                         [&](const log_read& it) { return room_->read(it, now); },
                         [&](const logged_found& it) { return room_->found(it, now); },
                         [&](const attach_relay& it) { return room_->attach(it, now); },
                         [&](const fan_out_delivered& it) { return room_->delivered(it, now); },
                         [&](const fetch_entries& it) { return room_->fetch(it, now); },
                         [](const auto&) { return room_effects{}; },
                       },
                       what));
  }
  void arrive_at_relay(const node_name& node, const message& what) {
    auto& here = relays_.at(node);
    do_relay(node, std::visit(overloaded{
                                [&](const fan_out& it) { return here.fanned_out(it); },
                                [&](const entries_fetched& it) { return here.fetched(it); },
                                [&](const report_taken& it) { return here.report_taken(it); },
                                [](const auto&) { return relay_effects{}; },
                              },
                              what));
  }
  void arrive_at_session(member& who, const message& what) {
    std::visit(overloaded{
                 [&](const command_answered& it) {
                   const bool was_wrong = who.self == ann && it.name.op % 3 == 0 && it.name.op / 3 % 4 == 2;
                   EXPECT_TRUE(!it.why || was_wrong) << name_of(it.why->code);
                   if (!it.at)
                     without_entry_.insert(it.name);
                   who.settle(it.name);
                 },
                 [&](const command_expected& it) { bounced(who, it); },
                 [](const auto&) {},
               },
               what);
  }
  void bounced(member& who, const command_expected& it) {
    const bool waits = std::any_of(who.unanswered.begin(), who.unanswered.end(),
                                   [&](const auto& command) { return command.name == it.refused; });
    if (!waits)
      return;
    if (it.last < who.unanswered.front().name)
      who.last = it.last; // lower, too: what was refused another life of the room does not know
    resend(who);
  }

  void reset(const node_name& one, const node_name& other) {
    wires_[{one, other}].clear();
    wires_[{other, one}].clear();
    const bool to_store = one == "b" || other == "b";
    do_room(room_->link_reset(to_store ? reset_of("b", is_broker) : reset_of("w2", is_worker), at(++clock_)));
    if (to_store)
      return;
    do_relay("w2", relays_.at("w2").link_reset(reset_of("w1", is_worker)));
    for (auto& it : members_) {
      if (it.node == "w2")
        resend(it);
    }
  }

  void take_step(bool breaks) {
    const auto dice = upto(200);
    if (breaks && dice == 0)
      crash();
    else if (breaks && dice < 4)
      reset("w1", "w2");
    else if (breaks && dice < 7)
      reset("w1", "b");
    else if (dice < 40) {
      auto& who = members_.at(upto(members_.size()));
      if (const auto command = who.post_next())
        put(who.node, "w1", room_anywhere(the_room), *command);
    } else if (dice < 60 && !tickets_.empty()) {
      const auto which = upto(tickets_.size());
      const auto [node, epoch, number] = tickets_.at(which);
      tickets_.erase(tickets_.begin() + static_cast<std::ptrdiff_t>(which));
      do_relay(node, relays_.at(node).delivered(epoch, number));
    } else if (dice < 80 && !asks_.empty()) {
      auto& who = of(asks_.front());
      asks_.pop_front();
      do_relay(who.node, relays_.at(who.node).replay({the_room, who.self, who.shown_seq + 1}));
    } else
      deliver_one();
  }
  void deliver_one() {
    std::vector<path> busy;
    for (const auto& [between, wire] : wires_) {
      if (!wire.empty())
        busy.push_back(between);
    }
    if (busy.empty())
      return;
    auto& wire = wires_.at(busy.at(upto(busy.size())));
    const auto first = wire.front();
    wire.pop_front();
    arrive(first);
  }

  void check() {
    std::map<effect_name, int> logged;
    for (const auto& entry : store_.log)
      ++logged[entry->name];
    for (const auto& who : members_) {
      EXPECT_EQ(who.answered, posts_each) << "posts of " << who.self.value << " are unanswered";
      for (std::uint64_t op = 10; op < 10 + posts_each; ++op) {
        const bool had_none = without_entry_.contains(name(who.self, op));
        EXPECT_EQ(logged[name(who.self, op)], had_none ? 0 : 1) << "op " << op << " of " << who.self.value;
      }
      ASSERT_EQ(who.shown.size() + 3, store_.log.size());
      for (std::size_t i = 0; i < who.shown.size(); ++i)
        ASSERT_EQ(*who.shown[i], *store_.log[i + 3]);
    }
    check_moderation();
    effect_name before;
    for (const auto who : {ann, bob, cid}) {
      before = {};
      for (const auto& entry : store_.log) {
        if (entry->name.session != who)
          continue;
        EXPECT_LT(before, entry->name) << "out of the session's order";
        before = entry->name;
      }
    }
  }

  /// What the log says, one entry after the other, is what the store has as settings and modes.
  void check_moderation() {
    room_flags flags = former_room_flags;
    member_modes bob_modes;
    std::set<std::string> bans;
    std::uint32_t limit = 0;
    for (const auto& entry : store_.log) {
      const auto* modes = std::get_if<modes_changed>(&entry->body);
      for (const auto& each : modes ? modes->changes : std::vector<mode_change>{}) {
        if (const auto* flag = std::get_if<flag_change>(&each.what)) {
          EXPECT_NE(flags.has(flag->flag), each.add) << "an entry that changes nothing";
          flags.set(flag->flag, each.add);
        } else if (const auto* of = std::get_if<member_change>(&each.what)) {
          EXPECT_NE(bob_modes.has(of->mode), each.add) << "an entry that changes nothing";
          bob_modes.set(of->mode, each.add);
        } else if (const auto* mask = std::get_if<mask_change>(&each.what))
          EXPECT_TRUE(each.add ? bans.insert(mask->mask).second : bans.erase(mask->mask) == 1);
        else
          limit = std::get<limit_change>(each.what).limit;
      }
    }
    const auto& settings = store_.row.state.settings;
    ASSERT_TRUE(settings);
    EXPECT_EQ(settings->flags, flags);
    EXPECT_EQ(settings->limit, limit);
    EXPECT_EQ(settings->bans.size(), bans.size());
    for (const auto& each : store_.row.members) {
      if (each.session == bob) {
        EXPECT_EQ(each.modes, bob_modes);
      }
    }
  }

  struct ticket {
    node_name node;
    room_epoch epoch;
    std::uint64_t number;
  };

  std::mt19937_64 random_;
  std::int64_t clock_ = 1000;
  model_store store_;
  std::optional<room> room_;
  std::map<node_name, relay> relays_;
  std::vector<member> members_;
  std::map<path, std::deque<on_wire>> wires_;
  std::deque<session_id> asks_;
  std::set<effect_name> without_entry_; ///< refused, or so already
  std::vector<ticket> tickets_;
};

TEST(RoomSim, ShowsEveryPostOnceAndInOneOrderOverLossesAndCrashes) {
  for (std::uint64_t seed = 1; seed <= 60 && !::testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    world(seed).run();
  }
}

} // namespace
} // namespace godwit::test
