#include "messages/irc/irc_events.hpp"

#include "messages/irc/irc_line.hpp"
#include "messages/irc/irc_modes.hpp"
#include "messages/overloaded.hpp"

#include <algorithm>
#include <array>
#include <ctime>

namespace godwit::irc {
namespace {

class event_writer {
public:
  event_writer(const event_view& view, room_id room, const log_entry& entry)
      : view_(view), room_(room), entry_(entry),
        source_(entry.nick.empty() ? std::string(view.server) : source_of(entry.nick, entry.mask)) {}

  std::string write() {
    std::visit([this](const auto& body) { add(body); }, entry_.body);
    return std::move(out_);
  }

private:
  void add(const posted& it) {
    const auto command = it.kind == post_kind::notice ? "NOTICE" : "PRIVMSG";
    std::string target(view_.target);
    if (it.audience != member_mode::none)
      target.insert(0, prefixes_of(it.audience, false));
    const auto room = line_writer(source_, command).param(target).room();
    for (const auto& each : lines_of(it.text, room))
      say(line_writer(source_, command).param(target).trailing(each));
  }
  void add(const joined& it) {
    line_writer line(source_, "JOIN");
    line.param(view_.target);
    if (view_.profile.has(capability::extended_join))
      line.param("*").trailing(it.real_name); // "*": no account
    say(line);
    has_id_ = false; // what follows is no message of its own
    if (!it.modes.empty())
      say_modes(it.modes);
  }
  /// Who comes in with modes is given them, for those who see only that somebody joins.
  void say_modes(member_modes modes) {
    const auto prefixes = prefixes_of(modes, true);
    std::vector<mode_change> changes;
    for (const char each : prefixes)
      changes.push_back({true, member_change{entry_.name.session, entry_.nick, member_mode_of_prefix(each)}});
    for (const auto& words : words_of(changes, 256))
      say_words(std::string(view_.server), words);
  }
  void add(const left& it) {
    if (it.quit)
      return say(line_writer(source_, "QUIT").trailing(it.reason));
    line_writer line(source_, "PART");
    line.param(view_.target);
    if (!it.reason.empty())
      line.trailing(it.reason);
    say(line);
  }
  void add(const topic_set& it) { say(line_writer(source_, "TOPIC").param(view_.target).trailing(it.text)); }
  void add(const renamed& it) { say(line_writer(source_, "NICK").trailing(it.to)); }
  void add(const modes_changed& it) {
    const auto room = line_writer(source_, "MODE").param(view_.target).room();
    for (const auto& words : words_of(it.changes, room))
      say_words(source_, words);
  }
  void add(const kicked& it) {
    line_writer line(source_, "KICK");
    line.param(view_.target).param(it.nick);
    say(line.trailing(it.reason.empty() ? entry_.nick : it.reason));
  }
  void add(const invited& it) {
    if (view_.profile.has(capability::invite_notify))
      say(line_writer(source_, "INVITE").param(it.nick).param(view_.target));
  }
  void add(const forgotten& it) {
    const auto range = std::to_string(it.first) + " to " + std::to_string(entry_.seq);
    say(line_writer(source_, "NOTICE").param(view_.target).trailing("Messages " + range + " are not kept any more"));
  }
  void add(const unknown_entry&) {}

  void say_words(const std::string& source, const std::string& words) {
    line_writer line(source, "MODE");
    line.param(view_.target);
    for (std::size_t at = 0; at < words.size();) {
      const auto end = std::min(words.find(' ', at), words.size());
      line.param(std::string_view(words).substr(at, end - at));
      at = end + 1;
    }
    say(line);
  }

  void say(line_writer& line) {
    if (view_.profile.has(capability::server_time))
      line.tag("time", time_text(entry_.time));
    if (view_.profile.has(capability::message_tags) && has_id_)
      line.tag("msgid", message_id(room_, entry_.seq));
    if (view_.profile.has(capability::message_tags) && entry_.by_bot)
      line.tag("bot");
    if (const auto* said = std::get_if<posted>(&entry_.body); said && view_.profile.has(capability::message_tags))
      line.raw_tags(said->tags);
    out_ += line.str();
  }
  void say(line_writer&& line) { say(line); }

  const event_view& view_;
  room_id room_;
  const log_entry& entry_;
  std::string source_;
  bool has_id_ = true;
  std::string out_;
};

} // namespace

std::string channel_name(std::string_view title) {
  std::string out(1, '#');
  return out.append(title);
}

std::pair<std::string_view, std::string_view> split_mask(std::string_view mask) {
  const auto at = mask.find('@');
  if (at == std::string_view::npos)
    return {"*", "*"};
  return {mask.substr(0, at), mask.substr(at + 1)};
}

std::string source_of(std::string_view nick, std::string_view mask) {
  std::string out(nick);
  return out.append("!").append(mask.empty() ? std::string_view("*@*") : mask);
}

std::string time_text(timestamp time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  const auto millis = std::chrono::floor<std::chrono::milliseconds>(time - seconds).count();
  const std::time_t at = std::chrono::system_clock::to_time_t(seconds);
  std::tm utc{};
  ::gmtime_r(&at, &utc);
  std::array<char, 40> text{};
  const auto size = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &utc);
  auto fraction = std::to_string(millis);
  return std::string(text.data(), size) + "." + std::string(3 - fraction.size(), '0') + fraction + "Z";
}

std::string encode_event(const event_view& view, room_id room, const log_entry& entry) {
  return event_writer(view, room, entry).write();
}

std::vector<std::string_view> lines_of(std::string_view text, std::size_t bytes_max) {
  std::vector<std::string_view> out;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    auto line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    while (!line.empty()) {
      const auto piece = utf8_prefix(line, std::max<std::size_t>(bytes_max, 4));
      out.push_back(piece);
      line.remove_prefix(piece.size());
    }
  }
  if (out.empty())
    out.emplace_back(" ");
  return out;
}

} // namespace godwit::irc
