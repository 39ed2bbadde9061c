#include "client/chat/time_text.hpp"

#include <array>
#include <cstdio>
#include <ctime>

namespace godwit {

std::string utc_text(timestamp when) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(when);
  const auto micros = static_cast<long>((when - seconds).count());
  const std::time_t since_1970 = seconds.time_since_epoch().count();
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
  const std::time_t since_1970 = std::chrono::floor<std::chrono::seconds>(when).time_since_epoch().count();
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
