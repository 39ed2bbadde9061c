#include "tests/support/chat_client.hpp"

#include "tests/support/text_file.hpp"

#include <algorithm>
#include <array>
#include <csignal>
#include <stdexcept>
#include <unistd.h>

namespace godwit::test {
namespace {

constexpr std::size_t reported_events = 25;

std::string error_file_of(const chat_options& options) { return options.folder + "/" + options.nick + ".log"; }

chat_options completed(chat_options options) {
  if (options.identity.empty())
    options.identity = options.folder + "/" + options.nick + ".identity";
  return options;
}

program program_of(const chat_options& options) {
  program result;
  result.arguments = {options.program, "chat", "--json"};
  const std::map<std::string, std::string> values{
    {"--server", options.server},
    {"--nick", options.nick},
    {"--room", options.room},
    {"--ca", options.ca},
    {"--identity", options.identity},
    {"--connect-within", std::to_string(options.connect_within_s)},
    {"--reconnect-within", std::to_string(options.reconnect_within_s)},
  };
  for (const auto& [option, value] : values) {
    result.arguments.push_back(option);
    result.arguments.push_back(value);
  }
  result.environment = {{"HOME", options.folder},
                        {"XDG_CONFIG_HOME", options.folder + "/config"},
                        {"XDG_DATA_HOME", options.folder + "/data"}};
  result.error_file = error_file_of(options);
  return result;
}

std::string text_of(const fields& wanted) { return nlohmann::json(wanted).dump(); }

} // namespace

bool has(const event& what, const fields& wanted) {
  return std::ranges::all_of(wanted, [&](const auto& field) {
    const auto found = what.find(field.first);
    return found != what.end() && *found == field.second;
  });
}

chat_client::chat_client(chat_options options)
    : options_(completed(std::move(options))), requests_(options_.room.empty() ? 0 : 1), process_(program_of(options_)),
      reader_([this, output = process_.output()] { read_events(output); }) {}

chat_client::~chat_client() {
  process_.kill(); // the reader sees the end of its output
}

void chat_client::read_events(int output) {
  std::string buffer;
  std::array<char, 16 * 1024> bytes{};
  for (;;) {
    const auto got = ::read(output, bytes.data(), bytes.size());
    if (got < 0 && errno == EINTR)
      continue;
    const std::lock_guard guard{lock_};
    if (got <= 0) {
      ended_ = true;
      changed_.notify_all();
      return;
    }
    buffer.append(bytes.data(), static_cast<std::size_t>(got));
    std::size_t begin = 0;
    for (auto end = buffer.find('\n'); end != std::string::npos; end = buffer.find('\n', begin)) {
      auto parsed = event::parse(buffer.begin() + static_cast<std::ptrdiff_t>(begin),
                                 buffer.begin() + static_cast<std::ptrdiff_t>(end), nullptr, false);
      if (!parsed.is_object()) // told by what no test waits for
        parsed = {{"event", "no JSON object"}, {"line", buffer.substr(begin, end - begin)}};
      events_.push_back(std::move(parsed));
      begin = end + 1;
    }
    buffer.erase(0, begin);
    changed_.notify_all();
  }
}

int chat_client::say(std::string_view line) {
  mumble(line);
  return ++requests_;
}

void chat_client::mumble(std::string_view line) {
  if (!process_.write(std::string{line} + '\n'))
    give_up("it reads no more");
}

event chat_client::outcome(int request, std::chrono::milliseconds within) {
  return expect(
    "the end of request " + std::to_string(request),
    [request](const event& each) {
      const auto name = each.value("event", "");
      return each.value("request", 0) == request && (name == "confirmed" || name == "error");
    },
    0, within);
}

void chat_client::settle(std::chrono::milliseconds within) {
  for (int request = 1; request <= requests_; ++request)
    outcome(request, within);
}

event chat_client::expect(const fields& wanted, std::size_t from, std::chrono::milliseconds within) {
  return expect(
    text_of(wanted), [&wanted](const event& each) { return has(each, wanted); }, from, within);
}

event chat_client::expect(const std::string& what, const std::function<bool(const event&)>& fits, std::size_t from,
                          std::chrono::milliseconds within) {
  {
    std::unique_lock guard{lock_};
    const auto deadline = std::chrono::steady_clock::now() + within;
    for (auto next = from;; changed_.wait_until(guard, deadline)) {
      for (; next < events_.size(); ++next)
        if (fits(events_[next]))
          return events_[next];
      if (ended_ || std::chrono::steady_clock::now() >= deadline)
        break;
    }
  }
  give_up("in vain waited for " + what);
}

std::vector<event> chat_client::expect_count(std::size_t count, const fields& wanted, std::size_t from,
                                             std::chrono::milliseconds within) {
  std::size_t seen = 0;
  expect(
    std::to_string(count) + " of " + text_of(wanted),
    [&](const event& each) { return has(each, wanted) && ++seen == count; }, from, within);
  return events(wanted, from);
}

std::size_t chat_client::count() const {
  const std::lock_guard guard{lock_};
  return events_.size();
}

std::vector<event> chat_client::events(const fields& wanted, std::size_t from) const {
  const std::lock_guard guard{lock_};
  std::vector<event> result;
  for (auto next = from; next < events_.size(); ++next)
    if (has(events_[next], wanted))
      result.push_back(events_[next]);
  return result;
}

std::vector<event> chat_client::answers(std::string_view line) {
  const auto request = say(line);
  const auto end = outcome(request);
  if (end["event"] != "confirmed")
    throw std::runtime_error(options_.nick + " was refused " + std::string{line} + ": " + end.dump());
  auto result = events({{"request", request}});
  std::erase(result, end);
  return result;
}

process_end chat_client::leave(std::chrono::milliseconds within) {
  process_.end_input();
  return wait(within);
}

process_end chat_client::wait(std::chrono::milliseconds within) {
  const auto end = process_.wait(within);
  if (!end)
    give_up("it does not end");
  std::unique_lock guard{lock_};
  changed_.wait(guard, [this] { return ended_; });
  return *end;
}

std::string chat_client::errors() const { return read_text(error_file_of(options_)); }

std::string chat_client::report() const {
  std::string text = options_.nick + ", newest events:\n";
  {
    const std::lock_guard guard{lock_};
    const auto from = events_.size() - std::min(events_.size(), reported_events);
    for (auto next = from; next < events_.size(); ++next)
      text += "  " + events_[next].dump() + '\n';
    if (ended_)
      text += "  and its output ended\n";
  }
  return text + tail_of(errors(), 10);
}

void chat_client::give_up(const std::string& what) const {
  throw std::runtime_error(options_.nick + ": " + what + "\n" + report());
}

} // namespace godwit::test
