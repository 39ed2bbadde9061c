/// @file
/// The limits of the IRC protocol that Godwit speaks: those of the wire, and those that ISUPPORT tells.
#pragma once

#include <chrono>
#include <cstddef>

namespace godwit::limits {

/// A line without its tags, CR and LF included. RFC 1459, 2.3: all clients count on it.
inline constexpr std::size_t irc_line_bytes_max = 512;
/// The tags of a client's line, from '@' to the space behind them. IRCv3 message-tags: 4,094 bytes of data.
inline constexpr std::size_t irc_client_tags_bytes_max = 4096;
/// The tags of a server's line: its own 4,094 bytes and those of the client whose line it passes on. IRCv3
/// message-tags.
inline constexpr std::size_t irc_server_tags_bytes_max = 8191;
/// Of one line. More than any client sends; each costs a string.
inline constexpr std::size_t irc_tags_max = 64;
/// RFC 1459, 2.3: fourteen, and one more behind " :".
inline constexpr std::size_t irc_params_max = 15;
/// Targets of one PRIVMSG, NOTICE or TAGMSG (ISUPPORT TARGMAX).
inline constexpr std::size_t irc_message_targets_max = 8;
/// Names in one JOIN, PART, NAMES, …: more do not fit into the numbers of one frame's effects. A client that joins a
/// hundred channels at its start sends two lines.
inline constexpr std::size_t irc_channels_per_line_max = 60;
/// Changes in one MODE.
inline constexpr std::size_t irc_modes_per_line_max = 20;
/// Of these, such with a parameter each (ISUPPORT MODES): as many as parameters are left beside channel and letters.
inline constexpr std::size_t irc_modes_with_parameter_max = irc_params_max - 2;
/// Of USER; what is longer is cut.
inline constexpr std::size_t irc_user_bytes_max = 16;
inline constexpr std::size_t irc_real_name_bytes_max = 128;

/// From a client's first line to its log-in. Longer than a person types a nick that is free, twice.
inline constexpr std::chrono::seconds irc_login_timeout{60};

} // namespace godwit::limits
