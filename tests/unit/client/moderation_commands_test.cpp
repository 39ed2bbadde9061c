// What people type to keep a room in order, and how they are told what happened: docs/CLIENT.md, "Commands".
#include "client/chat/command_reader.hpp"
#include "client/chat/news_printer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace godwit {
namespace {

using ::testing::HasSubstr;

ask::request request_of(std::string_view line) {
  command_reader reader{"lobby"};
  auto typed = reader.read(line);
  if (const auto* wrong = std::get_if<mistyped>(&typed))
    throw std::runtime_error(wrong->sentence);
  return std::get<ask::request>(typed);
}
ask::request changes(std::vector<mode_change> list) { return ask::change_modes{"lobby", std::move(list)}; }
mode_change member(bool add, std::string nick, member_mode mode) {
  return {add, member_change{{}, std::move(nick), mode}};
}
mode_change mask(bool add, std::string text, mask_list list = mask_list::bans) {
  return {add, mask_change{list, std::move(text)}};
}

TEST(ModerationCommands, AreReadEach) {
  EXPECT_EQ(request_of("/join ops sesame"), (ask::request{ask::join{"ops", "sesame"}}));
  EXPECT_EQ(request_of("/kick bob  too loud "), (ask::request{ask::kick{"lobby", "bob", "too loud"}}));
  EXPECT_EQ(request_of("/kick bob"), (ask::request{ask::kick{"lobby", "bob", ""}}));
  EXPECT_EQ(request_of("/ban bob *!*@host"), changes({mask(true, "bob"), mask(true, "*!*@host")}));
  EXPECT_EQ(request_of("/unban bob"), changes({mask(false, "bob")}));
  EXPECT_EQ(request_of("/mute bob"), changes({mask(true, "m:bob")}));
  EXPECT_EQ(request_of("/unmute bob"), changes({mask(false, "m:bob")}));
  EXPECT_EQ(request_of("/op bob cid"), changes({member(true, "bob", member_mode::room_operator),
                                                member(true, "cid", member_mode::room_operator)}));
  EXPECT_EQ(request_of("/deop bob"), changes({member(false, "bob", member_mode::room_operator)}));
  EXPECT_EQ(request_of("/halfop bob"), changes({member(true, "bob", member_mode::half_operator)}));
  EXPECT_EQ(request_of("/devoice bob"), changes({member(false, "bob", member_mode::voice)}));
  EXPECT_EQ(request_of("/invite bob"), (ask::request{ask::invite{"lobby", "bob"}}));
  EXPECT_EQ(request_of("/key sesame"), changes({{true, key_change{"sesame"}}}));
  EXPECT_EQ(request_of("/key off"), changes({{false, key_change{}}}));
  EXPECT_EQ(request_of("/limit 30"), changes({{true, limit_change{30}}}));
  EXPECT_EQ(request_of("/limit off"), changes({{false, limit_change{}}}));
  EXPECT_EQ(request_of("/mode"), ask::request{ask::read_settings{"lobby"}});
  EXPECT_EQ(request_of("/bans"), ask::request{ask::read_settings{"lobby"}});
}

TEST(ModerationCommands, TakeModesAsIrcWritesThem) {
  EXPECT_EQ(request_of("/mode +im-t"), changes({{true, flag_change{room_flag::invite_only}},
                                                {true, flag_change{room_flag::moderated}},
                                                {false, flag_change{room_flag::topic_locked}}}));
  EXPECT_EQ(request_of("/mode ns"),
            changes({{true, flag_change{room_flag::members_only}}, {true, flag_change{room_flag::secret}}}));
  EXPECT_EQ(request_of("/mode +qk-vl+I bob sesame cid *.org"),
            changes({member(true, "bob", member_mode::founder),
                     {true, key_change{"sesame"}},
                     member(false, "cid", member_mode::voice),
                     {false, limit_change{}},
                     mask(true, "*.org", mask_list::invite_exceptions)}));
  EXPECT_EQ(request_of("/mode -k"), changes({{false, key_change{}}}));
}

TEST(ModerationCommands, SayHowItIsDoneRight) {
  command_reader reader{"lobby"};
  for (const auto* line : {"/kick", "/ban", "/op", "/invite", "/invite a b", "/key", "/limit", "/limit many", "/mode +",
                           "/mode +o", "/mode +x", "/mode +i more", "/mode +l many"})
    EXPECT_TRUE(std::holds_alternative<mistyped>(reader.read(line))) << line;
  command_reader nowhere{""};
  EXPECT_TRUE(std::holds_alternative<mistyped>(nowhere.read("/kick bob")));
  EXPECT_EQ(reader.read("/help room"), typed_line{help_typed{true}});
}

client_news event(entry_body body, std::string from = "ada") {
  log_entry entry;
  entry.seq = 4;
  entry.nick = std::move(from);
  entry.body = std::move(body);
  return news::event{
    {{7}, "lobby", ""}, std::make_shared<const log_entry>(std::move(entry)), 0, false, news::source::live};
}
std::string json(const client_news& news) { return json_lines(news).out.at(0); }
std::string text(const client_news& news) { return text_lines(news).out.at(0); }

TEST(ModerationNews, AreJsonWithStableNames) {
  EXPECT_THAT(json(event(modes_changed{{{true, flag_change{room_flag::topic_locked}},
                                        {false, key_change{}},
                                        {true, limit_change{30}},
                                        member(true, "bob", member_mode::room_operator),
                                        mask(true, "m:eve!*@*"),
                                        mask(false, "*!*@x", mask_list::exceptions)}})),
              HasSubstr(R"("event":"modes","room":"lobby","seq":4,"id":"7-4","from":"ada","changes":[)"
                        R"({"add":true,"mode":"topic_locked"},{"add":false,"mode":"key","key":""},)"
                        R"({"add":true,"mode":"limit","limit":30},{"add":true,"mode":"operator","nick":"bob"},)"
                        R"({"add":true,"mode":"mute","mask":"eve!*@*"},)"
                        R"({"add":false,"mode":"exception","mask":"*!*@x"}])"));
  EXPECT_THAT(
    json(event(kicked{{}, "bob", "enough"})),
    HasSubstr(R"("event":"kicked","room":"lobby","seq":4,"id":"7-4","from":"ada","nick":"bob","reason":"enough")"));
  EXPECT_THAT(json(event(invited{{}, "bob"})), HasSubstr(R"("event":"invited")"));
  EXPECT_THAT(json(event(joined{member_modes{member_mode::founder} | member_mode::room_operator})),
              HasSubstr(R"("modes":["operator","founder"])"));
  EXPECT_THAT(json(event(posted{"x", post_kind::notice, member_mode::voice})),
              HasSubstr(R"("text":"x","notice":true,"audience":"voice")"));
  EXPECT_EQ(json(news::invitation{"lobby", "ada"}), R"({"event":"invitation","room":"lobby","from":"ada"})");
}

TEST(ModerationNews, SettingsAreJson) {
  room_settings settings;
  settings.flags = room_flags{room_flag::moderated} | room_flag::secret;
  settings.key = "sesame";
  settings.bans = {{"m:eve!*@*", "ada", timestamp{}}};
  const news::answered answer{3, ask::read_settings{"lobby"}, {}, tell::settings{{7}, settings}};
  EXPECT_EQ(json(answer),
            R"({"event":"settings","request":3,"room":"lobby","flags":["moderated","secret"],"key":"sesame","limit":0,)"
            R"("masks":[{"mode":"mute","mask":"eve!*@*","by":"ada","time":"1970-01-01T00:00:00.000000Z"}]})");
}

TEST(ModerationNews, AreSentencesForPeople) {
  EXPECT_THAT(text(event(modes_changed{{member(true, "bob", member_mode::room_operator)}}, "")),
              HasSubstr("* bob is operator"));
  EXPECT_THAT(text(event(modes_changed{{mask(true, "eve!*@*"), {false, flag_change{room_flag::invite_only}}}})),
              HasSubstr("* ada: eve!*@* is banned, the room is not invite only any more"));
  EXPECT_THAT(text(event(kicked{{}, "bob", "enough"})), HasSubstr("* ada kicked bob (enough)"));
  EXPECT_THAT(text(event(joined{member_mode::founder})), HasSubstr("* ada joined as founder"));
  EXPECT_EQ(text(news::invitation{"lobby", "ada"}), "-- ada invites you into #lobby");
}

} // namespace
} // namespace godwit
