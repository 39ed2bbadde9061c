#include "nodes/edge_settings.hpp"

#include "messages/control_codec.hpp"

#include <gmock/gmock.h>

#include <thread>
#include <utility>

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

TEST(EdgeSettings, KeepTheKindsOfIrcPortsApart) {
  cluster_config cluster;
  cluster.nodes = {proxy_node("proxy-1", {})};
  cluster.nodes[0].client->irc_listen = {{"0.0.0.0", 6697}};
  cluster.nodes[0].client->irc_plain_listen = {{"127.0.0.1", 6667}};
  const auto config = edge_settings(cluster, cluster.nodes[0], {1});
  EXPECT_THAT(config.irc_listen, testing::ElementsAre(edge_address{"0.0.0.0", 6697}));
  EXPECT_THAT(config.irc_plain_listen, testing::ElementsAre(edge_address{"127.0.0.1", 6667}));
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

TEST(EdgeSettings, TakeOneLoopPerCoreWhereTheConfigSaysNought) {
  const std::size_t cores = std::max(1U, std::thread::hardware_concurrency());
  cluster_config cluster;
  cluster.nodes = {proxy_node("proxy-1", {})};
  auto& client = *cluster.nodes[0].client;
  const auto bounds = [&](std::size_t min, std::size_t max) {
    client.loops_min = min;
    client.loops_max = max;
    const auto config = edge_settings(cluster, cluster.nodes[0], {1});
    return std::pair(config.loops_min, config.loops_max);
  };
  EXPECT_EQ(bounds(1, 0), std::pair(std::size_t{1}, cores));
  EXPECT_EQ(bounds(0, 0), std::pair(cores, cores));
  EXPECT_EQ(bounds(0, 1), std::pair(std::size_t{1}, std::size_t{1}));
  EXPECT_EQ(bounds(cores + 1, 0), std::pair(cores + 1, cores + 1));
  EXPECT_EQ(bounds(2, 5), std::pair(std::size_t{2}, std::size_t{5}));
}

} // namespace
} // namespace godwit
