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
#include "messages/errors.hpp"
#include "messages/ids.hpp"
#include "messages/log_entry.hpp"

#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace godwit {

/// A place in a stream of deliveries, opaque to the edge. Today: stream = room id, position = room_seq.
struct stream_position {
  std::uint64_t stream = 0;
  std::uint64_t position = 0;
  bool operator==(const stream_position&) const = default;
};

// ---------------------------------------------------------------------------------------- edge ↔ session

/// edge → session_host. Take this session (spawn it if it is not here) and go on from exactly this. Sent when a session
/// is opened, when a client resumes, and after a link was reset: one message for every start and every loss. The frames
/// from `first_in_seq` on follow it.
struct attach_session {
  session_id session;
  session_epoch epoch;
  std::uint32_t attach = 0; ///< rises with each attach of this route; output of an older one is dropped by the edge
  node_name proxy;          ///< who asks, and where output goes
  incarnation proxy_incarnation;
  godwit::protocol protocol = godwit::protocol::native;
  identity_hash identity{};
  std::string peer_address;               ///< of the client, for the log and for operators
  bool from_store = false;                ///< no snapshot exists: nick and rooms are read from the store
  std::string snapshot;                   ///< state.capnp, as the session last sent it; empty: none
  std::vector<stream_position> positions; ///< what the client has; of its rooms that are missing here it has nothing
  std::uint64_t first_in_seq = 1;
  bool operator==(const attach_session&) const = default;
};

/// session_host → edge. The session can not be served here.
struct attach_refused {
  session_id session;
  session_epoch epoch;
  std::uint32_t attach = 0;
  error why;
  bool operator==(const attach_refused&) const = default;
};

enum class frame_kind : std::uint8_t {
  data = 1,   ///< bytes of the client
  closed = 2, ///< the session's last frame: its client left or its time to resume is over; `bytes` says why
};

/// edge → session. Numbered from 1 per session, kept by the edge until confirmed.
struct client_frame {
  session_id session;
  session_epoch epoch;
  std::uint32_t attach = 0;
  std::uint64_t in_seq = 0;
  frame_kind kind = frame_kind::data;
  shared_bytes bytes;
};

/// edge → session. The client's queue is half empty again after output that was `paced`.
struct sending_resumed {
  session_id session;
  session_epoch epoch;
  std::uint32_t attach = 0;
  bool operator==(const sending_resumed&) const = default;
};

/// session → edge. The edge takes all of it or nothing. Ordered with the session's deliveries.
struct session_output {
  session_id session;
  session_epoch epoch;
  std::uint32_t attach = 0;
  std::vector<shared_bytes> replies;   ///< frames (native) or lines (IRC), ready to be written
  std::uint64_t confirmed_in_seq = 0;  ///< frames up to this one are confirmed; 0: none newly
  std::optional<std::string> snapshot; ///< only if it changed
  bool paced = false;                  ///< answer `sending_resumed` once the client's queue is half empty
  std::optional<error> close;          ///< tell the client why, then close the connection and forget the route
};

/// session → edge. One event for one client. Batched per proxy node: each payload travels once.
struct delivery {
  session_id session;
  session_epoch epoch;
  std::uint32_t attach = 0;
  stream_position position;
  shared_bytes payload;
  /// Dropped when the entry stands in the client's queue, or can not any more; its last copy reports "delivered" to the
  /// room. Stays on its node: across a link the sending link holds it until the batch is acknowledged.
  std::shared_ptr<const void> ticket;
};

// ------------------------------------------------------------------------------------- edge ↔ directory

/// edge → directory. A client asks for a new session.
struct place_session {
  session_id session;
  node_name proxy;
  incarnation proxy_incarnation;
  godwit::protocol protocol = godwit::protocol::native;
  identity_hash identity{};
  std::array<std::uint8_t, 32> token_hash{}; ///< SHA-256 of the resume token
  bool operator==(const place_session&) const = default;
};

