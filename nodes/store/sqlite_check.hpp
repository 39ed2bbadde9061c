/// @file
/// Whether a database is sound: SQLite's own structure, and each table against the entries of the logs.
#pragma once

#include "nodes/store/sqlite_connection.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace godwit {

/// What is wrong, a sentence each; empty: nothing. Within one read transaction, so that a node may work with the file
/// meanwhile. Reads everything. At most `problems_max` sentences. Throws sqlite_failure.
std::vector<std::string> check_wholly(sqlite_connection& connection, std::size_t problems_max = 100);

/// The same in a time that does not depend on how much was said: for each room its row and the ends of its log.
std::vector<std::string> check_quickly(sqlite_connection& connection);

} // namespace godwit
