#include "tests/sim/call.hpp"

#include "tests/sim/edge.hpp"
#include "tests/sim/node.hpp"

#include <utility>

namespace godwit::sim {

using namespace std::chrono_literals;

namespace {

template <class Way, class What>
instant put(Way& way, world& around, span delay, What what) {
  auto due = around.now() + delay;
  if (!way.coming.empty())
    due = std::max(due, way.coming.back().first);
  way.coming.emplace_back(due, std::move(what));
  return due;
}

span delay_of(world& around) {
  return around.random.one_in(40) ? around.random.between(5ms, 80ms) : around.random.between(100us, 3ms);
}

template <class Way>
void lose_some(Way& way, world& around) {
  const auto kept = around.random.below(way.coming.size() + 1);
  way.coming.erase(way.coming.begin() + static_cast<std::ptrdiff_t>(kept), way.coming.end());
}

} // namespace

call::call(world& around, node_name proxy, protocol spoken, listener client)
    : world_(around), proxy_(std::move(proxy)), spoken_(spoken), client_(std::move(client)) {}

void call::dial() {
  const auto there = world_.alive(proxy_);
  edge_ = there ? there->service<edge>(entity_kind::edge) : nullptr;
  if (!edge_)
    fly_down(hung_up{});
  else
    edge_->called(shared_from_this());
}

void call::say(to_server what) {
  if (!client_closed_)
    fly_up(std::move(what));
}

void call::hang_up() {
  if (std::exchange(client_closed_, true))
    return;
  client_ = nullptr;
  fly_up(hung_up{});
}

void call::cut() {
  lose_some(up_, world_);
  lose_some(down_, world_);
  if (!server_closed_)
    fly_up(hung_up{});
  if (!client_closed_)
    fly_down(hung_up{});
}

void call::answer(to_client what) {
  if (!server_closed_)
    fly_down(std::move(what));
}

void call::close(const error& why) {
  if (server_closed_)
    return;
  fly_down(control::closed_by(why));
  fly_down(hung_up{});
  server_closed_ = true;
}

void call::proxy_died() {
  server_closed_ = true;
  edge_.reset();
  lose_some(down_, world_);
  fly_down(hung_up{});
}

void call::fly_up(to_server what) {
  const auto due = put(up_, world_, delay_of(world_), std::move(what));
  world_.events.at(due, [self = shared_from_this()] { self->arrive_up(); });
}

void call::fly_down(to_client what) {
  const auto due = put(down_, world_, delay_of(world_), std::move(what));
  world_.events.at(due, [self = shared_from_this()] { self->arrive_down(); });
}

void call::arrive_up() {
  if (up_.coming.empty() || up_.coming.front().first > world_.now())
    return;
  auto what = std::move(up_.coming.front().second);
  up_.coming.pop_front();
  if (server_closed_ || !edge_)
    return;
  if (std::holds_alternative<hung_up>(what)) {
    server_closed_ = true;
    edge_->told(shared_from_this(), std::move(what));
    edge_.reset();
  } else {
    edge_->told(shared_from_this(), std::move(what));
  }
}

void call::arrive_down() {
  if (down_.coming.empty() || down_.coming.front().first > world_.now())
    return;
  auto what = std::move(down_.coming.front().second);
  down_.coming.pop_front();
  if (client_closed_ || !client_)
    return;
  if (!std::holds_alternative<hung_up>(what))
    return client_(std::move(what));
  client_closed_ = true;
  std::exchange(client_, nullptr)(std::move(what));
}

} // namespace godwit::sim
