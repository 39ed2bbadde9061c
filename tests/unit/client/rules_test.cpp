// The small rules: reconnecting, room feeds, the search for posts in doubt.
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

using std::chrono::hours;

tell::event event_of(room_seq seq, tell::frame_name frame, hours time = hours{10}) {
  auto event = event_at(seq, posted{"x"}, "ann", std::chrono::microseconds{time}.count());
  event.frame = frame;
  return event;
}

/// What a search for frames of session 1 from op 5 on asks for, in a log of events that `make` makes.
template <class Make>
std::vector<std::pair<room_seq, room_seq>> pages_of(room_seq last, Make make) {
  log_search search({session_id{1}, 5}, timestamp{hours{10}});
  std::vector<std::pair<room_seq, room_seq>> pages;
  while (!search.done()) {
    const auto question = search.question(ask::room_named{"lobby"});
    const auto* since = std::get_if<ask::since>(&question.range);
    const auto from = since ? since->seq + 1 : last - std::min<room_seq>(last, log_search::events_per_page) + 1;
    const auto to = since ? since->seq + question.limit : last;
    pages.emplace_back(from, to);
    for (auto seq = from; seq <= to; ++seq)
      if (std::optional<tell::event> event = make(seq))
        search.take(*event);
    search.page_over();
  }
  return pages;
}
using pages = std::vector<std::pair<room_seq, room_seq>>;

TEST(LogSearch, GoesBackToTheBeginningOfTheLog) {
  const auto anothers = [](room_seq seq) { return event_of(seq, {}); };
  EXPECT_EQ(pages_of(2'001, anothers), (pages{{1'002, 2'001}, {2, 1'001}, {1, 1}}));
  EXPECT_EQ(pages_of(7, anothers), (pages{{1, 7}}));
  EXPECT_EQ(pages_of(0, anothers), (pages{{1, 0}})) << "nobody has said anything";
}

TEST(LogSearch, EndsAtAnEventOfTheSessionThatIsNoYounger) {
  const auto make = [](room_seq seq) {
    return event_of(seq, seq == 1'500   ? tell::frame_name{session_id{1}, 5}
                         : seq == 3'000 ? tell::frame_name{session_id{2}, 1} // of another session
                         : seq == 2'600 ? tell::frame_name{session_id{1}, 6} // younger
                                        : tell::frame_name{});
  };
  EXPECT_EQ(pages_of(4'000, make), (pages{{3'001, 4'000}, {2'001, 3'000}, {1'001, 2'000}}));
}

TEST(LogSearch, EndsWhereTheLogIsOlderThanTheSession) {
  const auto make = [](room_seq seq) { return event_of(seq, {}, seq > 2'000 ? hours{9} : hours{8}); };
  EXPECT_EQ(pages_of(4'000, make), (pages{{3'001, 4'000}, {2'001, 3'000}, {1'001, 2'000}}));
}

TEST(LogSearch, ReckonsWithAnyTimeThatAServerSays) { // with ubsan: an overflow ends the program
  for (const auto time : {timestamp::min(), timestamp::max()}) {
    log_search search({session_id{1}, 5}, timestamp{});
    auto said = *event_of(4, {}).entry;
    said.time = time;
    search.question(ask::room_named{"lobby"});
    search.take({room_id{7}, 0, std::make_shared<const log_entry>(said)});
    search.page_over();
    EXPECT_EQ(search.done(), time == timestamp::min());
  }
}

TEST(LogSearch, AsksForAPageAgainWhoseAnswerWasCutShort) {
  log_search search({session_id{1}, 5}, timestamp{hours{10}});
  search.question(ask::room_named{"lobby"});
  search.take(event_of(3'001, {session_id{1}, 5})); // the rest of the page may hold what is looked for
  EXPECT_TRUE(std::holds_alternative<ask::newest>(search.question(ask::room_named{"lobby"}).range));
  search.take(event_of(3'002, {}));
  search.page_over();
  EXPECT_FALSE(search.done());
  EXPECT_EQ(std::get<ask::since>(search.question(ask::room_named{"lobby"}).range).seq, 2'001U);
}

TEST(LogSearch, EndsWhereOlderEventsWereRemovedAndSkipsThoseOfUnknownKinds) {
  const auto removed = [](room_seq seq) { return seq > 3'500 ? std::optional{event_of(seq, {})} : std::nullopt; };
  EXPECT_EQ(pages_of(4'000, removed), (pages{{3'001, 4'000}, {2'501, 3'500}}));
  const auto skipped = [](room_seq seq) { return seq % 2 == 0 ? std::optional{event_of(seq, {})} : std::nullopt; };
  EXPECT_EQ(pages_of(2'003, skipped), (pages{{1'004, 2'003}, {4, 1'003}, {1, 3}}));
}

} // namespace
} // namespace godwit
