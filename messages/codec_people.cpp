// What is known of people, what passes between them, what operators order: messages/cluster.capnp.
#include "messages/cluster_codec_parts.hpp"

namespace godwit::wire {

void put(SeenRoom::Builder to, const seen_room& from) {
  to.setRoom(from.room.value);
  to.setTitle(text_of(from.title));
  to.setModes(from.modes.bits);
  to.setGone(!from.in);
}
void get(SeenRoom::Reader from, seen_room& to) {
  to = {{from.getRoom()}, string_of(from.getTitle()), member_modes{from.getModes()}, !from.getGone()};
}

void put(DescribePerson::Builder to, const describe_person& from) {
  to.setSession(from.session.value);
  put(to.initEpoch(), from.epoch);
  to.setNick(text_of(from.nick));
  to.setMask(text_of(from.mask));
  to.setRealName(text_of(from.real_name));
  to.setAway(text_of(from.away));
  to.setModes(from.modes.bits);
  to.setSignedOnUs(microseconds_of(from.signed_on));
  to.setSpokeAtUs(microseconds_of(from.spoke_at));
  to.setAddress(text_of(from.address));
  to.setChanges(!from.whole);
  put_each(to.initRooms(from.rooms.size()), from.rooms);
  to.setPlaintext(from.plaintext);
}
void get(DescribePerson::Reader from, describe_person& to) {
  to.session = {from.getSession()};
  get(from.getEpoch(), to.epoch);
  to.nick = string_of(from.getNick());
  to.mask = string_of(from.getMask());
  to.real_name = string_of(from.getRealName());
  to.away = string_of(from.getAway());
  to.modes = user_modes{from.getModes()};
  to.signed_on = time_of(from.getSignedOnUs());
  to.spoke_at = time_of(from.getSpokeAtUs());
  to.address = string_of(from.getAddress());
  to.whole = !from.getChanges();
  get_each(from.getRooms(), to.rooms);
  to.plaintext = from.getPlaintext();
}

void put(DescribeRoom::Builder to, const describe_room& from) {
  to.setRoom(from.room.value);
  to.setEpoch(from.epoch);
  to.setSecret(from.secret);
}
void get(DescribeRoom::Reader from, describe_room& to) { to = {{from.getRoom()}, from.getEpoch(), from.getSecret()}; }

void put(AskPeople::Builder to, const ask_people& from) {
  put(to.initOrigin(), from.origin);
  const auto& question = from.question;
  to.setKind(static_cast<std::uint8_t>(question.kind));
  auto nicks = to.initNicks(static_cast<unsigned>(question.nicks.size()));
  for (unsigned at = 0; at < nicks.size(); ++at)
    nicks.set(at, text_of(question.nicks[at]));
  to.setMask(text_of(question.mask));
  to.setOperatorsOnly(question.operators_only);
  to.setLimit(question.limit);
  to.setAfter(text_of(from.after));
}
void get(AskPeople::Reader from, ask_people& to) {
  get(from.getOrigin(), to.origin);
  auto& question = to.question;
  question.kind = enum_of(from.getKind(), people_kind::counted);
  for (const auto nick : from.getNicks())
    question.nicks.push_back(string_of(nick));
  question.mask = string_of(from.getMask());
  question.operators_only = from.getOperatorsOnly();
  question.limit = from.getLimit();
  to.after = string_of(from.getAfter());
}

void put(PersonRow::Builder to, const person_row& from) {
  to.setNick(text_of(from.nick));
  to.setMask(text_of(from.mask));
  to.setRealName(text_of(from.real_name));
  to.setAway(text_of(from.away));
  to.setModes(from.modes.bits);
  to.setSignedOnUs(microseconds_of(from.signed_on));
  to.setSpokeAtUs(microseconds_of(from.spoke_at));
  to.setGoneSeconds(from.gone_seconds);
  to.setAddress(text_of(from.address));
  put_each(to.initRooms(from.rooms.size()), from.rooms);
  to.setPlaintext(from.plaintext);
}
void get(PersonRow::Reader from, person_row& to) {
  to.nick = string_of(from.getNick());
  to.mask = string_of(from.getMask());
  to.real_name = string_of(from.getRealName());
  to.away = string_of(from.getAway());
  to.modes = user_modes{from.getModes()};
  to.signed_on = time_of(from.getSignedOnUs());
  to.spoke_at = time_of(from.getSpokeAtUs());
  to.gone_seconds = from.getGoneSeconds();
  to.address = string_of(from.getAddress());
  get_each(from.getRooms(), to.rooms);
  to.plaintext = from.getPlaintext();
}

void put(PeopleTold::Builder to, const people_told& from) {
  put(to.initName(), from.name);
  put_each(to.initRows(from.rows.size()), from.rows);
  to.setNext(text_of(from.next));
  to.setPeople(from.counts.people);
  to.setInvisible(from.counts.invisible);
  to.setOperators(from.counts.operators);
  to.setLoggingIn(from.counts.logging_in);
  to.setRooms(from.counts.rooms);
  to.setMost(from.counts.most);
  put_why(to, from);
}
void get(PeopleTold::Reader from, people_told& to) {
  get(from.getName(), to.name);
  get_each(from.getRows(), to.rows);
  to.next = string_of(from.getNext());
  to.counts = {from.getPeople(),    from.getInvisible(), from.getOperators(),
               from.getLoggingIn(), from.getRooms(),     from.getMost()};
  get_why(from, to);
}

void put(SignalRoom::Builder to, const signal_room& from) {
  to.setRoom(from.room.value);
  to.setSession(from.session.value);
  to.setTags(text_of(from.tags));
}
void get(SignalRoom::Reader from, signal_room& to) {
  to = {{from.getRoom()}, {from.getSession()}, string_of(from.getTags())};
}

void put(PersonSignal::Builder to, const person_signal& from) {
  to.setSession(from.session.value);
  to.setNick(text_of(from.nick));
  to.setMask(text_of(from.mask));
  to.setTags(text_of(from.tags));
}
void get(PersonSignal::Reader from, person_signal& to) {
  to = {{from.getSession()}, string_of(from.getNick()), string_of(from.getMask()), string_of(from.getTags())};
}

void put(ExpelPerson::Builder to, const expel_person& from) {
  put(to.initOrigin(), from.origin);
  to.setNick(text_of(from.nick));
  to.setBy(text_of(from.by));
  to.setReason(text_of(from.reason));
}
void get(ExpelPerson::Reader from, expel_person& to) {
  get(from.getOrigin(), to.origin);
  to.nick = string_of(from.getNick());
  to.by = string_of(from.getBy());
  to.reason = string_of(from.getReason());
}

void put(Proclamation::Builder to, const proclamation& from) {
  to.setKind(static_cast<std::uint8_t>(from.kind));
  to.setBy(text_of(from.by));
  to.setMask(text_of(from.mask));
  to.setText(text_of(from.text));
}
void get(Proclamation::Reader from, proclamation& to) {
  to = {enum_of(from.getKind(), proclamation_kind::rehash), string_of(from.getBy()), string_of(from.getMask()),
        string_of(from.getText())};
}

} // namespace godwit::wire
