/// @file
/// The rules by which a public room is kept in order: who may join, speak, be called otherwise, kick, invite and change
/// what holds for the room. A private conversation has none of this.
///
/// What each rank may, and what more than the one before:
///   none           drop a mode of its own; invite, unless the room is invite only; set the topic, unless it is locked
///   voice          speak in a moderated room, and where it is banned or muted
///   half-operator  flags, key, limit, lists, voice; a locked topic; kick who is below it
///   operator       grant and take operator, half-operator; kick up to operators
///   admin          the same; operators can neither kick it nor take its modes
///   founder        everything, admin and founder included
/// Nobody takes a mode from somebody of a higher rank.
///
/// Functions of their arguments alone. `address` is folded_address of a person (messages/masks.hpp).
/// Limits: listed_masks_max, mode_changes_max, room_key_bytes_max, invitations_max.
/// Source: docs/PROTOCOL.md, "Moderation".
#pragma once

#include "actors/rules/room_roster.hpp"
#include "messages/errors.hpp"
#include "messages/log_entry.hpp"
#include "messages/moderation.hpp"
#include "messages/room_messages.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace godwit::moderation {

/// Matched by a ban, and by no exception.
bool is_banned(const room_settings& settings, std::string_view address);
/// Matched by a ban or a mute, and by no exception.
bool is_silenced(const room_settings& settings, std::string_view address);

/// Whether who is no member yet may become one. Errors: banned, invite_only, wrong_key, room_full.
std::optional<error> why_join_refused(const room_settings& settings, const room_command& what, const join_room& join,
                                      std::size_t member_count);
/// `sender` null: an outsider. Errors: not_in_room, muted.
std::optional<error> why_post_refused(const room_settings& settings, const stored_member* sender, bool silenced);
/// Errors: not_permitted.
std::optional<error> why_topic_refused(const room_settings& settings, const stored_member& by);
std::optional<error> why_invite_refused(const room_settings& settings, const stored_member& by);
/// Errors: not_permitted, protected_member.
std::optional<error> why_kick_refused(const stored_member& by, const stored_member& whom);

/// What a request really changes, in order; nothing where all is so already. Or why none of it is done: not_permitted,
/// protected_member, no_such_member, mask_invalid, list_full, mode_invalid.
result<std::vector<mode_change>> real_changes(const room_settings& settings, const room_roster& members,
                                              const stored_member& by, const std::vector<mode_change>& asked);

/// The modes of this session after these changes.
member_modes modes_after(member_modes before, session_id session, const std::vector<mode_change>& changes);

/// The settings after this entry; whether it changed them. The first entry of a log makes the room.
bool apply_to_settings(room_settings& settings, const log_entry& entry);

} // namespace godwit::moderation
