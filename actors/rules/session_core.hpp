/// @file
/// The inside of actors/rules/session.hpp: the parts put together. Included by session*.cpp alone.
///
///     attach ─▶ fresh ──(from_store)──▶ loading ──loaded──▶ living ──quit, closed, must_end──▶ leaving ──▶ over
///                 └──────(snapshot, or nothing)─────────────▶ living
///
/// Frames:  frame_window ──begin, in order──▶ session_task (by part) ──all effects answered──▶ frame_window ──▶
/// confirmed Rooms:   room_seat: cursor (what is shown), outbox (what is unanswered) Others:  requests_: questions to
/// directory and rooms, by name, to be said again after a link reset
#pragma once

#include "actors/rules/frame_window.hpp"
#include "actors/rules/room_seat.hpp"
#include "actors/rules/session.hpp"
#include "actors/rules/session_task.hpp"

#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace godwit {

class session_core {
public:
  session_core(session_id id, node_name self) : id_(id), self_(std::move(self)) {}

  // session_life.cpp
  void attach(const attach_session& how);
  void loaded(const session_loaded& what);
  void rooms_read(const session_loaded& what);
  void frame(std::uint32_t attach, std::uint64_t in_seq, result<client_command> command);
  void closed(std::uint32_t attach, std::uint64_t in_seq, const std::string& reason);
  void must_end(const session_must_end& what);
  void resumed_sending(const sending_resumed& what);
  void link_was_reset(const link_reset& what);
  void describe_again();

  // session_requests.cpp
  void claimed(const nick_claimed& what);
  void found(const nick_found& what);
  void located(const room_located& what);

  // session_readings.cpp
  void listed(const rooms_listed& what);
  void answered(const query_answered& what);

  // session_rooms.cpp
  void events(const room_events& what);
  void reopened(const room_reopened& what);
  void relay_lost(room_id room);
  void answered(const command_answered& what);
  void expected(const command_expected& what);
  void given(const membership_given& what);
  void not_here(const room_not_here& what);

  // session_moderation.cpp
  void invited(const room_invitation& what);

  // session_people.cpp
  void told(const people_told& what);
  void signalled(const person_signal& what);
  void proclaimed(const proclamation& what);
  void checked(const effect_name& name, const std::optional<error>& why);
  void set_now(timestamp now) { now_ = now; }
  /// user@host, as people are shown this session.
  [[nodiscard]] std::string mask() const { return "~" + user_ + "@" + (host_.empty() ? "hidden" : host_); }

  /// Begins and confirms what can be, and gives all effects.
  session_effects finish();

  struct route {
    session_epoch epoch;
    std::uint32_t attach = 0;
    node_name proxy;
    incarnation proxy_incarnation;
  };
  enum class life : std::uint8_t { fresh, loading, living, leaving, over };

  session_id id() const { return id_; }
  const route& current_route() const { return route_; }
  const std::string& nick() const { return nick_; }
  bool over() const { return life_ == life::over; }
  bool gives_up(std::uint64_t in_seq) const { return give_up_ != 0 && in_seq == give_up_; }

private:
  /// A room that the session was kicked from while its client may not have been there: shown again, up to the kick.
  struct departed_seat {
    room_key key;
    std::string title;
    room_seq joined_seq = 0;
    room_seq gone_seq = 0;
    member_modes modes;
  };
  using frame_answer = std::vector<server_frame>;
  /// Of a room in which a predecessor may have said something: up to its newest event.
  static constexpr room_seq newest_said = std::numeric_limits<room_seq>::max();
  friend struct request_starter;

  // session_life.cpp: start, frames, end
  void take_snapshot(const std::string& bytes);
  void take_loose_ends(const loose_ends& from);
  loose_ends loose_ends_now() const;
  void take_positions(bool from_snapshot = false);
  void drop_questions();
  void begin_frames();
  void leave_if_it_must();
  std::uint32_t parts_told(const client_command& frame) const;
  bool may_begin(const task_key& which, const ask::request& request, bool gives_up) const;
  std::size_t tasks_but_pings() const;
  bool is_crowded() const;
  bool conflicts(const ask::request& request) const;
  room_key room_key_of(const ask::request& request) const;
  void begin(const client_command& command);
  void begin_or_give_up(window_frame& frame, std::uint32_t part);
  bool is_given_up(const window_frame& frame) const;
  void confirm_frames();
  static void tell_parts(window_frame& frame, std::size_t end, give_output& output);
  session_task* next_with_piece();
  void tell_piece(session_task& task, give_output& output);
  void begin_leaving(session_task& task);
  void end_session(std::uint64_t confirmed_in_seq);
  void put_snapshot(give_output& output);
  session_snapshot snapshot() const;
  void tell_now(std::vector<server_frame> frames);

