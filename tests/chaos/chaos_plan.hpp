/// @file
/// What a run of chaos is to be: a load, and what is done to the cluster beneath it.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace godwit::chaos {

/// What is done to a cluster, each to one worker node, session or room that chance picks.
enum class deed : std::uint8_t {
  kill,            ///< kill -9, and a new life some time later
  stop,            ///< SIGSTOP for 5 s: it is declared dead, ends itself when it wakes, and is started again
  drain,           ///< until it is empty, then undrain
  kill_amid_drain, ///< of the drained node, or of another
  migrate_session, ///< to another worker node
  migrate_room,
};
inline constexpr std::pair<deed, std::string_view> deed_names[]{{deed::kill, "kill"},
                                                                {deed::stop, "stop"},
                                                                {deed::drain, "drain"},
                                                                {deed::kill_amid_drain, "kill-amid-drain"},
                                                                {deed::migrate_session, "migrate"},
                                                                {deed::migrate_room, "migrate-room"}};
constexpr std::string_view name_of(deed what) {
  for (const auto& [each, name] : deed_names)
    if (each == what)
      return name;
  return {};
}

struct chaos_plan {
  std::string shape = "local"; ///< a shipped config; with worker nodes of their own
  std::uint64_t seed = 1;      ///< of what is done, to whom and when
  std::chrono::seconds lasts{60};
  std::uint32_t client_count = 400; ///< half of them speak IRC
  std::uint32_t room_count = 40;
  std::uint32_t sender_count = 80;
  double posts_per_s = 400; ///< of all senders together, whatever becomes of the cluster
  std::vector<deed> deeds;  ///< those that are done; one that stands here twice is done twice as often
  std::chrono::milliseconds rests_least{300}; ///< between two of them
  std::chrono::milliseconds rests_most{2000};
};

} // namespace godwit::chaos
