/// @file
/// The limits per address of one edge, for its listeners and loops: does what actors/rules/address_limits.hpp decides.
///
/// Threads  all functions from everywhere: one mutex, held for a look into a map, twice in a connection's life.
#pragma once

#include "actors/rules/address_limits.hpp"

#include <memory>
#include <mutex>

namespace godwit {

class admissions;

/// A connection's share in the limits of its address, given back when it is destroyed.
class admission {
public:
  admission() = default; ///< of a connection that is not counted
  admission(std::shared_ptr<admissions> from, const ip_address& who) : from_(std::move(from)), who_(who) {}
  admission(admission&&) = default;
  admission& operator=(admission&& other) noexcept;
  ~admission();

private:
  std::shared_ptr<admissions> from_;
  ip_address who_;
};

class admissions : public std::enable_shared_from_this<admissions> {
public:
  explicit admissions(address_settings settings) : rules_(std::move(settings)) {}

  struct answer {
    address_limits::verdict verdict;
    admission share;
  };
  answer connect(const ip_address& from, address_limits::time now);

private:
  friend class admission;
  void disconnect(const ip_address& from);

  std::mutex mutex_;
  address_limits rules_; // guarded
};

} // namespace godwit
