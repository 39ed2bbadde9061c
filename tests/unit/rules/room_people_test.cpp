// What a room lets pass, tells the directory of itself, and lets operators of the server do.
#include "tests/unit/rules/room_bench.hpp"

#include <gmock/gmock.h>

namespace godwit::test {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

log_opened with_settings(log_opened log, room_flags flags = new_room_flags) {
  log.state.settings.emplace().flags = flags;
  return log;
}
std::vector<presence_changed> passed(const room_effects& effects) {
  std::vector<presence_changed> out;
  for (const auto& each : sent<fan_out>(effects))
    for (const auto& item : each.items)
      if (const auto* what = std::get_if<presence_changed>(&item.event))
        out.push_back(*what);
  return out;
}

// I-61
TEST(RoomPeople, TellsTheDirectoryWhetherItIsSecret) {
  room it(the_room, "lobby", "w1");
  it.start();
  auto told = sent<describe_room>(it.log_opened(with_settings(log_with({ann}, 1)), at(1000)));
  ASSERT_THAT(told, SizeIs(1));
  EXPECT_FALSE(told[0].secret);
  const auto hide = [&](std::uint64_t op, std::uint64_t before, bool add) {
    return sent<describe_room>(
      write_all(it, it.command(say(ann, op, before, change_modes{{{add, flag_change{room_flag::secret}}}}), at(1001))));
  };
  told = hide(2, 1, true);
  ASSERT_THAT(told, SizeIs(1));
  EXPECT_TRUE(told[0].secret);
  told = sent<describe_room>(it.link_reset(reset_of("b", is_broker), at(1002)));
  ASSERT_THAT(told, SizeIs(1)) << "a new broker node has to be told";
  EXPECT_TRUE(told[0].secret);
  told = hide(3, 2, false);
  ASSERT_THAT(told, SizeIs(1));
  EXPECT_FALSE(told[0].secret);
}

// I-38
TEST(RoomPeople, TagsPassToAllNodesAndAreNotLogged) {
  auto it = open_room(with_settings(log_with({ann, bob}, 2)));
  it.attach(attach_from("w2", 2), at(1000));
  const auto effects = it.signal({the_room, ann, "+typing=active"}, at(1001));
  ASSERT_THAT(passed(effects), SizeIs(1));
  EXPECT_EQ(passed(effects)[0].tags, "+typing=active");
  EXPECT_EQ(passed(effects)[0].nick, "ann");
  EXPECT_THAT(sent<append_entries>(effects), IsEmpty());
  EXPECT_THAT(passed(it.signal({the_room, cid, "+typing=active"}, at(1002))), IsEmpty()) << "no member";
  const std::string much(limits::signal_tags_bytes_max + 1, 'x');
  EXPECT_THAT(passed(it.signal({the_room, ann, much}, at(1003))), IsEmpty());
}

// I-38
TEST(RoomPeople, WhoMayNotSpeakSaysNothingByTagsEither) {
  auto it = open_room(with_settings(log_with({ann, bob}, 2), room_flag::moderated));
  it.attach(attach_from("w2", 2), at(1000));
  EXPECT_THAT(passed(it.signal({the_room, bob, "+typing=active"}, at(1001))), IsEmpty());
  EXPECT_THAT(passed(it.signal({the_room, ann, "+typing=active"}, at(1002))), SizeIs(1)) << "an operator";
}

// I-66, I-39
TEST(RoomPeople, PresenceSaysWhatHasChanged) {
  auto it = open_room(with_settings(log_with({ann, bob}, 2)));
  it.attach(attach_from("w2", 2), at(1000));
  const auto parts = [&](set_presence what) {
    const auto all = passed(it.presence(what, at(1001)));
    return all.empty() ? presence_parts{} : all.back().parts;
  };
  EXPECT_EQ(parts({the_room, ann, "lunch", "", {}}), presence_parts{presence_part::away});
  EXPECT_EQ(parts({the_room, ann, "lunch", "Ann", {}}), presence_parts{presence_part::real_name});
  EXPECT_EQ(parts({the_room, ann, "lunch", "Ann", user_mode::bot}), presence_parts{});
  const auto effects = it.command(say(ann, 2, 1, post{"beep"}), at(1002));
  EXPECT_TRUE(sent<append_entries>(effects).at(0).entries.at(0)->by_bot);
  EXPECT_FALSE(sent<append_entries>(it.command(say(bob, 3, 2, post{"hi"}), at(1003))).at(0).entries.at(0)->by_bot);
}

// I-69
TEST(RoomPeople, ANewHostIsShownAndTheFormerOneStaysSilenced) {
  auto log = with_settings(log_with({ann, bob}, 2));
  log.members[1].mask = "~b@home";
  log.state.settings->bans.push_back({"m:*!*@home", "ann", at(1)});
  auto it = open_room(log);
  it.attach(attach_from("w2", 2), at(1000));
  const set_presence walked{the_room, bob, "", "", {}, 5, "~b@train"};
  const auto told = passed(it.presence(walked, at(1001)));
  ASSERT_THAT(told, SizeIs(1));
  EXPECT_EQ(told[0].parts, presence_parts{presence_part::host});
  EXPECT_EQ(told[0].mask, "~b@home");
  EXPECT_EQ(told[0].new_mask, "~b@train");
  EXPECT_THAT(passed(it.presence(walked, at(1002))), IsEmpty()) << "nothing has changed";
  const auto refused = sent<command_answered>(it.command(say(bob, 3, 2, post{"hi"}), at(1003)));
  ASSERT_THAT(refused, SizeIs(1)) << "a walk to another network is no way out of a mute";
  EXPECT_EQ(refused[0].why->code, error_code::muted);
  const auto appends = sent<append_entries>(it.command(say(bob, 4, 2, leave_room{}), at(1004)));
  ASSERT_THAT(appends, SizeIs(1));
  EXPECT_EQ(appends[0].entries[0]->mask, "~b@train");
  EXPECT_THAT(passed(it.presence({the_room, bob, "", "", {}, 6, std::string(200, 'x')}, at(1005))), IsEmpty());
}

// I-69
TEST(RoomPeople, WhoComesToANetworkThatIsSilencedIsSilenced) {
  auto log = with_settings(log_with({ann, bob}, 2));
  log.members[1].mask = "~b@home";
  log.state.settings->bans.push_back({"m:*!*@train", "ann", at(1)});
  auto it = open_room(log);
  it.attach(attach_from("w2", 2), at(1000));
  EXPECT_THAT(sent<append_entries>(write_all(it, it.command(say(bob, 3, 2, post{"hi"}), at(1001)))), IsEmpty());
  it.presence({the_room, bob, "", "", {}, 5, "~b@train"}, at(1002));
  const auto refused = sent<command_answered>(it.command(say(bob, 4, 3, post{"hi"}), at(1003)));
  ASSERT_THAT(refused, SizeIs(1));
  EXPECT_EQ(refused[0].why->code, error_code::muted);
}

// I-73
TEST(RoomPeople, AnOperatorOfTheServerChangesModesFromOutside) {
  auto it = open_room(with_settings(log_with({ann, bob}, 2)));
  auto command = say(cid, 1, 0, change_modes{{{true, member_change{{}, "bob", member_mode::founder}}}});
  auto answer = sent<command_answered>(it.command(command, at(1001)));
  ASSERT_THAT(answer, SizeIs(1));
  EXPECT_EQ(answer[0].why->code, error_code::not_in_room);
  command = say(cid, 2, 0, change_modes{{{true, member_change{{}, "bob", member_mode::founder}}}});
  command.by_server_operator = true;
  const auto effects = it.command(command, at(1002));
  const auto appends = sent<append_entries>(effects);
  ASSERT_THAT(appends, SizeIs(1));
  EXPECT_EQ(appends[0].entries[0]->nick, "cid") << "it is logged, with who did it";
  answer = sent<command_answered>(write_all(it, effects));
  ASSERT_THAT(answer, SizeIs(1)) << "who is outside sees no event";
  EXPECT_TRUE(answer[0].at);
}

// I-73
TEST(RoomPeople, BeingAnOperatorOfTheServerOpensNothingElse) {
  auto it = open_room(with_settings(log_with({ann, bob}, 2)));
  for (auto action : std::vector<room_action>{kick_member{"bob", ""}, set_topic{"mine"}, leave_room{}}) {
    auto command = say(cid, 1, 0, std::move(action));
    command.by_server_operator = true;
    const auto answer = sent<command_answered>(it.command(command, at(1001)));
    ASSERT_THAT(answer, SizeIs(1));
    EXPECT_EQ(answer[0].why->code, error_code::not_in_room);
    it = open_room(with_settings(log_with({ann, bob}, 2)));
  }
}

} // namespace
} // namespace godwit::test