/// edge → directory. A client has a token of a session that has no living route here.
struct resume_session {
  session_id session;
  node_name proxy;
  incarnation proxy_incarnation;
  godwit::protocol protocol = godwit::protocol::native;
  identity_hash identity{};
  std::array<std::uint8_t, 32> token_hash{};
  bool operator==(const resume_session&) const = default;
};

/// directory → edge. Answers both.
struct session_placed {
  session_id session;
  session_epoch epoch;
  node_name worker;
  incarnation worker_incarnation;
  bool resumed = false;
  std::optional<error> why; ///< set: refused, the rest is empty
  bool operator==(const session_placed&) const = default;
};

/// directory → edge. The session was resumed elsewhere or ended: forget its route, tell its client why.
struct route_revoked {
  session_id session;
  session_epoch epoch; ///< routes of this epoch and older
  error why;
  bool operator==(const route_revoked&) const = default;
};

// ---------------------------------------------------------------------------------- session ↔ directory

/// What an effect of a session on the directory is called, and who waits for the answer.
struct request_origin {
  effect_name name;
  node_name reply_to;
  bool operator==(const request_origin&) const = default;
};

struct claim_nick {
  request_origin origin;
  session_epoch epoch;
  std::string nick;
  bool operator==(const claim_nick&) const = default;
};
/// The nick is the session's. A former nick of it stays claimed until `release_nick`.
struct nick_claimed {
  effect_name name;
  std::string nick;
  std::optional<error> why;
  bool operator==(const nick_claimed&) const = default;
};
/// session → directory. Every room of the session has logged the change away from `nick`.
struct release_nick {
  session_id session;
  std::string nick;
  bool operator==(const release_nick&) const = default;
};

struct find_nick {
  request_origin origin;
  std::string nick;
  bool operator==(const find_nick&) const = default;
};
struct found_person {
  session_id session;
  std::string nick;
  identity_hash identity{};
  node_name worker;
  bool operator==(const found_person&) const = default;
};
struct nick_found {
  effect_name name;
  std::optional<found_person> person;
  std::optional<error> why;
  bool operator==(const nick_found&) const = default;
};

/// session → directory. Where is this room? Opened if it is not open; made if `create`.
struct locate_room {
  request_origin origin;
  room_key key;
  std::string title; ///< the name as typed, kept if the room is made now
  bool create = false;
  bool operator==(const locate_room&) const = default;
};
struct room_place {
  room_id room;
  room_epoch epoch = 0;
  node_name node;
  bool operator==(const room_place&) const = default;
};
struct room_located {
  effect_name name;
  room_key key;
  std::optional<room_place> place;
  std::optional<error> why;
  bool operator==(const room_located&) const = default;
};

struct list_rooms {
  request_origin origin;
  room_key after; ///< the page begins behind this key; empty: at the first
  std::uint32_t limit = 0;
  bool operator==(const list_rooms&) const = default;
};
struct room_summary {
  std::string title;
  std::uint32_t member_count = 0;
  std::string topic;
  bool operator==(const room_summary&) const = default;
};
struct rooms_listed {
  effect_name name;
  std::vector<room_summary> rooms;
  room_key next; ///< empty: no more
  std::optional<error> why;
  bool operator==(const rooms_listed&) const = default;
};

/// session_host → directory. The session has left its rooms (or never was in one) and is over: free its nick, forget
/// it.
/// Repeated at each link_reset of the broker node until `release_session` answers it.
struct end_session {
  session_id session;
  session_epoch epoch;
  node_name node{}; ///< whose session_host asks
  bool operator==(const end_session&) const = default;
};
/// directory → session_host. Whatever you hold of this session, of this epoch and older, is over: stop the actor,
/// without leaving rooms and without a word to clients; forget it. Answers `end_session`; also said when the session
/// was resumed elsewhere, and to a worker node that reports a session of which a younger epoch is known.
struct release_session {
  session_id session;
  session_epoch epoch;
  bool operator==(const release_session&) const = default;
};
/// directory → session. End yourself: your time is over, or another session took your place.
struct session_must_end {
  session_id session;
  session_epoch epoch; ///< of this epoch and older
  error why;
  bool operator==(const session_must_end&) const = default;
};

