/// @file
/// One of everything that the admin port hears and says, with every field set.
#pragma once

#include "messages/admin_codec.hpp"

#include <map>
#include <string>

namespace godwit::admin {

inline std::map<std::string, request> request_samples() {
  return {{"hello", hello{1, 3, "godwit 0.1.0"}},
          {"nodes", question{1, show_nodes{}}},
          {"sessions", question{2, show_sessions{{0x0123'4567'89ab'cdef}}}},
          {"rooms", question{3, show_rooms{{42}}}},
          {"where", question{4, show_where{"#lobby"}}},
          {"migrate", question{5, migrate_session{"ada", "worker-2"}}},
          {"migrate_room", question{6, migrate_room{"#lobby", "worker-2"}}},
          {"drain", question{7, drain_node{"worker-1"}}},
          {"undrain", question{8, undrain_node{"worker-1"}}},
          {"show_drain", question{9, show_drain{"worker-1"}}},
          {"kick", question{10, kick_person{"bob", "enough"}}},
          {"treat_room", question{11, treat_room{"#lobby", room_measure::remove, "bob!*@*", "a new beginning"}}}};
}

inline std::map<std::string, reply> reply_samples() {
  const node_shown node{"worker-1", 2, "draining", "127.0.0.1:7713", 4711, "godwit 0.1.0", 12, 3, 9};
  const session_shown session{{0x0123'4567'89ab'cdef}, {2, 5}, "ada", protocol::irc, "hosted", "proxy-1", "worker-1"};
  const room_shown room{{42}, 7, "#lobby", "open", "worker-2"};
  return {{"welcome", welcome{1, "broker-1", "local", "godwit 0.1.0", "ada"}},
          {"failed", failure_of(12, {error_code::no_such_node, "worker-9"})},
          {"done", answer{13, admin_done{}}},
          {"nodes_shown", answer{14, nodes_shown{{node}}}},
          {"sessions_shown", answer{15, sessions_shown{{session}, {77}}}},
          {"rooms_shown", answer{16, rooms_shown{{room}, {78}}}},
          {"place", answer{17, where_shown{{session}, {room}}}},
          {"migrated", answer{18, migrated{"worker-2", 1234}}},
          {"progress", answer{19, drain_progress{"worker-1", true, 1, 2, 3, 4, 5, "no other worker node is there"}}}};
}

} // namespace godwit::admin
