/// @file
/// Every error that Godwit tells a person or a program: a stable number, a stable name, a sentence that says what to
/// do, and whether the same request may succeed later.
///
/// The list is GODWIT_ERRORS below; a number, once used, is never used for anything else.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace godwit {

// X(name, number, may a retry succeed, sentence)
#define GODWIT_ERRORS(X)                                                                                               \
  X(internal_error, 1, false, "The server failed on this request; report it to its operator.")                         \
  X(unsupported, 2, false, "This server does not know this request; it may be older than your client.")                \
  X(bad_frame, 3, false, "The server could not read what your client sent; update the client.")                        \
  X(frame_too_large, 4, false, "The request is larger than the server allows; send less at once.")                     \
  X(version_unsupported, 5, false, "Client and server share no protocol version; update the older one.")               \
  X(not_logged_in, 6, false, "Log in with a nick first.")                                                              \
  X(already_logged_in, 7, false, "This session has logged in already.")                                                \
  X(identity_invalid, 8, false, "The identity must be 16 random bytes; remove the identity file to make a new one.")   \
  X(resume_refused, 9, false, "The session can not be resumed; log in anew.")                                          \
  X(session_ended, 10, false, "The session has ended; log in anew.")                                                   \
  X(session_lost, 11, true, "The node that served the session failed; resume with your token.")                        \
  X(killed, 12, false, "An operator of the server has ended your session.")                                            \
  X(nick_invalid, 20, false, "Choose a nick of letters, digits and - _ [ ] { } | ^ that starts with no digit or -.")   \
  X(nick_too_long, 21, false, "Choose a shorter nick.")                                                                \
  X(nick_in_use, 22, true, "Somebody has this nick; choose another.")                                                  \
  X(nick_reserved, 23, false, "This nick is reserved; choose another.")                                                \
  X(no_such_nick, 24, true, "Nobody with this nick is here.")                                                          \
  X(nick_confusable, 25, true, "This nick looks like one that somebody has; choose another.")                          \
  X(room_invalid, 30, false, "Choose a room name of letters, digits and - _ . + that starts with no digit or -.")      \
  X(room_name_too_long, 31, false, "Choose a shorter room name.")                                                      \
  X(no_such_room, 32, false, "There is no such room; join it to make it.")                                             \
  X(not_in_room, 33, false, "Join the room first.")                                                                    \
  X(too_many_rooms, 34, false, "You are in as many rooms as the server allows; leave one first.")                      \
  X(room_full, 35, true, "The room has as many members as the server allows.")                                         \
  X(text_empty, 40, false, "Write something before you send.")                                                         \
  X(text_too_long, 41, false, "The text is too long; send it in parts.")                                               \
  X(text_invalid, 42, false,                                                                                           \
    "The text must be UTF-8 without control characters, but for tabs, and in a post line breaks and IRC's marks.")     \
  X(request_invalid, 43, false, "A field of the request is outside of what the protocol allows.")                      \
  X(too_many_requests, 44, true, "Too many requests are unanswered; wait for answers before you send more.")           \
  X(not_an_operator, 45, false, "This is for operators of the server.")                                                \
  X(operator_refused, 46, false,                                                                                       \
    "There is no such operator, the password is wrong, or your address is not among its.")                             \
  X(not_permitted, 50, false, "Your place in this room does not allow it; ask one of its operators.")                  \
  X(banned, 51, false, "You are banned from this room; ask one of its operators.")                                     \
  X(invite_only, 52, false, "This room is for those who are invited; ask a member to invite you.")                     \
  X(wrong_key, 53, false, "This room has a key; join with the right one.")                                             \
  X(muted, 54, false, "You may not speak in this room now; ask one of its operators for a voice.")                     \
  X(no_such_member, 55, false, "Nobody with this nick is in the room.")                                                \
  X(mask_invalid, 56, false, "Write a mask as nick!user@host, with * and ? for what may differ, without spaces.")      \
  X(list_full, 57, false, "This list of the room is full; remove an entry first.")                                     \
  X(mode_invalid, 58, false, "There is no such mode, or its value is none that it can have.")                          \
  X(protected_member, 59, false, "Who has a higher place in the room than you is protected from this.")                \
  X(no_worker_node, 60, true, "No worker node is there to serve you; try again soon.")                                 \
  X(no_broker_node, 61, true, "The broker node is away; try again soon.")                                              \
  X(store_unavailable, 62, true, "The store is away, nothing was written; try again soon.")                            \
  X(stale_epoch, 63, true, "The request reached a former owner; it is sent again by itself.")                          \
  X(shutting_down, 64, true, "The server is being stopped; connect again soon.")                                       \
  X(no_such_node, 65, false, "No worker node of this name is alive; see which there are with: godwitctl nodes.")       \
  X(move_failed, 66, true, "It could not be moved; it goes on where it was.")                                          \
  X(no_such_session, 67, false, "There is no such session; see which there are with: godwitctl sessions.")             \
  X(no_other_worker_node, 68, true, "No other worker node could take what is there; start or undrain one first.")      \
  X(handshake_timeout, 80, true, "The connection said nothing useful in time; connect again.")                         \
  X(idle_timeout, 81, true, "The connection was silent for too long; connect again.")                                  \
  X(send_queue_exceeded, 82, true, "Your client reads too slowly, and what waits for it has grown too large.")         \
  X(replaced, 83, false, "The session was resumed from another connection.")                                           \
  X(too_many_clients, 84, true, "The server serves as many clients as it may; try again later.")                       \
  X(flooding, 85, true, "Your client asks for more than the server allows; send more slowly.")                         \
  X(too_many_connections, 86, true, "Too many connections come from your address; close some, or try again later.")    \
  X(tls_failed, 90, true, "No secure connection could be made, or it was cut short.")                                  \
  X(certificate_refused, 91, false, "The other side's certificate is not trusted; check the CA file and the name.")    \
  X(certificate_unusable, 92, false, "The certificate, its key or its CA can not be used; make them anew.")            \
  X(file_unusable, 93, false, "A file can not be read or written; correct its path or its rights.")                    \
  X(address_unusable, 94, false, "Nothing can listen on this address; correct it, or stop what uses it.")

