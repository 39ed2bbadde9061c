// How a session starts, takes frames, confirms them, and ends.
#include "actors/rules/limits.hpp"
#include "actors/rules/session_core.hpp"

#include <algorithm>
#include <utility>

namespace godwit {

// ------------------------------------------------------------------------------------------------------ start

void session_core::attach(const attach_session& how) {
  const bool is_newer = route_.epoch < how.epoch || (route_.epoch == how.epoch && route_.attach < how.attach);
  if (over() || !is_newer)
    return;
  route_ = {how.epoch, how.attach, how.proxy, how.proxy_incarnation};
  identity_ = how.identity;
  protocol_ = how.protocol;
  const auto host_before = std::exchange(host_, how.host);
  address_ = how.peer_address;
  plaintext_ = how.plaintext;
  drop_questions();
  frames_.start(how.attach, how.first_in_seq);
  give_up_ = how.give_up;
  positions_ = how.positions;
  owes_answer_ = true;
  cost_ = 0; // of another connection
  paced_ = false;
  replayed_bytes_ = 0;
  told_snapshot_ = how.snapshot;
  snapshot_changed_ = true; // whatever the proxy node holds, from here on it is ours
  piece_to_go_on_.reset();
  piece_.reset();
  if (life_ == life::fresh) {
    knows_all_begun_ = how.attach == 1 && !how.from_store && how.snapshot.empty();
    said_before_ = how.first_in_seq + how.said;
  }
  if (life_ == life::fresh && how.from_store)
    life_ = life::loading;
  if (life_ == life::loading && how.from_store)
    return;
  const bool from_snapshot = life_ == life::fresh;
  if (from_snapshot)
    first_host_ = host_;
  take_snapshot(how.snapshot);
  note_host(from_snapshot ? first_host_ : host_before);
  take_positions(from_snapshot);
}

void session_core::take_snapshot(const std::string& bytes) {
  const auto is_new = life_ == life::fresh || life_ == life::loading;
  if (is_new)
    life_ = life::living;
  if (bytes.empty())
    return;
  const auto read = decode_snapshot(bytes);
  if (!read)
    return; // of our own making: a fault of ours; the rooms are in the store all the same
  piece_to_go_on_ = read->piece;
  if (!is_new)
    return; // what lives is newer than any snapshot of it
  nick_ = read->nick;
  away_ = read->away;
  modes_ = read->modes;
  presence_change_ = read->presence_change;
  if (!read->first_host.empty())
    first_host_ = read->first_host;
  signed_on_ = read->signed_on;
  take_loose_ends(read->loose);
  steps_ = read->login;
  if (!steps_.user.empty()) {
    user_ = steps_.user;
    real_name_ = steps_.real_name;
  }
  for (const auto& each : read->rooms) {
    auto& seat = seat_for(each.room, each.key, each.title);
    seat.companion = each.companion;
    seat.joined_seq = each.joined_seq;
    seat.modes = each.modes;
    seat.member = true;
    note_said(each.room, newest_said); // what of it the former owner's client has said, only the room knows
  }
}

void session_core::take_loose_ends(const loose_ends& from) {
  if (!from.real_name.empty()) {
    real_name_ = from.real_name;
    real_name_changed_ = true;
  }
  released_nicks_ = from.released_nicks;
  for (const auto& nick : released_nicks_)
    send_to(broker_service(entity_kind::directory), release_nick{id_, nick});
  for (const auto& each : from.departed)
    departed_[each.room.room] = {each.room.key, each.room.title, each.room.joined_seq, each.gone_seq, each.room.modes};
  for (const auto& each : from.invitations)
    invitations_.push_back({id_, each.room, each.title, each.by});
  for (const auto& each : from.refused_posts)
    refused_posts_[each.op] = each.why;
}

void session_core::loaded(const session_loaded& what) {
  if (life_ != life::fresh && life_ != life::loading)
    return rooms_read(what);
  if (what.why) {
    life_ = life::over;
    effect(give_output{{}, 0, {}, false, *what.why});
    effect(session_over{});
    return;
  }
  life_ = life::living;
  nick_ = what.nick;
  for (const auto& each : what.rooms) {
    auto& seat = seat_for(each.room, each.key, each.title);
    seat.companion = each.companion_nick;
    seat.joined_seq = each.joined_seq;
    seat.modes = each.modes;
    seat.member = true;
    note_said(each.room, newest_said);
    if (each.last.name.session == id_)
      seat.outbox.start_after(each.last.name);
  }
  snapshot_changed_ = true;
  note_host({});
  take_positions();
}

/// What the client has is what was shown, whatever this session believes; from there on it is shown again.
void session_core::take_positions(bool from_snapshot) {
  std::vector<server_frame> told;
  std::map<room_id, room_seq> has;
  for (const auto& each : positions_)
    has[room_id{each.stream}] = each.position;
  positions_.clear();
  bring_back(has);
  for (auto& [room, seat] : seats_by_room_) {
    const auto listed = has.find(room);
    if (seat.member) {
      const auto shown = listed == has.end() ? seat.joined_seq - 1 : std::max(listed->second, seat.joined_seq - 1);
      seat.cursor = room_cursor(shown);
      told.push_back(
        tell::room_opened{room, seat.companion.empty() ? seat.title : std::string{}, seat.companion, shown});
    }
    // A snapshot may be older than what was shown last: that comes once more.
    const bool looks_back = from_snapshot && seat.member && seat.cursor.shown() >= seat.joined_seq;
    if (looks_back)
      effect(ask_relay{enrol_session{seat.id, id_, seat.cursor.shown() - 1, false}});
    if (looks_back)
      seat.cursor.ask();
    else if (seat.member || seat.joining)
      enrol(seat);
    resend(seat); // after a silence of this session's own: cheap, and known by name
    if (listed != has.end())
      has.erase(listed);
  }
  for (const auto& [room, position] : has)
    told.push_back(client_reply{0, false, tell::has_left{room}});
  tell_now(std::move(told));
}

void session_core::link_was_reset(const link_reset& what) {
  if (over())
    return;
  constexpr std::uint8_t broker_role = 1;
  const bool is_broker = (what.roles & broker_role) != 0;
  for (const auto& [name, asked] : requests_by_name_)
    if (asked.to.kind == entity_kind::room || is_broker || put_off_.contains(name))
      ask_again(asked);
  put_off_.clear();
  if (is_broker)
    forget_described();
  if (is_broker)
    for (const auto& nick : released_nicks_)
      send_to(broker_service(entity_kind::directory), release_nick{id_, nick});
  for (auto& [room, seat] : seats_by_room_) {
    if (seat.lost)
      find_again(seat);
    for (auto each : seat.outbox.unanswered()) {
      each.epoch = route_.epoch;
      send_to(room_anywhere(room), std::move(each));
    }
    if (seat.cursor.asked()) {
      seat.cursor.nothing_more();
      enrol(seat);
    }
  }
}

// ----------------------------------------------------------------------------------------------------- frames

void session_core::frame(std::uint32_t attach, std::uint64_t in_seq, result<client_command> command) {
  // What can not be read has no number of its own; its place among the frames is all that is known of it.
  auto taken = command ? std::move(*command) : client_command{0, false, ask::unreadable{command.why()}};
  if (taken.op == ending_op)
    taken = {0, false, ask::unreadable{{error_code::request_invalid, "op"}}};
  frames_.take(attach, in_seq, std::move(taken));
}

void session_core::closed(std::uint32_t attach, std::uint64_t in_seq, const std::string& reason) {
  if (!frames_.take(attach, in_seq, {ending_op, false, ask::quit{reason}}))
    return;
  drop_questions(); // nobody reads the answers, and nobody would ever say that he can take the next piece
  for (auto& [room, seat] : seats_by_room_)
    ask_missing(seat);
}

void session_core::drop_questions() {
  std::vector<task_key> questions;
  for (const auto& [key, task] : tasks_by_key_)
    if (tasks::is_question(task.command.request))
      questions.push_back(key);
  for (const auto& each : questions)
    done(each);
}

void session_core::begin_frames() {
  for (auto& frame : frames_.frames())
    for (std::uint32_t part = 0; part != frame.part_count(); ++part) {
      if (frame.part(part).begun)
        continue;
      if (!may_begin({frame.command.op, part}, frame.request(part), is_given_up(frame)))
        return;
      frame.part(part).begun = true;
      if (part == 0)
        frame.told = parts_told(frame.command);
      if (part < frame.told && tasks::is_question(frame.request(part)))
        frames_.answer(frame.command.op, part, {});
      else
        begin_or_give_up(frame, part);
    }
}

void session_core::begin_or_give_up(window_frame& frame, std::uint32_t part) {
  // A copy: the frame may be answered and gone while it is begun.
  const client_command command{
    frame.command.op, frame.command.resent || frame.in_seq < said_before_, frame.request(part), part, {}};
  is_given_up(frame) ? give_up(command) : begin(command);
}

/// Who ends must end, whatever dies of it.
bool session_core::is_given_up(const window_frame& frame) const {
  return gives_up(frame.in_seq) && frame.command.op != ending_op;
}

/// What has begun is finished first; what has not, never is: those frames are not confirmed.
void session_core::leave_if_it_must() {
  if (must_end_ && life_ == life::living && tasks_by_key_.empty())
    begin_leaving(start({ending_op, false, ask::quit{must_end_->detail}}, task_step::acting));
}

/// Of a frame whose answer was cut short amid a later part: what a former owner, or the link, had told of it.
std::uint32_t session_core::parts_told(const client_command& frame) const {
  const bool goes_on = piece_to_go_on_ && piece_to_go_on_->op == frame.op && !frame.resent;
  return goes_on ? piece_to_go_on_->part : 0;
}

/// `gives_up`: it is the oldest frame, and none behind it has come; nothing in it is looked at.
bool session_core::may_begin(const task_key& which, const ask::request& request, bool gives_up) const {
  if (life_ != life::living && life_ != life::leaving)
    return false;
  if (tasks_by_key_.contains(which))
    return true; // under way since before the client came back: its answers are this frame's
  if (must_end_ || life_ == life::leaving)
    return false;
  if (gives_up)
    return true;
  if (tasks::is_barrier(request))
    return tasks_but_pings() == 0;
  return !is_crowded() && !conflicts(request);
}

/// Those that others wait for: a ping waits for others. Its own bound is that of the frames.
std::size_t session_core::tasks_but_pings() const {
  return static_cast<std::size_t>(std::ranges::count_if(
    tasks_by_key_, [](const auto& each) { return !std::holds_alternative<ask::ping>(each.second.command.request); }));
}

bool session_core::is_crowded() const {
  return tasks_but_pings() >= limits::unanswered_effects_max
         || (!tasks_by_key_.empty() && std::ranges::any_of(tasks_by_key_, [](const auto& each) {
              return tasks::is_barrier(each.second.command.request);
            }));
}

/// Commands to one room go out in the order of their frames: nothing overtakes what still looks for its room.
bool session_core::conflicts(const ask::request& request) const {
  const auto key = room_key_of(request);
  return std::ranges::any_of(tasks_by_key_, [&](const auto& each) {
    const auto& task = each.second;
    if (tasks::person_of(task.command.request) && task.step != task_step::acting)
      return true; // its room is not known yet: it may be any
    if (key.empty() || task.key != key)
      return false;
    const bool reads_behind_write = tasks::is_question(request) && tasks::is_command(task.command.request);
    return tasks::changes_membership(task) || reads_behind_write;
  });
}

void session_core::confirm_frames() {
  give_output output;
  std::uint64_t confirmed_op = 0;
  while (!frames_.frames().empty()) {
    if (frames_.front_is_answered()) {
      auto frame = frames_.pop();
      tell_parts(frame, frame.part_count(), output);
      output.confirmed_in_seq = frame.in_seq;
      if (gives_up(frame.in_seq))
        give_up_ = 0;
      confirmed_op = std::max(confirmed_op, frame.command.op);
      if (piece_ && piece_->op == frame.command.op) {
        piece_.reset();
        snapshot_changed_ = true;
      }
      continue;
    }
    auto* task = next_with_piece();
    if (!task || paced_)
      break;
    tell_parts(frames_.frames().front(), task->command.part, output);
    tell_piece(*task, output);
  }
  if (confirmed_op != 0)
    output.replies.push_back(tell::confirmed{confirmed_op});
  put_snapshot(output);
  if (output.confirmed_in_seq == 0 && output.replies.empty() && !output.snapshot && !owes_answer_)
    return;
  owes_answer_ = false;
  output.cost = std::exchange(cost_, 0);
  effect(std::move(output));
}

/// The replies of the parts before `end` that were not told yet. Requires that they are answered.
void session_core::tell_parts(window_frame& frame, std::size_t end, give_output& output) {
  for (; frame.told < end; ++frame.told)
    std::ranges::move(frame.part(frame.told).replies, std::back_inserter(output.replies));
}

/// Of the oldest frame, the first part that is not answered, if a piece of its answer is ready. Null: none.
session_task* session_core::next_with_piece() {
  const auto& frame = frames_.frames().front();
  std::uint32_t part = 0;
  while (frame.part(part).answered)
    ++part;
  const auto task = tasks_by_key_.find({frame.command.op, part});
  const bool has_piece = task != tasks_by_key_.end() && task->second.pages && !task->second.pages->ready.empty();
  return has_piece ? &task->second : nullptr;
}

/// Requires a piece that is ready, of the first part of the oldest frame that is not answered.
void session_core::tell_piece(session_task& task, give_output& output) {
  auto& pages = *task.pages;
  auto piece = std::move(pages.ready.front());
  pages.ready.pop_front();
  ++pages.told;
  if (pages.ready.empty() && !pages.more) {
    done(key_of(task.command), std::move(piece.answer));
    return;
  }
  output.replies.push_back(client_reply{task.command.op, true, std::move(piece.answer), task.command.part});
  output.paced = paced_ = true;
  piece_ = std::move(piece.after);
  piece_->piece = pages.told;
  snapshot_changed_ = true;
  if (pages.ready.empty() && !pages.outstanding)
    ask_next_page(task);
}

void session_core::resumed_sending(const sending_resumed& what) {
  if (what.attach != route_.attach || what.epoch != route_.epoch)
    return;
  paced_ = false;
  replayed_bytes_ = 0;
  for (auto& [room, seat] : seats_by_room_)
    ask_missing(seat);
}

// -------------------------------------------------------------------------------------------------------- end

void session_core::must_end(const session_must_end& what) {
  if (over() || what.epoch < route_.epoch || must_end_)
    return;
  must_end_ = what.why;
  if (route_.proxy.empty())
    route_.epoch = what.epoch;
  drop_questions();
}

/// Every room logs that the session has quit; its own `left` answers, one room after the other has it gone.
void session_core::begin_leaving(session_task& task) {
  life_ = life::leaving;
  for (const auto& [room, seat] : seats_by_room_)
    if (seat.member)
      task.to_come.push_back(room);
  tell_next_rooms(task);
}

void session_core::end_session(std::uint64_t confirmed_in_seq) {
  confirm_frames(); // what was answered just before
  life_ = life::over;
  godwit::end_session last{id_, route_.epoch};
  last.node = self_;
  send_to(broker_service(entity_kind::directory), std::move(last));
  effect(give_output{{}, confirmed_in_seq, {}, false, must_end_.value_or(error{error_code::session_ended, {}})});
  effect(session_over{});
}

session_effects session_core::finish() {
  const auto lives = [this] { return life_ == life::living || life_ == life::leaving; };
  const auto go_on = [this] {
    begin_frames();
    ask_whether_delivered();
    leave_if_it_must();
  };
  if (lives())
    go_on();
  while (lives()) {
    drop_empty_seats();
    confirm_frames();
    go_on(); // what was told may have been what the next waited for
    if (!frames_.front_is_answered())
      break;
  }
  if (std::exchange(person_changed_, false))
    describe();
  return std::exchange(effects_, {});
}

// --------------------------------------------------------------------------------------------------- snapshot

session_snapshot session_core::snapshot() const {
  session_snapshot out{nick_, away_, {}, piece_, steps_, {}, signed_on_, modes_, {}, presence_change_};
  if (protocol_ == protocol::native) // others end with their connection
    out.first_host = first_host_;
  for (const auto& [room, seat] : seats_by_room_)
    if (seat.member)
      out.rooms.push_back({room, seat.key, seat.title, seat.companion, seat.joined_seq, seat.modes});
  out.loose = loose_ends_now();
  return out;
}

loose_ends session_core::loose_ends_now() const {
  loose_ends out;
  if (real_name_changed_)
    out.real_name = real_name_;
  out.released_nicks = released_nicks_;
  for (const auto& [room, was] : departed_)
    out.departed.push_back({{room, was.key, was.title, {}, was.joined_seq, was.modes}, was.gone_seq});
  for (const auto& each : invitations_)
    out.invitations.push_back({each.room, each.title, each.by});
  for (const auto& [op, why] : refused_posts_)
    out.refused_posts.push_back({op, why});
  return out;
}

void session_core::put_snapshot(give_output& output) {
  if (!snapshot_changed_)
    return;
  snapshot_changed_ = false;
  person_changed_ = true; // it may have been that
  auto bytes = encode_snapshot(snapshot());
  if (bytes == told_snapshot_)
    return;
  told_snapshot_ = bytes;
  output.snapshot = std::move(bytes);
}

/// What no frame caused: it goes before what follows it.
void session_core::tell_now(std::vector<server_frame> frames) {
  if (frames.empty())
    return;
  owes_answer_ = false;
  give_output output{std::move(frames), 0, {}, false, {}};
  put_snapshot(output);
  effect(std::move(output));
}

} // namespace godwit
