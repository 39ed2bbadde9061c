#include "nodes/edge/client_wire.hpp"

#include "messages/control_codec.hpp"
#include "messages/irc/irc_line.hpp"
#include "messages/irc/irc_numerics.hpp"

#include <memory>
#include <utility>

namespace godwit {
namespace {

shared_bytes shared(std::string bytes) { return std::make_shared<const std::string>(std::move(bytes)); }

std::string sentence(const error& why) { return why.detail.empty() ? std::string(sentence_of(why.code)) : why.detail; }

} // namespace

client_wire client_wire::native(frame_limits limits) { return client_wire(frame_reader(limits)); }
client_wire client_wire::irc(std::string server) { return client_wire(irc_lines{{}, std::move(server)}); }

protocol client_wire::spoken() const {
  return std::holds_alternative<irc_lines>(cut_) ? protocol::irc : protocol::native;
}

void client_wire::feed(std::string_view bytes) {
  if (auto* frames = std::get_if<frame_reader>(&cut_))
    frames->feed(bytes);
  else
    std::get<irc_lines>(cut_).lines.feed(bytes);
}

result<std::optional<frame>> client_wire::next() {
  if (auto* frames = std::get_if<frame_reader>(&cut_))
    return frames->next();
  const auto line = std::get<irc_lines>(cut_).lines.next();
  if (!line)
    return std::optional<frame>{};
  return std::optional<frame>{frame{static_cast<std::uint8_t>(client_channel::session), *line}};
}

shared_bytes client_wire::ping(std::uint64_t number) const {
  if (const auto* lines = std::get_if<irc_lines>(&cut_))
    return shared(irc::line_writer({}, "PING").trailing(lines->server).str());
  return shared(control::encode(control::server_control{control::ping{number}}));
}

shared_bytes client_wire::warning(const error& why) const {
  if (const auto* lines = std::get_if<irc_lines>(&cut_))
    return shared( // RPL_TRYAGAIN, of whatever it said: nothing of it is lost
      irc::line_writer(lines->server, irc::text_of(irc::numeric::try_again))
        .param("*")
        .param("*")
        .trailing(sentence(why))
        .str());
  return shared(control::encode(control::server_control{control::warning{why}}));
}

namespace {

/// `detail`: the session's farewell, "NICK (REASON)".
std::string kill_line(std::string_view server, std::string_view detail) {
  const auto space = detail.find(' ');
  if (space == std::string_view::npos || detail.size() < space + 3)
    return {};
  const auto reason = detail.substr(space + 2, detail.size() - space - 3);
  return irc::line_writer(server, "KILL").param(detail.substr(0, space)).trailing(reason).str();
}

} // namespace

shared_bytes client_wire::farewell(const error& why) const {
  if (const auto* lines = std::get_if<irc_lines>(&cut_)) {
    std::string out;
    if (why.code == error_code::killed)
      out = kill_line(lines->server, why.detail);
    return shared(out + irc::line_writer({}, "ERROR").trailing("Closing Link: " + sentence(why)).str());
  }
  return shared(control::encode(control::closed_by(why)));
}

} // namespace godwit
