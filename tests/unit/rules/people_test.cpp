// What the directory knows of people, and who may see it: actors/rules/people.hpp.
#include "actors/rules/people.hpp"

#include "actors/rules/limits.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace godwit {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

struct People : testing::Test {
  people subject;
  instant now{std::chrono::hours{100}};

  describe_person card(std::uint64_t id, const std::string& nick) {
    describe_person out;
    out.session = {id};
    out.epoch = {1, 0};
    out.nick = nick;
    out.mask = "~" + nick + "@host" + std::to_string(id);
    out.real_name = nick + " the real";
    out.address = "192.0.2.1:9";
    return out;
  }
  void in_room(describe_person& who, std::uint64_t room, member_modes modes = {}) {
    who.rooms.push_back({{room}, "room" + std::to_string(room), modes});
  }
  people_told ask(std::uint64_t asker, people_question question, const std::string& after = {}) {
    return subject.answer({{{{asker}, 1, 0}, "w"}, std::move(question), after}, now);
  }
  static std::vector<std::string> nicks(const people_told& told) {
    std::vector<std::string> out;
    for (const auto& each : told.rows)
      out.push_back(each.nick);
    return out;
  }
  static std::vector<std::string> rooms(const people_told& told) {
    std::vector<std::string> out;
    for (const auto& row : told.rows)
      for (const auto& each : row.rooms)
        out.push_back(each.title);
    return out;
  }
  people_told whois(std::uint64_t asker, const std::string& nick) { return ask(asker, {people_kind::named, {nick}}); }
  std::vector<std::string> matching(std::uint64_t asker, const std::string& mask) {
    people_question question{people_kind::matching};
    question.mask = mask;
    question.limit = limits::people_rows_max;
    return nicks(ask(asker, question));
  }
};

// I-18
TEST_F(People, WhoHasNoTlsIsKnownForIt) {
  auto plain = card(1, "plain");
  plain.plaintext = true;
  subject.describe(plain, now);
  subject.describe(card(2, "secure"), now);
  EXPECT_TRUE(whois(2, "plain").rows.at(0).plaintext);
  EXPECT_FALSE(whois(1, "secure").rows.at(0).plaintext);
}

// I-60
TEST_F(People, AreFoundByTheirNickHoweverItIsWritten) {
  subject.describe(card(1, "Ada"), now);
  const auto told = whois(2, "aDA");
  ASSERT_EQ(told.rows.size(), 1U);
  EXPECT_EQ(told.rows[0].nick, "Ada");
  EXPECT_EQ(told.rows[0].mask, "~Ada@host1");
  EXPECT_THAT(whois(2, "bob").rows, IsEmpty());
}

// I-61
TEST_F(People, AreSeenInTheRoomsThatTheAskerMaySee) {
  auto ada = card(1, "ada");
  in_room(ada, 7);
  in_room(ada, 8);
  in_room(ada, 9);
  subject.describe(ada, now);
  subject.describe(describe_room{{7}, 1, false});
  subject.describe(describe_room{{8}, 1, true});
  EXPECT_THAT(rooms(whois(2, "ada")), ElementsAre("room7")) << "8 is secret, of 9 nothing was heard";
  auto bob = card(2, "bob");
  in_room(bob, 8);
  subject.describe(bob, now);
  EXPECT_THAT(rooms(whois(2, "ada")), ElementsAre("room7", "room8")) << "shared";
  EXPECT_THAT(rooms(whois(1, "ada")), ElementsAre("room7", "room8", "room9")) << "one's own";
  subject.describe(describe_room{{7}, 2, true});
  subject.describe(describe_room{{7}, 1, false});
  EXPECT_THAT(rooms(whois(2, "ada")), ElementsAre("room8")) << "an older life of a room says nothing";
}

TEST_F(People, ChangesOfRoomsAreFollowed) {
  auto ada = card(1, "ada");
  in_room(ada, 7);
  subject.describe(ada, now);
  auto change = card(1, "ada");
  change.whole = false;
  change.rooms = {{{8}, "room8"}, {{7}, {}, {}, false}};
  subject.describe(change, now);
  EXPECT_THAT(rooms(whois(1, "ada")), ElementsAre("room8"));
  EXPECT_EQ(ask(1, {people_kind::counted}).counts.rooms, 1U);
}

