/// @file
/// The rules of one session's route at its proxy node: which worker node serves it, which client's connection it has,
/// what that client said and nobody has confirmed, and what a new owner of the session starts from.
///
///              placed                    connection lost
///    opening ─────────▶ attached ◀──────────────────────▶ detached ──(resume_timeout)──▶ closing ──(confirmed)──▶ gone
///       └─ refused: gone     └─ closed by the session, revoked: gone            resumed
///
/// Whatever state it is in, once placed its session may move: the switch of its owner is here and nowhere else.
///
///              move_session, or its worker node dead and another alive: moves + 1, attach there
///    housed ◀───────────────────────────────────────────────────────────────────────────────────┐
///       └── its worker node dead and none alive ──▶ homeless: frames are kept, nothing is sent ───┘
///
/// While both nodes live a move waits for a quiet moment: what the client says is held back, until its former owner has
/// confirmed all that it was told, so that none of it is done by two owners. That takes as long as the slowest request
/// under way; after `move_holds_frames` frames are passed on again, and it moves when it happens to be quiet, or not.
///
/// What a dead owner (a worker node, or the session's actor alone) was told and had not confirmed is suspect: it may
/// have been that which killed it. So the next
/// owner is told it one frame at a time, each when that before it is confirmed, and none before that owner has been
/// heard. The frame that an owner has alone when it dies, and that the dead one before had too, is given up: the next
/// owner is told so (attach_session::give_up), and does not begin it. An owner that dies unheard was told no suspect,
/// and an innocent frame is given up only where two owners died with it in their hands. (docs/decisions/0024)
///
/// What the new owner starts from is what the route holds: it needs no word of the former one, which may be dead, and
/// whose output counts no more from the switch on.
///
/// Rules only: each function takes what happened and appends what is to be done, in the order to do it; the vector is
/// the caller's, so that a message costs no allocation here. nodes/edge/route_table.hpp does it.
///
/// Requires    one caller at a time. `settings` outlives the route.
/// Owns        unconfirmed frames, the session's last snapshot, the position of each of its streams.
/// Invariants  in_seqs rise by one; a frame is kept until it is confirmed or until a resume, by which the client says
/// it
///             again; output that is not of the newest (epoch, attach) changes nothing; each session_output is taken
///             whole or not at all.
/// Limits      route_settings; one frame more than its unconfirmed frames: `closed`. streams_per_session_max.
/// Source      docs/ARCHITECTURE.md, "The life of a session".
#pragma once

#include "actors/rules/effects.hpp"
#include "actors/rules/limits.hpp"
#include "actors/rules/membership_view.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace godwit {

using steady_time = std::chrono::steady_clock::time_point;
using token_hash = std::array<std::uint8_t, 32>;

/// Which token of which chain; both are hashes of secrets that the rules never see (nodes/edge/resume_tokens.hpp).
struct token_name {
  token_hash chain{};
  std::uint32_t number = 0;
  bool operator==(const token_name&) const = default;
};

/// What all routes of one proxy node share.
struct route_settings {
  node_name proxy;
  incarnation proxy_incarnation;
  std::size_t unconfirmed_frames_max = limits::unconfirmed_frames_max;
  std::size_t unconfirmed_bytes_max = limits::unconfirmed_bytes_max;
  std::chrono::milliseconds resume_timeout = limits::resume_timeout;
  std::chrono::milliseconds opening_timeout = limits::session_opening_timeout;
};

/// Who asks for a session, new or his own.
struct route_claim {
  session_id session;
  godwit::protocol protocol = godwit::protocol::native;
  identity_hash identity{};
  token_name token;        ///< new: the first of its chain; resume: the one that was shown
  token_hash next_chain{}; ///< resume of a session that has no route here: of the tokens from here on
  std::string peer_address;
  bool plaintext = false;                 ///< its connection has no TLS
  std::vector<stream_position> positions; ///< resume: what the client has
};

