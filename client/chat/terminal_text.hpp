/// @file
/// Makes what other people wrote safe to be shown on a terminal.
#pragma once

#include <string>
#include <string_view>

namespace godwit {

/// One line of it: control characters (escape sequences begin with one) and characters that turn the direction of
/// writing become U+FFFD, as does what is no UTF-8; tabs become a space; line breaks become `line_break`.
std::string safe_for_terminal(std::string_view text, std::string_view line_break = " / ");

} // namespace godwit
