// The whole way of a client's bytes, without its sockets: frames, codecs, the route of its proxy node, the session's
// rules; around them a small cluster that answers, refuses, loses and says again, as the fuzzer chooses. The checks
// stand in the client and in the rooms, not in what is checked.
#include "actors/rules/limits.hpp"
#include "actors/rules/route.hpp"
#include "actors/rules/session.hpp"
#include "messages/control_codec.hpp"
#include "messages/names.hpp"
#include "messages/native_codec.hpp"
#include "messages/overloaded.hpp"
#include "messages/text.hpp"
#include "tests/fuzz/fuzz.hpp"

#include <deque>
#include <functional>
#include <map>
#include <optional>

namespace godwit {
namespace {

using fuzz::choices;
using fuzz::require;
using namespace std::chrono_literals;

constexpr session_id me{11};
constexpr session_id other{99};

struct small_room {
  room_id id;
  room_key key;
  std::vector<shared_entry> log;
  effect_name logged; ///< the session's last
  effect_name seen;   ///< the last that was logged or refused
  std::map<effect_name, error> refused;
  room_seq forgotten = 0; ///< up to here nothing is kept any more
  bool member = false;
  bool enrolled = false;
};

class small_world {
public:
  explicit small_world(choices input) : input_(input) {
    settings_.proxy = "p";
    settings_.proxy_incarnation = {1};
    claim_.session = me;
    claim_.token.chain[0] = 1;
    route_effects out;
    route_.emplace(settings_, route::opening_kind::new_session, claim_, now_, out);
    perform(std::move(out));
  }

  void run() {
    for (unsigned step = 0; step != 2000 && !input_.empty() && !gone_; ++step)
      any_step();
    honest_ = true;
    if (!gone_)
      settle();
  }

private:
  // ------------------------------------------------------------------------------------------- the fuzzer's steps

  unsigned choose(unsigned count) { return honest_ ? 0 : input_.of(count); }

  void any_step() {
    switch (input_.of(20)) {
    case 0: hear_from_client(std::string(input_.text())); break;
    case 1:
    case 2:
    case 3:
    case 4: hear_from_client(native::encode(any_command())); break;
    case 5: hear_from_client(control::encode(control::client_control{control::ping{input_.byte()}})); break;
    case 6: lose_client(); break;
    case 7: resume(); break;
    case 8: break_links(); break;
    case 9: now_ += 61s, with_route([this](auto& out) { route_->tick(now_, out); }); break;
    case 10: with_route([this](auto& out) { route_->client_drained(out); }); break;
    case 11: speak_as_another(); break;
    case 12: perturb(); break;
    case 13: resume_with_wrong_secret(); break;
    case 14:
    case 15: pass(to_cluster_); break;
    case 16: pass_all(); break;
    default: pass(to_session_); break;
    }
  }

  std::string any_name() {
    static const std::string names[] = {"lobby", "attic", "ada", "bob", "LOBBY", "\xc3\xa9t\xc3\xa9"};
    const auto which = input_.of(std::size(names) + 1);
    return which < std::size(names) ? names[which] : input_.text();
  }
  std::string any_text() { return input_.of(4) == 0 ? input_.text() : "text " + std::to_string(input_.byte()); }
  ask::target any_target() {
    switch (input_.of(4)) {
    case 0: return ask::person_named{any_name()};
    case 1: return ask::room_numbered{room_id{input_.of(6)}};
    default: return ask::room_named{any_name()};
    }
  }
  ask::history any_history() {
    ask::history out{any_target(), ask::newest{input_.two_bytes()}, input_.two_bytes()};
    const auto kind = input_.of(3);
    if (kind == 1)
      out.range = ask::since{input_.byte()};
    if (kind == 2)
      out.range = ask::since_left{};
    return out;
  }
  ask::request any_request() {
    switch (input_.of(16)) {
    case 0:
    case 1: return ask::login{any_name()};
    case 2: return ask::change_nick{any_name()};
    case 3:
    case 4: return ask::join{any_name()};
    case 5: return ask::leave{any_name(), any_text()};
    case 6: return ask::members{any_name()};
    case 7: return ask::rooms{};
    case 8: return ask::set_topic{any_name(), any_text()};
    case 9: return ask::read_topic{any_name()};
    case 10: return ask::away{any_text()};
    case 11: return any_history();
    case 12: return ask::ping{input_.byte()};
    case 13: return input_.of(8) == 7 ? ask::request{ask::quit{any_text()}} : ask::request{ask::rooms{}};
    default: return ask::post{any_target(), any_text()};
    }
  }
  client_command any_command() {
    const auto how = input_.of(16);
    auto op = ++op_;
    if (how == 14)
      op = input_.byte();
    if (how == 15)
      op = ~std::uint64_t{0} - input_.of(3);
    return {op, how == 13, any_request()};
  }