  // session_registration.cpp: a log-in piece by piece
  void begin_nick_step(const client_command& command, const ask::take_nick& what, bool begun_before);
  void begin_introduction(const client_command& command, const ask::introduce& what);
  void begin_hold(const client_command& command, const ask::hold_login& what);
  bool has_logged_in_by(const client_command& command) const;
  void log_in_when_ready(const client_command& command);

  // session_delivery.cpp: pings
  void begin_ping(const client_command& command);
  void ask_whether_delivered();
  void delivered(session_task& task, room_id room);
  void note_said(room_id room, room_seq seq);
  void forget_delivery(room_id room);
  void drop_pings();

  // session_requests.cpp: requests until they reach their room
  session_task& start(const client_command& command, task_step step);
  void done(const task_key& which, frame_answer replies = {});
  void done(const task_key& which, tell::answer answer);
  void refuse(const task_key& which, error why);
  bool is_post(const task_key& which) const;
  void note_refused_post(std::uint64_t op, error_code why);
  void begin_login(const client_command& command, const ask::login& what);
  void claim(const client_command& command, std::string nick);
  void begin_nick(const client_command& command, const ask::change_nick& what, bool begun_before);
  void claim_new_nick(const session_task& task);
  bool has_all_rooms() const;
  bool has_all_conversations() const;
  std::size_t count_seats(bool of_conversations) const;
  void begin_join(const client_command& command, const ask::join& what);
  void begin_away(const client_command& command, const ask::away& what);
  void begin_room_request(const client_command& command);
  void begin_person_request(const client_command& command, const std::string& nick, bool begun_before);
  bool note_begun(const client_command& command);
  void ask_next_conversation(session_task& task);
  bool is_asked(const room_seat& seat, const effect_name& post);
  void conversation_found(room_seat& seat, const effect_name& post);
  void conversation_denied(const effect_name& post);
  void begin_numbered_request(const client_command& command, room_id room);
  void locate(session_task& task, bool create);
  void arrive(session_task& task, const room_place& place, const std::string& title);
  void join(session_task& task, room_seat& seat);
  void act(session_task& task, room_seat& seat);
  void finish_nick(session_task& task);
  void tell_next_rooms(session_task& task);
  room_action action_for(const session_task& task) const;
  void ask(address to, const effect_name& name, message what);
  bool close_request(const effect_name& name);
  request_origin origin(const effect_name& name) const { return {name, self_}; }
  effect_name name_of_effect(const task_key& of, std::uint32_t step) const {
    return {id_, of.op, of.part * effect_k::part_stride + step};
  }
  session_task* task_of(const effect_name& name);

  // session_poison.cpp: a frame that is not begun, since two worker nodes have died with it
  void give_up(const client_command& command);
  std::deque<room_id> rooms_that_may_have(const ask::request& request) const;
  void ask_next_room_whether_it_has(session_task& task);
  void given_up_answered(room_seat& seat, const command_answered& what);
  void given_up_denied(session_task& task);

  // session_moderation.cpp
  bool ask_whether_to_rename(session_task& task);
  void rename_answered(session_task& task, const query_answered& what);
  void begin_invite(const client_command& command, const ask::invite& what);
  void invitee_found(session_task& task, const nick_found& what);
  void go_to_room(session_task& task);
  bool may_see(const room_seat& seat, const log_entry& entry) const;
  void follow_moderation(room_seat& seat, const log_entry& entry);
  void kicked_out(room_seat& seat, room_seq seq);
  void bring_back(const std::map<room_id, room_seq>& client_has);

  // session_people.cpp
  void describe();
  void forget_described();
  void note_spoken();
  bool has_presence() const;
  void say_presence_everywhere();
  void note_host(const std::string& before);
  void note_presence_change();
  void begin_user_modes(const client_command& command, const ask::set_user_modes& what);
  void begin_real_name(const client_command& command, const ask::set_real_name& what);
  void begin_people(const client_command& command, const ask::people& what);
  void begin_invitations(const client_command& command);
  void begin_leave_all(const client_command& command);
  void note_invitation(const room_invitation& what);
  void begin_signal(const client_command& command, const ask::signal& what, bool begun_before);
  void signal_to(session_task& task, const nick_found& found);
  void tell_of_absence(const session_task& task);
  void begin_operator(const client_command& command, const ask::become_operator& what);
  void begin_expel(const client_command& command, const ask::expel& what);
  void begin_proclaim(const client_command& command, const ask::proclaim& what, bool begun_before);

  // session_readings.cpp
  void begin_reading(session_task& task);
  void ask_next_page(session_task& task);
  void take_members(session_task& task, const members_read& what);
  void take_history(session_task& task, const history_read& what);
  void page_ended(session_task& task, bool more);
  tell::frame_name own_frame(const log_entry& entry) const;
  void add_piece(session_task& task, tell::answer answer);

