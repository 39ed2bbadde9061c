/// @file
/// Every limit of Godwit, with its unit in its name and the reason beside it. Limits that an operator may want to
/// change are repeated in the config, these are then their defaults.
#pragma once

#include "messages/text_limits.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace godwit::limits {

using namespace std::chrono_literals;

// ------------------------------------------------------------------------------------ what people may say

// Nicks, room names, posts, topics, reasons: messages/text_limits.hpp

inline constexpr std::size_t rooms_per_session_max = 100;
/// Private ones, whoever began them: others can not fill up what is for rooms.
inline constexpr std::size_t conversations_per_session_max = 500;
inline constexpr std::size_t members_per_room_max = 20'000;

// --------------------------------------------------------------------------------------------- the client edge

/// One frame of a client. A post and its envelope fit well.
inline constexpr std::size_t client_frame_bytes_max = 64 * 1024;
static_assert(client_frame_bytes_max >= 2 * post_bytes_max);
/// One frame to a client: a piece of history fits.
inline constexpr std::size_t server_frame_bytes_max = 256 * 1024;
/// Frames of one client that wait for confirmation; then the client is not read.
inline constexpr std::size_t unconfirmed_frames_max = 64;
inline constexpr std::size_t unconfirmed_bytes_max = 256 * 1024;
static_assert(unconfirmed_bytes_max >= 2 * client_frame_bytes_max);
/// What waits for one client. More costs the connection.
inline constexpr std::size_t send_queue_bytes_max = 2 * 1024 * 1024;
static_assert(send_queue_bytes_max >= 4 * server_frame_bytes_max);
/// From the accepted connection to the first whole frame.
inline constexpr auto handshake_timeout = 10s;
/// A silent connection is pinged after this time, and closed after twice as long.
inline constexpr auto idle_ping_after = 60s;
/// The number of the ping behind the greeting of a session that goes on; a silent client's is 1.
inline constexpr std::uint64_t greeting_ping = 2;
/// How long a session waits for its client.
inline constexpr auto resume_timeout = 2min;
/// A client whose session is not placed by then hears `no_broker_node` and tries again.
/// Longer than the directory waits for the store, which has its own words then.
inline constexpr auto session_opening_timeout = 15s;
/// How long a closed connection may take to read its last frame.
inline constexpr auto closing_linger = 2s;
/// Resume tokens of one chain: when they are used up the session is resumed through the store, which begins another
/// one. Each costs a hash when the first is made, and a look-up of the last as many.
inline constexpr std::uint32_t tokens_per_chain = 64;
/// Attaches of one shard of the sessions that are under way to one worker node after its link was reset: all shards'
/// together fill a small part of the link's queue (actors/rules/attach_pacer.hpp).
inline constexpr std::size_t attaches_in_flight_max = 8;
inline constexpr std::size_t attach_window_bytes = 256 * 1024;
/// An attach that was not answered for so long makes place for the next: its session may wait for the store.
inline constexpr auto attach_patience = 1s;
/// Refusals of strangers that are logged in full, and the time in which more of them are only counted.
inline constexpr std::size_t refusals_logged_max = 10;
inline constexpr auto refusals_counted_for = 60s;
/// Streams whose positions a route keeps: rooms left behind are forgotten first, those of today never.
inline constexpr std::size_t streams_per_session_max = 2 * (rooms_per_session_max + conversations_per_session_max);
/// Connections of one proxy node; each costs a descriptor and some 20 KB.
inline constexpr std::size_t clients_max = 100'000;
/// Connections of one address (of IPv6: one /64) at once, and those that it may make in a minute: an office behind one
/// address, after its proxy node was started anew.
inline constexpr std::size_t connections_per_address_max = 256;
inline constexpr std::size_t connects_per_minute_max = 300;
/// Addresses without a connection of which it is known how fast they connected.
inline constexpr std::size_t quiet_addresses_max = 65'536;
/// What one client may ask for at once, and sustained: a request costs 1, 1 for each KiB of it, and what its session
/// says that it costs beyond that (actors/rules/request_cost.hpp). A pasted page and a client that comes into all its
/// rooms pass; a program that never stops is held back.
inline constexpr std::size_t flood_burst = 500;
/// What requests cost beyond a post: a join asks the directory, opens a room and is told to all of it; a nick is
/// claimed in the store and told in each room; the others ask one entity or the store.
inline constexpr std::uint32_t join_cost = 3;
inline constexpr std::uint32_t nick_cost = 4;
inline constexpr std::uint32_t nick_cost_per_room = 1;
inline constexpr std::uint32_t room_list_cost = 4;
inline constexpr std::uint32_t history_cost = 2;
inline constexpr std::uint32_t members_cost = 1;
inline constexpr std::uint32_t topic_cost = 1;
inline constexpr std::uint32_t leave_cost = 1;
/// A post to a person by name: the directory is asked where it is.
inline constexpr std::uint32_t person_cost = 1;
/// People who match a mask: everybody in the cluster is looked at. One in a second, sustained.
inline constexpr std::uint32_t people_search_cost = 50;
/// Said to everybody.
inline constexpr std::uint32_t proclaim_cost = 10;
inline constexpr std::uint32_t operator_cost = 10;
static_assert(flood_burst >= (1 + join_cost) * rooms_per_session_max);
inline constexpr std::size_t flood_per_second = 50;
/// The least that a config may say: a client that comes back says so, and what was unconfirmed, at once.
inline constexpr std::size_t flood_burst_min = 2 * unconfirmed_frames_max;
/// How long a client may keep at its limit.
inline constexpr auto flood_patience = 30s;
/// A client that is held back is looked at again after this time.
inline constexpr auto flood_look_again_after = 50ms;
/// Sessions of one proxy node, those that wait for their clients included: as many again as it may have connections.
inline constexpr std::size_t routes_per_client = 2;
inline constexpr std::size_t routes_max = routes_per_client * clients_max;

