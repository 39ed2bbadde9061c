#include "nodes/store/sqlite_connection.hpp"

#include <algorithm>

namespace godwit {
namespace {

/// A foreign program that looks into the file may hold a lock for a moment; then it is an error.
constexpr int busy_timeout_ms = 2'000;

void check(sqlite3* handle, int code) {
  if (code != SQLITE_OK)
    throw sqlite_failure(code & 0xff, sqlite3_errmsg(handle));
}

int flags_of(sqlite_connection::mode how) {
  switch (how) {
  case sqlite_connection::mode::read_only: return SQLITE_OPEN_READONLY;
  case sqlite_connection::mode::existing: return SQLITE_OPEN_READWRITE;
  case sqlite_connection::mode::read_write: break;
  }
  return SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
}

} // namespace

sqlite_connection::sqlite_connection(const std::filesystem::path& file, mode how) {
  sqlite3* opened = nullptr;
  // NOMUTEX: one thread at a time is our promise already.
  const int code = sqlite3_open_v2(file.c_str(), &opened, flags_of(how) | SQLITE_OPEN_NOMUTEX, nullptr);
  handle_.reset(opened);
  check(opened, code);
  check(opened, sqlite3_busy_timeout(opened, busy_timeout_ms));
}

void sqlite_connection::keep_wal_on_close(bool keep) {
  check(handle_.get(), sqlite3_db_config(handle_.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, keep ? 1 : 0, nullptr));
}

void sqlite_connection::execute(const char* sql) {
  check(handle_.get(), sqlite3_exec(handle_.get(), sql, nullptr, nullptr, nullptr));
}

std::uint64_t sqlite_connection::steps() const {
  std::uint64_t sum = 0;
  for (auto* each = sqlite3_next_stmt(handle_.get(), nullptr); each; each = sqlite3_next_stmt(handle_.get(), each))
    sum += static_cast<std::uint32_t>(sqlite3_stmt_status(each, SQLITE_STMTSTATUS_VM_STEP, 0));
  return sum;
}

sqlite_run::~sqlite_run() {
  if (!statement_)
    return;
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

bool sqlite_run::next() {
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW)
    return true;
  if (code != SQLITE_DONE)
    check(sqlite3_db_handle(statement_), code);
  return false;
}

std::uint64_t sqlite_run::number(int column) const {
  return static_cast<std::uint64_t>(sqlite3_column_int64(statement_, column));
}

bool sqlite_run::is_null(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }

std::string_view sqlite_run::bytes(int column) const {
  const auto* data = static_cast<const char*>(sqlite3_column_blob(statement_, column));
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
  return data ? std::string_view{data, size} : std::string_view{};
}

timestamp sqlite_run::time(int column) const {
  return timestamp{std::chrono::microseconds{sqlite3_column_int64(statement_, column)}};
}

std::array<std::uint8_t, 32> sqlite_run::hash(int column) const {
  std::array<std::uint8_t, 32> hash{};
  const auto from = bytes(column);
  if (from.size() != hash.size())
    throw sqlite_failure(SQLITE_CORRUPT, "a hash is not 32 bytes long");
  std::copy(from.begin(), from.end(), hash.begin());
  return hash;
}

sqlite_statement::sqlite_statement(sqlite_connection& connection, std::string_view sql) {
  sqlite3_stmt* prepared = nullptr;
  check(connection.handle(), sqlite3_prepare_v3(connection.handle(), sql.data(), static_cast<int>(sql.size()),
                                                SQLITE_PREPARE_PERSISTENT, &prepared, nullptr));
  handle_.reset(prepared);
}

void sqlite_statement::bind(int index, std::uint64_t number) {
  // All 64 bits are kept; SQLite calls the upper half negative, which matters to nobody: ids are not ordered.
  check(sqlite3_db_handle(handle_.get()), sqlite3_bind_int64(handle_.get(), index, static_cast<sqlite3_int64>(number)));
}

void sqlite_statement::bind(int index, std::string_view text) {
  const char* data = text.data() ? text.data() : ""; // a null pointer would be NULL, not ''
  check(sqlite3_db_handle(handle_.get()),
        sqlite3_bind_text64(handle_.get(), index, data, text.size(), SQLITE_TRANSIENT, SQLITE_UTF8));
}

void sqlite_statement::bind(int index, timestamp time) {
  check(sqlite3_db_handle(handle_.get()), sqlite3_bind_int64(handle_.get(), index, time.time_since_epoch().count()));
}

void sqlite_statement::bind(int index, sqlite_blob blob) {
  check(sqlite3_db_handle(handle_.get()),
        sqlite3_bind_blob64(handle_.get(), index, blob.bytes.data(), blob.bytes.size(), SQLITE_TRANSIENT));
}

void sqlite_statement::bind(int index, const std::array<std::uint8_t, 32>& hash) {
  bind(index, sqlite_blob{{reinterpret_cast<const char*>(hash.data()), hash.size()}});
}

} // namespace godwit
