// The conversations of tests/data/irc/ (tests/unit/rules/irc_golden_test.cpp says how they are written), held with a
// real cluster over TLS: each client is told, line by line and in order, what the files say. Behind each line the one
// who said it, then everybody else, has a PONG: what has not come by then does not come (I-53).
#include "tests/support/cluster.hpp"
#include "tests/support/irc_client.hpp"
#include "tests/support/tcp_relay.hpp"
#include "tests/support/text_file.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <regex>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <tuple>
#include <vector>

namespace godwit::test {
namespace {

namespace fs = std::filesystem;
using std::chrono::seconds;
using std::chrono::system_clock;

const fs::path folder = fs::path(GODWIT_SOURCE_DIR) / "tests/data/irc";

/// What is told so in the unit tests' world alone.
struct left_out {
  std::string file;
  std::string step;
  std::size_t steps; ///< it and those behind it
};
const std::vector<left_out> all_left_out{
  // On a busy machine the second in which it is too soon may be over (I-74).
  {"operators", "ada> OPER soon sesame", 1},
  // All clients of this test are on the node's own machine, from where OPER is taken without TLS too (I-18).
  {"operators", "eve> OPER root sesame", 1},
  // Whoever is logged in keeps the message of the day that there was then, and the rest takes a new start (I-75).
  {"server", "! no motd", 2},
  {"server", "! no admin", 2},
};

/// What is told by a node's edge, of which that world has the ERROR alone.
struct told_besides {
  std::string file;
  std::string line;
  std::string before;
};
const std::vector<told_besides> all_told_besides{
  {"operators", "bob< :irc.test KILL bob :Killed (ada (enough))",
   "bob< ERROR :Closing Link: bob (Killed (ada (enough)))"},
};

// ------------------------------------------------------------------------------------------------------ the files

/// A line that is said, or a direction, and what clients are told thereupon.
struct step {
  int line;
  std::string written;
  std::vector<std::string> told{}; ///< "ada< ..."
};

std::vector<step> as_with_a_node(const std::string& name, std::vector<step> steps) {
  for (const auto& each : all_left_out)
    if (each.file == name) {
      const auto at = std::ranges::find(steps, each.step, &step::written);
      if (steps.end() - at < static_cast<std::ptrdiff_t>(each.steps))
        throw std::runtime_error(name + " has no more what is left out: " + each.step);
      steps.erase(at, at + static_cast<std::ptrdiff_t>(each.steps));
    }
  for (const auto& each : all_told_besides)
    for (auto& thereupon : steps)
      if (const auto at = std::ranges::find(thereupon.told, each.before);
          each.file == name && at != thereupon.told.end())
        thereupon.told.insert(at, each.line);
  return steps;
}

std::vector<step> steps_of(const std::string& name) {
  static const std::regex told(R"([a-z]+< .*)");
  std::vector<step> steps;
  std::istringstream lines(read_text(folder / (name + ".txt")));
  int number = 0;
  for (std::string line; std::getline(lines, line);) {
    ++number;
    if (std::regex_match(line, told))
      steps.back().told.push_back(line);
    else if (!line.empty() && !line.starts_with('#'))
      steps.push_back({number, line});
  }
  return as_with_a_node(name, std::move(steps));
}

std::vector<std::string> names_of_files() {
  std::vector<std::string> found;
  for (const auto& each : fs::directory_iterator(folder))
    found.push_back(each.path().stem());
  std::ranges::sort(found);
  return found;
}

std::string replaced(const std::string& text, const std::regex& what,
                     const std::function<std::string(const std::smatch&)>& with) {
  std::string out;
  auto from = text.begin();
  for (std::sregex_iterator it(text.begin(), text.end(), what), end; it != end; ++it) {
    out.append(from, (*it)[0].first) += with(*it);
    from = (*it)[0].second;
  }
  return out.append(from, text.end());
}

/// The bytes that are meant; the addresses of the unit tests' world, which are nobody's, become those of this machine.
std::string meant_by(const std::string& written) {
  static const std::regex unreal(R"(\b192\.0\.2\.)");
  static const std::regex escaped(R"(\\x([0-9a-f]{2}))");
  return replaced(std::regex_replace(written, unreal, "127.0.0."), escaped, [](const auto& found) {
    return std::string(1, static_cast<char>(std::stoi(found[1], nullptr, 16)));
  });
}

/// What somebody is told of several channels at once is in order within each: by channel then, between the bounds of
/// batches.
std::vector<std::string> by_channel(std::vector<std::string> told) {
  static const std::regex channel(" (#[^ ]+)");
  static const std::regex bound(R"([a-z]+< (@[^ ]+ )?:irc\.test BATCH .*)");
  const auto name_of = [](const std::string& line) { return line.substr(0, line.find('<')); };
  const auto channel_of = [](const std::string& line) {
    std::smatch found;
    return std::regex_search(line, found, channel) ? found.str(1) : "";
  };
  for (auto from = told.begin(); from != told.end();) {
    const auto to = std::find_if(from, told.end(), [&](const auto& line) {
      return name_of(line) != name_of(*from) || std::regex_match(line, bound);
    });
    std::ranges::stable_sort(from, to, {}, channel_of);
    from = to == from ? to + 1 : to;
  }
  return told;
}

// ------------------------------------------------------------------------------------------- what is never the same

/// One side of a comparison. Ids, hosts and batches become numbers as they are first seen: what is the same is so
/// still, and what is not is not. Times and spans become words if they lie in the time that there was.
class comparable {
public:
  comparable(system_clock::time_point begin, seconds span)
      : begin_(system_clock::to_time_t(begin)), span_(span.count()) {}

