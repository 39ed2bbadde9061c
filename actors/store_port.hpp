/// @file
/// The store as an entity of the broker node: requests come by messages, answers go to who asked.
///
/// Not an actor of its own state: what comes is given to the store's thread in the order in which it came.
#pragma once

#include "messages/cluster_messages.hpp"

#include <functional>

namespace godwit {

/// All that the store is asked, and answers.
using store_request = std::variant<open_log, append_entries, read_log, find_logged, load_session, ask_store>;
using store_answer = std::variant<log_opened, entries_appended, log_read, logged_found, session_loaded, store_answered>;

/// What the actors need of the store (nodes/store/store.hpp). `submit` may be called by any thread and does not block;
/// the answer comes once, on the store's thread.
class store_port {
public:
  virtual ~store_port() = default;
  virtual void submit(store_request request, std::function<void(store_answer)> answer) = 0;
};

} // namespace godwit