  /// What may happen to a session at any time.
  void perturb() {
    if (rooms_.empty())
      return;
    auto& room = std::next(rooms_.begin(), input_.of(static_cast<unsigned>(rooms_.size())))->second;
    switch (input_.of(5)) {
    case 3: room.forgotten = room.log.size() * input_.byte() / 255; break;
    case 0: answer(room_reopened{room.id, ++epoch_, "w"}, &session::reopened); break;
    case 1: answer(room_not_here{room.id, epoch_, me}, &session::not_here); break;
    case 2:
      room.enrolled = false;
      to_session_.emplace_back([this, id = room.id] { perform(session_.relay_lost(id)); });
      break;
    default:
      if (input_.of(8) == 7)
        answer(session_must_end{me, {1, 0}, {error_code::session_lost, {}}}, &session::must_end);
      break;
    }
  }

  void speak_as_another() {
    if (!rooms_.empty())
      append(std::next(rooms_.begin(), input_.of(static_cast<unsigned>(rooms_.size())))->second,
             {other, ++other_op_, 3}, posted{any_text()});
  }

  // ---------------------------------------------------------------------------------------------- the client's side

  void hear_from_client(const std::string& bytes) {
    if (!connected_ || !reading_ || gone_)
      return;
    reader_.feed(bytes);
    while (connected_ && reading_ && !gone_) {
      auto got = reader_.next();
      if (!got)
        return lose_client(); // the edge says why, and closes
      if (!*got)
        return;
      const auto content = std::make_shared<const std::string>((*got)->bytes);
      if ((*got)->channel == 1)
        (void)control::decode_client_control(*content);
      else
        with_route([&](auto& out) { route_->client_sent(content, out); });
    }
  }

  void lose_client() {
    if (!connected_)
      return;
    disconnect();
    with_route([this](auto& out) { route_->client_lost(now_, out); });
  }
  void disconnect() {
    connected_ = false;
    reading_ = true;
    confirmed_op_ = 0;
    reader_ = frame_reader({limits::client_frame_bytes_max, 2});
  }

  void resume() {
    auto claim = claim_;
    claim.positions.clear();
    for (const auto& [room, seq] : has_)
      claim.positions.push_back({room.value, seq});
    with_route([&](auto& out) {
      if (route_->resume(claim, now_, out) != resume_verdict::taken)
        return;
      for (const auto& each : out)
        if (const auto* greeting = std::get_if<greet_client>(&each))
          claim_.token.number = greeting->token_number;
      confirmed_in_seq_ = sent_in_seq_; // what was not is forgotten: the client says it again
      route_->client_has_token(out);
    });
  }

  void resume_with_wrong_secret() {
    auto claim = claim_;
    switch (input_.of(3)) {
    case 0: claim.identity[0] ^= 1; break;
    case 1: claim.token.chain[31] ^= 1; break;
    default: claim.token.number ^= 0x80; break;
    }
    with_route([&](auto& out) {
      require(route_->resume(claim, now_, out) != resume_verdict::taken && out.empty(),
              "nobody resumes by a wrong secret, and the session does not notice");
    });
  }

