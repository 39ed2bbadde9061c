/// @file
/// A cluster of real processes under load, to whose worker nodes, sessions and rooms things are done; and what its
/// people noticed.
///
/// The load is `build/godwit-bench`: native and IRC clients over TLS, which post numbered messages at a steady rate and
/// check what they are told. They never dial again: a connection that ends is a disconnect.
#pragma once

#include "tests/chaos/chaos_plan.hpp"
#include "tests/chaos/log_check.hpp"
#include "tests/chaos/pauses.hpp"

#include <nlohmann/json.hpp>

#include <functional>
#include <string>
#include <vector>

namespace godwit::chaos {

struct chaos_report {
  chaos_plan plan;
  std::vector<done_deed> done;
  std::vector<std::string> undone; ///< what the cluster refused to do, or did not: sentences
  std::uint64_t posts = 0;         ///< acknowledged
  std::uint64_t refused = 0;       ///< posts, by an error that allows another try
  std::uint64_t disconnects = 0;
  std::uint64_t lost = 0; ///< acknowledged, and not told to a member, or not in the log
  std::uint64_t doubled = 0;
  std::uint64_t out_of_order = 0; ///< by sender, or members that do not agree
  std::uint64_t unanswered = 0;
  std::string first_fault; ///< of the load
  log_findings log;
  std::map<deed, pause_figures> pauses;

  bool is_sound() const {
    return disconnects + lost + doubled + out_of_order + unanswered == 0 && !log.any() && undone.empty();
  }
};

/// `say` hears of each deed, when it begins. Throws std::runtime_error: the cluster or the load does not start, or a
/// node does not come back.
chaos_report run_chaos(const chaos_plan& plan, const std::function<void(const std::string&)>& say);

std::string to_table(const chaos_report& report);
nlohmann::json to_json(const chaos_report& report);

} // namespace godwit::chaos