  void set_span(seconds span) { span_ = span.count(); }
  std::string of(std::string line) {
    using found = const std::smatch&;
    static const std::regex event(R"(time=([^ ;]+);msgid=[^ ;]+)");
    line = replaced(line, event, [this](found it) { return is_now(it[1]) ? number("event", it[0]) : it.str(); });
    static const std::regex host(R"(\b[0-9a-f]{12}\.cloak\b)");
    line = replaced(line, host, [this](found it) { return number("host", it[0]); });
    static const std::regex batch(R"(\blabel-[0-9]+\b)");
    line = replaced(line, batch, [this](found it) { return number("batch", it[0]); });
    static const std::regex date(R"([0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9:]{8}(\.[0-9]{3}Z| UTC))");
    line = replaced(line, date, [this](found it) { return is_now(it[0]) ? "(date)" : it.str(); });
    static const std::regex time(R"((:irc\.test (?:329|333|346|348|367) .* )([0-9]+)$)");
    line = replaced(line, time, [this](found it) { return it.str(1) + time_of(it[2]); });
    static const std::regex idle(R"((:irc\.test 317 .* )([0-9]+) ([0-9]+) )");
    line = replaced(line, idle, [this](found it) { return it.str(1) + span_of(it[2]) + ' ' + time_of(it[3]) + ' '; });
    static const std::regex idle_last(R"((:irc\.test 354 .* )([0-9]+)$)");
    line = replaced(line, idle_last, [this](found it) { return it.str(1) + span_of(it[2]); });
    static const std::regex up(R"(Server Up 0 days 0:[0-9]{1,2}:[0-9]{2}$)");
    line = std::regex_replace(line, up, "(up)");
    static const std::regex version(R"(\bgodwit-(test|[0-9.]+[0-9])\b)");
    return std::regex_replace(line, version, "(version)");
  }

private:
  std::string number(const std::string& kind, const std::string& what) {
    auto& seen = seen_[kind];
    return '(' + kind + ' ' + std::to_string(seen.try_emplace(what, seen.size() + 1).first->second) + ')';
  }
  bool is_now(std::time_t time) const { return begin_ <= time && time <= begin_ + span_; }
  bool is_now(const std::string& date) const {
    std::tm utc{};
    const auto* end = ::strptime(date.c_str(), date[10] == 'T' ? "%Y-%m-%dT%H:%M:%S" : "%Y-%m-%d %H:%M:%S", &utc);
    return end != nullptr && is_now(::timegm(&utc));
  }
  std::string time_of(const std::string& digits) const { return is_now(std::stol(digits)) ? "(time)" : digits; }
  std::string span_of(const std::string& digits) const { return std::stol(digits) <= span_ ? "(span)" : digits; }