// ------------------------------------------------------------------------------------------------- sessions

/// Unanswered effects of one session; a frame is begun when all of its effects fit.
inline constexpr std::size_t unanswered_effects_max = 32;
/// When somebody spoke last is told to the directory when it is so much later than what was told.
inline constexpr auto spoke_told_after = 60s;
/// After the broker node's link was reset the sessions of a node describe themselves again, spread over so long.
inline constexpr std::chrono::milliseconds described_again_within{2000};
/// Of one `signal_room`: client-only tags, as IRC allows them.
inline constexpr std::size_t signal_tags_bytes_max = 4096;
/// Targets of one frame.
inline constexpr std::size_t targets_per_frame_max = 8;
static_assert(targets_per_frame_max <= unanswered_effects_max);
/// A reply longer than this goes in pieces.
inline constexpr std::size_t reply_piece_bytes_max = 64 * 1024;
inline constexpr std::uint32_t history_entries_default = 50;
/// Events of one piece of history or replay.
inline constexpr std::uint32_t history_piece_entries_max = 256;
inline constexpr std::uint32_t history_entries_max = 10'000;
inline constexpr std::uint32_t members_piece_rows_max = 500;
inline constexpr std::uint32_t rooms_piece_rows_max = 200;

// ---------------------------------------------------------------------------------------------------- rooms

/// Appends of one room that are under way: while one is being committed the next is on its way.
inline constexpr std::size_t appends_in_flight_max = 2;
inline constexpr std::size_t append_entries_max = 256;
inline constexpr std::size_t append_bytes_max = 1024 * 1024;
static_assert(append_bytes_max >= 2 * post_bytes_max);
/// Commands that wait for their append. Beyond it commands are refused with too_many_requests (retry).
inline constexpr std::size_t room_waiting_commands_max = 4096;
inline constexpr std::size_t room_waiting_bytes_max = 8 * 1024 * 1024;
static_assert(room_waiting_bytes_max >= 2 * append_bytes_max);
/// Sessions whose last command a room remembers: its members, and those who left last.
inline constexpr std::size_t room_sessions_remembered_max = 4 * members_per_room_max;
/// Answers without a log entry (refusals) that a room remembers per session: as many as can be asked for again.
inline constexpr std::size_t decided_commands_max = unanswered_effects_max;
/// Questions of one room that wait for the store.
inline constexpr std::size_t room_reads_max = 1024;
/// Events of one answer to a question, or of one message to a relay that catches up.
inline constexpr std::size_t history_piece_bytes_max = 256 * 1024;
static_assert(history_piece_bytes_max >= 2 * post_bytes_max);
/// A store that was away is asked again after this time.
inline constexpr auto store_retry_after = 100ms;
/// A membership that was given to a session and not accepted is told again after this time: the session may live
/// nowhere for now, or may have ended without a word to the room.
inline constexpr auto membership_given_again_after = 5s;
/// Who waits until all is delivered waits so long for a relay whose link was lost, or whose node died: by then whoever
/// it served is housed elsewhere, or one of the two nodes that miss each other has been declared dead.
inline constexpr auto relay_returns_within = 1500ms;
/// A room with nobody in it is closed after this time.
inline constexpr auto room_closes_after = 60s;
/// What a room and a relay remember of the newest events, so that catching up seldom needs the store.
inline constexpr std::size_t recent_entries_max = 512;
inline constexpr std::size_t recent_bytes_max = 512 * 1024;
/// Events that left a room and are not yet in all clients' queues; beyond it the room takes no new posts.
inline constexpr std::uint64_t undelivered_fan_out_max = 4096;
/// What is sent to a relay that catches up before it has delivered some of it: two pieces.
inline constexpr std::uint64_t catch_up_fan_out_max = 2 * history_piece_entries_max;
static_assert(catch_up_fan_out_max < undelivered_fan_out_max);
/// A node that delivers nothing for this long stops counting.
inline constexpr auto fan_out_stall = 1s;