/// session_host → directory, after the broker node (re)appears: the sessions that live here.
struct session_report {
  session_id session;
  session_epoch epoch;
  node_name proxy;
  incarnation proxy_incarnation;
  bool operator==(const session_report&) const = default;
};
/// session_host → directory, each time a session is attached that was not here in this epoch: it lives here now. Lost
/// only with the link, after which `report_worker` says the same.
struct session_hosted {
  node_name node;
  incarnation node_incarnation;
  session_report session;
  bool operator==(const session_hosted&) const = default;
};
struct room_report {
  room_id room;
  room_epoch epoch = 0;
  room_key key;
  bool operator==(const room_report&) const = default;
};
struct report_worker {
  node_name node;
  incarnation node_incarnation;
  std::vector<session_report> sessions;
  std::vector<room_report> rooms;
  bool operator==(const report_worker&) const = default;
};

// --------------------------------------------------------------------------------- directory ↔ room_host

/// directory → room_host. Open this room here.
struct host_room {
  room_id room;
  room_key key;
  bool operator==(const host_room&) const = default;
};
/// room_host → directory. It is open here, with this epoch; or it could not be opened.
struct room_hosted {
  room_id room;
  room_epoch epoch = 0;
  node_name node;
  std::optional<error> why;
  bool operator==(const room_hosted&) const = default;
};
/// room_host → directory. It is not open here any more (fenced, or empty for long).
struct room_closed {
  room_id room;
  room_epoch epoch = 0;
  node_name node;
  bool operator==(const room_closed&) const = default;
};
/// room → every worker node's room_host. The room is open on `node`, with this epoch: relays attach again, sessions
/// send again what is unanswered.
struct room_announced {
  room_id room;
  room_epoch epoch = 0;
  node_name node;
  bool operator==(const room_announced&) const = default;
};
/// A worker node that was sent something for a room which is not here → the sender's node. Ask the directory again.
struct room_not_here {
  room_id room;
  room_epoch known_epoch = 0;
  session_id session; ///< 0: the relay asked
  bool operator==(const room_not_here&) const = default;
};

// --------------------------------------------------------------------------------------- session ↔ room

/// A member of a private conversation that the one who opens it brings along.
struct companion {
  session_id session;
  std::string nick;
  identity_hash identity{};
  node_name worker;
  bool operator==(const companion&) const = default;
};

struct join_room {
  std::optional<godwit::companion> companion; ///< private conversations: becomes a member with the sender
  bool operator==(const join_room&) const = default;
};
struct leave_room {
  std::string reason;
  bool quit = false;
  bool operator==(const leave_room&) const = default;
};
struct post {
  std::string text;
  bool operator==(const post&) const = default;
};
struct set_topic {
  std::string text;
  bool operator==(const set_topic&) const = default;
};
struct rename_member {
  std::string to;
  bool operator==(const rename_member&) const = default;
};
using room_action = std::variant<join_room, leave_room, post, set_topic, rename_member>;

/// session → room. What is to be logged. Known by its name; ordered behind `previous`, the name of the session's
/// command to this room before it: the unanswered one, else the last logged, else none.
struct room_command {
  room_id room;
  effect_name name;
  effect_name previous;
  session_epoch epoch;
  node_name reply_to;
  std::string nick; ///< of the sender; taken over by join_room only
  identity_hash identity{};
  room_action action;
  bool operator==(const room_command&) const = default;
};

