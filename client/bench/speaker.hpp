/// @file
/// One client's side of a chat protocol, as far as a load needs it: log in, join one room, post, quit.
///
/// Promises  no clock, no socket: bytes from the server go in, bytes for it are added to `out`, and what the server
///           said is told as events, from within take() only.
/// Requires  log_in() first; join() behind logged_in(), post() behind joined().
/// Source    native_speaker: docs/PROTOCOL.md. irc_speaker: docs/IRC.md.
#pragma once

#include "client/bench/post_text.hpp"
#include "messages/errors.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace godwit::bench {

enum class protocol : std::uint8_t { native, irc };

/// What a post may be long, such that it arrives in one piece.
std::size_t post_bytes_max(protocol which);

class speaker_events {
public:
  virtual ~speaker_events() = default;
  virtual void logged_in() = 0;
  virtual void joined() = 0;
  /// The posts of its own up to this one, counted from 1, are acknowledged, but for those that were refused.
  virtual void acknowledged(std::uint64_t counter) = 0;
  /// The server did not take this post, and never will. Told before acknowledged() gets there.
  virtual void refused(std::uint64_t counter, const std::string& why) = 0;
  /// A post in the room, of its own too.
  virtual void told(const post_stamp& what) = 0;
  /// The server can not be understood, refuses the log-in or the join, or says good-bye: a sentence.
  virtual void failed(const std::string& why) = 0;
};

class speaker {
public:
  virtual ~speaker() = default;

  virtual void log_in(const std::string& nick) = 0;
  virtual void join(const std::string& room) = 0;
  virtual void post(const std::string& room, std::string text) = 0;
  virtual void quit() = 0;
  virtual void take(std::string_view bytes) = 0;
};

/// `identity`: 16 bytes that nobody else has; IRC has none. `to` and `out` outlive the speaker.
std::unique_ptr<speaker> make_native_speaker(speaker_events& to, std::string& out, std::string identity);
/// `sender`: the number in this client's posts, by which it knows its echoes.
std::unique_ptr<speaker> make_irc_speaker(speaker_events& to, std::string& out, std::uint32_t sender);

} // namespace godwit::bench
