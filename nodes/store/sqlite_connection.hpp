/// @file
/// SQLite with owners and types: a connection, prepared statements that are kept, rows.
///
/// Failures are thrown as `sqlite_failure`, within the files of the SQLite engine only: sqlite_engine.cpp turns them
/// into values. A connection and its statements are used from one thread at a time.
#pragma once

#include "messages/ids.hpp"

#include <sqlite3.h>

#include <array>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace godwit {

/// What SQLite said. Of its codes only the difference matters whether one request was at fault or the database.
class sqlite_failure : public std::runtime_error {
public:
  sqlite_failure(int code, const std::string& text) : std::runtime_error(text), code_(code) {}
  int code() const { return code_; } ///< the primary result code
  /// This request can not be written as it is; the database is well.
  bool of_one_request() const {
    return code_ == SQLITE_CONSTRAINT || code_ == SQLITE_TOOBIG || code_ == SQLITE_MISMATCH;
  }
  /// It came upon a page that is damaged. The transaction is lost; the next one may do without that page.
  bool is_damage() const { return code_ == SQLITE_CORRUPT; }

private:
  int code_;
};

class sqlite_connection {
public:
  /// `read_write` makes the file if there is none; `existing` does not.
  enum class mode { read_write, existing, read_only };
  sqlite_connection(const std::filesystem::path& file, mode how);

  /// Whether the WAL stays when this is the last connection that is closed. Else SQLite moves it into the file then: by
  /// what can be read, which after a failed fsync is not what is durable.
  void keep_wal_on_close(bool keep);
  void execute(const char* sql); ///< one or more statements without parameters
  sqlite3* handle() const { return handle_.get(); }
  /// Steps of SQLite's virtual machine by all kept statements: what the work really was.
  std::uint64_t steps() const;

private:
  struct closer {
    void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
  };
  std::unique_ptr<sqlite3, closer> handle_;
};

/// One run of a statement. Its columns are valid until the next `next`. The statement is free again when the run is
/// destroyed, and may not be started before.
class sqlite_run {
public:
  explicit sqlite_run(sqlite3_stmt* statement) : statement_(statement) {}
  sqlite_run(sqlite_run&& from) noexcept : statement_(std::exchange(from.statement_, nullptr)) {}
  sqlite_run& operator=(sqlite_run&&) = delete;
  ~sqlite_run();

  bool next(); ///< whether there is a row
  std::uint64_t number(int column) const;
  bool is_null(int column) const;
  std::string_view bytes(int column) const;
  std::string text(int column) const { return std::string{bytes(column)}; }
  timestamp time(int column) const;
  std::array<std::uint8_t, 32> hash(int column) const;

private:
  sqlite3_stmt* statement_;
};

/// An argument that is bytes, not text.
struct sqlite_blob {
  std::string_view bytes;
};

/// Prepared once, run often.
class sqlite_statement {
public:
  sqlite_statement(sqlite_connection& connection, std::string_view sql);

  template <class... Args>
  sqlite_run run(const Args&... args) {
    auto started = sqlite_run{handle_.get()}; // frees what was bound if a later argument fails
    int index = 0;
    (bind(++index, args), ...);
    return started;
  }
  /// Runs to the end; returns how many rows were changed.
  template <class... Args>
  int execute(const Args&... args) {
    auto started = run(args...);
    while (started.next()) {
    }
    return sqlite3_changes(sqlite3_db_handle(handle_.get()));
  }

private:
  void bind(int index, std::uint64_t number);
  void bind(int index, std::string_view text);
  void bind(int index, const std::string& text) { bind(index, std::string_view{text}); }
  void bind(int index, timestamp time);
  void bind(int index, const std::array<std::uint8_t, 32>& hash);
  void bind(int index, sqlite_blob bytes);
  template <class Tag>
  void bind(int index, strong_id<Tag> id) {
    bind(index, id.value);
  }

  struct finalizer {
    void operator()(sqlite3_stmt* handle) const { sqlite3_finalize(handle); }
  };
  std::unique_ptr<sqlite3_stmt, finalizer> handle_;
};

} // namespace godwit
