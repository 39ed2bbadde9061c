#include "nodes/client_settings_reader.hpp"

#include "nodes/version.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <fstream>
#include <sstream>

namespace godwit {
namespace {

/// A message of the day is a page, not a book.
constexpr std::size_t motd_lines_max = 200;

std::string content_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in)
    spdlog::error("{} can not be read; IRC clients are served without it", file.string());
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; lines.size() != motd_lines_max && std::getline(in, line);) {
    if (line.ends_with('\r'))
      line.pop_back();
    lines.push_back(std::move(line));
  }
  return lines;
}

std::string now_text() {
  const auto now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  std::tm utc{};
  ::gmtime_r(&now, &utc);
  char text[40];
  return {text, std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S UTC", &utc)};
}

} // namespace

client_settings client_settings_of(const cluster_config& cluster) {
  const auto& from = cluster.irc;
  client_settings out;
  out.irc.name = from.network.empty() ? cluster.name : from.network;
  out.irc.server = from.server;
  out.irc.version = version_text;
  std::ranges::replace(out.irc.version, ' ', '-'); // a word of its own in 004
  out.irc.started = now_text();
  out.irc.started_at = std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
  out.irc.admin = from.admin;
  out.irc.replay_lines = from.replay_lines;
  out.irc.login_timeout = from.login_timeout;
  out.irc.replay_since_left = from.replay_since_left;
  if (!from.motd.empty())
    out.irc.motd = lines_of(content_of(from.motd));
  if (!from.cloak_key.empty())
    out.cloak_key = content_of(from.cloak_key);
  return out;
}

} // namespace godwit
