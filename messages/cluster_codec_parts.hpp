/// @file
/// Inside of messages/cluster_codec.hpp: how the parts of a message are put into their wire form and got out of it.
///
/// `put` and `get` stand in namespace wire, where argument-dependent lookup finds them by the wire type. `get` throws
/// what kj throws and codec_failure; messages/cluster_codec.cpp catches both. Not for others.
#pragma once

#include "messages/cluster_messages.hpp"
#include "messages/parcel.hpp"

#include <messages/cluster.capnp.h>

#include <algorithm>
#include <span>
#include <string>
#include <vector>

namespace godwit::wire {

/// Thrown by `get`, caught by the decoder.
struct codec_failure {
  error_code code = error_code::bad_frame; ///< unsupported: written by a newer version
};

// ------------------------------------------------------------------------------------------------- bytes and numbers

inline capnp::Text::Reader text_of(const std::string& from) { return {from.data(), from.size()}; }
inline capnp::Data::Reader data_of(const std::string& from) {
  return {reinterpret_cast<const capnp::byte*>(from.data()), from.size()};
}
inline capnp::Data::Reader data_of(const std::array<std::uint8_t, 32>& from) { return {from.data(), from.size()}; }

inline std::string string_of(capnp::Text::Reader from) { return {from.begin(), from.size()}; }
inline std::string string_of(capnp::Data::Reader from) {
  return {reinterpret_cast<const char*>(from.begin()), from.size()};
}
inline std::array<std::uint8_t, 32> hash_of(capnp::Data::Reader from) {
  std::array<std::uint8_t, 32> to{};
  if (from.size() != to.size())
    throw codec_failure{};
  std::copy(from.begin(), from.end(), to.begin());
  return to;
}
inline std::int64_t microseconds_of(timestamp from) { return from.time_since_epoch().count(); }
inline timestamp time_of(std::int64_t from) { return timestamp{std::chrono::microseconds{from}}; }

/// An enumerator with 1 <= number <= `last`.
template <class Enum>
Enum enum_of(std::uint8_t number, Enum last) {
  if (number == 0 || number > static_cast<std::uint8_t>(last))
    throw codec_failure{error_code::unsupported};
  return static_cast<Enum>(number);
}

// --------------------------------------------------------------------------------------------------------- overloads

// X(wire type, C++ type): each pair has a `put` and a `get`.
#define GODWIT_CLUSTER_PARTS(X)                                                                                        \
  X(SessionEpoch, session_epoch)                                                                                       \
  X(EffectName, effect_name)                                                                                           \
  X(Failure, error)                                                                                                    \
  X(StreamPosition, stream_position)                                                                                   \
  X(RequestOrigin, request_origin)                                                                                     \
  X(LoggedAt, logged_at)                                                                                               \
  X(AttachSession, attach_session)                                                                                     \
  X(AttachRefused, attach_refused)                                                                                     \
  X(ClientFrameCarried, client_frame)                                                                                  \
  X(SendingResumed, sending_resumed)                                                                                   \
  X(SessionOutput, session_output)                                                                                     \
  X(SessionRequest, place_session)                                                                                     \
  X(SessionRequest, resume_session)                                                                                    \
  X(RenewToken, renew_token)                                                                                           \
  X(SessionPlaced, session_placed)                                                                                     \
  X(MoveSession, move_session)                                                                                         \
  X(SessionEnding, route_revoked)                                                                                      \
  X(SessionEnding, session_must_end)                                                                                   \
  X(ClaimNick, claim_nick)                                                                                             \
  X(NickClaimed, nick_claimed)                                                                                         \
  X(ReleaseNick, release_nick)                                                                                         \
  X(FindNick, find_nick)                                                                                               \
  X(Person, found_person)                                                                                              \
  X(Person, companion)                                                                                                 \
  X(NickFound, nick_found)                                                                                             \
  X(LocateRoom, locate_room)                                                                                           \
  X(RoomPlace, room_place)                                                                                             \
  X(RoomLocated, room_located)                                                                                         \
  X(ListRooms, list_rooms)                                                                                             \
  X(RoomSummary, room_summary)                                                                                         \
  X(RoomsListed, rooms_listed)                                                                                         \
  X(EndSession, end_session)                                                                                           \
  X(ReleaseSession, release_session)                                                                                   \
  X(SessionHosted, session_hosted)                                                                                     \
  X(SessionReport, session_report)                                                                                     \
  X(RoomReport, room_report)                                                                                           \
  X(ReportWorker, report_worker)                                                                                       \
  X(HostRoom, host_room)                                                                                               \
  X(RoomHosted, room_hosted)                                                                                           \
  X(RoomAt, room_closed)                                                                                               \
  X(RoomAt, room_announced)                                                                                            \
  X(RoomNotHere, room_not_here)                                                                                        \
  X(RoomCommand, room_command)                                                                                         \
  X(CommandAnswered, command_answered)                                                                                 \
  X(CommandExpected, command_expected)                                                                                 \
  X(HistoryRange, read_history)                                                                                        \
  X(RoomQuery, room_query)                                                                                             \
  X(MemberRow, member_row)                                                                                             \
  X(QueryAnswered, query_answered)                                                                                     \
  X(MembershipGiven, membership_given)                                                                                 \
  X(AcceptMembership, accept_membership)                                                                               \
  X(SetPresence, set_presence)                                                                                         \
  X(SeenRoom, seen_room)                                                                                               \
  X(DescribePerson, describe_person)                                                                                   \
  X(AskPeople, ask_people)                                                                                             \
  X(PersonRow, person_row)                                                                                             \
  X(PeopleTold, people_told)                                                                                           \
  X(DescribeRoom, describe_room)                                                                                       \
  X(SignalRoom, signal_room)                                                                                           \
  X(PersonSignal, person_signal)                                                                                       \
  X(ExpelPerson, expel_person)                                                                                         \
  X(Proclamation, proclamation)                                                                                        \
  X(RoomInvitation, room_invitation)                                                                                   \
  X(AttachRelay, attach_relay)                                                                                         \
  X(DetachRelay, detach_relay)                                                                                         \
  X(PresenceChanged, presence_changed)                                                                                 \
  X(FanOutItem, fan_out_item)                                                                                          \
  X(FanOut, fan_out)                                                                                                   \
  X(FanOutDelivered, fan_out_delivered)                                                                                \
  X(ReportTaken, report_taken)                                                                                         \
  X(FetchEntries, fetch_entries)                                                                                       \
  X(EntriesFetched, entries_fetched)                                                                                   \
  X(RoomState, room_state)                                                                                             \
  X(StoredMember, stored_member)                                                                                       \
  X(LastOp, last_op)                                                                                                   \
  X(OpenLog, open_log)                                                                                                 \
  X(LogOpened, log_opened)                                                                                             \
  X(AppendEntries, append_entries)                                                                                     \
  X(EntriesAppended, entries_appended)                                                                                 \
  X(ReadLog, read_log)                                                                                                 \
  X(LogRead, log_read)                                                                                                 \
  X(FindLogged, find_logged)                                                                                           \
  X(LoggedFound, logged_found)                                                                                         \
  X(LoadSession, load_session)                                                                                         \
  X(StoredMembership, stored_membership)                                                                               \
  X(SessionLoaded, session_loaded)                                                                                     \
  X(SessionRow, session_row)                                                                                           \
  X(TokenRow, renew_token_row)                                                                                         \
  X(NickRow, nick_row)                                                                                                 \
  X(NickClaim, claim_nick_row)                                                                                         \
  X(FindRoom, find_room)                                                                                               \
  X(ListRoomRows, list_room_rows)                                                                                      \
  X(DrainMark, mark_drained)                                                                                           \
  X(AskStore, ask_store)                                                                                               \
  X(NickRowClaimed, nick_row_claimed)                                                                                  \
  X(RoomFound, room_found)                                                                                             \
  X(RoomRows, room_rows)                                                                                               \
  X(DirectoryLoaded, directory_loaded)                                                                                 \
  X(StoreAnswered, store_answered)                                                                                     \
  X(MemberNode, member_node)                                                                                           \
  X(MembershipView, membership_view)                                                                                   \
  X(SuspectNode, suspect_node)                                                                                         \
  X(DeliveryBatch, delivery_batch)                                                                                     \
  X(Envelope, envelope)

#define GODWIT_DECLARE_PART(wire_type, type)                                                                           \
  void put(wire_type::Builder to, const type& from);                                                                   \
  void get(wire_type::Reader from, type& to);
GODWIT_CLUSTER_PARTS(GODWIT_DECLARE_PART)
#undef GODWIT_DECLARE_PART

// ------------------------------------------------------------------------------------------------------------- lists

template <class ListBuilder, class T>
void put_each(ListBuilder to, const std::vector<T>& from) {
  for (unsigned i = 0; i < from.size(); ++i)
    put(to[i], from[i]);
}
template <class ListReader, class T>
void get_each(ListReader from, std::vector<T>& to) {
  to.clear();
  to.reserve(from.size());
  for (auto item : from)
    get(item, to.emplace_back());
}

void put_bytes(capnp::List<capnp::Data>::Builder to, const std::vector<shared_bytes>& from);
void get_bytes(capnp::List<capnp::Data>::Reader from, std::vector<shared_bytes>& to);
void put_entries(capnp::List<capnp::Data>::Builder to, const std::vector<shared_entry>& from);
void get_entries(capnp::List<capnp::Data>::Reader from, std::vector<shared_entry>& to);
std::string entry_bytes(const shared_entry& from);
shared_entry entry_of(capnp::Data::Reader from);

/// Null where there is none.
template <class Message, class Builder>
void put_why(Builder to, const Message& from) {
  if (from.why)
    put(to.initWhy(), *from.why);
}
template <class Reader, class Message>
void get_why(Reader from, Message& to) {
  if (from.hasWhy())
    get(from.getWhy(), to.why.emplace());
}

} // namespace godwit::wire
