// What the store keeps of how rooms are kept in order.
#include "nodes/store/sqlite_check.hpp"
#include "tests/unit/store/store_fixture.hpp"

#include <gmock/gmock.h>

namespace godwit::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class Moderation : public store_test {
protected:
  void SetUp() override {
    store_test::SetUp();
    room_ = make_room();
    epoch_ = open_room(room_).epoch;
  }
  void add(std::vector<shared_entry> entries, std::optional<room_settings> settings = {},
           std::vector<stored_member> in = {}, std::vector<session_id> out = {}) {
    auto request = append_of(room_, epoch_, std::move(entries));
    request.state.settings = std::move(settings);
    request.members_in = std::move(in);
    request.members_out = std::move(out);
    ASSERT_EQ(append(request).outcome, append_outcome::written);
  }
  std::vector<room_summary> listed() { return ask_directory<room_rows>(*store_, list_room_rows{{}, 10}).rooms; }
  std::vector<std::string> problems() {
    store_.reset();
    sqlite_connection connection(folder_.file(), sqlite_connection::mode::read_only);
    return check_wholly(connection);
  }
  static room_settings with(room_flags flags) {
    room_settings settings;
    settings.flags = flags;
    settings.key = "sesame";
    settings.bans = {{"eve!*@*", "ada", timestamp{}}};
    return settings;
  }

  room_id room_;
  room_epoch epoch_ = 0;
};

TEST_F(Moderation, SettingsAreKeptUntilAnAppendChangesThem) {
  add({entry(1, 5, 1, joined{})}, with(room_flag::moderated), {member(5, 1)});
  add({entry(2, 5, 2)}); // says nothing of settings
  reopen();
  const auto opened = open_room(room_);
  EXPECT_EQ(opened.state.settings, with(room_flag::moderated));
  epoch_ = opened.epoch;
  add({entry(3, 5, 3)}, with(room_flag::invite_only));
  reopen();
  EXPECT_EQ(open_room(room_).state.settings, with(room_flag::invite_only));
}

TEST_F(Moderation, MembersKeepTheirModesMaskAndRealName) {
  auto ada = member(5, 1);
  ada.modes = member_modes{member_mode::founder} | member_mode::room_operator;
  ada.mask = "~u@host";
  ada.real_name = "Ada";
  add({entry(1, 5, 1, joined{})}, {}, {ada});
  reopen();
  auto opened = open_room(room_);
  EXPECT_THAT(opened.members, ElementsAre(ada));
  epoch_ = opened.epoch;
  ada.modes = member_mode::voice;
  add({entry(2, 5, 2)}, {}, {ada});
  reopen();
  EXPECT_THAT(open_room(room_).members, ElementsAre(ada));
}

TEST_F(Moderation, ASessionIsLoadedWithItsModes) {
  session_row row;
  row.session = session_id{5};
  row.identity = identity_of(5);
  ask_directory<done>(*store_, insert_session{row});
  auto ada = member(5, 1);
  ada.modes = member_mode::room_operator;
  add({entry(1, 5, 1, joined{})}, {}, {ada});
  const auto loaded = ask<session_loaded>(*store_, load_session{session_id{5}, {}});
  ASSERT_EQ(loaded.rooms.size(), 1U);
  EXPECT_EQ(loaded.rooms[0].modes, member_modes{member_mode::room_operator});
}

TEST_F(Moderation, ASecretRoomIsNotListedUntilItIsSecretNoMore) {
  EXPECT_EQ(listed().size(), 1U);
  add({entry(1, 5, 1, joined{})}, with(room_flag::secret), {member(5, 1)});
  EXPECT_THAT(listed(), IsEmpty());
  add({entry(2, 5, 2)});
  EXPECT_THAT(listed(), IsEmpty());
  add({entry(3, 5, 3)}, with({}));
  EXPECT_EQ(listed().size(), 1U);
}

TEST_F(Moderation, APrivateConversationIsNeverListed) {
  const auto conversation = make_room("=a=b", "");
  auto request = append_of(conversation, open_room(conversation).epoch, {entry(1, 5, 1, joined{})});
  request.state.settings = room_settings{};
  ASSERT_EQ(append(request).outcome, append_outcome::written);
  EXPECT_EQ(listed().size(), 1U);
}

TEST_F(Moderation, WhoIsKickedMissesWhatComesBehindThat) {
  add({entry(1, 5, 1, joined{}), entry(2, 6, 1, joined{})}, {}, {member(5, 1), member(6, 2)});
  add({entry(3, 5, 2, kicked{session_id{6}, "nick6", "enough"}), entry(4, 5, 3)}, {}, {}, {session_id{6}});
  const auto missed = read({.room = room_, .reply_to = {}, .limit = 10, .since_left_by = identity_of(6)});
  EXPECT_THAT(seqs(missed.entries), ElementsAre(4));
  EXPECT_THAT(problems(), IsEmpty());
}

// The entries that the room makes by itself stand beside the effect that caused them.
TEST_F(Moderation, WhatTheRoomDoesByItselfIsNoLastOp) {
  auto by_itself = *entry(2, 5, 1, modes_changed{{{true, member_change{session_id{6}, "x", member_mode::voice}}}});
  by_itself.name.k = room_k;
  add({entry(1, 5, 1, joined{}), std::make_shared<const log_entry>(by_itself)}, {}, {member(5, 1)});
  const auto opened = open_room(room_);
  ASSERT_EQ(opened.last_ops.size(), 1U);
  EXPECT_EQ(opened.last_ops[0].seq, 1U);
  EXPECT_THAT(problems(), IsEmpty());
}

TEST_F(Moderation, SettingsThatCanNotBeReadAreFoundAndOpenNoRoom) {
  add({entry(1, 5, 1, joined{})}, with(room_flag::moderated), {member(5, 1)});
  store_.reset();
  sqlite_connection(folder_.file(), sqlite_connection::mode::read_write)
    .execute("UPDATE room SET settings = x'ff00ff00', listed = 1");
  EXPECT_THAT(problems(), ElementsAre(HasSubstr("settings of room 1 can not be read")));
  open();
  EXPECT_EQ(open_room(room_).why->code, error_code::internal_error);
}

} // namespace
} // namespace godwit::test
