/// @file
/// The rules of one end of a link: what leaves when, in which parcel, and what the other end's parcels mean.
///
/// ```
///             add            take                          received(acknowledged)
///   (nothing) ───▶ waiting ───────▶ in flight ──────────────────────────────────▶ (gone)
///                                   control: at once, whatever is in flight
///                                   chat: while parcels and bytes in flight are below their limits
///   a batch:                        in flight ─▶ taken by the other node's edge ─▶ tickets dropped
///
///             received
///   open ────────────────▶ open         the next number, or a pulse that knows of no parcel that is missing
///     └──────────────────▶ broken       a gap, a repeat, an acknowledgement of what was never sent: the shell cuts the
///     link
/// ```
/// A parcel leaves at once while fewer than limits::parcels_in_flight_max of its class are on their way, else when one
/// of them has been taken: there is no timer, and under load parcels grow by themselves.
///
/// Invariants: parcels are numbered from 1 without gaps over all classes; within a class nothing overtakes.
/// Credit comes back when a parcel was accepted, never when it could be sent on: else two nodes wait for each other for
/// ever. Delivery batches have a second credit of the same size, which comes back when the edge has them.
/// Owns:   what waits, the tickets of batches that are not acknowledged.
/// Limits: limits::parcel_bytes_max, chat_credit_bytes, parcels_in_flight_max; what waits is bounded by
///         actors/queues/outbound_link.hpp.
/// Source: design.md, "Links".
#pragma once

#include "actors/rules/delivery_batcher.hpp"
#include "messages/parcel.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <set>
#include <vector>

namespace godwit {

class link_end {
public:
  struct departure {
    parcel what;
    std::size_t weight = 0; ///< of what waited here and does not any more
  };
  enum class verdict : std::uint8_t { accepted, broken };

  // ----------------------------------------------------------------------------------------------------- outgoing

  /// `weight`: what it counts against credits, in bytes.
  void add(envelope what, std::size_t weight);
  void add(edge_item what, std::size_t weight);
  /// This node's edge has taken the batch: its entries stand in the clients' queues.
  void batch_taken(std::uint64_t number);
  /// The next parcel that may leave now. Call until there is none.
  std::optional<departure> take();
  /// Carries nothing but what this end has sent and accepted.
  parcel pulse();
  /// Something was accepted since the last parcel or pulse left.
  bool owes_acknowledgement() const { return acknowledged_ != told_; }

  // ----------------------------------------------------------------------------------------------------- incoming

  /// Judges the parcel and takes its acknowledgements. `broken`: nothing of it may be used.
  verdict received(const parcel& what);

  // ------------------------------------------------------------------------------------------------ for those who look

  std::uint64_t last_sent() const { return last_sent_; }
  const acknowledgement& acknowledged() const { return acknowledged_; }

private:
  struct waiting_envelope {
    envelope what;
    std::size_t weight = 0;
  };
  struct in_flight_parcel {
    std::uint64_t number = 0;
    std::size_t weight = 0;
  };
  struct in_flight_batch {
    std::uint64_t number = 0;
    std::size_t weight = 0;
    std::vector<std::shared_ptr<const void>> tickets;
  };

  bool chat_may_leave() const;
  bool batch_may_leave() const;
  static std::size_t move_envelopes(std::deque<waiting_envelope>& from, parcel& to, std::size_t bytes_max);
  std::size_t move_batch(parcel& to, std::size_t bytes_max);
  departure depart(parcel what, std::size_t weight);
  bool is_possible(const acknowledgement& of) const;
  void take_acknowledgement(const acknowledgement& of);
  void accept(const parcel& what);

  std::deque<waiting_envelope> control_;
  std::deque<waiting_envelope> chat_;
  delivery_batcher deliveries_;

  std::uint64_t last_sent_ = 0;
  std::uint64_t last_batch_ = 0;
  std::deque<in_flight_parcel> chat_in_flight_;
  std::size_t chat_in_flight_weight_ = 0;
  std::deque<in_flight_batch> batches_in_flight_;
  std::size_t batches_in_flight_weight_ = 0;

  std::uint64_t last_received_ = 0;
  std::uint64_t last_batch_received_ = 0;
  std::set<std::uint64_t> batches_taken_early_; ///< by the edge, before an older one
  acknowledgement acknowledged_;                ///< what this end has accepted
  acknowledgement told_;                        ///< as the other end was told last
};

} // namespace godwit
