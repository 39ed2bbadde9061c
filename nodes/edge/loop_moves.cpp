// What goes from one loop to another: connections on the way to their shards, shards, all that a loop has that ends.
#include "nodes/edge/loop.hpp"

#include <utility>

namespace godwit {

void loop::perform(client_for_shard& what) {
  auto& seat = seats_[what.shard];
  if (!seat.routes && seat.expected)
    return seat.waiting.emplace_back(std::move(what)), void();
  const auto shard = what.shard;
  if (!seat.routes)
    return shared_.loops.post(shard, std::move(what));
  take_in(what.client);
  if (stopping_)
    return what.client->refuse({error_code::shutting_down, {}});
  what.client->unpause();
  reception_.admit(what.client, *seat.routes);
  if (!what.client->paused())
    what.client->go_on();
}

void loop::perform(client_of_none& what) {
  take_in(what.client);
  auto& deadlines = what.client->where() == connection::phase::closing ? lingering_ : greeting_;
  deadlines.insert(what.client->due, what.client->here());
  if (stopping_)
    what.client->refuse({error_code::shutting_down, {}});
}

void loop::perform(const shard_comes& what) {
  seats_[what.shard].expected = true;
  ++expected_;
}

void loop::perform(const shard_leaves& what) {
  settle(); // what was noted is dealt with here
  auto routes = std::move(seats_[what.shard].routes);
  auto clients = routes->clients();
  for (const auto& client : clients)
    let_go(client);
  routes->leave();
  what.to->post(shard_arrives{what.shard, std::move(routes), std::move(clients)});
}

void loop::perform(shard_arrives& what) {
  auto& seat = seats_[what.shard];
  seat.routes = std::move(what.routes);
  seat.routes->enter(context_);
  seat.expected = false;
  --expected_;
  for (const auto& client : what.clients) {
    take_in(client);
    if (stopping_)
      client->refuse({error_code::shutting_down, {}});
  }
  what.clients.clear();
  shared_.loops.has_arrived(what.shard);
  for (auto& task : std::exchange(seat.waiting, {}))
    if (const auto* reset = std::get_if<godwit::link_reset>(&task)) // this shard's share of what is for all
      seat.routes->link_reset(*reset);
    else if (const auto* view = std::get_if<membership_view>(&task))
      seat.routes->view(*view);
    else
      std::visit([&](auto& each) { perform(each); }, task);
}

void loop::perform(const end_loop& what) {
  settle();
  std::vector<connection_ptr> all;
  for (const auto& [key, client] : connections_)
    all.push_back(client);
  for (auto& client : all) {
    let_go(client);
    what.heir->post(client_of_none{std::move(client)});
  }
  for (auto* deadlines : {&greeting_, &idle_, &lingering_, &held_})
    deadlines->clear();
  context_.routes_due.reset();
  shut();
  ended_.store(true, std::memory_order_release);
}

void loop::take_in(const connection_ptr& client) {
  connections_.emplace(client.get(), client);
  counters_.connections.add();
  load_.fetch_add(1, std::memory_order_relaxed);
  client->enter(context_);
  idle_.set(context_.now, client->here());
}

void loop::let_go(const connection_ptr& client) {
  client->leave();
  connections_.erase(client.get());
  counters_.connections.sub();
  load_.fetch_sub(1, std::memory_order_relaxed);
}

/// They have said hello to this loop, and their shards are elsewhere.
void loop::send_departing() {
  for (auto& client : std::exchange(departing_, {}))
    if (client->where() == connection::phase::waiting) {
      const auto shard = shard_of(client->asked->claim.session);
      let_go(client);
      shared_.loops.post(shard, client_for_shard{std::move(client), shard});
    }
}

} // namespace godwit
