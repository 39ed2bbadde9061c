#include "client/bench/post_text.hpp"

#include <array>
#include <charconv>

namespace godwit::bench {
namespace {

constexpr std::string_view mark = "gb ";
constexpr int base = 16;

void append(std::string& to, std::uint64_t number) {
  std::array<char, 16> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number, base).ptr;
  to.append(digits.data(), end);
  to += ' ';
}

/// Takes a number and the space behind it off `rest`.
template <class Number>
bool take(std::string_view& rest, Number& number) {
  const auto [end, bad] = std::from_chars(rest.data(), rest.data() + rest.size(), number, base);
  if (bad != std::errc{} || end == rest.data() + rest.size() || *end != ' ')
    return false;
  rest.remove_prefix(static_cast<std::size_t>(end - rest.data()) + 1);
  return true;
}

} // namespace

std::string to_text(const post_stamp& stamp, std::size_t bytes) {
  std::string text;
  text.reserve(bytes);
  text = mark;
  append(text, stamp.sender);
  append(text, stamp.counter);
  append(text, static_cast<std::uint64_t>(stamp.due.time_since_epoch().count()));
  if (text.size() < bytes)
    text.append(bytes - text.size(), 'x');
  return text;
}

std::optional<post_stamp> read_post(std::string_view text) {
  if (!text.starts_with(mark))
    return std::nullopt;
  text.remove_prefix(mark.size());
  post_stamp stamp;
  std::uint64_t due = 0;
  if (!take(text, stamp.sender) || !take(text, stamp.counter) || !take(text, due))
    return std::nullopt;
  stamp.due = bench_time{std::chrono::nanoseconds{static_cast<std::int64_t>(due)}};
  return stamp;
}

} // namespace godwit::bench
