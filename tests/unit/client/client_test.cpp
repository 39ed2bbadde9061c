// The whole library, actors and TLS included, against a proxy node of a few lines on loopback.
#include "client/client.hpp"
#include "tests/support/test_certificates.hpp"
#include "tests/unit/client/scripted_server.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <poll.h>

namespace godwit {
namespace {

using namespace std::chrono_literals;

constexpr room_id lobby_id{7};

tell::event event_at(room_seq seq, entry_body body, std::string nick, std::uint64_t op = 0) {
  log_entry entry;
  entry.seq = seq;
  entry.nick = std::move(nick);
  entry.body = std::move(body);
  return {lobby_id, op, std::make_shared<const log_entry>(std::move(entry))};
}

struct client_fixture : testing::Test {
  static test::test_ca& ca() {
    static test::test_ca made;
    return made;
  }
  static tls_context port_of(const std::vector<std::string>& names) {
    return test::must(tls_context::for_client_port(ca().server(names)));
  }

  test::scripted_server server{port_of({"localhost", "127.0.0.1"})};

  client_settings settings() const {
    client_settings made;
    made.server = {"127.0.0.1", server.port()};
    made.nick = "ann";
    made.identity = std::string(16, 'i');
    made.ca_file = ca().ca_file();
    made.redial = {1ms, 5ms};
    made.seed = 1;
    return made;
  }

  static std::unique_ptr<client> start(client_settings with) { return test::must(client::connect(std::move(with))); }

  /// The next news of this kind; others are skipped.
  template <class News>
  static News next(client& chat) {
    while (auto what = chat.next_news(10s)) {
      if (auto* wanted = std::get_if<News>(&*what))
        return *wanted;
      if (std::holds_alternative<news::over>(*what))
        throw std::runtime_error("over");
    }
    throw std::runtime_error("no news");
  }

