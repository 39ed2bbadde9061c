/// @file
/// What the store asks of a database. SQLite implements it (sqlite_engine.hpp); others can.
///
/// Calls are synchronous. The writing side is used from one thread, each change between `begin` and `commit` or
/// `rollback`; a reader is used from one thread at a time, at the same time as the writing side.
/// Requests that are refused (fenced, taken, unknown) are answers and leave nothing behind; the batch around them goes
/// on. An `error` as result means that the database itself failed: the batch is lost, its outcome is unknown, and
/// nothing but `open` may be called next. Unless it is `internal_error`: then this request alone can not be done, since
/// what it needs is damaged; the batch is lost with it, and nothing but `rollback` may be called next. Idempotent: each
/// request may be repeated when its outcome is unknown, and is answered as if it were the first. `open_log` and
/// `take_session` raise their counters once more then; the highest is true. Limits: actors/rules/limits.hpp.
#pragma once

#include "messages/cluster_messages.hpp"

#include <chrono>
#include <cstdint>
#include <memory>

namespace godwit {

/// Reads what is committed. Each call sees one state of the database, not older than the last commit before the call.
class store_reader {
public:
  virtual ~store_reader() = default;

  virtual result<log_read> read(const read_log& question) = 0;
  virtual result<logged_found> find(const find_logged& question) = 0;
  virtual result<session_loaded> load(const load_session& question) = 0;
  /// Of the directory's requests those for which `only_reads` holds.
  virtual result<directory_result> ask(const directory_request& question) = 0;
};

/// What of the logs, and which rooms without members, are kept. 0 in one of the first five: that one has no bound.
struct retention {
  std::chrono::microseconds age{0};
  std::uint64_t room_entries = 0;           ///< of one room
  std::uint64_t entries = 0;                ///< of all
  std::chrono::microseconds empty_rooms{0}; ///< since they were last used: written, opened, or looked for to be joined
  std::chrono::microseconds conversations{0}; ///< private ones, when both have left: the same
  /// Younger entries are kept whatever the rest says: who resumes reads them, repeats are known by them. A conversation
  /// that nobody can find again, since an identity of it was an IRC session's, is kept for so long too and no longer.
  std::chrono::microseconds kept_at_least{0};

  bool prunes() const {
    return age.count() > 0 || room_entries > 0 || entries > 0 || empty_rooms.count() > 0 || conversations.count() > 0
           || kept_at_least.count() > 0;
  }
};

/// What one step of pruning took.
struct pruned {
  std::uint64_t entries = 0; ///< of rooms that stay
  std::uint64_t rooms = 0;   ///< forgotten: nobody finds them any more, and their names are free
  std::uint64_t rest = 0;    ///< rows of rooms that were forgotten before
  bool anything() const { return entries + rooms + rest > 0; }
};

class store_engine {
public:
  virtual ~store_engine() = default;

  /// Opens the database, or closes and opens it again after it failed. Afterwards all that it holds is durable in the
  /// database proper, and nothing depends on what an unfinished fsync left in a journal. Requires: no reader is left.
  /// The error is a sentence for the operator: in use by another process, of another version, not ours, not readable.
  virtual result<done> open() = 0;
  /// In order, with all journals emptied. Requires: no reader is left.
  virtual void close() = 0;
  virtual result<std::unique_ptr<store_reader>> open_reader() = 0;

  /// `now`: what is changed in it was used then.
  virtual result<done> begin(timestamp now) = 0;
  /// Returns when everything since `begin` is durable.
  virtual result<done> commit() = 0;
  virtual void rollback() = 0;

  /// Raises the epoch. Reads the state row, members, last ops and a tail, never the whole log.
  virtual result<log_opened> open(const open_log& request) = 0;
  /// `written` also where the very same entries stand there already. The outcome is never `away`.
  virtual result<entries_appended> append(const append_entries& request) = 0;
  virtual result<directory_result> change(const directory_request& request) = 0;
  /// One small step of the time of `begin`: removes some of the oldest entries of one room, or forgets some rooms, or
  /// removes what such ones have left. Nothing: all is done. The seqs of a room go on where they are, and a new room
  /// begins behind those of every room that was forgotten.
  virtual result<pruned> prune(const retention& keep) = 0;
};

/// Whether a request of the directory changes nothing, so that a reader can answer it.
inline bool only_reads(const directory_request& request) {
  if (const auto* find = std::get_if<find_room>(&request))
    return !find->create;
  return std::holds_alternative<list_room_rows>(request) || std::holds_alternative<load_directory>(request)
         || std::holds_alternative<load_session>(request);
}

} // namespace godwit
