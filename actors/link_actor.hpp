/// @file
/// The actor at one end of a link: it does what actors/rules/link_end.hpp decides.
///
/// Lives on    every node, one per other node that it has a connection with.
/// Spawned by  link_hub's actor, when the transport has a connection.
/// Receives    parcel_blob, from the actor at the other end; drain_link, when something waits in its outbound_link;
///             judge_silence, from the pulse thread; cut_link.
/// Sends       parcel_blob; pulses are sent by the pulse thread, in its name.
/// Monitors    the actor at the other end: when CAF gives its proxy up, BASP has forgotten the connection.
/// Ends        when the connection is cut, by whomever, and BASP has forgotten it; the next one to the same node may be
///             given to BASP then.
/// Keeps       the rules' state, the way to the other end, a second handle of the socket to cut it by.
/// Blocks on   nothing.
///
/// ```
///   introducing ── the other end's introduction is ours ──▶ open ──┐ a cut, a gap, silence for silence_cuts_link,
///        │                                                         │ too much that waits, the end of the proxy
///        └────────────── refused, silent, cut ──────────▶ closing ◀┘
///                                                           └─ the proxy is gone ──▶ (ended)
/// ```
#pragma once

#include "actors/link_ports.hpp"
#include "actors/parcel_blob.hpp"
#include "actors/queues/pulse_thread.hpp"
#include "actors/rules/link_end.hpp"
#include "actors/rules/link_silence.hpp"
#include "messages/hello.hpp"

#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/event_based_actor.hpp>
#include <spdlog/common.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace godwit {

/// Something waits in the outbound_link.
struct drain_link {};
/// Asked by the pulse thread every limits::pulse_interval.
struct judge_silence {
  std::chrono::steady_clock::time_point asked;
  std::chrono::nanoseconds lateness{};
};
struct cut_link {
  std::string why;
};

struct link_settings {
  node_hello self;
  node_hello peer;
  int fd = -1; ///< taken over
  bool is_dialler = false;
  link_ports* ports = nullptr;
  pulse_thread* pulses = nullptr;
  caf::actor basp;
};

class link_actor : public caf::event_based_actor {
public:
  link_actor(caf::actor_config& config, link_settings settings);
  ~link_actor() override;

  caf::behavior make_behavior() override;
  void on_exit() override;
  const char* name() const override { return "link"; }

private:
  enum class phase : std::uint8_t { introducing, open, closing };
  /// What the pulse thread sends, shared with it.
  struct pulse_state;

  void begin();
  void dial();
  void meet(caf::actor other_end);
  void introduce_myself();
  bool is_my_peer(const link_introduction& theirs) const;

  void take_parcel(const parcel_blob& blob);
  void take_introduction(const parcel& what);
  void take_contents(parcel what);
  void drain();
  void flush();
  void depart(const parcel& what);
  void judge(const judge_silence& question);
  void other_end_gone();

  void open();
  void close(const std::string& why, spdlog::level::level_enum level = spdlog::level::info);

  link_settings settings_;
  int cut_fd_ = -1; ///< a second handle: CAF may have closed its own, and its number may be another's by now
  phase phase_ = phase::introducing;
  bool dialling_ = false; ///< BASP owes an answer
  caf::actor other_end_;  ///< a proxy, as long as BASP knows the connection
  std::shared_ptr<outbound_link> out_;
  std::optional<link_end> rules_;
  link_silence silence_;
  std::shared_ptr<pulse_state> pulse_;
  std::uint64_t watch_number_ = 0;
  std::optional<std::chrono::steady_clock::time_point> closing_since_;
};

} // namespace godwit

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(godwit::drain_link)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(godwit::judge_silence)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(godwit::cut_link)
