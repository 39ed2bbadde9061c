// A session's rooms: what they send, what is shown, and what becomes of commands.
#include "actors/rules/limits.hpp"
#include "actors/rules/session_core.hpp"
#include "messages/names.hpp"

namespace godwit {

namespace {

/// What stands in the place of an event that is not for this session: its position, and nothing to be shown.
shared_entry as_unseen(const log_entry& entry) {
  log_entry out;
  out.seq = entry.seq;
  out.time = entry.time;
  out.body = unknown_entry{};
  return std::make_shared<const log_entry>(std::move(out));
}

} // namespace

// ------------------------------------------------------------------------------------------------------ seats

room_seat& session_core::seat_for(room_id room, const room_key& key, const std::string& title) {
  auto& seat = seats_by_room_[room];
  seat.id = room;
  if (seat.key.empty())
    seat.key = key;
  if (seat.title.empty() && !is_private(seat.key))
    seat.title = title;
  return seat;
}

room_seat* session_core::seat_of(room_id room) {
  const auto at = seats_by_room_.find(room);
  return at == seats_by_room_.end() ? nullptr : &at->second;
}

const room_seat* session_core::member_seat(const room_key& key) const {
  for (const auto& [room, seat] : seats_by_room_)
    if (seat.member && seat.key == key)
      return &seat;
  return nullptr;
}

/// The relay gives what is behind `shown` by itself, and live events from then on.
void session_core::enrol(room_seat& seat) {
  const auto newest = !seat.member;
  effect(ask_relay{enrol_session{seat.id, id_, newest ? 0 : seat.cursor.shown(), newest, seat.title}});
  seat.cursor.ask();
}

void session_core::become_member(room_seat& seat, room_seq joined_seq) {
  seat.member = true;
  seat.joining = false;
  seat.joined_seq = joined_seq;
  seat.modes = {};
  departed_.erase(seat.id);
  seat.cursor = room_cursor(joined_seq - 1);
  snapshot_changed_ = true;
  tell_now(
    {tell::room_opened{seat.id, seat.companion.empty() ? seat.title : std::string{}, seat.companion, joined_seq - 1}});
  if (has_presence())
    say_presence(seat);
}

/// The session is not in the room any more, or never came in.
void session_core::leave_seat(room_seat& seat) {
  snapshot_changed_ = snapshot_changed_ || seat.member;
  seat.member = false;
  seat.joining = false;
  seat.came_by.reset();
  seat.companion_session = {};
  effect(ask_relay{withdraw_session{seat.id, id_}});
}

void session_core::drop_empty_seats() {
  if (give_up_ != 0)
    return; // a room that the session has just left may have that frame
  std::erase_if(seats_by_room_, [&](const auto& each) {
    const auto& seat = each.second;
    if (seat.member || seat.joining || !seat.outbox.empty())
      return false;
    for (const auto& [key, task] : tasks_by_key_)
      if (task.room == each.first)
        return false;
    return true;
  });
}

void session_core::say_presence(const room_seat& seat) {
  send_to(room_anywhere(seat.id), set_presence{seat.id, id_, away_, real_name_, modes_, presence_change_, mask()});
}

// ----------------------------------------------------------------------------------------------------- events

void session_core::events(const room_events& what) {
  auto* seat = seat_of(what.room);
  if (!seat || over())
    return;
  for (const auto& item : what.items) {
    if (const auto* entry = std::get_if<shared_entry>(&item.event)) {
      take_entry(*seat, *entry, item);
    } else if (const auto& passing = std::get<presence_changed>(item.event);
               seat->member && (passing.session != id_ || passing.parts.has(presence_part::tags))) {
      effect(show_presence{{what.room, passing.nick, passing.away, passing.mask, passing.real_name, passing.parts,
                            passing.tags, passing.time, passing.session, passing.change, passing.new_mask},
                           item.native,
                           item.ticket});
    }
  }
  if (what.items.empty())
    seat->cursor.nothing_more();
  ask_missing(*seat);
}

bool session_core::is_own(const log_entry& entry) const {
  return entry.name.session == id_ && entry.name.k < effect_k::companion;
}

void session_core::take_entry(room_seat& seat, const shared_entry& entry, const room_events::item& item) {
  const bool own = is_own(*entry);
  if (!seat.member) {
    if (!seat.joining || !own || !std::holds_alternative<joined>(entry->body) || !seat.outbox.waits_for(entry->name))
      return;
    become_member(seat, entry->seq);
  }
  const auto verdict = seat.cursor.take(first_seq_of(*entry), entry->seq);
  if (verdict == room_cursor::verdict::show) {
    const auto op = own && entry->name.op != ending_op ? entry->name.op : 0;
    if (!item.ticket)
      replayed_bytes_ += tasks::told_bytes(*entry);
    if (may_see(seat, *entry))
      effect(show_event{{seat.id, op, entry}, item.native, item.ticket, item.others});
    else
      effect(show_event{{seat.id, op, as_unseen(*entry)}, std::make_shared<const std::string>(), item.ticket});
    follow_entry(seat, *entry);
  } else if (verdict == room_cursor::verdict::old && entry->seq == seat.cursor.shown()
             && entry->seq >= seat.joined_seq) {
    follow_moderation(seat, *entry); // what a predecessor has shown, but may not have followed
  }
  // Who leaves for good does not wait for what he has missed.
  const bool counts = verdict != room_cursor::verdict::gap || life_ == life::leaving;
  const auto answers = [&] { return seat.outbox.answer(entry->name) || is_asked(seat, entry->name); };
  if (own)
    note_said(seat.id, entry->seq);
  const auto shown_before =
    verdict == room_cursor::verdict::old ? std::optional(logged_at{entry->seq, entry->time}) : std::nullopt;
  if (own && counts && answers())
    effect_done(seat, entry->name, shown_before);
  if (counts && seat.came_by && entry->seq >= seat.came_at)
    settle_join(seat);
}

void session_core::settle_join(room_seat& seat) {
  const auto name = *std::exchange(seat.came_by, std::nullopt);
  if (seat.outbox.answer(name))
    effect_done(seat, name, std::nullopt);
}

void session_core::follow_entry(room_seat& seat, const log_entry& entry) {
  if (is_private(seat.key))
    note_companion(seat, entry);
  follow_moderation(seat, entry);
  const auto* gone = std::get_if<left>(&entry.body);
  if (gone && is_own(entry))
    leave_seat(seat);
}

/// Whom a post to this conversation reaches.
void session_core::note_companion(room_seat& seat, const log_entry& entry) {
  const bool brought_by_me = entry.name.session == id_ && entry.name.k >= effect_k::companion;
  if (entry.identity == identity_ && !brought_by_me) {
    if (entry.name.session != id_ && entry.name.k >= effect_k::companion)
      seat.companion_session = entry.name.session; // who brought me along is there
    return;
  }
  if (std::holds_alternative<left>(entry.body) && entry.name.session == seat.companion_session)
    seat.companion_session = {};
  if (std::holds_alternative<joined>(entry.body)) {
    if (!brought_by_me)
      seat.companion_session = entry.name.session;
    seat.companion = entry.nick;
    snapshot_changed_ = true;
  }
  if (const auto* renamed = std::get_if<godwit::renamed>(&entry.body)) {
    seat.companion = renamed->to;
    snapshot_changed_ = true;
  }
}

/// The next piece of what is missing, as fast as the client reads.
void session_core::ask_missing(room_seat& seat) {
  if (!seat.member || !seat.cursor.should_ask() || life_ == life::leaving)
    return; // who leaves does not wait for what he has missed: his own `left` counts whenever it comes
  // Own commands are answered by their events, also when nobody reads any more: then nothing holds them up.
  const auto& frames = frames_.frames();
  const bool ends = must_end_ || (!frames.empty() && frames.back().command.op == ending_op);
  if (ends || replayed_bytes_ < limits::reply_piece_bytes_max) {
    seat.cursor.ask();
    effect(ask_relay{replay_events{seat.id, id_, seat.cursor.shown() + 1}});
    return;
  }
  if (!std::exchange(paced_, true))
    effect(give_output{{}, 0, {}, true, {}});
}

// --------------------------------------------------------------------------------------------------- commands

void session_core::command(room_seat& seat, const effect_name& name, room_action action) {
  room_command made{seat.id, name, {}, route_.epoch, self_, nick_, identity_, std::move(action), mask()};
  made.by_server_operator = modes_.has(user_mode::server_operator) && std::holds_alternative<change_modes>(made.action);
  send_to(room_anywhere(seat.id), seat.outbox.add(std::move(made)));
}

/// All that this room has not answered, in order. Known by name, so that too much does no harm.
void session_core::resend(room_seat& seat) {
  for (auto each : seat.outbox.unanswered()) {
    each.epoch = route_.epoch;
    send_to(room_anywhere(seat.id), std::move(each));
  }
  for (const auto& [name, asked] : requests_by_name_)
    if (asked.to.kind == entity_kind::room && asked.to.id == seat.id.value)
      ask_again(asked);
}

void session_core::ask_again(const send& asked) {
  auto what = asked.what;
  if (auto* command = std::get_if<room_command>(&what))
    command->epoch = route_.epoch;
  send_to(asked.to, std::move(what));
}

void session_core::reopened(const room_reopened& what) {
  auto* seat = seat_of(what.room);
  if (!seat || over())
    return;
  seat->lost = false;
  seat->epoch = std::max(seat->epoch, what.epoch);
  resend(*seat);
  if (!seat->member)
    return;
  if (has_presence())
    say_presence(*seat);
  if (seat->cursor.asked()) // the answer may have been lost with the room
    effect(ask_relay{replay_events{seat->id, id_, seat->cursor.shown() + 1}});
}

void session_core::relay_lost(room_id room) {
  auto* seat = seat_of(room);
  if (seat && !over() && (seat->member || seat->joining))
    enrol(*seat);
}

void session_core::expected(const command_expected& what) {
  auto* seat = seat_of(what.room);
  if (seat && is_asked(*seat, what.refused)) {
    if (auto& task = *task_of(what.refused); task.given_up)
      return given_up_denied(task);
    // Where the same frame has brought the session in, it was to be said.
    key_of(what.last) == key_of(what.refused) ? conversation_found(*seat, what.refused)
                                              : conversation_denied(what.refused);
    return;
  }
  if (seat && seat->outbox.expect(what.refused, what.last))
    resend(*seat);
}

void session_core::answered(const command_answered& what) {
  auto* seat = seat_of(what.room);
  if (!seat || over())
    return;
  if (is_asked(*seat, what.name) && task_of(what.name)->given_up)
    return given_up_answered(*seat, what);
  if (is_asked(*seat, what.name))
    return what.at ? conversation_found(*seat, what.name) : conversation_denied(what.name);
  if (!seat->outbox.waits_for(what.name))
    return;
  if (what.why && what.epoch != 0 && what.epoch < seat->epoch)
    return; // by a former life; a later one was told it again, and may have taken it
  if (what.why) {
    seat->outbox.answer(what.name);
    effect_refused(*seat, what.name, *what.why, what.at);
  } else if (what.at) {
    recognised(*seat, what.name, *what.at);
  } else { // all was so already
    seat->outbox.answer(what.name);
    effect_done(*seat, what.name, std::nullopt);
  }
}

/// It was logged before. Where its event is still to be shown, the event answers it.
void session_core::recognised(room_seat& seat, const effect_name& name, logged_at at) {
  note_said(seat.id, at.seq);
  const bool joins = effect_k::step_of(name.k) == effect_k::join;
  if (joins && !seat.member && seat.joining) {
    seat.came_by = name;
    seat.came_at = at.seq;
    become_member(seat, at.seq); // and shows all from there on, a leave that followed included
    enrol(seat);
    return;
  }
  // Who was meanwhile brought into a conversation by the other one waits for no event: that has the other's name.
  const auto* task = task_of(name);
  const bool is_on_the_way = joins && task && !std::holds_alternative<ask::join>(task->command.request);
  if (seat.member && seat.cursor.shown() < at.seq && life_ != life::leaving && !is_on_the_way) {
    seat.cursor.exists(at.seq);
    ask_missing(seat);
    return;
  }
  seat.outbox.answer(name);
  effect_done(seat, name, at);
}

/// Requires that the room has logged it. `at`: it was known, and nothing is shown for it now.
void session_core::effect_done(room_seat& seat, const effect_name& name, std::optional<logged_at> at) {
  auto* task = task_of(name);
  if (!task)
    return;
  const auto& request = task->command.request;
  if (!task->waiting.empty()) {
    if (seat.member && std::holds_alternative<ask::quit>(request))
      leave_seat(seat);
    else if (at && std::holds_alternative<ask::leave_all>(request))
      has_left(seat, at->seq);
    task->waiting.erase(seat.id);
    return tell_next_rooms(*task);
  }
  if (effect_k::step_of(name.k) == effect_k::join && !std::holds_alternative<ask::join>(request)) {
    if (task->person)
      seat.companion_session = task->person->session;
    return act(*task, seat);
  }
  const auto part = key_of(name).part;
  frame_answer replies;
  // An IRC client's lines have labels, and the answer to a label is begun once, whatever the line asks.
  if (at && (protocol_ == protocol::irc || std::holds_alternative<ask::post>(request)))
    replies.push_back(client_reply{name.op, false, tell::was_posted{seat.id, at->seq, at->time}, part});
  if (at && std::holds_alternative<ask::leave>(request))
    has_left(seat, at->seq);
  done(key_of(name), std::move(replies));
}

/// The log says so, at `seq`; the event was shown already, but is forgotten since.
void session_core::has_left(room_seat& seat, room_seq seq) {
  if (seat.member && seq < seat.joined_seq)
    return; // it has come back
  if (seat.member)
    leave_seat(seat);
  tell_now({client_reply{0, false, tell::has_left{seat.id}}}); // at once: behind others' answers it could be old
}

/// `gone_at`: where the log has the end of the membership; everything up to there is shown first.
void session_core::effect_refused(room_seat& seat, const effect_name& name, const error& why,
                                  std::optional<logged_at> gone_at) {
  const bool joins = effect_k::step_of(name.k) == effect_k::join;
  const bool was_member = seat.member;
  auto* task = task_of(name);
  if (joins && !seat.member)
    leave_seat(seat);
  if (!task)
    return;
  if (!task->waiting.empty()) { // a room that does not know the session has nothing to rename and nobody to let go
    const bool leaves = std::holds_alternative<ask::leave_all>(task->command.request);
    if (leaves || std::holds_alternative<ask::quit>(task->command.request))
      leave_seat(seat);
    if (leaves)
      tell_now({client_reply{0, false, tell::has_left{seat.id}}});
    task->waiting.erase(seat.id);
    return tell_next_rooms(*task);
  }
  if (joins && seat.member && !std::holds_alternative<ask::join>(task->command.request))
    return act(*task, seat); // the companion was there
  if (gone_at && seat.member && seat.cursor.shown() < gone_at->seq && life_ != life::leaving) {
    seat.cursor.exists(gone_at->seq);
    ask_missing(seat);
  } else if (why.code == error_code::not_in_room && seat.member) {
    leave_seat(seat);
    tell_now({client_reply{0, false, tell::has_left{seat.id}}}); // at once: the client may be on its way in again
  }
  refuse(key_of(name), as_told(task->command.request, was_member, why));
}

/// A secret room is to outsiders as one that is not there: `no_such_room` for a name, `not_in_room` for an id.
error session_core::as_told(const ask::request& request, bool is_member, const error& why) {
  if (why.code != error_code::not_in_room || why.detail != secret_room_detail)
    return why;
  const auto* target = tasks::target_of(request);
  const bool by_id = target && std::holds_alternative<ask::room_numbered>(*target);
  return {is_member || by_id ? error_code::not_in_room : error_code::no_such_room, {}};
}

// ------------------------------------------------------------------------------------------- given memberships

void session_core::given(const membership_given& what) {
  if (over() || (!seat_of(what.room) && has_all_conversations()))
    return; // said again after the next link reset
  if (life_ == life::fresh || life_ == life::loading)
    return; // it is read with the others, and what the client has of it is known then; said again until it is accepted
  auto& seat = seat_for(what.room, what.key, what.title);
  send_to(room_anywhere(what.room), accept_membership{id_, what.room});
  if (seat.member || what.joined_seq <= seat.joined_seq)
    return; // known; or it came late, and the session has left since
  seat.companion = what.companion_nick;
  if (what.last.session == id_ && seat.outbox.empty())
    seat.outbox.start_after(what.last);
  become_member(seat, what.joined_seq);
  enrol(seat);
  for (auto& [key, task] : tasks_by_key_) {
    const bool leaves = std::holds_alternative<ask::leave_all>(task.command.request);
    if (!task.waiting.empty() && !leaves) { // a nick change or a quit: this room is to hear of it too
      task.to_come.push_back(what.room);
      tell_next_rooms(task);
      return;
    }
  }
}

// ------------------------------------------------------------------------------------------------ where rooms are

void session_core::not_here(const room_not_here& what) {
  auto* seat = seat_of(what.room);
  if (over())
    return;
  if (!seat)
    return forget_delivery(what.room);
  if (seat->key.empty())
    return fail_requests_of(what.room);
  for (const auto& [name, asked] : requests_by_name_)
    if (const auto* where = std::get_if<locate_room>(&asked.what); where && where->key == seat->key)
      return; // asked already
  find_again(*seat);
}

/// No frame asks this, so that its name is none of a frame's.
void session_core::find_again(room_seat& seat) {
  seat.lost = false;
  const effect_name name{id_, ending_op, effect_k::reserved + (reserved_names_++ & (effect_k::reserved - 1))};
  ask(broker_service(entity_kind::directory), name, locate_room{origin(name), seat.key, seat.title, false});
}

void session_core::found_again(const room_located& what) {
  std::vector<room_id> gone;
  for (auto& [room, seat] : seats_by_room_) {
    if (seat.key != what.key)
      continue;
    const bool is_gone = what.place ? what.place->room != room : what.why && what.why->code == error_code::no_such_room;
    if (is_gone) {
      gone.push_back(room);
    } else if (what.place) {
      seat.epoch = std::max(seat.epoch, what.place->epoch);
      resend(seat);
    } else {
      seat.lost = true;
    }
  }
  for (const auto room : gone)
    room_is_gone(room);
}

/// It was forgotten, for want of members: its name is nobody's, or another room's. A join goes where that name is now;
/// whatever else was asked of it was asked of nobody. A client that takes itself for a member is told that it is none.
void session_core::room_is_gone(room_id room) {
  auto& seat = *seat_of(room);
  const auto unanswered = seat.outbox.unanswered();
  for (const auto& each : unanswered) {
    if (!seat.outbox.answer(each.name))
      continue;
    auto* task = task_of(each.name);
    if (!task || !std::holds_alternative<join_room>(each.action) || seat.member) {
      effect_refused(seat, each.name, {seat.member ? error_code::not_in_room : error_code::no_such_room, {}},
                     std::nullopt);
      continue;
    }
    leave_seat(seat);
    task->room = {};
    task->step = task_step::locating;
    locate(*task, true);
  }
  if (seat.member) {
    leave_seat(seat);
    tell_now({client_reply{0, false, tell::has_left{room}}});
  }
  forget_delivery(room);
  fail_requests_of(room);
}

void session_core::fail_requests_of(room_id room) {
  std::vector<task_key> about;
  for (const auto& [key, task] : tasks_by_key_)
    if (task.room == room)
      about.push_back(key);
  seats_by_room_.erase(room);
  for (const auto& each : about) {
    if (auto& task = tasks_by_key_.at(each); task.given_up)
      given_up_denied(task);
    else
      refuse(each, {error_code::not_in_room, {}});
  }
}

} // namespace godwit
