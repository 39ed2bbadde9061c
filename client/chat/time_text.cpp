#include "client/chat/time_text.hpp"

#include <array>
#include <cstdio>
#include <ctime>

namespace godwit {
namespace {

struct split_time {
  std::time_t since_1970 = 0;
  long micros = 0;
};

/// A server may say any number: std::chrono::floor overflows at the lowest ones.
split_time split(timestamp when) {
  constexpr std::int64_t per_second = 1'000'000;
  const std::int64_t count = when.time_since_epoch().count();
  const bool borrows = count % per_second < 0;
  return {count / per_second - (borrows ? 1 : 0), count % per_second + (borrows ? per_second : 0)};
}

} // namespace

std::string utc_text(timestamp when) {
  const auto [since_1970, micros] = split(when);
  std::tm parts{};
  ::gmtime_r(&since_1970, &parts);
  std::array<char, 40> date{};
  std::strftime(date.data(), date.size(), "%Y-%m-%dT%H:%M:%S", &parts);
  std::array<char, 16> fraction{};
  std::snprintf(fraction.data(), fraction.size(), ".%06ldZ", micros);
  return std::string{date.data()} + fraction.data();
}

namespace {

std::string local_text(timestamp when, const char* form) {
  const std::time_t since_1970 = split(when).since_1970;
  std::tm parts{};
  ::localtime_r(&since_1970, &parts);
  std::array<char, 32> text{};
  std::strftime(text.data(), text.size(), form, &parts);
  return text.data();
}

} // namespace

std::string local_time_of_day(timestamp when) { return local_text(when, "%H:%M"); }

std::string local_day_and_time(timestamp when) { return local_text(when, "%Y-%m-%d %H:%M"); }

} // namespace godwit
