// People, as a session knows them: how it describes itself, what it asks of others, what passes between them, and what
// operators of the server do.
#include "actors/rules/ip_network.hpp"
#include "actors/rules/limits.hpp"
#include "actors/rules/session_core.hpp"
#include "messages/masks.hpp"
#include "messages/names.hpp"

#include <algorithm>

namespace godwit {
namespace {

/// Of "127.0.0.1:4711" or "[::1]:4711".
bool is_loopback(const std::string& peer) {
  static const std::vector<ip_network> here{*parse_ip_network("127.0.0.0/8"), *parse_ip_network("::1")};
  auto host = peer.substr(0, peer.rfind(':'));
  if (host.starts_with('[') && host.ends_with(']'))
    host = host.substr(1, host.size() - 2);
  const auto address = parse_ip_address(host);
  return address && any_contains(here, *address);
}

} // namespace

// ------------------------------------------------------------------------------------------- what others may know

/// What has changed since the directory was told last; all, where its link was reset since.
void session_core::describe() {
  if (nick_.empty() || life_ != life::living)
    return;
  describe_person what{id_,        route_.epoch, nick_,    mask(),      real_name_, away_,     modes_,
                       signed_on_, spoke_at_,    address_, !described_, {},         plaintext_};
  for (const auto& [room, seat] : seats_by_room_) {
    if (!seat.member || is_private(seat.key))
      continue;
    const seen_room now{room, seat.title, seat.modes};
    if (const auto told = described_rooms_.find(room); told == described_rooms_.end() || told->second != now) {
      what.rooms.push_back(now);
      described_rooms_[room] = now;
    }
  }
  std::erase_if(described_rooms_, [&](const auto& told) {
    const auto* seat = seat_of(told.first);
    const bool gone = !seat || !seat->member;
    if (gone)
      what.rooms.push_back({told.first, {}, {}, false});
    return gone;
  });
  if (what.rooms.empty() && described_ && what == *described_)
    return;
  described_ = what;
  described_->rooms.clear();
  described_->whole = false;
  send_to(broker_service(entity_kind::directory), std::move(what));
}

/// The directory may be another, which knows nothing: whatever it is told next is all. When, the shell says, since all
/// sessions of a node forget at once.
void session_core::forget_described() {
  described_.reset();
  described_rooms_.clear();
}

void session_core::describe_again() {
  if (!described_)
    person_changed_ = true;
}

void session_core::note_spoken() {
  if (spoke_at_ == timestamp{} || now_ - spoke_at_ >= limits::spoke_told_after) {
    spoke_at_ = now_;
    person_changed_ = true;
  }
}

bool session_core::has_presence() const {
  return !away_.empty() || !modes_.empty() || real_name_changed_ || host_ != first_host_;
}

/// `before`: as the former client's connection came in; empty where that is not known, or was none.
void session_core::note_host(const std::string& before) {
  if (nick_.empty() || host_ == before)
    return;
  note_presence_change();
  person_changed_ = true;
  say_presence_everywhere();
}

void session_core::say_presence_everywhere() {
  snapshot_changed_ = true;
  for (const auto& [room, seat] : seats_by_room_)
    if (seat.member)
      say_presence(seat);
}

/// By the time, so that it rises on another node too, which knows no former one.
void session_core::note_presence_change() {
  const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(now_.time_since_epoch()).count();
  const auto by_time = static_cast<std::uint32_t>(milliseconds);
  const bool rises = static_cast<std::int32_t>(by_time - presence_change_) > 0;
  presence_change_ = rises || presence_change_ == 0 ? by_time : presence_change_ + 1;
  if (presence_change_ == 0)
    presence_change_ = 1; // 0 is none
}

void session_core::begin_user_modes(const client_command& command, const ask::set_user_modes& what) {
  const auto whose = fold_nick(what.nick);
  const auto mine = fold_nick(nick_);
  if (!what.nick.empty() && !(whose && mine && *whose == *mine))
    return refuse(key_of(command), {error_code::not_permitted, {}});
  const auto before = modes_;
  auto add = what.add;
  add.set(user_mode::server_operator, false); // that takes a password
  modes_ = user_modes{static_cast<std::uint8_t>((modes_.bits | add.bits) & ~what.drop.bits)};
  if (!(modes_ == before)) // what others see of it goes to the rooms
    say_presence_everywhere();
  done(key_of(command), tell::user_modes_set{before, modes_});
}

void session_core::begin_real_name(const client_command& command, const ask::set_real_name& what) {
  note_presence_change();
  real_name_ = what.real_name;
  steps_.real_name = what.real_name;
  real_name_changed_ = true;
  snapshot_changed_ = true;
  say_presence_everywhere();
  done(key_of(command), tell::real_name_set{real_name_});
}

// ------------------------------------------------------------------------------------------------------ questions

void session_core::begin_people(const client_command& command, const ask::people& what) {
  auto question = what.what;
  if (question.kind == people_kind::matching) {
    auto mask = normalise_mask(question.mask.empty() ? "*" : question.mask);
    if (!mask)
      return refuse(key_of(command), mask.why());
    question.mask = std::string(without_mute(*mask));
  }
  auto& task = start(command, task_step::acting);
  std::get<ask::people>(task.command.request).what = std::move(question);
  begin_reading(task);
}

void session_core::told(const people_told& what) {
  auto* task = task_of(what.name);
  if (!task || !task->pages || !close_request(what.name))
    return;
  const auto which = key_of(what.name);
  if (what.why)
    return refuse(which, *what.why);
  const auto kind = std::get<ask::people>(task->command.request).what.kind;
  if (kind == people_kind::named && protocol_ == protocol::native && what.rows.empty())
    return refuse(which, {error_code::no_such_nick, {}});
  if (kind != people_kind::matching)
    return done(which, tell::people{what.rows, what.counts});
  auto& pages = *task->pages;
  pages.left -= std::min<std::uint32_t>(pages.left, static_cast<std::uint32_t>(what.rows.size()));
  pages.after = what.next;
  if (!what.rows.empty())
    add_piece(*task, tell::people{what.rows, {}});
  if (!what.next.empty())
    cost_ += limits::people_search_cost; // of the next page: the directory looks at as many people again
  page_ended(*task, !what.next.empty() && pages.left != 0);
}

void session_core::begin_invitations(const client_command& command) {
  tell::invitations open;
  for (const auto& each : invitations_)
    if (const auto* seat = seat_of(each.room); !seat || !seat->member)
      open.titles.push_back(each.title);
  done(key_of(command), std::move(open));
}

void session_core::note_invitation(const room_invitation& what) {
  std::erase_if(invitations_, [&](const auto& each) { return each.room == what.room; });
  invitations_.push_back(what);
  if (invitations_.size() > limits::invitations_max)
    invitations_.erase(invitations_.begin());
  snapshot_changed_ = true;
}

// ---------------------------------------------------------------------------------------------------- what passes

/// At most once: what was begun before may have passed.
void session_core::begin_signal(const client_command& command, const ask::signal& what, bool begun_before) {
  if (begun_before)
    return done(key_of(command));
  if (const auto* person = std::get_if<ask::person_named>(&what.to))
    return begin_person_request(command, person->nick, false);
  auto key = fold_room(std::get<ask::room_named>(what.to).room);
  if (!key)
    return refuse(key_of(command), key.why());
  const auto* seat = member_seat(*key);
  if (!seat)
    return refuse(key_of(command), {error_code::not_in_room, {}});
  send_to(room_anywhere(seat->id), signal_room{seat->id, id_, what.tags});
  done(key_of(command));
}

void session_core::signal_to(session_task& task, const nick_found& found) {
  const auto which = key_of(task.command);
  if (!found.person)
    return refuse(which, found.why.value_or(error{error_code::no_such_nick, {}}));
  const auto& person = *found.person;
  if (!person.worker.empty()) // else it waits for its client, and what passes has passed
    send_to(session_at(person.worker, person.session),
            person_signal{person.session, nick_, mask(), std::get<ask::signal>(task.command.request).tags});
  done(which);
}

void session_core::signalled(const person_signal& what) {
  if (!over() && !nick_.empty() && what.tags.size() <= limits::signal_tags_bytes_max)
    tell_now({tell::signal{what.nick, what.mask, what.tags}});
}

void session_core::proclaimed(const proclamation& what) {
  const bool is_for_me = what.kind == proclamation_kind::notice
                         || (what.kind == proclamation_kind::wallops
                             && (modes_.has(user_mode::wallops) || modes_.has(user_mode::server_operator)));
  if (!over() && !nick_.empty() && is_for_me)
    tell_now({tell::proclaimed{what.kind, what.by, what.mask, what.text}});
}

// -------------------------------------------------------------------------------------- operators of the server

/// A password that crosses a network as it is, is anybody's on the way: it is not even looked at.
void session_core::begin_operator(const client_command& command, const ask::become_operator& what) {
  if (plaintext_ && !is_loopback(address_))
    return refuse(key_of(command), {error_code::operator_refused, "plaintext"});
  auto& task = start(command, task_step::acting);
  const auto name = name_of_effect(key_of(command), effect_k::find);
  effect(check_operator{name, what.name, what.password, address_, mask()});
  // It is needed no more, and what is kept may be looked at.
  std::get<ask::become_operator>(task.command.request).password.clear();
}

void session_core::checked(const effect_name& name, const std::optional<error>& why) {
  const auto* task = task_of(name);
  if (!task || !std::holds_alternative<ask::become_operator>(task->command.request))
    return;
  if (why)
    return refuse(key_of(name), *why);
  const auto before = modes_;
  modes_.set(user_mode::server_operator);
  modes_.set(user_mode::wallops);
  say_presence_everywhere();
  done(key_of(name), tell::user_modes_set{before, modes_});
}

void session_core::begin_expel(const client_command& command, const ask::expel& what) {
  auto shown = shown_nick(what.nick);
  if (!modes_.has(user_mode::server_operator))
    return refuse(key_of(command), {error_code::not_an_operator, {}});
  if (!shown)
    return refuse(key_of(command), {error_code::no_such_nick, {}});
  start(command, task_step::finding);
  const auto name = name_of_effect(key_of(command), effect_k::find);
  ask(broker_service(entity_kind::directory), name, expel_person{origin(name), std::move(*shown), nick_, what.reason});
}

/// At most once, as a signal.
void session_core::begin_proclaim(const client_command& command, const ask::proclaim& what, bool begun_before) {
  if (!modes_.has(user_mode::server_operator))
    return refuse(key_of(command), {error_code::not_an_operator, {}});
  if (!begun_before)
    send_to(broker_service(entity_kind::directory), proclamation{what.kind, nick_, mask(), what.text});
  done(key_of(command), tell::ordered{});
}

} // namespace godwit
