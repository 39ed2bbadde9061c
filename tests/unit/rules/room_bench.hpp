/// @file
/// What the tests of rooms and relays share: a room with short ways to speak to it, and to see what it wants done.
#pragma once

#include "actors/rules/limits.hpp"
#include "actors/rules/room.hpp"
#include "messages/names.hpp"

#include <gtest/gtest.h>

namespace godwit::test {

inline constexpr room_id the_room{7};
inline constexpr session_id ann{1};
inline constexpr session_id bob{2};
inline constexpr session_id cid{3};

inline timestamp at(std::int64_t ms) { return timestamp{std::chrono::milliseconds{ms}}; }
inline effect_name name(session_id session, std::uint64_t op, std::uint32_t k = 0) { return {session, op, k}; }
inline identity_hash identity_of(session_id session) {
  identity_hash hash{};
  hash[0] = static_cast<std::uint8_t>(session.value);
  return hash;
}

/// All messages of one type among the effects, in order.
template <class T, class Effects>
std::vector<T> sent(const Effects& effects) {
  std::vector<T> found;
  for (const auto& effect : effects) {
    const auto* out = std::get_if<send>(&effect);
    if (const auto* what = out ? std::get_if<T>(&out->what) : nullptr)
      found.push_back(*what);
  }
  return found;
}

/// All effects of one type.
template <class T, class Effects>
std::vector<T> wanted(const Effects& effects) {
  std::vector<T> found;
  for (const auto& effect : effects) {
    if (const auto* what = std::get_if<T>(&effect))
      found.push_back(*what);
  }
  return found;
}

/// The texts posted, in order.
inline std::vector<std::string> texts(const std::vector<shared_entry>& entries) {
  std::vector<std::string> found;
  for (const auto& entry : entries) {
    if (const auto* said = std::get_if<posted>(&entry->body))
      found.push_back(said->text);
  }
  return found;
}

inline room_command say(session_id who, std::uint64_t op, std::uint64_t previous_op, room_action action) {
  room_command command;
  command.room = the_room;
  command.name = name(who, op);
  command.previous = previous_op == 0 ? effect_name{} : name(who, previous_op);
  command.epoch = {1, 0};
  command.reply_to = "w1";
  command.nick = who == ann ? "ann" : who == bob ? "bob" : "cid";
  command.identity = identity_of(who);
  command.action = std::move(action);
  return command;
}

inline entries_appended outcome(const append_entries& append, append_outcome what = append_outcome::written) {
  return {append.room, append.epoch, append.first_seq, static_cast<std::uint32_t>(append.entries.size()), what, 0};
}

/// A log as the store would give it: `members` joined first, then posts p1, p2, ... up to `last_seq`.
inline log_opened log_with(std::vector<session_id> members, room_seq last_seq, room_epoch epoch = 1,
                           std::size_t tail_entries = 512) {
  log_opened log;
  log.room = the_room;
  log.epoch = epoch;
  log.key = "lobby";
  log.state.title = "lobby";
  log.state.last_seq = last_seq;
  for (room_seq seq = 1; seq <= last_seq; ++seq) {
    const auto who = members.empty() ? ann : members[(seq - 1) % members.size()];
    log_entry entry{seq, at(static_cast<std::int64_t>(seq)), name(who, seq), "x",
                    {},  posted{"p" + std::to_string(seq)}};
    if (seq <= members.size())
      entry.body = joined{};
    log.state.last_time = entry.time;
    if (seq + tail_entries > last_seq)
      log.tail.push_back(std::make_shared<const log_entry>(entry));
  }
  for (std::size_t i = 0; i < members.size(); ++i) {
    const auto nick = say(members[i], 1, 0, join_room{}).nick;
    const auto modes = i == 0 ? member_modes{member_mode::room_operator} : member_modes{};
    log.members.push_back({members[i], nick, identity_of(members[i]), i + 1, modes});
    log.last_ops.push_back({name(members[i], i + 1), i + 1});
  }
  return log;
}

/// An open room of an empty lobby, or of `log`.
inline room open_room(log_opened log = log_with({}, 0)) {
  room it(the_room, log.key, "w1");
  it.start();
  it.log_opened(log, at(1000));
  return it;
}

/// Says that every append among `effects` is durable, and goes on until the room appends nothing more.
inline room_effects write_all(room& it, const room_effects& effects, timestamp now = at(2000)) {
  room_effects all;
  auto appends = sent<append_entries>(effects);
  while (!appends.empty()) {
    room_effects next;
    for (const auto& append : appends) {
      for (auto& effect : it.appended(outcome(append), now))
        next.push_back(std::move(effect));
    }
    all.insert(all.end(), next.begin(), next.end());
    appends = sent<append_entries>(next);
  }
  return all;
}

inline attach_relay attach_from(node_name node, room_seq after, bool newest = false) {
  return {the_room, std::move(node), incarnation{1}, after, newest};
}

inline link_reset reset_of(node_name node, std::uint8_t roles) { return {std::move(node), incarnation{9}, roles}; }
inline constexpr std::uint8_t is_broker = 1;
inline constexpr std::uint8_t is_worker = 2;

inline std::vector<room_seq> seqs(const std::vector<fan_out>& fan_outs) {
  std::vector<room_seq> found;
  for (const auto& one : fan_outs) {
    for (const auto& item : one.items) {
      if (const auto* entry = std::get_if<shared_entry>(&item.event))
        found.push_back((*entry)->seq);
    }
  }
  return found;
}

inline std::vector<room_seq> from_to(room_seq from, room_seq to) {
  std::vector<room_seq> found;
  for (; from <= to; ++from)
    found.push_back(from);
  return found;
}

} // namespace godwit::test
