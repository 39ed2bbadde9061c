/// @file
/// Where the directory's answers to operators' tools go.
#pragma once

#include "messages/admin_messages.hpp"

namespace godwit {

/// Implemented by nodes/admin_adapter.hpp. May be called by any thread, and does not block.
class admin_answers {
public:
  virtual ~admin_answers() = default;
  virtual void answered(admin_answered what) = 0;
};

} // namespace godwit
