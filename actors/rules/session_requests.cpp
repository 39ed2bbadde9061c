// What each request does until it has reached its room: names are checked, people and rooms are found, rooms are
// joined.
#include "actors/rules/limits.hpp"
#include "actors/rules/request_cost.hpp"
#include "actors/rules/session_core.hpp"
#include "messages/names.hpp"

#include <algorithm>

namespace godwit {

// ---------------------------------------------------------------------------------------------------- beginning

/// One line per request.
struct request_starter {
  session_core& session;
  const client_command& command;
  bool begun_before;

  void operator()(const ask::login& it) const { session.begin_login(command, it); }
  void operator()(const ask::change_nick& it) const { session.begin_nick(command, it, begun_before); }
  void operator()(const ask::join& it) const { session.begin_join(command, it); }
  void operator()(const ask::leave&) const { session.begin_room_request(command); }
  void operator()(const ask::set_topic&) const { session.begin_room_request(command); }
  void operator()(const ask::members&) const { session.begin_room_request(command); }
  void operator()(const ask::read_topic&) const { session.begin_room_request(command); }
  void operator()(const ask::post& it) const {
    session.note_spoken();
    to(it.to);
  }
  void operator()(const ask::history& it) const { to(it.of); }
  void operator()(const ask::away& it) const { session.begin_away(command, it); }
  void operator()(const ask::rooms&) const { session.begin_reading(session.start(command, task_step::acting)); }
  void operator()(const ask::quit&) const {
    session.drop_pings(); // who goes does not wait for what others hear
    session.begin_leaving(session.start(command, task_step::acting));
  }
  void operator()(const ask::ping&) const { session.begin_ping(command); }
  void operator()(const ask::unreadable& it) const { session.refuse(key_of(command), it.why); }
  void operator()(const ask::take_nick& it) const { session.begin_nick_step(command, it, begun_before); }
  void operator()(const ask::introduce& it) const { session.begin_introduction(command, it); }
  void operator()(const ask::hold_login& it) const { session.begin_hold(command, it); }
  void operator()(const ask::local&) const { session.done(key_of(command), tell::your_turn{}); }
  void operator()(const ask::replay&) const { session.begin_room_request(command); }
  void operator()(const ask::kick&) const { session.begin_room_request(command); }
  void operator()(const ask::change_modes&) const { session.begin_room_request(command); }
  void operator()(const ask::read_settings&) const { session.begin_room_request(command); }
  void operator()(const ask::invite& it) const { session.begin_invite(command, it); }
  void operator()(const ask::people& it) const { session.begin_people(command, it); }
  void operator()(const ask::set_user_modes& it) const { session.begin_user_modes(command, it); }
  void operator()(const ask::set_real_name& it) const { session.begin_real_name(command, it); }
  void operator()(const ask::signal& it) const { session.begin_signal(command, it, begun_before); }
  void operator()(const ask::become_operator& it) const { session.begin_operator(command, it); }
  void operator()(const ask::expel& it) const { session.begin_expel(command, it); }
  void operator()(const ask::proclaim& it) const { session.begin_proclaim(command, it, begun_before); }
  void operator()(const ask::leave_all&) const { session.begin_leave_all(command); }
  void operator()(const ask::invitations&) const { session.begin_invitations(command); }

