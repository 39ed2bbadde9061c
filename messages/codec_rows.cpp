// directory ↔ store: messages/cluster.capnp.
#include "messages/cluster_codec_parts.hpp"

namespace godwit::wire {

void put(SessionRow::Builder to, const session_row& from) {
  to.setSession(from.session.value);
  to.setGeneration(from.generation);
  to.setProtocol(static_cast<std::uint8_t>(from.protocol));
  to.setIdentity(data_of(from.identity));
  to.setTokenHash(data_of(from.token_hash));
  to.setProxy(text_of(from.proxy));
  to.setProxyIncarnation(from.proxy_incarnation.value);
  to.setNick(text_of(from.nick));
  to.setTokenNumber(from.token_number);
  if (from.next_token_hash != decltype(from.next_token_hash){})
    to.setNextTokenHash(data_of(from.next_token_hash));
}
void get(SessionRow::Reader from, session_row& to) {
  to.session = {from.getSession()};
  to.generation = from.getGeneration();
  to.protocol = enum_of(from.getProtocol(), protocol::irc);
  to.identity = hash_of(from.getIdentity());
  to.token_hash = hash_of(from.getTokenHash());
  to.proxy = string_of(from.getProxy());
  to.proxy_incarnation = {from.getProxyIncarnation()};
  to.nick = string_of(from.getNick());
  to.token_number = from.getTokenNumber();
  if (from.hasNextTokenHash())
    to.next_token_hash = hash_of(from.getNextTokenHash());
}

void put(TokenRow::Builder to, const renew_token_row& from) {
  to.setSession(from.session.value);
  to.setTokenHash(data_of(from.token_hash));
  to.setTokenNumber(from.token_number);
}
void get(TokenRow::Reader from, renew_token_row& to) {
  to = {{from.getSession()}, hash_of(from.getTokenHash()), from.getTokenNumber()};
}

void put(NickRow::Builder to, const nick_row& from) {
  to.setFolded(text_of(from.folded));
  to.setNick(text_of(from.nick));
  to.setSession(from.session.value);
}
void get(NickRow::Reader from, nick_row& to) {
  to = {string_of(from.getFolded()), string_of(from.getNick()), {from.getSession()}};
}

// --------------------------------------------------------------------------------------------------------- requests

void put(NickClaim::Builder to, const claim_nick_row& from) {
  put(to.initRow(), from.row);
  put(to.initName(), from.name);
}
void get(NickClaim::Reader from, claim_nick_row& to) {
  get(from.getRow(), to.row);
  get(from.getName(), to.name);
}

void put(FindRoom::Builder to, const find_room& from) {
  to.setKey(text_of(from.key));
  to.setTitle(text_of(from.title));
  to.setCreate(from.create);
}
void get(FindRoom::Reader from, find_room& to) {
  to = {string_of(from.getKey()), string_of(from.getTitle()), from.getCreate()};
}

void put(ListRoomRows::Builder to, const list_room_rows& from) {
  to.setAfter(text_of(from.after));
  to.setLimit(from.limit);
}
void get(ListRoomRows::Reader from, list_room_rows& to) { to = {string_of(from.getAfter()), from.getLimit()}; }

void put(DrainMark::Builder to, const mark_drained& from) {
  to.setNode(text_of(from.node));
  to.setDrained(from.drained);
}
void get(DrainMark::Reader from, mark_drained& to) { to = {string_of(from.getNode()), from.getDrained()}; }

namespace {

struct put_row_request {
  AskStore::Request::Builder to;

