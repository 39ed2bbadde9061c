#include "tests/sim/network.hpp"

#include "actors/rules/limits.hpp"
#include "messages/cluster_codec.hpp"
#include "messages/message_class.hpp"
#include "tests/sim/describe.hpp"

#include <algorithm>

namespace godwit::sim {

using namespace std::chrono_literals;

namespace {

class wire_port final : public node_port {
public:
  wire_port(std::weak_ptr<wire> way, std::size_t side) : wire_(std::move(way)), side_(side) {}
  void push(envelope what) override {
    if (const auto way = wire_.lock()) {
      if (auto* output = std::get_if<session_output>(&what.what))
        way->push(side_, edge_item{std::move(*output)});
      else
        way->push(side_, std::move(what));
    }
  }
  void push(edge_item what) override {
    if (const auto way = wire_.lock())
      way->push(side_, std::move(what));
  }

private:
  std::weak_ptr<wire> wire_;
  std::size_t side_;
};

std::size_t weight_of_item(const edge_item& what) {
  if (const auto* output = std::get_if<session_output>(&what))
    return weight_of(*output);
  const auto& event = std::get<delivery>(what);
  return 64 + (event.payload ? event.payload->size() : 0);
}

} // namespace

// -------------------------------------------------------------------------------------------------------------- wire

wire::wire(network& net, std::shared_ptr<node> dialler, std::shared_ptr<node> acceptor) : net_(net) {
  ends_[0].home = std::move(dialler);
  ends_[1].home = std::move(acceptor);
}

void wire::begin() {
  open(1);
  fly(0, introduction{});
}

bool wire::joins(const node& one, const node& other) const {
  return (ends_[0].home.get() == &one && ends_[1].home.get() == &other)
         || (ends_[0].home.get() == &other && ends_[1].home.get() == &one);
}

bool wire::is_open_at(const node& which) const { return !ends_[side_of(which)].closed; }

void wire::open(std::size_t side) {
  auto& at = ends_[side];
  if (at.closed || at.open)
    return;
  at.open = true;
  at.rules.emplace();
  at.silence.emplace(net_.around().now());
  auto& home = *at.home;
  const auto& peer = *ends_[1 - side].home;
  home.set_link(peer.self(), peer.roles(), std::make_shared<wire_port>(weak_from_this(), side));
  net_.around().log.say(net_.around().now(), home.self(), "link to " + peer.self() + " is up");
  home.tell_all(link_reset{peer.self(), peer.life(), peer.roles()});
  pulse(side, net_.around().now());
}

void wire::close_at(const node& which, std::string_view why) { close(side_of(which), why); }

void wire::close(std::size_t side, std::string_view why) {
  auto& at = ends_[side];
  if (at.closed)
    return;
  at.closed = true;
  at.coming.clear();
  at.waiting.clear();
  if (!ends_[1 - side].closed)
    fly(1 - side, loss{});
  auto& home = *at.home;
  const auto& peer = *ends_[1 - side].home;
  auto& around = net_.around();
  if (at.open) {
    around.log.say(around.now(), home.self(), "link to " + peer.self() + " is lost: " + std::string(why));
    home.drop_link(peer.self());
    const auto dropped = std::exchange(at.rules, std::nullopt); // with its tickets
    home.tell_all(link_lost{peer.self()});
  }
  if (side == 0 && !home.is_dead())
    net_.dial_later(home.self(), peer.self(), 0);
}

void wire::lose_some(std::size_t to) {
  auto& coming = ends_[to].coming;
  const auto kept = net_.around().random.below(coming.size() + 1);
  coming.erase(coming.begin() + static_cast<std::ptrdiff_t>(kept), coming.end());
}

void wire::cut() {
  for (std::size_t side = 0; side != 2; ++side)
    if (!ends_[side].closed) {
      lose_some(side);
      fly(side, loss{});
    }
}

void wire::end_died(const node& which) {
  const auto side = side_of(which);
  ends_[side].closed = true;
  ends_[side].coming.clear();
  ends_[side].waiting.clear();
  ends_[side].rules.reset();
  if (ends_[1 - side].closed)
    return;
  lose_some(1 - side);
  fly(1 - side, loss{});
}

void wire::fly(std::size_t to, std::variant<introduction, loss, parcel> what) {
  auto& around = net_.around();
  auto& coming = ends_[to].coming;
  auto due = around.now() + net_.delay(ends_[1 - to].home->self(), ends_[to].home->self());
  if (!coming.empty())
    due = std::max(due, coming.back().due);
  coming.push_back({due, std::move(what)});
  around.events.at(due, [self = shared_from_this(), to] { self->arrive(to); });
}

void wire::arrive(std::size_t at) {
  auto& to = ends_[at];
  const auto& from = *ends_[1 - at].home;
  if (to.coming.empty() || to.coming.front().due > net_.around().now() || net_.is_blocked(from.self(), to.home->self()))
    return;
  auto what = std::move(to.coming.front().what);
  to.coming.pop_front();
  to.home->run([self = shared_from_this(), at, what = std::move(what)]() mutable { self->take(at, std::move(what)); });
}

void wire::unblocked() {
  for (std::size_t side = 0; side != 2; ++side)
    for (std::size_t i = 0; i != ends_[side].coming.size(); ++i)
      net_.around().events.at(ends_[side].coming[i].due, [self = shared_from_this(), side] { self->arrive(side); });
}

void wire::take(std::size_t at, std::variant<introduction, loss, parcel> what) {
  auto& to = ends_[at];
  if (to.closed)
    return;
  if (std::holds_alternative<introduction>(what))
    open(at);
  else if (std::holds_alternative<loss>(what))
    close(at, "the connection ended");
  else if (to.open)
    take_parcel(at, std::get<parcel>(std::move(what)));
}

void wire::take_parcel(std::size_t at, parcel what) {
  auto& to = ends_[at];
  auto& around = net_.around();
  auto& home = *to.home;
  const auto& peer = *ends_[1 - at].home;
  if (to.silence->heard(around.now()))
    if (const auto judge = home.local(entity_kind::membership, 0))
      judge->mail([judge = judge.get(), told = link_heard{peer.self(), peer.life()}] { judge->heard(told); });
  if (to.rules->received(what) == link_end::verdict::broken) {
    around.broken("a link lost a parcel amid a connection");
    return close(at, "a parcel is missing");
  }
  for (auto& each : what.envelopes)
    home.receive(peer.self(), std::move(each));
  if (what.batch) {
    const auto number = what.batch->number;
    std::shared_ptr<const void> guard(static_cast<const void*>(this),
                                      [self = weak_from_this(), at, number](const void*) {
                                        if (const auto way = self.lock())
                                          way->batch_taken(at, number);
                                      });
    home.receive_batch(unpack(*std::move(what.batch)), std::move(guard));
  }
  flush(at);
}

void wire::push(std::size_t side, envelope what) {
  auto& at = ends_[side];
  if (at.closed || !at.open)
    return;
  at.waiting.emplace_back(std::move(what));
  plan_drain(side);
}

void wire::push(std::size_t side, edge_item what) {
  auto& at = ends_[side];
  if (at.closed || !at.open)
    return;
  at.waiting.emplace_back(std::move(what));
  plan_drain(side);
}

void wire::batch_taken(std::size_t side, std::uint64_t number) {
  if (ends_[side].closed || ends_[side].home->is_dead())
    return;
  ends_[side].taken.push_back(number);
  plan_drain(side);
}

void wire::plan_drain(std::size_t side) {
  auto& at = ends_[side];
  if (std::exchange(at.drain_planned, true))
    return;
  at.home->after(at.home->turn(), [self = shared_from_this(), side] { self->drain(side); });
}

void wire::drain(std::size_t side) {
  auto& at = ends_[side];
  at.drain_planned = false;
  if (at.closed || !at.rules)
    return;
  for (const auto number : std::exchange(at.taken, {}))
    at.rules->batch_taken(number);
  for (auto& each : std::exchange(at.waiting, {}))
    if (auto* letter = std::get_if<envelope>(&each)) {
      const auto weight = weight_of(letter->what);
      at.rules->add(std::move(*letter), weight);
    } else {
      auto& item = std::get<edge_item>(each);
      const auto weight = weight_of_item(item);
      at.rules->add(std::move(item), weight);
    }
  flush(side);
}

/// Through the codec of production, so that what it forgets is missed.
void wire::flush(std::size_t side) {
  auto& at = ends_[side];
  while (auto leaving = at.rules->take()) {
    auto read = decode_parcel(encode_parcel(leaving->what));
    if (!read)
      return net_.around().broken("a parcel can not be read: " + read.why().detail);
    fly(1 - side, *std::move(read));
  }
  if (at.rules->owes_acknowledgement())
    fly(1 - side, at.rules->pulse());
}

void wire::pulse(std::size_t side, instant due) {
  auto& at = ends_[side];
  auto& around = net_.around();
  if (at.closed || !at.rules)
    return;
  const auto now = around.now();
  fly(1 - side, at.rules->pulse());
  const auto next = std::max(due + limits::pulse_interval, now);
  at.home->after(next - now, [self = shared_from_this(), side, next] { self->pulse(side, next); });
  const auto& peer = *ends_[1 - side].home;
  switch (at.silence->judge(now, now - due)) {
  case link_silence::verdict::fine: return;
  case link_silence::verdict::suspicious:
    if (const auto judge = at.home->local(entity_kind::membership, 0))
      judge->mail([judge = judge.get(), told = link_silent{peer.self(), peer.life()}] { judge->silent(told); });
    return;
  case link_silence::verdict::cut: close(side, "nothing was heard for too long");
  }
}

// ----------------------------------------------------------------------------------------------------------- network

void network::booted(node& which) {
  for (const auto& other : world_.plan.nodes) {
    if (other.name == which.self() || (which.roles() == role_proxy && other.roles == role_proxy))
      continue;
    if (other.name < which.self())
      dial_later(which.self(), other.name, 0);
    else
      dial_later(other.name, which.self(), 0);
  }
}

void network::died(const node& which) {
  for (const auto& each : std::vector(wires_))
    if (&each->dialler() == &which || &each->acceptor() == &which)
      each->end_died(which);
}

void network::cut(const node_name& one, const node_name& other) {
  for (const auto& each : std::vector(wires_)) {
    const auto& from = each->dialler().self();
    const auto& to = each->acceptor().self();
    if ((from == one && to == other) || (from == other && to == one))
      each->cut();
  }
}

void network::block(const node_name& from, const node_name& to) { blocked_.insert({from, to}); }

void network::unblock(const node_name& from, const node_name& to) {
  if (blocked_.erase({from, to}) == 0)
    return;
  for (const auto& each : std::vector(wires_))
    each->unblocked();
}

void network::slow(const node_name& one, const node_name& other, span by) { slowness_[std::minmax(one, other)] = by; }

void network::heal() {
  slowness_.clear();
  blocked_.clear();
  for (const auto& each : std::vector(wires_))
    each->unblocked();
}

span network::delay(const node_name& from, const node_name& to) {
  auto& random = world_.random;
  auto delay = random.one_in(50) ? random.between(1ms, 30ms) : random.between(50us, 1ms);
  if (slowness_.empty())
    return delay;
  if (const auto found = slowness_.find(std::minmax(from, to)); found != slowness_.end())
    delay += random.between(span{found->second / 2}, found->second + 1ns);
  return delay;
}

void network::dial_later(const node_name& dialler, const node_name& to, unsigned attempt) {
  span pause = world_.random.between(100us, 2ms);
  if (attempt > 0) {
    const auto longest = std::min<span>(span{limits::redial_backoff_min} * (1U << std::min(attempt, 10U)),
                                        span{limits::redial_backoff_max});
    pause = world_.random.between(longest / 2, longest);
  }
  world_.events.after(pause, [this, dialler, to, attempt] { dial(dialler, to, attempt); });
}

void network::dial(const node_name& dialler, const node_name& to, unsigned attempt) {
  std::erase_if(wires_, [](const auto& each) { return each->is_over(); });
  const auto from = world_.alive(dialler);
  if (!from)
    return; // it dials when it boots
  const auto there = world_.alive(to);
  for (const auto& each : wires_)
    if (&each->dialler() == from.get() && each->acceptor().self() == to && each->is_open_at(*from))
      return;
  if (!there || there->is_paused() || from->is_paused() || is_blocked(dialler, to) || is_blocked(to, dialler))
    return dial_later(dialler, to, attempt + 1);
  for (const auto& each : std::vector(wires_))
    if (&each->acceptor() == there.get() && each->dialler().self() == dialler)
      each->close_at(*there, "the other node connects anew");
  wires_.push_back(std::make_shared<wire>(*this, from, there));
  wires_.back()->begin();
}

} // namespace godwit::sim
