/// @file
/// The one grammar of nicks and room names, the one case mapping, and the keys of private conversations.
///
/// A name is UTF-8 of letters, marks, numbers (Unicode categories L, M, N) and some punctuation:
///   nick  - _ [ ] { } | ^ \ `
///   room  - _ [ ] { } | ^ \ ` . +
/// It begins with no digit, mark or '-'. Nothing else is in it: no space, control, format, zero-width, bidi, private or
/// unassigned character, none of , * ? ! @ : #, and no '=', so that no room's name looks like a private conversation.
/// So every nick is an IRC nick, and every room name with a '#' before it an IRC channel.
///
/// Two names are the same when their folded forms are: Unicode's NFKC with case folding. For ASCII that is lower case
/// and nothing more: `[` and `{` are different characters. The folded form obeys the same grammar, and folding it again
/// changes nothing.
///
/// Limits: messages/text_limits.hpp; they bind the name as shown and as folded.
/// Source: docs/PROTOCOL.md, "Names".
#pragma once

#include "messages/errors.hpp"
#include "messages/ids.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace godwit {

/// What a nick is compared and found by. Errors: nick_invalid, nick_too_long.
result<std::string> fold_nick(std::string_view typed);
/// What people see: the nick as typed, composed (NFC), so that one text has one form. Errors: as fold_nick.
result<std::string> shown_nick(std::string_view typed);

/// The key of the public room with this name. Errors: room_invalid, room_name_too_long.
result<std::string> fold_room(std::string_view typed);
/// The room's title: its name as typed, composed (NFC). Errors: as fold_room.
result<std::string> shown_room(std::string_view typed);

/// Whether nobody may have this nick. Both the nick and the list are folded.
bool is_reserved_nick(std::string_view folded, std::span<const std::string> reserved);
/// What is reserved where the config does not say otherwise, folded: names that people would take for the server or its
/// operators, and the services of IRC.
std::span<const std::string> default_reserved_nicks();

/// The key of the private conversation of two people; the order of the arguments does not matter.
room_key private_room_key(const identity_hash& one, const identity_hash& other);
/// Whether this is the key of a private conversation.
bool is_private(const room_key& key);
/// Whose conversation it is, the lower hash first; none where `key` is no well-formed key of one.
std::optional<std::pair<identity_hash, identity_hash>> identities_of(const room_key& key);

} // namespace godwit
