#include "nodes/edge/edge.hpp"

#include "nodes/edge/listener.hpp"
#include "nodes/edge/loop_pool.hpp"

#include <asio/post.hpp>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <mutex>
#include <optional>
#include <utility>

namespace godwit {

struct edge::parts {
  edge_shared shared;
  std::optional<loop_pool> pool;
  std::vector<std::shared_ptr<listener>> listeners;
  std::vector<edge_address> addresses;
  std::vector<edge_address> irc_addresses;
  std::vector<edge_address> plain_addresses;
  std::mutex stopping;
  bool stopped = false;
};

namespace {

route_settings settings_of(const edge_config& config) {
  route_settings settings;
  settings.proxy = config.node;
  settings.proxy_incarnation = config.node_incarnation;
  settings.unconfirmed_frames_max = config.unconfirmed_frames_max;
  settings.unconfirmed_bytes_max = config.unconfirmed_bytes_max;
  settings.resume_timeout = config.resume_timeout;
  settings.opening_timeout = config.opening_timeout;
  return settings;
}

/// Whom a message is about; none for what is for nobody here.
std::optional<session_id> session_of(const message& what) {
  return std::visit(
    [](const auto& one) -> std::optional<session_id> {
      using type = std::decay_t<decltype(one)>;
      if constexpr (
        std::is_same_v<
          type,
          session_placed> || std::is_same_v<type, attach_refused> || std::is_same_v<type, route_revoked> || std::is_same_v<type, move_session> || std::is_same_v<type, session_output>)
        return one.session;
      else
        return std::nullopt;
    },
    what);
}

} // namespace

result<std::unique_ptr<edge>> edge::start(edge_config config, tls_context tls, edge_upstream& upstream) {
  config.loops_min = std::clamp<std::size_t>(config.loops_min, 1, shard_count);
  config.loops_max = std::clamp<std::size_t>(config.loops_max, config.loops_min, shard_count);
  auto limits = std::make_shared<admissions>(config.addresses);
  const auto settings = settings_of(config);
  const auto period = config.refusals_counted_for;
  std::unique_ptr<parts> running(
    new parts{{std::move(config), std::move(tls), upstream, settings, std::move(limits), {}, {}, {}, refusals(period)},
              {},
              {},
              {},
              {},
              {},
              {},
              false});
  auto& shared = running->shared;
  running->pool.emplace(shared);
  const auto listen = [&](const std::vector<edge_address>& addresses, port_kind kind,
                          std::vector<edge_address>& in_use) -> std::optional<error> {
    for (const auto& where : addresses) {
      auto opened = listener::open(shared, *running->pool, where, kind);
      if (!opened)
        return opened.why();
      for (auto& one : *opened) {
        in_use.push_back(one->address());
        running->listeners.push_back(std::move(one));
      }
    }
    return std::nullopt;
  };
  if (auto why = listen(shared.config.listen, {protocol::native}, running->addresses))
    return *std::move(why);
  if (auto why = listen(shared.config.irc_listen, {protocol::irc}, running->irc_addresses))
    return *std::move(why);
  if (auto why = listen(shared.config.irc_plain_listen, {protocol::irc, true}, running->plain_addresses))
    return *std::move(why);
  for (const auto& one : running->listeners)
    one->start();
  running->pool->start();
  for (const auto& where : running->addresses)
    spdlog::info("clients are served on {} port {}", where.host, where.port);
  for (const auto& where : running->irc_addresses)
    spdlog::info("IRC clients are served on {} port {}", where.host, where.port);
  for (const auto& where : running->plain_addresses)
    spdlog::info("IRC clients are served without TLS on {} port {}", where.host, where.port);
  return std::unique_ptr<edge>(new edge(std::move(running)));
}

edge::edge(std::unique_ptr<parts> running) : parts_(std::move(running)) {}
edge::~edge() { stop(); }

const std::vector<edge_address>& edge::listening() const { return parts_->addresses; }
const std::vector<edge_address>& edge::listening_for_irc() const { return parts_->irc_addresses; }
const std::vector<edge_address>& edge::listening_for_plain_irc() const { return parts_->plain_addresses; }

void edge::receive(message what) {
  if (const auto session = session_of(what)) {
    if (auto* output = std::get_if<session_output>(&what)) {
      item_batch batch;
      batch.items.emplace_back(std::move(*output));
      return parts_->shared.loops.post(shard_of(*session), std::move(batch));
    }
    return parts_->shared.loops.post(shard_of(*session), shard_message{shard_of(*session), std::move(what)});
  }
  if (auto* news = std::get_if<membership_view>(&what))
    return view(std::move(*news));
  spdlog::warn("a message for the edge is of no kind that it knows ({})", what.index());
}

void edge::deliver(std::vector<edge_item> items, std::shared_ptr<const void> ticket) {
  parts_->shared.loops.post(std::move(items), ticket);
}

void edge::link_reset(const godwit::link_reset& what) {
  parts_->shared.loops.post_to_all([&] { return loop_task(what); });
}

void edge::view(membership_view what) {
  parts_->shared.loops.post_to_all([&] { return loop_task(what); });
}

bool edge::move_shard(std::size_t shard, std::size_t to) {
  return shard < shard_count && parts_->shared.loops.move(shard, to);
}

void edge::stop() {
  const std::lock_guard lock(parts_->stopping);
  if (std::exchange(parts_->stopped, true))
    return;
  auto& loops = parts_->shared.loops;
  loops.close();
  asio::post(loops.at(0).io(), [this] {
    for (const auto& one : parts_->listeners)
      one->close();
    parts_->pool->close();
  });
  loops.each([](loop& one) { one.begin_stop(); });
  loops.each([](loop& one) { one.join(); }); // the first one first: it joins others itself
  parts_->listeners.clear();                 // before the loops whose sockets they use
}

edge_counts edge::counts() const {
  edge_counts sum;
  parts_->shared.loops.each([&](const loop& one) { one.counters().add_to(sum); });
  parts_->pool->add_to(sum);
  return sum;
}

std::vector<edge_loop_state> edge::loops() const { return parts_->pool->loops(); }

} // namespace godwit