  void hear(const std::string& framed) {
    require(framed.size() <= limits::server_frame_bytes_max + frame_header_bytes,
            "a frame to a client is within its limit");
    const auto frame = native::decode_server_frame(fuzz::content_of_frame(framed, 0));
    require(static_cast<bool>(frame), "what a client is told can be read");
    std::visit(overloaded{[this](const tell::confirmed& it) { hear(it); }, [this](const client_reply& it) { hear(it); },
                          [this](const tell::event& it) { hear(it); },
                          [this](const tell::room_opened& it) { has_[it.room] = it.seq; }, [](const auto&) {}},
               *frame);
  }
  void hear(const tell::confirmed& what) {
    require(what.op > confirmed_op_, "confirmations rise");
    confirmed_op_ = what.op;
  }
  void hear(const client_reply& what) {
    if (const auto* left = std::get_if<tell::has_left>(&what.answer))
      has_.erase(left->room);
    if (const auto* text = std::get_if<tell::topic>(&what.answer))
      require(!check_line(text->text, limits::topic_bytes_max), "a topic is a line");
  }
  void hear(const tell::event& what) {
    const auto known = has_.find(what.room);
    require(known != has_.end(), "events come of rooms that the client was told to be in");
    require(what.entry->seq > known->second && first_seq_of(*what.entry) <= known->second + 1,
            "a room's events come without gaps or repeats");
    known->second = what.entry->seq;
  }

  // --------------------------------------------------------------------------------------------------- the route

  template <class Do>
  void with_route(Do&& act) {
    if (gone_)
      return;
    route_effects out;
    act(out);
    perform(std::move(out));
  }

  void perform(route_effects effects) {
    for (auto& each : effects)
      std::visit(overloaded{[this](send& it) { from_route(std::move(it.what)); },
                            [this](write_to_client& it) {
                              require(connected_, "nothing is written for a client that has gone");
                              hear(*it.frame);
                            },
                            [this](stop_reading&) { reading_ = false; }, [this](continue_reading&) { reading_ = true; },
                            [this](close_client&) { disconnect(); },
                            [this](take_client&) {
                              disconnect();
                              connected_ = true;
                            },
                            [this](attach_in_turn&) { with_route([this](auto& out) { route_->attach_now(out); }); },
                            [this](forget_route&) { gone_ = true; }, [](auto&) {}},
                 each);
  }

  void from_route(message what) {
    if (const auto* place = std::get_if<place_session>(&what))
      to_session_.emplace_back([this, id = place->session] {
        with_route([&](auto& out) { route_->placed({id, {1, 0}, "w", {5}, false, {}}, now_, out); });
      });
    else if (const auto* how = std::get_if<attach_session>(&what))
      to_session_.emplace_back([this, how = *how] {
        attach_ = how.attach;
        confirmed_op_ = 0; // of a client whose numbers fall, a session knows that within one attach only
        perform(session_.attach(how));
      });
    else if (const auto* frame = std::get_if<client_frame>(&what)) {
      sent_in_seq_ = std::max(sent_in_seq_, frame->in_seq);
      to_session_.emplace_back([this, frame = *frame] { give(frame); });
    } else if (const auto* drained = std::get_if<sending_resumed>(&what))
      answer(*drained, &session::resumed_sending);
  }

  void give(const client_frame& what) {
    if (what.kind == frame_kind::closed)
      perform(session_.closed(what.attach, what.in_seq, *what.bytes));
    else
      perform(session_.frame(what.attach, what.in_seq, native::decode_command(*what.bytes)));
  }

  // ------------------------------------------------------------------------------------------------- the session

  void perform(session_effects effects) {
    for (auto& each : effects)
      std::visit(
        overloaded{[this](send& it) { to_cluster_.emplace_back([this, what = std::move(it.what)] { take(what); }); },
                   [this](ask_relay& it) { std::visit([this](const auto& what) { relay(what); }, it.what); },
                   [this](give_output& it) { output(it); }, [this](show_event& it) { show(it); }, [](show_presence&) {},
                   [this](session_over&) { over_ = true; },
                   [this](check_operator& it) {
                     to_session_.emplace_back(
                       [this, name = it.name, why = maybe_refused(error_code::operator_refused)] {
                         perform(session_.checked(name, why));
                       });
                   }},
        each);
  }