  void to(const ask::target& target) const {
    if (const auto* person = std::get_if<ask::person_named>(&target))
      session.begin_person_request(command, person->nick, begun_before);
    else if (const auto* numbered = std::get_if<ask::room_numbered>(&target))
      session.begin_numbered_request(command, numbered->room);
    else
      session.begin_room_request(command);
  }
};

void session_core::begin(const client_command& command) {
  if (tasks_by_key_.contains(key_of(command)))
    return;
  if (const auto refused = refused_posts_.find(command.op); refused != refused_posts_.end())
    return refuse(key_of(command), {refused->second, {}});
  cost_ += extra_cost(command.request, seats_by_room_.size());
  const auto& request = command.request;
  const bool begun_before = note_begun(command);
  const bool is_irc_ping = protocol_ == protocol::irc && std::holds_alternative<ask::ping>(request);
  if (nick_.empty() && tasks::needs_login(request) && !is_irc_ping)
    return refuse(key_of(command), {error_code::not_logged_in, {}});
  if (auto why = tasks::check_texts(request))
    return refuse(key_of(command), std::move(*why));
  std::visit(request_starter{*this, command, begun_before}, request);
}

/// Whether this frame, or one that this actor can not tell from it, was begun before. Who begins from the store does
/// not know what his predecessors have begun; the client says that first, and marks it.
bool session_core::note_begun(const client_command& command) {
  if (command.op == 0)
    return false;
  knows_all_begun_ = knows_all_begun_ || !command.resent;
  const bool begun_before = key_of(command) <= highest_begun_ || !knows_all_begun_;
  highest_begun_ = std::max(highest_begun_, key_of(command));
  return begun_before;
}

session_task& session_core::start(const client_command& command, task_step step) {
  auto& task = tasks_by_key_[key_of(command)];
  task.command = command;
  task.step = step;
  return task;
}

void session_core::done(const task_key& which, frame_answer replies) {
  const auto key = which; // it may be the task's own
  std::erase_if(requests_by_name_, [&](const auto& each) { return key_of(each.first) == key && key.op != ending_op; });
  tasks_by_key_.erase(key);
  frames_.answer(key.op, key.part, std::move(replies));
}

void session_core::done(const task_key& which, tell::answer answer) {
  done(which, frame_answer{client_reply{which.op, false, std::move(answer), which.part}});
}

void session_core::refuse(const task_key& which, error why) {
  if (protocol_ == protocol::native && is_post(which))
    note_refused_post(which.op, why.code);
  done(which, tell::answer{std::move(why)});
}

bool session_core::is_post(const task_key& which) const {
  if (const auto task = tasks_by_key_.find(which); task != tasks_by_key_.end())
    return std::holds_alternative<ask::post>(task->second.command.request);
  return std::ranges::any_of(frames_.frames(), [&](const window_frame& each) {
    return each.command.op == which.op && std::holds_alternative<ask::post>(each.command.request);
  });
}

/// A client that came back may have sent it twice, and the second frame comes when the first was confirmed. The room
/// that refused it may have begun anew since, and would take it.
void session_core::note_refused_post(std::uint64_t op, error_code why) {
  refused_posts_[op] = why;
  while (refused_posts_.size() > limits::unconfirmed_frames_max)
    refused_posts_.erase(refused_posts_.begin());
  snapshot_changed_ = true;
}

session_task* session_core::task_of(const effect_name& name) {
  const auto at = tasks_by_key_.find(key_of(name));
  return at == tasks_by_key_.end() ? nullptr : &at->second;
}

/// Said again after each link reset, until `close_request`.
void session_core::ask(address to, const effect_name& name, message what) {
  requests_by_name_.insert_or_assign(name, send{to, what});
  send_to(std::move(to), std::move(what));
}

bool session_core::close_request(const effect_name& name) { return requests_by_name_.erase(name) != 0; }

// -------------------------------------------------------------------------------------------------------- nicks

void session_core::begin_login(const client_command& command, const ask::login& what) {
  auto shown = shown_nick(what.nick);
  if (!shown)
    return refuse(key_of(command), shown.why());
  if (!nick_.empty()) {
    const auto mine = fold_nick(nick_);
    const auto asked = fold_nick(what.nick);
    if (!mine || !asked || *mine != *asked)
      return refuse(key_of(command), {error_code::already_logged_in, {}});
    return done(key_of(command), tell::logged_in{nick_}); // said before, answered before
  }
  claim(command, std::move(*shown));
}

void session_core::claim(const client_command& command, std::string nick) {
  start(command, task_step::finding);
  const auto name = name_of_effect(key_of(command), effect_k::find);
  ask(broker_service(entity_kind::directory), name, claim_nick{origin(name), route_.epoch, std::move(nick)});
}

void session_core::begin_nick(const client_command& command, const ask::change_nick& what, bool begun_before) {
  auto shown = shown_nick(what.nick);
  if (!shown)
    return refuse(key_of(command), shown.why());
  auto& task = start(command, task_step::finding);
  task.new_nick = std::move(*shown);
  // Of a change that was begun before some rooms may have logged it: it goes on, whatever the others say by now.
  if (begun_before || !ask_whether_to_rename(task))
    claim_new_nick(task);
}

void session_core::claim_new_nick(const session_task& task) {
  const auto name = name_of_effect(key_of(task.command), effect_k::find);
  ask(broker_service(entity_kind::directory), name, claim_nick{origin(name), route_.epoch, task.new_nick});
}

void session_core::claimed(const nick_claimed& what) {
  auto* task = task_of(what.name);
  if (!task || !close_request(what.name))
    return;
  const auto which = key_of(what.name);
  if (what.why) {
    steps_.nick.clear(); // another is to be said
    return refuse(which, *what.why);
  }
  if (what.nick.empty()) // a repeat of what was done, and undone by a later frame, which comes again too
    return done(which, tell::nick_changed{task->new_nick});
  if (nick_.empty()) {
    login_op_ = which.op;
    nick_ = what.nick;
    signed_on_ = now_;
    snapshot_changed_ = true;
    return done(which, tell::logged_in{nick_});
  }
  task->new_nick = what.nick;
  task->step = task_step::acting;
  for (const auto& [room, seat] : seats_by_room_)
    if (seat.member)
      task->to_come.push_back(room);
  tell_next_rooms(*task);
}

/// Every room has logged the change: only now the old nick is anybody's.
void session_core::finish_nick(session_task& task) {
  const auto which = key_of(task.command);
  const auto former = std::exchange(nick_, task.new_nick);
  snapshot_changed_ = true;
  const auto folded = fold_nick(nick_);
  std::erase_if(released_nicks_, [&](const auto& each) {
    const auto other = fold_nick(each);
    return folded && other && *folded == *other; // claimed again
  });
  if (const auto old = fold_nick(former); old && folded && *old != *folded) {
    released_nicks_.push_back(former);
    if (released_nicks_.size() > limits::unanswered_effects_max)
      released_nicks_.erase(released_nicks_.begin()); // the end of the session frees it at last
    send_to(broker_service(entity_kind::directory), release_nick{id_, former});
  }
  done(which, tell::nick_changed{nick_});
}

void session_core::begin_leave_all(const client_command& command) {
  auto& task = start(command, task_step::acting);
  for (const auto& [room, seat] : seats_by_room_)
    if (seat.member && !is_private(seat.key))
      task.to_come.push_back(room);
  tell_next_rooms(task);
}

/// A nick change, a quit or a leaving of all goes to many rooms, as many at a time as may be unanswered.
void session_core::tell_next_rooms(session_task& task) {
  while (!task.to_come.empty() && task.waiting.size() < limits::unanswered_effects_max) {
    const auto room = task.to_come.front();
    task.to_come.pop_front();
    auto* seat = seat_of(room);
    if (!seat || !seat->member || task.waiting.contains(room))
      continue;
    task.waiting.insert(room);
    command(*seat, name_of_effect(key_of(task.command), effect_k::act), action_for(task));
  }
  if (!task.waiting.empty())
    return;
  if (std::holds_alternative<ask::leave_all>(task.command.request))
    return done(key_of(task.command));
  if (!std::holds_alternative<ask::quit>(task.command.request))
    return finish_nick(task);
  const auto& frames = frames_.frames();
  const auto quit = std::ranges::find_if(frames, [&](const auto& each) { return each.command.op == task.command.op; });
  end_session(quit == frames.end() ? 0 : quit->in_seq);
}

void session_core::begin_away(const client_command& command, const ask::away& what) {
  note_presence_change();
  away_ = what.text;
  snapshot_changed_ = true;
  for (const auto& [room, seat] : seats_by_room_)
    if (seat.member)
      say_presence(seat);
  done(key_of(command), tell::is_away{away_});
}

// ------------------------------------------------------------------------------------------------ rooms by name

room_key session_core::room_key_of(const ask::request& request) const {
  if (const auto* join = std::get_if<ask::join>(&request)) {
    auto key = fold_room(join->room);
    return key ? *key : room_key{};
  }
  if (const auto* name = tasks::room_name_of(request)) {
    auto key = fold_room(*name);
    return key ? *key : room_key{};
  }
  const auto* target = tasks::target_of(request);
  const auto* numbered = target ? std::get_if<ask::room_numbered>(target) : nullptr;
  const auto seat = numbered ? seats_by_room_.find(numbered->room) : seats_by_room_.end();
  return seat == seats_by_room_.end() ? room_key{} : seat->second.key;
}

std::size_t session_core::count_seats(bool of_conversations) const {
  return static_cast<std::size_t>(std::ranges::count_if(seats_by_room_, [&](const auto& each) {
    return each.second.member && is_private(each.second.key) == of_conversations;
  }));
}

/// Whether one room more would be too many; private conversations have a number of their own.
bool session_core::has_all_rooms() const {
  const auto joins = std::ranges::count_if(
    tasks_by_key_, [](const auto& each) { return std::holds_alternative<ask::join>(each.second.command.request); });
  return static_cast<std::size_t>(joins) + count_seats(false) >= limits::rooms_per_session_max;
}

bool session_core::has_all_conversations() const { return count_seats(true) >= limits::conversations_per_session_max; }

void session_core::begin_join(const client_command& command, const ask::join& what) {
  auto key = fold_room(what.room);
  if (!key)
    return refuse(key_of(command), key.why());
  const auto* seat = member_seat(*key);
  // Whether it is this line by which a former owner brought an IRC client in, and has begun to answer, the room knows.
  const bool is_asked_again = seat && protocol_ == protocol::irc && command.op < said_before_;
  if (seat && !is_asked_again) {
    // At once, as everything about where a client is: behind an answer that waits, events would have passed it.
    tell_now({tell::room_opened{seat->id, seat->title, {}, seat->cursor.shown()}});
    return done(key_of(command));
  }
  if (!is_asked_again && has_all_rooms())
    return refuse(key_of(command), {error_code::too_many_rooms, std::to_string(limits::rooms_per_session_max)});
  auto& task = start(command, task_step::locating);
  task.key = *key;
  task.title = *shown_room(what.room); // valid, since it could be folded
  locate(task, true);
}

void session_core::begin_room_request(const client_command& command) {
  auto key = fold_room(*tasks::room_name_of(command.request));
  if (!key)
    return refuse(key_of(command), key.why());
  auto& task = start(command, task_step::acting);
  task.key = *key;
  go_to_room(task);
}

void session_core::begin_numbered_request(const client_command& command, room_id room) {
  if (!room)
    return refuse(key_of(command), {error_code::request_invalid, "room id 0"});
  auto& task = start(command, task_step::acting);
  auto& seat = seat_for(room, {}, {});
  task.key = seat.key;
  task.room = room;
  act(task, seat);
}

void session_core::locate(session_task& task, bool create) {
  const auto name = name_of_effect(key_of(task.command), effect_k::locate);
  ask(broker_service(entity_kind::directory), name, locate_room{origin(name), task.key, task.title, create});
}

void session_core::located(const room_located& what) {
  // What a former owner may have done is not known to be undone because nobody can be asked now: it is asked again.
  if (const auto* begun = task_of(what.name); begun && begun->command.resent && what.why && may_retry(what.why->code)
                                              && requests_by_name_.contains(what.name)) {
    put_off_.insert(what.name);
    return;
  }
  if (!close_request(what.name))
    return;
  if (what.name.k >= effect_k::reserved)
    return found_again(what);
  auto* task = task_of(what.name);
  if (!task)
    return;
  if (what.why || !what.place)
    return refuse(key_of(what.name), what.why.value_or(error{error_code::no_such_room, {}}));
  arrive(*task, *what.place, what.title);
}

/// `title`: the room's own, whatever this client typed.
void session_core::arrive(session_task& task, const room_place& place, const std::string& title) {
  auto& seat = seat_for(place.room, task.key, title.empty() ? task.title : title);
  task.room = place.room;
  seat.epoch = std::max(seat.epoch, place.epoch);
  const auto& request = task.command.request;
  if (std::holds_alternative<ask::join>(request))
    return join(task, seat);
  const bool is_conversation = std::holds_alternative<ask::post>(request) && task.person;
  const bool reaches =
    seat.member
    && (task.person == std::nullopt || task.person->session == id_ || seat.companion_session == task.person->session);
  if (is_conversation && !reaches)
    return join(task, seat);
  act(task, seat);
}

void session_core::join(session_task& task, room_seat& seat) {
  task.step = task_step::joining;
  join_room action;
  action.real_name = real_name_;
  if (const auto* asked = std::get_if<ask::join>(&task.command.request))
    action.key = asked->key;
  if (task.person) {
    seat.companion = task.person->nick;
    if (task.person->session != id_)
      action.companion = companion{task.person->session, task.person->nick, task.person->identity, task.person->worker};
  }
  if (!seat.member && !seat.joining) {
    seat.joining = true;
    enrol(seat);
  }
  command(seat, name_of_effect(key_of(task.command), effect_k::join), std::move(action));
}

// ------------------------------------------------------------------------------------------------------- people

void session_core::begin_person_request(const client_command& command, const std::string& nick, bool begun_before) {
  auto shown = shown_nick(nick);
  if (!shown)
    return refuse(key_of(command), shown.why());
  auto& task = start(command, task_step::finding);
  if (begun_before && std::holds_alternative<ask::post>(command.request)) {
    task.begun_before = true;
    for (const auto& [room, seat] : seats_by_room_)
      if (seat.member && is_private(seat.key))
        task.to_come.push_back(room);
    return ask_next_conversation(task);
  }
  const auto name = name_of_effect(key_of(command), effect_k::find);
  ask(broker_service(entity_kind::directory), name, find_nick{origin(name), std::move(*shown)});
}

/// The nick may be another's by now, so it is not looked up again: the post is where it went the first time, or
/// nowhere. Each conversation is asked by the post itself, said to stand behind itself: a room that has not seen it
/// does not take it, nor, from this epoch on, what a former owner of the session may have sent. docs/decisions/0009.
void session_core::ask_next_conversation(session_task& task) {
  const auto name = name_of_effect(key_of(task.command), effect_k::act);
  if (task.to_come.empty() && !std::exchange(task.rooms_read, true))
    return ask(broker_service(entity_kind::store), name_of_effect(key_of(task.command), effect_k::find),
               load_session{id_, self_});
  if (task.to_come.empty())
    return refuse(key_of(task.command), {error_code::no_such_nick, "sent again, and nobody has got it; send it anew"});
  task.room = task.to_come.front();
  task.to_come.pop_front();
  ask(room_anywhere(task.room), name,
      room_command{task.room, name, name, route_.epoch, self_, nick_, identity_, action_for(task)});
}

/// A former owner may have come into a conversation, and posted, and died before its snapshot had reached anybody: the
/// log knows.
void session_core::rooms_read(const session_loaded& what) {
  std::vector<effect_name> asked;
  for (const auto& [name, request] : requests_by_name_)
    if (std::holds_alternative<load_session>(request.what))
      asked.push_back(name);
  if (over() || asked.empty())
    return;
  if (what.why && may_retry(what.why->code)) {
    put_off_.insert(asked.begin(), asked.end());
    return;
  }
  std::vector<room_id> conversations; // also those that the session has heard of since
  for (const auto& each : what.rooms)
    if (is_private(each.key)) {
      if (!member_seat(each.key))
        given({id_, each.room, 0, {}, each.key, each.title, each.companion_nick, each.joined_seq, each.last.name});
      conversations.push_back(each.room);
    }
  for (const auto& name : asked) {
    close_request(name);
    if (auto* task = task_of(name)) {
      task->to_come.insert(task->to_come.end(), conversations.begin(), conversations.end());
      ask_next_conversation(*task);
    }
  }
}

bool session_core::is_asked(const room_seat& seat, const effect_name& post) {
  const auto* task = task_of(post);
  return task && (task->begun_before || task->given_up) && task->room == seat.id && requests_by_name_.contains(post);
}

/// From here on it is as any post to a room.
void session_core::conversation_found(room_seat& seat, const effect_name& post) {
  auto& task = *task_of(post);
  close_request(post);
  task.key = seat.key;
  act(task, seat);
}

void session_core::conversation_denied(const effect_name& post) {
  close_request(post);
  ask_next_conversation(*task_of(post));
}

/// IRC clients are told with each of their messages; native ones see it in the conversation.
void session_core::tell_of_absence(const session_task& task) {
  const auto* said = std::get_if<ask::post>(&task.command.request);
  if (protocol_ == protocol::irc && said && said->kind == post_kind::message && !task.person->away.empty())
    tell_now({client_reply{task.command.op, true, tell::person_away{task.person->nick, task.person->away},
                           task.command.part}});
}

void session_core::found(const nick_found& what) {
  auto* task = task_of(what.name);
  if (!task || !close_request(what.name))
    return;
  if (std::holds_alternative<ask::invite>(task->command.request))
    return invitee_found(*task, what);
  if (std::holds_alternative<ask::signal>(task->command.request))
    return signal_to(*task, what);
  if (std::holds_alternative<ask::expel>(task->command.request))
    return what.person ? done(key_of(what.name), tell::ordered{})
                       : refuse(key_of(what.name), what.why.value_or(error{error_code::no_such_nick, {}}));
  const bool posts = std::holds_alternative<ask::post>(task->command.request);
  if (what.person) {
    task->person = what.person;
    task->key = private_room_key(identity_, what.person->identity);
    if (posts && !member_seat(task->key) && has_all_conversations())
      return refuse(key_of(what.name),
                    {error_code::too_many_rooms, std::to_string(limits::conversations_per_session_max)});
    tell_of_absence(*task);
    task->step = task_step::locating;
    return locate(*task, posts);
  }
  // Nobody has the nick now; what was said to its last holder may still be read.
  const auto folded = fold_nick(*tasks::person_of(task->command.request));
  for (auto& [room, seat] : seats_by_room_) {
    const auto companion = fold_nick(seat.companion);
    if (posts || !seat.member || !folded || !companion || *companion != *folded)
      continue;
    task->key = seat.key;
    task->room = room;
    return act(*task, seat);
  }
  refuse(key_of(what.name), what.why.value_or(error{error_code::no_such_nick, {}}));
}

// ------------------------------------------------------------------------------------------------------ acting

void session_core::act(session_task& task, room_seat& seat) {
  task.step = task_step::acting;
  if (tasks::is_question(task.command.request))
    return begin_reading(task);
  command(seat, name_of_effect(key_of(task.command), effect_k::act), action_for(task));
}

/// Requires a request that a room logs, joins apart.
room_action session_core::action_for(const session_task& task) const {
  const auto& request = task.command.request;
  if (const auto* said = std::get_if<ask::post>(&request))
    return post{said->text, said->kind, said->audience, said->tags};
  if (const auto* topic = std::get_if<ask::set_topic>(&request))
    return set_topic{topic->text};
  if (const auto* kick = std::get_if<ask::kick>(&request))
    return kick_member{kick->nick, kick->reason};
  if (const auto* modes = std::get_if<ask::change_modes>(&request))
    return change_modes{modes->changes};
  if (const auto* invite = std::get_if<ask::invite>(&request)) // whom nobody knows the room refuses, unless it has it
    return task.person ? invite_member{task.person->session, task.person->nick, task.person->worker}
                       : invite_member{{}, invite->nick, {}};
  if (const auto* leave = std::get_if<ask::leave>(&request))
    return leave_room{leave->reason, false};
  if (std::holds_alternative<ask::leave_all>(request))
    return leave_room{{}, false};
  if (const auto* quit = std::get_if<ask::quit>(&request))
    return leave_room{tasks::reason_or_none(quit->reason), true};
  return rename_member{task.new_nick};
}

} // namespace godwit
