#include "nodes/store/sqlite_check.hpp"

#include "messages/entry_codec.hpp"
#include "messages/moderation_codec.hpp"
#include "messages/overloaded.hpp"

#include <map>
#include <optional>

namespace godwit {
namespace {

/// Problems that one statement finds: each row is one, as a sentence.
constexpr const char* row_checks[] = {
  "SELECT 'room ' || r.id || ' counts ' || r.member_count || ' members and has ' || count(m.session) FROM room r "
  "LEFT JOIN member m ON m.room = r.id GROUP BY r.id HAVING count(m.session) <> r.member_count",
  "SELECT 'there are entries of room ' || e.room || ', which does not exist' FROM "
  "(SELECT DISTINCT room FROM entry) e WHERE NOT EXISTS (SELECT 1 FROM room WHERE id = e.room) "
  "AND NOT EXISTS (SELECT 1 FROM forgotten_room WHERE id = e.room)",
  "SELECT 'session ' || m.session || ' is a member of room ' || m.room || ', which does not exist' FROM member m "
  "WHERE NOT EXISTS (SELECT 1 FROM room WHERE id = m.room)",
  "SELECT 'nick \"' || n.nick || '\" is claimed by session ' || n.session || ', which does not exist' FROM nick n "
  "WHERE NOT EXISTS (SELECT 1 FROM session WHERE id = n.session)",
  "SELECT 'session ' || s.id || ' is called \"' || s.nick || '\" without a claim to it' FROM session s "
  "WHERE s.nick <> '' AND NOT EXISTS (SELECT 1 FROM nick WHERE session = s.id AND nick = s.nick)",
  "SELECT 'the last op of session ' || l.session || ' in room ' || l.room || ' is not the entry at ' || l.seq "
  "FROM last_op l JOIN room r ON r.id = l.room WHERE l.seq >= r.first_seq AND NOT EXISTS (SELECT 1 FROM entry e "
  "WHERE e.room = l.room AND e.seq = l.seq AND e.session = l.session AND e.op = l.op AND e.k = l.k)",
  "SELECT 'what an identity saw last in room ' || b.room || ' is behind the end of its log' FROM left_behind b "
  "LEFT JOIN room r ON r.id = b.room WHERE b.seq > r.last_seq OR (r.id IS NULL AND NOT EXISTS "
  "(SELECT 1 FROM forgotten_room WHERE id = b.room))",
  "SELECT 'room ' || f.id || ' was forgotten, and is there' FROM forgotten_room f JOIN room r ON r.id = f.id",
  "SELECT 'there are ' || count(*) || ' floors of the seqs of new rooms' FROM seq_floor HAVING count(*) <> 1",
};

struct room_row {
  std::uint64_t id = 0;
  std::string topic;
  room_seq first_seq = 0, last_seq = 0;
  timestamp last_time{};
};

/// What the kept entries of one room say.
class replay {
public:
  replay(const room_row& room, std::vector<std::string>& problems) : room_(room), problems_(problems) {}

  void take(sqlite_run& row) {
    const auto seq = row.number(0);
    if (seq != next_)
      complain("goes from " + std::to_string(next_ - 1) + " to " + std::to_string(seq));
    next_ = seq + 1;
    const auto entry = decode_entry(row.bytes(5));
    if (!entry)
      return complain("can not be read at " + std::to_string(seq) + ": " + entry.why().detail);
    const effect_name name{session_id{row.number(1)}, row.number(2), static_cast<std::uint32_t>(row.number(3))};
    if (entry->seq != seq || entry->name != name || entry->time != row.time(4))
      complain("has another entry at " + std::to_string(seq) + " than its row says");
    if (last_time_ && entry->time <= *last_time_)
      complain("goes back in time at " + std::to_string(seq));
    last_time_ = entry->time;
    std::visit(overloaded{[&](const joined&) { nicks_[name.session] = entry->nick; },
                          [&](const left&) { nicks_[name.session] = std::nullopt; },
                          [&](const kicked& it) { nicks_[it.session] = std::nullopt; },
                          [&](const renamed& it) { nicks_[name.session] = it.to; },
                          [&](const topic_set& it) { topic_ = it.text; }, [](const auto&) {}},
               entry->body);
    if (name.k >= companion_k && std::holds_alternative<joined>(entry->body))
      nicks_.erase(name.session); // the entry's name is the opener's; who joined is not in it
  }

  void end() {
    if (next_ != room_.last_seq + 1)
      complain("ends at " + std::to_string(next_ - 1) + ", its row says at " + std::to_string(room_.last_seq));
    if (last_time_ && *last_time_ != room_.last_time)
      complain("has another time at its end than its row says");
    if (topic_ && *topic_ != room_.topic)
      complain("has another topic than its row says");
  }

