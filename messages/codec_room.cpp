// session ↔ room: messages/cluster.capnp.
#include "messages/cluster_codec_parts.hpp"
#include "messages/entry_codec.hpp"
#include "messages/moderation_codec.hpp"

namespace godwit::wire {

// ------------------------------------------------------------------------------------------------------ log entries

std::string entry_bytes(const shared_entry& from) { return from ? encode_entry(*from) : std::string{}; }

shared_entry entry_of(capnp::Data::Reader from) {
  auto entry = decode_entry({reinterpret_cast<const char*>(from.begin()), from.size()});
  if (!entry)
    throw codec_failure{};
  return std::make_shared<const log_entry>(*std::move(entry));
}

void put_entries(capnp::List<capnp::Data>::Builder to, const std::vector<shared_entry>& from) {
  for (unsigned i = 0; i < from.size(); ++i)
    to.set(i, data_of(entry_bytes(from[i])));
}
void get_entries(capnp::List<capnp::Data>::Reader from, std::vector<shared_entry>& to) {
  to.clear();
  to.reserve(from.size());
  for (auto bytes : from)
    to.push_back(entry_of(bytes));
}

void put(LoggedAt::Builder to, const logged_at& from) {
  to.setSeq(from.seq);
  to.setTimeUs(microseconds_of(from.time));
}
void get(LoggedAt::Reader from, logged_at& to) { to = {from.getSeq(), time_of(from.getTimeUs())}; }

// ------------------------------------------------------------------------------------------------- commands of rooms

void put(Person::Builder to, const companion& from) {
  to.setSession(from.session.value);
  to.setNick(text_of(from.nick));
  to.setIdentity(data_of(from.identity));
  to.setWorker(text_of(from.worker));
}
void get(Person::Reader from, companion& to) {
  to = {{from.getSession()}, string_of(from.getNick()), hash_of(from.getIdentity()), string_of(from.getWorker())};
}

namespace {

struct put_action {
  RoomCommand::Builder command;
  RoomCommand::Action::Builder to = command.getAction();

