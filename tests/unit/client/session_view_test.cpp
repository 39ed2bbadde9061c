// What a screen shows of a session, kept up to date by the news.
#include "client/rules/session_view.hpp"

#include <gtest/gtest.h>

#include <memory>

namespace godwit {
namespace {

const news::room_ref lobby{room_id{7}, "Lobby", {}};
const news::room_ref with_bob{room_id{8}, {}, "bob"};

news::event event_of(const news::room_ref& room, room_seq seq, std::string nick, entry_body body) {
  log_entry entry;
  entry.seq = seq;
  entry.nick = std::move(nick);
  entry.body = std::move(body);
  return {room, std::make_shared<const log_entry>(std::move(entry)), 0, false, news::source::live};
}

session_view in_lobby() {
  session_view view;
  view.apply(news::connected{"proxy-1", session_id{1}, false});
  view.apply(news::logged_in{"ada", false});
  view.apply(news::room_opened{lobby});
  return view;
}

void tell_members(session_view& view, std::vector<tell::member> rows) {
  view.apply(news::answered{1, ask::members{"lobby"}, lobby, tell::members{std::move(rows)}});
}

TEST(SessionView, FindsARoomByItsNameInAnyCaseAndAConversationByItsPerson) {
  auto view = in_lobby();
  view.apply(news::room_opened{with_bob});
  ASSERT_NE(view.find("LOBBY"), nullptr);
  EXPECT_EQ(view.find("LOBBY")->label(), "Lobby");
  ASSERT_NE(view.find("Bob"), nullptr);
  EXPECT_EQ(view.find("elsewhere"), nullptr);
}

TEST(SessionView, KeepsTheMembersTrueOnceTheyWereAskedFor) {
  auto view = in_lobby();
  EXPECT_FALSE(view.find("lobby")->members_known);
  tell_members(view, {{"ada", ""}, {"bob", "lunch"}});
  EXPECT_TRUE(view.find("lobby")->members_known);
  view.apply(event_of(lobby, 3, "cid", joined{}));
  view.apply(event_of(lobby, 4, "bob", renamed{"rob"}));
  view.apply(event_of(lobby, 5, "ada", left{}));
  const std::map<std::string, std::string> expected{{"cid", ""}, {"rob", "lunch"}};
  EXPECT_EQ(view.find("lobby")->away_by_member, expected);
  EXPECT_EQ(view.find("lobby")->last, 5U);
}

TEST(SessionView, KnowsWhoIsAwayAndBack) {
  auto view = in_lobby();
  tell_members(view, {{"bob", ""}});
  view.apply(news::presence{lobby, "bob", "lunch"});
  EXPECT_EQ(view.find("lobby")->away_by_member.at("bob"), "lunch");
  view.apply(news::presence{lobby, "bob", ""});
  EXPECT_EQ(view.find("lobby")->away_by_member.at("bob"), "");
}

TEST(SessionView, FollowsTheTopicAndTheUsersOwnNick) {
  auto view = in_lobby();
  view.apply(event_of(lobby, 2, "bob", topic_set{"birds"}));
  EXPECT_EQ(view.find("lobby")->topic, "birds");
  view.apply(event_of(lobby, 3, "ada", renamed{"eve"}));
  EXPECT_EQ(view.nick(), "eve");
}

TEST(SessionView, FollowsTheOtherOneOfAConversationToANewNick) {
  auto view = in_lobby();
  view.apply(news::room_opened{with_bob});
  view.apply(event_of(with_bob, 2, "bob", renamed{"rob"}));
  EXPECT_NE(view.find("rob"), nullptr);
  EXPECT_EQ(view.find("bob"), nullptr);
}

TEST(SessionView, ForgetsARoomThatTheUserLeft) {
  auto view = in_lobby();
  auto own = event_of(lobby, 2, "ada", left{});
  own.own = true;
  own.request = 4;
  view.apply(own);
  EXPECT_EQ(view.find("lobby"), nullptr);
}

TEST(SessionView, KnowsWhetherAConnectionIsThereAndAsksAnewForMembersOfANewSession) {
  auto view = in_lobby();
  tell_members(view, {{"bob", ""}});
  EXPECT_TRUE(view.online());
  view.apply(news::reconnecting{});
  EXPECT_FALSE(view.online());
  view.apply(news::connected{"proxy-1", session_id{1}, true});
  EXPECT_TRUE(view.find("lobby")->members_known) << "the session goes on: what was missed is told";
  view.apply(news::connected{"proxy-1", session_id{2}, false});
  EXPECT_FALSE(view.find("lobby")->members_known);
}

} // namespace
} // namespace godwit
