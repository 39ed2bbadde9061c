#include "actors/link_basp.hpp"

#include <caf/actor_cast.hpp>
#include <caf/actor_system.hpp>
#include <caf/atom.hpp>
#include <caf/io/basp_broker.hpp>
#include <caf/io/middleman.hpp>
#include <caf/io/network/native_socket.hpp>
#include <caf/send.hpp>

#include <cstdint>
#include <set>
#include <string>

namespace godwit {

caf::actor basp_of(caf::actor_system& system) {
  return system.middleman().named_broker<caf::io::basp_broker>(caf::atom("BASP"));
}

caf::io::scribe_ptr scribe_on(caf::actor_system& system, int fd) {
  caf::io::network::nonblocking(fd, true);
  return system.middleman().backend().new_scribe(fd);
}

void publish_on(caf::actor_system& system, const caf::actor& basp, int fd, const caf::actor& whom) {
  // The port is a name only: BASP reads it within this one message, and no port is opened.
  caf::anon_send(basp, caf::publish_atom_v, scribe_on(system, fd), std::uint16_t{1},
                 caf::actor_cast<caf::strong_actor_ptr>(whom), std::set<std::string>{});
}

} // namespace godwit
