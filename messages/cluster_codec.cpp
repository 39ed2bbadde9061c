#include "messages/cluster_codec.hpp"

#include "actors/rules/limits.hpp"
#include "messages/cluster_codec_parts.hpp"

#include <capnp/serialize.h>
#include <kj/exception.h>
#include <kj/io.h>

#include <cstring>

namespace godwit {

// X(C++ type, member of wire::Envelope::message, its enumerator)
#define GODWIT_ENVELOPED(X)                                                                                            \
  X(attach_session, AttachSession, ATTACH_SESSION)                                                                     \
  X(attach_refused, AttachRefused, ATTACH_REFUSED)                                                                     \
  X(client_frame, ClientFrame, CLIENT_FRAME)                                                                           \
  X(sending_resumed, SendingResumed, SENDING_RESUMED)                                                                  \
  X(session_output, SessionOutput, SESSION_OUTPUT)                                                                     \
  X(place_session, PlaceSession, PLACE_SESSION)                                                                        \
  X(resume_session, ResumeSession, RESUME_SESSION)                                                                     \
  X(session_placed, SessionPlaced, SESSION_PLACED)                                                                     \
  X(route_revoked, RouteRevoked, ROUTE_REVOKED)                                                                        \
  X(claim_nick, ClaimNick, CLAIM_NICK)                                                                                 \
  X(nick_claimed, NickClaimed, NICK_CLAIMED)                                                                           \
  X(release_nick, ReleaseNick, RELEASE_NICK)                                                                           \
  X(find_nick, FindNick, FIND_NICK)                                                                                    \
  X(nick_found, NickFound, NICK_FOUND)                                                                                 \
  X(locate_room, LocateRoom, LOCATE_ROOM)                                                                              \
  X(room_located, RoomLocated, ROOM_LOCATED)                                                                           \
  X(list_rooms, ListRooms, LIST_ROOMS)                                                                                 \
  X(rooms_listed, RoomsListed, ROOMS_LISTED)                                                                           \
  X(end_session, EndSession, END_SESSION)                                                                              \
  X(session_must_end, SessionMustEnd, SESSION_MUST_END)                                                                \
  X(report_worker, ReportWorker, REPORT_WORKER)                                                                        \
  X(host_room, HostRoom, HOST_ROOM)                                                                                    \
  X(room_hosted, RoomHosted, ROOM_HOSTED)                                                                              \
  X(room_closed, RoomClosed, ROOM_CLOSED)                                                                              \
  X(room_announced, RoomAnnounced, ROOM_ANNOUNCED)                                                                     \
  X(room_not_here, RoomNotHere, ROOM_NOT_HERE)                                                                         \
  X(room_command, RoomCommand, ROOM_COMMAND)                                                                           \
  X(command_answered, CommandAnswered, COMMAND_ANSWERED)                                                               \
  X(command_expected, CommandExpected, COMMAND_EXPECTED)                                                               \
  X(room_query, RoomQuery, ROOM_QUERY)                                                                                 \
  X(query_answered, QueryAnswered, QUERY_ANSWERED)                                                                     \
  X(membership_given, MembershipGiven, MEMBERSHIP_GIVEN)                                                               \
  X(accept_membership, AcceptMembership, ACCEPT_MEMBERSHIP)                                                            \
  X(set_presence, SetPresence, SET_PRESENCE)                                                                           \
  X(attach_relay, AttachRelay, ATTACH_RELAY)                                                                           \
  X(detach_relay, DetachRelay, DETACH_RELAY)                                                                           \
  X(fan_out, FanOut, FAN_OUT)                                                                                          \
  X(fan_out_delivered, FanOutDelivered, FAN_OUT_DELIVERED)                                                             \
  X(report_taken, ReportTaken, REPORT_TAKEN)                                                                           \
  X(fetch_entries, FetchEntries, FETCH_ENTRIES)                                                                        \
  X(entries_fetched, EntriesFetched, ENTRIES_FETCHED)                                                                  \
  X(open_log, OpenLog, OPEN_LOG)                                                                                       \
  X(log_opened, LogOpened, LOG_OPENED)                                                                                 \
  X(append_entries, AppendEntries, APPEND_ENTRIES)                                                                     \
  X(entries_appended, EntriesAppended, ENTRIES_APPENDED)                                                               \
  X(read_log, ReadLog, READ_LOG)                                                                                       \
  X(log_read, LogRead, LOG_READ)                                                                                       \
  X(find_logged, FindLogged, FIND_LOGGED)                                                                              \
  X(logged_found, LoggedFound, LOGGED_FOUND)                                                                           \
  X(load_session, LoadSession, LOAD_SESSION)                                                                           \
  X(session_loaded, SessionLoaded, SESSION_LOADED)                                                                     \
  X(ask_store, AskStore, ASK_STORE)                                                                                    \
  X(store_answered, StoreAnswered, STORE_ANSWERED)                                                                     \
  X(membership_view, MembershipView, MEMBERSHIP_VIEW)                                                                  \
  X(suspect_node, SuspectNode, SUSPECT_NODE)                                                                           \
  X(release_session, ReleaseSession, RELEASE_SESSION)                                                                  \
  X(session_hosted, SessionHosted, SESSION_HOSTED)                                                                     \
  X(renew_token, RenewToken, RENEW_TOKEN)                                                                              \
  X(room_invitation, RoomInvitation, ROOM_INVITATION)                                                                  \
  X(describe_person, DescribePerson, DESCRIBE_PERSON)                                                                  \
  X(ask_people, AskPeople, ASK_PEOPLE)                                                                                 \
  X(people_told, PeopleTold, PEOPLE_TOLD)                                                                              \
  X(describe_room, DescribeRoom, DESCRIBE_ROOM)                                                                        \
  X(signal_room, SignalRoom, SIGNAL_ROOM)                                                                              \
  X(person_signal, PersonSignal, PERSON_SIGNAL)                                                                        \
  X(expel_person, ExpelPerson, EXPEL_PERSON)                                                                           \
  X(proclamation, Proclamation, PROCLAMATION)                                                                          \
  X(move_session, MoveSession, MOVE_SESSION)

#define GODWIT_COUNT(type, member, enumerator) +1
static_assert(std::variant_size_v<message_content> == 0 GODWIT_ENVELOPED(GODWIT_COUNT),
              "each message has its wire form");
#undef GODWIT_COUNT

namespace wire {

namespace {

/// One overload per alternative: a message without one does not compile.
struct put_message {
  Envelope::Message::Builder to;

#define GODWIT_PUT(type, member, enumerator)                                                                           \
  void operator()(const type& from) { put(to.init##member(), from); }
  GODWIT_ENVELOPED(GODWIT_PUT)
#undef GODWIT_PUT
};

void get_message(Envelope::Message::Reader from, message& to) {
  switch (from.which()) {
#define GODWIT_GET(type, member, enumerator)                                                                           \
  case Envelope::Message::enumerator: return get(from.get##member(), to.emplace<type>());
    GODWIT_ENVELOPED(GODWIT_GET)
#undef GODWIT_GET
  }
  throw codec_failure{error_code::unsupported};
}

void put_parcel(Parcel::Builder to, const parcel& from) {
  to.setNumber(from.number);
  to.setClass(from.number == 0 ? std::uint8_t{0} : static_cast<std::uint8_t>(from.carries));
  to.setLastSent(from.last_sent);
  auto acknowledged = to.initAcknowledged();
  acknowledged.setControl(from.acknowledged.control);
  acknowledged.setChat(from.acknowledged.chat);
  acknowledged.setBulk(from.acknowledged.bulk);
  acknowledged.setBatches(from.acknowledged.batches);
  if (!from.envelopes.empty())
    put_each(to.initEnvelopes(from.envelopes.size()), from.envelopes);
  if (from.batch)
    put(to.initBatch(), *from.batch);
  if (from.introduction) {
    auto greeting = to.initGreeting();
    greeting.setNode(text_of(from.introduction->node));
    greeting.setIncarnation(from.introduction->node_incarnation.value);
    greeting.setPeer(text_of(from.introduction->peer));
    greeting.setPeerIncarnation(from.introduction->peer_incarnation.value);
  }
}

/// False: it is of a newer version, and to be skipped.
bool get_known(Envelope::Reader from, envelope& to) {
  try {
    get(from, to);
    return true;
  } catch (const codec_failure& failure) {
    if (failure.code != error_code::unsupported)
      throw;
    return false;
  }
}

void get_parcel(Parcel::Reader from, parcel& to) {
  to.number = from.getNumber();
  if (to.number != 0)
    to.carries = enum_of(from.getClass(), message_class::bulk);
  to.last_sent = from.getLastSent();
  auto acknowledged = from.getAcknowledged();
  to.acknowledged = {acknowledged.getControl(), acknowledged.getChat(), acknowledged.getBulk(),
                     acknowledged.getBatches()};
  to.envelopes.reserve(from.getEnvelopes().size());
  for (auto item : from.getEnvelopes()) {
    if (!get_known(item, to.envelopes.emplace_back())) {
      to.envelopes.pop_back();
      ++to.skipped;
    }
  }
  if (from.hasBatch())
    get(from.getBatch(), to.batch.emplace());
  if (from.hasGreeting()) {
    auto greeting = from.getGreeting();
    to.introduction = link_introduction{string_of(greeting.getNode()),
                                        {greeting.getIncarnation()},
                                        string_of(greeting.getPeer()),
                                        {greeting.getPeerIncarnation()}};
  }
}

} // namespace

void put(Envelope::Builder to, const envelope& from) {
  to.setToKind(static_cast<std::uint8_t>(from.to.kind));
  to.setToId(from.to.id);
  std::visit(put_message{to.getMessage()}, from.what);
}
void get(Envelope::Reader from, envelope& to) {
  to.to.kind = enum_of(from.getToKind(), entity_kind::membership);
  to.to.id = from.getToId();
  get_message(from.getMessage(), to.what);
}

} // namespace wire

namespace {

std::string bytes_of(capnp::MessageBuilder& from) {
  std::string to(capnp::computeSerializedSizeInWords(from) * sizeof(capnp::word), '\0');
  kj::ArrayOutputStream out{kj::arrayPtr(reinterpret_cast<kj::byte*>(to.data()), to.size())};
  capnp::writeMessage(out, from);
  return to;
}

/// The words of `bytes`, in place where they are aligned, else copied into `copy`.
kj::ArrayPtr<const capnp::word> words_of(std::string_view bytes, kj::Array<capnp::word>& copy) {
  const auto count = bytes.size() / sizeof(capnp::word);
  if (reinterpret_cast<std::uintptr_t>(bytes.data()) % alignof(capnp::word) == 0)
    return kj::arrayPtr(reinterpret_cast<const capnp::word*>(bytes.data()), count);
  copy = kj::heapArray<capnp::word>(count);
  std::memcpy(copy.begin(), bytes.data(), count * sizeof(capnp::word));
  return copy.asPtr();
}

/// Each word may be read twice, as is done by those who ask for a list's size before its items; nothing points to one
/// place often.
capnp::ReaderOptions reader_limits(std::size_t bytes) {
  capnp::ReaderOptions limits;
  limits.traversalLimitInWords = 4 * (bytes / sizeof(capnp::word)) + 1024;
  limits.nestingLimit = 16;
  return limits;
}

template <class Root, class T, class Get>
result<T> decode(std::string_view bytes, Get get_root) {
  if (bytes.size() > limits::parcel_blob_bytes_max || bytes.size() % sizeof(capnp::word) != 0)
    return error_code::bad_frame;
  try {
    kj::Array<capnp::word> copy;
    capnp::FlatArrayMessageReader reader{words_of(bytes, copy), reader_limits(bytes.size())};
    T to;
    get_root(reader.getRoot<Root>(), to);
    return to;
  } catch (const wire::codec_failure& failure) {
    return failure.code;
  } catch (const kj::Exception& why) {
    return error{error_code::bad_frame, why.getDescription().cStr()};
  } catch (const std::exception& why) {
    return error{error_code::bad_frame, why.what()};
  }
}

} // namespace

std::string encode_parcel(const parcel& from) {
  capnp::MallocMessageBuilder builder{4096};
  wire::put_parcel(builder.initRoot<wire::Parcel>(), from);
  return bytes_of(builder);
}

result<parcel> decode_parcel(std::string_view bytes) {
  return decode<wire::Parcel, parcel>(bytes, [](auto from, parcel& to) { wire::get_parcel(from, to); });
}

std::string encode_envelope(const envelope& from) {
  capnp::MallocMessageBuilder builder;
  put(builder.initRoot<wire::Envelope>(), from);
  return bytes_of(builder);
}

result<envelope> decode_envelope(std::string_view bytes) {
  return decode<wire::Envelope, envelope>(bytes, [](auto from, envelope& to) { get(from, to); });
}

std::vector<edge_item> unpack(delivery_batch batch) {
  std::vector<edge_item> items;
  for (auto& item : batch.items) {
    if (auto* output = std::get_if<session_output>(&item)) {
      items.emplace_back(std::move(*output));
      continue;
    }
    const auto& delivered = std::get<batched_delivery>(item);
    for (const auto& target : delivered.targets)
      items.emplace_back(delivery{target.session, target.epoch, target.attach, delivered.position,
                                  batch.payloads[delivered.payload], nullptr});
  }
  return items;
}

} // namespace godwit
