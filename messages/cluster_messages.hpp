/// @file
/// Everything that Godwit's parts say to each other: within a process as these objects, between nodes as
/// messages/cluster.capnp says.
///
/// A command is imperative, what happened is past tense. Each message names by id whom it is about and, where an answer
/// is wanted, the node that waits for it: no actor handle ever crosses nodes.
///
/// Loss: a message is lost only with the link that carried it. Both ends then hear `link_reset`, and whoever has
/// something unanswered says it again, by the same name.
#pragma once

#include "messages/address.hpp"
#include "messages/directory_messages.hpp"
#include "messages/edge_messages.hpp"
#include "messages/membership_messages.hpp"
#include "messages/people_messages.hpp"
#include "messages/relay_messages.hpp"
#include "messages/room_messages.hpp"
#include "messages/store_messages.hpp"

#include <type_traits>
#include <variant>

namespace godwit {

/// The alternatives of `message`. The order is not the wire form; messages/cluster.capnp has the numbers.
using message_content =
  std::variant<attach_session, attach_refused, client_frame, sending_resumed, session_output, place_session,
               resume_session, session_placed, route_revoked, claim_nick, nick_claimed, release_nick, find_nick,
               nick_found, locate_room, room_located, list_rooms, rooms_listed, end_session, session_must_end,
               report_worker, host_room, room_hosted, room_closed, room_announced, room_not_here, room_command,
               command_answered, command_expected, room_query, query_answered, membership_given, accept_membership,
               set_presence, attach_relay, detach_relay, fan_out, fan_out_delivered, report_taken, fetch_entries,
               entries_fetched, open_log, log_opened, append_entries, entries_appended, read_log, log_read, find_logged,
               logged_found, load_session, session_loaded, ask_store, store_answered, membership_view, suspect_node,
               release_session, session_hosted, renew_token, room_invitation, describe_person, ask_people, people_told,
               describe_room, signal_room, person_signal, expel_person, proclamation, move_session>;

template <class T, class Content>
inline constexpr bool is_alternative = false;
template <class T, class... Alternatives>
inline constexpr bool is_alternative<T, std::variant<Alternatives...>> = (std::is_same_v<T, Alternatives> || ...);

/// Everything that travels in an envelope: a `std::variant`, to be visited and looked into as one. What copies, moves
/// and ends it is compiled once, in cluster_messages.cpp: for so many alternatives it would be most of the work of
/// every source.
class message : public message_content {
public:
  message() noexcept;
  template <class T>
  requires is_alternative<T, message_content>
  message(T content); // NOLINT(google-explicit-constructor): as a variant does
  message(const message& other);
  message(message&& other) noexcept;
  message& operator=(const message& other);
  message& operator=(message&& other) noexcept;
  ~message();

  friend bool operator==(const message& a, const message& b);
};

/// A message and where it goes.
struct envelope {
  address to;
  message what;
};

} // namespace godwit
