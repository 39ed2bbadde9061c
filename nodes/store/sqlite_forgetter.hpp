/// @file
/// Ends a room: by the end of its row, in one step. From then on it is there for nobody, its key is free, and whoever
/// had it open is fenced. What it leaves in other tables goes in steps of sqlite_pruner.
///
/// Throws sqlite_failure; transactions are the caller's.
#pragma once

#include "nodes/store/sqlite_connection.hpp"

namespace godwit {

class sqlite_forgetter {
public:
  explicit sqlite_forgetter(sqlite_connection& connection)
      : raise_floor_(connection, "UPDATE seq_floor SET seq = max(seq, (SELECT last_seq FROM room WHERE id = ?1))"),
        forget_(connection, "DELETE FROM room WHERE id = ?1"),
        note_forgotten_(connection, "INSERT INTO forgotten_room (id) VALUES (?1)") {}

  /// Requires: it is there, without members.
  void forget(std::uint64_t room) {
    raise_floor_.execute(room);
    forget_.execute(room);
    note_forgotten_.execute(room);
  }

private:
  sqlite_statement raise_floor_, forget_, note_forgotten_;
};

} // namespace godwit