/// Rooms whose place is remembered per shard of the switchboard before those that nobody here uses are forgotten. Few:
/// whoever comes back to such a room asks the directory anyway.
inline constexpr std::size_t room_places_per_shard_max = 64;
/// Deaths of a session's actor without a frame confirmed in between; then its client is told.
inline constexpr std::uint32_t session_restarts_max = 3;

// ---------------------------------------------------------------------------------------------------- links

/// One parcel; one entry that is larger travels alone.
inline constexpr std::size_t parcel_bytes_max = 1024 * 1024;
/// Chat parcels that the other side has not taken.
inline constexpr std::size_t chat_credit_bytes = 8 * 1024 * 1024;
static_assert(chat_credit_bytes >= 2 * parcel_bytes_max);
/// Parcels on their way per class: the next leaves when the last one has left.
inline constexpr std::size_t parcels_in_flight_max = 4;
/// One CAF message between nodes; the largest entries are a worker node's report and a cluster's directory.
inline constexpr std::size_t parcel_blob_bytes_max = 256 * 1024 * 1024;
static_assert(parcel_blob_bytes_max >= parcel_bytes_max);
/// What waits for one link. Producers are windowed, so only a peer that takes nothing for long makes it so long; then
/// the link is cut, and what waits is said again by its owners.
inline constexpr std::size_t link_queue_bytes_max = 64 * 1024 * 1024;
static_assert(link_queue_bytes_max >= 2 * chat_credit_bytes);
inline constexpr auto pulse_interval = 100ms;
inline constexpr auto silence_is_suspicious = 1s;
/// A link on which nothing was heard for this long is cut, so that it is dialled anew.
inline constexpr auto silence_cuts_link = 10s;
static_assert(silence_cuts_link > silence_is_suspicious);
inline constexpr auto redial_is_suspicious = 200ms;
/// So long a worker node that fell to silence gets nothing in its next life, counted from its last silence.
inline constexpr auto probation = 10s;
/// How often a node repeats to the broker node that it misses another, and how long its word holds without a repeat.
inline constexpr auto suspicion_repeated_after = 200ms;
inline constexpr auto suspicion_holds = 700ms;
static_assert(suspicion_holds > 3 * suspicion_repeated_after && suspicion_holds < silence_is_suspicious);
inline constexpr auto redial_backoff_min = 50ms;
inline constexpr auto redial_backoff_max = 5s;
inline constexpr auto link_handshake_timeout = 5s;
/// Connections on the cluster port that are not yet links: a large cluster's nodes at once, and some strangers.
inline constexpr std::size_t link_handshakes_max = 128;
/// What one direction of a link holds between CAF's socket and the network: a few TLS records per system call.
inline constexpr std::size_t link_buffer_bytes = 64 * 1024;

// ------------------------------------------------------------------------------------------------ admin port

/// Operators' tools at once. Those that have not shown who they are yet count apart: the oldest of them makes place.
inline constexpr std::size_t admin_connections_max = 64;
inline constexpr std::size_t admin_strangers_max = 32;
/// Questions of one tool that wait for their answer.
inline constexpr std::size_t admin_questions_max = 8;
/// From a tool's connection to its whole greeting.
inline constexpr auto admin_handshake_timeout = 5s;
/// A tool that waits for no answer and says nothing for so long is closed.
inline constexpr auto admin_idle_timeout = 60s;

// ---------------------------------------------------------------------------------------------------- store

/// Requests that wait for a commit; beyond it the store answers store_unavailable.
inline constexpr std::size_t store_queue_max = 65'536;
inline constexpr std::size_t commit_rows_max = 4096;
/// Nothing younger is pruned, and nothing that a client may still resume from: repeats are known by what is in the log.
inline constexpr auto kept_at_least = 10min;
/// Entries that one step of pruning removes: a commit between the others, of a few milliseconds.
inline constexpr std::size_t prune_entries_max = 256;
/// Rooms without members that one step of pruning forgets; what they leave goes by `prune_entries_max`.
inline constexpr std::size_t forgotten_rooms_max = 64;
/// The part of the log that a re-opened room reads.
inline constexpr std::size_t tail_entries_max = recent_entries_max;

