#include "messages/native_codec.hpp"

#include "messages/capnp_bytes.hpp"
#include "messages/frame.hpp"
#include "messages/native_moderation.hpp"
#include "messages/native_people.hpp"
#include "messages/overloaded.hpp"
#include "messages/text_limits.hpp"

#include <messages/client.capnp.h>

#include <algorithm>
#include <stdexcept>

namespace godwit::native {
namespace {

using capnp_bytes::read_message;
using capnp_bytes::string;
using capnp_bytes::text;

std::string framed(capnp::MallocMessageBuilder& message) {
  const auto words = capnp::messageToFlatArray(message);
  const auto bytes = words.asBytes();
  std::string out;
  out.reserve(frame_header_bytes + bytes.size());
  append_frame(out, client_channel::session, {reinterpret_cast<const char*>(bytes.begin()), bytes.size()});
  return out;
}

std::int64_t microseconds(timestamp time) { return time.time_since_epoch().count(); }
timestamp time_of(std::int64_t microseconds) { return timestamp(std::chrono::microseconds(microseconds)); }
/// A message is 0, as it was before there were notices.
std::uint8_t number_of(post_kind kind) {
  return kind == post_kind::message ? std::uint8_t{0} : static_cast<std::uint8_t>(kind);
}

// ------------------------------------------------------------------------------- client → server, decoding

template <class Target>
ask::target read_target(typename Target::Reader target) {
  switch (target.which()) {
  case Target::ROOM: return ask::room_named{string(target.getRoom())};
  case Target::PERSON: return ask::person_named{string(target.getPerson())};
  case Target::ROOM_ID: return ask::room_numbered{room_id{target.getRoomId()}};
  }
  throw std::runtime_error("unknown target"); // becomes `unreadable`
}

ask::history read_history_question(wire::HistoryQuestion::Reader from) {
  ask::history out{read_target<wire::HistoryQuestion::Target>(from.getTarget()), {}, from.getLimit()};
  const auto range = from.getRange();
  switch (range.which()) {
  case wire::HistoryQuestion::Range::LAST: out.range = ask::newest{range.getLast()}; return out;
  case wire::HistoryQuestion::Range::SINCE: out.range = ask::since{range.getSince()}; return out;
  case wire::HistoryQuestion::Range::SINCE_LEFT: out.range = ask::since_left{}; return out;
  }
  throw std::runtime_error("unknown range");
}

post_kind kind_of(std::uint8_t number) {
  if (number > static_cast<std::uint8_t>(post_kind::notice))
    throw std::runtime_error("unknown kind of post"); // becomes `unreadable`
  return number == 0 ? post_kind::message : static_cast<post_kind>(number);
}

member_mode audience_of(std::uint8_t number) {
  if (number != 0 && !is_member_mode(number))
    throw std::runtime_error("unknown audience");
  return static_cast<member_mode>(number);
}

ask::post read_post(wire::Post::Reader from) {
  return {read_target<wire::Post::Target>(from.getTarget()), string(from.getText()), kind_of(from.getKind()),
          audience_of(from.getAudience())};
}

ask::request read_request(wire::ClientFrame::Reader from) {
  using wire::ClientFrame;
  switch (from.which()) {
  case ClientFrame::LOGIN: return ask::login{string(from.getLogin().getNick())};
  case ClientFrame::NICK: return ask::change_nick{string(from.getNick())};
  case ClientFrame::JOIN: return ask::join{string(from.getJoin())};
  case ClientFrame::LEAVE: return ask::leave{string(from.getLeave().getRoom()), string(from.getLeave().getReason())};
  case ClientFrame::POST: return read_post(from.getPost());
  case ClientFrame::MEMBERS: return ask::members{string(from.getMembers())};
  case ClientFrame::ROOMS: return ask::rooms{};
  case ClientFrame::SET_TOPIC:
    return ask::set_topic{string(from.getSetTopic().getRoom()), string(from.getSetTopic().getText())};
  case ClientFrame::READ_TOPIC: return ask::read_topic{string(from.getReadTopic())};
  case ClientFrame::AWAY: return ask::away{string(from.getAway())};
  case ClientFrame::HISTORY: return read_history_question(from.getHistory());
  case ClientFrame::PING: return ask::ping{from.getPing()};
  case ClientFrame::QUIT: return ask::quit{string(from.getQuit())};
  case ClientFrame::JOIN_WITH_KEY:
    return ask::join{string(from.getJoinWithKey().getRoom()), string(from.getJoinWithKey().getKey())};
  case ClientFrame::KICK:
    return ask::kick{string(from.getKick().getRoom()), string(from.getKick().getNick()),
                     string(from.getKick().getReason())};
  case ClientFrame::INVITE: return ask::invite{string(from.getInvite().getRoom()), string(from.getInvite().getNick())};
  case ClientFrame::CHANGE_MODES:
    if (auto changes = read_changes(from.getChangeModes().getChanges()))
      return ask::change_modes{string(from.getChangeModes().getRoom()), *std::move(changes)};
    return ask::unreadable{{error_code::mode_invalid, {}}};
  case ClientFrame::READ_SETTINGS: return ask::read_settings{string(from.getReadSettings())};
  case ClientFrame::WHOIS: return ask::people{{people_kind::named, {string(from.getWhois())}}};
  case ClientFrame::OPERATOR: return read(from.getOperator());
  case ClientFrame::EXPEL: return read(from.getExpel());
  case ClientFrame::PROCLAIM: return read(from.getProclaim());
  }
  return ask::unreadable{{error_code::unsupported, "request " + std::to_string(static_cast<unsigned>(from.which()))}};
}

/// The op can be read where the rest can not: a frame is answered by its number wherever that is possible.
ask::request read_request_or_why_not(wire::ClientFrame::Reader from) {
  try {
    return read_request(from);
  } catch (const kj::Exception&) {
    return ask::unreadable{{error_code::bad_frame, {}}};
  } catch (const std::exception&) {
    return ask::unreadable{{error_code::bad_frame, {}}};
  }
}

// ------------------------------------------------------------------------------- client → server, encoding

template <class Target>
void write_target(Target to, const ask::target& from) {
  if (const auto* room = std::get_if<ask::room_named>(&from))
    to.setRoom(text(room->room));
  else if (const auto* person = std::get_if<ask::person_named>(&from))
    to.setPerson(text(person->nick));
  else
    to.setRoomId(std::get<ask::room_numbered>(from).room.value);
}

struct request_writer {
  wire::ClientFrame::Builder to;

