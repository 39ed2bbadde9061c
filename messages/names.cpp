#include "messages/names.hpp"

#include "messages/text_limits.hpp"

#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>

namespace godwit {

namespace {

struct grammar {
  std::string_view punctuation;
  std::size_t code_points_max;
  std::size_t bytes_max;
  error_code invalid;
  error_code too_long;
};

constexpr grammar nick_grammar{"-_[]{}|^\\`", limits::nick_code_points_max, limits::nick_bytes_max,
                               error_code::nick_invalid, error_code::nick_too_long};
constexpr grammar room_grammar{"-_[]{}|^\\`.+", limits::room_name_code_points_max, limits::room_name_bytes_max,
                               error_code::room_invalid, error_code::room_name_too_long};

bool is_letter_or_number(utf8proc_category_t category) {
  switch (category) {
  case UTF8PROC_CATEGORY_LU:
  case UTF8PROC_CATEGORY_LL:
  case UTF8PROC_CATEGORY_LT:
  case UTF8PROC_CATEGORY_LM:
  case UTF8PROC_CATEGORY_LO:
  case UTF8PROC_CATEGORY_ND:
  case UTF8PROC_CATEGORY_NL:
  case UTF8PROC_CATEGORY_NO: return true;
  default: return false;
  }
}

/// Enclosing marks (a circle around the letter before) are not for names.
bool is_mark(utf8proc_category_t category) {
  return category == UTF8PROC_CATEGORY_MN || category == UTF8PROC_CATEGORY_MC;
}

bool may_stand(utf8proc_int32_t code_point, bool first, const grammar& rules) {
  const auto category = utf8proc_category(code_point);
  if (code_point < 0x80 && rules.punctuation.find(static_cast<char>(code_point)) != std::string_view::npos)
    return !(first && code_point == '-');
  // "Ignorable" are the letters and marks that nobody sees: fillers, joiners, variation selectors.
  if (utf8proc_get_property(code_point)->ignorable)
    return false;
  if (first)
    return is_letter_or_number(category) && category != UTF8PROC_CATEGORY_ND;
  return is_letter_or_number(category) || is_mark(category);
}

std::optional<error> check(std::string_view name, const grammar& rules) {
  if (name.size() > rules.bytes_max)
    return error{rules.too_long, {}};
  const auto* next = reinterpret_cast<const utf8proc_uint8_t*>(name.data());
  const auto* const end = next + name.size();
  std::size_t count = 0;
  while (next != end) {
    utf8proc_int32_t code_point = 0;
    const auto length = utf8proc_iterate(next, end - next, &code_point);
    if (length <= 0 || !may_stand(code_point, count == 0, rules))
      return error{rules.invalid, {}};
    next += length;
    ++count;
  }
  if (count == 0)
    return error{rules.invalid, {}};
  if (count > rules.code_points_max)
    return error{rules.too_long, {}};
  return std::nullopt;
}

/// Requires a name that passed `check`: it bounds what is mapped.
std::optional<std::string> map(std::string_view name, int options) {
  utf8proc_uint8_t* bytes = nullptr;
  const auto size =
    utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(name.data()), static_cast<utf8proc_ssize_t>(name.size()),
                 &bytes, static_cast<utf8proc_option_t>(options));
  const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owned(bytes, &std::free);
  if (size < 0)
    return std::nullopt;
  return std::string(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
}

constexpr int compose = UTF8PROC_STABLE | UTF8PROC_COMPOSE;
constexpr int fold = compose | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD;

/// Maps a name until nothing changes: case folding may undo a composition that the next pass makes again.
result<std::string> mapped(std::string_view name, int options, const grammar& rules) {
  if (auto why = check(name, rules))
    return *std::move(why);
  // Composed first: the order of marks decides what a letter with several of them folds to.
  const auto composed = map(std::string{name}, compose);
  if (!composed)
    return rules.invalid;
  std::string before = *composed;
  for (int pass = 0; pass < 4; ++pass) {
    auto after = map(before, options);
    if (!after)
      return rules.invalid;
    // Some letters stand for whole words with spaces between, some numbers for fractions: what they mean must obey too.
    if (auto why = check(*after, rules))
      return *std::move(why);
    if (*after == before)
      return before;
    before = *std::move(after);
  }
  return rules.invalid;
}

/// Both forms of a name stand or fall together.
result<std::string> shown(std::string_view typed, const grammar& rules) {
  if (auto folded = mapped(typed, fold, rules); !folded)
    return folded.why();
  return mapped(typed, compose, rules);
}

constexpr char private_mark = '=';
constexpr std::size_t hash_digits = 2 * std::tuple_size_v<identity_hash>;
constexpr std::string_view digits = "0123456789abcdef";

void append_hex(std::string& to, const identity_hash& hash) {
  for (const auto byte : hash) {
    to += digits[byte >> 4U];
    to += digits[byte & 0xfU];
  }
}

std::optional<identity_hash> read_hex(std::string_view text) {
  identity_hash hash{};
  for (std::size_t i = 0; i < hash.size(); ++i) {
    const auto high = digits.find(text[2 * i]);
    const auto low = digits.find(text[2 * i + 1]);
    if (high == std::string_view::npos || low == std::string_view::npos)
      return std::nullopt;
    hash[i] = static_cast<std::uint8_t>(high << 4U | low);
  }
  return hash;
}

} // namespace

result<std::string> fold_nick(std::string_view typed) { return mapped(typed, fold, nick_grammar); }
result<std::string> shown_nick(std::string_view typed) { return shown(typed, nick_grammar); }
result<std::string> fold_room(std::string_view typed) { return mapped(typed, fold, room_grammar); }
result<std::string> shown_room(std::string_view typed) { return shown(typed, room_grammar); }

bool is_reserved_nick(std::string_view folded, std::span<const std::string> reserved) {
  return std::find(reserved.begin(), reserved.end(), folded) != reserved.end();
}

std::span<const std::string> default_reserved_nicks() {
  static const std::array<std::string, 16> list{
    "admin",    "administrator", "anonymous", "botserv",  "chanserv", "godwit", "helpserv", "hostserv",
    "memoserv", "nickserv",      "operator",  "operserv", "root",     "server", "services", "system",
  };
  return list;
}

room_key private_room_key(const identity_hash& one, const identity_hash& other) {
  room_key key;
  key.reserve(2 * (1 + hash_digits));
  key += private_mark;
  append_hex(key, std::min(one, other));
  key += private_mark;
  append_hex(key, std::max(one, other));
  return key;
}

bool is_private(const room_key& key) { return key.starts_with(private_mark); }

std::optional<std::pair<identity_hash, identity_hash>> identities_of(const room_key& key) {
  if (key.size() != 2 * (1 + hash_digits) || key[0] != private_mark || key[1 + hash_digits] != private_mark)
    return std::nullopt;
  const auto low = read_hex(std::string_view{key}.substr(1, hash_digits));
  const auto high = read_hex(std::string_view{key}.substr(2 + hash_digits));
  if (!low || !high || *high < *low)
    return std::nullopt;
  return std::pair{*low, *high};
}

} // namespace godwit
