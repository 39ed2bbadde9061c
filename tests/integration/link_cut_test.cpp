// The links between living nodes are cut while people post: the nodes dial each other anew, and nobody notices.
#include "tests/support/posters.hpp"
#include "tests/support/tcp_relay.hpp"

#include <gtest/gtest.h>

#include <map>

namespace godwit::test {
namespace {

constexpr int rounds = 3;
constexpr int posts = 10; // the history tells 1,000 events at once

/// A cluster whose nodes reach each other through relays only.
class LinkCut : public ::testing::Test {
protected:
  void SetUp() override {
    auto config = running_.config();
    for (const auto& node : running_.nodes()) {
      const auto bound = running_.cluster_address(node);
      relays_[node] =
        std::make_unique<tcp_relay>(static_cast<std::uint16_t>(std::stoi(bound.substr(bound.rfind(':') + 1))));
      const auto dialled = "address = \"" + bound + "\"";
      const auto at = config.find(dialled);
      ASSERT_NE(at, std::string::npos);
      config.replace(at, dialled.size(), "address = \"" + relays_[node]->address() + "\"");
    }
    running_.change_config(config);
    running_.start();
    all_ = gather(running_);
  }

  /// Cuts the links that were dialled to `node`, in the middle of what they carry.
  void cut_while_posting(const std::string& node) {
    auto& relay = *relays_.at(node);
    for (const auto& each : all_)
      each->say_some(posts);
    all_.front()->wait_for_first_of_newest(); // the others are on their way
    relay.cut();
    for (const auto& each : all_)
      each->say_some(posts);
    wait_for_all(all_);
  }

  int dialled() const {
    int count = 0;
    for (const auto& [node, relay] : relays_)
      count += relay->accepted();
    return count;
  }

  std::map<std::string, std::unique_ptr<tcp_relay>> relays_; // outlives the cluster, which would dial anew
  cluster running_{"local"};
  posters_of_room all_;
};

TEST_F(LinkCut, BetweenLivingNodesLosesAndDoublesNothingAndDisconnectsNobody) {
  int cut = 0;
  for (int round = 0; round < rounds; ++round)
    for (const auto& node : running_.nodes()) {
      const auto before = dialled();
      cut_while_posting(node);
      cut += dialled() > before ? 1 : 0;
    }
  EXPECT_GE(cut, rounds * 3) << "three of four nodes are dialled by another";
  expect_undisturbed(all_);
  expect_all_whole(running_, all_);
}

} // namespace
} // namespace godwit::test
