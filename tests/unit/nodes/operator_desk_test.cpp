// Who is let be an operator of the server: real hashes, a real pool.
#include "nodes/operators/operator_desk.hpp"

#include "actors/rules/limits.hpp"
#include "nodes/config/password_hash.hpp"

#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <ctime>
#include <future>
#include <limits>
#include <sstream>

namespace godwit {
namespace {

struct OperatorDesk : testing::Test {
  static const std::string& hash() {
    static const auto made = *hash_password("sesame");
    return made;
  }
  work_pool pool{1, 4};
  std::optional<std::vector<operator_config>> next;
  std::shared_ptr<operator_desk> subject = std::make_shared<operator_desk>(
    std::vector<operator_config>{{"root", hash(), {}, {}},
                                 {"here", hash(), {"*!*@*.example"}, {*parse_ip_network("192.0.2.0/24")}}},
    pool, [this] { return next; });

  error_code ask(const std::string& name, const std::string& password, std::uint64_t session,
                 const std::string& address = "198.51.100.1:9", const std::string& mask = "~a@host") {
    std::promise<std::optional<error>> told;
    subject->check({{{session}, 1, 0}, name, password, address, mask},
                   [&](std::optional<error> why) { told.set_value(std::move(why)); });
    last = told.get_future().get();
    return last ? last->code : error_code{};
  }
  std::optional<error> last;
};

// I-70
TEST_F(OperatorDesk, TakesTheRightPasswordOnly) {
  EXPECT_EQ(ask("root", "sesame", 1), error_code{});
  EXPECT_EQ(ask("root", "wrong", 2, "198.51.100.2:9"), error_code::operator_refused);
  EXPECT_EQ(ask("nobody", "sesame", 3, "198.51.100.3:9"), error_code::operator_refused);
  EXPECT_EQ(last->detail, "");
}

// I-74
TEST_F(OperatorDesk, VerifiesOneAtATimeAndLetsTheOthersWaitBounded) {
  std::promise<void> begun;
  std::promise<void> go_on;
  ASSERT_TRUE(pool.try_post([&begun, blocked = go_on.get_future().share()] {
    begun.set_value();
    blocked.wait();
  }));
  begun.get_future().wait();
  std::vector<std::promise<std::optional<error>>> told(limits::operator_checks_waiting_max + 1);
  for (std::size_t i = 0; i != told.size(); ++i)
    subject->check({{{100 + i}, 1, 0}, "root", "sesame", "10.0.0." + std::to_string(i) + ":9", "~a@host"},
                   [&told, i](std::optional<error> why) { told[i].set_value(std::move(why)); });
  EXPECT_EQ(told.back().get_future().get()->code, error_code::too_many_requests) << "the first ones wait";
  for (int i = 0; i != 3; ++i)
    EXPECT_TRUE(pool.try_post([] {})) << "they take one place of the pool's";
  go_on.set_value();
  for (std::size_t i = 0; i + 1 != told.size(); ++i)
    EXPECT_FALSE(told[i].get_future().get());
}

// I-70
TEST_F(OperatorDesk, LogsNoNameThatNobodyHasAndNotEachTry) {
  std::ostringstream log;
  const auto before = spdlog::default_logger();
  spdlog::set_default_logger(
    std::make_shared<spdlog::logger>("test", std::make_shared<spdlog::sinks::ostream_sink_mt>(log)));
  EXPECT_EQ(ask("hush-hush", "root", 1), error_code::operator_refused);
  for (int i = 0; i != 100; ++i)
    EXPECT_EQ(ask("hush-hush", "root", 1), error_code::too_many_requests);
  spdlog::set_default_logger(before);
  const auto text = log.str();
  EXPECT_EQ(text.find("hush"), std::string::npos);
  EXPECT_NE(text.find("of an unknown name: ~a@host at 198.51.100.1:9 was refused"), std::string::npos);
  EXPECT_LE(std::ranges::count(text, '\n'), static_cast<std::ptrdiff_t>(limits::refusals_logged_max));
}

// I-74
TEST_F(OperatorDesk, SlowsDownWhoFails) {
  EXPECT_EQ(ask("root", "wrong", 1), error_code::operator_refused);
  EXPECT_EQ(ask("root", "sesame", 1), error_code::too_many_requests) << "even with the right one";
  EXPECT_EQ(ask("root", "sesame", 2), error_code::too_many_requests) << "from the same address";
  EXPECT_EQ(ask("root", "sesame", 2, "198.51.100.2:9"), error_code{});
}

// I-70
TEST_F(OperatorDesk, LooksAtWhereSomebodyComesFrom) {
  EXPECT_EQ(ask("here", "sesame", 1, "198.51.100.1:9"), error_code::operator_refused);
  EXPECT_EQ(last->detail, "address");
  EXPECT_EQ(ask("here", "sesame", 2, "192.0.2.77:9"), error_code{});
  EXPECT_EQ(ask("here", "sesame", 3, "198.51.100.3:9", "~a@x.example"), error_code{});
  EXPECT_EQ(ask("here", "sesame", 4, "[2001:db8::1]:9", "~a@x.exampled"), error_code::operator_refused);
}

// I-74
TEST_F(OperatorDesk, TakesAsLongForANameThatNobodyHasAsForOneThatSomebodyHas) {
  std::uint64_t session = 0;
  const auto time_of = [&](const std::string& name) {
    auto least = std::clock_t{std::numeric_limits<std::clock_t>::max()};
    for (int i = 0; i != 3; ++i) {
      const auto address = "198.51.100." + std::to_string(++session) + ":9";
      const auto begin = std::clock(); // of all threads of this process: others use the machine too
      EXPECT_EQ(ask(name, "wrong", session, address), error_code::operator_refused);
      least = std::min(least, std::clock() - begin);
    }
    return least;
  };
  const auto costly = time_of("root");
  EXPECT_GT(time_of("nobody"), costly / 2);
  const std::string cheap = "$argon2id$v=19$m=8,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$"
                            "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
  subject = std::make_shared<operator_desk>(std::vector<operator_config>{{"root", cheap, {}, {}}}, pool,
                                            [this] { return next; });
  EXPECT_LT(time_of("root"), costly / 4);
  EXPECT_LT(time_of("nobody"), costly / 4) << "by how long it takes, names could be found";
}

// I-75
TEST_F(OperatorDesk, ReadsTheConfigAgain) {
  const auto rehashed = [&] {
    subject->rehash("root");
    std::promise<void> done; // the pool has one thread: behind the rehash
    EXPECT_TRUE(pool.try_post([&] { done.set_value(); }));
    done.get_future().wait();
  };
  rehashed();
  EXPECT_EQ(ask("root", "sesame", 1), error_code{}) << "a file with problems changes nothing";
  next = std::vector<operator_config>{{"new", hash(), {}, {}}};
  rehashed();
  EXPECT_EQ(ask("new", "sesame", 2), error_code{});
  EXPECT_EQ(ask("root", "sesame", 3, "198.51.100.2:9"), error_code::operator_refused);
}

TEST(PasswordHash, IsItsOwnEachTimeAndLooksLikeOne) {
  const auto one = hash_password("sesame");
  const auto other = hash_password("sesame");
  ASSERT_TRUE(one && other);
  EXPECT_NE(*one, *other);
  EXPECT_TRUE(is_password_hash(*one));
  EXPECT_TRUE(verify_password(*one, "sesame"));
  EXPECT_FALSE(verify_password(*one, "sesame "));
  EXPECT_FALSE(hash_password(""));
  EXPECT_FALSE(hash_password(std::string(1025, 'x')));
  EXPECT_FALSE(is_password_hash("sesame"));
  EXPECT_FALSE(is_password_hash("$argon2id$v=19$m=9999999,t=3,p=1$AAAAAAAAAAAAAAAAAAAAAA$"
                                "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"))
    << "who writes that into a config takes all memory";
}

} // namespace
} // namespace godwit
