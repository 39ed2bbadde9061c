// The native protocol's bytes: a golden example of every message, round trips, and what broken bytes cost.
#include "messages/frame.hpp"
#include "messages/native_codec.hpp"
#include "messages/snapshot_codec.hpp"
#include "messages/text.hpp"

#include <messages/client.capnp.h>

#include <gtest/gtest.h>

#include <capnp/message.h>
#include <capnp/serialize.h>

#include <cstdlib>
#include <fstream>
#include <map>
#include <random>
#include <sstream>

namespace godwit {
namespace {

std::string_view message_of(const std::string& frame) { return std::string_view(frame).substr(frame_header_bytes); }

shared_entry entry(room_seq seq, entry_body body) {
  log_entry out;
  out.seq = seq;
  out.time = timestamp(std::chrono::microseconds(1'700'000'000'000'000 + static_cast<std::int64_t>(seq)));
  out.nick = "ada";
  out.body = std::move(body);
  return std::make_shared<const log_entry>(std::move(out));
}

/// As a client decodes it: the op stands in the entry's name too.
tell::event own(room_seq seq, std::uint64_t op, entry_body body) {
  auto changed = *entry(seq, std::move(body));
  changed.name.op = op;
  return {room_id{7}, op, std::make_shared<const log_entry>(std::move(changed))};
}

tell::event of_frame(tell::event event, session_id session, std::uint64_t op) {
  event.frame = {session, op};
  return event;
}

std::vector<mode_change> changes() {
  return {{true, flag_change{room_flag::moderated}},
          {false, key_change{"sesame"}},
          {true, limit_change{30}},
          {true, member_change{{}, "bob", member_mode::voice}},
          {false, mask_change{mask_list::exceptions, "*!*@host"}}};
}

std::map<std::string, client_command> commands() {
  return {
    {"login", {1, false, ask::login{"ada"}}},
    {"nick", {2, false, ask::change_nick{"lovelace"}}},
    {"join", {3, true, ask::join{"lobby"}}},
    {"leave", {4, false, ask::leave{"lobby", "tea"}}},
    {"post_room", {5, false, ask::post{ask::room_named{"lobby"}, "grüße"}}},
    {"post_person", {6, false, ask::post{ask::person_named{"bob"}, "psst"}}},
    {"post_room_id", {7, false, ask::post{ask::room_numbered{room_id{7}}, "hi"}}},
    {"members", {8, false, ask::members{"lobby"}}},
    {"rooms", {9, false, ask::rooms{}}},
    {"set_topic", {10, false, ask::set_topic{"lobby", "birds"}}},
    {"read_topic", {11, false, ask::read_topic{"lobby"}}},
    {"away", {12, false, ask::away{"lunch"}}},
    {"history_last", {13, false, ask::history{ask::room_named{"lobby"}, ask::newest{20}, 0}}},
    {"history_since", {14, false, ask::history{ask::room_numbered{room_id{7}}, ask::since{41}, 9}}},
    {"history_left", {15, false, ask::history{ask::person_named{"bob"}, ask::since_left{}, 0}}},
    {"join_with_key", {18, false, ask::join{"lobby", "sesame"}}},
    {"post_notice", {19, false, ask::post{ask::room_named{"lobby"}, "hi", post_kind::notice, member_mode::voice}}},
    {"kick", {20, false, ask::kick{"lobby", "bob", "enough"}}},
    {"invite", {21, false, ask::invite{"lobby", "bob"}}},
    {"change_modes", {22, false, ask::change_modes{"lobby", changes()}}},
    {"read_settings", {23, false, ask::read_settings{"lobby"}}},
    {"whois", {24, false, ask::people{{people_kind::named, {"bob"}}}}},
    {"become_operator", {25, false, ask::become_operator{"ada", "sesame"}}},
    {"expel", {26, false, ask::expel{"bob", "enough"}}},
    {"proclaim", {27, false, ask::proclaim{proclamation_kind::notice, "back at ten"}}},
    {"ping", {16, false, ask::ping{99}}},
    {"quit", {17, false, ask::quit{"bye"}}}};
}

std::map<std::string, server_frame> frames() {
  const timestamp time(std::chrono::microseconds(1'700'000'000'000'000));
  const auto modes = member_modes{member_mode::founder} | member_mode::room_operator;
  const room_settings settings{
    room_flag::secret,          "sesame", 30,  {{"eve!*@*", "ada", time}}, {{"*!*@host", "bob", time}},
    {{"bob!*@*", "ada", time}}, {},       time};
  person_row bob{"bob", "~bob@host", "Bob", "lunch", user_mode::bot, time, time};
  bob.address = "192.0.2.1";
  bob.rooms = {{{}, "lobby", modes}};
  return {
    {"members_with_modes", client_reply{8, true, tell::members{{{"ada", "", modes, "~ada@host", "Ada"}}}}},
    {"settings", client_reply{23, false, tell::settings{room_id{7}, settings}}},
    {"posted_notice", own(48, 5, posted{"hi", post_kind::notice, member_mode::voice})},
    {"joined_as_founder", own(49, 0, joined{modes})},
    {"modes_changed", own(50, 22, modes_changed{changes()})},
    {"kicked", own(51, 20, kicked{{}, "bob", "enough"})},
    {"invited", own(52, 21, invited{{}, "bob"})},
    {"forgotten", own(53, 0, forgotten{7})},
    {"invitation", tell::invitation{room_id{7}, "lobby", "bob"}},
    {"person", client_reply{24, false, tell::people{{bob}, {}}}},
    {"operator", client_reply{25, false, tell::user_modes_set{{}, user_mode::server_operator}}},
    {"ordered", client_reply{26, false, tell::ordered{}}},
    {"proclaimed", tell::proclaimed{proclamation_kind::wallops, "ada", {}, "back at ten"}},
    {"confirmed", tell::confirmed{5}},
    {"error", client_reply{1, false, error{error_code::nick_in_use, "ada"}}},
    {"logged_in", client_reply{1, false, tell::logged_in{"ada"}}},
    {"nick_changed", client_reply{2, false, tell::nick_changed{"lovelace"}}},
    {"members_read", client_reply{8, true, tell::members{{{"ada", ""}, {"bob", "lunch"}}}}},
    {"rooms_listed", client_reply{9, false, tell::rooms{{{"lobby", 2, "birds"}}}}},
    {"topic", client_reply{11, false, tell::topic{room_id{7}, "birds", "ada", time}}},
    {"history", client_reply{13, false, tell::history{room_id{7}, {own(1, 3, joined{}), own(2, 0, posted{"x"})}}}},
    {"history_own", client_reply{13, false,
                                 tell::history{room_id{7},
                                               {of_frame(own(1, 3, joined{}), {11}, 3), own(2, 0, posted{"x"}),
                                                of_frame(own(3, 0, posted{"y"}), {12}, 4)}}}},
    {"pong", client_reply{16, false, tell::pong{99}}},
    {"was_posted", client_reply{5, false, tell::was_posted{room_id{7}, 42, time}}},
    {"is_away", client_reply{12, false, tell::is_away{"lunch"}}},
    {"has_left", client_reply{4, false, tell::has_left{room_id{7}}}},
    {"room_opened", tell::room_opened{room_id{7}, "lobby", "", 41}},
    {"posted", own(42, 5, posted{"grüße"})},
    {"joined", own(43, 0, joined{})},
    {"left", own(44, 0, left{"tea", false})},
    {"quit_event", own(45, 0, left{"bye", true})},
    {"topic_set", own(46, 0, topic_set{"birds"})},
    {"renamed", own(47, 0, renamed{"lovelace"})},
    {"presence", tell::presence{room_id{7}, "bob", "lunch"}}};
}

std::string hex_digits(std::string_view bytes) {
  std::string out;
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    constexpr std::string_view digits = "0123456789abcdef";
    const auto byte = static_cast<unsigned char>(bytes[at]);
    out += digits[byte >> 4U];
    out += digits[byte & 15U];
    if (at % 16 == 15 || at + 1 == bytes.size())
      out += '\n';
  }
  return out;
}

/// GODWIT_WRITE_GOLDEN=1 writes the file anew: for a message that is new, never for one that was released.
void expect_golden(const std::string& name, const std::string& bytes) {
  const auto path = std::string(GODWIT_SOURCE_DIR) + "/tests/data/native_" + name + ".hex";
  if (std::getenv("GODWIT_WRITE_GOLDEN") != nullptr)
    std::ofstream(path) << hex_digits(bytes);
  std::ifstream file(path);
  std::stringstream read;
  read << file.rdbuf();
  EXPECT_EQ(read.str(), hex_digits(bytes)) << path;
}

} // namespace

// F-2
TEST(NativeCodec, EncodesEveryRequestAsItsGoldenBytes) {
  for (const auto& [name, command] : commands())
    expect_golden(name, native::encode(command));
}

// F-2
TEST(NativeCodec, EncodesEveryServerFrameAsItsGoldenBytes) {
  for (const auto& [name, frame] : frames())
    expect_golden(name, native::encode(frame));
}

TEST(NativeCodec, DecodesEveryRequestThatItEncodes) {
  for (const auto& [name, command] : commands()) {
    const auto read = native::decode_command(message_of(native::encode(command)));
    ASSERT_TRUE(read) << name;
    EXPECT_EQ(*read, command) << name;
  }
}

TEST(NativeCodec, DecodesEveryServerFrameThatItEncodes) {
  for (const auto& [name, frame] : frames()) {
    const auto read = native::decode_server_frame(message_of(native::encode(frame)));
    ASSERT_TRUE(read) << name;
    EXPECT_EQ(*read, frame) << name;
  }
}

TEST(NativeCodec, ReadsTheHistoryOfAServerThatNamesNoFrames) {
  std::ifstream file(GODWIT_SOURCE_DIR "/tests/data/native_history_without_own.hex");
  std::string bytes;
  for (char high = 0, low = 0; file >> high >> low;)
    bytes += static_cast<char>(std::stoi(std::string{high, low}, nullptr, 16));
  const auto read = native::decode_server_frame(message_of(bytes));
  ASSERT_TRUE(read);
  EXPECT_EQ(*read, frames().at("history"));
}

// H-6
TEST(NativeCodec, TakesFramesOfHistoryForNoOtherEvents) {
  capnp::MallocMessageBuilder message;
  auto history = message.initRoot<wire::ServerFrame>().initReply().initHistory();
  auto events = history.initEvents(2);
  events[0].setRoomSeq(1);
  events[1].setRoomSeq(2);
  auto own = history.initOwn(3);
  for (unsigned at = 0; at < own.size(); ++at) {
    own[at].setEvent(at == 0 ? 1 : at == 1 ? 2 : 0); // the second is of none
    own[at].setSession(at == 2 ? 0 : 11);            // and the third of nobody
    own[at].setOp(at + 1);
  }
  const auto words = capnp::messageToFlatArray(message);
  const auto read = native::decode_server_frame({words.asChars().begin(), words.asChars().size()});
  ASSERT_TRUE(read);
  const auto& told = std::get<tell::history>(std::get<client_reply>(*read).answer).events;
  EXPECT_EQ(told.at(0).frame, tell::frame_name{});
  EXPECT_EQ(told.at(1).frame, (tell::frame_name{session_id{11}, 1}));
}

std::string former_bytes(const std::string& name) {
  std::ifstream file(std::string(GODWIT_SOURCE_DIR) + "/tests/data/former/" + name + ".hex");
  std::string bytes;
  for (std::string line; file >> line;)
    for (std::size_t at = 0; at + 1 < line.size(); at += 2)
      bytes += static_cast<char>(std::stoi(line.substr(at, 2), nullptr, 16));
  return bytes;
}

// Bytes of the time before rooms were kept in order: clients of that time are served, servers of that time understood.
TEST(NativeCodec, ReadsWhatFormerProgramsWrote) {
  for (const auto* name : {"post_room", "post_person", "post_room_id"}) {
    const auto bytes = former_bytes(std::string("native_") + name);
    const auto read = native::decode_command(message_of(bytes));
    ASSERT_TRUE(read) << name;
    EXPECT_EQ(*read, commands().at(name)) << name;
  }
  for (const auto* name :
       {"members_read", "history", "posted", "joined", "left", "quit_event", "topic_set", "renamed"}) {
    const auto bytes = former_bytes(std::string("native_") + name);
    const auto read = native::decode_server_frame(message_of(bytes));
    ASSERT_TRUE(read) << name;
    EXPECT_EQ(*read, frames().at(name)) << name;
  }
  const auto snapshot = decode_snapshot(former_bytes("native_snapshot"));
  ASSERT_TRUE(snapshot);
  EXPECT_EQ(snapshot->rooms.at(0).modes, member_modes{});
}

// E-4
TEST(NativeCodec, KeepsTheSentenceOfAnErrorThatItDoesNotKnow) {
  const error unknown{static_cast<error_code>(999), "more"};
  const auto read =
    native::decode_server_frame(message_of(native::encode(server_frame{client_reply{7, false, unknown}})));
  ASSERT_TRUE(read);
  const auto& why = std::get<error>(std::get<client_reply>(*read).answer);
  EXPECT_EQ(why.detail, std::string{sentence_of(unknown.code)} + " (more)");
}

TEST(NativeCodec, PutsTheLengthAndTheSessionChannelBeforeEachFrame) {
  const auto bytes = native::encode(client_command{1, false, ask::rooms{}});
  EXPECT_EQ(static_cast<unsigned char>(bytes[0]) + 256U * static_cast<unsigned char>(bytes[1]), bytes.size() - 4);
  EXPECT_EQ(bytes[3], 0);
}

//
TEST(NativeCodec, GivesAPostAnIdOfBothNumbersInBase36) {
  EXPECT_EQ(message_id(room_id{7}, 42), "7-16");
  EXPECT_EQ(message_id(room_id{35}, 36), "z-10");
  EXPECT_EQ(message_id(room_id{~0ULL}, 1), "3w5e11264sgsf-1");
}

TEST(NativeCodec, ReadsBytesOfAnyAlignment) {
  const auto bytes = native::encode(client_command{1, false, ask::login{"ada"}});
  for (std::size_t shift = 0; shift < 8; ++shift) {
    const auto moved = std::string(shift, 'x') + std::string(message_of(bytes));
    EXPECT_TRUE(native::decode_command(std::string_view(moved).substr(shift)));
  }
}

// F-6
TEST(NativeCodec, AnswersAnUnknownRequestByItsNumber) {
  capnp::MallocMessageBuilder message;
  message.initRoot<wire::ClientFrame>().setOp(9);
  auto words = capnp::messageToFlatArray(message);
  // The union's number stands behind op and resent, in the second data word: 16 bits from bit 80 on.
  auto bytes = std::string(words.asChars().begin(), words.asChars().size());
  for (std::size_t at = 16; at + 1 < 32; at += 2) {
    auto changed = bytes;
    changed[at] = '\x77';
    changed[at + 1] = '\x77';
    const auto read = native::decode_command(changed);
    if (!read || read->op != 9)
      continue;
    if (const auto* unknown = std::get_if<ask::unreadable>(&read->request)) {
      EXPECT_EQ(unknown->why.code, error_code::unsupported);
      return;
    }
  }
  FAIL() << "no place of the union's number was found";
}

// S-2
TEST(NativeCodec, RefusesOpZero) {
  const auto read = native::decode_command(message_of(native::encode(client_command{0, false, ask::rooms{}})));
  ASSERT_TRUE(read);
  EXPECT_EQ(std::get<ask::unreadable>(read->request).why.code, error_code::request_invalid);
}

// F-5
TEST(NativeCodec, AnswersCutBytesByBadFrame) {
  const auto bytes = native::encode(client_command{5, false, ask::post{ask::room_named{"lobby"}, "hello there"}});
  const auto whole = message_of(bytes);
  for (std::size_t length = 0; length < whole.size(); ++length)
    EXPECT_FALSE(native::decode_command(whole.substr(0, length))) << length;
}

TEST(NativeCodec, SurvivesAnyChangeOfItsBytes) {
  std::mt19937_64 random(20);
  for (const auto& [name, command] : commands()) {
    const auto whole = std::string(message_of(native::encode(command)));
    for (int round = 0; round < 500; ++round) {
      auto changed = whole;
      for (int change = 0; change < 3; ++change)
        changed[random() % changed.size()] = static_cast<char>(random());
      (void)native::decode_command(changed);
      (void)native::decode_server_frame(changed);
    }
  }
}

TEST(NativeCodec, ShowsNobodyAnEventOfANewerVersion) {
  EXPECT_TRUE(native::encode_event(room_id{7}, *entry(3, unknown_entry{44})).empty());
}

TEST(SnapshotCodec, GivesBackWhatItWasGiven) {
  const session_snapshot given{
    "ada",
    "lunch",
    {{room_id{7}, "lobby", "Lobby", "", 3, member_mode::voice}, {room_id{8}, "=a=b", "", "bob", 1}},
    piece_cursor{5, 2, "41", 9},
    {},
    {},
    {},
    {},
    {},
    77,
    "home.cloak"};
  const auto read = decode_snapshot(encode_snapshot(given));
  ASSERT_TRUE(read);
  EXPECT_EQ(*read, given);
  expect_golden("snapshot", encode_snapshot(given));
}

TEST(SnapshotCodec, GivesBackLooseEnds) {
  session_snapshot given{"ada", "", {}, {}};
  given.loose = {"Ada L.",
                 {"old", "older"},
                 {{{room_id{7}, "lobby", "Lobby", "", 3, member_mode::voice}, 9}},
                 {{room_id{8}, "Den", "bob"}},
                 {{23, error_code::store_unavailable}}};
  const auto read = decode_snapshot(encode_snapshot(given));
  ASSERT_TRUE(read);
  EXPECT_EQ(*read, given);
}

TEST(SnapshotCodec, RefusesWhatIsNone) { EXPECT_FALSE(decode_snapshot("nonsense")); }

// T-1
TEST(Text, LetsLineBreaksTabsAndMarksOfIrcThroughAndNoOtherControl) {
  EXPECT_FALSE(check_post("a\n\tb"));
  EXPECT_FALSE(check_post("\x01"
                          "ACTION waves\x01"));
  EXPECT_FALSE(check_post("\x02"
                          "bold\x0f \x03"
                          "04red"));
  EXPECT_TRUE(check_line("\x02"
                         "bold",
                         100));
  EXPECT_EQ(check_post(std::string("a\0b", 3))->code, error_code::text_invalid);
  EXPECT_EQ(check_post("a\x1b[31m")->code, error_code::text_invalid);
  EXPECT_EQ(check_post("a\x7f")->code, error_code::text_invalid);
  EXPECT_EQ(check_post("a\xc2\x85")->code, error_code::text_invalid); // NEL, of C1
}

// T-1
TEST(Text, TakesWholeUtf8Only) {
  EXPECT_FALSE(check_post("grüße 🐦"));
  for (const auto* broken : {"\xff", "\xc3", "\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80"})
    EXPECT_EQ(check_post(broken)->code, error_code::text_invalid);
}

// T-1, T-2
TEST(Text, BoundsPostsAndLines) {
  EXPECT_EQ(check_post("")->code, error_code::text_empty);
  EXPECT_FALSE(check_post(std::string(16 * 1024, 'x')));
  EXPECT_EQ(check_post(std::string(16 * 1024 + 1, 'x'))->code, error_code::text_too_long);
  EXPECT_FALSE(check_line("", 10));
  EXPECT_EQ(check_line("a\nb", 10)->code, error_code::text_invalid);
}

} // namespace godwit
