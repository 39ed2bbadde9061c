// What each protocol's speaker says and hears; the server's side is written by hand.
#include "client/bench/speaker.hpp"

#include "messages/control_codec.hpp"
#include "messages/native_codec.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace godwit::bench {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

struct heard : speaker_events {
  std::vector<std::string> all;
  std::string out;
  void logged_in() override { all.emplace_back("logged in"); }
  void joined() override { all.emplace_back("joined"); }
  void acknowledged(std::uint64_t counter) override { all.push_back("acknowledged " + std::to_string(counter)); }
  void refused(std::uint64_t counter, const std::string&) override {
    all.push_back("refused " + std::to_string(counter));
  }
  void told(const post_stamp& what) override {
    all.push_back("told " + std::to_string(what.sender) + "." + std::to_string(what.counter));
  }
  void failed(const std::string& why) override { all.push_back("failed " + why); }
  std::string take_out() { return std::exchange(out, {}); }
};

const auto text_of_seven = to_text({7, 1, bench_time{5ns}}, 60);

// -------------------------------------------------------------------------------------------------------------- IRC

struct irc_side : heard {
  std::unique_ptr<speaker> client = make_irc_speaker(*this, out, 7);
  void enter() {
    client->log_in("ada");
    client->take(":s 001 ada :hi\r\n");
    client->join("r");
    client->take(":ada!u@h JOIN #r\r\n:s 366 ada #r :End\r\n");
    all.clear();
    out.clear();
  }
};

TEST(IrcSpeaker, LogsInAndJoins) {
  irc_side side;
  side.client->log_in("ada");
  EXPECT_EQ(side.take_out(), "CAP REQ :echo-message\r\nNICK ada\r\nUSER bench 0 * :godwit-bench\r\nCAP END\r\n");
  side.client->take(":s CAP * ACK :echo-message\r\n:s 001 ada :Wel");
  side.client->take("come\r\n:s 422 ada :no message of the day\r\nPING :tok\r\n");
  EXPECT_EQ(side.take_out(), "PONG :tok\r\n");
  side.client->join("r");
  EXPECT_EQ(side.take_out(), "JOIN #r\r\n");
  side.client->take(":ada!u@h JOIN #r\r\n:s 353 ada = #r :ada\r\n:s 366 ada #r :End\r\n");
  EXPECT_THAT(side.all, ElementsAre("logged in", "joined"));
}

TEST(IrcSpeaker, ItsEchoAcknowledgesAndOthersAreToldOnly) {
  irc_side side;
  side.enter();
  side.client->post("r", text_of_seven);
  EXPECT_EQ(side.take_out(), "PRIVMSG #r :" + text_of_seven + "\r\n");
  side.client->take(":bob!u@h PRIVMSG #r :" + to_text({8, 3, {}}, 60) + "\r\n");
  side.client->take(":ada!u@h PRIVMSG #r :" + text_of_seven + "\r\n:bob!u@h PRIVMSG #r :hello\r\n");
  EXPECT_THAT(side.all, ElementsAre("told 8.3", "told 7.1", "acknowledged 1"));
}

TEST(IrcSpeaker, ARefusalIsOfTheOldestPost) {
  irc_side side;
  side.enter();
  side.client->take(":s 404 ada #r :Cannot send to channel\r\n");
  EXPECT_THAT(side.all, ElementsAre("refused 1", "acknowledged 1"));
}

TEST(IrcSpeaker, SaysWhyItIsNotIn) {
  irc_side side;
  side.client->log_in("ada");
  side.client->take(":s 433 * ada :Nickname is already in use\r\n");
  EXPECT_THAT(side.all, ElementsAre(HasSubstr("the log-in was refused: :s 433")));
}

TEST(IrcSpeaker, HearsTheReasonOfAClose) {
  irc_side side;
  side.enter();
  side.client->take("ERROR :too slow\r\n");
  EXPECT_THAT(side.all, ElementsAre("failed too slow"));
}

// ----------------------------------------------------------------------------------------------------------- native

struct native_side : heard {
  std::unique_ptr<speaker> client = make_native_speaker(*this, out, std::string(16, 'i'));
  void say(const server_frame& what) { client->take(native::encode(what)); }
  void say(const control::server_control& what) { client->take(control::encode(what)); }
  client_command asked() {
    const auto bytes = take_out();
    return *native::decode_command(std::string_view(bytes).substr(4));
  }
  void enter() {
    client->log_in("ada");
    say(control::server_control{control::server_hello{}});
    say(client_reply{1, false, tell::logged_in{"ada"}});
    client->join("r");
    say(tell::confirmed{2});
    all.clear();
    out.clear();
  }
};

server_frame event_of(const std::string& text) {
  log_entry entry;
  entry.seq = 2;
  entry.nick = "ada";
  entry.body = posted{text};
  return tell::event{room_id{1}, 0, std::make_shared<const log_entry>(entry)};
}

TEST(NativeSpeaker, GreetsLogsInAndJoins) {
  native_side side;
  side.client->log_in("ada");
  EXPECT_FALSE(side.take_out().empty());
  side.say(control::server_control{control::server_hello{}});
  EXPECT_EQ(side.asked(), (client_command{1, false, ask::login{"ada"}}));
  side.say(client_reply{1, false, tell::logged_in{"ada"}});
  side.say(tell::confirmed{1});
  side.client->join("r");
  EXPECT_EQ(side.asked(), (client_command{2, false, ask::join{"r"}}));
  side.say(tell::confirmed{2});
  EXPECT_THAT(side.all, ElementsAre("logged in", "joined"));
}

TEST(NativeSpeaker, AConfirmationAcknowledgesAllUpToIt) {
  native_side side;
  side.enter();
  side.client->post("r", text_of_seven);
  EXPECT_EQ(side.asked(), (client_command{3, false, ask::post{ask::room_named{"r"}, text_of_seven}}));
  side.say(event_of(text_of_seven));
  side.say(event_of("hello"));
  side.say(tell::confirmed{5});
  EXPECT_THAT(side.all, ElementsAre("told 7.1", "acknowledged 3"));
}

TEST(NativeSpeaker, ARefusalNamesItsPost) {
  native_side side;
  side.enter();
  side.say(client_reply{4, false, error{error_code::too_many_requests, {}}});
  side.say(tell::confirmed{4});
  EXPECT_THAT(side.all, ElementsAre("refused 2", "acknowledged 2"));
}

TEST(NativeSpeaker, AnswersPingsAndHearsTheReasonOfAClose) {
  native_side side;
  side.enter();
  side.say(control::server_control{control::ping{9}});
  EXPECT_EQ(side.take_out(), control::encode(control::client_control{control::pong{9}}));
  side.say(control::server_control{control::closed_by({error_code::send_queue_exceeded, {}})});
  EXPECT_THAT(side.all, ElementsAre(StartsWith("failed send_queue_exceeded: ")));
}

TEST(NativeSpeaker, WhatIsNoFrameEndsIt) {
  native_side side;
  side.enter();
  side.client->take(std::string(8, '\xff'));
  EXPECT_THAT(side.all, ElementsAre(StartsWith("failed ")));
  EXPECT_THAT(side.out, IsEmpty());
}

} // namespace
} // namespace godwit::bench
