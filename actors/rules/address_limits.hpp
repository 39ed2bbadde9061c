/// @file
/// The rules of how many connections one address may have, and how fast it may make them.
///
/// One address is an IPv4 address, or an IPv6 network of 64 bits (`limited_as_one`): nobody gets less than that.
/// A little beyond a limit a client is let in far enough to be told; beyond that its connections are closed at once,
/// without the cost of a handshake.
///
/// Rules only: no clock. Requires one caller at a time.
/// Bounded: addresses with a connection are as many as connections; of those without one the `remembered_max` that
/// were here last are known, and the others may begin anew: who has so many addresses gains nothing by that.
/// Source: docs/PROTOCOL.md, "Connections"; docs/OPERATING.md.
#pragma once

#include "actors/rules/ip_network.hpp"
#include "actors/rules/limits.hpp"
#include "actors/rules/token_bucket.hpp"

#include <cstddef>
#include <list>
#include <map>
#include <vector>

namespace godwit {

struct address_settings {
  std::size_t connections_max = limits::connections_per_address_max; ///< at once
  std::size_t connects_per_minute = limits::connects_per_minute_max; ///< as many at once, too, after a quiet minute
  std::size_t remembered_max = limits::quiet_addresses_max;
  std::vector<ip_network> exempt; ///< neither these limits nor flood control
};

class address_limits {
public:
  using time = token_bucket::time;
  enum class verdict : std::uint8_t {
    exempt, ///< not counted
    welcome,
    too_many, ///< to be told; counted like a welcome one
    closed,   ///< to be closed at once; not counted
  };

  explicit address_limits(address_settings settings) : settings_(std::move(settings)) {}

  verdict connect(const ip_address& from, time now);
  /// For each connection that was counted, once.
  void disconnect(const ip_address& from);
  /// Addresses that something is known of.
  std::size_t size() const { return known_.size(); }

private:
  struct known {
    token_bucket connects;
    std::size_t connections = 0;
    std::list<ip_address>::iterator quiet; ///< only without connections
  };

  address_settings settings_;
  std::map<ip_address, known> known_;
  std::list<ip_address> quiet_; ///< without connections, the longest ago first
};

} // namespace godwit
