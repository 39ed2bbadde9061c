// The small rules: reconnecting, room feeds, what became of posts in doubt.
#include "client/rules/reconnect.hpp"
#include "client/rules/recovery.hpp"
#include "client/rules/room_feed.hpp"

#include <gtest/gtest.h>

namespace godwit {
namespace {

using std::chrono::milliseconds;

tell::event event_at(room_seq seq, entry_body body = posted{"x"}, std::string nick = "bob", std::int64_t time_us = 0) {
  log_entry entry;
  entry.seq = seq;
  entry.nick = std::move(nick);
  entry.body = std::move(body);
  entry.time = timestamp{std::chrono::microseconds{time_us}};
  return {room_id{7}, 0, std::make_shared<const log_entry>(std::move(entry))};
}

std::vector<room_seq> seqs_of(const std::vector<tell::event>& events) {
  std::vector<room_seq> seqs;
  for (const auto& each : events)
    seqs.push_back(each.entry->seq);
  return seqs;
}
using seqs = std::vector<room_seq>;

// ------------------------------------------------------------------------------------------------- reconnecting

TEST(Backoff, GrowsUpToItsLimitAndBeginsAgainAfterASuccess) {
  backoff pauses({milliseconds{50}, milliseconds{5'000}}, 1);
  EXPECT_LE(pauses.next(), milliseconds{50});
  for (int i = 0; i < 10; ++i)
    pauses.next();
  for (int i = 0; i < 100; ++i) {
    const auto pause = pauses.next();
    EXPECT_GE(pause, milliseconds{2'500});
    EXPECT_LE(pause, milliseconds{5'000});
  }
  pauses.succeeded();
  EXPECT_LE(pauses.next(), milliseconds{50});
}

TEST(Backoff, DiffersFromClientToClientAndNotFromRunToRun) {
  const auto sequence = [](std::uint64_t seed) {
    backoff pauses({milliseconds{50}, milliseconds{5'000}}, seed);
    std::vector<milliseconds> all;
    for (int i = 0; i < 8; ++i)
      all.push_back(pauses.next());
    return all;
  };
  EXPECT_EQ(sequence(1), sequence(1));
  EXPECT_NE(sequence(1), sequence(2));
}

// ---------------------------------------------------------------------------------------------------- room feed

TEST(RoomFeed, TellsEachEventOnceAndInOrder) {
  room_feed feed({room_id{7}, "lobby", {}}, 3);
  EXPECT_EQ(seqs_of(feed.live(event_at(4))), (seqs{4}));
  EXPECT_TRUE(feed.live(event_at(4)).empty());
  EXPECT_TRUE(feed.live(event_at(2)).empty());
  EXPECT_EQ(seqs_of(feed.live(event_at(6))), (seqs{6})); // 5 is of a kind that no client is told
}

TEST(RoomFeed, HoldsWhatComesLiveUntilWhatWasMissedIsTold) {
  room_feed feed({room_id{7}, "lobby", {}}, 3);
  feed.opened(feed.room(), 6);
  ASSERT_TRUE(feed.catching_up());
  EXPECT_TRUE(feed.live(event_at(7)).empty());
  EXPECT_TRUE(feed.live(event_at(8)).empty());
  EXPECT_EQ(seqs_of(feed.missed({event_at(3), event_at(4), event_at(5), event_at(6), event_at(7)})),
            (seqs{4, 5, 6, 7}));
  EXPECT_EQ(seqs_of(feed.caught_up(1000)), (seqs{8}));
  EXPECT_FALSE(feed.catching_up());
}

TEST(RoomFeed, AsksOnWhereAnAnswerEndedAtItsLimit) {
  room_feed feed({room_id{7}, "lobby", {}}, 0);
  feed.begin_catching_up();
  feed.missed({event_at(1), event_at(2)});
  EXPECT_TRUE(feed.caught_up(2).empty());
  EXPECT_TRUE(feed.catching_up());
  feed.missed({event_at(3)});
  feed.caught_up(2);
  EXPECT_FALSE(feed.catching_up());
  EXPECT_EQ(feed.last(), 3U);
}

TEST(RoomFeed, AsksAgainForWhatItCouldNotHold) {
  room_feed feed({room_id{7}, "lobby", {}}, 0);
  feed.opened(feed.room(), 1);
  const auto count = room_feed::held_events_max + 1;
  for (room_seq seq = 2; seq < 2 + count; ++seq)
    feed.live(event_at(seq));
  feed.missed({event_at(1)});
  EXPECT_EQ(feed.caught_up(1000).size(), room_feed::held_events_max);
  EXPECT_TRUE(feed.catching_up());
  EXPECT_EQ(seqs_of(feed.missed({event_at(count + 1)})), (seqs{count + 1}));
}

// ------------------------------------------------------------------------------------------------------ recovery

struct doubts {
  std::vector<outgoing> requests;
  room_evidence evidence{true, {}};

  void sent(const std::string& text, std::int64_t at_us = 0) {
    outgoing request;
    request.number = requests.size() + 1;
    request.request = ask::post{ask::room_named{"lobby"}, text};
    request.submitted = timestamp{std::chrono::microseconds{at_us}};
    requests.push_back(std::move(request));
  }
  void logged(const tell::event& event) { evidence.entries.push_back(event.entry); }

  /// The seqs at which the requests were found; 0: not.
  seqs find() const {
    std::vector<const outgoing*> pointers;
    for (const auto& each : requests)
      pointers.push_back(&each);
    seqs found;
    for (const auto& each : find_in_log(pointers, room_id{7}, evidence, "ann"))
      found.push_back(each ? each->seq : 0);
    return found;
  }
};

TEST(Recovery, FindsAPostByNickAndText) {
  doubts in;
  in.sent("hi");
  in.logged(event_at(4, posted{"hi"}, "bob"));
  in.logged(event_at(5, posted{"hi"}, "ann"));
  EXPECT_EQ(in.find(), (seqs{5}));
}

TEST(Recovery, ReckonsWithAnyTimeThatAServerSays) { // with ubsan: an overflow ends the program
  doubts in;
  in.evidence.position_known = false;
  in.sent("hi", 2'000'000);
  auto late = *event_at(4, posted{"hi"}, "ann").entry;
  late.time = timestamp::max();
  in.evidence.entries.push_back(std::make_shared<const log_entry>(late));
  EXPECT_EQ(in.find(), (seqs{4}));
}

TEST(Recovery, CountsEachLoggedPostForOneRequestOnly) {
  doubts in;
  in.sent("hi");
  in.sent("hi");
  in.logged(event_at(5, posted{"hi"}, "ann"));
  EXPECT_EQ(in.find(), (seqs{5, 0}));
  in.logged(event_at(6, posted{"hi"}, "ann"));
  EXPECT_EQ(in.find(), (seqs{5, 6}));
}

TEST(Recovery, TakesPostsInTheOrderInWhichTheyWereSent) {
  doubts in;
  in.sent("refused");
  in.sent("b");
  in.sent("c");
  in.logged(event_at(5, posted{"b"}, "ann"));
  EXPECT_EQ(in.find(), (seqs{0, 5, 0}));
}

TEST(Recovery, TakesNothingForItsOwnThatWasSaidAfterItsQuit) {
  doubts in;
  in.sent("hi");
  in.logged(event_at(5, left{"lost", true}, "ann"));
  in.logged(event_at(6, posted{"hi"}, "ann"));
  EXPECT_EQ(in.find(), (seqs{0}));
}

TEST(Recovery, FollowsTheUserToANewNick) {
  doubts in;
  in.sent("hi");
  in.logged(event_at(5, renamed{"anna"}, "ann"));
  in.logged(event_at(6, posted{"hi"}, "anna"));
  EXPECT_EQ(in.find(), (seqs{6}));
}

TEST(Recovery, GoesByTimeWhereTheClientKnewNothingOfTheRoom) {
  doubts in;
  in.evidence.position_known = false;
  in.sent("hi", 100'000'000);
  in.logged(event_at(5, posted{"hi"}, "ann", 90'000'000)); // an older "hi"
  EXPECT_EQ(in.find(), (seqs{0}));
  in.logged(event_at(6, posted{"hi"}, "ann", 100'500'000));
  EXPECT_EQ(in.find(), (seqs{6}));
}

} // namespace
} // namespace godwit
