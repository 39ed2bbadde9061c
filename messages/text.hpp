/// @file
/// Which texts people may say: UTF-8, no control characters but tabs and, in posts, line breaks and IRC's marks.
///
/// Limits: messages/text_limits.hpp. Source: docs/PROTOCOL.md, "Texts".
#pragma once

#include "messages/errors.hpp"

#include <cstddef>
#include <optional>
#include <string_view>

namespace godwit {

/// Whole UTF-8 (no surrogates, nothing overlong, nothing beyond U+10FFFF), without the controls of C0 and C1 and
/// without DEL; `\n` and `\t` are allowed.
bool is_plain_text(std::string_view text);

/// A post's text: plain, and the characters by which IRC marks texts, since people of both sit in one room. Errors:
/// text_empty, text_too_long, text_invalid.
std::optional<error> check_post(std::string_view text);

/// A text that may be empty: topics, reasons, away messages. It is one line. Errors: text_too_long, text_invalid.
std::optional<error> check_line(std::string_view text, std::size_t bytes_max);

} // namespace godwit
