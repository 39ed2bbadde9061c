/// @file
/// The actor that keeps a connection to a proxy node: it dials, and dials again when it is lost.
///
///     idle ──open_connection──▶ (pausing) ──dial_now──▶ dialling ──opened──▶ open
///       ▲                                                  │                  │
///       └────────────────────── connection_lost ◀──────────┴──────────────────┘
///
/// When no connection stands at the deadline (first_connection_within, reconnection_within) it is given up, in
/// whichever state that is: what is under way is dropped.
///
/// Lives on    the client's actor system, one per client.
/// Spawned by  outbox_actor.
/// Receives    open_connection, write_frames, close_connection from the outbox; what happens, from the io thread.
/// Sends       connection_opened, frames_arrived, connection_lost, redial_planned, connection_given_up to the outbox.
/// Monitors    nothing; the outbox, which spawned it, is linked to it.
/// Ends        with the outbox.
/// Keeps       a server_port (its io thread), the backoff, the servers that it may dial. The time is its actor
/// system's. Blocks on   nothing, but at its end on the io thread's end: at most a second.
#pragma once

#include "client/client_handles.hpp"
#include "client/client_settings.hpp"
#include "client/net/server_port.hpp"

#include <caf/typed_event_based_actor.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace godwit {

class connection_actor : public connection_handle::base {
public:
  connection_actor(caf::actor_config& config, const client_settings& settings, const server_port_maker& make_port,
                   outbox_handle outbox);

  behavior_type make_behavior() override;
  void on_exit() override;

private:
  void open(open_connection& what);
  void dial();
  void opened(connection_opened& what);
  void arrived(frames_arrived& what);
  void lost(connection_lost& what);
  void served();
  void set_deadline();
  void deadline(std::uint64_t number);
  void give_up();
  std::chrono::milliseconds longest() const;
  connection_events events();
  std::chrono::steady_clock::time_point now() const;

  client_settings settings_;
  outbox_handle outbox_;
  std::unique_ptr<server_port> connection_;
  std::vector<server_address> servers_; ///< the one that was asked for, then others that can resume the session
  std::size_t next_server_ = 0;
  open_connection wanted_;
  backoff pauses_;
  std::optional<error> last_failure_; ///< since a server served last
  std::chrono::steady_clock::time_point away_since_;
  std::optional<std::chrono::steady_clock::time_point> opened_at_;
  bool was_connected_ = false;
  bool given_up_ = false;
  std::uint64_t deadlines_ = 0;
};

} // namespace godwit
