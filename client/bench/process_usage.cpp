#include "client/bench/process_usage.hpp"

#include <ctime>
#include <fstream>
#include <iterator>
#include <sstream>
#include <unistd.h>

namespace godwit::bench {
namespace {

std::string read(int pid, const std::string& file) {
  std::ifstream in("/proc/" + std::to_string(pid) + "/" + file);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// Fields 14 and 15 of proc(5), "stat". The second field is a name in parentheses, which may hold anything.
std::optional<std::chrono::nanoseconds> cpu_in(const std::string& stat) {
  const auto name_end = stat.rfind(')');
  if (name_end == std::string::npos)
    return std::nullopt;
  std::istringstream rest(stat.substr(name_end + 1));
  std::string skipped;
  for (int field = 3; field != 14; ++field)
    rest >> skipped;
  std::int64_t user = 0;
  std::int64_t system = 0;
  if (!(rest >> user >> system))
    return std::nullopt;
  return std::chrono::nanoseconds{(user + system) * (1'000'000'000 / ::sysconf(_SC_CLK_TCK))};
}

std::size_t bytes_in(const std::string& status, const std::string& key) {
  const auto at = status.find(key + ":");
  return at == std::string::npos ? 0 : std::strtoul(status.c_str() + at + key.size() + 1, nullptr, 10) * 1024;
}

} // namespace

std::optional<process_usage> usage_of(int pid) {
  const auto cpu = cpu_in(read(pid, "stat"));
  const auto status = read(pid, "status");
  if (!cpu || status.empty())
    return std::nullopt;
  return process_usage{*cpu, bytes_in(status, "VmRSS"), bytes_in(status, "RssAnon")};
}

std::string label_of(int pid) {
  const auto arguments = read(pid, "cmdline");
  constexpr std::string_view option{"\0--node\0", 8};
  if (const auto at = arguments.find(option); at != std::string::npos)
    return arguments.c_str() + at + option.size();
  auto name = read(pid, "comm");
  if (!name.empty() && name.back() == '\n')
    name.pop_back();
  return name.empty() ? std::to_string(pid) : name;
}

std::chrono::nanoseconds own_cpu() {
  timespec used{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
  return std::chrono::seconds{used.tv_sec} + std::chrono::nanoseconds{used.tv_nsec};
}

} // namespace godwit::bench
