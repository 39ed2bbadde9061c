// room ↔ store, directory ↔ store: messages/cluster.capnp.
#include "messages/cluster_codec_parts.hpp"
#include "messages/moderation_codec.hpp"

namespace godwit::wire {

// ----------------------------------------------------------------------------------------------------- rows of rooms

void put(RoomState::Builder to, const room_state& from) {
  to.setTitle(text_of(from.title));
  to.setTopic(text_of(from.topic));
  to.setTopicBy(text_of(from.topic_by));
  to.setTopicTimeUs(microseconds_of(from.topic_time));
  to.setLastSeq(from.last_seq);
  to.setLastTimeUs(microseconds_of(from.last_time));
  if (from.settings)
    write_settings(to.initSettings(), *from.settings);
}
void get(RoomState::Reader from, room_state& to) {
  to.title = string_of(from.getTitle());
  to.topic = string_of(from.getTopic());
  to.topic_by = string_of(from.getTopicBy());
  to.topic_time = time_of(from.getTopicTimeUs());
  to.last_seq = from.getLastSeq();
  to.last_time = time_of(from.getLastTimeUs());
  if (from.hasSettings())
    to.settings = read_settings_of(from.getSettings());
}

void put(StoredMember::Builder to, const stored_member& from) {
  to.setSession(from.session.value);
  to.setNick(text_of(from.nick));
  to.setIdentity(data_of(from.identity));
  to.setJoinedSeq(from.joined_seq);
  to.setModes(from.modes.bits);
  to.setMask(text_of(from.mask));
  to.setRealName(text_of(from.real_name));
}
void get(StoredMember::Reader from, stored_member& to) {
  to = {{from.getSession()},           string_of(from.getNick()), hash_of(from.getIdentity()),  from.getJoinedSeq(),
        member_modes{from.getModes()}, string_of(from.getMask()), string_of(from.getRealName())};
}

void put(LastOp::Builder to, const last_op& from) {
  put(to.initName(), from.name);
  to.setSeq(from.seq);
}
void get(LastOp::Reader from, last_op& to) {
  get(from.getName(), to.name);
  to.seq = from.getSeq();
}

// ------------------------------------------------------------------------------------------------------ room ↔ store

void put(OpenLog::Builder to, const open_log& from) {
  to.setRoom(from.room.value);
  to.setReplyTo(text_of(from.reply_to));
}
void get(OpenLog::Reader from, open_log& to) { to = {{from.getRoom()}, string_of(from.getReplyTo())}; }

void put(LogOpened::Builder to, const log_opened& from) {
  to.setRoom(from.room.value);
  to.setEpoch(from.epoch);
  to.setKey(text_of(from.key));
  put(to.initState(), from.state);
  put_each(to.initMembers(from.members.size()), from.members);
  put_each(to.initLastOps(from.last_ops.size()), from.last_ops);
  put_entries(to.initTail(from.tail.size()), from.tail);
  put_why(to, from);
}
void get(LogOpened::Reader from, log_opened& to) {
  to.room = {from.getRoom()};
  to.epoch = from.getEpoch();
  to.key = string_of(from.getKey());
  get(from.getState(), to.state);
  get_each(from.getMembers(), to.members);
  get_each(from.getLastOps(), to.last_ops);
  get_entries(from.getTail(), to.tail);
  get_why(from, to);
}

void put(AppendEntries::Builder to, const append_entries& from) {
  to.setRoom(from.room.value);
  to.setEpoch(from.epoch);
  to.setReplyTo(text_of(from.reply_to));
  to.setFirstSeq(from.first_seq);
  put_entries(to.initEntries(from.entries.size()), from.entries);
  put(to.initState(), from.state);
  put_each(to.initMembersIn(from.members_in.size()), from.members_in);
  auto out = to.initMembersOut(from.members_out.size());
  for (unsigned i = 0; i < from.members_out.size(); ++i)
    out.set(i, from.members_out[i].value);
}
void get(AppendEntries::Reader from, append_entries& to) {
  to.room = {from.getRoom()};
  to.epoch = from.getEpoch();
  to.reply_to = string_of(from.getReplyTo());
  to.first_seq = from.getFirstSeq();
  get_entries(from.getEntries(), to.entries);
  get(from.getState(), to.state);
  get_each(from.getMembersIn(), to.members_in);
  for (auto session : from.getMembersOut())
    to.members_out.push_back({session});
}

void put(EntriesAppended::Builder to, const entries_appended& from) {
  to.setRoom(from.room.value);
  to.setEpoch(from.epoch);
  to.setFirstSeq(from.first_seq);
  to.setCount(from.count);
  to.setOutcome(static_cast<std::uint8_t>(from.outcome));
  to.setExpectedSeq(from.expected_seq);
}
void get(EntriesAppended::Reader from, entries_appended& to) {
  to.room = {from.getRoom()};
  to.epoch = from.getEpoch();
  to.first_seq = from.getFirstSeq();
  to.count = from.getCount();
  to.outcome = enum_of(from.getOutcome(), append_outcome::away);
  to.expected_seq = from.getExpectedSeq();
}

void put(ReadLog::Builder to, const read_log& from) {
  to.setRoom(from.room.value);
  to.setReplyTo(text_of(from.reply_to));
  to.setTicket(from.ticket);
  to.setFrom(from.from);
  to.setTo(from.to);
  to.setLimit(from.limit);
  to.setLast(from.last);
  to.setHasSinceLeftBy(from.since_left_by.has_value());
  if (from.since_left_by)
    to.setSinceLeftBy(data_of(*from.since_left_by));
}
void get(ReadLog::Reader from, read_log& to) {
  to.room = {from.getRoom()};
  to.reply_to = string_of(from.getReplyTo());
  to.ticket = from.getTicket();
  to.from = from.getFrom();
  to.to = from.getTo();
  to.limit = from.getLimit();
  to.last = from.getLast();
  if (from.getHasSinceLeftBy())
    to.since_left_by = hash_of(from.getSinceLeftBy());
}

void put(LogRead::Builder to, const log_read& from) {
  to.setRoom(from.room.value);
  to.setTicket(from.ticket);
  put_entries(to.initEntries(from.entries.size()), from.entries);
  to.setMore(from.more);
  put_why(to, from);
}
void get(LogRead::Reader from, log_read& to) {
  to.room = {from.getRoom()};
  to.ticket = from.getTicket();
  get_entries(from.getEntries(), to.entries);
  to.more = from.getMore();
  get_why(from, to);
}

void put(FindLogged::Builder to, const find_logged& from) {
  to.setRoom(from.room.value);
  to.setReplyTo(text_of(from.reply_to));
  put(to.initName(), from.name);
}
void get(FindLogged::Reader from, find_logged& to) {
  to.room = {from.getRoom()};
  to.reply_to = string_of(from.getReplyTo());
  get(from.getName(), to.name);
}

void put(LoggedFound::Builder to, const logged_found& from) {
  to.setRoom(from.room.value);
  put(to.initName(), from.name);
  if (from.at)
    put(to.initAt(), *from.at);
  put_why(to, from);
}
void get(LoggedFound::Reader from, logged_found& to) {
  to.room = {from.getRoom()};
  get(from.getName(), to.name);
  if (from.hasAt())
    get(from.getAt(), to.at.emplace());
  get_why(from, to);
}

// ---------------------------------------------------------------------------------------------- session_host ↔ store

void put(LoadSession::Builder to, const load_session& from) {
  to.setSession(from.session.value);
  to.setReplyTo(text_of(from.reply_to));
}
void get(LoadSession::Reader from, load_session& to) { to = {{from.getSession()}, string_of(from.getReplyTo())}; }

void put(StoredMembership::Builder to, const stored_membership& from) {
  to.setRoom(from.room.value);
  to.setKey(text_of(from.key));
  to.setTitle(text_of(from.title));
  to.setJoinedSeq(from.joined_seq);
  to.setCompanionNick(text_of(from.companion_nick));
  put(to.initLast(), from.last);
  to.setModes(from.modes.bits);
}
void get(StoredMembership::Reader from, stored_membership& to) {
  to.room = {from.getRoom()};
  to.key = string_of(from.getKey());
  to.title = string_of(from.getTitle());
  to.joined_seq = from.getJoinedSeq();
  to.companion_nick = string_of(from.getCompanionNick());
  get(from.getLast(), to.last);
  to.modes = member_modes{from.getModes()};
}

void put(SessionLoaded::Builder to, const session_loaded& from) {
  to.setSession(from.session.value);
  to.setNick(text_of(from.nick));
  put_each(to.initRooms(from.rooms.size()), from.rooms);
  put_why(to, from);
}
void get(SessionLoaded::Reader from, session_loaded& to) {
  to.session = {from.getSession()};
  to.nick = string_of(from.getNick());
  get_each(from.getRooms(), to.rooms);
  get_why(from, to);
}

} // namespace godwit::wire
