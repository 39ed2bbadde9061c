// `godwitd backup` copies the store of a cluster that chats; the copy is a store as it was at one moment, with all that
// was acknowledged before (docs/OPERATING.md, "The data folder").
#include "tests/support/posters.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <thread>

namespace godwit::test {
namespace {

namespace fs = std::filesystem;

std::vector<event> history_in(cluster& running) {
  auto reader = running.join("reader");
  reader->settle();
  auto events = whole_history(*reader);
  EXPECT_EQ(reader->ask("it goes on")["event"], "confirmed");
  EXPECT_EQ(reader->leave(), process_end{});
  for (auto& each : events)
    each.erase("request");
  return events;
}

/// The last of their posts that have been acknowledged.
int last_acknowledged(const posters_of_room& all) {
  int last = 0;
  for (const auto& each : all)
    for (const auto& done : each->client().events({{"event", "confirmed"}, {"what", "post"}}))
      last = std::max(last, done["seq"].get<int>());
  return last;
}

/// A cluster of one process that goes on with the copy.
std::vector<event> restored_history(const std::string& copy) {
  cluster restored{"single"};
  fs::create_directories(restored.data_folder());
  fs::copy_file(copy, restored.data_folder() + "/godwit.db");
  restored.expect_sound_store();
  restored.start();
  auto history = history_in(restored);
  restored.stop();
  restored.expect_sound_store();
  return history;
}

TEST(Backup, OfAStoreUnderLoadIsOneStateWithAllThatWasAcknowledgedBefore) {
  cluster running{"local"};
  running.start();
  const auto all = gather(running, 3);
  for (const auto& each : all)
    each->say_some();
  struct copy {
    std::string file;
    int acknowledged_before = 0;
  };
  std::vector<copy> copies;
  for (int round = 0; round < 3; ++round) {
    copy made{running.path("copy" + std::to_string(round)), last_acknowledged(all)};
    process backup{{.arguments = {godwitd_program(), "backup", running.data_folder(), made.file}}};
    do
      for (const auto& each : all) {
        each->say_some(2);
        each->wait_for_first_of_newest();
      }
    while (backup.is_running());
    EXPECT_EQ(backup.wait(patience), process_end{});
    copies.push_back(made);
  }
  wait_for_all(all);
  auto whole = history_in(running);
  expect_all_whole(running, all);

  for (const auto& made : copies) {
    const auto history = restored_history(made.file);
    ASSERT_FALSE(history.empty());
    const auto newcomer = history.back(); // who reads it
    EXPECT_TRUE(has(newcomer, {{"event", "joined"}, {"from", "reader"}})) << newcomer;
    const std::vector<event> copied{history.begin(), history.end() - 1};
    ASSERT_FALSE(copied.empty()) << "nothing was copied";
    EXPECT_GE(copied.back()["seq"].get<int>(), made.acknowledged_before);
    EXPECT_EQ(newcomer["seq"].get<int>(), copied.back()["seq"].get<int>() + 1) << "its numbers go on";
    ASSERT_LE(copied.size(), whole.size());
    EXPECT_EQ(copied, (std::vector<event>{whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(copied.size())}));
  }
}

} // namespace
} // namespace godwit::test
