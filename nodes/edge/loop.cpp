#include "nodes/edge/loop.hpp"

#include <asio/post.hpp>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

namespace godwit {
namespace {

using namespace std::chrono_literals;

/// Silence is looked for this often within `idle_ping_after`.
constexpr int idle_checks = 4;

std::chrono::milliseconds idle_check_after(const edge_config& config) {
  return std::max<std::chrono::milliseconds>(config.idle_ping_after / idle_checks, 1ms);
}

template <class... Queues>
std::optional<steady_time> earliest(std::optional<steady_time> first, const Queues&... others) {
  const auto consider = [&](const std::optional<steady_time>& next) {
    if (next && (!first || *next < *first))
      first = next;
  };
  (consider(others.next()), ...);
  return first;
}

} // namespace

loop::loop(edge_shared& shared, std::size_t index)
    : shared_(shared), index_(index), context_{io_,
                                               *this,
                                               shared.config,
                                               counters_,
                                               shared.totals,
                                               std::chrono::steady_clock::now(),
                                               {},
                                               std::vector<char>(64 * 1024),
                                               {},
                                               {},
                                               {}},
      reception_(context_), greeting_(shared.config.handshake_timeout), idle_(idle_check_after(shared.config)),
      lingering_(shared.config.closing_linger), held_(limits::flood_look_again_after), timer_(io_) {}

loop::~loop() { join(); }

void loop::found(std::size_t shard) {
  seats_[shard].routes = std::make_unique<route_table>(shared_.routes, shared_.upstream);
  seats_[shard].routes->enter(context_);
}

void loop::start() {
  {
    const std::lock_guard lock(inbox_mutex_);
    shut_ = awake_ = false;
  }
  ended_.store(false, std::memory_order_relaxed);
  io_.restart();
  work_.emplace(io_.get_executor());
  thread_ = std::thread([this] { io_.run(); });
}

void loop::join() {
  if (thread_.joinable())
    thread_.join();
}

// ---------------------------------------------------------------------------------------------------------- inbox

void loop::post(loop_task task) {
  {
    const std::lock_guard lock(inbox_mutex_);
    if (shut_)
      return;
    inbox_.push_back(std::move(task));
    if (std::exchange(awake_, true))
      return;
  }
  asio::post(io_, [this] { take_inbox(); });
}

void loop::take_inbox() {
  context_.now = std::chrono::steady_clock::now();
  counters_.wakeups.add();
  {
    const std::lock_guard lock(inbox_mutex_);
    taken_.swap(inbox_);
    awake_ = false;
  }
  for (auto& task : taken_)
    std::visit([&](auto& what) { perform(what); }, task);
  taken_.clear(); // and with it the batches' tickets
  end_turn();
}

void loop::perform(shard_message& what) {
  auto& seat = seats_[what.shard];
  if (seat.routes)
    seat.routes->receive(what.what);
  else if (seat.expected)
    seat.waiting.emplace_back(std::move(what));
  else
    counters_.drops.add();
}

void loop::perform(membership_view& what) {
  for (auto& seat : seats_)
    if (seat.routes)
      seat.routes->view(what);
    else if (seat.expected)
      seat.waiting.emplace_back(what);
}

void loop::perform(item_batch& what) {
  for (auto& item : what.items) {
    const auto shard = shard_of(std::visit([](const auto& one) { return one.session; }, item));
    auto& seat = seats_[shard];
    if (seat.routes) {
      shared_.work[shard].done.add();
      seat.routes->take(item);
    } else if (seat.expected) {
      item_batch later;
      later.items.push_back(std::move(item));
      later.ticket = what.ticket;
      seat.waiting.emplace_back(std::move(later));
    } else {
      counters_.drops.add();
    }
  }
}

void loop::perform(godwit::link_reset& what) {
  for (auto& seat : seats_)
    if (seat.routes)
      seat.routes->link_reset(what);
    else if (seat.expected)
      seat.waiting.emplace_back(what);
}

void loop::perform(accepted_socket& what) {
  if (stopping_) {
    load_.fetch_sub(1, std::memory_order_relaxed);
    shared_.totals.connections.fetch_sub(1, std::memory_order_relaxed);
    return;
  }
  counters_.accepted.add();
  auto wire = what.port.spoken == protocol::irc ? client_wire::irc(shared_.config.irc_server)
                                                : client_wire::native({shared_.config.frame_bytes_max, 2});
  connection_budget budget{std::move(what.share), std::nullopt, what.unwelcome};
  if (!what.exempt)
    budget.flood.emplace(shared_.config.flood, context_.now);
  auto stream = what.port.plaintext ? client_stream::plaintext() : client_stream(tls_session::accept(shared_.tls));
  const auto client = std::make_shared<connection>(connection_parts{
    std::move(what.socket), what.ipv6, std::move(what.peer), std::move(stream), std::move(wire), std::move(budget)});
  load_.fetch_sub(1, std::memory_order_relaxed); // it was counted when it was assigned
  take_in(client);
  client->due = context_.now + greeting_.span();
  greeting_.set(context_.now, client->here());
}

// ---------------------------------------------------------------------------------------------------- connections

loop::connection_ptr loop::find(connection* which) const {
  const auto found = connections_.find(which);
  return found == connections_.end() ? nullptr : found->second;
}

loop::connection_ptr loop::find(const std::weak_ptr<residence>& of) const {
  const auto stay = of.lock();
  return stay && stay->which != nullptr ? find(stay->which) : nullptr;
}

/// Of those that are here; while none is yet, any.
std::size_t loop::quietest_shard() const {
  std::size_t best = index_ % shard_count;
  const route_table* least = nullptr;
  for (std::size_t i = 0; i != shard_count; ++i)
    if (const auto* routes = seats_[i].routes.get(); routes && (!least || routes->size() < least->size()))
      best = i, least = routes;
  return best;
}

void loop::on_frame(connection& from, const frame& what) {
  if (from.where() == connection::phase::greeting)
    on_hello(from, what);
  else if (what.channel != static_cast<std::uint8_t>(client_channel::session))
    on_control(from, what.bytes);
  else if (auto* routes = routes_of(from.session)) {
    shared_.work[shard_of(from.session)].done.add();
    routes->client_sent(from, what.bytes);
  }
}

void loop::on_hello(connection& from, const frame& what) {
  if (shared_.load() > shared_.config.clients_max)
    return from.refuse({error_code::too_many_clients, {}});
  if (from.unwelcome())
    return from.refuse({*from.unwelcome(), {}});
  const auto shard = from.wire().spoken() == protocol::irc ? reception_.take_first_line(from, what, quietest_shard())
                                                           : reception_.read_hello(from, what, quietest_shard());
  if (!shard)
    return;
  if (auto* routes = seats_[*shard].routes.get())
    return reception_.admit(find(&from), *routes);
  from.pause(); // it is in the middle of a reading
  departing_.push_back(find(&from));
}

void loop::on_control(connection& from, std::string_view bytes) {
  const auto control = control::decode_client_control(bytes);
  if (!control)
    return from.refuse(control.why());
  if (const auto* ping = std::get_if<control::ping>(&*control))
    from.write(
      std::make_shared<const std::string>(control::encode(control::server_control{control::pong{ping->number}})));
  else if (const auto* pong = std::get_if<control::pong>(&*control); pong && pong->number == limits::greeting_ping) {
    if (auto* routes = routes_of(from.session))
      routes->client_has_token(from);
  } else if (std::holds_alternative<control::client_hello>(*control))
    from.refuse({error_code::bad_frame, "a hello is the first frame only"});
}

void loop::on_closing(connection& which) {
  which.due = context_.now + lingering_.span();
  lingering_.set(context_.now, which.here());
}

void loop::on_closed(connection& which) {
  if (connections_.erase(&which) == 0)
    return;
  counters_.connections.sub();
  load_.fetch_sub(1, std::memory_order_relaxed);
  shared_.totals.connections.fetch_sub(1, std::memory_order_relaxed);
}

// ----------------------------------------------------------------------------------------------------- end of turn

template <class Each>
bool loop::drain(std::vector<connection*>& list, Each&& each) {
  if (list.empty())
    return false;
  batch_.swap(list);
  for (auto* which : batch_)
    if (const auto client = find(which))
      each(*client);
  batch_.clear();
  return true;
}

/// Until nothing is noted any more.
void loop::settle() {
  for (bool more = true; more;) {
    more = drain(troubled_, [&](connection& which) { deal_with_trouble(which); });
    more |= drain(drained_, [&](connection& which) {
      if (auto* routes = routes_of(which.session))
        routes->client_drained(which);
    });
    for (const auto& client : std::exchange(context_.to_ask_again, {}))
      if (client->where() == connection::phase::waiting) {
        reception_.admit(client, *routes_of(client->asked->claim.session));
        more = true;
      }
    for (const auto& client : std::exchange(context_.to_go_on, {})) {
      client->go_on();
      more = true;
    }
    more |= drain(dirty_, [](connection& which) { which.flush(); });
  }
  if (!departing_.empty())
    send_departing();
}

void loop::end_turn() {
  settle();
  if (!ended_.load(std::memory_order_relaxed))
    arm_timer();
  end_if_stopped();
  const auto spent = std::chrono::steady_clock::now() - context_.now;
  counters_.busy_ns.add(static_cast<std::uint64_t>(std::chrono::nanoseconds(spent).count()));
}

void loop::deal_with_trouble(connection& which) {
  if (which.trouble() == connection::trouble_kind::refused)
    close(which, which.refusal());
  else if (which.trouble() == connection::trouble_kind::gone) {
    if (const auto* failure = which.tls_failure())
      note_refusal(which, failure->detail);
    if (auto* routes = routes_of(which.session))
      routes->client_lost(which);
    which.abort();
  }
}

/// Who has a session is nobody's stranger.
void loop::note_refusal(const connection& which, std::string_view reason) {
  if (which.where() != connection::phase::greeting && which.where() != connection::phase::waiting)
    return;
  shared_.refusals.refused(which.peer(), reason, context_.now);
}

void loop::close(connection& which, const error& why) {
  if (which.where() == connection::phase::greeting || which.where() == connection::phase::waiting)
    counters_.refused.add();
  note_refusal(which, name_of(why.code));
  spdlog::debug("connection of {} is closed: {} {}", which.peer(), name_of(why.code), why.detail);
  if (auto* routes = routes_of(which.session))
    routes->client_lost(which);
  which.close(why);
}

// ------------------------------------------------------------------------------------------------------- deadlines

void loop::arm_timer() {
  const auto next = earliest(context_.routes_due, greeting_, idle_, lingering_, held_);
  if (next == armed_for_ || !next || (armed_for_ && *armed_for_ <= *next))
    return;
  armed_for_ = next;
  timer_.expires_at(*next);
  timer_.async_wait([this](const asio::error_code& cancelled) {
    if (cancelled)
      return;
    armed_for_.reset();
    context_.now = std::chrono::steady_clock::now();
    tick();
    end_turn();
  });
}

void loop::tick() {
  if (context_.routes_due && *context_.routes_due <= context_.now)
    tick_routes();
  while (const auto due = greeting_.take(context_.now))
    if (const auto client = find(*due); client && client->where() == connection::phase::greeting) {
      counters_.silent_clients.add();
      client->refuse({error_code::handshake_timeout, {}});
    }
  while (const auto due = lingering_.take(context_.now))
    if (const auto client = find(*due))
      client->abort();
  while (const auto due = idle_.take(context_.now))
    if (const auto client = find(*due))
      check_idle(client);
  while (const auto due = held_.take(context_.now))
    if (const auto client = find(*due); client && !client->look_again())
      on_held(*client);
}

void loop::tick_routes() {
  context_.routes_due.reset();
  for (auto& seat : seats_)
    if (seat.routes) {
      seat.routes->tick();
      if (const auto next = seat.routes->next_deadline())
        context_.note_due(*next);
    }
}

void loop::check_idle(const connection_ptr& which) {
  if (which->where() == connection::phase::closing || which->where() == connection::phase::closed)
    return;
  idle_.set(context_.now, which->here());
  if (which->where() != connection::phase::serving || which->paused()) {
    which->set_heard(context_.now); // it is we who do not listen
    return;
  }
  const auto silent = context_.now - which->heard();
  if (silent >= 2 * shared_.config.idle_ping_after) {
    counters_.silent_clients.add();
    which->refuse({error_code::idle_timeout, {}});
  } else if (silent >= shared_.config.idle_ping_after && !std::exchange(which->pinged, true)) {
    which->write(which->wire().ping(1));
  }
}

// ------------------------------------------------------------------------------------------------------------ stop

void loop::begin_stop() {
  asio::post(io_, [this] { stop_now(); });
}

void loop::stop_now() {
  context_.now = std::chrono::steady_clock::now();
  stopping_ = true;
  for (const auto& [key, client] : connections_)
    client->refuse({error_code::shutting_down, {}}); // noted only
  end_turn();
}

void loop::end_if_stopped() {
  if (!stopping_ || !connections_.empty() || expected_ != 0)
    return;
  shut();
  for (auto& seat : seats_)
    if (seat.routes)
      seat.routes->clear();
}

void loop::shut() {
  std::vector<loop_task> dropped; // outlives the lock: tickets run code of others
  {
    const std::lock_guard lock(inbox_mutex_);
    shut_ = true;
    dropped.swap(inbox_);
  }
  timer_.cancel();
  armed_for_.reset();
  work_.reset();
}

} // namespace godwit
