#include "actors/rules/link_end.hpp"

#include "actors/rules/limits.hpp"

#include <utility>

namespace godwit {

// ------------------------------------------------------------------------------------------------------------ outgoing

void link_end::add(envelope what, std::size_t weight) {
  auto& queue = message_class_of(what.what) == message_class::control ? control_ : chat_;
  queue.push_back({std::move(what), weight});
}

void link_end::add(edge_item what, std::size_t weight) { deliveries_.add(std::move(what), weight); }

void link_end::batch_taken(std::uint64_t number) {
  batches_taken_early_.insert(number);
  while (!batches_taken_early_.empty() && *batches_taken_early_.begin() == acknowledged_.batches + 1) {
    ++acknowledged_.batches;
    batches_taken_early_.erase(batches_taken_early_.begin());
  }
}

std::optional<link_end::departure> link_end::take() {
  parcel what;
  std::size_t weight = 0;
  if (!control_.empty()) {
    what.carries = message_class::control;
    weight = move_envelopes(control_, what, limits::parcel_bytes_max);
    return depart(std::move(what), weight);
  }
  if (!chat_may_leave())
    return std::nullopt;
  what.carries = message_class::chat;
  const auto batch_leaves = batch_may_leave();
  // Neither keeps the other from leaving.
  weight = move_envelopes(chat_, what, batch_leaves ? limits::parcel_bytes_max / 2 : limits::parcel_bytes_max);
  if (batch_leaves)
    weight += move_batch(what, limits::parcel_bytes_max / 2);
  if (what.envelopes.empty() && !what.batch)
    return std::nullopt;
  auto leaving = depart(std::move(what), weight);
  chat_in_flight_.push_back({leaving.what.number, weight});
  chat_in_flight_weight_ += weight;
  return leaving;
}

bool link_end::chat_may_leave() const {
  return chat_in_flight_.size() < limits::parcels_in_flight_max && chat_in_flight_weight_ < limits::chat_credit_bytes;
}

bool link_end::batch_may_leave() const {
  return !deliveries_.empty() && batches_in_flight_weight_ < limits::chat_credit_bytes;
}

std::size_t link_end::move_envelopes(std::deque<waiting_envelope>& from, parcel& to, std::size_t bytes_max) {
  std::size_t weight = 0;
  while (!from.empty() && (weight == 0 || weight + from.front().weight <= bytes_max)) {
    weight += from.front().weight;
    to.envelopes.push_back(std::move(from.front().what));
    from.pop_front();
  }
  return weight;
}

std::size_t link_end::move_batch(parcel& to, std::size_t bytes_max) {
  auto taken = deliveries_.take(bytes_max);
  taken.batch.number = ++last_batch_;
  batches_in_flight_.push_back({last_batch_, taken.weight, std::move(taken.tickets)});
  batches_in_flight_weight_ += taken.weight;
  to.batch = std::move(taken.batch);
  return taken.weight;
}

link_end::departure link_end::depart(parcel what, std::size_t weight) {
  what.number = ++last_sent_;
  what.last_sent = last_sent_;
  what.acknowledged = acknowledged_;
  told_ = acknowledged_;
  return {std::move(what), weight};
}

parcel link_end::pulse() {
  told_ = acknowledged_;
  parcel what;
  what.last_sent = last_sent_;
  what.acknowledged = acknowledged_;
  return what;
}

// ------------------------------------------------------------------------------------------------------------ incoming

link_end::verdict link_end::received(const parcel& what) {
  const auto is_pulse = what.number == 0;
  // A pulse is made on another thread than parcels: it may know less than has arrived, never more.
  const auto fits = is_pulse ? what.last_sent <= last_received_ : what.number == last_received_ + 1;
  const auto batch_fits = !what.batch || (!is_pulse && what.batch->number == last_batch_received_ + 1);
  if (!fits || !batch_fits || !is_possible(what.acknowledged))
    return verdict::broken;
  take_acknowledgement(what.acknowledged);
  if (!is_pulse)
    accept(what);
  return verdict::accepted;
}

bool link_end::is_possible(const acknowledgement& of) const {
  return of.control <= last_sent_ && of.chat <= last_sent_ && of.bulk <= last_sent_ && of.batches <= last_batch_;
}

void link_end::take_acknowledgement(const acknowledgement& of) {
  while (!chat_in_flight_.empty() && chat_in_flight_.front().number <= of.chat) {
    chat_in_flight_weight_ -= chat_in_flight_.front().weight;
    chat_in_flight_.pop_front();
  }
  while (!batches_in_flight_.empty() && batches_in_flight_.front().number <= of.batches) {
    batches_in_flight_weight_ -= batches_in_flight_.front().weight;
    batches_in_flight_.pop_front();
  }
}

void link_end::accept(const parcel& what) {
  last_received_ = what.number;
  if (what.batch)
    last_batch_received_ = what.batch->number;
  switch (what.carries) {
  case message_class::control: acknowledged_.control = what.number; break;
  case message_class::chat: acknowledged_.chat = what.number; break;
  case message_class::bulk: acknowledged_.bulk = what.number; break;
  }
}

} // namespace godwit
