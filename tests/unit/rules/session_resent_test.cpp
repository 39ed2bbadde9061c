// A post to a nick that is said again: it is where it went the first time, or nowhere.
#include "tests/unit/rules/session_fixture.hpp"

namespace godwit {
namespace {

struct ResentPost : session_fixture {
  static constexpr room_id with_bob{8};
  static constexpr room_id with_eve{9};
  static room_key conversation(char with) { return "=" + std::string(64, '1') + "=" + std::string(64, with); }

  /// As after the death of its worker node: in two conversations, and with a client that says again what it has no
  /// confirmation of.
  void begin_from_store(std::vector<stored_membership> rooms) {
    attach_session how;
    how.session = me;
    how.epoch = {2, 0};
    how.attach = ++attach_number;
    how.proxy = "p";
    how.identity[0] = 1;
    how.from_store = true;
    how.first_in_seq = next_in_seq = 1;
    how.positions = {{with_bob.value, 4}, {with_eve.value, 4}};
    take(subject.attach(how));
    take(subject.loaded({me, "ada", std::move(rooms), {}}));
    seen.clear();
  }
  stored_membership member_of(room_id room, char with, std::uint64_t last_op) const {
    return {room, conversation(with), {}, 1, "bob", {name(last_op, 3), 4}};
  }
  void begin_in_both() { begin_from_store({member_of(with_bob, 'b', 4), member_of(with_eve, 'e', 6)}); }
  void post_again(std::uint64_t op) { say(op, ask::post{ask::person_named{"bob"}, "psst"}, true); }
  void deny(const room_command& asked, effect_name last = {}) {
    take(subject.expected({asked.name, asked.room, last}));
  }
  void recognise(const room_command& asked, room_seq seq) {
    take(subject.answered(command_answered{asked.name, asked.room, logged_at{seq, {}}, {}}));
  }
};

// P-8
TEST_F(ResentPost, IsAnsweredByTheConversationThatItWentInto) {
  begin_in_both();
  post_again(4);
  const auto asked = sent<room_command>();
  ASSERT_EQ(asked.size(), 1U);
  EXPECT_EQ(asked[0].room, with_bob);
  EXPECT_EQ(asked[0].previous, asked[0].name) << "no room takes it for new";
  recognise(asked[0], 1); // then it is said as any post, and answered as any that is known
  recognise(sent<room_command>().back(), 1);
  EXPECT_EQ(confirmed_op(), 4U);
  EXPECT_TRUE(sent<find_nick>().empty()) << "the nick may be another's by now";
}

// P-8
TEST_F(ResentPost, IsRefusedWhereNoConversationHasItThoughSomebodyHasTheNick) {
  begin_in_both();
  post_again(7);
  deny(sent<room_command>().at(0), name(4, 3));
  deny(sent<room_command>().at(1), name(6, 3));
  EXPECT_EQ(sent<room_command>().size(), 2U);
  take(subject.loaded({me, "ada", {}, {}})); // the log knows of no other conversation
  EXPECT_EQ(last_error(), error_code::no_such_nick);
  EXPECT_EQ(confirmed_op(), 7U);
  EXPECT_TRUE(sent<find_nick>().empty());
}

TEST_F(ResentPost, IsSaidWhereTheSameFrameHasBroughtTheSessionIn) {
  begin_in_both();
  post_again(7);
  deny(sent<room_command>().at(0), name(4, 3));
  deny(sent<room_command>().at(1), name(7, 2));
  const auto said = sent<room_command>().back();
  EXPECT_EQ(said.room, with_eve);
  EXPECT_EQ(said.name, name(7, 3));
  EXPECT_NE(said.previous, said.name);
}

TEST_F(ResentPost, IsAnsweredByItsEventWhereItIsBeingWritten) {
  begin_in_both();
  post_again(7);
  take(subject.events({with_bob, {{entry(5, name(7, 3), posted{"psst"}), nullptr, nullptr}}}));
  EXPECT_EQ(confirmed_op(), 7U);
}

TEST_F(ResentPost, IsAskedForAgainAsTheOwnerOfNow) {
  begin_in_both();
  post_again(7);
  seen.clear();
  attach_session other;
  other.session = me;
  other.epoch = {3, 0};
  other.attach = 1;
  other.proxy = "p2";
  other.first_in_seq = next_in_seq;
  take(subject.attach(other));
  ASSERT_EQ(sent<room_command>().size(), 1U);
  EXPECT_EQ(sent<room_command>()[0].epoch, other.epoch) << "the room drops what a former owner says";
  seen.clear();
  take(subject.link_was_reset({"w2", {9}, 2}));
  ASSERT_EQ(sent<room_command>().size(), 1U);
  EXPECT_EQ(sent<room_command>()[0].epoch, other.epoch);
}

TEST_F(ResentPost, OfASessionThatHasBegunItHereIsNotLookedUpAgain) {
  be_in_lobby();
  say(3, ask::post{ask::person_named{"bob"}, "psst"});
  take(subject.found({name(3, 0), std::nullopt, error{error_code::no_such_nick, {}}}));
  seen.clear();
  attach({}, next_in_seq); // the answer was lost with the connection
  post_again(3);
  EXPECT_TRUE(sent<find_nick>().empty());
  EXPECT_EQ(last_error(), error_code::no_such_nick);
}

TEST_F(ResentPost, ThatNeverReachedItsSessionIsAsNew) {
  be_in_lobby();
  attach({}, next_in_seq);
  post_again(3);
  EXPECT_EQ(sent<find_nick>().size(), 1U);
}

TEST_F(ResentPost, ThatNeverReachedASessionFromTheStoreIsAsNewOnceTheClientHasGoneOn) {
  begin_in_both();
  say(7, ask::ping{1});
  attach_session again;
  again.session = me;
  again.epoch = {2, 0};
  again.attach = ++attach_number;
  again.proxy = "p";
  again.first_in_seq = next_in_seq;
  take(subject.attach(again));
  post_again(8);
  EXPECT_EQ(sent<find_nick>().size(), 1U);
}

} // namespace
} // namespace godwit