  /// Logs the client in and opens the lobby for it.
  static void let_into_the_lobby(test::scripted_peer& peer) {
    peer.let_in();
    const auto join = peer.read_command();
    ASSERT_TRUE(std::holds_alternative<ask::join>(join.request));
    peer.tell(tell::room_opened{lobby_id, "lobby", {}, 0});
    peer.tell(event_at(1, joined{}, "ann", join.op));
    peer.tell(tell::confirmed{join.op});
  }
};

using Client = client_fixture;

TEST_F(Client, LogsInJoinsAndGetsItsPostConfirmed) {
  auto chat = start(settings());
  chat->join("lobby");
  const auto number = chat->post("lobby", "hi");
  auto peer = server.accept();
  const auto hello = peer.read_hello();
  EXPECT_EQ(hello.identity, std::string(16, 'i'));
  EXPECT_FALSE(hello.resume);
  peer.greet(session_id{1});
  let_into_the_lobby(peer);
  const auto post = peer.read_command();
  EXPECT_EQ(std::get<ask::post>(post.request).text, "hi");
  peer.tell(event_at(2, posted{"hi"}, "ann", post.op));
  peer.tell(tell::confirmed{post.op});
  EXPECT_EQ(next<news::confirmed>(*chat).request, 1U);
  const auto done = next<news::confirmed>(*chat);
  EXPECT_EQ(done.request, number);
  EXPECT_EQ(done.at->seq, 2U);
  const auto seen = chat->view(); // owns what is found in it
  const auto* room = seen->find("Lobby");
  ASSERT_NE(room, nullptr);
  EXPECT_EQ(room->last, 2U);
}

TEST_F(Client, ResumesAfterACutAndResendsEachUnconfirmedPostOnceInOrder) {
  auto chat = start(settings());
  chat->join("lobby");
  auto first = server.accept();
  first.read_hello();
  first.greet(session_id{1});
  let_into_the_lobby(first);
  for (const auto* text : {"a", "b", "c"})
    chat->post("lobby", text);
  std::vector<client_command> sent;
  for (int i = 0; i < 3; ++i)
    sent.push_back(first.read_command());
  first.tell(event_at(2, posted{"a"}, "ann", sent[0].op));
  first.tell(tell::confirmed{sent[0].op});
  next<news::confirmed>(*chat); // join
  next<news::confirmed>(*chat); // a
  first.cut();

  auto second = server.accept();
  const auto hello = second.read_hello();
  ASSERT_TRUE(hello.resume);
  EXPECT_EQ(hello.resume->session, session_id{1});
  EXPECT_EQ(hello.resume->token[0], 1);
  EXPECT_EQ(hello.resume->positions, (std::vector<stream_position>{{lobby_id.value, 2}}));
  second.greet(session_id{1}, true);
  EXPECT_EQ(second.read_command(), (client_command{sent[1].op, true, sent[1].request}));
  EXPECT_EQ(second.read_command(), (client_command{sent[2].op, true, sent[2].request}));
  second.tell(tell::room_opened{lobby_id, "lobby", {}, 2});
  second.tell(event_at(3, posted{"b"}, "ann", sent[1].op));
  second.tell(event_at(4, posted{"c"}, "ann", sent[2].op));
  second.tell(tell::confirmed{sent[2].op});
  EXPECT_EQ(next<news::confirmed>(*chat).at->seq, 3U);
  EXPECT_EQ(next<news::confirmed>(*chat).at->seq, 4U);

  const auto quit = chat->quit();
  const auto last = second.read_command();
  EXPECT_TRUE(std::holds_alternative<ask::quit>(last.request)); // nothing was sent twice before it
  second.tell(tell::confirmed{last.op});
  EXPECT_EQ(next<news::confirmed>(*chat).request, quit);
  EXPECT_FALSE(next<news::over>(*chat).why);
  EXPECT_TRUE(second.has_ended());
}

TEST_F(Client, BeginsANewSessionWhereTheOldOneIsRefused) {
  auto chat = start(settings());
  auto first = server.accept();
  first.read_hello();
  first.greet(session_id{1});
  first.let_in();
  next<news::logged_in>(*chat);
  first.cut();
  auto second = server.accept();
  EXPECT_TRUE(second.read_hello().resume);
  second.say(control::closed_by({error_code::resume_refused, {}}));
  second.cut();
  auto third = server.accept();
  EXPECT_FALSE(third.read_hello().resume);
  third.greet(session_id{2});
  third.let_in();
  EXPECT_TRUE(next<news::logged_in>(*chat).again);
}

TEST_F(Client, AnswersPings) {
  auto chat = start(settings());
  auto peer = server.accept();
  peer.read_hello();
  peer.greet(session_id{1});
  peer.say(control::ping{42});
  EXPECT_EQ(peer.read_control(), control::client_control{control::pong{42}});
}

TEST_F(Client, PingsASilentServerAndThenGivesTheConnectionUp) {
  auto with = settings();
  with.connection.ping_after = 20ms;
  auto chat = start(with);
  auto peer = server.accept();
  peer.read_hello();
  peer.greet(session_id{1});
  EXPECT_TRUE(std::holds_alternative<control::ping>(peer.read_control()));
  EXPECT_EQ(next<news::reconnecting>(*chat).why.code, error_code::idle_timeout);
  EXPECT_TRUE(server.accept().read_hello().resume);
}

TEST_F(Client, GivesUpAServerThatDoesNotGreetInTime) {
  auto with = settings();
  with.connection.open_within = 50ms;
  auto chat = start(with);
  auto peer = server.accept();
  EXPECT_EQ(next<news::reconnecting>(*chat).why.code, error_code::handshake_timeout);
}

TEST_F(Client, RefusesACertificateOfAnotherCaAndKnocksNoMore) {
  const test::test_ca other{"another CA"};
  auto with = settings();
  with.ca_file = other.ca_file();
  auto chat = start(with);
  auto peer = server.accept();
  EXPECT_TRUE(peer.has_ended());
  const auto over = next<news::over>(*chat);
  ASSERT_TRUE(over.why);
  EXPECT_EQ(over.why->code, error_code::certificate_refused);
  EXPECT_FALSE(server.somebody_waits(50));
}

TEST_F(Client, RefusesACertificateForAnotherHost) {
  test::scripted_server elsewhere{port_of({"elsewhere.example"})};
  auto with = settings();
  with.server.port = elsewhere.port();
  auto chat = start(with);
  auto peer = elsewhere.accept();
  EXPECT_TRUE(peer.has_ended());
  EXPECT_EQ(next<news::over>(*chat).why->code, error_code::certificate_refused);
}

TEST_F(Client, GivesUpWhenNoConnectionCouldBeMadeInTime) {
  auto with = settings();
  {
    test::scripted_server gone{port_of({"localhost"})};
    with.server.port = gone.port();
  }
  with.first_connection_within = 20ms;
  auto chat = start(with);
  const auto number = chat->post("lobby", "hi");
  const auto over = next<news::over>(*chat);
  EXPECT_TRUE(over.why);
  EXPECT_EQ(over.unfinished, (std::vector<request_number>{number}));
}

/// Whoever connects is told nothing, not even by TCP, once its queue is full.
class deaf_port {
public:
  deaf_port() : listener_(io_) {
    const asio::ip::tcp::endpoint loopback{asio::ip::make_address("127.0.0.1"), 0};
    listener_.open(loopback.protocol());
    listener_.bind(loopback);
    listener_.listen(0);
    while (queue_one()) {
    }
  }
  std::string number() const { return std::to_string(listener_.local_endpoint().port()); }

private:
  /// False: there was no answer to the connect, and there will be none.
  bool queue_one() {
    queued_.emplace_back(io_);
    auto& socket = queued_.back();
    socket.open(listener_.local_endpoint().protocol());
    socket.native_non_blocking(true);
    const auto where = listener_.local_endpoint();
    ::connect(socket.native_handle(), where.data(), static_cast<socklen_t>(where.size())); // Asio's would wait
    pollfd wanted{socket.native_handle(), POLLOUT, 0};
    return ::poll(&wanted, 1, 200) == 1;
  }

