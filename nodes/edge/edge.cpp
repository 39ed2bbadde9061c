#include "nodes/edge/edge.hpp"

#include "nodes/edge/listener.hpp"
#include "nodes/edge/loop.hpp"
#include "nodes/edge/secrets.hpp"

#include <asio/post.hpp>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <mutex>
#include <utility>

namespace godwit {

struct edge::parts {
  edge_shared shared;
  std::vector<std::shared_ptr<listener>> listeners;
  std::vector<edge_address> addresses;
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
          session_placed> || std::is_same_v<type, attach_refused> || std::is_same_v<type, route_revoked> || std::is_same_v<type, session_output>)
        return one.session;
      else
        return std::nullopt;
    },
    what);
}

} // namespace

result<std::unique_ptr<edge>> edge::start(edge_config config, tls_context tls, edge_upstream& upstream) {
  config.loop_count = std::max<std::size_t>(config.loop_count, 1);
  const auto settings = settings_of(config);
  std::unique_ptr<parts> running(
    new parts{{std::move(config), std::move(tls), upstream, settings, {}, {}}, {}, {}, {}, false});
  auto& shared = running->shared;
  shared.admissions = std::make_shared<admissions>(shared.config.addresses);
  for (std::size_t i = 0; i != shared.config.loop_count; ++i)
    shared.loops.push_back(std::make_unique<loop>(shared, i));
  for (const auto& where : shared.config.listen) {
    auto opened = listener::open(shared, where);
    if (!opened)
      return opened.why();
    for (auto& one : *opened) {
      running->addresses.push_back(one->address());
      running->listeners.push_back(std::move(one));
    }
  }
  for (const auto& one : running->listeners)
    one->start();
  for (const auto& one : shared.loops)
    one->start();
  for (const auto& where : running->addresses)
    spdlog::info("clients are served on {} port {}", where.host, where.port);
  return std::unique_ptr<edge>(new edge(std::move(running)));
}

edge::edge(std::unique_ptr<parts> running) : parts_(std::move(running)) {}
edge::~edge() { stop(); }

const std::vector<edge_address>& edge::listening() const { return parts_->addresses; }

void edge::receive(message what) {
  auto& loops = parts_->shared.loops;
  if (const auto session = session_of(what)) {
    auto& home = *loops[home_loop(*session, loops.size())];
    if (auto* output = std::get_if<session_output>(&what)) {
      item_batch batch;
      batch.items.emplace_back(std::move(*output));
      return home.post(std::move(batch));
    }
    return home.post(std::move(what));
  }
  if (auto* news = std::get_if<membership_view>(&what))
    return view(std::move(*news));
  spdlog::warn("a message for the edge is of no kind that it knows ({})", what.index());
}

void edge::deliver(std::vector<edge_item> items, std::shared_ptr<const void> ticket) {
  auto& loops = parts_->shared.loops;
  if (loops.size() == 1)
    return loops.front()->post(item_batch{std::move(items), std::move(ticket)});
  std::vector<std::vector<edge_item>> by_loop(loops.size());
  for (auto& item : items) {
    const auto session = std::visit([](const auto& one) { return one.session; }, item);
    by_loop[home_loop(session, loops.size())].push_back(std::move(item));
  }
  for (std::size_t i = 0; i != loops.size(); ++i)
    if (!by_loop[i].empty())
      loops[i]->post(item_batch{std::move(by_loop[i]), ticket});
}

void edge::link_reset(const godwit::link_reset& what) {
  for (const auto& one : parts_->shared.loops)
    one->post(what);
}

void edge::view(membership_view what) {
  for (const auto& one : parts_->shared.loops)
    one->post(message{what});
}

void edge::stop() {
  const std::lock_guard lock(parts_->stopping);
  if (std::exchange(parts_->stopped, true))
    return;
  auto& loops = parts_->shared.loops;
  asio::post(loops.front()->io(), [this] {
    for (const auto& one : parts_->listeners)
      one->close();
  });
  for (const auto& one : loops)
    one->begin_stop();
  for (const auto& one : loops)
    one->join();
  parts_->listeners.clear(); // before the loops whose sockets they use
}

edge_counts edge::counts() const {
  edge_counts sum;
  for (const auto& one : parts_->shared.loops)
    one->counters().add_to(sum);
  return sum;
}

} // namespace godwit
