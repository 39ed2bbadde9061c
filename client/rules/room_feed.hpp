/// @file
/// The events of one room in order, each once, whether they come live or from the room's history.
///
/// Normally a server tells the events behind the client's position, one after the other. After a new login it begins
/// with what comes next: then the feed asks for what is missing (`catching_up`), and holds what comes live back until
/// that is told.
///
/// Invariants: what is given out rises in `seq`; nothing is given out twice.
/// Limits: held_events_max; what comes beyond it is asked for again.
#pragma once

#include "client/rules/news.hpp"

#include <deque>
#include <map>
#include <string>
#include <vector>

namespace godwit {

class room_feed {
public:
  static constexpr std::size_t held_events_max = 1024;

  /// `last`: the event that the client has got last.
  room_feed(news::room_ref room, room_seq last) : room_(std::move(room)), last_(last) {}

  /// The server will go on behind `seq`. What lies between must be asked for: then catching_up(). False: the user
  /// knows, and by the same name; a session that has moved says all that it holds once more, on the same connection.
  bool opened(news::room_ref room, room_seq seq);
  /// Something may have happened while no session was there.
  void begin_catching_up() { catching_up_ = true; }
  /// What may be told now: the event, or nothing.
  std::vector<tell::event> live(tell::event event);
  /// A piece of the room's history behind last(). What of it is new.
  std::vector<tell::event> missed(std::vector<tell::event> events);
  /// The history's answer was whole. What was held, if that was all; if it ended at its `limit` more may be there: then
  /// catching_up() stays true, and the rest is to be asked for.
  std::vector<tell::event> caught_up(std::size_t limit);
  /// The session goes on: what is behind last() comes again, and so does the answer that was coming in.
  void resumed();
  /// The history can not be read: go on with what is there.
  std::vector<tell::event> give_up();
  /// Another session begins: forget what was held; it comes again.
  void session_over();

  /// Keeps the other one's nick true in a conversation, and who is away under the nick that he has now. `own`: it is
  /// the user's doing.
  void follow(const log_entry& entry, bool own);
  /// False: the user has been told so already.
  bool is_news(const std::string& nick, const std::string& away);

  bool catching_up() const { return catching_up_; }
  room_seq last() const { return last_; }
  const news::room_ref& room() const { return room_; }

  bool asked = false; ///< the question for what is missing is under way

private:
  std::vector<tell::event> release();

  news::room_ref room_;
  room_seq last_ = 0;
  std::size_t answered_ = 0; // events of the answer that is coming in
  bool catching_up_ = false;
  bool told_open_ = false; // on this connection
  bool dropped_ = false;   // more than could be held
  std::deque<tell::event> held_;
  std::map<std::string, std::string> told_away_by_nick_; // of members whose presence was told; empty: back
};

} // namespace godwit