  void operator()(const ask::login& it) { to.initLogin().setNick(text(it.nick)); }
  void operator()(const ask::change_nick& it) { to.setNick(text(it.nick)); }
  void operator()(const ask::join& it) {
    if (it.key.empty())
      return to.setJoin(text(it.room));
    auto out = to.initJoinWithKey();
    out.setRoom(text(it.room));
    out.setKey(text(it.key));
  }
  void operator()(const ask::leave& it) {
    auto out = to.initLeave();
    out.setRoom(text(it.room));
    out.setReason(text(it.reason));
  }
  void operator()(const ask::post& it) {
    auto out = to.initPost();
    write_target(out.getTarget(), it.to);
    out.setText(text(it.text));
    out.setKind(number_of(it.kind));
    out.setAudience(static_cast<std::uint8_t>(it.audience));
  }
  void operator()(const ask::members& it) { to.setMembers(text(it.room)); }
  void operator()(const ask::rooms&) { to.setRooms(); }
  void operator()(const ask::set_topic& it) {
    auto out = to.initSetTopic();
    out.setRoom(text(it.room));
    out.setText(text(it.text));
  }
  void operator()(const ask::read_topic& it) { to.setReadTopic(text(it.room)); }
  void operator()(const ask::away& it) { to.setAway(text(it.text)); }
  void operator()(const ask::history& it) {
    auto out = to.initHistory();
    write_target(out.getTarget(), it.of);
    auto range = out.getRange();
    if (const auto* newest = std::get_if<ask::newest>(&it.range))
      range.setLast(newest->count);
    else if (const auto* since = std::get_if<ask::since>(&it.range))
      range.setSince(since->seq);
    else
      range.setSinceLeft();
    out.setLimit(it.limit);
  }
  void operator()(const ask::ping& it) { to.setPing(it.number); }
  void operator()(const ask::quit& it) { to.setQuit(text(it.reason)); }
  void operator()(const ask::kick& it) {
    auto out = to.initKick();
    out.setRoom(text(it.room));
    out.setNick(text(it.nick));
    out.setReason(text(it.reason));
  }
  void operator()(const ask::invite& it) {
    auto out = to.initInvite();
    out.setRoom(text(it.room));
    out.setNick(text(it.nick));
  }
  void operator()(const ask::change_modes& it) {
    auto out = to.initChangeModes();
    out.setRoom(text(it.room));
    write_changes(out.initChanges(static_cast<unsigned>(it.changes.size())), it.changes);
  }
  void operator()(const ask::read_settings& it) { to.setReadSettings(text(it.room)); }
  void operator()(const ask::people& it) {
    to.setWhois(text(it.what.nicks.empty() ? std::string{} : it.what.nicks[0]));
  }
  void operator()(const ask::become_operator& it) { write(to.initOperator(), it); }
  void operator()(const ask::set_user_modes&) { to.initOperator(); } // is_encodable: not to be an operator any more
  void operator()(const ask::expel& it) { write(to.initExpel(), it); }
  void operator()(const ask::proclaim& it) { write(to.initProclaim(), it); }
  template <class Other>
  void operator()(const Other&) {} // not of this protocol: is_encodable
};

template <class Request, class... Others>
inline constexpr bool is_one_of = (std::is_same_v<Request, Others> || ...);

/// Whether the protocol has words for it.
bool is_encodable(const ask::request& request) {
  if (const auto* modes = std::get_if<ask::set_user_modes>(&request))
    return *modes == ask::set_user_modes{{}, user_mode::server_operator, {}};
  return std::visit(
    []<class Request>(const Request&) {
      return !is_one_of<Request, ask::unreadable, ask::take_nick, ask::introduce, ask::hold_login, ask::local,
                        ask::replay, ask::set_real_name, ask::signal, ask::invitations, ask::leave_all>;
    },
    request);
}

} // namespace

result<client_command> decode_command(std::string_view bytes) {
  return read_message<wire::ClientFrame>(
    bytes, result<client_command>(error_code::bad_frame), [](wire::ClientFrame::Reader from) -> result<client_command> {
      if (from.getOp() == 0)
        return client_command{0, from.getResent(), ask::unreadable{{error_code::request_invalid, "op 0"}}};
      return client_command{from.getOp(), from.getResent(), read_request_or_why_not(from)};
    });
}

std::string encode(const client_command& command) {
  if (!is_encodable(command.request))
    return {};
  capnp::MallocMessageBuilder message;
  auto frame = message.initRoot<wire::ClientFrame>();
  frame.setOp(command.op);
  frame.setResent(command.resent);
  std::visit(request_writer{frame}, command.request);
  return framed(message);
}

// ------------------------------------------------------------------------------- server → client, encoding

namespace {

bool is_shown(const log_entry& entry) { return !std::holds_alternative<unknown_entry>(entry.body); }

/// Requires is_shown(entry).
void write_event(wire::RoomEvent::Builder to, room_id room, const log_entry& entry, std::uint64_t op) {
  to.setRoomId(room.value);
  to.setRoomSeq(entry.seq);
  to.setTimeUs(microseconds(entry.time));
  to.setNick(text(entry.nick));
  to.setOp(op);
  if (const auto* posted = std::get_if<godwit::posted>(&entry.body)) {
    to.setPosted(text(posted->text));
    to.setKind(number_of(posted->kind));
    to.setAudience(static_cast<std::uint8_t>(posted->audience));
  } else if (const auto* left = std::get_if<godwit::left>(&entry.body))
    left->quit ? to.setQuit(text(left->reason)) : to.setLeft(text(left->reason));
  else if (const auto* topic = std::get_if<godwit::topic_set>(&entry.body))
    to.setTopic(text(topic->text));
  else if (const auto* renamed = std::get_if<godwit::renamed>(&entry.body))
    to.setRenamed(text(renamed->to));
  else if (const auto* modes = std::get_if<modes_changed>(&entry.body))
    write_changes(to.initModesChanged(static_cast<unsigned>(modes->changes.size())), modes->changes);
  else if (const auto* kicked = std::get_if<godwit::kicked>(&entry.body)) {
    auto out = to.initKicked();
    out.setNick(text(kicked->nick));
    out.setReason(text(kicked->reason));
  } else if (const auto* invited = std::get_if<godwit::invited>(&entry.body))
    to.setInvited(text(invited->nick));
  else if (const auto* forgotten = std::get_if<godwit::forgotten>(&entry.body))
    to.initForgotten().setFirst(forgotten->first);
  else {
    to.setJoined();
    to.setModes(std::get<joined>(entry.body).modes.bits);
  }
}

struct answer_writer {
  wire::Reply::Builder to;

