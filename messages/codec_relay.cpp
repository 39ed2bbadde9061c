// room ↔ relay: messages/cluster.capnp.
#include "messages/cluster_codec_parts.hpp"

namespace godwit::wire {

void put(AttachRelay::Builder to, const attach_relay& from) {
  to.setRoom(from.room.value);
  to.setNode(text_of(from.node));
  to.setNodeIncarnation(from.node_incarnation.value);
  to.setAfter(from.after);
  to.setNewest(from.newest);
  to.setOpenUntil(from.open_until);
}
void get(AttachRelay::Reader from, attach_relay& to) {
  to.room = {from.getRoom()};
  to.node = string_of(from.getNode());
  to.node_incarnation = {from.getNodeIncarnation()};
  to.after = from.getAfter();
  to.newest = from.getNewest();
  to.open_until = from.getOpenUntil();
}

void put(DetachRelay::Builder to, const detach_relay& from) {
  to.setRoom(from.room.value);
  to.setNode(text_of(from.node));
}
void get(DetachRelay::Reader from, detach_relay& to) { to = {{from.getRoom()}, string_of(from.getNode())}; }

void put(PresenceChanged::Builder to, const presence_changed& from) {
  to.setSession(from.session.value);
  to.setNick(text_of(from.nick));
  to.setAway(text_of(from.away));
  to.setRealName(text_of(from.real_name));
  to.setMask(text_of(from.mask));
  to.setParts(from.parts.bits);
  to.setTags(text_of(from.tags));
  to.setTimeUs(microseconds_of(from.time));
  to.setChange(from.change);
  to.setNewMask(text_of(from.new_mask));
}
void get(PresenceChanged::Reader from, presence_changed& to) {
  to = {{from.getSession()},
        string_of(from.getNick()),
        string_of(from.getAway()),
        string_of(from.getRealName()),
        string_of(from.getMask()),
        from.getParts() == 0 ? presence_parts{presence_part::away} : presence_parts{from.getParts()},
        string_of(from.getTags()),
        time_of(from.getTimeUs()),
        from.getChange(),
        string_of(from.getNewMask())};
}

void put(FanOutItem::Builder to, const fan_out_item& from) {
  to.setNumber(from.fan_out_number);
  if (const auto* entry = std::get_if<shared_entry>(&from.event))
    to.setEntry(data_of(entry_bytes(*entry)));
  else
    put(to.initPresence(), std::get<presence_changed>(from.event));
}
void get(FanOutItem::Reader from, fan_out_item& to) {
  to.fan_out_number = from.getNumber();
  switch (from.which()) {
  case FanOutItem::ENTRY: to.event = entry_of(from.getEntry()); return;
  case FanOutItem::PRESENCE: get(from.getPresence(), to.event.emplace<presence_changed>()); return;
  }
  // It has a number: its receiver counts it as seen, and shows nothing.
  to.event = presence_changed{{}, {}, {}, {}, {}, presence_parts{presence_part::tags}, {}, {}, 0};
}

void put(FanOut::Builder to, const fan_out& from) {
  to.setRoom(from.room.value);
  to.setEpoch(from.epoch);
  to.setBase(from.base);
  put_each(to.initItems(from.items.size()), from.items);
}
void get(FanOut::Reader from, fan_out& to) {
  to.room = {from.getRoom()};
  to.epoch = from.getEpoch();
  to.base = from.getBase();
  get_each(from.getItems(), to.items);
}

void put(FanOutDelivered::Builder to, const fan_out_delivered& from) {
  to.setRoom(from.room.value);
  to.setEpoch(from.epoch);
  to.setNode(text_of(from.node));
  to.setNumber(from.fan_out_number);
}
void get(FanOutDelivered::Reader from, fan_out_delivered& to) {
  to = {{from.getRoom()}, from.getEpoch(), string_of(from.getNode()), from.getNumber()};
}

void put(ReportTaken::Builder to, const report_taken& from) {
  to.setRoom(from.room.value);
  to.setEpoch(from.epoch);
}
void get(ReportTaken::Reader from, report_taken& to) { to = {{from.getRoom()}, from.getEpoch()}; }

void put(FetchEntries::Builder to, const fetch_entries& from) {
  to.setRoom(from.room.value);
  to.setNode(text_of(from.node));
  to.setSession(from.session.value);
  to.setFrom(from.from);
}
void get(FetchEntries::Reader from, fetch_entries& to) {
  to = {{from.getRoom()}, string_of(from.getNode()), {from.getSession()}, from.getFrom()};
}

void put(EntriesFetched::Builder to, const entries_fetched& from) {
  to.setRoom(from.room.value);
  to.setSession(from.session.value);
  put_entries(to.initEntries(from.entries.size()), from.entries);
}
void get(EntriesFetched::Reader from, entries_fetched& to) {
  to.room = {from.getRoom()};
  to.session = {from.getSession()};
  get_entries(from.getEntries(), to.entries);
}

} // namespace godwit::wire
