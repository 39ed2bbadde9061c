#include "nodes/edge/loop.hpp"

#include <asio/post.hpp>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <numeric>
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

std::size_t edge_shared::load() const {
  return std::accumulate(loops.begin(), loops.end(), std::size_t{0},
                         [](std::size_t sum, const auto& one) { return sum + one->load(); });
}

loop::loop(edge_shared& shared, std::size_t index)
    : shared_(shared), index_(index),
      work_(io_.get_executor()), context_{io_, *this, shared.config, counters_, std::chrono::steady_clock::now(), {}},
      routes_(context_, shared.routes, shared.upstream), reception_(context_, routes_, index, shared.config.loop_count),
      greeting_(shared.config.handshake_timeout), idle_(idle_check_after(shared.config)),
      lingering_(shared.config.closing_linger), held_(limits::flood_look_again_after), timer_(io_) {}

loop::~loop() { join(); }

void loop::start() {
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

void loop::perform(message& what) {
  if (const auto* view = std::get_if<membership_view>(&what))
    routes_.view(*view);
  else
    routes_.receive(what);
}

void loop::perform(item_batch& what) {
  for (auto& item : what.items)
    routes_.take(item);
}

void loop::perform(accepted_socket& what) {
  if (stopping_) {
    load_.fetch_sub(1, std::memory_order_relaxed);
    return;
  }
  counters_.accepted.add();
  const frame_limits limits{shared_.config.frame_bytes_max, 2};
  connection_budget budget{std::move(what.share), std::nullopt, what.unwelcome};
  if (!what.exempt)
    budget.flood.emplace(shared_.config.flood, context_.now);
  const auto client = add({std::move(what.socket), what.ipv6, std::move(what.peer), tls_session::accept(shared_.tls),
                           frame_reader(limits), nullptr, std::move(budget)});
  greeting_.set(context_.now, client);
  client->start();
}

/// From another loop, which has read its hello.
void loop::perform(connection_parts& what) {
  if (stopping_) {
    load_.fetch_sub(1, std::memory_order_relaxed);
    return;
  }
  const auto client = add(std::move(what));
  client->set_phase(connection::phase::waiting);
  reception_.admit(client);
  if (!client->paused())
    client->start();
}

// ---------------------------------------------------------------------------------------------------- connections

loop::connection_ptr loop::add(connection_parts parts) {
  auto client = std::make_shared<connection>(context_, std::move(parts));
  connections_.emplace(client.get(), client);
  counters_.connections.add();
  if (client->held()) // on its former loop already
    on_held(*client);
  idle_.set(context_.now, client);
  return client;
}

loop::connection_ptr loop::find(connection* which) const {
  const auto found = connections_.find(which);
  return found == connections_.end() ? nullptr : found->second;
}

void loop::on_frame(connection& from, const frame& what) {
  if (from.where() == connection::phase::greeting)
    on_hello(from, what);
  else if (what.channel == static_cast<std::uint8_t>(client_channel::session))
    routes_.client_sent(from, what.bytes);
  else
    on_control(from, what.bytes);
}

void loop::on_hello(connection& from, const frame& what) {
  if (shared_.load() > shared_.config.clients_max)
    return from.refuse({error_code::too_many_clients, {}});
  if (from.unwelcome())
    return from.refuse({*from.unwelcome(), {}});
  const auto home = reception_.read_hello(from, what);
  if (!home)
    return;
  if (*home == index_)
    return reception_.admit(find(&from));
  auto& other = *shared_.loops[*home];
  other.assign();
  other.post(from.take_apart());
}

void loop::on_control(connection& from, std::string_view bytes) {
  const auto control = control::decode_client_control(bytes);
  if (!control)
    return from.refuse(control.why());
  if (const auto* ping = std::get_if<control::ping>(&*control))
    from.write(
      std::make_shared<const std::string>(control::encode(control::server_control{control::pong{ping->number}})));
  else if (const auto* pong = std::get_if<control::pong>(&*control); pong && pong->number == limits::greeting_ping)
    routes_.client_has_token(from);
  else if (std::holds_alternative<control::client_hello>(*control))
    from.refuse({error_code::bad_frame, "a hello is the first frame only"});
}

void loop::on_closing(connection& which) { lingering_.set(context_.now, which.weak_from_this()); }

void loop::on_closed(connection& which) {
  if (connections_.erase(&which) == 0)
    return;
  counters_.connections.sub();
  load_.fetch_sub(1, std::memory_order_relaxed);
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

void loop::end_turn() {
  for (bool more = true; more;) {
    more = drain(troubled_, [&](connection& which) { deal_with_trouble(which); });
    more |= drain(drained_, [&](connection& which) { routes_.client_drained(which); });
    for (const auto& client : std::exchange(routes_.to_ask_again(), {}))
      if (client->where() == connection::phase::waiting) {
        reception_.admit(client);
        more = true;
      }
    for (const auto& client : std::exchange(routes_.to_go_on(), {})) {
      client->go_on();
      more = true;
    }
    more |= drain(dirty_, [](connection& which) { which.flush(); });
  }
  arm_timer();
  end_if_stopped();
}

void loop::deal_with_trouble(connection& which) {
  if (which.trouble() == connection::trouble_kind::refused)
    close(which, which.refusal());
  else if (which.trouble() == connection::trouble_kind::gone) {
    routes_.client_lost(which);
    which.abort();
  }
}

void loop::close(connection& which, const error& why) {
  if (which.where() == connection::phase::greeting || which.where() == connection::phase::waiting)
    counters_.refused.add();
  spdlog::debug("connection of {} is closed: {} {}", which.peer(), name_of(why.code), why.detail);
  routes_.client_lost(which);
  which.close(why);
}

// ------------------------------------------------------------------------------------------------------- deadlines

void loop::arm_timer() {
  const auto next = earliest(routes_.next_deadline(), greeting_, idle_, lingering_, held_);
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
  routes_.tick();
  while (const auto due = greeting_.take(context_.now))
    if (const auto client = due->lock(); client && client->where() == connection::phase::greeting) {
      counters_.silent_clients.add();
      client->refuse({error_code::handshake_timeout, {}});
    }
  while (const auto due = lingering_.take(context_.now))
    if (const auto client = due->lock())
      client->abort();
  while (const auto due = idle_.take(context_.now))
    if (const auto client = due->lock())
      check_idle(client);
  while (const auto due = held_.take(context_.now))
    if (const auto client = due->lock(); client && !client->look_again())
      on_held(*client);
}

void loop::check_idle(const connection_ptr& which) {
  if (which->where() == connection::phase::closing || which->where() == connection::phase::closed)
    return;
  idle_.set(context_.now, which);
  if (which->where() != connection::phase::serving || which->paused()) {
    which->set_heard(context_.now); // it is we who do not listen
    return;
  }
  const auto silent = context_.now - which->heard();
  if (silent >= 2 * shared_.config.idle_ping_after) {
    counters_.silent_clients.add();
    which->refuse({error_code::idle_timeout, {}});
  } else if (silent >= shared_.config.idle_ping_after && !std::exchange(which->pinged, true)) {
    which->write(std::make_shared<const std::string>(control::encode(control::server_control{control::ping{1}})));
  }
}

// ------------------------------------------------------------------------------------------------------------ stop

void loop::begin_stop() {
  asio::post(io_, [this] { stop_now(); });
}

void loop::stop_now() {
  context_.now = std::chrono::steady_clock::now();
  stopping_ = true;
  std::vector<connection_ptr> all;
  for (const auto& [key, client] : connections_)
    all.push_back(client);
  for (const auto& client : all)
    client->refuse({error_code::shutting_down, {}});
  end_turn();
}

void loop::end_if_stopped() {
  if (!stopping_ || !connections_.empty())
    return;
  {
    const std::lock_guard lock(inbox_mutex_);
    shut_ = true;
    inbox_.clear();
  }
  routes_.clear();
  timer_.cancel();
  work_.reset();
}

} // namespace godwit
