// What the directory is told and tells, and membership: messages/cluster.capnp.
#include "messages/cluster_codec_parts.hpp"

namespace godwit::wire {

// ------------------------------------------------------------------------------------------------- edge ↔ directory

namespace {

template <class Request>
void put_request(SessionRequest::Builder to, const Request& from) {
  to.setSession(from.session.value);
  to.setProxy(text_of(from.proxy));
  to.setProxyIncarnation(from.proxy_incarnation.value);
  to.setProtocol(static_cast<std::uint8_t>(from.protocol));
  to.setIdentity(data_of(from.identity));
  to.setTokenHash(data_of(from.token_hash));
}
template <class Request>
void get_request(SessionRequest::Reader from, Request& to) {
  to.session = {from.getSession()};
  to.proxy = string_of(from.getProxy());
  to.proxy_incarnation = {from.getProxyIncarnation()};
  to.protocol = enum_of(from.getProtocol(), protocol::irc);
  to.identity = hash_of(from.getIdentity());
  to.token_hash = hash_of(from.getTokenHash());
}

template <class Ending>
void put_ending(SessionEnding::Builder to, const Ending& from) {
  to.setSession(from.session.value);
  put(to.initEpoch(), from.epoch);
  put(to.initWhy(), from.why);
}
template <class Ending>
void get_ending(SessionEnding::Reader from, Ending& to) {
  to.session = {from.getSession()};
  get(from.getEpoch(), to.epoch);
  get(from.getWhy(), to.why);
}

} // namespace

void put(SessionRequest::Builder to, const place_session& from) { put_request(to, from); }
void get(SessionRequest::Reader from, place_session& to) { get_request(from, to); }
void put(SessionRequest::Builder to, const resume_session& from) {
  put_request(to, from);
  to.setTokenNumber(from.token_number);
  to.setNextTokenHash(data_of(from.next_token_hash));
}
void get(SessionRequest::Reader from, resume_session& to) {
  get_request(from, to);
  to.token_number = from.getTokenNumber();
  if (from.hasNextTokenHash())
    to.next_token_hash = hash_of(from.getNextTokenHash());
}
void put(RenewToken::Builder to, const renew_token& from) {
  to.setSession(from.session.value);
  to.setProxy(text_of(from.proxy));
  to.setProxyIncarnation(from.proxy_incarnation.value);
  to.setTokenHash(data_of(from.token_hash));
  to.setTokenNumber(from.token_number);
}
void get(RenewToken::Reader from, renew_token& to) {
  to = {{from.getSession()},
        string_of(from.getProxy()),
        {from.getProxyIncarnation()},
        hash_of(from.getTokenHash()),
        from.getTokenNumber()};
}
void put(MoveSession::Builder to, const move_session& from) {
  to.setSession(from.session.value);
  put(to.initEpoch(), from.epoch);
  to.setWorker(text_of(from.worker));
  to.setWorkerIncarnation(from.worker_incarnation.value);
}
void get(MoveSession::Reader from, move_session& to) {
  to.session = {from.getSession()};
  get(from.getEpoch(), to.epoch);
  to.worker = string_of(from.getWorker());
  to.worker_incarnation = {from.getWorkerIncarnation()};
}
void put(SessionEnding::Builder to, const route_revoked& from) { put_ending(to, from); }
void get(SessionEnding::Reader from, route_revoked& to) { get_ending(from, to); }
void put(SessionEnding::Builder to, const session_must_end& from) { put_ending(to, from); }
void get(SessionEnding::Reader from, session_must_end& to) { get_ending(from, to); }

void put(SessionPlaced::Builder to, const session_placed& from) {
  to.setSession(from.session.value);
  put(to.initEpoch(), from.epoch);
  to.setWorker(text_of(from.worker));
  to.setWorkerIncarnation(from.worker_incarnation.value);
  to.setResumed(from.resumed);
  put_why(to, from);
}
void get(SessionPlaced::Reader from, session_placed& to) {
  to.session = {from.getSession()};
  get(from.getEpoch(), to.epoch);
  to.worker = string_of(from.getWorker());
  to.worker_incarnation = {from.getWorkerIncarnation()};
  to.resumed = from.getResumed();
  get_why(from, to);
}

// ---------------------------------------------------------------------------------------------- session ↔ directory

void put(RequestOrigin::Builder to, const request_origin& from) {
  put(to.initName(), from.name);
  to.setReplyTo(text_of(from.reply_to));
}
void get(RequestOrigin::Reader from, request_origin& to) {
  get(from.getName(), to.name);
  to.reply_to = string_of(from.getReplyTo());
}

void put(ClaimNick::Builder to, const claim_nick& from) {
  put(to.initOrigin(), from.origin);
  put(to.initEpoch(), from.epoch);
  to.setNick(text_of(from.nick));
}
void get(ClaimNick::Reader from, claim_nick& to) {
  get(from.getOrigin(), to.origin);
  get(from.getEpoch(), to.epoch);
  to.nick = string_of(from.getNick());
}

void put(NickClaimed::Builder to, const nick_claimed& from) {
  put(to.initName(), from.name);
  to.setNick(text_of(from.nick));
  put_why(to, from);
}
void get(NickClaimed::Reader from, nick_claimed& to) {
  get(from.getName(), to.name);
  to.nick = string_of(from.getNick());
  get_why(from, to);
}

void put(ReleaseNick::Builder to, const release_nick& from) {
  to.setSession(from.session.value);
  to.setNick(text_of(from.nick));
}
void get(ReleaseNick::Reader from, release_nick& to) { to = {{from.getSession()}, string_of(from.getNick())}; }

void put(FindNick::Builder to, const find_nick& from) {
  put(to.initOrigin(), from.origin);
  to.setNick(text_of(from.nick));
}
void get(FindNick::Reader from, find_nick& to) {
  get(from.getOrigin(), to.origin);
  to.nick = string_of(from.getNick());
}

void put(Person::Builder to, const found_person& from) {
  to.setSession(from.session.value);
  to.setNick(text_of(from.nick));
  to.setIdentity(data_of(from.identity));
  to.setWorker(text_of(from.worker));
  to.setAway(text_of(from.away));
}
void get(Person::Reader from, found_person& to) {
  to = {{from.getSession()},
        string_of(from.getNick()),
        hash_of(from.getIdentity()),
        string_of(from.getWorker()),
        string_of(from.getAway())};
}

void put(NickFound::Builder to, const nick_found& from) {
  put(to.initName(), from.name);
  if (from.person)
    put(to.initPerson(), *from.person);
  put_why(to, from);
}
void get(NickFound::Reader from, nick_found& to) {
  get(from.getName(), to.name);
  if (from.hasPerson())
    get(from.getPerson(), to.person.emplace());
  get_why(from, to);
}

void put(LocateRoom::Builder to, const locate_room& from) {
  put(to.initOrigin(), from.origin);
  to.setKey(text_of(from.key));
  to.setTitle(text_of(from.title));
  to.setCreate(from.create);
}
void get(LocateRoom::Reader from, locate_room& to) {
  get(from.getOrigin(), to.origin);
  to.key = string_of(from.getKey());
  to.title = string_of(from.getTitle());
  to.create = from.getCreate();
}

void put(RoomPlace::Builder to, const room_place& from) {
  to.setRoom(from.room.value);
  to.setEpoch(from.epoch);
  to.setNode(text_of(from.node));
}
void get(RoomPlace::Reader from, room_place& to) {
  to = {{from.getRoom()}, from.getEpoch(), string_of(from.getNode())};
}

void put(RoomLocated::Builder to, const room_located& from) {
  put(to.initName(), from.name);
  to.setKey(text_of(from.key));
  to.setTitle(text_of(from.title));
  if (from.place)
    put(to.initPlace(), *from.place);
  put_why(to, from);
}
void get(RoomLocated::Reader from, room_located& to) {
  get(from.getName(), to.name);
  to.key = string_of(from.getKey());
  to.title = string_of(from.getTitle());
  if (from.hasPlace())
    get(from.getPlace(), to.place.emplace());
  get_why(from, to);
}

void put(ListRooms::Builder to, const list_rooms& from) {
  put(to.initOrigin(), from.origin);
  to.setAfter(text_of(from.after));
  to.setLimit(from.limit);
}
void get(ListRooms::Reader from, list_rooms& to) {
  get(from.getOrigin(), to.origin);
  to.after = string_of(from.getAfter());
  to.limit = from.getLimit();
}

void put(RoomSummary::Builder to, const room_summary& from) {
  to.setTitle(text_of(from.title));
  to.setMemberCount(from.member_count);
  to.setTopic(text_of(from.topic));
  to.setCreatedUs(microseconds_of(from.created));
  to.setTopicTimeUs(microseconds_of(from.topic_time));
}
void get(RoomSummary::Reader from, room_summary& to) {
  to = {string_of(from.getTitle()), from.getMemberCount(), string_of(from.getTopic()), time_of(from.getCreatedUs()),
        time_of(from.getTopicTimeUs())};
}

void put(RoomsListed::Builder to, const rooms_listed& from) {
  put(to.initName(), from.name);
  put_each(to.initRooms(from.rooms.size()), from.rooms);
  to.setNext(text_of(from.next));
  put_why(to, from);
}
void get(RoomsListed::Reader from, rooms_listed& to) {
  get(from.getName(), to.name);
  get_each(from.getRooms(), to.rooms);
  to.next = string_of(from.getNext());
  get_why(from, to);
}

void put(EndSession::Builder to, const end_session& from) {
  to.setSession(from.session.value);
  put(to.initEpoch(), from.epoch);
  to.setNode(text_of(from.node));
}
void get(EndSession::Reader from, end_session& to) {
  to.session = {from.getSession()};
  get(from.getEpoch(), to.epoch);
  to.node = string_of(from.getNode());
}

void put(ReleaseSession::Builder to, const release_session& from) {
  to.setSession(from.session.value);
  put(to.initEpoch(), from.epoch);
}
void get(ReleaseSession::Reader from, release_session& to) {
  to.session = {from.getSession()};
  get(from.getEpoch(), to.epoch);
}

void put(SessionReport::Builder to, const session_report& from) {
  to.setSession(from.session.value);
  put(to.initEpoch(), from.epoch);
  to.setProxy(text_of(from.proxy));
  to.setProxyIncarnation(from.proxy_incarnation.value);
}
void get(SessionReport::Reader from, session_report& to) {
  to.session = {from.getSession()};
  get(from.getEpoch(), to.epoch);
  to.proxy = string_of(from.getProxy());
  to.proxy_incarnation = {from.getProxyIncarnation()};
}

void put(SessionHosted::Builder to, const session_hosted& from) {
  to.setNode(text_of(from.node));
  to.setNodeIncarnation(from.node_incarnation.value);
  put(to.initSession(), from.session);
}
void get(SessionHosted::Reader from, session_hosted& to) {
  to.node = string_of(from.getNode());
  to.node_incarnation = {from.getNodeIncarnation()};
  get(from.getSession(), to.session);
}

void put(RoomReport::Builder to, const room_report& from) {
  to.setRoom(from.room.value);
  to.setEpoch(from.epoch);
  to.setKey(text_of(from.key));
  to.setTitle(text_of(from.title));
}
void get(RoomReport::Reader from, room_report& to) {
  to = {{from.getRoom()}, from.getEpoch(), string_of(from.getKey()), string_of(from.getTitle())};
}

void put(ReportWorker::Builder to, const report_worker& from) {
  to.setNode(text_of(from.node));
  to.setNodeIncarnation(from.node_incarnation.value);
  put_each(to.initSessions(from.sessions.size()), from.sessions);
  put_each(to.initRooms(from.rooms.size()), from.rooms);
}
void get(ReportWorker::Reader from, report_worker& to) {
  to.node = string_of(from.getNode());
  to.node_incarnation = {from.getNodeIncarnation()};
  get_each(from.getSessions(), to.sessions);
  get_each(from.getRooms(), to.rooms);
}

// --------------------------------------------------------------------------------------------- directory ↔ room_host

void put(HostRoom::Builder to, const host_room& from) {
  to.setRoom(from.room.value);
  to.setKey(text_of(from.key));
}
void get(HostRoom::Reader from, host_room& to) { to = {{from.getRoom()}, string_of(from.getKey())}; }

void put(RoomHosted::Builder to, const room_hosted& from) {
  to.setRoom(from.room.value);
  to.setEpoch(from.epoch);
  to.setNode(text_of(from.node));
  put_why(to, from);
}
void get(RoomHosted::Reader from, room_hosted& to) {
  to.room = {from.getRoom()};
  to.epoch = from.getEpoch();
  to.node = string_of(from.getNode());
  get_why(from, to);
}

namespace {

template <class At>
void put_at(RoomAt::Builder to, const At& from) {
  to.setRoom(from.room.value);
  to.setEpoch(from.epoch);
  to.setNode(text_of(from.node));
}
template <class At>
void get_at(RoomAt::Reader from, At& to) {
  to.room = {from.getRoom()};
  to.epoch = from.getEpoch();
  to.node = string_of(from.getNode());
}

} // namespace

void put(RoomAt::Builder to, const room_closed& from) { put_at(to, from); }
void get(RoomAt::Reader from, room_closed& to) { get_at(from, to); }
void put(RoomAt::Builder to, const room_announced& from) { put_at(to, from); }
void get(RoomAt::Reader from, room_announced& to) { get_at(from, to); }

void put(RoomNotHere::Builder to, const room_not_here& from) {
  to.setRoom(from.room.value);
  to.setKnownEpoch(from.known_epoch);
  to.setSession(from.session.value);
}
void get(RoomNotHere::Reader from, room_not_here& to) {
  to = {{from.getRoom()}, from.getKnownEpoch(), {from.getSession()}};
}

// ------------------------------------------------------------------------------------------------------- membership

void put(MemberNode::Builder to, const member_node& from) {
  to.setName(text_of(from.name));
  to.setIncarnation(from.incarnation.value);
  to.setRoles(from.roles);
  to.setState(static_cast<std::uint8_t>(from.state));
  to.setShare(from.share);
}
void get(MemberNode::Reader from, member_node& to) {
  to.name = string_of(from.getName());
  to.incarnation = {from.getIncarnation()};
  to.roles = from.getRoles();
  to.state = enum_of(from.getState(), node_state::dead);
  to.share = from.getShare();
}

void put(MembershipView::Builder to, const membership_view& from) {
  to.setNumber(from.number);
  to.setBy(from.by.value);
  put_each(to.initNodes(from.nodes.size()), from.nodes);
}
void get(MembershipView::Reader from, membership_view& to) {
  to.number = from.getNumber();
  to.by = {from.getBy()};
  get_each(from.getNodes(), to.nodes);
}

void put(SuspectNode::Builder to, const suspect_node& from) {
  to.setBy(text_of(from.by));
  to.setNode(text_of(from.node));
  to.setIncarnation(from.incarnation.value);
}
void get(SuspectNode::Reader from, suspect_node& to) {
  to = {string_of(from.getBy()), string_of(from.getNode()), {from.getIncarnation()}};
}

} // namespace godwit::wire
