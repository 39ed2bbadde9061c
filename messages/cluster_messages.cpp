#include "messages/cluster_messages.hpp"

#include <utility>

namespace godwit {

message::message() noexcept = default;
message::message(const message& other) = default;
message::message(message&& other) noexcept = default;
message& message::operator=(const message& other) = default;
message& message::operator=(message&& other) noexcept = default;
message::~message() = default;

template <class T>
requires is_alternative<T, message_content> message::message(T content)
    : message_content{std::in_place_type<T>, std::move(content)} {}

bool operator==(const message& a, const message& b) {
  return static_cast<const message_content&>(a) == static_cast<const message_content&>(b);
}

template message::message(attach_session);
template message::message(attach_refused);
template message::message(client_frame);
template message::message(sending_resumed);
template message::message(session_output);
template message::message(place_session);
template message::message(resume_session);
template message::message(renew_token);
template message::message(session_placed);
template message::message(route_revoked);
template message::message(move_session);
template message::message(claim_nick);
template message::message(nick_claimed);
template message::message(release_nick);
template message::message(find_nick);
template message::message(nick_found);
template message::message(locate_room);
template message::message(room_located);
template message::message(list_rooms);
template message::message(rooms_listed);
template message::message(end_session);
template message::message(session_must_end);
template message::message(report_worker);
template message::message(host_room);
template message::message(room_hosted);
template message::message(room_closed);
template message::message(room_announced);
template message::message(room_not_here);
template message::message(room_command);
template message::message(command_answered);
template message::message(command_expected);
template message::message(room_query);
template message::message(query_answered);
template message::message(membership_given);
template message::message(accept_membership);
template message::message(room_invitation);
template message::message(set_presence);
template message::message(attach_relay);
template message::message(detach_relay);
template message::message(fan_out);
template message::message(fan_out_delivered);
template message::message(report_taken);
template message::message(fetch_entries);
template message::message(entries_fetched);
template message::message(open_log);
template message::message(log_opened);
template message::message(append_entries);
template message::message(entries_appended);
template message::message(read_log);
template message::message(log_read);
template message::message(find_logged);
template message::message(logged_found);
template message::message(load_session);
template message::message(session_loaded);
template message::message(ask_store);
template message::message(store_answered);
template message::message(membership_view);
template message::message(suspect_node);
template message::message(release_session);
template message::message(session_hosted);
template message::message(describe_person);
template message::message(ask_people);
template message::message(people_told);
template message::message(describe_room);
template message::message(signal_room);
template message::message(person_signal);
template message::message(expel_person);
template message::message(proclamation);

} // namespace godwit