struct logged_at {
  room_seq seq = 0;
  timestamp time{};
  bool operator==(const logged_at&) const = default;
};
/// room → session. Refused (`why`), or recognised as logged before (`at`). What is logged now is answered by its event.
struct command_answered {
  effect_name name;
  room_id room;
  std::optional<logged_at> at;
  std::optional<error> why;
  bool operator==(const command_answered&) const = default;
};
/// room → session. `refused` did not follow `last`, the last of yours that this room has seen: stamp anew and resend in
/// order.
struct command_expected {
  effect_name refused;
  room_id room;
  effect_name last;
  bool operator==(const command_expected&) const = default;
};

/// Members of the room, from `after` (a nick) on.
struct read_members {
  std::string after;
  bool operator==(const read_members&) const = default;
};
/// Logged events with from <= seq <= to, the first `limit` of them; with `last` the newest `limit` of them instead.
struct read_history {
  room_seq from = 1;
  room_seq to = 0; ///< 0: no upper end
  std::uint32_t limit = 0;
  bool last = false;
  bool since_left =
    false; ///< from := what the identity missed since its last session left; joins when it never was here
  bool operator==(const read_history&) const = default;
};
struct read_topic {
  bool operator==(const read_topic&) const = default;
};
using room_question = std::variant<read_members, read_history, read_topic>;

/// session → room. Changes nothing; answered to members only (and to those who were, for what they saw).
struct room_query {
  room_id room;
  request_origin origin;
  identity_hash identity{};
  room_question question;
  bool operator==(const room_query&) const = default;
};
struct member_row {
  std::string nick;
  std::string away; ///< empty: here
  bool operator==(const member_row&) const = default;
};
struct members_read {
  std::vector<member_row> members;
  bool more = false;
  bool operator==(const members_read&) const = default;
};
struct history_read {
  std::vector<shared_entry> entries;
  bool more = false; ///< the question covers more than this answer
};
struct topic_read {
  std::string text;
  std::string by;
  timestamp time{};
  bool operator==(const topic_read&) const = default;
};
/// room → session.
struct query_answered {
  effect_name name;
  room_id room;
  std::variant<members_read, history_read, topic_read, error> answer;
};

/// room → session. You are a member, by another's doing or from before: show from `joined_seq` on. Repeated until
/// `accept_membership`.
struct membership_given {
  session_id session;
  room_id room;
  room_epoch epoch = 0;
  node_name node;
  room_key key;
  std::string title;
  std::string companion_nick; ///< private conversations: who else is in it
  room_seq joined_seq = 0;
  effect_name last; ///< of this session in this room
  bool operator==(const membership_given&) const = default;
};
struct accept_membership {
  session_id session;
  room_id room;
  bool operator==(const accept_membership&) const = default;
};

/// session → room, passing: shown to those who are there now, kept by nobody.
struct set_presence {
  room_id room;
  session_id session;
  std::string away; ///< empty: back
  bool operator==(const set_presence&) const = default;
};

// ----------------------------------------------------------------------------------------- room ↔ relay

/// relay → room. Send me what is logged behind `after`, once, and everything from then on.
struct attach_relay {
  room_id room;
  node_name node;
  incarnation node_incarnation;
  room_seq after = 0;
  bool newest = false; ///< nobody here has anything yet: begin with what comes next
  bool operator==(const attach_relay&) const = default;
};
struct detach_relay {
  room_id room;
  node_name node;
  bool operator==(const detach_relay&) const = default;
};
/// What passes and is not logged.
struct presence_changed {
  session_id session;
  std::string nick;
  std::string away;
  bool operator==(const presence_changed&) const = default;
};
/// An event on its way out of a room. `fan_out_number` counts what goes to one node, logged or passing, caught up or
/// live, per epoch from 1.
struct fan_out_item {
  std::uint64_t fan_out_number = 0;
  std::variant<shared_entry, presence_changed> event;
};
/// room → relay.
struct fan_out {
  room_id room;
  room_epoch epoch = 0;
  room_seq base = 0; ///< the room_seq before the first logged item; a relay that has less asks to attach again
  std::vector<fan_out_item> items;
};
/// relay → room. Everything up to this fan-out number stands in the queues of this node's clients. One is outstanding
/// at a time.
struct fan_out_delivered {
  room_id room;
  room_epoch epoch = 0;
  node_name node;
  std::uint64_t fan_out_number = 0;
  bool operator==(const fan_out_delivered&) const = default;
};
/// room → relay. Answers `fan_out_delivered`: the next report may come.
struct report_taken {
  room_id room;
  room_epoch epoch = 0;
  bool operator==(const report_taken&) const = default;
};

