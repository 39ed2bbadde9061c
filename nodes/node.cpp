#include "nodes/node.hpp"

#include "actors/directory_actor.hpp"
#include "actors/link_hub.hpp"
#include "actors/membership_actor.hpp"
#include "actors/room_host_actor.hpp"
#include "actors/service_watch.hpp"
#include "actors/session_host_actor.hpp"
#include "actors/session_spawner.hpp"
#include "actors/store_actor.hpp"
#include "messages/names.hpp"
#include "nodes/admin_adapter.hpp"
#include "nodes/client_settings_reader.hpp"
#include "nodes/edge_adapter.hpp"
#include "nodes/edge_settings.hpp"
#include "nodes/link/link_transport.hpp"
#include "nodes/link_adapter.hpp"
#include "nodes/operators/operator_desk.hpp"
#include "nodes/start_checks.hpp"
#include "nodes/store/sqlite_engine.hpp"
#include "nodes/store/store.hpp"
#include "nodes/store_commands.hpp"
#include "nodes/version.hpp"
#include "nodes/work/work_pool.hpp"

#include <caf/actor_cast.hpp>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/send.hpp>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <mutex>
#include <openssl/rand.h>
#include <optional>
#include <thread>
#include <unistd.h>

namespace godwit {
namespace {

incarnation random_incarnation() {
  incarnation result;
  while (!result)
    RAND_bytes(reinterpret_cast<unsigned char*>(&result.value), sizeof result.value);
  return result;
}

/// The store as the actors reach it.
class store_gate final : public store_port {
public:
  explicit store_gate(std::unique_ptr<store> running) : store_(std::move(running)) {}
  void submit(store_request request, std::function<void(store_answer)> answer) override {
    store_->submit(std::move(request), std::move(answer));
  }
  void stop() { store_->stop(); }

private:
  std::unique_ptr<store> store_;
};

class system_config : public caf::actor_system_config {
public:
  explicit system_config(const cluster_config& cluster) {
    configure_for_links(*this);
    // CAF itself would take four at least.
    const std::size_t cores = std::max(1U, std::thread::hardware_concurrency());
    set("scheduler.max-threads", cluster.scheduler_threads != 0 ? cluster.scheduler_threads : cores);
  }
};

std::vector<configured_node> all_nodes(const cluster_config& cluster) {
  std::vector<configured_node> result;
  for (const auto& each : cluster.nodes)
    result.push_back({each.name, each.roles});
  return result;
}

std::vector<std::string> texts_of(const std::vector<endpoint>& endpoints) {
  std::vector<std::string> result;
  for (const auto& each : endpoints)
    result.push_back(to_string(each));
  return result;
}

const char* name_of(entity_kind service) {
  switch (service) {
  case entity_kind::store: return "store actor";
  case entity_kind::directory: return "directory";
  case entity_kind::membership: return "membership";
  case entity_kind::session_host: return "session host";
  case entity_kind::room_host: return "room host";
  default: return "service";
  }
}

/// What whoever failed can not know.
std::string with_advice(exit_code code, std::string sentence) {
  const std::string advice = [code] {
    switch (code) {
    case exit_code::certificate_unusable: return "make it anew with `godwitd certs`, by the CA that the config names";
    case exit_code::store_locked: return "end the program that has it open";
    case exit_code::store_corrupt: return "look at it with `godwitd check`, and bring back a copy";
    default: return "";
    }
  }();
  const bool is_given = advice.empty() || sentence.find(advice) != std::string::npos;
  return is_given ? sentence : sentence + "; " + advice;
}

/// What the checks before the start could not see. An address was free a moment ago.
start_fault fault_of(const error& why) {
  const auto code = [&] {
    switch (why.code) {
    case error_code::certificate_unusable: return exit_code::certificate_unusable;
    case error_code::address_unusable: return exit_code::port_taken;
    default: return exit_code::can_not_start;
    }
  }();
  return {code, with_advice(code, why.detail.empty() ? std::string{sentence_of(why.code)} : why.detail)};
}

std::uint32_t own_pid() { return static_cast<std::uint32_t>(::getpid()); }

timestamp wall_time() {
  return std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
}

} // namespace

class node::parts {
public:
  parts(const cluster_config& cluster, const node_config& self, node_events events)
      : cluster_(cluster), self_(self), events_(std::move(events)), incarnation_(random_incarnation()),
        caf_config_(cluster_), board_(self.name, incarnation_, cluster.broker().name) {}

