/// @file
/// What becomes of a client's first words: version, identity, a new session or its own.
///
/// Promises  a session id of the shard that the loop has chosen for each new session; the secrets are hashed here and
/// go no further. Source    messages/client.capnp, ClientHello.
#pragma once

#include "nodes/edge/connection.hpp"
#include "nodes/edge/route_table.hpp"

#include <cstddef>
#include <memory>
#include <optional>

namespace godwit {

class reception {
public:
  explicit reception(connection_context& context) : context_(context) {}

  /// Reads a client's first frame into `from.asked`; gives the shard that is to admit it. None: it was refused.
  /// `shard`: of a new session.
  std::optional<std::size_t> read_hello(connection& from, const frame& what, std::size_t shard);
  /// The same for a client of IRC, which has no hello: its first line is kept for its session.
  std::optional<std::size_t> take_first_line(connection& from, const frame& what, std::size_t shard);
  /// On the loop that has the shard of these routes: begins or resumes the session.
  void admit(const std::shared_ptr<connection>& client, route_table& routes);

private:
  static bool ask_new(asked_session& asked, std::size_t shard);
  static bool ask_resume(asked_session& asked, control::resume_request& request);

  connection_context& context_;
};

} // namespace godwit
