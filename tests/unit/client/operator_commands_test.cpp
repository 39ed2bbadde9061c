// What people type about others and as operators of the server, and how they are told: docs/CLIENT.md.
#include "client/chat/command_reader.hpp"
#include "client/chat/news_printer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace godwit {
namespace {

using ::testing::HasSubstr;

typed_line read(std::string_view line) { return command_reader{"lobby"}.read(line); }
typed_line asked(ask::request request) { return request; }

TEST(OperatorCommands, AreReadEach) {
  EXPECT_EQ(read("/whois bob"), asked(ask::people{{people_kind::named, {"bob"}}}));
  EXPECT_EQ(read("/oper root"), typed_line(password_needed{"root"}));
  EXPECT_EQ(read("/oper"), asked(ask::set_user_modes{{}, user_mode::server_operator}));
  EXPECT_EQ(read("/kill bob far too loud"), asked(ask::expel{"bob", "far too loud"}));
  EXPECT_EQ(read("/wallops psst"), asked(ask::proclaim{proclamation_kind::wallops, "psst"}));
  EXPECT_EQ(read("/broadcast back at ten"), asked(ask::proclaim{proclamation_kind::notice, "back at ten"}));
  for (const auto* incomplete : {"/whois", "/kill", "/wallops", "/broadcast "})
    EXPECT_TRUE(std::holds_alternative<mistyped>(read(incomplete))) << incomplete;
}

// O-1
TEST(OperatorCommands, WhoSomebodyIsIsToldToPeopleAndPrograms) {
  person_row bob{"bob", "~b@host", "Bob\x1b", "lunch", user_mode::bot, timestamp{std::chrono::seconds{1}}, {}};
  bob.rooms = {{{}, "lobby", member_mode::room_operator}};
  const news::answered what{3, ask::people{{people_kind::named, {"bob"}}}, {}, tell::people{{bob}, {}}};
  const auto text = text_lines(what).out.at(0);
  EXPECT_THAT(text, HasSubstr("bob is ~b@host, Bob"));
  EXPECT_THAT(text, HasSubstr("a bot, away (lunch)"));
  EXPECT_THAT(text, HasSubstr("in @#lobby"));
  EXPECT_EQ(text.find('\x1b'), std::string::npos) << "nobody's name steers a terminal";
  const auto json = json_lines(what).out.at(0);
  EXPECT_THAT(json, HasSubstr(R"("event":"whois")"));
  EXPECT_THAT(json, HasSubstr(R"("since":"1970-01-01T00:00:01)"));
  EXPECT_THAT(json, HasSubstr(R"([{"room":"lobby","modes":["operator"]}])"));
  EXPECT_EQ(json.find("address"), std::string::npos);
}

// O-4
TEST(OperatorCommands, AnnouncementsAreTold) {
  const news::proclaimed what{proclamation_kind::notice, "root", "back at ten"};
  EXPECT_EQ(text_lines(what).out.at(0), "-- to all, root: back at ten");
  EXPECT_THAT(json_lines(what).out.at(0), HasSubstr(R"("to":"all")"));
}

} // namespace
} // namespace godwit
