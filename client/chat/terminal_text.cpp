#include "client/chat/terminal_text.hpp"

#include <algorithm>
#include <cstdint>

namespace godwit {
namespace {

constexpr std::string_view replacement = "\xef\xbf\xbd"; // U+FFFD

struct character {
  char32_t point = 0;
  std::size_t bytes = 0; // 0: no UTF-8
};

/// The first character. Over-long forms and surrogates are no UTF-8.
character first_of(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text.front());
  if (lead < 0x80)
    return {lead, 1};
  const std::size_t bytes = lead >= 0xf0 && lead < 0xf5 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc2 ? 2 : 0;
  if (bytes == 0 || lead >= 0xf5 || text.size() < bytes)
    return {};
  char32_t point = lead & (0xffU >> (bytes + 1));
  for (std::size_t i = 1; i < bytes; ++i) {
    const auto next = static_cast<unsigned char>(text[i]);
    if ((next & 0xc0U) != 0x80)
      return {};
    point = (point << 6U) | (next & 0x3fU);
  }
  const bool too_long = (bytes == 3 && point < 0x800) || (bytes == 4 && point < 0x10000);
  if (too_long || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff))
    return {};
  return {point, bytes};
}

bool is_harmful(char32_t point) {
  const bool control = point < 0x20 || (point >= 0x7f && point <= 0x9f);
  const bool separator = point == 0x2028 || point == 0x2029;
  const bool turns_direction = point == 0x200e || point == 0x200f || point == 0x061c
                               || (point >= 0x202a && point <= 0x202e) || (point >= 0x2066 && point <= 0x2069);
  return control || separator || turns_direction;
}

} // namespace

std::string safe_for_terminal(std::string_view text, std::string_view line_break) {
  std::string safe;
  safe.reserve(text.size());
  while (!text.empty()) {
    const auto [point, bytes] = first_of(text);
    if (bytes == 0)
      safe += replacement;
    else if (point == '\n')
      safe += line_break;
    else if (point == '\t')
      safe += ' ';
    else if (is_harmful(point))
      safe += replacement;
    else
      safe += text.substr(0, bytes);
    text.remove_prefix(bytes == 0 ? 1 : bytes);
  }
  return safe;
}

namespace {

/// "4", "04", "04,12" behind the mark of a colour.
std::size_t colour_bytes(std::string_view text) {
  const auto digits = [](std::string_view from) {
    std::size_t count = 0;
    while (count < 2 && count < from.size() && from[count] >= '0' && from[count] <= '9')
      ++count;
    return count;
  };
  const auto first = digits(text);
  if (first == 0 || first >= text.size() || text[first] != ',')
    return first;
  const auto second = digits(text.substr(first + 1));
  return second == 0 ? first : first + 1 + second;
}

} // namespace

std::string without_irc_marks(std::string_view text) {
  constexpr std::string_view marks = "\x01\x02\x0f\x11\x16\x1d\x1e\x1f";
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const char first = text.front();
    text.remove_prefix(1);
    if (first == '\x03')
      text.remove_prefix(colour_bytes(text));
    else if (first == '\x04')
      text.remove_prefix(
        std::min(text.find_first_not_of("0123456789abcdefABCDEF"), std::min<std::size_t>(text.size(), 6)));
    else if (marks.find(first) == std::string_view::npos)
      out += first;
  }
  return out;
}

std::optional<std::string_view> action_of(std::string_view text) {
  constexpr std::string_view head = "\x01"
                                    "ACTION ";
  if (!text.starts_with(head))
    return std::nullopt;
  text.remove_prefix(head.size());
  if (text.ends_with('\x01'))
    text.remove_suffix(1);
  return text;
}

} // namespace godwit
