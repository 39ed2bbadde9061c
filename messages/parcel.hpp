/// @file
/// What crosses a link at once, as an object. messages/cluster.capnp is its wire form.
#pragma once

#include "messages/cluster_messages.hpp"
#include "messages/edge_item.hpp"
#include "messages/message_class.hpp"

#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

namespace godwit {

/// One client that a payload goes to.
struct delivery_target {
  session_id session;
  session_epoch epoch;
  std::uint32_t attach = 0;
  bool operator==(const delivery_target&) const = default;
};
/// One payload for many clients.
struct batched_delivery {
  std::uint32_t payload = 0; ///< index into delivery_batch::payloads
  stream_position position;
  std::vector<delivery_target> targets;
  bool operator==(const batched_delivery&) const = default;
};
/// What goes to clients of one proxy node: each payload once, each session's items in its order.
struct delivery_batch {
  std::uint64_t number = 0; ///< from 1 per link
  std::vector<shared_bytes> payloads;
  std::vector<std::variant<batched_delivery, session_output>> items;
};

/// What one end has accepted from the other: the highest numbers of parcels per class, and of delivery batches that
/// stand in their clients' queues.
struct acknowledgement {
  std::uint64_t control = 0;
  std::uint64_t chat = 0;
  std::uint64_t bulk = 0;
  std::uint64_t batches = 0;
  bool operator==(const acknowledgement&) const = default;
};

/// Who speaks to whom.
struct link_introduction {
  node_name node;
  incarnation node_incarnation;
  node_name peer;
  incarnation peer_incarnation;
  bool operator==(const link_introduction&) const = default;
};

struct parcel {
  std::uint64_t number = 0;                       ///< from 1 per link; 0: a pulse, which carries nothing
  message_class carries = message_class::control; ///< of a pulse: nothing
  std::uint64_t last_sent = 0;                    ///< the sender's newest parcel
  acknowledgement acknowledged;
  std::vector<envelope> envelopes;
  std::optional<delivery_batch> batch;
  std::optional<link_introduction> introduction; ///< in the first parcel of either end, number 0
  std::uint32_t skipped = 0;                     ///< envelopes that this build does not know; set by the decoder
};

/// The batch as its edge wants it, in order.
std::vector<edge_item> unpack(delivery_batch batch);

} // namespace godwit