  void output(give_output& what) {
    session_output out;
    out.session = me;
    out.epoch = session_.epoch();
    out.attach = session_.attach_number();
    for (const auto& reply : what.replies)
      out.replies.push_back(std::make_shared<const std::string>(native::encode(reply)));
    require(what.confirmed_in_seq <= sent_in_seq_, "nothing is confirmed that was not said");
    if (out.attach == attach_)
      confirmed_in_seq_ = std::max(confirmed_in_seq_, what.confirmed_in_seq);
    out.confirmed_in_seq = what.confirmed_in_seq;
    out.snapshot = std::move(what.snapshot);
    out.paced = what.paced;
    out.close = std::move(what.close);
    with_route([&](auto& effects) { route_->output(std::move(out), effects); });
  }

  void show(show_event& what) {
    const auto& event = what.event;
    auto payload = event.op == 0 && what.native
                     ? what.native
                     : std::make_shared<const std::string>(native::encode_event(event.room, *event.entry, event.op));
    const delivery out{me, session_.epoch(), session_.attach_number(), {event.room.value, event.entry->seq}, payload,
                       {}};
    if (!gone_ && route_->accept(out))
      hear(*payload);
  }

  // ------------------------------------------------------------------------------------------------- the cluster

  template <class Message>
  void answer(Message what, session_effects (session::*by)(const Message&)) {
    to_session_.emplace_back([this, what = std::move(what), by] { perform((session_.*by)(what)); });
  }

  std::optional<error> maybe_refused(error_code why) {
    return choose(8) == 7 ? std::optional<error>{error{why, {}}} : std::nullopt;
  }

  void take(const message& what) {
    std::visit([this](const auto& it) { take(it); }, static_cast<const message_content&>(what));
  }
  template <class Unanswered>
  void take(const Unanswered&) {}

  void take(const claim_nick& what) {
    require(static_cast<bool>(fold_nick(what.nick)), "a nick that is claimed is one");
    answer(nick_claimed{what.origin.name, what.nick, maybe_refused(error_code::nick_in_use)}, &session::claimed);
  }
  void take(const find_nick& what) {
    require(static_cast<bool>(fold_nick(what.nick)), "a nick that is looked for is one");
    nick_found out{what.origin.name, found_person{other, what.nick, {2}, "w"}, maybe_refused(error_code::no_such_nick)};
    if (out.why)
      out.person.reset();
    answer(std::move(out), &session::found);
  }
  void take(const locate_room& what) {
    require(is_private(what.key) || (fold_room(what.key) && *fold_room(what.key) == what.key),
            "the directory hears of keys alone");
    room_located out{what.origin.name, what.key, {}, {}, maybe_refused(error_code::no_such_room)};
    if (!out.why && !what.create && !rooms_.contains(what.key))
      out.why = error{error_code::no_such_room, {}};
    if (!out.why)
      out.place = room_place{room_for(what.key).id, epoch_, "w"};
    answer(std::move(out), &session::located);
  }
  void take(const ask_people& what) {
    people_told out{what.origin.name, {}, {}, {}, maybe_refused(error_code::no_broker_node)};
    out.rows.resize(choose(2));
    answer(std::move(out), &session::told);
  }
  void take(const expel_person& what) {
    require(static_cast<bool>(fold_nick(what.nick)), "whoever is ended has a nick");
    nick_found out{what.origin.name, found_person{other, what.nick, {2}, "w"}, maybe_refused(error_code::no_such_nick)};
    if (out.why)
      out.person.reset();
    answer(std::move(out), &session::found);
  }
  void take(const list_rooms& what) {
    answer(rooms_listed{what.origin.name, {{"lobby", 3, "topic"}}, choose(4) == 3 ? "next" : "", {}}, &session::listed);
  }

  small_room& room_for(const room_key& key) {
    auto [at, is_new] = rooms_.try_emplace(key);
    if (is_new) {
      at->second.id = room_id{rooms_.size()};
      at->second.key = key;
    }
    return at->second;
  }
  small_room* find(room_id id) {
    for (auto& [key, room] : rooms_)
      if (room.id == id)
        return &room;
    return nullptr;
  }

