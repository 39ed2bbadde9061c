#include "messages/irc/irc_events.hpp"

#include "messages/irc/irc_line.hpp"

#include <gtest/gtest.h>

namespace godwit::irc {
namespace {

constexpr room_id lobby{7};

log_entry entry_of(entry_body body) {
  log_entry entry;
  entry.seq = 42;
  entry.time = timestamp{std::chrono::microseconds{1'700'000'000'123'456}};
  entry.name = {session_id{1}, 5, 3};
  entry.nick = "ada";
  entry.mask = "~a@host";
  entry.body = std::move(body);
  return entry;
}

std::string shown(entry_body body, capabilities profile = {}) {
  return encode_event({profile, "#lobby", "irc.test"}, lobby, entry_of(std::move(body)));
}

capabilities all_tags() {
  capabilities out;
  out.set(capability::message_tags);
  out.set(capability::server_time);
  return out;
}

// I-30
TEST(IrcEvents, ShowAPostAsPrivmsgAndANoticeAsNotice) {
  EXPECT_EQ(shown(posted{"hi", post_kind::message}), ":ada!~a@host PRIVMSG #lobby :hi\r\n");
  EXPECT_EQ(shown(posted{"hi", post_kind::notice}), ":ada!~a@host NOTICE #lobby :hi\r\n");
  EXPECT_EQ(shown(posted{"hi", post_kind::message, member_mode::room_operator}),
            ":ada!~a@host PRIVMSG @#lobby :hi\r\n");
}

// I-31
TEST(IrcEvents, CarryTimeAndIdWhereTheClientAskedForThem) {
  EXPECT_EQ(shown(posted{"hi"}, all_tags()),
            "@time=2023-11-14T22:13:20.123Z;msgid=7-16 :ada!~a@host PRIVMSG #lobby :hi\r\n");
}

// I-32
TEST(IrcEvents, ShowALongPostOfSeveralLinesAsLinesOfOneId) {
  const auto text = shown(posted{"one\n\n" + std::string(600, 'x') + "\ntwo"}, all_tags());
  std::vector<std::string> said;
  for (std::size_t at = 0; at < text.size();) {
    const auto end = text.find("\r\n", at);
    const auto read = parse_line(text.substr(at, end - at));
    ASSERT_TRUE(read.ok()) << text.substr(at, end - at);
    EXPECT_EQ(*read.what.tag_value("msgid"), "7-16");
    said.push_back(read.what.param(1));
    at = end + 2;
  }
  ASSERT_EQ(said.size(), 4U);
  EXPECT_EQ(said[0], "one");
  EXPECT_EQ(said[1] + said[2], std::string(600, 'x'));
  EXPECT_EQ(said[3], "two");
}

TEST(IrcEvents, CutLongLinesBetweenCharacters) {
  std::string text;
  for (int i = 0; i != 400; ++i)
    text += "ü";
  std::string whole;
  for (const auto piece : lines_of(text, 99)) {
    EXPECT_LE(piece.size(), 99U);
    EXPECT_EQ(piece.size() % 2, 0U);
    whole += piece;
  }
  EXPECT_EQ(whole, text);
}

// I-33, I-77
TEST(IrcEvents, ShowWhoComesAndGoes) {
  EXPECT_EQ(shown(joined{}), ":ada!~a@host JOIN #lobby\r\n");
  EXPECT_EQ(shown(left{"bye", false}), ":ada!~a@host PART #lobby :bye\r\n");
  EXPECT_EQ(shown(left{"", false}), ":ada!~a@host PART #lobby\r\n");
  EXPECT_EQ(shown(left{"bye", true}), ":ada!~a@host QUIT :bye\r\n");
  EXPECT_EQ(shown(renamed{"bob"}), ":ada!~a@host NICK :bob\r\n");
  EXPECT_EQ(shown(kicked{session_id{2}, "bob", "spam"}), ":ada!~a@host KICK #lobby bob :spam\r\n");
  capabilities extended;
  extended.set(capability::extended_join);
  EXPECT_EQ(shown(joined{{}, "Ada L."}, extended), ":ada!~a@host JOIN #lobby * :Ada L.\r\n");
}

TEST(IrcEvents, GiveANewcomerHisModes) {
  EXPECT_EQ(shown(joined{member_modes{member_mode::founder} | member_modes{member_mode::room_operator}, ""}),
            ":ada!~a@host JOIN #lobby\r\n:irc.test MODE #lobby +qo ada ada\r\n");
}

// I-34
TEST(IrcEvents, SayWhatARoomDoesByItselfInTheServersName) {
  auto entry = entry_of(modes_changed{{{true, member_change{session_id{3}, "eve", member_mode::room_operator}}}});
  entry.nick.clear();
  EXPECT_EQ(encode_event({{}, "#lobby", "irc.test"}, lobby, entry), ":irc.test MODE #lobby +o eve\r\n");
}

TEST(IrcEvents, SayThatEventsAreNotKeptAnyMore) {
  auto entry = entry_of(forgotten{2});
  entry.nick.clear();
  entry.seq = 9;
  EXPECT_EQ(encode_event({{}, "#lobby", "irc.test"}, lobby, entry),
            ":irc.test NOTICE #lobby :Messages 2 to 9 are not kept any more\r\n");
}

// I-78
TEST(IrcEvents, ShowAnInvitationToThoseWhoAskedForThem) {
  EXPECT_EQ(shown(invited{session_id{2}, "bob"}), "");
  capabilities notify;
  notify.set(capability::invite_notify);
  EXPECT_EQ(shown(invited{session_id{2}, "bob"}, notify), ":ada!~a@host INVITE bob #lobby\r\n");
}

} // namespace
} // namespace godwit::irc
