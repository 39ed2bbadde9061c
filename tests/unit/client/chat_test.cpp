// The parts of the line client that need no server.
#include "client/chat/chat_config.hpp"
#include "client/chat/command_reader.hpp"
#include "client/chat/identity.hpp"
#include "client/chat/line_source.hpp"
#include "client/chat/news_printer.hpp"
#include "client/chat/terminal_text.hpp"
#include "client/chat/time_text.hpp"
#include "client/net/server_address.hpp"
#include "tests/support/test_certificates.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

namespace godwit {
namespace {

// ------------------------------------------------------------------------------------------------------ commands

ask::request request_of(command_reader& reader, std::string_view line) {
  auto typed = reader.read(line);
  if (const auto* wrong = std::get_if<mistyped>(&typed))
    throw std::runtime_error(wrong->sentence);
  return std::get<ask::request>(typed);
}

TEST(CommandReader, SaysALineInTheCurrentRoom) {
  command_reader reader{"lobby"};
  EXPECT_EQ(request_of(reader, " hi there "), (ask::request{ask::post{ask::room_named{"lobby"}, " hi there "}}));
  EXPECT_EQ(request_of(reader, "//quit"), (ask::request{ask::post{ask::room_named{"lobby"}, "/quit"}}));
  EXPECT_EQ(request_of(reader, "dos\r"), (ask::request{ask::post{ask::room_named{"lobby"}, "dos"}}));
}

TEST(CommandReader, GoesToTheRoomThatIsJoinedAndNowhereWhenItIsLeft) {
  command_reader reader{"lobby"};
  EXPECT_EQ(request_of(reader, "/join #ops"), ask::request{ask::join{"ops"}});
  EXPECT_EQ(request_of(reader, "x"), (ask::request{ask::post{ask::room_named{"ops"}, "x"}}));
  EXPECT_EQ(request_of(reader, "/leave"), (ask::request{ask::leave{"ops", ""}}));
  EXPECT_TRUE(std::holds_alternative<mistyped>(reader.read("x")));
}

TEST(CommandReader, StaysInItsRoomWhenARoomThatIsJoinedCanNotBe) {
  command_reader reader{"lobby"};
  EXPECT_EQ(request_of(reader, "/join two,words"), ask::request{ask::join{"two,words"}});
  EXPECT_EQ(request_of(reader, "x"), (ask::request{ask::post{ask::room_named{"lobby"}, "x"}}));
}

TEST(CommandReader, KnowsItsRoomInWhicheverCaseItIsLeft) {
  command_reader reader{"Lobby"};
  EXPECT_EQ(request_of(reader, "/leave lobby"), (ask::request{ask::leave{"lobby", ""}}));
  EXPECT_TRUE(std::holds_alternative<mistyped>(reader.read("x")));
}

TEST(CommandReader, KnowsEachCommand) {
  command_reader reader{"lobby"};
  EXPECT_EQ(request_of(reader, "/msg bob hi there"), (ask::request{ask::post{ask::person_named{"bob"}, "hi there"}}));
  EXPECT_EQ(request_of(reader, "/nick anna"), ask::request{ask::change_nick{"anna"}});
  EXPECT_EQ(request_of(reader, "/who"), ask::request{ask::members{"lobby"}});
  EXPECT_EQ(request_of(reader, "/who ops"), ask::request{ask::members{"ops"}});
  EXPECT_EQ(request_of(reader, "/rooms"), ask::request{ask::rooms{}});
  EXPECT_EQ(request_of(reader, "/topic"), ask::request{ask::read_topic{"lobby"}});
  EXPECT_EQ(request_of(reader, "/topic all is well"), (ask::request{ask::set_topic{"lobby", "all is well"}}));
  EXPECT_EQ(request_of(reader, "/away lunch"), ask::request{ask::away{"lunch"}});
  EXPECT_EQ(request_of(reader, "/back"), ask::request{ask::away{}});
  EXPECT_EQ(reader.read("/quit good night"), typed_line{quit_typed{"good night"}});
  EXPECT_EQ(reader.read("/help"), typed_line{help_typed{}});
  EXPECT_EQ(reader.read("  "), typed_line{nothing_typed{}});
}

TEST(CommandReader, AsksForHistoryInEachWay) {
  command_reader reader{"lobby"};
  const ask::target lobby = ask::room_named{"lobby"};
  EXPECT_EQ(request_of(reader, "/history"), (ask::request{ask::history{lobby, ask::newest{50}, 0}}));
  EXPECT_EQ(request_of(reader, "/history 5"), (ask::request{ask::history{lobby, ask::newest{5}, 0}}));
  EXPECT_EQ(request_of(reader, "/history since 17"), (ask::request{ask::history{lobby, ask::since{17}, 1000}}));
  EXPECT_EQ(request_of(reader, "/history missed"), (ask::request{ask::history{lobby, ask::since_left{}, 1000}}));
  EXPECT_EQ(request_of(reader, "/history @bob 3"),
            (ask::request{ask::history{ask::person_named{"bob"}, ask::newest{3}, 0}}));
  EXPECT_TRUE(std::holds_alternative<mistyped>(reader.read("/history many")));
}

TEST(CommandReader, SaysWhatIsWrongWithACommandThatItDoesNotKnow) {
  command_reader reader{"lobby"};
  const auto typed = reader.read("/dance");
  EXPECT_NE(std::get<mistyped>(typed).sentence.find("/help"), std::string::npos);
}

// ---------------------------------------------------------------------------------------------------- JSON lines

news::event a_post(std::string text, std::string nick = "bob") {
  log_entry entry;
  entry.seq = 12;
  entry.nick = std::move(nick);
  entry.body = posted{std::move(text)};
  entry.time = timestamp{std::chrono::microseconds{1'767'323'045'678'901}};
  return {
    {room_id{35}, "lobby", {}}, std::make_shared<const log_entry>(std::move(entry)), 0, false, news::source::live};
}

constexpr error_code all_errors[] = {
#define X(name, number, retry, sentence) error_code::name,
  GODWIT_ERRORS(X)
#undef X
};

TEST(TextLines, SayToAPersonWhatToDoAboutEachError) {
  for (const auto code : all_errors) {
    const auto line = full_text({code, {}});
    for (const auto* word : {"token", "epoch", "frame ", "field", "log in", "former owner", "other connection"})
      EXPECT_EQ(line.find(word), std::string::npos) << name_of(code) << " speaks to a program: " << line;
    const auto says = [&](const char* words) { return line.find(words) != std::string::npos; };
    EXPECT_TRUE(says("; ") || says("Choose ") || says("Write ") || says(" must be ")) << name_of(code) << ": " << line;
  }
}

TEST(TextLines, LeaveOutWhatTheClientDoesByItself) {
  for (const auto code : all_errors) {
    const auto again = text_lines(news::reconnecting{{code, "it"}, 1, std::chrono::milliseconds{5}}).errors.at(0);
    const auto waits = text_lines(news::waiting{{code, "it"}, std::chrono::milliseconds{5}}).errors.at(0);
    for (const auto& line : {again, waits}) {
      EXPECT_NE(line.find("(it)"), std::string::npos) << line;
      for (const auto* words : {"start again", "try again", "connect again", "log in"})
        EXPECT_EQ(line.find(words), std::string::npos) << line;
    }
  }
  EXPECT_EQ(
    text_lines(news::reconnecting{{error_code::session_lost, {}}, 1, std::chrono::milliseconds{5}}).errors,
    std::vector<std::string>{"-- no connection: The part of the server that served you failed. Trying again in 5 ms."});
}

TEST(JsonLines, TellAPost) {
  EXPECT_EQ(json_lines(a_post("hi")).out,
            (std::vector<std::string>{R"({"event":"posted","room":"lobby","seq":12,"id":"z-c","from":"bob",)"
                                      R"("text":"hi","time":"2026-01-02T03:04:05.678901Z","own":false})"}));
}

TEST(JsonLines, TellAPrivatePostWithItsPerson) {
  auto post = a_post("hi");
  post.room = {room_id{35}, {}, "bob"};
  EXPECT_TRUE(json_lines(post).out[0].starts_with(R"({"event":"posted","private":true,"person":"bob","seq":12,)"));
}

TEST(JsonLines, TellAConfirmationWithThePlaceOfThePost) {
  news::confirmed done{3, ask::post{ask::room_named{"lobby"}, "hi"}, {room_id{35}, "lobby", {}}, {}};
  done.at = tell::was_posted{room_id{35}, 12, timestamp{std::chrono::microseconds{1'767'323'045'678'901}}};
  EXPECT_EQ(json_lines(done).out[0], R"({"event":"confirmed","request":3,"what":"post","room":"lobby","seq":12,)"
                                     R"("id":"z-c","time":"2026-01-02T03:04:05.678901Z"})");
}

TEST(JsonLines, TellAnErrorByItsCodeNumberSentenceAndDetail) {
  const news::refused refused{4, ask::join{"x"}, {error_code::room_full, "20000"}};
  EXPECT_EQ(json_lines(refused).out[0],
            R"({"event":"error","request":4,"what":"join","code":"room_full","number":35,)"
            R"("text":"The room has as many members as the server allows.","retry":true,"detail":"20000"})");
}

TEST(JsonLines, TellEachEventOfHistoryAndThenTheirNumber) {
  const tell::history history{room_id{35}, {{room_id{35}, 0, a_post("hi").entry}}};
  const news::answered answered{5, ask::history{}, {room_id{35}, "lobby", {}}, history};
  const auto lines = json_lines(answered).out;
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_NE(lines[0].find(R"("history":true,"request":5)"), std::string::npos);
  EXPECT_EQ(lines[1], R"({"event":"history","request":5,"room":"lobby","count":1})");
}

TEST(JsonLines, AreLinesAndUtf8WhateverWasSaid) {
  const auto line = json_lines(a_post("a\nb\x1b\xff")).out[0];
  EXPECT_EQ(line.find('\n'), std::string::npos);
  EXPECT_NE(line.find("a\\nb\\u001b\xef\xbf\xbd"), std::string::npos);
}

// -------------------------------------------------------------------------------------------------------- text

TEST(TextLines, ShowRoomNickAndText) {
  const auto line = text_lines(a_post("hi")).out[0];
  EXPECT_TRUE(line.ends_with(" #lobby <bob> hi")) << line;
}

TEST(TextLines, ShowWhatIsPastWithItsDayAndNumber) {
  const tell::history history{room_id{35}, {{room_id{35}, 0, a_post("hi").entry}}};
  const news::answered answered{5, ask::history{}, {room_id{35}, "lobby", {}}, history};
  const auto lines = text_lines(answered).out;
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_TRUE(lines[0].starts_with("2026-01-0")) << lines[0]; // the day by this machine's clock
  EXPECT_TRUE(lines[0].ends_with(" #lobby 12 <bob> hi")) << lines[0];
  EXPECT_EQ(lines[1], "-- 1 event of history");
}

TEST(TextLines, LetNoEscapeSequenceOfOthersThrough) {
  const auto line = text_lines(a_post("\x1b[2Jhi\nthere", "b\x07"
                                                          "ob"))
                      .out[0];
  EXPECT_EQ(line.find('\x1b'), std::string::npos);
  EXPECT_EQ(line.find('\x07'), std::string::npos);
  EXPECT_NE(line.find("[2Jhi\n      | there"), std::string::npos) << line;
}

TEST(TimeText, IsOfAnyTimeThatAServerSays) {
  const auto text_at = [](std::int64_t us) { return utc_text(timestamp{std::chrono::microseconds{us}}); };
  EXPECT_EQ(text_at(0), "1970-01-01T00:00:00.000000Z");
  EXPECT_EQ(text_at(-1), "1969-12-31T23:59:59.999999Z");
  EXPECT_EQ(text_at(INT64_MIN), "-290308-12-21T19:59:05.224192Z");
  EXPECT_EQ(text_at(INT64_MAX), "294247-01-10T04:00:54.775807Z");
}

TEST(TextLines, ShowThePostThatWasRefused) {
  const news::refused refused{4, ask::post{ask::room_named{"x"}, "my words"}, {error_code::not_in_room, ""}};
  EXPECT_NE(text_lines(refused).errors[0].find("my words"), std::string::npos);
}

TEST(IrcMarks, AreLeftOutWithTheNumbersOfColours) {
  EXPECT_EQ(without_irc_marks("\x02"
                              "bold\x0f \x03"
                              "04,12red\x03 \x04"
                              "ff00ffhex 5"),
            "bold red hex 5");
  EXPECT_EQ(without_irc_marks("\x03"
                              "4,x"),
            ",x");
}

TEST(IrcMarks, TellWhatSomebodyDoesFromWhatHeSays) {
  EXPECT_EQ(action_of("\x01"
                      "ACTION waves\x01"),
            "waves");
  EXPECT_EQ(action_of("ACTION waves"), std::nullopt);
}

TEST(SafeForTerminal, ReplacesWhatIsNoUtf8OrTurnsDirections) {
  EXPECT_EQ(safe_for_terminal("gr\xc3\xbc\xc3\x9f \xf0\x9f\x90\xa6"), "gr\xc3\xbc\xc3\x9f \xf0\x9f\x90\xa6");
  EXPECT_EQ(safe_for_terminal("\xc0\xaf"), "\xef\xbf\xbd\xef\xbf\xbd"); // over-long
  EXPECT_EQ(safe_for_terminal("\xc2\x9b"
                              "x"),
            "\xef\xbf\xbd"
            "x"); // CSI in eight bits
  EXPECT_EQ(safe_for_terminal("\xe2\x80\xae"
                              "x"),
            "\xef\xbf\xbd"
            "x");                                                       // right-to-left override
  EXPECT_EQ(safe_for_terminal("\xe2\x82"), "\xef\xbf\xbd\xef\xbf\xbd"); // cut short
}

// ----------------------------------------------------------------------------------- identity, config, addresses

TEST(Identity, IsMadeOnceAndOnlyItsOwnersToRead) {
  const test::temporary_folder folder;
  const auto file = folder.path("godwit/identity");
  const auto first = test::must(load_or_make_identity(file));
  EXPECT_EQ(first.size(), 16U);
  EXPECT_EQ(test::must(load_or_make_identity(file)), first);
  struct stat about {};
  ASSERT_EQ(::stat(file.c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 0777U, 0600U);
  ASSERT_EQ(::stat(folder.path("godwit").c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 0777U, 0700U);
}

TEST(Identity, IsTheSameForClientsThatStartAtOnce) {
  const test::temporary_folder folder;
  std::vector<std::string> got(8);
  std::vector<std::thread> starters;
  for (auto& each : got)
    starters.emplace_back([&each, &folder] { each = test::must(load_or_make_identity(folder.path("d/identity"))); });
  for (auto& each : starters)
    each.join();
  for (const auto& each : got)
    EXPECT_EQ(each, got[0]);
}

TEST(Identity, IsRefusedWhereOthersMayReadItOrItIsCutShort) {
  const test::temporary_folder folder;
  const auto file = folder.path("identity");
  std::ofstream{file} << "0123456789abcdef";
  ASSERT_EQ(::chmod(file.c_str(), 0644), 0);
  EXPECT_EQ(load_or_make_identity(file).why().code, error_code::file_unusable);
  ASSERT_EQ(::chmod(file.c_str(), 0600), 0);
  EXPECT_EQ(test::must(load_or_make_identity(file)), "0123456789abcdef");
  std::ofstream{file} << "short";
  EXPECT_EQ(load_or_make_identity(file).why().code, error_code::identity_invalid);
}

TEST(ChatConfig, GivesWhatIsWrittenAndNamesWhatIsWrong) {
  const test::temporary_folder folder;
  const auto file = folder.path("config.toml");
  EXPECT_FALSE(test::must(read_chat_config(file)).nick);
  std::ofstream{file} << "nick = \"ann\"\nca = \"/x/ca.pem\"\n";
  const auto config = test::must(read_chat_config(file));
  EXPECT_EQ(config.nick, "ann");
  EXPECT_EQ(choose_ca({}, config), "/x/ca.pem");
  EXPECT_EQ(choose_ca("mine.pem", config), "mine.pem");
  EXPECT_EQ(choose_ca({}, {}), "var/ca.pem");
  std::ofstream{file} << "nik = \"ann\"\n";
  EXPECT_NE(read_chat_config(file).why().detail.find("'nik'"), std::string::npos);
  EXPECT_EQ(read_chat_config(folder.path()).why().detail, folder.path() + " is a folder, not a file");
}

TEST(ServerAddress, TakesNamesAndAddressesWithAndWithoutPort) {
  EXPECT_EQ(*parse_server_address("chat.example:7701"), (server_address{"chat.example", "7701"}));
  EXPECT_EQ(*parse_server_address("chat.example"), (server_address{"chat.example", "7700"}));
  EXPECT_EQ(*parse_server_address("[::1]:7701"), (server_address{"::1", "7701"}));
  EXPECT_EQ(*parse_server_address("::1"), (server_address{"::1", "7700"}));
  for (const auto* wrong : {"", ":7700", "host:", "host:x", "host:70000", "[::1", "[::1]x", "[[a]:1", "a]:1"})
    EXPECT_FALSE(parse_server_address(wrong)) << wrong;
}

TEST(LineSource, GivesLinesTheLastOneToo) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  ASSERT_EQ(::write(ends[1], "a\n\nlast", 7), 7);
  ::close(ends[1]);
  line_source lines(ends[0]);
  EXPECT_EQ(lines.next(), input_line{"a"});
  EXPECT_EQ(lines.next(), input_line{""});
  EXPECT_EQ(lines.next(), input_line{"last"});
  EXPECT_EQ(lines.next(), std::nullopt);
  ::close(ends[0]);
}

/// All lines of a text that comes through a pipe.
std::vector<input_line> lines_of(const std::string& text) {
  int ends[2];
  if (::pipe(ends) != 0)
    throw std::runtime_error("no pipe");
  std::thread writer([&] {
    for (std::string_view rest = text; !rest.empty();) {
      const auto count = ::write(ends[1], rest.data(), rest.size());
      if (count <= 0)
        break;
      rest.remove_prefix(static_cast<std::size_t>(count));
    }
    ::close(ends[1]);
  });
  line_source lines(ends[0]);
  std::vector<input_line> got;
  while (auto line = lines.next())
    got.push_back(*std::move(line));
  writer.join();
  ::close(ends[0]);
  return got;
}

TEST(LineSource, SkipsALineThatIsTooLongUpToItsEnd) {
  const std::string longest(line_source::line_bytes_max, 'y');
  const input_line skipped{"", true};
  using lines = std::vector<input_line>;
  EXPECT_EQ(lines_of(longest + "\nb\n"), (lines{{longest}, {"b"}}));
  EXPECT_EQ(lines_of("a\n" + longest + "/nick eve\nb\n"), (lines{{"a"}, skipped, {"b"}}));
  EXPECT_EQ(lines_of(longest + longest + longest + "\n\nb"), (lines{skipped, {""}, {"b"}}));
  EXPECT_EQ(lines_of(longest + "/quit"), (lines{skipped})) << "the input ends within it";
  EXPECT_EQ(lines_of(longest + "y\n" + longest + "y\n"), (lines{skipped, skipped}));
}

TEST(LineSource, EndsWhenItIsStopped) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  line_source lines(ends[0]);
  std::thread stopper([&lines] { lines.stop(); });
  EXPECT_EQ(lines.next(), std::nullopt);
  stopper.join();
  ::close(ends[0]);
  ::close(ends[1]);
}

} // namespace
} // namespace godwit