/// Give this to the client, behind what was given before.
struct write_to_client {
  shared_bytes frame;
};
/// The connection that asked is the client's from here on; an earlier one was closed by the effect before.
struct take_client {};
/// The client has its session: say hello.
struct greet_client {
  bool resumed = false;
  std::uint32_t token_number = 0; ///< of the route's chain
};
/// Call `attach_now` when it is this route's turn: the others of its worker node attach too.
struct attach_in_turn {};
/// The session has taken the attach, or is gone: the next route may attach.
struct attach_answered {};
/// Tell `client_drained` once the client's queue is half empty, at once if it is.
struct report_when_drained {};
struct stop_reading {};
struct continue_reading {};
/// Close the client's connection behind what was written, and tell it why. The route has no client afterwards.
struct close_client {
  error why;
};
/// The last effect of a route.
struct forget_route {};

/// The client is to pay for what it asked.
struct charge_client {
  std::uint32_t cost = 0;
};

using route_effect =
  std::variant<send, write_to_client, take_client, greet_client, report_when_drained, stop_reading, continue_reading,
               charge_client, close_client, attach_in_turn, attach_answered, forget_route>;
using route_effects = std::vector<route_effect>;

/// What becomes of a connection that wants to resume a route that lives here.
enum class resume_verdict : std::uint8_t {
  taken,   ///< the connection is the client's
  refused, ///< wrong token or identity: `resume_refused`; the route has not noticed
  ended,   ///< too late: `session_ended`
  wait,    ///< somebody else's claim is being checked; ask again when the route has opened or is gone
  anew,    ///< its tokens are used up: the route is gone, and the session is to be resumed through the store
};

class route {
public:
  enum class opening_kind : std::uint8_t { new_session, resumed_session };

  /// Asks the directory. The asking connection is the client's. A route that ends before its session is placed ends
  /// without a word to anybody: the directory ends sessions that nobody reports.
  route(const route_settings& settings, opening_kind kind, route_claim claim, steady_time now, route_effects& out);

  // From the client.
  void client_sent(shared_bytes frame, route_effects& out);
  void client_lost(steady_time now, route_effects& out);
  resume_verdict resume(const route_claim& claim, steady_time now, route_effects& out);
  /// It has got the greeting, and with it the token for its next resume: the former one is of no use from here on.
  void client_has_token(route_effects& out);
  void client_drained(route_effects& out);

  // From the directory and the session.
  void placed(const session_placed& what, steady_time now, route_effects& out);
  void output(session_output what, route_effects& out);
  /// Whether this is to be written to the client now. (No effects: the path that each event takes for each client.)
  bool accept(const delivery& what);
  /// `session_lost`: its actor ended by an error, after it was given the attach that is named and none after it. It is
  /// attached anew from what is kept here, a few times.
  void attach_refused(const godwit::attach_refused& what, route_effects& out);
  void revoked(const route_revoked& what, route_effects& out);
  /// `may_go`: the node's newest view does not call that life of the worker node dead.
  void move(const move_session& what, bool may_go, steady_time now, route_effects& out);

  // From the node.
  /// `view`: the newest that the node has; by it a session is housed whose worker node turns out to be another life.
  void link_reset(const godwit::link_reset& what, const membership_view& view, route_effects& out);
  /// Houses the session anew where its worker node is dead, or where it had none.
  void follow(const membership_view& view, route_effects& out);
  /// It is its turn: without effect where it has attached meanwhile.
  void attach_now(route_effects& out);
  /// What an attach weighs on its way, in bytes.
  std::size_t attach_weight() const;
  /// Nothing happens before `deadline()` and `move_deadline()`.
  void tick(steady_time now, route_effects& out);

