// Commands that are meant badly, where they reach a room.
#include "tests/unit/rules/room_bench.hpp"

namespace godwit::test {

// U-5, U-6
TEST(Room, AnswersAPostThatIsSaidAgainWithAnotherTextByTheFirstOnesResult) {
  auto it = open_room(log_with({ann}, 1));
  const auto said = it.command(say(ann, 2, 1, post{"first"}), at(1001));
  const auto during = it.command(say(ann, 2, 1, post{"another"}), at(1002));
  EXPECT_TRUE(sent<append_entries>(during).empty());
  write_all(it, said);
  const auto again = it.command(say(ann, 2, 1, post{"another"}), at(3000));
  EXPECT_TRUE(sent<append_entries>(again).empty()) << "nothing of it is logged";
  ASSERT_EQ(sent<command_answered>(again).size(), 1u);
  EXPECT_EQ(sent<command_answered>(again)[0].at, (logged_at{2, at(1001)}));
}

} // namespace godwit::test
