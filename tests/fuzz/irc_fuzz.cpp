// What an IRC client sends: lines out of a byte stream, requests out of lines; and the lines that it is told, whatever
// others said, whatever the rooms answer.
#include "actors/rules/irc_front.hpp"
#include "messages/irc/irc_framer.hpp"
#include "messages/irc/irc_limits.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace godwit {
namespace {

using fuzz::choices;
using fuzz::require;

std::vector<std::string> lines_of(std::string_view stream, choices cuts) {
  irc::line_reader reader;
  std::vector<std::string> lines;
  while (!stream.empty()) {
    const auto count = cuts.empty() ? stream.size() : std::min<std::size_t>(cuts.byte() + 1U, stream.size());
    reader.feed(stream.substr(0, count));
    stream.remove_prefix(count);
    while (const auto line = reader.next()) {
      require(!line->empty() && line->size() <= irc::framed_bytes_max,
              "a line has its limit, and empty ones are skipped");
      require(line->find('\n') == std::string_view::npos, "a line ends at LF");
      lines.emplace_back(*line);
    }
    require(reader.waiting_bytes() <= irc::framed_bytes_max, "no more is kept than a line");
  }
  return lines;
}

void check_framing(choices input) {
  const auto cuts = input.text();
  const auto stream = input.rest();
  const auto whole = lines_of(stream, choices(nullptr, 0));
  const auto cut = lines_of(stream, choices(reinterpret_cast<const std::uint8_t*>(cuts.data()), cuts.size()));
  require(whole == cut, "lines are the same however the stream is cut");
  for (const auto& each : whole) {
    const auto read = irc::parse_line(each);
    require(read.what.params.size() <= limits::irc_params_max && read.what.tags.size() <= limits::irc_tags_max,
            "parameters and tags are bounded");
    for (const auto& tag : read.what.tags)
      require(!read.ok() || irc::unescape_tag_value(irc::escape_tag_value(tag.value)) == tag.value,
              "values of tags are kept");
  }
}

class one_client {
public:
  explicit one_client(choices input) : input_(input) {}

  void run() {
    for (unsigned step = 0; step != 400 && !input_.empty(); ++step)
      any_step();
    (void)front_.farewell({error_code::session_ended, input_.text()});
  }

private:
  static std::shared_ptr<irc_network> network() {
    auto made = std::make_shared<irc_network>();
    made->server = "irc.test";
    made->name = "Test";
    return made;
  }

  void any_step() {
    switch (input_.of(8)) {
    case 0:
    case 1: take(input_.text()); break;
    case 2:
    case 3: take(any_line()); break;
    case 4:
      check(front_.tell(
        client_reply{op_ - std::min<std::uint64_t>(input_.of(3), op_), input_.of(4) == 3, any_answer(), input_.of(3)}));
      break;
    case 5: check(front_.tell(tell::confirmed{op_})); break;
    case 6: check(front_.tell(any_news())); break;
    default:
      if (const auto shown = front_.show(any_event(), nullptr))
        check(*shown);
    }
  }

  void take(const std::string& line) {
    if (line.empty() || line.size() > irc::framed_bytes_max || line.find('\n') != std::string::npos)
      return; // the framing lets none through
    const auto command = front_.take(++op_, line);
    require(command.op == op_, "a line is a frame with its number");
    require(command.further.size() < frame_parts_max, "the parts of a line are bounded");
  }

