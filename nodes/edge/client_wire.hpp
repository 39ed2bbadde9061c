/// @file
/// A client's language as far as the edge knows it: how its bytes are cut into frames, and the few words that the edge
/// says itself.
///
/// Bounded  one frame (frame.hpp) or line (irc_framer.hpp) is kept, never more than its limit.
/// Source   messages/client.capnp, "Framing"; docs/IRC.md, "Lines", "The end of a connection".
#pragma once

#include "messages/errors.hpp"
#include "messages/frame.hpp"
#include "messages/ids.hpp"
#include "messages/irc/irc_framer.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace godwit {

class client_wire {
public:
  static client_wire native(frame_limits limits);
  /// `server`: the name that IRC clients are shown.
  static client_wire irc(std::string server);

  [[nodiscard]] protocol spoken() const;

  void feed(std::string_view bytes);
  /// The next whole frame, or nothing yet. A line of IRC is a frame of the session channel. Errors: as frame_reader.
  result<std::optional<frame>> next();

  /// Asks a silent client for a sign of life.
  [[nodiscard]] shared_bytes ping(std::uint64_t number) const;
  /// The connection goes on, but will be closed for this reason if the client does.
  [[nodiscard]] shared_bytes warning(const error& why) const;
  /// The last words of a connection.
  [[nodiscard]] shared_bytes farewell(const error& why) const;

private:
  struct irc_lines {
    irc::line_reader lines;
    std::string server;
  };
  explicit client_wire(std::variant<frame_reader, irc_lines> cut) : cut_(std::move(cut)) {}

  std::variant<frame_reader, irc_lines> cut_;
};

} // namespace godwit
