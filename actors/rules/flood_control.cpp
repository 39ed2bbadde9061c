#include "actors/rules/flood_control.hpp"

namespace godwit {
namespace {

constexpr double request_bytes_per_token = 1024;
constexpr double answer_bytes_per_token = 4096;

} // namespace

flood_control::verdict flood_control::request(std::size_t bytes, time now) {
  return spend(1 + static_cast<double>(bytes) / request_bytes_per_token, now);
}

flood_control::verdict flood_control::answered(std::size_t bytes, time now) {
  return spend(static_cast<double>(bytes) / answer_bytes_per_token, now);
}

flood_control::verdict flood_control::charge(std::uint32_t cost, time now) { return spend(cost, now); }

flood_control::verdict flood_control::spend(double cost, time now) {
  bucket_.refill(now);
  if (bucket_.level() >= bucket_.burst() / 2)
    excess_since_.reset();
  bucket_.spend(cost);
  if (bucket_.level() >= 0 && !holding_)
    return verdict::flowing;
  new_excess_ = !excess_since_.has_value();
  if (new_excess_)
    excess_since_ = now;
  if (now - *excess_since_ >= patience_)
    return verdict::abuse;
  if (holding_)
    return verdict::holding;
  holding_ = true;
  return verdict::begins_to_hold;
}

bool flood_control::may_go_on(time now) {
  bucket_.refill(now);
  if (bucket_.level() >= 0)
    holding_ = false;
  return !holding_;
}

} // namespace godwit
