/// @file
/// What happened in a room as lines of IRC.
///
/// An event is encoded once for all clients of a profile (irc_capabilities.hpp): nothing here depends on a client but
/// what the profile says.
/// Source: Modern IRC Client Protocol; IRCv3 server-time, message-ids, extended-join; docs/IRC.md, "Events".
#pragma once

#include "messages/irc/irc_capabilities.hpp"
#include "messages/log_entry.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace godwit::irc {

/// How a room is called: `#` and its title.
std::string channel_name(std::string_view title);
/// nick!user@host. Whose user and host are not known shows "*".
std::string source_of(std::string_view nick, std::string_view mask);
/// "~user@host" in its two parts, of the life of `mask`; "*" each where it is none.
std::pair<std::string_view, std::string_view> split_mask(std::string_view mask);
/// As IRCv3 server-time wants it: 2026-11-25T21:17:05.123Z.
std::string time_text(timestamp time);

struct event_view {
  capabilities profile;
  std::string_view target; ///< a channel; in a private conversation the nick that the text goes to
  std::string_view server; ///< source of what a room does by itself
};

/// The lines of an event, each with its CR LF; empty: it is not shown. A post of several lines, or one that is too long
/// for a line, becomes several lines of one id.
std::string encode_event(const event_view& view, room_id room, const log_entry& entry);

/// A text in pieces that fit into a line: cut at line breaks, then at `bytes_max` between two characters. Empty lines
/// are left out; never empty itself: a text without any other line gives one of a space.
std::vector<std::string_view> lines_of(std::string_view text, std::size_t bytes_max);

} // namespace godwit::irc