  void take(const room_query& what) {
    query_answered out{what.origin.name, what.room, error{error_code::no_such_room, {}}};
    auto* room = find(what.room);
    if (room == nullptr)
      return answer(room_not_here{what.room, 0, me}, &session::not_here);
    if (choose(8) != 7)
      std::visit(overloaded{[&](const read_members&) {
                              out.answer = members_read{{{"ada", ""}, {"bob", "away"}}, choose(4) == 3};
                            },
                            [&](const read_history& it) { out.answer = history_of(*room, it); },
                            [&](const read_topic&) {
                              out.answer = topic_read{"topic", "ada", {}};
                            },
                            [&](const read_settings&) { out.answer = settings_read{}; },
                            [&](const ask_rename&) { out.answer = rename_allowed{}; },
                            [&](const await_delivery& it) {
                              require(it.seq <= room->log.size(), "what is waited for was said");
                              out.answer = delivered_everywhere{};
                            }},
                 what.question);
    answer(std::move(out), &session::answered);
  }
  static history_read history_of(const small_room& room, const read_history& what) {
    require(what.limit <= limits::history_entries_max, "a question for history is for a bounded number of events");
    history_read out;
    for (const auto& each : room.log)
      if (each->seq >= what.from && (what.to == 0 || each->seq <= what.to)
          && out.entries.size() < std::min(what.limit, limits::history_piece_entries_max))
        out.entries.push_back(each);
    return out;
  }

  void take(const room_command& what) {
    require(what.name.session == me && what.name, "a command has the session's name");
    check_text(what.action);
    auto* room = find(what.room);
    if (room == nullptr) // a client may name any number
      return answer(room_not_here{what.room, 0, me}, &session::not_here);
    const auto before = what.previous ? what.previous : effect_name{};
    if (what.name <= room->seen)
      answer(repeated(*room, what.name), &session::answered);
    else if (before < room->logged || room->seen < before)
      answer(command_expected{what.name, room->id, room->seen}, &session::expected);
    else
      decide(*room, what);
  }

  static void check_text(const room_action& action) {
    if (const auto* said = std::get_if<post>(&action))
      require(!check_post(said->text), "what is posted is a post");
    if (const auto* topic = std::get_if<set_topic>(&action))
      require(!check_line(topic->text, limits::topic_bytes_max), "a topic is a line");
    if (const auto* leave = std::get_if<leave_room>(&action))
      require(!check_line(leave->reason, limits::reason_bytes_max), "a reason is a line");
    if (const auto* rename = std::get_if<rename_member>(&action))
      require(static_cast<bool>(fold_nick(rename->to)), "a new nick is one");
  }

  static command_answered repeated(const small_room& room, const effect_name& name) {
    const auto refused = room.refused.find(name);
    if (refused != room.refused.end())
      return {name, room.id, {}, refused->second};
    for (const auto& each : room.log)
      if (each->name == name)
        return {name, room.id, logged_at{each->seq, {}}, {}};
    return {name, room.id, {}, error{error_code::internal_error, {}}};
  }

  void decide(small_room& room, const room_command& what) {
    if (const auto* join = std::get_if<join_room>(&what.action)) {
      room.member = true;
      append(room, what.name, joined{});
      if (join->companion)
        append(room, {other, ++other_op_, 3}, joined{});
      return;
    }
    if (!room.member) {
      room.seen = what.name;
      room.refused[what.name] = {error_code::not_in_room, {}};
      return answer(repeated(room, what.name), &session::answered);
    }
    std::visit(overloaded{[](const join_room&) {}, [&](const post& it) { append(room, what.name, posted{it.text}); },
                          [&](const leave_room& it) {
                            append(room, what.name, left{it.reason, it.quit});
                            room.member = false;
                          },
                          [&](const set_topic& it) { append(room, what.name, topic_set{it.text}); },
                          [&](const rename_member& it) { append(room, what.name, renamed{it.to}); },
                          [&](const change_modes& it) { append(room, what.name, modes_changed{it.changes}); },
                          [&](const kick_member& it) {
                            append(room, what.name, kicked{other, it.nick, it.reason});
                          },
                          [&](const invite_member& it) {
                            append(room, what.name, invited{it.session, it.nick});
                          }},
               what.action);
  }