  std::string any_line() {
    static const char* const verbs[] = {"NICK",     "USER",  "CAP",  "JOIN",    "PART",   "PRIVMSG",
                                        "NOTICE",   "MODE",  "WHO",  "LIST",    "NAMES",  "WHOIS",
                                        "WHOWAS",   "TOPIC", "KICK", "INVITE",  "TAGMSG", "ISON",
                                        "USERHOST", "OPER",  "KILL", "WALLOPS", "STATS",  "SETNAME"};
    std::string line;
    if (input_.of(4) == 3)
      line = "@label=" + any_word() + ";+typing=active ";
    line += verbs[input_.of(std::size(verbs))];
    for (unsigned count = input_.of(5); count != 0; --count)
      line += ' ' + any_word();
    if (input_.of(2) == 1)
      line += " :" + input_.text();
    return line;
  }
  std::string any_word() {
    static const char* const words[] = {"#lobby", "ada", "bob",       "+beI", "-ov", "#a,#b,#c", "a,b",     "*!*@*",
                                        "LS",     "302", "%tcuhnf,1", "REQ",  "END", "0",        "@#lobby", ">5"};
    const auto which = input_.of(std::size(words) + 1);
    return which < std::size(words) ? words[which] : input_.text();
  }

  room_id any_room() { return room_id{1 + input_.of(3)}; }
  tell::answer any_answer() {
    switch (input_.of(12)) {
    case 0: return error{static_cast<error_code>(input_.two_bytes() % 200), input_.text()};
    case 1: return tell::logged_in{input_.text()};
    case 2: return tell::nick_changed{input_.text()};
    case 3: return tell::members{{{any_word(), input_.text(), member_modes{}, any_word(), input_.text()}}};
    case 4: return tell::rooms{{{any_word(), input_.byte(), input_.text()}}};
    case 5: return tell::topic{any_room(), input_.text(), any_word(), {}};
    case 6: return tell::history{any_room(), {any_event(), any_event()}};
    case 7: return tell::pong{input_.byte()};
    case 8: return tell::is_away{input_.text()};
    case 9: return tell::noted{};
    case 10: return tell::your_turn{};
    default: return tell::settings{any_room(), {}};
    }
  }
  server_frame any_news() {
    if (input_.of(2) == 0)
      return tell::room_opened{any_room(), any_word(), input_.of(2) == 0 ? std::string{} : any_word(), input_.byte()};
    return tell::invitation{any_room(), any_word(), any_word()};
  }
  tell::event any_event() {
    log_entry entry;
    entry.seq = input_.byte();
    entry.nick = any_word();
    entry.mask = any_word();
    entry.name = {session_id{input_.byte()}, input_.byte(), 3};
    switch (input_.of(8)) {
    case 0: entry.body = joined{{}, input_.text()}; break;
    case 1: entry.body = left{input_.text(), input_.of(2) == 1}; break;
    case 2: entry.body = topic_set{input_.text()}; break;
    case 3: entry.body = renamed{any_word()}; break;
    case 4: entry.body = kicked{session_id{1}, any_word(), input_.text()}; break;
    case 5: entry.body = modes_changed{{{input_.of(2) == 1, mask_change{mask_list::bans, input_.text()}}}}; break;
    case 6: entry.body = forgotten{1}; break;
    default: entry.body = posted{input_.text()}; break;
    }
    const auto op = input_.of(3) == 0 ? op_ : 0;
    return {any_room(), op, std::make_shared<const log_entry>(std::move(entry))};
  }

  static void check(const std::string& told) {
    for (std::string_view rest = told; !rest.empty();) {
      const auto end = rest.find("\r\n");
      require(end != std::string_view::npos, "what a client is told are whole lines");
      const auto line = rest.substr(0, end);
      rest.remove_prefix(end + 2);
      require(!line.empty() && line.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos,
              "CR, LF and NUL stand in no line");
      const auto tags = line.starts_with('@') ? line.find(' ') + 1 : 0;
      require(tags <= limits::irc_server_tags_bytes_max, "tags to a client have their limit");
      require(line.size() - tags + 2 <= limits::irc_line_bytes_max, "a line to a client has its limit");
    }
  }

  choices input_;
  irc_front front_{network(), "cloak"};
  std::uint64_t op_ = 0;
};

} // namespace
} // namespace godwit

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  godwit::fuzz::choices input(data, size);
  if (input.of(3) == 0)
    godwit::check_framing(input);
  else
    godwit::one_client(input).run();
  return 0;
}
