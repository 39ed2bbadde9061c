/// @file
/// An operator of a cluster: `godwitctl` with the cluster's own config.
#pragma once

#include "tests/support/cluster.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace godwit::test {

inline std::vector<std::string> ctl_words(const cluster& running, std::vector<std::string> words) {
  words.insert(words.begin(), {godwitctl_program(), "--config", running.config_file()});
  return words;
}

inline finished_program ctl(const cluster& running, std::vector<std::string> words) {
  return run({.arguments = ctl_words(running, std::move(words))});
}

inline void done(const cluster& running, const std::vector<std::string>& words) {
  const auto ended = ctl(running, words);
  EXPECT_EQ(ended.end, process_end{}) << words.front() << ": " << ended.errors;
}

/// What a question is answered with.
inline nlohmann::json shown(const cluster& running, std::vector<std::string> words) {
  words.push_back("--json");
  const auto ended = ctl(running, std::move(words));
  EXPECT_EQ(ended.end, process_end{}) << ended.errors;
  return nlohmann::json::parse(ended.output, nullptr, false);
}

/// The session of that nick (empty: of whoever has none yet) as `godwitctl sessions` shows it; null: there is none.
inline nlohmann::json session_of(const cluster& running, const std::string& nick) {
  for (const auto& each : shown(running, {"sessions"}))
    if (each["nick"] == nick)
      return each;
  return nullptr;
}

/// What lives there.
inline std::uint64_t count_on(const cluster& running, const std::string& node) {
  const auto nodes = shown(running, {"nodes"});
  for (const auto& each : nodes)
    if (each["name"] == node)
      return each["sessions"].get<std::uint64_t>() + each["rooms"].get<std::uint64_t>();
  ADD_FAILURE() << "no node " << node << " in " << nodes;
  return 0;
}

/// Does something over and over until the order has been carried out.
template <class Deed>
void meanwhile(const cluster& running, std::vector<std::string> order, Deed&& deed) {
  process tool({.arguments = ctl_words(running, std::move(order))});
  do
    deed();
  while (tool.is_running());
  EXPECT_EQ(tool.wait(patience), process_end{});
}

} // namespace godwit::test
