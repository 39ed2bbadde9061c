#include "actors/queues/outbound_link.hpp"

#include "actors/rules/limits.hpp"
#include "messages/message_class.hpp"

#include <algorithm>
#include <utility>

namespace godwit {

namespace {

/// A payload that many deliveries share is weighed among them.
std::size_t weight_of_delivery(const delivery& what) {
  const auto sharers = static_cast<std::size_t>(std::max(1L, what.payload.use_count()));
  return sizeof(outbound_link::item) + (what.payload ? what.payload->size() / sharers : 0);
}

} // namespace

outbound_link::outbound_link(std::function<void()> wake) : wake_(std::move(wake)) {}

bool outbound_link::push(envelope what) {
  if (auto* output = std::get_if<session_output>(&what.what))
    return push(std::move(*output));
  const auto weight = weight_of(what.what);
  return push(item{std::move(what), weight});
}

bool outbound_link::push(delivery what) {
  const auto weight = weight_of_delivery(what);
  return push(item{edge_item{std::move(what)}, weight});
}

bool outbound_link::push(session_output what) {
  const auto weight = weight_of(what);
  return push(item{edge_item{std::move(what)}, weight});
}

bool outbound_link::push(batch_taken what) { return push(item{what, 0}); }

bool outbound_link::push(item what) {
  const std::lock_guard lock{mutex_};
  if (closed_ || overflowed_)
    return false; // `what` is dropped when the lock is free again: its ticket may come back here
  const auto was_empty = items_.empty();
  if (weight_ + what.weight > limits::link_queue_bytes_max) {
    overflowed_ = true;
  } else {
    weight_ += what.weight;
    items_.push_back(std::move(what));
  }
  if (was_empty)
    wake_();
  return !overflowed_;
}

outbound_link::drained outbound_link::drain() {
  const std::lock_guard lock{mutex_};
  return {std::exchange(items_, {}), overflowed_};
}

void outbound_link::left(std::size_t weight) {
  const std::lock_guard lock{mutex_};
  weight_ -= std::min(weight, weight_);
}

void outbound_link::close() {
  std::vector<item> dropped; // outlives the lock: tickets and batches run code of others
  std::function<void()> wake;
  const std::lock_guard lock{mutex_};
  closed_ = true;
  dropped.swap(items_);
  wake.swap(wake_);
}

} // namespace godwit
