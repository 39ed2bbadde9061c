#include "nodes/store/sqlite_schema.hpp"

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
constexpr const char* tables = R"sql(
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

std::uint64_t read_number(sqlite_connection& connection, std::string_view pragma) {
  sqlite_statement statement(connection, pragma);
  auto run = statement.run();
  return run.next() ? run.number(0) : 0;
}

error refused(std::string why) { return {error_code::store_unavailable, std::move(why)}; }

void create(sqlite_connection& connection) {
  const auto marks = "PRAGMA application_id = " + std::to_string(sqlite_application_id)
                     + "; PRAGMA user_version = " + std::to_string(sqlite_schema_version) + ";";
  connection.execute(("BEGIN IMMEDIATE;" + std::string{tables} + marks + "COMMIT;").c_str());
}

} // namespace

result<std::monostate> prepare_schema(sqlite_connection& connection) {
  const auto application = static_cast<int>(read_number(connection, "PRAGMA application_id"));
  const auto version = static_cast<int>(read_number(connection, "PRAGMA user_version"));
  const bool empty = read_number(connection, "SELECT count(*) FROM sqlite_schema") == 0;
  if (empty && application == 0 && version == 0) {
    create(connection);
    return std::monostate{};
  }
  if (application != sqlite_application_id)
    return refused("the file is a database of another program; name another file in the config");
  if (version != sqlite_schema_version)
    return refused("the file has version " + std::to_string(version)
                   + " of the tables, this program works with version " + std::to_string(sqlite_schema_version)
                   + " only; start the program that wrote it");
  return std::monostate{};
}

} // namespace godwit
