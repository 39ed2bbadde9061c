#include "messages/text.hpp"

#include "messages/text_limits.hpp"

#include <utf8proc.h>

#include <string>

namespace godwit {
namespace {

bool is_plain(utf8proc_int32_t code_point) {
  if (code_point == '\n' || code_point == '\t')
    return true;
  return utf8proc_category(code_point) != UTF8PROC_CATEGORY_CC;
}

/// The characters by which IRC marks a text: CTCP's delimiter, bold, colours, reset, monospace, reverse, italics,
/// struck through, underlined.
bool is_irc_mark(utf8proc_int32_t code_point) {
  constexpr std::string_view marks = "\x01\x02\x03\x04\x0f\x11\x16\x1d\x1e\x1f";
  return code_point < 0x20 && marks.find(static_cast<char>(code_point)) != std::string_view::npos;
}

error too_long(std::size_t bytes_max) { return {error_code::text_too_long, std::to_string(bytes_max) + " bytes"}; }

} // namespace

namespace {

template <class Allowed>
bool consists_of(std::string_view text, Allowed&& allowed) {
  const auto* at = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  auto rest = static_cast<utf8proc_ssize_t>(text.size());
  while (rest > 0) {
    utf8proc_int32_t code_point = 0;
    const auto length = utf8proc_iterate(at, rest, &code_point);
    if (length <= 0 || !allowed(code_point))
      return false;
    at += length;
    rest -= length;
  }
  return true;
}

} // namespace

bool is_plain_text(std::string_view text) { return consists_of(text, is_plain); }

std::optional<error> check_post(std::string_view text) {
  if (text.empty())
    return error{error_code::text_empty, {}};
  if (text.size() > limits::post_bytes_max)
    return too_long(limits::post_bytes_max);
  if (!consists_of(text, [](auto each) { return is_plain(each) || is_irc_mark(each); }))
    return error{error_code::text_invalid, {}};
  return std::nullopt;
}

std::optional<error> check_line(std::string_view text, std::size_t bytes_max) {
  if (text.size() > bytes_max)
    return too_long(bytes_max);
  if (!is_plain_text(text) || text.find('\n') != std::string_view::npos)
    return error{error_code::text_invalid, {}};
  return std::nullopt;
}

} // namespace godwit