// ------------------------------------------------------------------------------------------------ directory

/// Last ops of an ended session are kept this long.
inline constexpr auto last_ops_kept = 10min;
/// After its start the directory places nothing before all known worker nodes reported, or this long has passed.
inline constexpr auto directory_settles_within = 1s;

/// Sessions that the directory holds; beyond it new ones are refused with too_many_clients.
inline constexpr std::size_t directory_sessions_max = 1'000'000;
/// Requests that wait for the directory to settle, and for the store; beyond it they are refused (retry).
inline constexpr std::size_t directory_parked_max = 65'536;
inline constexpr std::size_t directory_store_requests_max = 32'768;
static_assert(directory_store_requests_max < store_queue_max);
/// Nicks of one question for people: as many as fit into a line of IRC.
inline constexpr std::size_t people_named_max = 64;
/// Rows of one piece of people who match a mask, those who are looked at for it, and the rows of the whole answer: a
/// question keeps the directory from others for a moment, and its answer is read by somebody.
inline constexpr std::uint32_t people_piece_rows_max = 100;
inline constexpr std::size_t people_scanned_max = 1'000;
inline constexpr std::uint32_t people_rows_max = 500;
/// Who has gone: so many are remembered, so long, and so many are told of one nick.
inline constexpr std::size_t former_people_max = 10'000;
inline constexpr auto former_people_kept = 24h;
inline constexpr std::uint32_t former_people_told_max = 20;
/// Between two tries to become an operator of the server at most, how long a failure counts, and of how many sessions
/// and addresses a node knows them.
inline constexpr auto operator_pause_max = 300s;
inline constexpr auto operator_attempts_kept = 15min;
inline constexpr std::size_t operator_attempts_max = 10'000;
inline constexpr std::size_t operator_checks_waiting_max = 16; ///< of a node: each takes some 100 ms and 64 MiB
static_assert(operator_attempts_kept > operator_pause_max);
/// Sessions that wait for one room to open; beyond it they are refused with too_many_requests.
inline constexpr std::size_t room_waiters_max = 10'000;
/// A session has one nick, and another for each change under way.
inline constexpr std::size_t nicks_per_session_max = 8;
/// What the store could not do now is asked again after this time, and its asker is told after that.
inline constexpr auto store_asked_again_after = 200ms;
inline constexpr auto store_given_up_after = 10s;
static_assert(store_given_up_after < session_opening_timeout);
/// Sessions whose end is begun per tick, so that a lost node does not flood the others with quits.
inline constexpr std::size_t endings_per_tick_max = 256;
/// A session that was told to end and has not is told again after this time.
inline constexpr auto ending_repeated_after = 10s;
/// Sessions and rooms that drains have on their way at once. Each session costs its proxy node an attach and its new
/// worker node a handful of messages, some 20 ms at an idle cluster: so many are thousands in a second, and no link's
/// credit is used up by them. A room is read anew from the store, between what others write.
inline constexpr std::size_t drained_sessions_in_flight_max = 128;
inline constexpr std::size_t drained_rooms_in_flight_max = 16;
/// Sessions of a drained node that are looked at in one go; most of those left may be stuck.
inline constexpr std::size_t drain_looks_max = 1024;
/// A proxy node that lets the time of so many moves pass, and makes none, is out of reach: meanwhile its sessions are
/// to take no place from others'.
inline constexpr std::size_t proxy_is_silent_after = 16;
static_assert(proxy_is_silent_after < drained_sessions_in_flight_max);
/// After the move of a room failed, its drain moves no rooms for so long: what made it fail may need as much.
inline constexpr auto drain_rests_after_failure = 500ms;
/// So long a proxy node holds back what a client says, for its session to become quiet and move: commits take less.
/// Then it moves when it is quiet by itself, as long as it is looked at. A session that has something of its own under
/// way for longer than all that stays where it is.
inline constexpr std::chrono::milliseconds move_holds_frames{500};
inline constexpr std::uint32_t move_looks_max = 10;
/// A move that nobody has confirmed by then is given up; its owner is whoever the route, or the store, says.
inline constexpr auto move_given_up_after = 10s;
static_assert(move_given_up_after > (2 + move_looks_max) * move_holds_frames);
/// Operators' questions that wait for one move, or one drain to be stored; and moves at operators' word at once.
inline constexpr std::size_t move_questions_max = 16;
inline constexpr std::size_t moves_by_hand_max = 256;
/// Former routes of one session that may not have heard of their end.
inline constexpr std::size_t former_routes_max = 4;

} // namespace godwit::limits
