#include "nodes/store/sqlite_schema.hpp"

#include "nodes/store/sqlite_backup.hpp"

#include <spdlog/spdlog.h>

#include <array>

namespace godwit {
namespace {

// room         id is never used again, even if the row were deleted (AUTOINCREMENT). listed: not a private
// conversation.
//              member_count is kept in the transaction of each append, so that listing counts nobody.
// entry        clustered by (room, seq): a piece of history is one stretch of the file.
// entry_name   a repeat is found by its name; unique, so that no effect is ever logged twice. Entries without name
//              (op 0) are not in it.
// member       by room; by session: a re-spawned session takes its rooms from there; by identity: is a person still
// here? left_behind  the last event that an identity saw when its last session left, and its nick then.
constexpr const char* tables_of_version_1 = R"sql(
CREATE TABLE room (
  id INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL UNIQUE, listed INTEGER NOT NULL,
  title TEXT NOT NULL, epoch INTEGER NOT NULL DEFAULT 0,
  topic TEXT NOT NULL DEFAULT '', topic_by TEXT NOT NULL DEFAULT '', topic_time INTEGER NOT NULL DEFAULT 0,
  last_seq INTEGER NOT NULL DEFAULT 0, last_time INTEGER NOT NULL DEFAULT 0,
  member_count INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE INDEX room_listed ON room (key) WHERE listed = 1;

CREATE TABLE entry (
  room INTEGER NOT NULL, seq INTEGER NOT NULL,
  session INTEGER NOT NULL, op INTEGER NOT NULL, k INTEGER NOT NULL, time INTEGER NOT NULL,
  bytes BLOB NOT NULL, PRIMARY KEY (room, seq)) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX entry_name ON entry (room, session, op, k) WHERE op <> 0;

CREATE TABLE last_op (
  room INTEGER NOT NULL, session INTEGER NOT NULL, op INTEGER NOT NULL, k INTEGER NOT NULL, seq INTEGER NOT NULL,
  PRIMARY KEY (room, session)) STRICT, WITHOUT ROWID;
CREATE INDEX last_op_session ON last_op (session);

CREATE TABLE member (
  room INTEGER NOT NULL, session INTEGER NOT NULL, nick TEXT NOT NULL, identity BLOB NOT NULL,
  joined_seq INTEGER NOT NULL, PRIMARY KEY (room, session)) STRICT, WITHOUT ROWID;
CREATE INDEX member_session ON member (session);
CREATE INDEX member_identity ON member (room, identity);

CREATE TABLE left_behind (
  room INTEGER NOT NULL, identity BLOB NOT NULL, seq INTEGER NOT NULL, nick TEXT NOT NULL,
  PRIMARY KEY (room, identity)) STRICT, WITHOUT ROWID;

CREATE TABLE session (
  id INTEGER PRIMARY KEY, generation INTEGER NOT NULL, protocol INTEGER NOT NULL,
  identity BLOB NOT NULL, token_hash BLOB NOT NULL, proxy TEXT NOT NULL, proxy_incarnation INTEGER NOT NULL,
  nick TEXT NOT NULL) STRICT;

CREATE TABLE nick (
  folded TEXT PRIMARY KEY, nick TEXT NOT NULL, session INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX nick_session ON nick (session);
)sql";

// first_seq, first_time   the oldest entry that is kept; first_seq is last_seq + 1 where none is.
constexpr const char* to_version_2 = R"sql(
ALTER TABLE room ADD COLUMN first_seq INTEGER NOT NULL DEFAULT 1;
ALTER TABLE room ADD COLUMN first_time INTEGER NOT NULL DEFAULT 0;
UPDATE room SET first_time = coalesce((SELECT time FROM entry WHERE room = room.id AND seq = 1), 0);
CREATE INDEX room_first_time ON room (first_time) WHERE first_seq <= last_seq;
)sql";

// token_number      tokens of token_hash are good from this one on; next_token_hash: of the tokens that a resume
// through
//                   another proxy node began, until one of them is known to have arrived; 32 zeros: none.
// settings     how the room is kept in order (state.capnp, RoomSettings); NULL: as a room has none. A secret room is
// not
//              listed. modes, mask, real_name: of the member, as the room knows them.
constexpr const char* to_version_3 = R"sql(
ALTER TABLE session ADD COLUMN token_number INTEGER NOT NULL DEFAULT 0;
ALTER TABLE session ADD COLUMN next_token_hash BLOB NOT NULL
  DEFAULT x'0000000000000000000000000000000000000000000000000000000000000000';
ALTER TABLE room ADD COLUMN settings BLOB;
ALTER TABLE member ADD COLUMN modes INTEGER NOT NULL DEFAULT 0;
ALTER TABLE member ADD COLUMN mask TEXT NOT NULL DEFAULT '';
ALTER TABLE member ADD COLUMN real_name TEXT NOT NULL DEFAULT '';
)sql";

// used      when the room was last written, opened, or looked for by somebody who would have made it.
// kind      1 a room, 2 a private conversation, 3 one in which an IRC session was: whose identity ends with it, so that
//           nobody finds the conversation again once it is empty.
// forgotten_room  what has gone from `room`, and may have rows in entry, last_op and left_behind still.
// seq_floor the highest seq of all rooms that were forgotten: new rooms begin behind it, so that no number ever stands
//           for two events of one name. One row.
constexpr const char* to_version_4 = R"sql(
ALTER TABLE room ADD COLUMN used INTEGER NOT NULL DEFAULT 0;
ALTER TABLE room ADD COLUMN kind INTEGER NOT NULL DEFAULT 1;
UPDATE room SET used = CAST(strftime('%s', 'now') AS INTEGER) * 1000000, kind = iif(key LIKE '=%', 2, 1);
UPDATE room SET kind = 3 WHERE kind = 2 AND EXISTS (SELECT 1 FROM member JOIN session ON session.id = member.session
  WHERE member.room = room.id AND session.protocol = 2);
CREATE INDEX room_empty ON room (kind, used) WHERE member_count = 0;
CREATE TABLE forgotten_room (id INTEGER PRIMARY KEY) STRICT;
CREATE TABLE seq_floor (seq INTEGER NOT NULL) STRICT;
INSERT INTO seq_floor VALUES (0);
)sql";

