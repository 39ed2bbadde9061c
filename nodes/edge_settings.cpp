#include "nodes/edge_settings.hpp"

#include "messages/control_codec.hpp"

#include <algorithm>
#include <thread>

namespace godwit {
namespace {

/// As many as a greeting can name: of each other proxy node one, then of each the next.
std::vector<std::string> alternatives_to(const node_config& self, const cluster_config& cluster) {
  std::vector<std::string> found;
  bool more = true;
  for (std::size_t turn = 0; more; ++turn) {
    more = false;
    for (const auto& other : cluster.nodes) {
      if (!other.client || other.name == self.name || turn >= other.client->address.size())
        continue;
      if (found.size() == control::hello_alternatives_max)
        return found;
      found.push_back(to_string(other.client->address[turn]));
      more = true;
    }
  }
  return found;
}

std::size_t cores() { return std::max(1U, std::thread::hardware_concurrency()); }

} // namespace

std::size_t most_loops(const client_port_config& client) {
  return client.loops_max != 0 ? client.loops_max : std::max(cores(), client.loops_min);
}

edge_config edge_settings(const cluster_config& cluster, const node_config& self, incarnation life) {
  const auto& client = *self.client;
  edge_config config;
  config.node = self.name;
  config.node_incarnation = life;
  for (const auto& each : client.listen)
    config.listen.push_back({each.host, each.port});
  for (const auto& each : client.irc_listen)
    config.irc_listen.push_back({each.host, each.port});
  for (const auto& each : client.irc_plain_listen)
    config.irc_plain_listen.push_back({each.host, each.port});
  config.irc_server = cluster.irc.server;
  config.loops_max = most_loops(client);
  config.loops_min = std::min(client.loops_min != 0 ? client.loops_min : cores(), config.loops_max);
  config.alternatives = alternatives_to(self, cluster);
  config.handshake_timeout = cluster.limits.handshake_timeout;
  config.idle_ping_after = cluster.limits.idle_ping_after;
  config.resume_timeout = cluster.limits.resume_timeout;
  config.send_queue_bytes_max = cluster.limits.send_queue_bytes;
  config.clients_max = cluster.limits.clients_max;
  config.addresses = cluster.limits.addresses;
  config.flood = cluster.limits.flood;
  config.routes_max = limits::routes_per_client * config.clients_max;
  return config;
}

} // namespace godwit