// I-62
TEST_F(People, WhoIsInvisibleIsFoundByMaskOnlyByThoseWhoShareARoom) {
  auto ada = card(1, "ada");
  ada.modes = user_mode::invisible;
  in_room(ada, 7);
  subject.describe(ada, now);
  subject.describe(card(2, "bob"), now);
  EXPECT_THAT(matching(2, "*!*@*"), ElementsAre("bob"));
  EXPECT_THAT(matching(3, "*!*@*"), ElementsAre("bob")) << "of a stranger who is not known";
  EXPECT_THAT(matching(1, "*!*@*"), ElementsAre("ada", "bob"));
  auto change = card(2, "bob");
  in_room(change, 7);
  subject.describe(change, now);
  EXPECT_THAT(matching(2, "a*!*@*"), ElementsAre("ada"));
  EXPECT_EQ(nicks(whois(3, "ada")).size(), 1U) << "by its nick everybody finds her";
  auto oper = card(3, "root");
  oper.modes = user_mode::server_operator;
  subject.describe(oper, now);
  EXPECT_THAT(matching(3, "*!*@host1"), ElementsAre("ada"));
}

TEST_F(People, AddressesAreForOperatorsAndOnesOwn) {
  subject.describe(card(1, "ada"), now);
  subject.describe(card(2, "bob"), now);
  EXPECT_EQ(whois(2, "ada").rows.at(0).address, "");
  EXPECT_EQ(whois(1, "ada").rows.at(0).address, "192.0.2.1:9");
  auto oper = card(2, "bob");
  oper.modes = user_mode::server_operator;
  subject.describe(oper, now);
  EXPECT_EQ(whois(2, "ada").rows.at(0).address, "192.0.2.1:9");
}

// I-62
TEST_F(People, AManySearchIsAnsweredInBoundedPieces) {
  for (std::uint64_t id = 1; id <= limits::people_scanned_max + 10; ++id)
    subject.describe(card(id, "n" + std::to_string(100'000 + id)), now);
  people_question question{people_kind::matching};
  question.mask = "*!*@*";
  question.limit = limits::people_rows_max;
  auto told = ask(1, question);
  EXPECT_EQ(told.rows.size(), limits::people_piece_rows_max);
  EXPECT_EQ(told.next, told.rows.back().nick);
  EXPECT_EQ(ask(1, question, told.next).rows.front().nick, "n" + std::to_string(100'001 + told.rows.size()));
  question.mask = "nobody!*@*";
  told = ask(1, question);
  EXPECT_THAT(told.rows, IsEmpty());
  EXPECT_NE(told.next, "") << "not all were looked at";
  EXPECT_EQ(ask(1, question, told.next).next, "");
}

// I-63
TEST_F(People, WhoHasGoneIsRememberedForAWhile) {
  subject.describe(card(1, "ada"), now);
  auto renamed = card(1, "lovelace");
  subject.describe(renamed, now);
  now += std::chrono::minutes{5};
  subject.remove({1}, now);
  subject.describe(card(2, "ada"), now);
  subject.remove({2}, now);
  now += std::chrono::minutes{1};
  people_question question{people_kind::former, {"ADA"}};
  question.limit = 9;
  auto told = ask(3, question);
  ASSERT_EQ(told.rows.size(), 2U);
  EXPECT_EQ(told.rows[0].mask, "~ada@host2") << "the newest first";
  EXPECT_EQ(told.rows[0].gone_seconds, 60U);
  EXPECT_EQ(told.rows[1].gone_seconds, 360U);
  question.limit = 1;
  EXPECT_EQ(ask(3, question).rows.size(), 1U);
  now += limits::former_people_kept;
  EXPECT_THAT(ask(3, question).rows, IsEmpty());
}

// I-63
TEST_F(People, OfThoseWhoHaveGoneNotAllAreRemembered) {
  former_people subject_of_many;
  for (std::size_t i = 0; i != limits::former_people_max + 5; ++i)
    subject_of_many.note(card(1, "n" + std::to_string(i)), now);
  EXPECT_EQ(subject_of_many.size(), limits::former_people_max);
  EXPECT_THAT(subject_of_many.find("n0", 9, now), IsEmpty());
}

// I-64
TEST_F(People, AreCounted) {
  auto ada = card(1, "ada");
  ada.modes = user_mode::invisible;
  in_room(ada, 7);
  subject.describe(ada, now);
  auto bob = card(2, "bob");
  bob.modes = user_mode::server_operator;
  in_room(bob, 7);
  in_room(bob, 8);
  subject.describe(bob, now);
  subject.describe(card(3, "eve"), now);
  subject.remove({3}, now);
  EXPECT_EQ(ask(1, {people_kind::counted}).counts, (people_counts{2, 1, 1, 0, 2, 3}));
  subject.remove({1}, now);
  subject.remove({2}, now);
  EXPECT_EQ(ask(1, {people_kind::counted}).counts, (people_counts{0, 0, 0, 0, 0, 3}));
}

TEST_F(People, AFormerOwnerOfASessionSaysNothing) {
  auto now_card = card(1, "ada");
  now_card.epoch = {2, 0};
  subject.describe(now_card, now);
  subject.describe(card(1, "old"), now);
  EXPECT_EQ(nicks(whois(2, "ada")).size(), 1U);
  EXPECT_THAT(whois(2, "old").rows, IsEmpty());
}

} // namespace
} // namespace godwit
