#include "actors/rules/nick_table.hpp"
#include "actors/rules/skeleton.hpp"
#include "messages/names.hpp"
#include "tests/unit/rules/directory_bench.hpp"

#include <gtest/gtest.h>

namespace godwit {
namespace {

using directory_tests::bench;

nick_row row(const std::string& nick, std::uint64_t session) {
  return {*fold_nick(nick), *shown_nick(nick), {session}};
}

// N-8
TEST(Skeleton, FindsANickThatCanBeTakenForAnother) {
  const struct {
    const char* claimed;
    const char* wanted;
  } pairs[] = {
    {"ada", "аdа"},       // Cyrillic а
    {"ada", "ADА"},       // the last letter Cyrillic
    {"Scope", "Ѕсоре"},   // all Cyrillic
    {"modern", "modem"},  // rn and m
    {"paypal", "paypa1"}, // l and 1
    {"PayPal", "PayPaI"}, // l and a capital i
    {"omega", "οmega"},   // Greek omicron
    {"heart", "һeart"},   // Cyrillic shha
    {"naive", "naⅰve"},   // the Roman numeral one
  };
  for (const auto& [claimed, wanted] : pairs) {
    nick_table table;
    table.put(row(claimed, 1));
    const auto asked = fold_nick(wanted);
    ASSERT_TRUE(asked) << wanted;
    const bool is_the_same = table.find(*asked) != nullptr;
    EXPECT_TRUE(is_the_same || table.looks_like_anothers(row(wanted, 2))) << wanted;
  }
}

// N-8
TEST(Skeleton, LeavesOtherNicksAlone) {
  nick_table table;
  for (const auto* claimed : {"ada", "user-1", "Григорий", "李", "björn"})
    table.put(row(claimed, 1));
  for (const auto* wanted : {"adam", "user-2", "Георгий", "季", "bjorn", "bernd", "eda"})
    EXPECT_FALSE(table.looks_like_anothers(row(wanted, 2))) << wanted;
}

// N-8
TEST(Skeleton, DoesNotStandInTheWayOfItsOwnSessionNorOfAFreedNick) {
  nick_table table;
  table.put(row("modern", 1));
  EXPECT_FALSE(table.looks_like_anothers(row("modem", 1)));
  EXPECT_TRUE(table.looks_like_anothers(row("modem", 2)));
  table.put(row("modem", 1));
  table.remove("modern", {1});
  EXPECT_TRUE(table.looks_like_anothers(row("modern", 2)));
  table.remove("modem", {1});
  EXPECT_FALSE(table.looks_like_anothers(row("modern", 2)));
}

// N-8, N-5
TEST(Directory, ANickThatLooksLikeAClaimedOneIsRefused) {
  bench b;
  b.start();
  b.host(1);
  b.host(2);
  b.named(1, "ada");
  b.tell(b.claim(2, 1, "аda"));
  EXPECT_EQ(b.take<nick_claimed>()->why->code, error_code::nick_confusable);
  EXPECT_TRUE(b.asked.empty()) << "the store is not asked";
  b.tell(b.claim(2, 1, "аda"));
  EXPECT_EQ(b.take<nick_claimed>()->why->code, error_code::nick_confusable) << "a repeat gets the same answer";
  b.tell(b.claim(2, 2, "rооt")); // with two Cyrillic о
  EXPECT_EQ(b.take<nick_claimed>()->why->code, error_code::nick_reserved);
}

// N-8
TEST(Directory, OfTwoConfusableNicksThatAreClaimedAtOnceTheLaterIsGivenBack) {
  bench b;
  b.start();
  b.host(1);
  b.host(2);
  b.tell(b.claim(1, 1, "ada"));
  b.tell(b.claim(2, 1, "аda"));
  b.answer<claim_nick_row>(nick_row_claimed{row("ada", 1), false});
  EXPECT_EQ(b.take<nick_claimed>()->why, std::nullopt);
  b.answer<claim_nick_row>(nick_row_claimed{row("аda", 2), false});
  EXPECT_EQ(b.take<nick_claimed>()->why->code, error_code::nick_confusable);
  EXPECT_EQ(b.answer<release_nick_row>(done{}).row.session, session_id{2});
  b.tell(b.claim(1, 2, "adа"));
  EXPECT_TRUE(std::holds_alternative<claim_nick_row>(b.asked.front().request)) << "nothing of it is left";
}

} // namespace
} // namespace godwit