/// relay → session, local only. In the order of the room. The tickets keep the events "undelivered" while somebody
/// holds them.
struct room_events {
  room_id room;
  struct item {
    std::variant<shared_entry, presence_changed> event;
    shared_bytes native; ///< the event as native clients are told it, encoded once
    std::shared_ptr<const void> ticket;
  };
  std::vector<item> items;
};
/// session → relay, local only.
struct enrol_session {
  room_id room;
  session_id session;
  room_seq after = 0;  ///< the session has everything up to here
  bool newest = false; ///< not a member yet: begins with its own `joined`
  bool operator==(const enrol_session&) const = default;
};
struct withdraw_session {
  room_id room;
  session_id session;
  bool operator==(const withdraw_session&) const = default;
};
/// session → relay, local. Give me from <= seq again: a piece of bounded size, as room_events; then I ask for the next.
struct replay_events {
  room_id room;
  session_id session;
  room_seq from = 0;
  bool operator==(const replay_events&) const = default;
};
/// relay → session, local only. The relay was attached to another life of the room; send again what is unanswered.
struct room_reopened {
  room_id room;
  room_epoch epoch = 0;
  node_name node;
  bool operator==(const room_reopened&) const = default;
};

/// relay → room. For a session that is further behind than the relay remembers.
struct fetch_entries {
  room_id room;
  node_name node;
  session_id session;
  room_seq from = 0;
  bool operator==(const fetch_entries&) const = default;
};
/// room → relay.
struct entries_fetched {
  room_id room;
  session_id session;
  std::vector<shared_entry> entries;
};

// ----------------------------------------------------------------------------------------------- store

/// The row that stands for a room between its lives.
struct room_state {
  std::string title;
  std::string topic;
  std::string topic_by;
  timestamp topic_time{};
  room_seq last_seq = 0;
  timestamp last_time{};
  bool operator==(const room_state&) const = default;
};
struct stored_member {
  session_id session;
  std::string nick;
  identity_hash identity{};
  room_seq joined_seq = 0;
  bool operator==(const stored_member&) const = default;
};
struct last_op {
  effect_name name;
  room_seq seq = 0;
  bool operator==(const last_op&) const = default;
};

/// room → store. Raise the room's epoch and give me what I need to go on.
struct open_log {
  room_id room;
  node_name reply_to;
  bool operator==(const open_log&) const = default;
};
struct log_opened {
  room_id room;
  room_epoch epoch = 0;
  room_key key;
  room_state state;
  std::vector<stored_member> members;
  std::vector<last_op> last_ops;
  std::vector<shared_entry> tail; ///< the newest entries, oldest first
  std::optional<error> why;
};

/// room → store. Whole or not at all: entries, state row, last ops, index and what identities have left behind, in one
/// transaction. Repeated as it was until its outcome is known.
struct append_entries {
  room_id room;
  room_epoch epoch = 0;
  node_name reply_to;
  room_seq first_seq = 0;
  std::vector<shared_entry> entries; ///< seqs from first_seq on, without gaps
  room_state state;                  ///< as it is after these
  std::vector<stored_member> members_in;
  std::vector<session_id> members_out;
};
enum class append_outcome : std::uint8_t {
  written = 1,  ///< durable now, or known to be from before
  expected = 2, ///< the log goes on at `expected_seq`; nothing was written
  fenced = 3,   ///< somebody opened the room after you; you own nothing any more
  away = 4,     ///< the store can not write now; unknown whether it did; say it again
};
struct entries_appended {
  room_id room;
  room_epoch epoch = 0;
  room_seq first_seq = 0;
  std::uint32_t count = 0;
  append_outcome outcome = append_outcome::written;
  room_seq expected_seq = 0;
  bool operator==(const entries_appended&) const = default;
};

