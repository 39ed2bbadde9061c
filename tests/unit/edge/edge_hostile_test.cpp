#include "tests/unit/edge/edge_fixture.hpp"

#include <spdlog/sinks/ringbuffer_sink.h>
#include <spdlog/spdlog.h>

#include <filesystem>
#include <thread>

namespace godwit::test {

std::size_t count_entries(const std::string& folder) {
  const std::filesystem::directory_iterator entries(folder);
  return static_cast<std::size_t>(std::distance(begin(entries), end(entries)));
}

// L-4
TEST_F(Edge, ClosesASlowReaderAndNobodyElse) {
  auto config = settings();
  config.send_queue_bytes_max = 256 * 1024;
  start(config);
  auto slow = begin('a', 4096);
  auto quick = begin('b');
  const std::string big(32 * 1024, 'x');
  std::uint64_t seq = 0;
  while (edge_->counts().slow_clients == 0) {
    ++seq;
    ASSERT_LT(seq, 10'000U) << "the queue is not bounded";
    deliver({slow.event(seq, big), quick.event(seq, "quick")});
    ASSERT_EQ(quick.client->next_bytes(), "quick");
  }
  EXPECT_EQ(slow.client->closed_why(), error_code::send_queue_exceeded);
  deliver({quick.event(seq + 1, "quick still")});
  EXPECT_EQ(quick.client->next_bytes(), "quick still");
  auto back = connect();
  back->send(control::client_control{resume_of(slow)});
  EXPECT_TRUE(back->next_control<control::server_hello>().resumed) << "the session outlives its connection";
}

// C-4
TEST_F(Edge, ClosesConnectionsThatSayNothingInTime) {
  auto config = settings();
  config.handshake_timeout = 50ms;
  start(config);
  test_client silent(client_context_, edge_->listening().front());
  silent.wait_until_closed();
  test_client half(client_context_, edge_->listening().front());
  half.send_raw("\x16\x03\x01");
  half.wait_until_closed();
  auto secured = std::make_unique<test_client>(client_context_, edge_->listening().front());
  secured->secure();
  EXPECT_EQ(secured->closed_why(), error_code::handshake_timeout);
  EXPECT_EQ(edge_->counts().silent_clients, 3U);
}

TEST_F(Edge, ClosesAConnectionThatSpeaksNoTls) {
  start(settings());
  test_client plain(client_context_, edge_->listening().front());
  plain.send_raw("GET / HTTP/1.1\r\nHost: chat\r\n\r\n");
  plain.wait_until_closed();
  auto fine = begin();
  EXPECT_EQ(fine.attach.attach, 1U);
}

TEST_F(Edge, LogsTheFirstStrangersInFullAndOfTheOthersHowManyThereWere) {
  const auto sink = std::make_shared<spdlog::sinks::ringbuffer_sink_mt>(256);
  const auto former = spdlog::default_logger();
  spdlog::set_default_logger(std::make_shared<spdlog::logger>("test", sink));
  const auto lines_with = [&](std::string_view what) {
    std::vector<std::string> found;
    for (const auto& line : sink->last_formatted())
      if (line.find(what) != std::string::npos)
        found.push_back(line);
    return found;
  };
  auto config = settings();
  config.sampling_interval = 20ms;
  config.refusals_counted_for = 2s;
  start(config);
  for (int i = 0; i != 30; ++i) {
    test_client plain(client_context_, edge_->listening().front());
    plain.send_raw("GET / HTTP/1.1\r\nHost: chat\r\n\r\n");
    plain.wait_until_closed();
  }
  for (const auto until = std::chrono::steady_clock::now() + patience; lines_with(" more in ").empty();) {
    ASSERT_LT(std::chrono::steady_clock::now(), until);
    std::this_thread::sleep_for(10ms);
  }
  EXPECT_LE(lines_with("refused 127.0.0.1").size(), 2 * limits::refusals_logged_max) << "of a period or two";
  EXPECT_GE(lines_with("refused 127.0.0.1").size(), limits::refusals_logged_max);
  edge_->stop();
  spdlog::set_default_logger(former);
}

// C-3, F-3
TEST_F(Edge, ClosesAConnectionThatSpeaksGarbage) {
  start(settings());
  auto garbage = connect();
  std::string framed;
  append_frame(framed, client_channel::connection, std::string(64, '\xff'));
  garbage->send(framed);
  EXPECT_EQ(garbage->closed_why(), error_code::bad_frame);
  auto eager = connect();
  eager->send_frame("no hello");
  EXPECT_EQ(eager->closed_why(), error_code::bad_frame);
  auto channel = connect();
  channel->send(std::string_view("\x08\x00\x00\x09xxxxxxxx", 12));
  EXPECT_EQ(channel->closed_why(), error_code::bad_frame);
  for (const auto* empty_frame : {"\x00\x00\x00\x00", "\x00\x00\x00\x01"}) {
    auto empty = begin();
    empty.client->send(std::string_view(empty_frame, 4));
    EXPECT_EQ(empty.client->closed_why(), error_code::bad_frame);
  }
  auto twice = begin();
  twice.client->send(control::client_control{hello()});
  EXPECT_EQ(twice.client->closed_why(), error_code::bad_frame);
}

// F-4
TEST_F(Edge, RefusesAFrameThatIsTooLargeByItsHeaderAlone) {
  start(settings());
  auto one = begin();
  one.client->send(std::string_view("\xff\xff\xff\x00", 4));
  EXPECT_EQ(one.client->closed_why(), error_code::frame_too_large);
}

// C-5, C-7
TEST_F(Edge, RefusesOtherVersionsAndBadIdentities) {
  start(settings());
  auto old = connect();
  auto said = hello();
  said.version_min = said.version_max = 0;
  old->send(control::client_control{said});
  EXPECT_EQ(old->closed_why(), error_code::version_unsupported);
  auto young = connect();
  said.version_min = said.version_max = 9;
  young->send(control::client_control{said});
  EXPECT_EQ(young->closed_why(), error_code::version_unsupported);
  auto range = connect();
  said.version_min = 0;
  range->send(control::client_control{said});
  upstream_.next<place_session>();
  for (const auto size : {0, 15, 17}) {
    auto person = connect();
    said = hello();
    said.identity = std::string(static_cast<std::size_t>(size), 'x');
    person->send(control::client_control{said});
    EXPECT_EQ(person->closed_why(), error_code::identity_invalid);
  }
}

// C-20
TEST_F(Edge, TellsTooManyClientsToComeLater) {
  auto config = settings(2);
  config.clients_max = 2;
  start(config);
  auto one = begin('a');
  auto two = begin('b');
  auto three = connect();
  three->send(control::client_control{hello('c')});
  EXPECT_EQ(three->closed_why(), error_code::too_many_clients);
}

TEST_F(Edge, DropsWhatHasNoRouteOrIsNotForIt) {
  start(settings());
  auto one = begin();
  auto stale = one.event(1, "stale");
  stale.attach = 0;
  auto elsewhere = one.event(1, "elsewhere");
  elsewhere.session = {999};
  deliver({stale, elsewhere, one.event(1, "mine"), one.event(1, "mine again")});
  edge_->receive(place_session{});
  edge_->receive(attach_refused{one.attach.session, {9, 9}, 1, {}});
  deliver({one.event(3, "last")});
  EXPECT_EQ(one.client->next_bytes(), "mine");
  EXPECT_EQ(one.client->next_bytes(), "last");
}

} // namespace godwit::test
