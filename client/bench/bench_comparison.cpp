#include "client/bench/bench_comparison.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>

namespace godwit::bench {
namespace {

struct column {
  const char* title;
  const char* path; ///< of the figure in the JSON of a run
};
constexpr std::array<column, 7> columns{{{"posts/s", "/posts/per_second"},
                                         {"deliveries/s", "/deliveries/per_second"},
                                         {"ack p50 ms", "/posts/latency_ms/p50"},
                                         {"ack p99 ms", "/posts/latency_ms/p99"},
                                         {"told p99 ms", "/deliveries/latency_ms/p99"},
                                         {"us/delivery", "/cpu_us_per_delivery"},
                                         {"connects/s", "/connects/per_second"}}};
constexpr int cell_width = 18;

std::string padded(std::string text, std::size_t width) {
  text.insert(0, width > text.size() ? width - text.size() : 1, ' ');
  return text;
}

std::string cell(double value, double of_first) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), value < 100 ? "%.2f" : "%.0f", value);
  std::string out = text.data();
  if (of_first > 0) {
    std::snprintf(text.data(), text.size(), " (%.2f)", value / of_first);
    out += text.data();
  }
  return padded(std::move(out), cell_width);
}

std::string name_of(const std::string& file) { return std::filesystem::path(file).stem().string(); }

} // namespace

result<std::string> compare_runs(const std::vector<std::string>& files) {
  std::size_t name_width = 0;
  for (const auto& each : files)
    name_width = std::max(name_width, name_of(each).size());
  std::string out(name_width, ' ');
  for (const auto& each : columns)
    out += padded(each.title, cell_width);
  out += '\n';
  nlohmann::json first;
  for (const auto& file : files) {
    std::ifstream in(file);
    const auto run = nlohmann::json::parse(in, nullptr, false);
    if (!run.is_object())
      return error{error_code::file_unusable, file + " is no run that --save wrote"};
    if (first.is_null())
      first = run;
    out += name_of(file) + std::string(name_width - name_of(file).size(), ' ');
    for (const auto& each : columns) {
      const nlohmann::json::json_pointer path(each.path);
      if (!run.contains(path) || !run[path].is_number())
        return error{error_code::file_unusable, file + " has no " + each.path + ": save it anew with this program"};
      out += cell(run[path].get<double>(), first[path].get<double>());
    }
    out += '\n';
  }
  return out;
}

} // namespace godwit::bench
