/// @file
/// Makes what other people wrote safe to be shown on a terminal.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace godwit {

/// One line of it: control characters (escape sequences begin with one) and characters that turn the direction of
/// writing become U+FFFD, as does what is no UTF-8; tabs become a space; line breaks become `line_break`.
std::string safe_for_terminal(std::string_view text, std::string_view line_break = " / ");

/// A post's text without the characters by which IRC marks texts (bold, colours with their numbers, …).
std::string without_irc_marks(std::string_view text);
/// What somebody does, of a post that IRC clients show so (`/me waves`). Null: it is something said.
std::optional<std::string_view> action_of(std::string_view text);

} // namespace godwit
