/// @file
/// One client's connection: its socket, its TLS (none on a plaintext port), its frames, and what waits to be written.
///
/// Lives on   one loop at a time; may leave it between two of its turns and enter another one as it is: nothing that
///            was read or waits to be written is lost, and its deadlines stay.
/// Owns       the socket, the stream through it, the send queue (payloads are shared with other clients until they are
///            encrypted).
/// Promises   all that waits is written as one run of TLS records by one send; nothing of its owner is called back in
///            the middle of a write: troubles are noted, and told at the end of the turn.
/// Bounded    what waits to be written: send_queue_bytes_max, else `send_queue_exceeded`. What was read: one reading
///            and one frame; it does not read while paused, nor while its own queue is more than half full, nor while
///            its client is held back (actors/rules/flood_control.hpp).
#pragma once

#include "actors/rules/route.hpp"
#include "messages/control_codec.hpp"
#include "nodes/edge/admissions.hpp"
#include "nodes/edge/client_stream.hpp"
#include "nodes/edge/client_wire.hpp"
#include "nodes/edge/edge_config.hpp"
#include "nodes/edge/edge_counters.hpp"
#include "nodes/edge/unique_fd.hpp"

#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace godwit {

class connection;

/// What a loop does for its connections. None of these calls back into the connection, `on_frame` excepted.
class connection_owner {
public:
  virtual ~connection_owner() = default;
  /// A whole frame. The owner may pause, close or take apart the connection meanwhile.
  virtual void on_frame(connection& from, const frame& what) = 0;
  /// It is to be flushed at the end of the turn.
  virtual void on_dirty(connection& which) = 0;
  /// `trouble()` says what: the client is gone, or has to go.
  virtual void on_trouble(connection& which) = 0;
  /// The queue is half empty again.
  virtual void on_drained(connection& which) = 0;
  /// It is not read; `look_again` is to be called every flood_look_again_after until it is.
  virtual void on_held(connection& which) = 0;
  /// The last frame is under way: the connection has `closing_linger` from here on.
  virtual void on_closing(connection& which) = 0;
  /// The socket is closed, nothing more will come.
  virtual void on_closed(connection& which) = 0;
  /// Everything that this reading or writing caused has been noted.
  virtual void end_turn() = 0;
};

/// What the connections and shards of one loop share. Buffers and lists hold nothing between two turns.
struct connection_context {
  asio::io_context& io;
  connection_owner& owner;
  const edge_config& config;
  edge_loop_counters& counters;
  edge_totals& totals;
  steady_time now; ///< of this turn
  std::string plaintext;
  std::vector<char> read_buffer;
  std::vector<std::shared_ptr<connection>> to_go_on;     ///< their frames go on
  std::vector<std::shared_ptr<connection>> to_ask_again; ///< they ask for their session again
  std::optional<steady_time> routes_due;                 ///< no route has an earlier deadline
  void note_due(steady_time when) {
    if (!routes_due || when < *routes_due)
      routes_due = when;
  }
};

/// A connection's stay on one loop. What that loop's thread waits for on its behalf keeps this and not the connection:
/// only that thread reads and writes it, also when the connection is long elsewhere.
struct residence {
  connection* which = nullptr; ///< null: it has left, or is closed
};

/// What a client asked for by its hello; kept until it is answered.
struct asked_session {
  route_claim claim;
  bool resume = false;
  std::string client_name;
  std::string first_line; ///< an IRC client's, which has no hello: the session is to get it
};

/// What a connection may do, by its address and by what it did.
struct connection_budget {
  admission share;
  std::optional<flood_control> flood;  ///< none: exempt
  std::optional<error_code> unwelcome; ///< its hello is answered by this
};

/// What a connection begins with.
struct connection_parts {
  unique_fd socket;
  bool ipv6 = false;
  std::string peer; ///< host:port
  client_stream stream;
  client_wire wire;
  connection_budget budget;
};

