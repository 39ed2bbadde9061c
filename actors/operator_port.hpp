/// @file
/// Who the operators of the server are, as the actors need it: passwords are verified beside the actors, on threads
/// that may be busy for a while.
#pragma once

#include "actors/rules/session_effects.hpp"

#include <functional>
#include <optional>
#include <string>

namespace godwit {

/// Implemented by nodes/operators/operator_desk.hpp. Both may be called by any thread, and do not block.
class operator_port {
public:
  virtual ~operator_port() = default;
  /// The answer comes once, perhaps at once, on any thread. None: it is one. Errors: operator_refused,
  /// too_many_requests (it was tried too often, or too much is under way).
  virtual void check(check_operator what, std::function<void(std::optional<error>)> answer) = 0;
  /// Reads again what of the config can be read again. `by`: who wanted it, for the log.
  virtual void rehash(const std::string& by) = 0;
};

} // namespace godwit