  ~parts() { stop(); }

  std::optional<start_fault> start() {
    if (self_.has(node_role::broker))
      if (auto problem = start_store())
        return problem;
    system_.emplace(caf_config_);
    if (self_.has(node_role::proxy)) {
      edge_adapter_ = std::make_shared<edge_adapter>(board_);
      board_.set_edge(edge_adapter_);
    }
    start_actors();
    board_.tell_all(own_reset());
    if (cluster_.nodes.size() > 1)
      if (auto problem = start_links())
        return problem;
    if (self_.admin)
      if (auto problem = start_admin())
        return without_edge(*std::move(problem));
    if (self_.has(node_role::proxy))
      if (auto problem = start_edge())
        return without_edge(*std::move(problem));
    edge_started_ = true;
    if (self_.has(node_role::broker))
      broker_linked_ = true;
    tell_if_ready();
    return std::nullopt;
  }

  void stop() {
    if (admin_)
      admin_->stop();
    if (edge_)
      edge_->stop();
    if (transport_)
      transport_->stop();
    work_.stop(); // its jobs answer to the transport
    if (hub_)
      hub_->stop();
    if (gate_)
      gate_->stop();
    board_.close();
    hub_.reset(); // holds handles of actors: they must not outlive the system
    // CAF waits here for the actors to end. The edge and the store are still there for what they say last.
    system_.reset();
    admin_adapter_->set_port(nullptr);
    admin_.reset();
    edge_.reset();
    gate_.reset();
  }

private:
  /// Links may wait for it already.
  start_fault without_edge(start_fault why) {
    if (edge_adapter_)
      edge_adapter_->can_not_start();
    return why;
  }

  std::optional<start_fault> start_store() {
    store_options options;
    // The directory's requests that were answered "away" are said again; rooms ask by themselves.
    options.on_back = [this] { caf::anon_send(board_.local(entity_kind::directory, 0), own_reset()); };
    options.keep = {.age = cluster_.keep.days,
                    .room_entries = cluster_.keep.room_events,
                    .entries = cluster_.keep.events,
                    .empty_rooms = cluster_.keep.empty_rooms,
                    .conversations = cluster_.keep.conversations,
                    .kept_at_least =
                      std::max<std::chrono::microseconds>(limits::kept_at_least, cluster_.limits.resume_timeout)};
    options.prune_pause = cluster_.keep.look_every;
    const auto file = self_.data / "godwit.db";
    auto started =
      store::start(make_sqlite_engine({.file = file, .cache_bytes = cluster_.store_cache_bytes}), std::move(options));
    if (!started) {
      const auto code = code_of_unusable_store(file);
      return start_fault{code, with_advice(code, started.why().detail)};
    }
    gate_ = std::make_unique<store_gate>(std::move(*started));
    return std::nullopt;
  }

  void start_actors() {
    auto enter = [this](entity_kind kind, auto handle) {
      auto actor = caf::actor_cast<caf::actor>(std::move(handle));
      watch_service(actor, [kind, failed = events_.failed](const std::string& why) {
        spdlog::critical("the node's {} ended by an error: {}", name_of(kind), why);
        failed();
      });
      board_.enter(kind, 0, std::move(actor));
    };
    if (self_.has(node_role::broker)) {
      enter(entity_kind::store, system_->spawn<store_actor>(std::ref(board_), std::ref<store_port>(*gate_)));
      enter(entity_kind::directory,
            system_->spawn<directory_actor>(std::ref(board_), directory_rules(), admin_adapter_));
    }
    if (self_.has(node_role::worker)) {
      board_.set_client_settings(std::make_shared<const client_settings>(client_settings_of(cluster_)));
      board_.set_operators(std::make_shared<operator_desk>(cluster_.operators, work_, [this] { return read_again(); }));
      board_.set_sessions(std::make_shared<session_spawner>(*system_, board_));
      enter(entity_kind::session_host, system_->spawn<session_host_actor>(std::ref(board_)));
      enter(entity_kind::room_host,
            system_->spawn<room_host_actor>(std::ref(board_), wall_time,
                                            room_patience{cluster_.limits.store_wait, cluster_.limits.room_closes_after,
                                                          cluster_.limits.ended_kept}));
    }
    enter(entity_kind::membership,
          system_->spawn<membership_actor>(std::ref(board_), membership_rules(), events_.must_end));
  }

