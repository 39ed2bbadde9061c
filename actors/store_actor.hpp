/// @file
/// The actor by which rooms, sessions and the directory reach the store.
///
/// Lives on    the broker node in the embedded default, one.
/// Spawned by  the node, at start.
/// Receives    requests of rooms everywhere, of sessions that are spawned, of the directory.
/// Sends       the store's answers, from the store's thread, to who asked; they keep the order of the requests.
/// Monitors    nothing.
/// Ends        with its node.
/// Keeps       nothing.
/// Blocks on   nothing: the store has its own threads and a bounded queue.
#pragma once

#include "actors/message_types.hpp"
#include "actors/store_port.hpp"
#include "actors/switchboard.hpp"

#include <caf/typed_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

namespace godwit {

using store_handle =
  caf::typed_actor<caf::reacts_to<open_log>, caf::reacts_to<append_entries>, caf::reacts_to<read_log>,
                   caf::reacts_to<find_logged>, caf::reacts_to<load_session>, caf::reacts_to<ask_store>,
                   caf::reacts_to<link_reset>, caf::reacts_to<link_lost>>;

class store_actor : public store_handle::base {
public:
  /// Both outlive it; the store also ends before the switchboard.
  store_actor(caf::actor_config& config, switchboard& board, store_port& store);

  behavior_type make_behavior() override;

private:
  template <class T>
  void submit(T& what);
  void submit(godwit::address asker, store_request request);

  switchboard& board_;
  store_port& store_;
};

} // namespace godwit
