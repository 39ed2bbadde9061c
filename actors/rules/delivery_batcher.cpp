#include "actors/rules/delivery_batcher.hpp"

#include <functional>
#include <tuple>
#include <unordered_map>

namespace godwit {

namespace {

/// On the wire: an entry of a target list, an item, the pointer to a payload.
constexpr std::size_t target_bytes = 24;
constexpr std::size_t item_bytes = 48;
constexpr std::size_t payload_bytes = 16;

struct item_key {
  const std::string* payload = nullptr;
  stream_position position;
  bool operator==(const item_key&) const = default;
};
struct hash_of_key {
  std::size_t operator()(const item_key& key) const {
    return std::hash<const void*>{}(key.payload) ^ (key.position.stream * 0x9e3779b97f4a7c15U) ^ key.position.position;
  }
};

/// One batch while it grows.
class growing_batch {
public:
  explicit growing_batch(delivery_batcher::taken& to) : to_(to) {}

  std::size_t wire_bytes() const { return wire_bytes_; }

  void add(session_output what) {
    wire_bytes_ += item_bytes + weight_of(what);
    last_item_of_[what.session] = to_.batch.items.size();
    to_.batch.items.emplace_back(std::move(what));
  }

  void add(delivery what) {
    const item_key key{what.payload.get(), what.position};
    const auto item = place_for(key, what);
    std::get<batched_delivery>(to_.batch.items[item]).targets.push_back({what.session, what.epoch, what.attach});
    wire_bytes_ += target_bytes;
    last_item_of_[what.session] = item;
    if (what.ticket)
      to_.tickets.push_back(std::move(what.ticket));
  }

private:
  /// The item that this delivery may join, else a new one.
  std::size_t place_for(const item_key& key, const delivery& what) {
    const auto open = open_items_.find(key);
    if (open != open_items_.end()) {
      const auto last = last_item_of_.find(what.session);
      if (last == last_item_of_.end() || last->second < open->second)
        return open->second;
    }
    const auto item = to_.batch.items.size();
    to_.batch.items.emplace_back(batched_delivery{payload_index(what.payload), what.position, {}});
    wire_bytes_ += item_bytes;
    open_items_[key] = item;
    return item;
  }

  std::uint32_t payload_index(const shared_bytes& payload) {
    const auto [found, is_new] =
      payloads_.try_emplace(payload.get(), static_cast<std::uint32_t>(to_.batch.payloads.size()));
    if (is_new) {
      to_.batch.payloads.push_back(payload);
      wire_bytes_ += payload_bytes + (payload ? payload->size() : 0);
    }
    return found->second;
  }

  delivery_batcher::taken& to_;
  std::size_t wire_bytes_ = 0;
  std::unordered_map<item_key, std::size_t, hash_of_key> open_items_;
  std::unordered_map<session_id, std::size_t> last_item_of_;
  std::unordered_map<const std::string*, std::uint32_t> payloads_;
};

} // namespace

void delivery_batcher::add(edge_item what, std::size_t weight) { waiting_.push_back({std::move(what), weight}); }

delivery_batcher::taken delivery_batcher::take(std::size_t bytes_max) {
  taken to;
  growing_batch batch{to};
  do {
    to.weight += waiting_.front().weight;
    std::visit([&](auto& what) { batch.add(std::move(what)); }, waiting_.front().what);
    waiting_.pop_front();
  } while (!waiting_.empty() && batch.wire_bytes() < bytes_max);
  return to;
}

} // namespace godwit
