/// @file
/// The line client: what is typed goes to the server, what happens is printed.
///
/// One thread reads lines and makes requests of them, at most `requests_unfinished_max` ahead of their confirmations;
/// the caller's thread prints. At the end of the input, when interrupted and when nobody reads what it prints, it waits
/// until all is confirmed, then leaves.
#pragma once

#include "client/chat/line_source.hpp"
#include "client/client.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace godwit {

/// What `godwit chat` ends with. The numbers are documented in docs/CLIENT.md.
enum class chat_exit : int {
  fine = 0,
  usage = 1,
  no_connection = 2,       ///< none could be made, or it was lost for good
  certificate_refused = 3, ///< the server's certificate, or the CA file
  login_refused = 4,
  unconfirmed = 5, ///< something that was asked was refused, or its end is not known
  unwritable = 6,  ///< all was confirmed, but nobody could be told
};

struct chat_options {
  client_settings client;
  std::string room; ///< joined at first; empty: none
  bool json = false;
};

struct chat_output {
  /// A line for standard output or standard error; false: nobody reads it any more.
  std::function<bool(std::string_view)> out;
  std::function<bool(std::string_view)> error;
};

/// Reads further only while fewer requests than this are unfinished.
inline constexpr std::size_t requests_unfinished_max = 64;

/// Runs until all is over. `input.stop()` ends it as the end of the input does.
chat_exit run_chat(const chat_options& options, line_source& input, const chat_output& output);

} // namespace godwit