  void append(small_room& room, effect_name name, entry_body body) {
    log_entry entry;
    entry.seq = room.log.size() + 1;
    entry.name = name;
    entry.nick = name.session == me ? "ada" : "bob";
    entry.body = std::move(body);
    room.log.push_back(std::make_shared<const log_entry>(std::move(entry)));
    if (name.session == me)
      room.logged = room.seen = name;
    if (room.enrolled && choose(8) != 7) // else it is lost between room and relay, and seen as a gap
      show(room, {room.log.back()});
  }

  void show(const small_room& room, const std::vector<shared_entry>& entries) {
    room_events out{room.id, {}};
    for (const auto& each : entries)
      out.items.push_back({each, std::make_shared<const std::string>(native::encode_event(room.id, *each)), nullptr});
    answer(std::move(out), &session::events);
  }

  void relay(const enrol_session& what) {
    auto* room = find(what.room);
    if (room == nullptr)
      return;
    room->enrolled = true;
    if (!what.newest && what.after < room->log.size())
      relay(replay_events{what.room, me, what.after + 1});
  }
  void relay(const withdraw_session& what) {
    if (auto* room = find(what.room))
      room->enrolled = false;
  }
  void relay(const replay_events& what) {
    auto* room = find(what.room);
    if (room == nullptr || what.from == 0)
      return;
    std::vector<shared_entry> piece;
    if (what.from <= room->forgotten) {
      log_entry mark;
      mark.seq = room->forgotten;
      mark.body = forgotten{what.from};
      piece.push_back(std::make_shared<const log_entry>(std::move(mark)));
    }
    for (auto seq = std::max(what.from, room->forgotten + 1); seq <= room->log.size() && piece.size() < 3; ++seq)
      piece.push_back(room->log[seq - 1]);
    if (!piece.empty() && piece.back()->seq < room->log.size())
      piece.push_back(room->log.back());
    show(*room, piece);
  }

  // ------------------------------------------------------------------------------------------------------ losses

  static bool pass(std::deque<std::function<void()>>& queue) {
    if (queue.empty())
      return false;
    auto first = std::move(queue.front());
    queue.pop_front();
    first();
    return true;
  }
  void pass_all() {
    for (unsigned step = 0; step != 100'000 && (pass(to_cluster_) || pass(to_session_)); ++step) {
    }
  }

  void break_links() {
    if (route_->opening())
      return;
    to_cluster_.clear();
    to_session_.clear();
    with_route([this](auto& out) { route_->link_reset({"w", {5}, 2}, {}, out); });
    perform(session_.link_was_reset({"b", {1}, 1}));
    for (const auto& [key, room] : rooms_)
      answer(room_reopened{room.id, ++epoch_, "w"}, &session::reopened);
  }

  /// Whatever was said before: once nothing is lost any more, all is confirmed.
  void settle() {
    pass_all();
    break_links();
    for (unsigned round = 0; round != 20 && !gone_; ++round) {
      pass_all();
      with_route([this](auto& out) { route_->client_drained(out); });
      for (auto& [key, room] : rooms_)
        append(room, {other, ++other_op_, 3}, posted{"other"});
    }
    pass_all();
    if (!gone_ && !over_)
      require(confirmed_in_seq_ == sent_in_seq_, "whatever a client says, each frame is confirmed in the end");
  }

  choices input_;
  bool honest_ = false;
  route_settings settings_;
  route_claim claim_;
  std::optional<route> route_;
  session session_{me, "w"};
  frame_reader reader_{{limits::client_frame_bytes_max, 2}};
  steady_time now_{1h};
  std::deque<std::function<void()>> to_cluster_;
  std::deque<std::function<void()>> to_session_;
  std::map<room_key, small_room> rooms_;
  std::map<room_id, room_seq> has_;
  std::uint64_t op_ = 0;
  std::uint64_t other_op_ = 0;
  std::uint64_t confirmed_op_ = 0;
  std::uint64_t sent_in_seq_ = 0;
  std::uint64_t confirmed_in_seq_ = 0;
  std::uint32_t attach_ = 0;
  room_epoch epoch_ = 1;
  bool connected_ = true;
  bool reading_ = true;
  bool gone_ = false;
  bool over_ = false;
};

} // namespace
} // namespace godwit

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  godwit::small_world({data, size}).run();
  return 0;
}
