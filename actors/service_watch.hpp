/// @file
/// Tells when an actor that its node can not do without ends by an error.
#pragma once

#include <caf/actor.hpp>
#include <caf/error.hpp>
#include <caf/exit_reason.hpp>

#include <functional>
#include <string>

namespace godwit {

/// Calls `failed` with the reason, once, on any thread, when `service` ends by an error. When it quits, or is told to
/// end because the node stops, nothing is called.
inline void watch_service(const caf::actor& service, std::function<void(const std::string&)> failed) {
  service->attach_functor([failed = std::move(failed)](const caf::error& why) {
    if (why && why != caf::exit_reason::user_shutdown && why != caf::exit_reason::unreachable)
      failed(caf::to_string(why));
  });
}

} // namespace godwit