  void operator()(const join_room& from) {
    auto join = to.initJoin();
    if (from.companion) // else all of it stays empty: see join_of
      put(join, *from.companion);
    command.setKey(text_of(from.key));
    command.setRealName(text_of(from.real_name));
  }
  void operator()(const leave_room& from) {
    auto leave = to.initLeave();
    leave.setReason(text_of(from.reason));
    leave.setQuit(from.quit);
  }
  void operator()(const post& from) {
    to.setPost(text_of(from.text));
    command.setKind(from.kind == post_kind::message ? 0 : static_cast<std::uint8_t>(from.kind));
    command.setAudience(static_cast<std::uint8_t>(from.audience));
    command.setTags(text_of(from.tags));
  }
  void operator()(const set_topic& from) { to.setSetTopic(text_of(from.text)); }
  void operator()(const rename_member& from) { to.setRename(text_of(from.to)); }
  void operator()(const change_modes& from) {
    write_changes(to.initChangeModes(static_cast<unsigned>(from.changes.size())), from.changes);
  }
  void operator()(const kick_member& from) {
    auto kick = to.initKick();
    kick.setNick(text_of(from.nick));
    kick.setReason(text_of(from.reason));
  }
  void operator()(const invite_member& from) {
    auto invite = to.initInvite();
    invite.setSession(from.session.value);
    invite.setNick(text_of(from.nick));
    invite.setWorker(text_of(from.worker));
  }
};

/// Without a companion the person is empty: no session has the id 0.
join_room join_of(RoomCommand::Reader command) {
  join_room to;
  const auto person = command.getAction().getJoin();
  if (person.getSession() != 0)
    get(person, to.companion.emplace());
  to.key = string_of(command.getKey());
  to.real_name = string_of(command.getRealName());
  return to;
}

post post_of(RoomCommand::Reader command) {
  const auto kind = command.getKind();
  const auto audience = command.getAudience();
  if (kind > static_cast<std::uint8_t>(post_kind::notice) || (audience != 0 && !is_member_mode(audience)))
    throw codec_failure{error_code::unsupported};
  return {string_of(command.getAction().getPost()), kind == 0 ? post_kind::message : static_cast<post_kind>(kind),
          static_cast<member_mode>(audience), string_of(command.getTags())};
}

room_action action_of(RoomCommand::Reader command) {
  const auto from = command.getAction();
  switch (from.which()) {
  case RoomCommand::Action::JOIN: return join_of(command);
  case RoomCommand::Action::LEAVE: return leave_room{string_of(from.getLeave().getReason()), from.getLeave().getQuit()};
  case RoomCommand::Action::POST: return post_of(command);
  case RoomCommand::Action::SET_TOPIC: return set_topic{string_of(from.getSetTopic())};
  case RoomCommand::Action::RENAME: return rename_member{string_of(from.getRename())};
  case RoomCommand::Action::CHANGE_MODES:
    if (auto changes = read_changes(from.getChangeModes()))
      return change_modes{*std::move(changes)};
    break;
  case RoomCommand::Action::KICK:
    return kick_member{string_of(from.getKick().getNick()), string_of(from.getKick().getReason())};
  case RoomCommand::Action::INVITE: {
    const auto invite = from.getInvite();
    return invite_member{{invite.getSession()}, string_of(invite.getNick()), string_of(invite.getWorker())};
  }
  }
  throw codec_failure{error_code::unsupported};
}

} // namespace

void put(RoomCommand::Builder to, const room_command& from) {
  to.setRoom(from.room.value);
  put(to.initName(), from.name);
  put(to.initPrevious(), from.previous);
  put(to.initEpoch(), from.epoch);
  to.setReplyTo(text_of(from.reply_to));
  to.setNick(text_of(from.nick));
  to.setIdentity(data_of(from.identity));
  to.setMask(text_of(from.mask));
  to.setByServerOperator(from.by_server_operator);
  std::visit(put_action{to}, from.action);
}
void get(RoomCommand::Reader from, room_command& to) {
  to.room = {from.getRoom()};
  get(from.getName(), to.name);
  get(from.getPrevious(), to.previous);
  get(from.getEpoch(), to.epoch);
  to.reply_to = string_of(from.getReplyTo());
  to.nick = string_of(from.getNick());
  to.identity = hash_of(from.getIdentity());
  to.action = action_of(from);
  to.mask = string_of(from.getMask());
  to.by_server_operator = from.getByServerOperator();
}

void put(CommandAnswered::Builder to, const command_answered& from) {
  put(to.initName(), from.name);
  to.setRoom(from.room.value);
  if (from.at)
    put(to.initAt(), *from.at);
  put_why(to, from);
  to.setEpoch(from.epoch);
}
void get(CommandAnswered::Reader from, command_answered& to) {
  get(from.getName(), to.name);
  to.room = {from.getRoom()};
  if (from.hasAt())
    get(from.getAt(), to.at.emplace());
  get_why(from, to);
  to.epoch = from.getEpoch();
}

void put(CommandExpected::Builder to, const command_expected& from) {
  put(to.initRefused(), from.refused);
  to.setRoom(from.room.value);
  put(to.initLast(), from.last);
}
void get(CommandExpected::Reader from, command_expected& to) {
  get(from.getRefused(), to.refused);
  to.room = {from.getRoom()};
  get(from.getLast(), to.last);
}

// --------------------------------------------------------------------------------------------- questions and answers

void put(HistoryRange::Builder to, const read_history& from) {
  to.setFrom(from.from);
  to.setTo(from.to);
  to.setLimit(from.limit);
  to.setLast(from.last);
  to.setSinceLeft(from.since_left);
}
void get(HistoryRange::Reader from, read_history& to) {
  to = {from.getFrom(), from.getTo(), from.getLimit(), from.getLast(), from.getSinceLeft()};
}

void put(RoomQuery::Builder to, const room_query& from) {
  to.setRoom(from.room.value);
  put(to.initOrigin(), from.origin);
  to.setIdentity(data_of(from.identity));
  auto question = to.getQuestion();
  if (const auto* members = std::get_if<read_members>(&from.question))
    question.setMembers(text_of(members->after));
  else if (const auto* history = std::get_if<read_history>(&from.question))
    put(question.initHistory(), *history);
  else if (std::holds_alternative<read_settings>(from.question))
    question.setSettings();
  else if (std::holds_alternative<ask_rename>(from.question))
    question.setRename();
  else if (const auto* wait = std::get_if<await_delivery>(&from.question))
    question.initDelivery().setSeq(wait->seq);
  else
    question.setTopic();
}
void get(RoomQuery::Reader from, room_query& to) {
  to.room = {from.getRoom()};
  get(from.getOrigin(), to.origin);
  to.identity = hash_of(from.getIdentity());
  auto question = from.getQuestion();
  switch (question.which()) {
  case RoomQuery::Question::MEMBERS: to.question = read_members{string_of(question.getMembers())}; return;
  case RoomQuery::Question::HISTORY: get(question.getHistory(), to.question.emplace<read_history>()); return;
  case RoomQuery::Question::TOPIC: to.question = read_topic{}; return;
  case RoomQuery::Question::SETTINGS: to.question = read_settings{}; return;
  case RoomQuery::Question::RENAME: to.question = ask_rename{}; return;
  case RoomQuery::Question::DELIVERY: to.question = await_delivery{question.getDelivery().getSeq()}; return;
  }
  throw codec_failure{error_code::unsupported};
}

void put(MemberRow::Builder to, const member_row& from) {
  to.setNick(text_of(from.nick));
  to.setAway(text_of(from.away));
  to.setModes(from.modes.bits);
  to.setMask(text_of(from.mask));
  to.setRealName(text_of(from.real_name));
  to.setMarks(from.marks.bits);
}
void get(MemberRow::Reader from, member_row& to) {
  to = {string_of(from.getNick()), string_of(from.getAway()),     member_modes{from.getModes()},
        string_of(from.getMask()), string_of(from.getRealName()), user_modes{from.getMarks()}};
}

namespace {

struct put_answer {
  QueryAnswered::Answer::Builder to;