/// room → store. As read_history says; `session` and `name` only come back.
struct read_log {
  room_id room;
  node_name reply_to;
  std::uint64_t ticket = 0; ///< the reader's own number for this read
  room_seq from = 1;
  room_seq to = 0;
  std::uint32_t limit = 0;
  bool last = false;
  std::optional<identity_hash> since_left_by; ///< from := behind what this identity saw last
  bool operator==(const read_log&) const = default;
};
struct log_read {
  room_id room;
  std::uint64_t ticket = 0;
  std::vector<shared_entry> entries;
  bool more = false;
  std::optional<error> why;
};
/// room → store. Is this command in the log?
struct find_logged {
  room_id room;
  node_name reply_to;
  effect_name name;
  bool operator==(const find_logged&) const = default;
};
struct logged_found {
  room_id room;
  effect_name name;
  std::optional<logged_at> at;
  std::optional<error> why;
  bool operator==(const logged_found&) const = default;
};

/// session_host → store. What is known of a session that has to be spawned without a snapshot.
struct load_session {
  session_id session;
  node_name reply_to;
  bool operator==(const load_session&) const = default;
};
struct stored_membership {
  room_id room;
  room_key key;
  std::string title;
  room_seq joined_seq = 0;
  std::string companion_nick; ///< private conversations
  last_op last;               ///< of this session in this room
  bool operator==(const stored_membership&) const = default;
};
struct session_loaded {
  session_id session;
  std::string nick; ///< empty: never logged in
  std::vector<stored_membership> rooms;
  std::optional<error> why;
  bool operator==(const session_loaded&) const = default;
};

// The directory's own rows. The directory and the store stand on the same node, but speak by messages all the same:
// the store may move behind a network later.

/// A row of a session: who holds it.
struct session_row {
  session_id session;
  std::uint32_t generation = 1;
  godwit::protocol protocol = godwit::protocol::native;
  identity_hash identity{};
  std::array<std::uint8_t, 32> token_hash{};
  node_name proxy;
  incarnation proxy_incarnation;
  std::string nick; ///< as shown; empty: none claimed
  bool operator==(const session_row&) const = default;
};
/// A unique claim of a folded nick.
struct nick_row {
  std::string folded;
  std::string nick;
  session_id session;
  bool operator==(const nick_row&) const = default;
};

struct insert_session {
  session_row row;
  bool operator==(const insert_session&) const = default;
};
/// Compare-and-set of proxy and generation: succeeds where token hash and identity are the row's.
struct take_session {
  session_row row; ///< generation: ignored, the store raises its own by one
  bool operator==(const take_session&) const = default;
};
struct claim_nick_row {
  nick_row row;
  effect_name name;
  bool operator==(const claim_nick_row&) const = default;
};
struct release_nick_row {
  nick_row row; ///< removed only where folded and session are the row's
  bool operator==(const release_nick_row&) const = default;
};
/// Remove the session's row, its nick claims and last ops. Its memberships must be gone.
struct delete_session {
  session_id session;
  bool operator==(const delete_session&) const = default;
};
/// Find a room by key; give it an id if it is new and `create`.
struct find_room {
  room_key key;
  std::string title;
  bool create = false;
  bool operator==(const find_room&) const = default;
};
struct list_room_rows {
  room_key after;
  std::uint32_t limit = 0;
  bool operator==(const list_room_rows&) const = default;
};
/// The rows that the directory starts from.
struct load_directory {
  bool operator==(const load_directory&) const = default;
};
using directory_request = std::variant<insert_session, take_session, claim_nick_row, release_nick_row, delete_session,
                                       find_room, list_room_rows, load_directory, load_session>;

