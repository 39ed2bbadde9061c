/// @file
/// What a relay tells its room about delivery: up to which fan-out number everything is done, one report outstanding.
///
/// Items complete in any order; numbers that never came (lost with a link) do not count. Bounded by what the room sends
/// undelivered.
#pragma once

#include <cstdint>
#include <optional>
#include <set>

namespace godwit {

class delivery_reports {
public:
  /// Another life of the room: its numbers begin anew.
  void reset();
  /// It came, and is on its way to clients.
  void came(std::uint64_t number);
  /// It is done.
  void done(std::uint64_t number) { open_.erase(number); }
  /// The newest that came, while something up to it is not done; 0: all is.
  [[nodiscard]] std::uint64_t open_until() const { return open_.empty() ? 0 : highest_; }
  /// The report that is to be sent now, if any.
  std::optional<std::uint64_t> next();
  void taken();
  /// The report that was outstanding may be lost.
  void lost();

private:
  [[nodiscard]] std::uint64_t done_up_to() const { return open_.empty() ? highest_ : *open_.begin() - 1; }

  std::set<std::uint64_t> open_;
  std::uint64_t highest_ = 0;
  std::uint64_t taken_ = 0; ///< the room has a report up to here
  std::uint64_t outstanding_ = 0;
};

} // namespace godwit