  // session_rooms.cpp
  room_seat& seat_for(room_id room, const room_key& key, const std::string& title);
  room_seat* seat_of(room_id room);
  const room_seat* member_seat(const room_key& key) const;
  void command(room_seat& seat, const effect_name& name, room_action action);
  void resend(room_seat& seat);
  void ask_again(const send& asked);
  void enrol(room_seat& seat);
  void take_entry(room_seat& seat, const shared_entry& entry, const room_events::item& item);
  void follow_entry(room_seat& seat, const log_entry& entry);
  void note_companion(room_seat& seat, const log_entry& entry);
  bool is_own(const log_entry& entry) const;
  void settle_join(room_seat& seat);
  void become_member(room_seat& seat, room_seq joined_seq);
  void leave_seat(room_seat& seat);
  void drop_empty_seats();
  void ask_missing(room_seat& seat);
  void effect_done(room_seat& seat, const effect_name& name, std::optional<logged_at> at);
  void has_left(room_seat& seat, room_seq seq);
  void effect_refused(room_seat& seat, const effect_name& name, const error& why, std::optional<logged_at> gone_at);
  static error as_told(const ask::request& request, bool is_member, const error& why);
  void recognised(room_seat& seat, const effect_name& name, logged_at at);
  void say_presence(const room_seat& seat);
  void find_again(room_seat& seat);
  void found_again(const room_located& what);
  void room_is_gone(room_id room);
  void fail_requests_of(room_id room);

  template <class Effect>
  void effect(Effect what) {
    effects_.emplace_back(std::move(what));
  }
  void send_to(address to, message what) { effect(send{std::move(to), std::move(what)}); }

  session_id id_;
  node_name self_;
  identity_hash identity_{};
  protocol protocol_ = protocol::native;
  route route_;
  life life_ = life::fresh;
  std::string nick_;
  std::string away_;
  login_steps steps_;
  std::uint64_t login_op_ = 0; ///< of the frame by which this actor has logged in
  std::string user_ = "native";
  std::string host_;       ///< as people are shown it; empty: hidden
  std::string first_host_; ///< with which it came, and into its rooms; empty: not known
  std::string real_name_;
  std::string address_;    ///< of the client, for operators of the server
  bool plaintext_ = false; ///< its connection has no TLS
  user_modes modes_;
  timestamp now_{};       ///< of the newest frame
  timestamp signed_on_{}; ///< 0: not known
  timestamp spoke_at_{};  ///< to the minute
  bool real_name_changed_ = false;
  std::uint32_t presence_change_ = 0; ///< set_presence::change
  bool person_changed_ = false;
  std::optional<describe_person> described_; ///< without rooms; none: the directory is to be told all
  std::map<room_id, seen_room> described_rooms_;
  std::vector<room_invitation> invitations_; ///< oldest first
  frame_window frames_;
  std::map<task_key, session_task> tasks_by_key_;
  std::map<room_id, room_seat> seats_by_room_;
  std::map<effect_name, send> requests_by_name_;
  std::set<effect_name> put_off_; ///< of those: nobody could be asked; asked again when its shell wakes the session
  std::vector<stream_position> positions_;     ///< of the last attach, until the rooms are known
  std::optional<piece_cursor> piece_;          ///< the reply in pieces that is being told
  std::optional<piece_cursor> piece_to_go_on_; ///< what a former owner, or the link, had told of it
  std::vector<std::string> released_nicks_;    ///< said, never answered: said again to a new broker node
  std::optional<error> must_end_;
  std::string told_snapshot_;
  bool snapshot_changed_ = false;
  bool owes_answer_ = false;                  ///< to the attach: the other routes of its proxy node wait for it
  std::map<room_id, room_seq> said_;          ///< own events that no ping has waited for, the newest of each room
  bool paced_ = false;                        ///< waits for sending_resumed
  std::uint32_t cost_ = 0;                    ///< of what was begun, until an output says so
  std::map<room_id, departed_seat> departed_; ///< rooms that the session was kicked from, until its client comes back
  std::size_t replayed_bytes_ = 0;
  std::uint32_t reserved_names_ = 0;
  std::map<std::uint64_t, error_code> refused_posts_; ///< by op; what was told of a post stays true of it
  task_key highest_begun_{};                          ///< of a frame, as far as its parts were begun
  bool knows_all_begun_ = false;  ///< no frame was begun by a predecessor that could still come again
  std::uint64_t said_before_ = 0; ///< in_seq: a predecessor may have begun the frames before it
  std::uint64_t give_up_ = 0;     ///< in_seq of the frame that is not begun; 0: none
  session_effects effects_;
};

} // namespace godwit
