#include "messages/admin_codec.hpp"

#include "messages/capnp_bytes.hpp"
#include "messages/frame.hpp"
#include "messages/overloaded.hpp"

#include <messages/admin.capnp.h>

#include <algorithm>
#include <initializer_list>

namespace godwit::admin {
namespace {

using capnp_bytes::string;
using capnp_bytes::text;

const error unreadable{error_code::bad_frame, {}};

std::string frame_of(capnp::MessageBuilder& message) {
  const auto words = capnp::messageToFlatArray(message);
  const auto bytes = words.asChars();
  std::string out;
  out.reserve(frame_header_bytes + bytes.size());
  append_frame(out, 0, {bytes.begin(), bytes.size()});
  return out;
}

// ------------------------------------------------------------------------------------------------ reading questions

bool is_measure(std::uint8_t number) { return number >= 1 && number <= 4; }

/// Whether no text of a question is longer than what anybody types.
bool fits(std::initializer_list<const std::string*> texts) {
  return std::ranges::all_of(texts, [](const auto* each) { return each->size() <= admin_text_bytes_max; });
}

result<request> asked(std::uint64_t number, admin_question what, std::initializer_list<const std::string*> texts = {}) {
  if (number == 0 || !fits(texts))
    return unreadable;
  return request{question{number, std::move(what)}};
}

request read(wire::AdminHello::Reader from) {
  return hello{from.getVersionMin(), from.getVersionMax(),
               std::string(capnp_bytes::view(from.getSoftware()).substr(0, software_bytes_max))};
}

result<request> read_treatment(std::uint64_t number, wire::AdminRoomTreatment::Reader from) {
  if (!is_measure(from.getMeasure()))
    return request{unknown_question{number}};
  const treat_room what{string(from.getRoom()), static_cast<room_measure>(from.getMeasure()), string(from.getWho()),
                        string(from.getReason())};
  return asked(number, what, {&what.room, &what.who, &what.reason});
}

result<request> read(wire::AdminRequest::Reader from) {
  const auto number = from.getNumber();
  const auto of_node = [&](auto what) { return asked(number, what, {&what.node}); };
  switch (from.which()) {
  case wire::AdminRequest::HELLO: return read(from.getHello());
  case wire::AdminRequest::SHOW_NODES: return asked(number, show_nodes{});
  case wire::AdminRequest::SHOW_SESSIONS: return asked(number, show_sessions{{from.getShowSessions()}});
  case wire::AdminRequest::SHOW_ROOMS: return asked(number, show_rooms{{from.getShowRooms()}});
  case wire::AdminRequest::SHOW_WHERE: {
    const show_where what{string(from.getShowWhere())};
    return asked(number, what, {&what.what});
  }
  case wire::AdminRequest::MIGRATE_SESSION: {
    const auto move = from.getMigrateSession();
    const migrate_session what{string(move.getWhat()), string(move.getTo())};
    return asked(number, what, {&what.who, &what.to});
  }
  case wire::AdminRequest::MIGRATE_ROOM: {
    const auto move = from.getMigrateRoom();
    const migrate_room what{string(move.getWhat()), string(move.getTo())};
    return asked(number, what, {&what.room, &what.to});
  }
  case wire::AdminRequest::DRAIN_NODE: return of_node(drain_node{string(from.getDrainNode())});
  case wire::AdminRequest::UNDRAIN_NODE: return of_node(undrain_node{string(from.getUndrainNode())});
  case wire::AdminRequest::SHOW_DRAIN: return of_node(show_drain{string(from.getShowDrain())});
  case wire::AdminRequest::KICK_PERSON: {
    const auto kick = from.getKickPerson();
    const kick_person what{string(kick.getWho()), string(kick.getReason())};
    return asked(number, what, {&what.who, &what.reason});
  }
  case wire::AdminRequest::TREAT_ROOM: return read_treatment(number, from.getTreatRoom());
  }
  return request{unknown_question{number}};
}

// -------------------------------------------------------------------------------------------------- reading answers

node_shown read(wire::AdminNode::Reader from) {
  return {string(from.getName()),    from.getRoles(), string(from.getState()),
          string(from.getAddress()), from.getPid(),   string(from.getVersion()),
          from.getSessions(),        from.getRooms(), from.getShare()};
}

session_shown read(wire::AdminSession::Reader from) {
  return {{from.getId()},          {from.getGeneration(), from.getMoves()},
          string(from.getNick()),  static_cast<protocol>(from.getProtocol()),
          string(from.getState()), string(from.getProxy()),
          string(from.getWorker())};
}

room_shown read(wire::AdminRoom::Reader from) {
  return {{from.getId()}, from.getEpoch(), string(from.getTitle()), string(from.getState()), string(from.getWorker())};
}

/// Cut at a page's size: no server says more.
template <class Row, class List>
std::vector<Row> rows_of(List from) {
  std::vector<Row> rows;
  const auto count = std::min<std::size_t>(from.size(), admin_page_rows_max);
  rows.reserve(count);
  for (std::size_t i = 0; i < count; ++i)
    rows.push_back(read(from[static_cast<unsigned>(i)]));
  return rows;
}

reply read(std::uint64_t number, wire::AdminFailure::Reader from) {
  return failure{number,
                 {static_cast<error_code>(from.getCode()), string(from.getDetail())},
                 string(from.getName()),
                 string(from.getSentence())};
}

reply read(wire::AdminWelcome::Reader from) {
  return welcome{from.getVersion(), string(from.getNode()), string(from.getCluster()), string(from.getSoftware()),
                 string(from.getOperator())};
}

admin_result read(wire::AdminDrain::Reader from) {
  return drain_progress{string(from.getNode()), from.getDraining(),        from.getSessionsLeft(),
                        from.getRoomsLeft(),    from.getSessionsMoved(),   from.getRoomsMoved(),
                        from.getStuck(),        string(from.getWaitsFor())};
}

result<reply> read(wire::AdminReply::Reader from) {
  const auto number = from.getNumber();
  const auto told = [&](admin_result what) { return reply{answer{number, std::move(what)}}; };
  switch (from.which()) {
  case wire::AdminReply::WELCOME: return read(from.getWelcome());
  case wire::AdminReply::FAILED: return read(number, from.getFailed());
  case wire::AdminReply::DONE: return told(admin_done{});
  case wire::AdminReply::NODES: return told(nodes_shown{rows_of<node_shown>(from.getNodes())});
  case wire::AdminReply::SESSIONS: {
    const auto page = from.getSessions();
    return told(sessions_shown{rows_of<session_shown>(page.getSessions()), {page.getNext()}});
  }
  case wire::AdminReply::ROOMS: {
    const auto page = from.getRooms();
    return told(rooms_shown{rows_of<room_shown>(page.getRooms()), {page.getNext()}});
  }
  case wire::AdminReply::PLACE: {
    const auto place = from.getPlace();
    return told(where_shown{rows_of<session_shown>(place.getSessions()), rows_of<room_shown>(place.getRooms())});
  }
  case wire::AdminReply::MIGRATED:
    return told(migrated{string(from.getMigrated().getWorker()), from.getMigrated().getMicroseconds()});
  case wire::AdminReply::DRAIN: return told(read(from.getDrain()));
  }
  return reply{unknown_answer{number}};
}

// ---------------------------------------------------------------------------------------------------------- writing

void write(wire::AdminRequest::Builder to, const show_nodes&) { to.setShowNodes(); }
void write(wire::AdminRequest::Builder to, const show_sessions& what) { to.setShowSessions(what.after.value); }
void write(wire::AdminRequest::Builder to, const show_rooms& what) { to.setShowRooms(what.after.value); }
void write(wire::AdminRequest::Builder to, const show_where& what) { to.setShowWhere(text(what.what)); }
void write(wire::AdminRequest::Builder to, const migrate_session& what) {
  auto move = to.initMigrateSession();
  move.setWhat(text(what.who));
  move.setTo(text(what.to));
}
void write(wire::AdminRequest::Builder to, const migrate_room& what) {
  auto move = to.initMigrateRoom();
  move.setWhat(text(what.room));
  move.setTo(text(what.to));
}
void write(wire::AdminRequest::Builder to, const drain_node& what) { to.setDrainNode(text(what.node)); }
void write(wire::AdminRequest::Builder to, const undrain_node& what) { to.setUndrainNode(text(what.node)); }
void write(wire::AdminRequest::Builder to, const show_drain& what) { to.setShowDrain(text(what.node)); }
void write(wire::AdminRequest::Builder to, const kick_person& what) {
  auto kick = to.initKickPerson();
  kick.setWho(text(what.who));
  kick.setReason(text(what.reason));
}
void write(wire::AdminRequest::Builder to, const treat_room& what) {
  auto treatment = to.initTreatRoom();
  treatment.setRoom(text(what.room));
  treatment.setMeasure(static_cast<std::uint8_t>(what.what));
  treatment.setWho(text(what.who));
  treatment.setReason(text(what.reason));
}

void write(wire::AdminNode::Builder to, const node_shown& from) {
  to.setName(text(from.name));
  to.setRoles(from.roles);
  to.setState(text(from.state));
  to.setAddress(text(from.address));
  to.setPid(from.pid);
  to.setVersion(text(from.version));
  to.setSessions(from.sessions);
  to.setRooms(from.rooms);
  to.setShare(from.share);
}

void write(wire::AdminSession::Builder to, const session_shown& from) {
  to.setId(from.session.value);
  to.setGeneration(from.epoch.generation);
  to.setMoves(from.epoch.moves);
  to.setNick(text(from.nick));
  to.setProtocol(static_cast<std::uint8_t>(from.protocol));
  to.setState(text(from.state));
  to.setProxy(text(from.proxy));
  to.setWorker(text(from.worker));
}

void write(wire::AdminRoom::Builder to, const room_shown& from) {
  to.setId(from.room.value);
  to.setEpoch(from.epoch);
  to.setTitle(text(from.title));
  to.setState(text(from.state));
  to.setWorker(text(from.worker));
}

template <class List, class Row>
void write_rows(List to, const std::vector<Row>& from) {
  for (unsigned i = 0; i < from.size(); ++i)
    write(to[i], from[i]);
}

void write(wire::AdminReply::Builder to, const admin_done&) { to.setDone(); }
void write(wire::AdminReply::Builder to, const nodes_shown& from) {
  write_rows(to.initNodes(static_cast<unsigned>(from.nodes.size())), from.nodes);
}
void write(wire::AdminReply::Builder to, const sessions_shown& from) {
  auto page = to.initSessions();
  write_rows(page.initSessions(static_cast<unsigned>(from.sessions.size())), from.sessions);
  page.setNext(from.next.value);
}
void write(wire::AdminReply::Builder to, const rooms_shown& from) {
  auto page = to.initRooms();
  write_rows(page.initRooms(static_cast<unsigned>(from.rooms.size())), from.rooms);
  page.setNext(from.next.value);
}
void write(wire::AdminReply::Builder to, const where_shown& from) {
  auto place = to.initPlace();
  write_rows(place.initSessions(static_cast<unsigned>(from.sessions.size())), from.sessions);
  write_rows(place.initRooms(static_cast<unsigned>(from.rooms.size())), from.rooms);
}
void write(wire::AdminReply::Builder to, const migrated& from) {
  auto moved = to.initMigrated();
  moved.setWorker(text(from.worker));
  moved.setMicroseconds(from.microseconds);
}
void write(wire::AdminReply::Builder to, const drain_progress& from) {
  auto drain = to.initDrain();
  drain.setNode(text(from.node));
  drain.setDraining(from.draining);
  drain.setSessionsLeft(from.sessions_left);
  drain.setRoomsLeft(from.rooms_left);
  drain.setSessionsMoved(from.sessions_moved);
  drain.setRoomsMoved(from.rooms_moved);
  drain.setStuck(from.stuck);
  drain.setWaitsFor(text(from.waits_for));
}
void write(wire::AdminReply::Builder to, const failure& from) {
  to.setNumber(from.number);
  auto failed = to.initFailed();
  failed.setCode(static_cast<std::uint16_t>(from.why.code));
  failed.setName(text(from.name));
  failed.setSentence(text(from.sentence));
  failed.setDetail(text(from.why.detail));
}
void write(wire::AdminReply::Builder to, const error& from) { write(to, failure_of(to.getNumber(), from)); }

} // namespace

result<request> decode_request(std::string_view bytes) {
  if (bytes.size() > admin_request_bytes_max)
    return unreadable;
  return capnp_bytes::read_message<wire::AdminRequest>(bytes, result<request>{unreadable},
                                                       [](auto root) { return read(root); });
}

result<reply> decode_reply(std::string_view bytes) {
  if (bytes.size() > admin_reply_bytes_max)
    return unreadable;
  return capnp_bytes::read_message<wire::AdminReply>(bytes, result<reply>{unreadable},
                                                     [](auto root) { return read(root); });
}

std::string encode(const request& what) {
  if (std::holds_alternative<unknown_question>(what))
    return {};
  capnp::MallocMessageBuilder message;
  auto root = message.initRoot<wire::AdminRequest>();
  if (const auto* greeting = std::get_if<hello>(&what)) {
    auto to = root.initHello();
    to.setVersionMin(greeting->version_min);
    to.setVersionMax(greeting->version_max);
    to.setSoftware(text(std::string_view(greeting->software).substr(0, software_bytes_max)));
  } else {
    const auto& asked = std::get<question>(what);
    root.setNumber(asked.number);
    std::visit([&](const auto& each) { write(root, each); }, asked.what);
  }
  return frame_of(message);
}

std::string encode(const reply& what) {
  if (std::holds_alternative<unknown_answer>(what))
    return {};
  capnp::MallocMessageBuilder message;
  auto root = message.initRoot<wire::AdminReply>();
  if (const auto* greeting = std::get_if<welcome>(&what)) {
    auto to = root.initWelcome();
    to.setVersion(greeting->version);
    to.setNode(text(greeting->node));
    to.setCluster(text(greeting->cluster));
    to.setSoftware(text(greeting->software));
    to.setOperator(text(greeting->operator_name));
  } else if (const auto* failed = std::get_if<failure>(&what)) {
    write(root, *failed);
  } else {
    const auto& told = std::get<answer>(what);
    root.setNumber(told.number);
    std::visit([&](const auto& each) { write(root, each); }, told.what);
  }
  return frame_of(message);
}

reply reply_of(std::uint64_t number, admin_result result) {
  if (const auto* why = std::get_if<error>(&result))
    return failure_of(number, *why);
  return answer{number, std::move(result)};
}

failure failure_of(std::uint64_t number, const error& why) {
  return {number, why, std::string(name_of(why.code)), std::string(sentence_of(why.code))};
}

} // namespace godwit::admin
