#include "actors/link_hub.hpp"

#include "actors/link_actor.hpp"
#include "actors/link_basp.hpp"
#include "actors/queues/pulse_thread.hpp"
#include "actors/rules/limits.hpp"
#include "actors/service_watch.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/atom.hpp>
#include <caf/behavior.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/exit_reason.hpp>
#include <caf/io/middleman.hpp>
#include <caf/send.hpp>
#include <spdlog/spdlog.h>

#include <unistd.h>

#include <future>
#include <map>
#include <optional>
#include <utility>

namespace godwit {

namespace {

struct take_connection {
  node_hello peer;
  int fd = -1;
  bool is_dialler = false;
};
struct cut_node {
  node_name node;
};
struct stop_links {};

} // namespace

} // namespace godwit

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(godwit::take_connection)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(godwit::cut_node)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(godwit::stop_links)

namespace godwit {

namespace {

struct hub_settings {
  node_hello self;
  link_ports* ports = nullptr;
  pulse_thread* pulses = nullptr;
  caf::actor basp;
  std::shared_ptr<std::promise<void>> ended;
};

/// One link actor per node; of two connections to a node the newer one waits until the older one has ended.
class hub_actor : public caf::event_based_actor {
public:
  hub_actor(caf::actor_config& config, hub_settings settings)
      : caf::event_based_actor(config), settings_(std::move(settings)) {}

  const char* name() const override { return "link_hub"; }

  caf::behavior make_behavior() override {
    set_down_handler([this](const caf::down_msg& down) { link_ended(down.source, down.reason); });
    return {
      [this](const take_connection& what) { take(what); },
      [this](const cut_node& what) { cut(what.node, "cut by this node"); },
      [this](stop_links) { stop(); },
    };
  }

  void on_exit() override {
    for (auto& [node, slot] : slots_by_node_)
      drop_next(slot);
    slots_by_node_.clear();
    settings_.basp = nullptr;
    settings_.ended->set_value();
  }

private:
  struct node_slot {
    caf::actor link;
    std::optional<take_connection> next;
  };

  static void drop_next(node_slot& of) {
    if (of.next)
      ::close(of.next->fd);
    of.next.reset();
  }

  void take(const take_connection& what) {
    if (stopping_) {
      ::close(what.fd);
      return;
    }
    auto& slot = slots_by_node_[what.peer.name];
    if (!slot.link)
      return spawn_link(slot, what);
    drop_next(slot);
    slot.next = what;
    caf::anon_send(slot.link, cut_link{"a newer connection takes its place"});
  }

  void spawn_link(node_slot& into, const take_connection& what) {
    into.link = system().spawn<link_actor>(link_settings{settings_.self, what.peer, what.fd, what.is_dialler,
                                                         settings_.ports, settings_.pulses, settings_.basp});
    monitor(into.link);
  }

  void cut(const node_name& node, const char* why) {
    auto found = slots_by_node_.find(node);
    if (found == slots_by_node_.end())
      return;
    drop_next(found->second);
    caf::anon_send(found->second.link, cut_link{why});
  }

  void stop() {
    stopping_ = true;
    for (auto& [node, slot] : slots_by_node_)
      cut(node, "this node stops");
    quit_if_done();
  }

  void link_ended(const caf::actor_addr& which, const caf::error& why) {
    for (auto it = slots_by_node_.begin(); it != slots_by_node_.end(); ++it) {
      auto& slot = it->second;
      if (slot.link.address() != which)
        continue;
      slot.link = nullptr;
      if (why && why != caf::exit_reason::user_shutdown)
        spdlog::error("the link with {} ended by an error: {}", it->first, caf::to_string(why));
      if (auto next = std::exchange(slot.next, std::nullopt))
        spawn_link(slot, *next);
      else
        slots_by_node_.erase(it);
      break;
    }
    quit_if_done();
  }

  void quit_if_done() {
    if (stopping_ && slots_by_node_.empty())
      quit();
  }

  hub_settings settings_;
  std::map<node_name, node_slot> slots_by_node_;
  bool stopping_ = false;
};

} // namespace

void configure_for_links(caf::actor_system_config& config) {
  config.load<caf::io::middleman>();
  config.set("scheduler.policy", caf::atom("sharing")); // stealing starves timers when all threads are busy
  config.set("middleman.heartbeat-interval", caf::timespan{0});
  config.add_message_types<caf::id_block::godwit>();
}

class link_hub::implementation {
public:
  implementation(caf::actor_system& system, node_hello self, link_ports& ports,
                 const std::function<void(const std::string&)>& failed)
      : pulses(limits::pulse_interval), ended(std::make_shared<std::promise<void>>()), stopped(ended->get_future()),
        hub(system.spawn<hub_actor>(hub_settings{std::move(self), &ports, &pulses, basp_of(system), ended})) {
    if (!failed)
      return;
    watch_service(hub, failed);
    watch_service(basp_of(system), failed);
  }

  pulse_thread pulses;
  std::shared_ptr<std::promise<void>> ended;
  std::future<void> stopped;
  caf::actor hub;
};

link_hub::link_hub(caf::actor_system& system, node_hello self, link_ports& ports,
                   const std::function<void(const std::string&)>& failed)
    : implementation_(std::make_unique<implementation>(system, std::move(self), ports, failed)) {}

link_hub::~link_hub() { stop(); }

void link_hub::connected(const node_hello& peer, int fd, bool is_dialler) {
  caf::anon_send(implementation_->hub, take_connection{peer, fd, is_dialler});
}

void link_hub::cut(const node_name& node) { caf::anon_send(implementation_->hub, cut_node{node}); }

void link_hub::stop() {
  caf::anon_send(implementation_->hub, stop_links{});
  implementation_->stopped.wait();
}

} // namespace godwit