  /// Of a member row; then `missing_members`.
  void member(session_id session, const std::string& nick, room_seq joined_seq) {
    if (joined_seq > room_.last_seq)
      complain("has a member who joined at " + std::to_string(joined_seq) + ", behind its end");
    const auto at = nicks_.find(session);
    if (at == nicks_.end())
      return; // joined before the oldest entry that is kept, or was brought along
    if (at->second != nick)
      complain(std::string{at->second ? "calls" : "let go"} + " session " + std::to_string(session.value)
               + (at->second ? " \"" + *at->second + "\", its member row \"" + nick + '"' : ", its member row stays"));
    nicks_.erase(at);
  }
  void missing_members() {
    for (const auto& [session, nick] : nicks_)
      if (nick)
        complain("let session " + std::to_string(session.value) + " in, but there is no member row");
  }

private:
  void complain(const std::string& what) {
    problems_.push_back("the log of room " + std::to_string(room_.id) + ' ' + what);
  }

  const room_row& room_;
  std::vector<std::string>& problems_;
  room_seq next_ = room_.first_seq;
  std::optional<timestamp> last_time_;
  std::optional<std::string> topic_;
  std::map<session_id, std::optional<std::string>> nicks_; ///< by the last word about each; none: gone
};

void check_settings(sqlite_connection& connection, std::size_t problems_max, std::vector<std::string>& problems) {
  sqlite_statement all(connection, "SELECT id, settings, listed FROM room WHERE settings IS NOT NULL");
  auto row = all.run();
  while (problems.size() < problems_max && row.next()) {
    const auto settings = decode_settings(row.bytes(1));
    const auto room = "the settings of room " + std::to_string(row.number(0));
    if (!settings)
      problems.push_back(room + " can not be read");
    else if (settings->flags.has(room_flag::secret) && row.number(2) != 0)
      problems.push_back(room + " say that it is secret, and it is listed");
  }
}

std::vector<room_row> rooms_of(sqlite_connection& connection) {
  sqlite_statement all(connection, "SELECT id, topic, first_seq, last_seq, last_time FROM room ORDER BY id");
  std::vector<room_row> rooms;
  auto row = all.run();
  while (row.next())
    rooms.push_back({row.number(0), row.text(1), row.number(2), row.number(3), row.time(4)});
  return rooms;
}

void check_rooms(sqlite_connection& connection, std::size_t problems_max, std::vector<std::string>& problems) {
  sqlite_statement entries(connection,
                           "SELECT seq, session, op, k, time, bytes FROM entry WHERE room = ?1 ORDER BY seq");
  sqlite_statement members(connection, "SELECT session, nick, joined_seq FROM member WHERE room = ?1");
  for (const auto& room : rooms_of(connection)) {
    replay of(room, problems);
    {
      auto row = entries.run(room.id);
      while (problems.size() < problems_max && row.next())
        of.take(row);
    }
    if (problems.size() >= problems_max)
      return;
    of.end();
    auto row = members.run(room.id);
    while (row.next())
      of.member(session_id{row.number(0)}, row.text(1), row.number(2));
    of.missing_members();
  }
}

void collect(sqlite_connection& connection, std::string_view sql, std::size_t problems_max,
             std::vector<std::string>& problems) {
  sqlite_statement statement(connection, sql);
  auto row = statement.run();
  while (problems.size() < problems_max && row.next())
    if (auto said = row.text(0); said != "ok")
      problems.push_back(std::move(said));
}

} // namespace

std::vector<std::string> check_wholly(sqlite_connection& connection, std::size_t problems_max) {
  std::vector<std::string> problems;
  connection.execute("BEGIN");
  collect(connection, "PRAGMA integrity_check", problems_max, problems);
  if (problems.empty()) { // else what the tables say is worth nothing
    for (const auto* sql : row_checks)
      collect(connection, sql, problems_max, problems);
    check_settings(connection, problems_max, problems);
    check_rooms(connection, problems_max, problems);
  }
  connection.execute("COMMIT");
  return problems;
}

std::vector<std::string> check_quickly(sqlite_connection& connection) {
  std::vector<std::string> problems;
  collect(connection,
          "SELECT 'the log of room ' || r.id || ' has no entry at its end, ' || r.last_seq FROM room r "
          "WHERE r.last_seq >= r.first_seq AND NOT EXISTS (SELECT 1 FROM entry WHERE room = r.id AND seq = r.last_seq) "
          "UNION ALL "
          "SELECT 'the log of room ' || r.id || ' goes on behind its end, ' || r.last_seq FROM room r "
          "WHERE EXISTS (SELECT 1 FROM entry WHERE room = r.id AND seq > r.last_seq) LIMIT 10",
          10, problems);
  for (const auto* table : {"last_op", "member", "left_behind", "session", "nick"})
    collect(connection, std::string{"SELECT 'ok' FROM "} + table + " LIMIT 1", 10, problems);
  return problems;
}

} // namespace godwit
