#include "messages/masks.hpp"

#include "messages/text.hpp"
#include "messages/text_limits.hpp"

#include <utf8proc.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <optional>

namespace godwit {
namespace {

bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char each) { return static_cast<unsigned char>(each) < 0x80; });
}

char lower(char each) { return each >= 'A' && each <= 'Z' ? static_cast<char>(each - 'A' + 'a') : each; }

/// As nicks are folded: NFKC with case folding, until nothing changes.
std::optional<std::string> folded(std::string_view text) {
  std::string before{text};
  if (is_ascii(text)) {
    std::ranges::transform(before, before.begin(), lower);
    return before;
  }
  constexpr int fold = UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD;
  for (int pass = 0; pass < 4; ++pass) {
    utf8proc_uint8_t* bytes = nullptr;
    const auto size =
      utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(before.data()),
                   static_cast<utf8proc_ssize_t>(before.size()), &bytes, static_cast<utf8proc_option_t>(fold));
    const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owned(bytes, &std::free);
    if (size < 0)
      return std::nullopt;
    std::string after(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
    if (after == before)
      return before;
    before = std::move(after);
  }
  return std::nullopt;
}

bool is_one_word(std::string_view text, std::size_t bytes_max) {
  return !text.empty() && text.size() <= bytes_max && is_plain_text(text)
         && text.find_first_of(" ,\n\t") == std::string_view::npos;
}

std::string or_any(std::string_view part) { return part.empty() ? "*" : std::string{part}; }

/// nick!user@host, whatever was left out.
std::string completed(std::string_view mask) {
  const auto bang = mask.find('!');
  auto address = bang == std::string_view::npos ? std::string_view{} : mask.substr(bang + 1);
  auto nick = mask.substr(0, bang);
  const bool is_host = bang == std::string_view::npos && mask.find_first_of("@.:/") != std::string_view::npos;
  if (is_host) {
    nick = {};
    address = mask;
  }
  const auto at = address.rfind('@');
  const bool has_user = at != std::string_view::npos || !is_host;
  const auto user = has_user ? address.substr(0, at) : std::string_view{};
  const auto host = at != std::string_view::npos ? address.substr(at + 1) : has_user ? std::string_view{} : address;
  return or_any(nick) + '!' + or_any(user) + '@' + or_any(host);
}

/// Several `*` in a row say no more than one.
std::string without_repeated_stars(const std::string& mask) {
  std::string out;
  std::ranges::unique_copy(mask, std::back_inserter(out), [](char a, char b) { return a == '*' && b == '*'; });
  return out;
}

/// Behind the code point that begins at `at`.
std::size_t next(std::string_view text, std::size_t at) {
  do
    ++at;
  while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xc0U) == 0x80U);
  return at;
}

} // namespace

result<std::string> normalise_mask(std::string_view typed) {
  // Folded first: what some characters stand for may be a star, a comma or a space.
  const auto text = typed.size() <= limits::mask_bytes_max && is_plain_text(typed) ? folded(typed) : std::nullopt;
  if (!text || !is_one_word(without_mute(*text), limits::mask_bytes_max))
    return error_code::mask_invalid;
  auto mask = (is_mute(*text) ? std::string{mute_prefix} : "") + completed(without_mute(*text));
  mask = without_repeated_stars(mask);
  if (mask.size() > limits::mask_bytes_max)
    return error_code::mask_invalid;
  return mask;
}

bool is_room_key(std::string_view typed) { return is_one_word(typed, limits::room_key_bytes_max); }

std::string folded_address(std::string_view nick, std::string_view user_at_host) {
  const bool has_host = user_at_host.find('@') != std::string_view::npos;
  const auto text = std::string{nick} + '!' + std::string{user_at_host} + (has_host ? "" : "@");
  return folded(text).value_or(text);
}

bool mask_matches(std::string_view mask, std::string_view address) {
  std::size_t m = 0;
  std::size_t a = 0;
  std::optional<std::size_t> star; // behind the last one
  std::size_t taken = 0;           // by that star, up to here
  while (a < address.size()) {
    if (m < mask.size() && mask[m] == '*') {
      star = ++m;
      taken = a;
    } else if (m < mask.size() && mask[m] == '?') {
      ++m;
      a = next(address, a);
    } else if (m < mask.size() && mask[m] == address[a]) {
      ++m;
      ++a;
    } else if (star) { // the last star takes one more; those before it have taken enough
      m = *star;
      a = taken = next(address, taken);
    } else {
      return false;
    }
  }
  while (m < mask.size() && mask[m] == '*')
    ++m;
  return m == mask.size();
}

bool mask_matches(std::string_view mask, std::string_view nick, std::string_view user_at_host) {
  return mask_matches(mask, folded_address(nick, user_at_host));
}

} // namespace godwit