  session_id session() const { return claim_.session; }
  bool opening() const { return state_ == state::opening; }
  /// Of the open session; empty before, and while it has none.
  const node_name& worker() const { return worker_; }
  incarnation worker_incarnation() const { return worker_incarnation_; }
  bool has_client() const { return has_client_; }
  std::optional<steady_time> deadline() const { return deadline_; }
  /// Always `move_holds_frames` after it was set.
  std::optional<steady_time> move_deadline() const { return wanted_ ? std::optional{wanted_->due} : std::nullopt; }

private:
  enum class state : std::uint8_t { opening, attached, detached, closing };
  struct kept_frame {
    frame_kind kind;
    shared_bytes bytes;
  };
  /// Where the session is to go when it is quiet.
  struct wanted_move {
    worker_place to;
    steady_time due;
    bool begun = false;
    std::uint32_t looks = 0; ///< since frames are passed on again
  };

  void ask_directory(route_effects& out) const;
  void attach(route_effects& out);
  void attach_later(route_effects& out);
  void send_attach(route_effects& out);
  void tell_frames(route_effects& out);
  bool may_tell(std::uint64_t in_seq) const;
  void send_frame(std::uint64_t in_seq, route_effects& out);
  void begin_closing(const char* why, route_effects& out);
  void tell_closing(route_effects& out) const;
  void forget_frames();
  void confirm(std::uint64_t in_seq, route_effects& out);
  void end(error why, route_effects& out);
  void worker_lost(const membership_view& view, route_effects& out);
  void note_death();
  void house(std::optional<worker_place> home, route_effects& out);
  void begin_move(steady_time now, route_effects& out);
  void move_if_quiet(route_effects& out);
  void move_due(steady_time now, route_effects& out);
  void pass_on_held(route_effects& out);
  bool housed() const { return !worker_.empty(); }
  void take(const route_claim& claim, route_effects& out);
  bool same_secrets(const route_claim& claim) const;
  void token_shown(const token_name& which, route_effects& out);
  void tell_token(route_effects& out) const;
  void answered(route_effects& out);
  bool from_owner(const session_epoch& epoch, std::uint32_t attach) const;
  bool within_limits() const;
  /// False: the client has it already.
  bool advance(const stream_position& to);
  std::uint64_t next_in_seq() const { return first_in_seq_ + frames_.size(); }

  const route_settings* settings_;
  route_claim claim_;       // positions: per stream, the one last moved stands last
  token_name proven_token_; // the client has had it; good still while the newer one may have been lost
  token_name newest_token_; // of the last greeting, or of the next one while opening
  node_name worker_;        // empty while opening, and while no worker node is left
  incarnation worker_incarnation_;
  session_epoch epoch_;
  std::uint32_t attach_ = 0;
  std::uint32_t restarts_ = 0;     // of the session's actor, since a frame was confirmed
  std::uint64_t first_in_seq_ = 1; // of frames_
  std::vector<kept_frame> frames_; // unconfirmed, oldest first, in_seqs without gaps
  std::size_t frames_bytes_ = 0;
  std::uint64_t said_until_ = 1;     // in_seq: the frames before it were sent to some owner of the session
  std::uint64_t told_until_ = 1;     // in_seq: those before it were sent with this attach, or are confirmed
  std::uint64_t suspects_until_ = 0; // in_seq: an owner has died of one of those before it, or with them
  std::uint64_t give_up_ = 0; // in_seq of the frame that a second owner has died with; counts while it is the oldest
  std::string snapshot_;
  std::optional<steady_time> deadline_; // of opening, of detached
  std::optional<wanted_move> wanted_;
  steady_time resumed_at_{};
  state state_ = state::opening;
  opening_kind kind_;
  bool from_store_ = false; // until a snapshot has come
  bool heard_ = false;      // something has come from the session
  bool attach_due_ = false; // this attach has not been sent yet: it is not the route's turn
  bool unanswered_ = false; // this attach
  bool holding_ = false;    // frames that came lately have been told to nobody: a move waits for the others
  bool has_client_ = true;
  bool reading_ = true;
  bool paced_ = false; // the session waits for sending_resumed
};

} // namespace godwit