  void operator()(const error& it) {
    auto out = to.initError();
    out.setCode(static_cast<std::uint16_t>(it.code));
    out.setName(text(name_of(it.code)));
    out.setText(text(sentence_of(it.code)));
    out.setRetry(may_retry(it.code));
    out.setDetail(text(it.detail));
  }
  void operator()(const tell::logged_in& it) { to.setLoggedIn(text(it.nick)); }
  void operator()(const tell::nick_changed& it) { to.setNick(text(it.nick)); }
  void operator()(const tell::members& it) {
    auto rows = to.initMembers(static_cast<unsigned>(it.rows.size()));
    for (unsigned at = 0; at < rows.size(); ++at) {
      rows[at].setNick(text(it.rows[at].nick));
      rows[at].setAway(text(it.rows[at].away));
      rows[at].setModes(it.rows[at].modes.bits);
      rows[at].setMask(text(it.rows[at].mask));
      rows[at].setRealName(text(it.rows[at].real_name));
    }
  }
  void operator()(const tell::rooms& it) {
    auto rows = to.initRooms(static_cast<unsigned>(it.rows.size()));
    for (unsigned at = 0; at < rows.size(); ++at) {
      rows[at].setRoom(text(it.rows[at].room));
      rows[at].setMemberCount(it.rows[at].member_count);
      rows[at].setTopic(text(it.rows[at].topic));
    }
  }
  void operator()(const tell::topic& it) {
    auto out = to.initTopic();
    out.setRoomId(it.room.value);
    out.setText(text(it.text));
    out.setBy(text(it.by));
    out.setTimeUs(microseconds(it.time));
  }
  void operator()(const tell::history& it) {
    auto out = to.initHistory();
    out.setRoomId(it.room.value);
    const auto shown = std::ranges::count_if(it.events, [](const auto& each) { return is_shown(*each.entry); });
    auto events = out.initEvents(static_cast<unsigned>(shown));
    unsigned at = 0;
    for (const auto& each : it.events)
      if (is_shown(*each.entry))
        write_event(events[at++], it.room, *each.entry, each.op);
    write_own(out, it.events);
  }
  static void write_own(wire::History::Builder to, const std::vector<tell::event>& events) {
    const auto is_own = [](const auto& each) { return each.frame.session && is_shown(*each.entry); };
    const auto count = std::ranges::count_if(events, is_own);
    if (count == 0)
      return;
    auto own = to.initOwn(static_cast<unsigned>(count));
    unsigned at = 0;
    std::uint32_t shown = 0;
    for (const auto& each : events) {
      if (is_own(each)) {
        auto row = own[at++];
        row.setEvent(shown);
        row.setSession(each.frame.session.value);
        row.setOp(each.frame.op);
      }
      shown += is_shown(*each.entry) ? 1 : 0;
    }
  }
  void operator()(const tell::pong& it) { to.setPong(it.number); }
  void operator()(const tell::was_posted& it) {
    auto out = to.initPosted();
    out.setRoomId(it.room.value);
    out.setRoomSeq(it.seq);
    out.setId(text(message_id(it.room, it.seq)));
    out.setTimeUs(microseconds(it.time));
  }
  void operator()(const tell::is_away& it) { to.setAway(text(it.text)); }
  void operator()(const tell::has_left& it) { to.setLeft(it.room.value); }
  void operator()(const tell::settings& it) { write_settings(to.initSettings(), it); }
  void operator()(const tell::people& it) { write(to.initPerson(), it); }
  void operator()(const tell::user_modes_set& it) { to.setOperator(it.now.has(user_mode::server_operator)); }
  void operator()(const tell::ordered&) { to.setOrdered(); }
  template <class Other>
  void operator()(const Other&) {} // not of this protocol: is_told
};

/// Whether the protocol has words for it.
bool is_told(const tell::answer& answer) {
  return !std::holds_alternative<tell::noted>(answer) && !std::holds_alternative<tell::your_turn>(answer)
         && !std::holds_alternative<tell::unknown_answer>(answer)
         && !std::holds_alternative<tell::real_name_set>(answer) && !std::holds_alternative<tell::invitations>(answer)
         && !std::holds_alternative<tell::person_away>(answer)
         && !(std::holds_alternative<tell::people>(answer) && std::get<tell::people>(answer).rows.empty());
}

struct frame_encoder {
  std::string operator()(const tell::confirmed& it) const {
    return build([&](auto frame) { frame.setConfirmed(it.op); });
  }
  std::string operator()(const client_reply& it) const {
    if (!is_told(it.answer))
      return {};
    return build([&](auto frame) {
      auto reply = frame.initReply();
      reply.setOp(it.op);
      reply.setMore(it.more);
      std::visit(answer_writer{reply}, it.answer);
    });
  }
  std::string operator()(const tell::room_opened& it) const {
    return build([&](auto frame) {
      auto out = frame.initRoomOpened();
      out.setRoomId(it.room.value);
      out.setRoom(text(it.title));
      out.setPerson(text(it.person));
      out.setRoomSeq(it.seq);
    });
  }
  std::string operator()(const tell::event& it) const { return encode_event(it.room, *it.entry, it.op); }
  std::string operator()(const tell::presence& it) const {
    return it.parts.has(presence_part::away) ? encode_presence(it.room, it.nick, it.away) : std::string{};
  }
  std::string operator()(const tell::signal&) const { return {}; } // not of this protocol
  std::string operator()(const tell::proclaimed& it) const {
    return build([&](auto frame) { write(frame.initProclaimed(), it); });
  }
  std::string operator()(const tell::unknown_frame&) const { return {}; }
  std::string operator()(const tell::invitation& it) const { return encode_invitation(it); }

