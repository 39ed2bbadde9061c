/// @file
/// How godwitctl shows what it was told: tables for people, JSON for programs.
///
/// Functions of their arguments alone. Numbers of sessions and rooms are texts in JSON: they have more digits than the
/// numbers of many programs that read it. What other people typed is made safe for a terminal in tables.
#pragma once

#include "nodes/ctl/admin_client.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace godwit {

/// Columns as wide as their widest cell, two spaces apart; each line ends with a line break.
std::string table_of(const std::vector<std::string>& header, const std::vector<std::vector<std::string>>& rows);

std::string text_of(const admin_result& what);
nlohmann::ordered_json json_of(const admin_result& what);

/// One line, without a line break.
std::string text_of(const ctl_failure& why);
nlohmann::ordered_json json_of(const ctl_failure& why);
std::string progress_line(const drain_progress& how_far);
/// All that could move has moved, and nothing is left.
bool is_empty(const drain_progress& how_far);

} // namespace godwit
