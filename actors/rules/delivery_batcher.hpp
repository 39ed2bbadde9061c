/// @file
/// The rules by which deliveries to the clients of one proxy node become batches: each payload once.
///
/// Invariants: each session gets its items in the order in which they were added. A delivery joins an earlier item with
/// the same payload and position only if its session has no item at or behind that one in the batch.
/// Owns:   what was added and is not taken; the tickets travel with the batch, to be held until it is acknowledged.
/// Limits: the link bounds what waits (actors/rules/link_end.hpp).
/// Source: design.md, "The path of one message", 6.
#pragma once

#include "messages/parcel.hpp"

#include <cstddef>
#include <deque>
#include <memory>
#include <vector>

namespace godwit {

class delivery_batcher {
public:
  struct taken {
    delivery_batch batch; ///< without a number
    std::vector<std::shared_ptr<const void>> tickets;
    std::size_t weight = 0; ///< of the items, as add() was told
  };

  /// `weight`: what it counts while it waits and until it is acknowledged, in bytes.
  void add(edge_item what, std::size_t weight);
  bool empty() const { return waiting_.empty(); }
  /// The oldest items whose wire form is about `bytes_max`, one item at least. Requires that there is something.
  taken take(std::size_t bytes_max);

private:
  struct waiting_item {
    edge_item what;
    std::size_t weight = 0;
  };
  std::deque<waiting_item> waiting_;
};

} // namespace godwit