  template <class Fill>
  static std::string build(Fill&& fill) {
    capnp::MallocMessageBuilder message;
    fill(message.initRoot<wire::ServerFrame>());
    return framed(message);
  }
};

} // namespace

std::string encode(const server_frame& frame) { return std::visit(frame_encoder{}, frame); }

std::string encode_event(room_id room, const log_entry& entry, std::uint64_t op) {
  if (!is_shown(entry))
    return {};
  return frame_encoder::build([&](auto frame) { write_event(frame.initEvent(), room, entry, op); });
}

std::string encode_presence(room_id room, std::string_view nick, std::string_view away) {
  return frame_encoder::build([&](auto frame) {
    auto out = frame.initPresence();
    out.setRoomId(room.value);
    out.setNick(text(nick));
    out.setAway(text(away));
  });
}

std::string encode_invitation(const tell::invitation& what) {
  return frame_encoder::build([&](auto frame) {
    auto out = frame.initInvitation();
    out.setRoomId(what.room.value);
    out.setRoom(text(what.title));
    out.setBy(text(what.by));
  });
}

// ------------------------------------------------------------------------------- server → client, decoding

namespace {

/// A newer server's are shown as what comes nearest.
posted read_posted(wire::RoomEvent::Reader from) {
  const auto audience = from.getAudience();
  return {string(from.getPosted()), from.getKind() == 2 ? post_kind::notice : post_kind::message,
          audience == 0 || is_member_mode(audience) ? static_cast<member_mode>(audience) : member_mode::founder};
}

entry_body read_body(wire::RoomEvent::Reader from) {
  using wire::RoomEvent;
  switch (from.which()) {
  case RoomEvent::POSTED: return read_posted(from);
  case RoomEvent::JOINED: return joined{member_modes{from.getModes()}};
  case RoomEvent::LEFT: return left{string(from.getLeft()), false};
  case RoomEvent::QUIT: return left{string(from.getQuit()), true};
  case RoomEvent::TOPIC: return topic_set{string(from.getTopic())};
  case RoomEvent::RENAMED: return renamed{string(from.getRenamed())};
  case RoomEvent::MODES_CHANGED:
    if (auto changes = read_changes(from.getModesChanged()))
      return modes_changed{*std::move(changes)};
    break;
  case RoomEvent::KICKED: return kicked{{}, string(from.getKicked().getNick()), string(from.getKicked().getReason())};
  case RoomEvent::FORGOTTEN: return forgotten{std::min(from.getForgotten().getFirst(), from.getRoomSeq())};
  case RoomEvent::INVITED: return invited{{}, string(from.getInvited())};
  }
  return unknown_entry{static_cast<std::uint16_t>(from.which())};
}

tell::event read_event(wire::RoomEvent::Reader from) {
  auto entry = std::make_shared<log_entry>();
  entry->seq = from.getRoomSeq();
  entry->time = time_of(from.getTimeUs());
  entry->name.op = from.getOp();
  entry->nick = string(from.getNick());
  entry->body = read_body(from);
  return {room_id{from.getRoomId()}, from.getOp(), std::move(entry)};
}

tell::members read_members_rows(capnp::List<wire::Member>::Reader from) {
  tell::members out;
  out.rows.reserve(from.size());
  for (const auto each : from)
    out.rows.push_back({string(each.getNick()), string(each.getAway()), member_modes{each.getModes()},
                        string(each.getMask()), string(each.getRealName())});
  return out;
}

tell::rooms read_room_rows(capnp::List<wire::RoomRow>::Reader from) {
  tell::rooms out;
  out.rows.reserve(from.size());
  for (const auto each : from)
    out.rows.push_back({string(each.getRoom()), each.getMemberCount(), string(each.getTopic())});
  return out;
}

tell::history read_history_events(wire::History::Reader from) {
  tell::history out{room_id{from.getRoomId()}, {}};
  out.events.reserve(from.getEvents().size());
  for (const auto each : from.getEvents())
    out.events.push_back(read_event(each));
  for (const auto each : from.getOwn())
    if (each.getEvent() < out.events.size() && each.getSession() != 0)
      out.events[each.getEvent()].frame = {session_id{each.getSession()}, each.getOp()};
  return out;
}

/// Of an error that this build does not know, the server's own sentence is kept as the detail.
error read_error(wire::Error::Reader from) {
  error why{static_cast<error_code>(from.getCode()), string(from.getDetail())};
  if (!is_known(from.getCode()))
    why.detail = string(from.getText()) + (why.detail.empty() ? "" : " (" + why.detail + ')');
  return why;
}

tell::answer read_answer(wire::Reply::Reader from) {
  using wire::Reply;
  switch (from.which()) {
  case Reply::ERROR: return read_error(from.getError());
  case Reply::LOGGED_IN: return tell::logged_in{string(from.getLoggedIn())};
  case Reply::NICK: return tell::nick_changed{string(from.getNick())};
  case Reply::MEMBERS: return read_members_rows(from.getMembers());
  case Reply::ROOMS: return read_room_rows(from.getRooms());
  case Reply::TOPIC: {
    const auto it = from.getTopic();
    return tell::topic{room_id{it.getRoomId()}, string(it.getText()), string(it.getBy()), time_of(it.getTimeUs())};
  }
  case Reply::HISTORY: return read_history_events(from.getHistory());
  case Reply::PONG: return tell::pong{from.getPong()};
  case Reply::POSTED: {
    const auto it = from.getPosted();
    return tell::was_posted{room_id{it.getRoomId()}, it.getRoomSeq(), time_of(it.getTimeUs())};
  }
  case Reply::AWAY: return tell::is_away{string(from.getAway())};
  case Reply::LEFT: return tell::has_left{room_id{from.getLeft()}};
  case Reply::SETTINGS: return read_settings(from.getSettings());
  case Reply::PERSON: return read(from.getPerson());
  case Reply::OPERATOR:
    return tell::user_modes_set{{}, from.getOperator() ? user_modes{user_mode::server_operator} : user_modes{}};
  case Reply::ORDERED: return tell::ordered{};
  }
  return tell::unknown_answer{};
}

server_frame read_server_frame(wire::ServerFrame::Reader from) {
  using wire::ServerFrame;
  switch (from.which()) {
  case ServerFrame::CONFIRMED: return tell::confirmed{from.getConfirmed()};
  case ServerFrame::REPLY:
    return client_reply{from.getReply().getOp(), from.getReply().getMore(), read_answer(from.getReply())};
  case ServerFrame::ROOM_OPENED: {
    const auto it = from.getRoomOpened();
    return tell::room_opened{room_id{it.getRoomId()}, string(it.getRoom()), string(it.getPerson()), it.getRoomSeq()};
  }
  case ServerFrame::EVENT: return read_event(from.getEvent());
  case ServerFrame::PRESENCE: {
    const auto it = from.getPresence();
    return tell::presence{room_id{it.getRoomId()}, string(it.getNick()), string(it.getAway())};
  }
  case ServerFrame::INVITATION: {
    const auto it = from.getInvitation();
    return tell::invitation{room_id{it.getRoomId()}, string(it.getRoom()), string(it.getBy())};
  }
  case ServerFrame::PROCLAIMED: return read(from.getProclaimed());
  }
  return tell::unknown_frame{};
}

} // namespace

result<server_frame> decode_server_frame(std::string_view bytes) {
  return read_message<wire::ServerFrame>(bytes, result<server_frame>(error_code::bad_frame),
                                         [](auto from) -> result<server_frame> { return read_server_frame(from); });
}

} // namespace godwit::native
