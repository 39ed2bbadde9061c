// Members of a private conversation who were brought along, and what becomes of them when they are over.
#include "tests/unit/rules/room_bench.hpp"

namespace godwit::test {
namespace {

/// ann has brought bob along, who has not accepted.
struct GivenMembership : ::testing::Test {
  GivenMembership() {
    const auto join = say(ann, 1, 0, join_room{companion{bob, "bob", identity_of(bob), "w2"}});
    given = sent<membership_given>(write_all(it, it.command(join, at(1001)))).at(0);
  }
  static room opened() {
    auto log = log_with({}, 0);
    log.key = private_room_key(identity_of(ann), identity_of(bob));
    return open_room(log);
  }
  /// What the directory says for a session that is over.
  room_command quit() const {
    auto command = say(bob, 9, 0, leave_room{{}, true});
    command.name = {bob, ~std::uint64_t{0}, 0x4000'0001};
    command.previous = given.last;
    return command;
  }
  room it = opened();
  membership_given given;
};

TEST_F(GivenMembership, IsToldTheDirectoryAgainUntilItIsAccepted) {
  const auto due = at(2000) + limits::membership_given_again_after;
  EXPECT_TRUE(sent<membership_given>(it.wake(due - std::chrono::milliseconds{1})).empty());
  EXPECT_EQ(sent<membership_given>(it.wake(due)).size(), 1U);
  EXPECT_EQ(sent<membership_given>(it.wake(due + limits::membership_given_again_after)).size(), 1U);
  it.accepted({bob, the_room});
  EXPECT_TRUE(sent<membership_given>(it.wake(due + 2 * limits::membership_given_again_after)).empty());
}

TEST_F(GivenMembership, WakesTheRoomWhenItIsToBeToldAgain) {
  auto other = opened();
  const auto join = say(ann, 1, 0, join_room{companion{bob, "bob", identity_of(bob), "w2"}});
  const auto wakes = wanted<wake_after>(write_all(other, other.command(join, at(1001))));
  ASSERT_FALSE(wakes.empty());
  EXPECT_LE(wakes.back().delay, limits::membership_given_again_after);
}

TEST_F(GivenMembership, OfASessionThatIsOverEndsByTheQuitInItsName) {
  const auto effects = it.command(quit(), at(2000));
  const auto append = sent<append_entries>(effects).at(0);
  ASSERT_EQ(append.entries.size(), 1U);
  EXPECT_EQ(append.entries[0]->body, (entry_body{left{{}, true}}));
  EXPECT_EQ(append.members_out, std::vector<session_id>{bob});
  write_all(it, effects);
  EXPECT_EQ(it.member_count(), 1U);
  EXPECT_TRUE(sent<membership_given>(it.wake(at(60'000))).empty()) << "nobody has to accept it any more";
  EXPECT_TRUE(sent<append_entries>(it.command(quit(), at(61'000))).empty()) << "a repeat";
}

TEST_F(GivenMembership, TakesAQuitBehindWhatTheSessionSaidHereLast) {
  write_all(it, it.command(say(bob, 5, 0, post{"hi"}), at(1500)));
  given = sent<membership_given>(it.wake(at(60'000))).at(0);
  EXPECT_EQ(given.last, name(bob, 5));
  EXPECT_EQ(sent<append_entries>(it.command(quit(), at(61'000))).size(), 1U);
}

} // namespace
} // namespace godwit::test