  /// On a thread of the work pool: operators, and the message of the day for who logs in from now on. All else takes a
  /// new start.
  std::optional<std::vector<operator_config>> read_again() {
    auto reading = read_config(cluster_.file);
    for (const auto& problem : reading.problems)
      spdlog::error("{}", to_string(problem));
    if (!reading.config)
      return std::nullopt;
    if (const auto fault = check_motd(reading.config->irc.motd)) {
      spdlog::error("{}", fault->sentence);
      return std::nullopt;
    }
    auto settings = *board_.client_settings();
    settings.irc.motd = client_settings_of(*reading.config).irc.motd;
    board_.set_client_settings(std::make_shared<const client_settings>(std::move(settings)));
    return std::move(reading.config->operators);
  }

  directory_config directory_rules() const {
    directory_config config;
    config.self = self_.name;
    for (const auto& each : cluster_.nodes)
      if (each.has(node_role::worker))
        config.workers.push_back(each.name);
    for (const auto& nick : cluster_.reserved_nicks)
      if (auto folded = fold_nick(nick))
        config.reserved_nicks.push_back(*folded);
    config.resume_timeout = cluster_.limits.resume_timeout;
    config.store_wait = cluster_.limits.store_wait;
    config.ended_kept = cluster_.limits.ended_kept;
    for (const auto& each : cluster_.nodes) {
      node_shown node;
      node.name = each.name;
      node.roles = each.roles;
      node.address = each.address ? to_string(*each.address) : std::string{};
      config.nodes.push_back(std::move(node));
    }
    return config;
  }

  membership_actor::rules membership_rules() {
    if (self_.has(node_role::broker))
      return membership{{self_.name, self_.roles},
                        incarnation_,
                        all_nodes(cluster_),
                        cluster_.limits.resume_timeout,
                        system_->clock().now()};
    return membership_follower{self_.name, incarnation_, cluster_.broker().name};
  }

  link_reset own_reset() const { return {self_.name, incarnation_, self_.roles, version_text, own_pid()}; }

  node_hello own_hello() const {
    node_hello hello;
    hello.cluster = cluster_.name;
    hello.name = self_.name;
    hello.incarnation = incarnation_;
    hello.roles = self_.roles;
    hello.software = version_text;
    hello.pid = own_pid();
    return hello;
  }

  std::optional<start_fault> start_links() {
    auto tls = tls_context::for_nodes({self_.certificate.string(), self_.key.string()}, cluster_.ca.string());
    if (!tls)
      return fault_of(tls.why());
    link_adapter_ = std::make_unique<link_adapter>(board_, edge_adapter_.get(), [this] {
      broker_linked_ = true;
      tell_if_ready();
    });
    hub_ = std::make_unique<link_hub>(*system_, own_hello(), *link_adapter_,
                                      [failed = events_.failed](const std::string& why) {
                                        spdlog::critical("the node's links ended by an error: {}", why);
                                        failed();
                                      });
    link_options options;
    options.self = own_hello();
    options.work = &work_;
    options.listen = texts_of(self_.bind);
    for (const auto& each : cluster_.nodes)
      if (each.name != self_.name && needs_link(each))
        options.peers.push_back({each.name, {to_string(*each.address)}});
    link_events events;
    events.on_link = [this](const node_hello& peer, int fd, bool is_dialler, link_id) {
      hub_->connected(peer, fd, is_dialler);
    };
    // A node that serves already goes on: it may be the broker node's clock that went wrong.
    events.on_clock_far = [this](const node_hello&, const std::string& sentence) {
      if (!self_.has(node_role::broker) && !broker_linked_)
        events_.clock_far(sentence);
    };
    auto started = link_transport::start(*tls, std::move(options), std::move(events));
    if (!started)
      return fault_of(started.why());
    transport_ = std::move(*started);
    return std::nullopt;
  }

