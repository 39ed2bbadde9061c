/// @file
/// What a load is to be: who is in which room, who posts, how much, and for how long.
///
/// Clients, senders and rooms are numbered from 0. Client i is in room i mod rooms, and in no other; the first
/// `sender_count` clients post. Where both protocols are spoken they take turns in each room, and so do servers.
#pragma once

#include "client/bench/post_schedule.hpp"
#include "client/bench/speaker.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace godwit::bench {

struct load_plan {
  std::vector<std::string> servers{"localhost:7700"}; ///< HOST:PORT; at least one
  /// Not empty: half of the clients speak IRC to these, whatever `spoken` is.
  std::vector<std::string> irc_servers{};
  protocol spoken = protocol::native;
  std::string ca_file = "var/ca.pem"; ///< empty: the system's CAs
  bool resume_tls = false;
  std::uint32_t client_count = 100;
  std::uint32_t room_count = 10;
  std::uint32_t sender_count = 10;
  std::size_t post_bytes = 100;
  std::uint32_t in_flight = 1;       ///< of each sender, in the closed loop
  std::optional<double> posts_per_s; ///< of all senders together: the open loop
  double connects_per_s = 0;         ///< 0: as fast as the server takes them, a few at a time
  std::chrono::seconds warm_up{2};
  std::chrono::seconds lasts{10}; ///< behind the warm-up: what is measured
  std::uint32_t thread_count = 1;
  std::vector<int> pids; ///< of the server
  std::string run{};     ///< the word in all names of this run; empty: one that no other has
  /// What is told later than so long behind its time is kept, delivery by delivery. Nothing: nothing is.
  std::optional<std::chrono::microseconds> slow_above{};
  /// No progress for so long: what does not come any more is given up.
  std::chrono::seconds patience{15};

  bool is_mixed() const { return !irc_servers.empty(); }
  protocol spoken_by(std::uint32_t client) const {
    return !is_mixed() ? spoken : client / room_count % 2 == 0 ? protocol::native : protocol::irc;
  }
  /// Which of the servers for its protocol, from 0.
  std::size_t server_of(std::uint32_t client) const {
    const auto turn = client / room_count / (is_mixed() ? 2 : 1);
    return turn % (is_mixed() && spoken_by(client) == protocol::irc ? irc_servers : servers).size();
  }
  std::uint32_t room_of(std::uint32_t client) const { return client % room_count; }
  std::uint32_t members_of(std::uint32_t room) const { return share(client_count, room); }
  std::uint32_t senders_to(std::uint32_t room) const { return share(sender_count, room); }
  /// A sender's number among those of its room.
  std::uint32_t place_in_room(std::uint32_t sender) const { return sender / room_count; }

private:
  std::uint32_t share(std::uint32_t all, std::uint32_t room) const {
    return all / room_count + (room < all % room_count ? 1 : 0);
  }
};

/// Names that no other run has.
struct run_names {
  std::string run; ///< a word of hexadecimal digits
  std::string room(std::uint32_t number) const { return "gb-" + run + "-" + std::to_string(number); }
  std::string nick(std::uint32_t client) const { return "gb-" + run + "-" + std::to_string(client); }
};

/// Posts that are due in [measure_from, end) are measured; from `begin` on there is load, from `end` on none.
struct load_times {
  bench_time begin;
  bench_time measure_from;
  bench_time end;
  bool is_measured(bench_time when) const { return when >= measure_from && when < end; }
};

} // namespace godwit::bench