// drained   worker nodes that an operator has drained, until they are not.
constexpr const char* to_version_5 = R"sql(
CREATE TABLE drained (node TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
)sql";

/// By the version that they start from; a new file goes the same way as an old one, so both end the same.
constexpr std::array steps{tables_of_version_1, to_version_2, to_version_3, to_version_4, to_version_5};
static_assert(steps.size() == sqlite_schema_version);

std::uint64_t read_number(sqlite_connection& connection, std::string_view pragma) {
  sqlite_statement statement(connection, pragma);
  auto run = statement.run();
  return run.next() ? run.number(0) : 0;
}

error refused(std::string why) { return {error_code::store_unavailable, std::move(why)}; }

void migrate(sqlite_connection& connection, int from) {
  std::string all = "BEGIN IMMEDIATE;";
  for (auto step = static_cast<std::size_t>(from); step < steps.size(); ++step)
    all += steps[step];
  all += "PRAGMA application_id = " + std::to_string(sqlite_application_id)
         + "; PRAGMA user_version = " + std::to_string(sqlite_schema_version) + "; COMMIT;";
  try {
    connection.execute(all.c_str());
  } catch (const sqlite_failure&) {
    sqlite3_exec(connection.handle(), "ROLLBACK", nullptr, nullptr, nullptr); // the first failure is the one to tell
    throw;
  }
}

} // namespace

result<int> schema_version_of(sqlite_connection& connection) {
  const auto application = static_cast<int>(read_number(connection, "PRAGMA application_id"));
  const auto version = static_cast<int>(read_number(connection, "PRAGMA user_version"));
  const bool empty = read_number(connection, "SELECT count(*) FROM sqlite_schema") == 0;
  if (empty && application == 0 && version == 0)
    return 0;
  if (application != sqlite_application_id)
    return refused("the file is a database of another program; name another file in the config");
  if (version < 1 || version > sqlite_schema_version)
    return refused("the file has version " + std::to_string(version) + " of the tables, this program knows them up to "
                   + "version " + std::to_string(sqlite_schema_version) + "; start the newer program that wrote it");
  return version;
}

result<std::monostate> prepare_schema(sqlite_connection& connection) {
  const auto version = schema_version_of(connection);
  if (!version)
    return version.why();
  if (*version == sqlite_schema_version)
    return std::monostate{};
  if (*version > 0) {
    const std::filesystem::path file = sqlite3_db_filename(connection.handle(), "main");
    const std::filesystem::path copy = file.string() + ".v" + std::to_string(*version);
    std::filesystem::remove(copy); // of a migration that did not come to its end: the file is what it was then
    if (const auto copied = back_up(file, copy); !copied)
      return refused("the file has to be copied before its tables are made new: " + copied.why().detail);
    spdlog::info("store: {} has version {} of the tables and gets version {}; it is kept as {}", file.string(),
                 *version, sqlite_schema_version, copy.string());
  }
  migrate(connection, *version);
  return std::monostate{};
}

} // namespace godwit