  std::time_t begin_;
  long span_;
  std::map<std::string, std::map<std::string, std::size_t>> seen_;
};

/// The unit tests' world begins then, and no conversation there takes an hour.
const auto unreal_begin = system_clock::from_time_t(1'700'000'000 - 800);

// ----------------------------------------------------------------------------------------------------- the cluster

/// Somebody at a client, with an address of his own.
class person {
public:
  person(const cluster& running, int number, bool is_plaintext)
      : way_(port_of(is_plaintext ? running.irc_plain_address() : running.irc_address())) {
    way_.go_out_from(number);
    client_ = is_plaintext ? std::make_unique<irc_client>(way_.address())
                           : std::make_unique<irc_client>(way_.address(), running.path("var/ca.pem"));
  }
  void say(const std::string& line) { client_->say(line); }
  /// All that came between the last call's PONG and that of this one, or the end of the connection if that is to come.
  std::vector<std::string> take_told(bool ends) {
    if (has_ended_)
      return {};
    has_ended_ = ends;
    if (!ends) {
      auto told = client_->settle();
      taken_ += static_cast<std::ptrdiff_t>(told.size()) + 1;
      return told;
    }
    client_->expect_end();
    return {client_->lines().begin() + taken_, client_->lines().end()};
  }
  /// For what no PONG waits for.
  std::vector<std::string> await_told(std::size_t count) {
    auto told = take_told(false);
    wait_until("what is told late", [&] {
      if (told.size() < count)
        std::ranges::copy(take_told(false), std::back_inserter(told));
      return told.size() >= count;
    });
    return told;
  }

private:
  static std::uint16_t port_of(const std::string& address) {
    return static_cast<std::uint16_t>(std::stoi(address.substr(address.rfind(':') + 1)));
  }

  tcp_relay way_;
  std::unique_ptr<irc_client> client_;
  std::ptrdiff_t taken_ = 0; ///< of its lines
  bool has_ended_ = false;
};

/// A cluster as the unit tests' world is one.
std::unique_ptr<cluster> unused_cluster(const std::string& shape) {
  // of "sesame"
  const std::string hash =
    "$argon2id$v=19$m=65536,t=3,p=1$qvBEKhphtOEs9RQ4keHTDg$tF+q2n5RQlY+bnRud+9BFj8TYJ5stbkWley5n76z818";
  const auto operator_named = [&](const std::string& name, const std::string& further) {
    return "\n[[operators]]\nname = \"" + name + "\"\npassword = \"" + hash + "\"\n" + further;
  };
  auto made = std::make_unique<cluster>(shape, operator_named("root", "")
                                                 + operator_named("afar", "from = [\"198.51.100.0/24\"]\n"));
  write_text(made->path("var/motd.txt"), "Be kind.\n\nThe rooms are open.\n");
  static const std::regex names("\\[irc\\]\nnetwork = .*\nserver = .*\n");
  made->change_config(std::regex_replace(made->config(), names, R"([irc]
network = "Test"
server = "irc.test"
motd = "../var/motd.txt"
admin = "ops@irc.test"
)"));
  made->offer_plain_irc();
  made->start();
  return made;
}

class IrcConversation : public ::testing::TestWithParam<std::tuple<std::string, std::string>> {
protected:
  void play(const step& what) {
    static const std::regex said(R"(([a-z]+)> (.*))");
    static const std::regex pause(R"(! wait [0-9]+)");
    static const std::regex without_tls(R"(! plaintext ([a-z]+))");
    static const std::regex logs_in(R"(! in ([a-z]+))");
    std::smatch found;
    if (std::regex_match(what.written, found, said))
      say(found[1], meant_by(found[2]), what.told);
    else if (std::regex_match(what.written, found, without_tls))
      enter(found[1], true);
    else if (std::regex_match(what.written, found, logs_in))
      log_in(found[1]);
    else if (!std::regex_match(what.written, pause)) // a span may be shorter here
      ADD_FAILURE() << "not understood: " << what.written;
    auto told = take_told(found.size() > 1 ? found.str(1) : "", what);
    compare(std::move(told), what);
  }

private:
  /// Whoever speaks for the first time has connected just before.
  person& at(const std::string& name) {
    const auto found = std::ranges::find(people_, name, &named_person::first);
    return found == people_.end() ? enter(name, false) : *found->second;
  }
  person& enter(const std::string& name, bool is_plaintext) {
    const auto number = static_cast<int>(people_.size()) + 1;
    return *people_.emplace_back(name, std::make_unique<person>(*running_, number, is_plaintext)).second;
  }
  void log_in(const std::string& name) {
    at(name).say("NICK " + name);
    at(name).say("USER " + name + " 0 * :" + name);
    at(name).take_told(false);
  }
  /// Behind a failure of OPER the next one waits, as I-74 says; in the unit tests' world nobody counts failures.
  void say(const std::string& name, const std::string& line, const std::vector<std::string>& expected) {
    static const std::regex refused(R"([a-z]+< :irc\.test (464|491) .*)");
    if (line.starts_with("OPER "))
      std::this_thread::sleep_for(pause_);
    at(name).say(line);
    if (std::ranges::any_of(expected, [](const auto& each) { return std::regex_match(each, refused); }))
      pause_ = std::max(seconds{1}, 2 * pause_);
  }

  /// What everybody is told thereupon, in the order in which they came. The speaker has his PONG first.
  std::vector<std::string> take_told(const std::string& speaker, const step& thereupon) {
    static const std::regex late("[a-z]+> WALLOPS .*"); // a PONG may be before it, on another worker node
    const bool is_late = std::regex_match(thereupon.written, late);
    std::map<std::string, std::vector<std::string>> told;
    const auto take = [&](const std::string& name) {
      if (told.contains(name))
        return;
      const auto is_his = [&](const auto& line) { return line.starts_with(name + "< "); };
      const auto ends = [&](const auto& line) { return line.starts_with(name + "< ERROR :"); };
      const auto count = std::ranges::count_if(thereupon.told, is_his);
      told[name] = is_late ? at(name).await_told(static_cast<std::size_t>(count))
                           : at(name).take_told(std::ranges::any_of(thereupon.told, ends));
    };
    if (!speaker.empty())
      take(speaker);
    std::vector<std::string> all;
    for (const auto& [name, each] : people_) {
      take(name);
      for (const auto& line : told[name])
        all.push_back(name + "< " + line);
    }
    return all;
  }
  void compare(std::vector<std::string> told, const step& thereupon) {
    std::vector<std::string> expected;
    std::ranges::transform(thereupon.told, std::back_inserter(expected), meant_by);
    static const std::regex of_channels("[a-z]+> .*(#[^ ,]+,|JOIN 0).*");
    if (std::regex_match(thereupon.written, of_channels)) {
      told = by_channel(std::move(told));
      expected = by_channel(std::move(expected));
    }
    real_.set_span(std::chrono::ceil<seconds>(system_clock::now() - begin_));
    std::string as_it_is;
    std::string as_it_should_be;
    for (const auto& each : told)
      as_it_is += real_.of(each) + "\n";
    for (const auto& each : expected)
      as_it_should_be += unreal_.of(each) + "\n";
    EXPECT_EQ(as_it_is, as_it_should_be);
  }

  using named_person = std::pair<std::string, std::unique_ptr<person>>;
  system_clock::time_point begin_ = system_clock::now();
  std::unique_ptr<cluster> running_ = unused_cluster(std::get<1>(GetParam()));
  std::vector<named_person> people_;
  seconds pause_{0}; ///< before the next OPER
  comparable real_{begin_, seconds{0}};
  comparable unreal_{unreal_begin, std::chrono::hours{1}};
};

INSTANTIATE_TEST_SUITE_P(
  All, IrcConversation, ::testing::Combine(::testing::ValuesIn(names_of_files()), ::testing::Values("single", "local")),
  [](const auto& tested) { return std::get<0>(tested.param) + "_" + std::get<1>(tested.param); });

// I-3, I-10, I-11, I-12, I-13, I-14, I-15, I-16, I-17, I-19, I-20, I-21, I-22, I-23, I-24, I-25, I-26, I-27, I-28, I-29
// I-30, I-31, I-33, I-34, I-35, I-36, I-37, I-38, I-39, I-40, I-41, I-43, I-44, I-45, I-46, I-50, I-53, I-60, I-61
// I-62, I-63, I-64, I-65, I-66, I-67, I-68, I-70, I-71, I-72, I-73, I-74, I-75, I-76, I-77, I-78, I-80
TEST_P(IrcConversation, IsHeldWithARealClusterAsItIsWritten) {
  const auto& name = std::get<0>(GetParam());
  for (const auto& each : steps_of(name)) {
    SCOPED_TRACE("tests/data/irc/" + name + ".txt:" + std::to_string(each.line) + ": " + each.written);
    play(each);
  }
}

} // namespace
} // namespace godwit::test
