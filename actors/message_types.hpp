/// @file
/// Tells CAF that Godwit's messages may travel between the actors of one process as they are, and never further: what
/// crosses nodes is a parcel of messages/cluster.capnp, since CAF's own serialisation breaks with any change of a type.
#pragma once

#include "messages/cluster_messages.hpp"

#include <caf/allowed_unsafe_message_type.hpp>

#include <memory>

namespace godwit {
/// One list of events on its way to many sessions.
using shared_room_events = std::shared_ptr<const room_events>;
} // namespace godwit

// clang-format off
#define GODWIT_LOCAL_MESSAGES(X)                                                                                       \
  X(attach_session) X(attach_refused) X(client_frame) X(sending_resumed) X(session_output) X(delivery)                 \
  X(place_session) X(resume_session) X(session_placed) X(route_revoked) X(move_session) X(renew_token)                 \
  X(claim_nick) X(nick_claimed) X(release_nick) X(find_nick) X(nick_found)                                             \
  X(locate_room) X(room_located) X(list_rooms) X(rooms_listed)                                                         \
  X(end_session) X(session_must_end) X(report_worker) X(release_session) X(session_hosted)                             \
  X(host_room) X(room_hosted) X(room_closed) X(room_announced) X(room_not_here)                                        \
  X(room_command) X(command_answered) X(command_expected) X(room_query) X(query_answered)                              \
  X(membership_given) X(accept_membership) X(set_presence) X(room_invitation)                                          \
  X(describe_person) X(ask_people) X(people_told) X(describe_room) X(signal_room) X(person_signal)                      \
  X(expel_person) X(proclamation)                                                                                      \
  X(attach_relay) X(detach_relay) X(fan_out) X(fan_out_delivered) X(report_taken)                                      \
  X(shared_room_events) X(enrol_session) X(withdraw_session) X(replay_events) X(room_reopened)                         \
  X(fetch_entries) X(entries_fetched)                                                                                  \
  X(open_log) X(log_opened) X(append_entries) X(entries_appended) X(read_log) X(log_read)                              \
  X(find_logged) X(logged_found) X(load_session) X(session_loaded) X(ask_store) X(store_answered)                      \
  X(membership_view) X(suspect_node) X(link_reset) X(link_lost)
// clang-format on

#define X(type) CAF_ALLOW_UNSAFE_MESSAGE_TYPE(godwit::type)
GODWIT_LOCAL_MESSAGES(X)
#undef X
