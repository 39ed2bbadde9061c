#include "client/bench/speaker.hpp"

#include "messages/irc/irc_framer.hpp"
#include "messages/irc/irc_line.hpp"
#include "messages/text_limits.hpp"

namespace godwit::bench {
namespace {

/// Those that answer a log-in, a JOIN or a PRIVMSG and say that it was not done.
bool is_refusal(std::string_view command) { return command.size() == 3 && (command[0] == '4' || command[0] == '5'); }
constexpr std::string_view no_message_of_the_day = "422";

class irc_speaker final : public speaker {
public:
  irc_speaker(speaker_events& to, std::string& out, std::uint32_t sender) : to_(to), out_(out), sender_(sender) {}

  /// With `echo-message`: the echo is what acknowledges a post.
  void log_in(const std::string& nick) override {
    out_ += "CAP REQ :echo-message\r\nNICK " + nick + "\r\nUSER bench 0 * :godwit-bench\r\nCAP END\r\n";
  }
  void join(const std::string& room) override { out_ += "JOIN #" + room + "\r\n"; }
  void post(const std::string& room, std::string text) override {
    out_ += "PRIVMSG #";
    out_ += room;
    out_ += " :";
    out_ += text;
    out_ += "\r\n";
  }
  void quit() override { out_ += "QUIT\r\n"; }

  void take(std::string_view bytes) override {
    lines_.feed(bytes);
    while (const auto text = lines_.next())
      take_line(*text);
  }

private:
  void take_line(std::string_view text) {
    if (take_post(text))
      return;
    const auto line = irc::parse_line(text).what;
    if (line.command == "PING")
      out_ += "PONG :" + line.param(0) + "\r\n";
    else if (line.command == "001")
      is_in_ = (to_.logged_in(), true);
    else if (line.command == "366")
      is_in_room_ = (to_.joined(), true);
    else if (line.command == "ERROR")
      to_.failed(line.param(0));
    else if (line.command == "FAIL" || (is_refusal(line.command) && line.command != no_message_of_the_day))
      refused(std::string{text});
  }

  /// What comes most is not taken apart more than is needed: `:source PRIVMSG #room :text`.
  bool take_post(std::string_view text) {
    constexpr std::string_view command = " PRIVMSG ";
    const auto source_end = text.find(' ');
    if (!text.starts_with(':') || source_end == std::string_view::npos || !text.substr(source_end).starts_with(command))
      return false;
    const auto trailing = text.find(" :", source_end + command.size());
    if (trailing == std::string_view::npos)
      return false;
    const auto stamp = read_post(text.substr(trailing + 2));
    if (!stamp)
      return false;
    to_.told(*stamp);
    if (stamp->sender == sender_ && stamp->counter > answered_)
      to_.acknowledged(answered_ = stamp->counter);
    return true;
  }

  /// Which post it was, no line says: answers come in the order of the posts.
  void refused(const std::string& line) {
    if (!is_in_)
      to_.failed("the log-in was refused: " + line);
    else if (!is_in_room_)
      to_.failed("the join was refused: " + line);
    else {
      to_.refused(++answered_, line);
      to_.acknowledged(answered_);
    }
  }

  speaker_events& to_;
  std::string& out_;
  irc::line_reader lines_;
  std::uint32_t sender_;
  std::uint64_t answered_ = 0; ///< of its own posts
  bool is_in_ = false;
  bool is_in_room_ = false;
};

} // namespace

std::unique_ptr<speaker> make_irc_speaker(speaker_events& to, std::string& out, std::uint32_t sender) {
  return std::make_unique<irc_speaker>(to, out, sender);
}

/// IRC: what fits into a line of 512 bytes with the longest source and name of a room that a load has.
std::size_t post_bytes_max(protocol which) { return which == protocol::native ? limits::post_bytes_max : 350; }

} // namespace godwit::bench
