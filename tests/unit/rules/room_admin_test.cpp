// What a room does in the name of the server, for operators' tools.
#include "messages/admin_messages.hpp"
#include "tests/unit/rules/room_bench.hpp"

#include <gmock/gmock.h>

namespace godwit::test {
namespace {

using ::testing::SizeIs;

room_command order(std::uint64_t ticket, room_action action, std::uint64_t previous = 0) {
  room_command what;
  what.room = the_room;
  what.name = {admin_session, ticket, 1};
  what.previous = previous == 0 ? effect_name{} : effect_name{admin_session, previous, 1};
  what.epoch = {1, 0};
  what.reply_to = "broker-1";
  what.action = std::move(action);
  what.by_server_operator = true;
  return what;
}

class RoomAdmin : public ::testing::Test {
protected:
  /// What it was answered; all that it appended is durable.
  command_answered told(const room_command& what) {
    const auto begun = it_.command(what, at(3000));
    for (const auto& append : sent<append_entries>(begun))
      entries_.insert(entries_.end(), append.entries.begin(), append.entries.end());
    auto answers = sent<command_answered>(begun);
    for (const auto& each : sent<command_answered>(write_all(it_, begun)))
      answers.push_back(each);
    return answers.empty() ? command_answered{} : answers.back();
  }
  query_answered asked(room_question question) {
    const auto all =
      sent<query_answered>(it_.query({the_room, {{admin_session, 9, 1}, "broker-1"}, {}, question}, at(3000)));
    return all.empty() ? query_answered{} : all.back();
  }

  room it_ = open_room(log_with({ann, bob, cid}, 3));
  std::vector<shared_entry> entries_;
};

TEST_F(RoomAdmin, BansInTheNameOfTheServer) {
  const auto answer = told(order(5, change_modes{{{true, mask_change{mask_list::bans, "eve"}}}}));
  EXPECT_TRUE(answer.at) << "who is no member is answered";
  ASSERT_THAT(entries_, SizeIs(1));
  EXPECT_EQ(entries_[0]->nick, "") << "the server's";
  EXPECT_EQ(std::get<modes_changed>(entries_[0]->body).changes[0].what,
            (decltype(mode_change::what){mask_change{mask_list::bans, "eve!*@*"}}));
}

TEST_F(RoomAdmin, KicksWhoIsInChargeToo) {
  const auto answer = told(order(5, kick_member{"ann", "begin anew"}));
  EXPECT_TRUE(answer.at);
  EXPECT_EQ(std::get<kicked>(entries_[0]->body), (kicked{ann, "ann", "begin anew"}));
  EXPECT_EQ(entries_[0]->nick, "");
  EXPECT_THAT(entries_, SizeIs(2)) << "another is in charge then";
}

TEST_F(RoomAdmin, KicksNobodyWhoIsNotThere) {
  EXPECT_EQ(told(order(5, kick_member{"eve", {}})).why->code, error_code::no_such_member);
}

TEST_F(RoomAdmin, AnOrderThatIsSaidAgainIsDoneOnce) {
  told(order(5, kick_member{"bob", {}}));
  const auto count = entries_.size();
  EXPECT_TRUE(told(order(5, kick_member{"bob", {}})).at);
  EXPECT_THAT(entries_, SizeIs(count));
  EXPECT_FALSE(told(order(6, kick_member{"cid", {}}, 5)).why);
}

TEST_F(RoomAdmin, AnotherOutsiderKicksNobody) {
  auto what = say(session_id{99}, 5, 0, kick_member{"bob", {}});
  EXPECT_EQ(told(what).why->code, error_code::not_in_room);
}

TEST_F(RoomAdmin, AnswersWhatOnlyMembersAreTold) {
  told(order(5, change_modes{{{true, flag_change{room_flag::secret}}, {true, key_change{"k"}}}}));
  const auto settings = asked(read_settings{});
  EXPECT_EQ(std::get<settings_read>(settings.answer).settings.key, "k");
  const auto members = asked(read_members{});
  EXPECT_THAT(std::get<members_read>(members.answer).members, SizeIs(3));
}

} // namespace
} // namespace godwit::test