class connection : public std::enable_shared_from_this<connection> {
public:
  enum class phase : std::uint8_t {
    greeting, ///< until its hello
    waiting,  ///< for its session
    serving,
    closing, ///< the last frame is under way; what the client says is read and dropped
    closed,
  };
  enum class trouble_kind : std::uint8_t { none, gone, refused };

  /// To be entered at once.
  explicit connection(connection_parts parts);
  ~connection();

  /// On the new loop's thread. Reads on, and writes what waits.
  void enter(connection_context& context);
  /// On its loop's thread, not from within its own calls to its owner. Nothing of that loop is touched afterwards.
  void leave();
  /// For as long as it stays on this loop.
  const std::shared_ptr<residence>& here() const { return here_; }
  /// No further frame from the next one on, and no reading.
  void pause() { paused_ = true; }
  void unpause() { paused_ = false; }
  /// Goes on with frames that were read already, then reads.
  void go_on();
  /// Reads on if the client has been held back for long enough. False: not yet.
  bool look_again();
  /// So many bytes answered what it asked.
  void charge_answer(std::size_t bytes);
  /// What it asked costs so much more.
  void charge(std::uint32_t cost);
  /// Puts a frame into the queue. Without effect where the connection has a trouble or is closing.
  void write(shared_bytes frame);
  /// Encrypts and sends what waits.
  void flush();
  /// Tells the client why, behind what waits (a full queue is dropped), says goodbye, and lingers.
  void close(const error& why);
  /// Closes the socket now.
  void abort();

  phase where() const { return phase_; }
  void set_phase(phase to) { phase_ = to; }
  const std::string& peer() const { return peer_; }
  bool is_plaintext() const { return stream_.is_plaintext(); }
  const client_wire& wire() const { return wire_; }
  bool paused() const { return paused_; }
  /// Its client is held back.
  bool held() const { return budget_.flood && budget_.flood->holding(); }
  const std::optional<error_code>& unwelcome() const { return budget_.unwelcome; }
  steady_time heard() const { return heard_; }
  void set_heard(steady_time when) { heard_ = when; }
  std::size_t queued_bytes() const { return queued_bytes_ + stream_.waiting_bytes(); }
  bool half_empty() const { return queued_bytes() <= context_->config.send_queue_bytes_max / 2; }
  trouble_kind trouble() const { return trouble_; }
  const error& refusal() const { return refusal_; }
  /// What the peer did to TLS; null: nothing.
  const error* tls_failure() const { return stream_.state() == tls_state::failed ? &stream_.failure() : nullptr; }
  /// The owner wants the client to go, for this reason. Noted like every trouble.
  void refuse(error why);

  std::unique_ptr<asked_session> asked; ///< from hello to its answer
  session_id session;                   ///< while serving, or waiting for it
  bool pinged = false;                  ///< since it was heard last
  steady_time due;                      ///< greeting and closing: by then it is over

private:
  template <class Act>
  static void turn(const residence& of, Act&& act);
  void arm_read();
  void read();
  void take(std::string_view ciphertext);
  void use_plaintext(tls_state state);
  void process_frames();
  void heed(flood_control::verdict what);
  bool stage();
  void arm_write();
  void note_trouble(trouble_kind what);
  void mark_dirty();
  void finish_sending();
  void check_drained();

  connection_context* context_ = nullptr; // of the loop that it is on
  std::shared_ptr<residence> here_;
  std::optional<asio::ip::tcp::socket> socket_; // while it is on a loop and not closed
  unique_fd between_;                           // while it is on none
  bool ipv6_;
  std::string peer_;
  client_stream stream_;
  client_wire wire_;
  std::vector<shared_bytes> queue_; // from queue_head_ on
  std::size_t queue_head_ = 0;
  std::size_t queued_bytes_ = 0;
  connection_budget budget_;
  steady_time heard_;
  error refusal_;
  phase phase_ = phase::greeting;
  trouble_kind trouble_ = trouble_kind::none;
  bool paused_ = false;
  bool read_armed_ = false;
  bool write_armed_ = false;
  bool dirty_ = false;
  bool was_full_ = false; // more than half, since the last on_drained
  bool said_goodbye_ = false;
};

} // namespace godwit