  /// Two pure proxy nodes have nothing to say to each other.
  bool needs_link(const node_config& other) const {
    auto pure_proxy = static_cast<std::uint8_t>(node_role::proxy);
    return self_.roles != pure_proxy || other.roles != pure_proxy;
  }

  std::optional<start_fault> start_edge() {
    const auto& client = *self_.client;
    auto tls = tls_context::for_client_port({client.certificate.string(), client.key.string()});
    if (!tls)
      return fault_of(tls.why());
    auto started = edge::start(edge_settings(cluster_, self_, incarnation_), std::move(*tls), *edge_adapter_);
    if (!started)
      return fault_of(started.why());
    edge_ = std::move(*started);
    edge_adapter_->started(*edge_);
    return std::nullopt;
  }

  std::optional<start_fault> start_admin() {
    const auto& admin = *self_.admin;
    auto tls = tls_context::for_admin_port({admin.certificate.string(), admin.key.string()}, admin.ca.string());
    if (!tls)
      return fault_of(tls.why());
    if (!tls->own_certificate_is_for(self_.name))
      return fault_of(
        {error_code::certificate_unusable,
         admin.certificate.string() + ": the admin port's certificate is not for this node, " + self_.name});
    admin_port_options options;
    options.listen = admin.listen;
    options.node = self_.name;
    options.cluster = cluster_.name;
    options.software = version_text;
    options.first_ticket = static_cast<std::uint64_t>(wall_time().time_since_epoch().count());
    auto started = admin_port::start(*tls, std::move(options), [this](admin_asked what) {
      if (auto directory = board_.local(entity_kind::directory, 0))
        caf::anon_send(directory, std::move(what));
    });
    if (!started)
      return fault_of(started.why());
    admin_ = std::move(*started);
    admin_adapter_->set_port(admin_.get());
    return std::nullopt;
  }

  void tell_if_ready() {
    if (edge_started_ && broker_linked_)
      std::call_once(told_ready_, events_.ready);
  }

  const cluster_config cluster_;
  const node_config self_;
  node_events events_;
  const incarnation incarnation_;
  system_config caf_config_;
  switchboard board_;
  std::unique_ptr<store_gate> gate_;
  std::optional<caf::actor_system> system_;
  std::shared_ptr<edge_adapter> edge_adapter_;
  work_pool work_{work_threads, work_waiting_max};
  std::unique_ptr<link_adapter> link_adapter_;
  std::unique_ptr<link_hub> hub_;
  std::unique_ptr<link_transport> transport_;
  std::unique_ptr<edge> edge_;
  std::shared_ptr<admin_adapter> admin_adapter_ = std::make_shared<admin_adapter>();
  std::unique_ptr<admin_port> admin_;
  std::atomic<bool> edge_started_{false};
  std::atomic<bool> broker_linked_{false};
  std::once_flag told_ready_;
};

std::variant<std::unique_ptr<node>, start_fault> node::start(cluster_config cluster, const node_name& name,
                                                             node_events events) {
  const auto self = *cluster.find(name);
  if (auto fault = check_start(cluster, self))
    return *std::move(fault);
  auto running = std::make_unique<parts>(cluster, self, std::move(events));
  if (auto fault = running->start())
    return *std::move(fault);
  return std::unique_ptr<node>{new node{std::move(running)}};
}

node::node(std::unique_ptr<parts> running) : parts_(std::move(running)) {}

node::~node() = default;

void node::stop() { parts_->stop(); }

} // namespace godwit
