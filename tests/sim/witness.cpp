#include "tests/sim/witness.hpp"

#include "tests/sim/describe.hpp"
#include "tests/sim/store_shell.hpp"

#include <algorithm>

namespace godwit::sim {
namespace {

const std::string* text_of(const log_entry& entry) {
  const auto* said = std::get_if<posted>(&entry.body);
  return said == nullptr ? nullptr : &said->text;
}

std::string at(room_id room, room_seq seq) { return "room " + std::to_string(room.value) + " " + std::to_string(seq); }

} // namespace

const log_entry* witness::logged(room_id room, room_seq seq) const {
  const auto& rooms = world_.disk->tables.rooms();
  const auto found = rooms.find(room);
  if (found == rooms.end() || seq == 0 || seq > found->second.entries.size())
    return nullptr;
  return found->second.entries[seq - 1].get();
}

// ------------------------------------------------------------------------------------------------------ from clients

void witness::said(const std::string& text) { fates_[text] = fate::open; }

void witness::acknowledged(const std::string& text, room_id room, room_seq seq) {
  auto& known = fates_.at(text);
  if (known == fate::acknowledged)
    return; // an echo, and the answer
  if (known == fate::refused)
    broken("'" + text + "' was refused, then acknowledged");
  known = fate::acknowledged;
  ++acknowledged_;
  const auto* entry = logged(room, seq);
  if (entry == nullptr || text_of(*entry) == nullptr || *text_of(*entry) != text)
    broken("'" + text + "' was acknowledged as " + at(room, seq) + ", where the store has "
           + (entry == nullptr ? "nothing" : describe(*entry)));
}

void witness::refused(const std::string& text) {
  auto& known = fates_.at(text);
  if (known == fate::acknowledged)
    return broken("'" + text + "' was acknowledged, then refused");
  known = fate::refused;
}

void witness::told(const std::string& client, room_id room, const log_entry& entry, bool ends_stay) {
  ++events_;
  auto& last = last_told_[{client, room}];
  if (entry.seq <= last)
    broken(client + " was told " + at(room, entry.seq) + " after " + std::to_string(last));
  if (last != 0 && entry.seq > last + 1)
    broken(client + " was not told what lies between " + std::to_string(last) + " and " + at(room, entry.seq));
  last = entry.seq;
  const auto* stored = logged(room, entry.seq);
  if (stored == nullptr)
    return broken(client + " was told " + at(room, entry.seq) + ", which is not durable");
  if (stored->body.index() != entry.body.index() || stored->nick != entry.nick || stored->time != entry.time
      || (text_of(entry) != nullptr && *text_of(entry) != *text_of(*stored)))
    broken(client + " was told " + describe(entry) + ", where the store has " + describe(*stored));
  if (ends_stay)
    left_room(client, room);
}

void witness::left_room(const std::string& client, room_id room) { last_told_.erase({client, room}); }

void witness::brought(const std::string& client, room_id room, room_seq last, room_seq seq) {
  if (seq != last + 1)
    broken(client + "'s connection brought " + at(room, seq) + " behind " + std::to_string(last));
}

void witness::shown(const std::string& client, std::uint64_t which, const std::string& msgid, const std::string& text) {
  ++events_;
  auto& known = stays_[which];
  known.client = client;
  if (std::ranges::find(known.msgids, msgid) != known.msgids.end())
    broken(client + " was shown " + msgid + " twice: " + text);
  known.msgids.push_back(msgid);
}

void witness::disconnected(error_code why) { ++disconnects_[why]; }

// -------------------------------------------------------------------------------------------------- from the cluster

void witness::appended(const append_entries& request, const entries_appended& answer) {
  if (answer.outcome != append_outcome::written || request.entries.empty())
    return;
  const auto& room = world_.disk->tables.rooms().at(request.room);
  const auto owner = room.opened_by.find(request.epoch);
  if (owner == room.opened_by.end() || owner->second != request.reply_to)
    broken(request.reply_to + " wrote to room " + room.key + " in epoch " + std::to_string(request.epoch)
           + ", which is another's");
  if (request.epoch < room.epoch)
    broken(request.reply_to + ", a former owner of room " + room.key + ", wrote to it in epoch "
           + std::to_string(request.epoch) + " of " + std::to_string(room.epoch));
  if (!std::ranges::is_sorted(room.written_by))
    broken("a former owner of room " + room.key + " has written behind a later one");
}

void witness::attached(const attach_session& what, const node_name& worker, incarnation life) {
  const auto [known, is_new] = owners_.try_emplace({what.session, what.epoch}, worker, life);
  if (!is_new && known->second != std::pair{worker, life})
    broken("a session has two owners in one epoch: " + known->second.first + " and " + worker);
}

/// Nobody quits in a run. Whoever was replaced has resumed by another connection. With faults a session may be out of
/// reach for the whole time to resume.
void witness::lost(error_code why) {
  if (calm_ && why != error_code::replaced)
    broken("a client lost its connection: " + std::string(name_of(why)));
}

// ----------------------------------------------------------------------------------------------------------- the end

void witness::check_posts() {
  std::map<std::string, std::size_t> count_by_text;
  for (const auto& [id, room] : world_.disk->tables.rooms()) {
    std::map<session_id, effect_name> last;
    for (const auto& entry : room.entries) {
      const auto* text = text_of(*entry);
      if (text == nullptr)
        continue;
      ++count_by_text[*text];
      auto& former = last[entry->name.session];
      if (entry->name <= former)
        broken("room " + room.key + " has " + describe(*entry) + " behind a later one of its sender");
      former = entry->name;
    }
  }
  for (const auto& [text, known] : fates_) {
    const auto count = count_by_text[text];
    if (known == fate::acknowledged && count != 1)
      broken("'" + text + "' was acknowledged, and stands in the log " + std::to_string(count) + " times");
    if (known == fate::refused && count != 0)
      broken("'" + text + "' was refused, and stands in the log");
    if (known == fate::open && count > 1)
      broken("'" + text + "' stands in the log " + std::to_string(count) + " times");
  }
}

void witness::check_stays(const std::set<std::uint64_t>& open) {
  std::map<std::string, std::pair<const room_row*, room_seq>> place_by_msgid;
  for (const auto& [id, room] : world_.disk->tables.rooms())
    for (const auto& entry : room.entries)
      place_by_msgid[message_id(id, entry->seq)] = {&room, entry->seq};
  for (const auto& [number, known] : stays_) {
    const room_row* room = nullptr;
    room_seq last = 0;
    const auto posts_between = [&](room_seq from, room_seq to) {
      for (auto seq = from; seq <= to; ++seq)
        if (text_of(*room->entries[seq - 1]) != nullptr)
          return seq;
      return room_seq{0};
    };
    for (const auto& msgid : known.msgids) {
      const auto place = place_by_msgid.find(msgid);
      if (place == place_by_msgid.end())
        return broken(known.client + " was shown " + msgid + ", which is nowhere");
      const auto seq = place->second.second;
      if (room == nullptr) {
        room = place->second.first;
      } else {
        if (seq <= last)
          broken(known.client + " was shown " + msgid + " out of order");
        if (const auto missed = posts_between(last + 1, seq - 1); missed != 0)
          broken(known.client + " was not shown " + at(room->id, missed) + " before " + msgid);
      }
      last = seq;
    }
    if (room != nullptr && open.contains(number))
      if (const auto missed = posts_between(last + 1, room->entries.size()); missed != 0)
        broken(known.client + " was not shown " + at(room->id, missed) + " at the end");
  }
}

bool witness::is_told_all(const std::string& client, room_id room) const {
  const auto told = last_told_.find({client, room});
  const auto& rooms = world_.disk->tables.rooms();
  const auto found = rooms.find(room);
  return told != last_told_.end() && found != rooms.end() && told->second == found->second.entries.size();
}

std::optional<fate> witness::fate_of(const std::string& text) const {
  const auto found = fates_.find(text);
  return found == fates_.end() ? std::nullopt : std::optional{found->second};
}

} // namespace godwit::sim
