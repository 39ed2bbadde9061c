/// @file
/// What a screen needs to know of a session, kept up to date by the news: the rooms, their members and topics. Draws
/// nothing.
///
/// A room's members are known once somebody has asked for them (`members_known`); from then on joins, leaves and new
/// nicks keep them true.
#pragma once

#include "client/rules/news.hpp"

#include <map>
#include <string>
#include <string_view>

namespace godwit {

struct room_view {
  news::room_ref room;
  room_seq last = 0;
  std::string topic;
  std::map<std::string, std::string> away_by_member; ///< empty: here
  bool members_known = false;

  /// The name, or the other person's nick.
  const std::string& label() const { return room.name.empty() ? room.person : room.name; }
};

class session_view {
public:
  void apply(const client_news& what);

  const std::string& nick() const { return nick_; }
  bool online() const { return online_; }
  const std::map<room_id, room_view>& rooms() const { return rooms_; }
  /// By name or person, however its letters' case; nullptr: the user is not in it.
  const room_view* find(std::string_view label) const;

private:
  void take(const news::connected& what);
  void take(const news::reconnecting&) { online_ = false; }
  void take(const news::logged_in& what) { nick_ = what.nick; }
  void take(const news::room_opened& what);
  void take(const news::room_closed& what) { rooms_.erase(what.room.id); }
  void take(const news::event& what);
  void take(const news::presence& what);
  void take(const news::answered& what);
  void take(const news::confirmed&) {}
  void take(const news::refused&) {}
  void take(const news::waiting&) {}
  void take(const news::invitation&) {}
  void take(const news::proclaimed&) {}
  void take(const news::over&) { online_ = false; }

  std::string nick_;
  bool online_ = false;
  std::map<room_id, room_view> rooms_;
};

} // namespace godwit
