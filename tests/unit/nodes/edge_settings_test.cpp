#include "nodes/edge_settings.hpp"

#include "messages/control_codec.hpp"

#include <gmock/gmock.h>

namespace godwit {
namespace {

node_config proxy_node(const node_name& name, std::vector<endpoint> address) {
  node_config node;
  node.name = name;
  node.roles = static_cast<std::uint8_t>(node_role::proxy);
  node.client.emplace();
  node.client->listen = {{"0.0.0.0", 7700}};
  node.client->address = std::move(address);
  return node;
}

// C-13
TEST(EdgeSettings, TellClientsTheAddressesOfTheOtherProxyNodes) {
  cluster_config cluster;
  cluster.nodes = {proxy_node("proxy-1", {{"one.example", 7700}}),
                   proxy_node("proxy-2", {{"two.example", 7700}, {"2001:db8::2", 7700}}),
                   proxy_node("proxy-3", {{"three.example", 7701}})};
  EXPECT_THAT(edge_settings(cluster, cluster.nodes[0], {1}).alternatives,
              testing::ElementsAre("two.example:7700", "three.example:7701", "[2001:db8::2]:7700"));
}

TEST(EdgeSettings, NameNoMoreAlternativesThanAGreetingHolds) {
  cluster_config cluster;
  for (std::size_t i = 0; i < control::hello_alternatives_max + 10; ++i)
    cluster.nodes.push_back(proxy_node("proxy-" + std::to_string(i), {{"example", 7700}}));
  EXPECT_EQ(edge_settings(cluster, cluster.nodes[0], {1}).alternatives.size(), control::hello_alternatives_max);
}

TEST(EdgeSettings, KeepSessionsInProportionToTheClientsOfTheConfig) {
  cluster_config cluster;
  cluster.nodes = {proxy_node("proxy-1", {})};
  cluster.limits.clients_max = 500'000;
  const auto config = edge_settings(cluster, cluster.nodes[0], {1});
  EXPECT_EQ(config.clients_max, 500'000U);
  EXPECT_EQ(config.routes_max, limits::routes_per_client * 500'000);
}

} // namespace
} // namespace godwit