  void operator()(const members_read& from) {
    auto members = to.initMembers();
    put_each(members.initMembers(from.members.size()), from.members);
    members.setMore(from.more);
    members.setOfSecretRoom(from.of_secret_room);
  }
  void operator()(const history_read& from) {
    auto history = to.initHistory();
    put_entries(history.initEntries(from.entries.size()), from.entries);
    history.setMore(from.more);
  }
  void operator()(const topic_read& from) {
    auto topic = to.initTopic();
    topic.setText(text_of(from.text));
    topic.setBy(text_of(from.by));
    topic.setTimeUs(microseconds_of(from.time));
  }
  void operator()(const settings_read& from) { write_settings(to.initSettings(), from.settings); }
  void operator()(const rename_allowed&) { to.setRenameAllowed(); }
  void operator()(const delivered_everywhere&) { to.setDelivered(); }
  void operator()(const error& from) { put(to.initFailure(), from); }
};

void get_answer(QueryAnswered::Answer::Reader from, query_answered& to) {
  switch (from.which()) {
  case QueryAnswered::Answer::MEMBERS: {
    auto& members = to.answer.emplace<members_read>();
    get_each(from.getMembers().getMembers(), members.members);
    members.more = from.getMembers().getMore();
    members.of_secret_room = from.getMembers().getOfSecretRoom();
    return;
  }
  case QueryAnswered::Answer::HISTORY: {
    auto& history = to.answer.emplace<history_read>();
    get_entries(from.getHistory().getEntries(), history.entries);
    history.more = from.getHistory().getMore();
    return;
  }
  case QueryAnswered::Answer::TOPIC: {
    auto topic = from.getTopic();
    to.answer = topic_read{string_of(topic.getText()), string_of(topic.getBy()), time_of(topic.getTimeUs())};
    return;
  }
  case QueryAnswered::Answer::SETTINGS: to.answer = settings_read{read_settings_of(from.getSettings())}; return;
  case QueryAnswered::Answer::RENAME_ALLOWED: to.answer = rename_allowed{}; return;
  case QueryAnswered::Answer::DELIVERED: to.answer = delivered_everywhere{}; return;
  case QueryAnswered::Answer::FAILURE: get(from.getFailure(), to.answer.emplace<error>()); return;
  }
  throw codec_failure{error_code::unsupported};
}

} // namespace

void put(QueryAnswered::Builder to, const query_answered& from) {
  put(to.initName(), from.name);
  to.setRoom(from.room.value);
  std::visit(put_answer{to.getAnswer()}, from.answer);
}
void get(QueryAnswered::Reader from, query_answered& to) {
  get(from.getName(), to.name);
  to.room = {from.getRoom()};
  get_answer(from.getAnswer(), to);
}

// ------------------------------------------------------------------------------------------ memberships and presence

void put(MembershipGiven::Builder to, const membership_given& from) {
  to.setSession(from.session.value);
  to.setRoom(from.room.value);
  to.setEpoch(from.epoch);
  to.setNode(text_of(from.node));
  to.setKey(text_of(from.key));
  to.setTitle(text_of(from.title));
  to.setCompanionNick(text_of(from.companion_nick));
  to.setJoinedSeq(from.joined_seq);
  put(to.initLast(), from.last);
}
void get(MembershipGiven::Reader from, membership_given& to) {
  to.session = {from.getSession()};
  to.room = {from.getRoom()};
  to.epoch = from.getEpoch();
  to.node = string_of(from.getNode());
  to.key = string_of(from.getKey());
  to.title = string_of(from.getTitle());
  to.companion_nick = string_of(from.getCompanionNick());
  to.joined_seq = from.getJoinedSeq();
  get(from.getLast(), to.last);
}

void put(AcceptMembership::Builder to, const accept_membership& from) {
  to.setSession(from.session.value);
  to.setRoom(from.room.value);
}
void get(AcceptMembership::Reader from, accept_membership& to) { to = {{from.getSession()}, {from.getRoom()}}; }

void put(SetPresence::Builder to, const set_presence& from) {
  to.setRoom(from.room.value);
  to.setSession(from.session.value);
  to.setAway(text_of(from.away));
  to.setRealName(text_of(from.real_name));
  to.setMarks(from.marks.bits);
  to.setChange(from.change);
  to.setMask(text_of(from.mask));
}
void get(SetPresence::Reader from, set_presence& to) {
  to = {{from.getRoom()},
        {from.getSession()},
        string_of(from.getAway()),
        string_of(from.getRealName()),
        user_modes{from.getMarks()},
        from.getChange(),
        string_of(from.getMask())};
}

void put(RoomInvitation::Builder to, const room_invitation& from) {
  to.setSession(from.session.value);
  to.setRoom(from.room.value);
  to.setTitle(text_of(from.title));
  to.setBy(text_of(from.by));
  to.setByMask(text_of(from.by_mask));
}
void get(RoomInvitation::Reader from, room_invitation& to) {
  to = {{from.getSession()},
        {from.getRoom()},
        string_of(from.getTitle()),
        string_of(from.getBy()),
        string_of(from.getByMask())};
}

} // namespace godwit::wire