  asio::io_context io_;
  asio::ip::tcp::acceptor listener_;
  std::deque<asio::ip::tcp::socket> queued_;
};

/// From `begun` on the client was given up in its time, with room for a slow machine and none for a whole try.
void expect_given_up_in(std::chrono::milliseconds time, std::chrono::steady_clock::time_point begun) {
  const auto taken = std::chrono::steady_clock::now() - begun;
  EXPECT_GE(taken, time);
  EXPECT_LT(taken, connection_settings{}.open_within - 3s);
}

TEST_F(Client, GivesUpInItsTimeWhereAServerAcceptsAndSaysNothing) {
  auto with = settings();
  with.first_connection_within = 100ms;
  const auto begun = std::chrono::steady_clock::now();
  auto chat = start(with);
  auto peer = server.accept();
  peer.read_hello();
  const auto over = next<news::over>(*chat);
  expect_given_up_in(100ms, begun);
  EXPECT_EQ(over.why->code, error_code::handshake_timeout);
  EXPECT_TRUE(peer.has_ended());
}

TEST_F(Client, GivesUpInItsTimeWherePacketsAreSwallowed) {
  const deaf_port deaf;
  auto with = settings();
  with.server.port = deaf.number();
  with.first_connection_within = 100ms;
  const auto begun = std::chrono::steady_clock::now();
  auto chat = start(with);
  const auto over = next<news::over>(*chat);
  chat.reset();
  expect_given_up_in(100ms, begun);
  EXPECT_EQ(over.why->code, error_code::handshake_timeout);
}

TEST_F(Client, GivesALostConnectionUpInItsTimeWhileItDials) {
  auto with = settings();
  with.reconnection_within = 100ms;
  auto chat = start(with);
  auto peer = server.accept();
  peer.read_hello();
  peer.greet(session_id{1});
  peer.let_in();
  next<news::logged_in>(*chat);
  const auto begun = std::chrono::steady_clock::now();
  peer.cut();
  EXPECT_TRUE(next<news::over>(*chat).why); // nobody accepts any more
  expect_given_up_in(100ms, begun);
}

TEST_F(Client, TriesAllAddressesOfAHost) {
  auto with = settings();
  with.server.host = "localhost"; // ::1 is refused where it is an address of it
  auto chat = start(with);
  auto peer = server.accept();
  peer.read_hello();
  peer.greet(session_id{1});
  EXPECT_EQ(next<news::connected>(*chat).node, "proxy-1");
}

TEST_F(Client, ReadsTheServerOnlyAsFastAsItsNewsAreTaken) {
  auto with = settings();
  with.connection.unread_bytes_max = 1000;
  auto chat = start(with);
  chat->join("lobby");
  auto peer = server.accept();
  peer.read_hello();
  peer.greet(session_id{1});
  let_into_the_lobby(peer);
  const std::string text(8000, 'x');
  for (room_seq seq = 2; seq < 40; ++seq)
    peer.tell(event_at(seq, posted{text}, "bob"));
  for (room_seq seq = 1; seq < 40; ++seq)
    ASSERT_EQ(next<news::event>(*chat).entry->seq, seq);
}

TEST_F(Client, RefusesToStartWithoutItsCaFile) {
  auto with = settings();
  with.ca_file = "/nowhere/ca.pem";
  const auto failed = client::connect(with);
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.why().code, error_code::file_unusable);
}

} // namespace
} // namespace godwit
