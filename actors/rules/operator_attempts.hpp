/// @file
/// How often somebody may try to become an operator of the server: each failure makes the next try wait longer, per
/// session and per address (of IPv6 one /64: `limited_as_one`). Plain code; the time comes as an argument.
///
/// Bounded: operator_attempts_max of each; the quietest make room. A node knows of its own sessions only.
#pragma once

#include "actors/rules/instant.hpp"
#include "actors/rules/ip_network.hpp"
#include "messages/ids.hpp"

#include <map>

namespace godwit {

class operator_attempts {
public:
  /// Whether a try may be made now. One that may begins to count: until `succeeded` it is a failure.
  bool begin(session_id session, const ip_address& from, instant now);
  /// A try that was begun was not made after all.
  void take_back(session_id session, const ip_address& from);
  void succeeded(session_id session, const ip_address& from);
  /// Failures of this address that still count.
  [[nodiscard]] unsigned failures_of(const ip_address& from) const;

private:
  struct record {
    unsigned failures = 0;
    instant last;
  };
  template <class Key>
  static bool waits(std::map<Key, record>& records, const Key& key, instant now);
  template <class Key>
  static void note(std::map<Key, record>& records, const Key& key, instant now);
  template <class Key>
  static void take_back(std::map<Key, record>& records, const Key& key);

  std::map<session_id, record> by_session_;
  std::map<ip_address, record> by_address_;
};

} // namespace godwit
