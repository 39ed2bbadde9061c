/// @file
/// What becomes of a client's first words: version, identity, a new session or its own.
///
/// Promises  a session id of its own loop for each new session; the secrets are hashed here and go no further.
/// Source    messages/client.capnp, ClientHello.
#pragma once

#include "nodes/edge/connection.hpp"
#include "nodes/edge/route_table.hpp"

#include <cstddef>
#include <memory>
#include <optional>

namespace godwit {

class reception {
public:
  reception(connection_context& context, route_table& routes, std::size_t loop_index, std::size_t loop_count)
      : context_(context), routes_(routes), loop_index_(loop_index), loop_count_(loop_count) {}

  /// Reads a client's first frame into `from.asked`; gives the loop that is to admit it. None: it was refused.
  std::optional<std::size_t> read_hello(connection& from, const frame& what);
  /// On that loop: begins or resumes the session.
  void admit(const std::shared_ptr<connection>& client);

private:
  bool ask_new(asked_session& asked);
  bool ask_resume(asked_session& asked, control::resume_request& request);

  connection_context& context_;
  route_table& routes_;
  std::size_t loop_index_;
  std::size_t loop_count_;
};

} // namespace godwit
