#include "messages/text.hpp"

#include "messages/text_limits.hpp"

#include <utf8proc.h>

#include <string>

namespace godwit {
namespace {

bool is_allowed(utf8proc_int32_t code_point) {
  if (code_point == '\n' || code_point == '\t')
    return true;
  return utf8proc_category(code_point) != UTF8PROC_CATEGORY_CC;
}

error too_long(std::size_t bytes_max) { return {error_code::text_too_long, std::to_string(bytes_max) + " bytes"}; }

} // namespace

bool is_plain_text(std::string_view text) {
  const auto* at = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  auto rest = static_cast<utf8proc_ssize_t>(text.size());
  while (rest > 0) {
    utf8proc_int32_t code_point = 0;
    const auto length = utf8proc_iterate(at, rest, &code_point);
    if (length <= 0 || !is_allowed(code_point))
      return false;
    at += length;
    rest -= length;
  }
  return true;
}

std::optional<error> check_post(std::string_view text) {
  if (text.empty())
    return error{error_code::text_empty, {}};
  if (text.size() > limits::post_bytes_max)
    return too_long(limits::post_bytes_max);
  if (!is_plain_text(text))
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