/// The number is the wire form.
enum class error_code : std::uint16_t {
#define X(name, number, retry, sentence) name = number,
  GODWIT_ERRORS(X)
#undef X
};

/// The stable name, as clients and scripts see it; `unknown_error` for a number that this build does not know.
std::string_view name_of(error_code code);
/// One sentence that says what to do.
std::string_view sentence_of(error_code code);
/// Whether the same request may succeed later without a change.
bool may_retry(error_code code);
/// Whether `number` is in the list.
bool is_known(std::uint16_t number);

/// An error as a value. `detail` adds what the sentence can not know (a name, a limit); it may be empty.
struct error {
  error_code code = error_code::internal_error;
  std::string detail;

  bool operator==(const error&) const = default;
};

/// A `T`, or the error that says why there is none.
template <class T>
class result {
public:
  result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  result(error why) : state_(std::in_place_index<1>, std::move(why)) {}
  result(error_code code) : state_(std::in_place_index<1>, error{code, {}}) {}

  explicit operator bool() const { return state_.index() == 0; }
  T& operator*() & { return std::get<0>(state_); }
  const T& operator*() const& { return std::get<0>(state_); }
  T&& operator*() && { return std::get<0>(std::move(state_)); }
  T* operator->() { return &std::get<0>(state_); }
  const T* operator->() const { return &std::get<0>(state_); }
  /// Requires that there is no value.
  const godwit::error& why() const { return std::get<1>(state_); }

private:
  std::variant<T, godwit::error> state_;
};

} // namespace godwit