struct session_taken {
  session_row row;
  bool operator==(const session_taken&) const = default;
};
struct nick_row_claimed {
  nick_row row;
  bool taken = false; ///< by another session: nothing was changed, `row` is the holder's
  bool operator==(const nick_row_claimed&) const = default;
};
struct room_found {
  room_id room; ///< 0: there is none
  room_key key;
  bool operator==(const room_found&) const = default;
};
struct room_rows {
  std::vector<room_summary> rooms;
  room_key next;
  bool operator==(const room_rows&) const = default;
};
struct directory_loaded {
  std::vector<session_row> sessions;
  std::vector<nick_row> nicks;
  bool operator==(const directory_loaded&) const = default;
};
struct done {
  bool operator==(const done&) const = default;
};
using directory_result =
  std::variant<done, session_taken, nick_row_claimed, room_found, room_rows, directory_loaded, session_loaded, error>;

/// directory → store.
struct ask_store {
  std::uint64_t ticket = 0; ///< the asker's own number
  directory_request request;
  bool operator==(const ask_store&) const = default;
};
/// store → directory.
struct store_answered {
  std::uint64_t ticket = 0;
  directory_result result;
  bool operator==(const store_answered&) const = default;
};

// ------------------------------------------------------------------------------------------ membership

enum class node_state : std::uint8_t { alive = 1, dead = 2 };
struct member_node {
  node_name name;
  godwit::incarnation incarnation;
  std::uint8_t roles = 0; ///< bits: 1 broker, 2 worker, 4 proxy
  node_state state = node_state::alive;
  bool operator==(const member_node&) const = default;
};
/// broker node's membership → every node's. It alone declares a worker node dead; numbered, the highest is true.
struct membership_view {
  std::uint64_t number = 0;
  incarnation by; ///< the broker node's; numbers of another life do not compare
  std::vector<member_node> nodes;
  bool operator==(const membership_view&) const = default;
};
/// A node → the broker node's membership: my link to `node` broke or is silent.
struct suspect_node {
  node_name by;
  node_name node;
  godwit::incarnation incarnation;
  bool operator==(const suspect_node&) const = default;
};

// ------------------------------------------------------------------------- what a node tells its own entities

/// The link to `node` was (re-)established; what was sent before and is unanswered may be lost: say it again.
/// For the node itself it is told once, at start. Local only.
struct link_reset {
  node_name node;
  godwit::incarnation incarnation;
  std::uint8_t roles = 0;
  bool operator==(const link_reset&) const = default;
};
/// The link to `node` broke; it may come back. Local only.
struct link_lost {
  node_name node;
  bool operator==(const link_lost&) const = default;
};

/// Everything that travels in an envelope. The order is not the wire form; messages/cluster.capnp has the numbers.
using message =
  std::variant<attach_session, attach_refused, client_frame, sending_resumed, session_output, place_session,
               resume_session, session_placed, route_revoked, claim_nick, nick_claimed, release_nick, find_nick,
               nick_found, locate_room, room_located, list_rooms, rooms_listed, end_session, session_must_end,
               report_worker, host_room, room_hosted, room_closed, room_announced, room_not_here, room_command,
               command_answered, command_expected, room_query, query_answered, membership_given, accept_membership,
               set_presence, attach_relay, detach_relay, fan_out, fan_out_delivered, report_taken, fetch_entries,
               entries_fetched, open_log, log_opened, append_entries, entries_appended, read_log, log_read, find_logged,
               logged_found, load_session, session_loaded, ask_store, store_answered, membership_view, suspect_node,
               release_session, session_hosted>;

/// A message and where it goes.
struct envelope {
  address to;
  message what;
};

} // namespace godwit
