/// @file
/// What stands in a loop's inbox.
#pragma once

#include "nodes/edge/connection.hpp"
#include "nodes/edge/route_table.hpp"

#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace godwit {

class loop;

/// What is spoken on a port, and through what.
struct port_kind {
  protocol spoken = protocol::native;
  bool plaintext = false;
};

struct shard_message {
  std::size_t shard = 0;
  message what;
};
struct item_batch {
  std::vector<edge_item> items;
  std::shared_ptr<const void> ticket;
};
/// A socket from a listener.
struct accepted_socket {
  unique_fd socket;
  bool ipv6 = false;
  std::string peer;
  admission share;
  bool exempt = false;
  port_kind port;
  std::optional<error_code> unwelcome;
};
/// A connection that has said hello, for its session's shard. It has left its loop.
struct client_for_shard {
  std::shared_ptr<connection> client;
  std::size_t shard = 0;
};
/// A connection without a session, of a loop that ends. It has left its loop.
struct client_of_none {
  std::shared_ptr<connection> client;
};
/// What is for this shard is for this loop from here on: to be kept until the shard arrives.
struct shard_comes {
  std::size_t shard = 0;
};
/// What is for this shard is not for this loop any more: to be handed to `to`, as it is now.
struct shard_leaves {
  std::size_t shard = 0;
  loop* to = nullptr;
};
struct shard_arrives {
  std::size_t shard = 0;
  std::unique_ptr<route_table> routes;
  std::vector<std::shared_ptr<connection>> clients;
};
/// It has no shards and gets none. To be the last thing that matters.
struct end_loop {
  loop* heir = nullptr; ///< gets the connections without a session
};
using loop_task = std::variant<shard_message, membership_view, item_batch, link_reset, accepted_socket,
                               client_for_shard, client_of_none, shard_comes, shard_leaves, shard_arrives, end_loop>;

} // namespace godwit