  void operator()(const insert_session& from) { put(to.initInsertSession(), from.row); }
  void operator()(const take_session& from) { put(to.initTakeSession(), from.row); }
  void operator()(const claim_nick_row& from) { put(to.initClaimNickRow(), from); }
  void operator()(const release_nick_row& from) { put(to.initReleaseNickRow(), from.row); }
  void operator()(const delete_session& from) { to.setDeleteSession(from.session.value); }
  void operator()(const find_room& from) { put(to.initFindRoom(), from); }
  void operator()(const list_room_rows& from) { put(to.initListRoomRows(), from); }
  void operator()(const load_directory&) { to.setLoadDirectory(); }
  void operator()(const load_session& from) { put(to.initLoadSession(), from); }
  void operator()(const renew_token_row& from) { put(to.initRenewTokenRow(), from); }
  void operator()(const mark_drained& from) { put(to.initMarkDrained(), from); }
  void operator()(const delete_room& from) { to.setDeleteRoom(from.room.value); }
};

void get_row_request(AskStore::Request::Reader from, directory_request& to) {
  switch (from.which()) {
  case AskStore::Request::INSERT_SESSION: return get(from.getInsertSession(), to.emplace<insert_session>().row);
  case AskStore::Request::TAKE_SESSION: return get(from.getTakeSession(), to.emplace<take_session>().row);
  case AskStore::Request::CLAIM_NICK_ROW: return get(from.getClaimNickRow(), to.emplace<claim_nick_row>());
  case AskStore::Request::RELEASE_NICK_ROW: return get(from.getReleaseNickRow(), to.emplace<release_nick_row>().row);
  case AskStore::Request::DELETE_SESSION: to = delete_session{{from.getDeleteSession()}}; return;
  case AskStore::Request::FIND_ROOM: return get(from.getFindRoom(), to.emplace<find_room>());
  case AskStore::Request::LIST_ROOM_ROWS: return get(from.getListRoomRows(), to.emplace<list_room_rows>());
  case AskStore::Request::LOAD_DIRECTORY: to = load_directory{}; return;
  case AskStore::Request::LOAD_SESSION: return get(from.getLoadSession(), to.emplace<load_session>());
  case AskStore::Request::RENEW_TOKEN_ROW: return get(from.getRenewTokenRow(), to.emplace<renew_token_row>());
  case AskStore::Request::MARK_DRAINED: return get(from.getMarkDrained(), to.emplace<mark_drained>());
  case AskStore::Request::DELETE_ROOM: to = delete_room{{from.getDeleteRoom()}}; return;
  }
  throw codec_failure{error_code::unsupported};
}

} // namespace

void put(AskStore::Builder to, const ask_store& from) {
  to.setTicket(from.ticket);
  std::visit(put_row_request{to.getRequest()}, from.request);
}
void get(AskStore::Reader from, ask_store& to) {
  to.ticket = from.getTicket();
  get_row_request(from.getRequest(), to.request);
}

// ---------------------------------------------------------------------------------------------------------- results

void put(NickRowClaimed::Builder to, const nick_row_claimed& from) {
  put(to.initRow(), from.row);
  to.setTaken(from.taken);
}
void get(NickRowClaimed::Reader from, nick_row_claimed& to) {
  get(from.getRow(), to.row);
  to.taken = from.getTaken();
}

void put(RoomFound::Builder to, const room_found& from) {
  to.setRoom(from.room.value);
  to.setKey(text_of(from.key));
  to.setTitle(text_of(from.title));
}
void get(RoomFound::Reader from, room_found& to) {
  to = {{from.getRoom()}, string_of(from.getKey()), string_of(from.getTitle())};
}

void put(RoomRows::Builder to, const room_rows& from) {
  put_each(to.initRooms(from.rooms.size()), from.rooms);
  to.setNext(text_of(from.next));
}
void get(RoomRows::Reader from, room_rows& to) {
  get_each(from.getRooms(), to.rooms);
  to.next = string_of(from.getNext());
}

void put(DirectoryLoaded::Builder to, const directory_loaded& from) {
  put_each(to.initSessions(from.sessions.size()), from.sessions);
  put_each(to.initNicks(from.nicks.size()), from.nicks);
  auto drained = to.initDrained(from.drained.size());
  for (unsigned i = 0; i < from.drained.size(); ++i)
    drained.set(i, text_of(from.drained[i]));
}
void get(DirectoryLoaded::Reader from, directory_loaded& to) {
  get_each(from.getSessions(), to.sessions);
  get_each(from.getNicks(), to.nicks);
  for (const auto node : from.getDrained())
    to.drained.push_back(string_of(node));
}

namespace {

struct put_row_result {
  StoreAnswered::Result::Builder to;

  void operator()(const done&) { to.setDone(); }
  void operator()(const session_taken& from) { put(to.initSessionTaken(), from.row); }
  void operator()(const nick_row_claimed& from) { put(to.initNickRowClaimed(), from); }
  void operator()(const room_found& from) { put(to.initRoomFound(), from); }
  void operator()(const room_rows& from) { put(to.initRoomRows(), from); }
  void operator()(const directory_loaded& from) { put(to.initDirectoryLoaded(), from); }
  void operator()(const session_loaded& from) { put(to.initSessionLoaded(), from); }
  void operator()(const error& from) { put(to.initFailure(), from); }
};

void get_row_result(StoreAnswered::Result::Reader from, directory_result& to) {
  switch (from.which()) {
  case StoreAnswered::Result::DONE: to = done{}; return;
  case StoreAnswered::Result::SESSION_TAKEN: return get(from.getSessionTaken(), to.emplace<session_taken>().row);
  case StoreAnswered::Result::NICK_ROW_CLAIMED: return get(from.getNickRowClaimed(), to.emplace<nick_row_claimed>());
  case StoreAnswered::Result::ROOM_FOUND: return get(from.getRoomFound(), to.emplace<room_found>());
  case StoreAnswered::Result::ROOM_ROWS: return get(from.getRoomRows(), to.emplace<room_rows>());
  case StoreAnswered::Result::DIRECTORY_LOADED: return get(from.getDirectoryLoaded(), to.emplace<directory_loaded>());
  case StoreAnswered::Result::SESSION_LOADED: return get(from.getSessionLoaded(), to.emplace<session_loaded>());
  case StoreAnswered::Result::FAILURE: return get(from.getFailure(), to.emplace<error>());
  }
  throw codec_failure{error_code::unsupported};
}

} // namespace

void put(StoreAnswered::Builder to, const store_answered& from) {
  to.setTicket(from.ticket);
  std::visit(put_row_result{to.getResult()}, from.result);
}
void get(StoreAnswered::Reader from, store_answered& to) {
  to.ticket = from.getTicket();
  get_row_result(from.getResult(), to.result);
}

} // namespace godwit::wire
