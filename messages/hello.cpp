#include "messages/hello.hpp"

#include <messages/hello.capnp.h>

#include <capnp/message.h>
#include <capnp/serialize.h>

#include <cstring>

namespace godwit {
namespace {

constexpr std::size_t refusal_bytes_max = 1024;

kj::StringPtr text_of(const std::string& from) { return {from.data(), from.size()}; }
std::string string_of(capnp::Text::Reader from) { return {from.begin(), from.size()}; }

void write(wire::NodeHello::Builder to, const node_hello& from) {
  to.setCluster(text_of(from.cluster));
  to.setName(text_of(from.name));
  to.setIncarnation(from.incarnation.value);
  to.setRoles(from.roles);
  to.setVersionMin(from.version_min);
  to.setVersionMax(from.version_max);
  to.setSoftware(text_of(from.software));
  to.setClockMs(from.clock.count());
  to.setPid(from.pid);
}

node_hello read(wire::NodeHello::Reader from) {
  return {.cluster = string_of(from.getCluster()),
          .name = string_of(from.getName()),
          .incarnation = {from.getIncarnation()},
          .roles = from.getRoles(),
          .version_min = from.getVersionMin(),
          .version_max = from.getVersionMax(),
          .software = string_of(from.getSoftware()),
          .clock = std::chrono::milliseconds{from.getClockMs()},
          .pid = from.getPid()};
}

result<link_greeting> read(wire::LinkGreeting::Reader from) {
  switch (from.which()) {
  case wire::LinkGreeting::HELLO: return link_greeting{read(from.getHello())};
  case wire::LinkGreeting::WELCOME: return link_greeting{link_welcome{}};
  case wire::LinkGreeting::REFUSED: return link_greeting{link_refused{string_of(from.getRefused())}};
  }
  return error{error_code::bad_frame, "a greeting of an unknown kind"};
}

} // namespace

std::string encode_link_greeting(const link_greeting& greeting) {
  capnp::MallocMessageBuilder message;
  auto root = message.initRoot<wire::LinkGreeting>();
  if (const auto* hello = std::get_if<node_hello>(&greeting))
    write(root.initHello(), *hello);
  else if (const auto* refused = std::get_if<link_refused>(&greeting))
    root.setRefused(text_of(refused->why.substr(0, refusal_bytes_max)));
  else
    root.setWelcome();
  const auto words = capnp::messageToFlatArray(message);
  const auto bytes = words.asChars();
  return {bytes.begin(), bytes.size()};
}

result<link_greeting> decode_link_greeting(std::string_view bytes) {
  if (bytes.empty() || bytes.size() > greeting_bytes_max || bytes.size() % sizeof(capnp::word) != 0)
    return error{error_code::bad_frame, "a greeting of " + std::to_string(bytes.size()) + " bytes"};
  auto words = kj::heapArray<capnp::word>(bytes.size() / sizeof(capnp::word)); // aligned
  std::memcpy(words.begin(), bytes.data(), bytes.size());
  try {
    capnp::FlatArrayMessageReader message(words, {.traversalLimitInWords = 2 * words.size(), .nestingLimit = 4});
    return read(message.getRoot<wire::LinkGreeting>());
  } catch (const kj::Exception& broken) {
    return error{error_code::bad_frame, broken.getDescription().cStr()};
  }
}

std::string objection_to(const node_hello& peer, const node_hello& self) {
  if (peer.cluster != self.cluster)
    return "the peer is of the cluster '" + peer.cluster + "', this is '" + self.cluster + "'";
  if (peer.name == self.name)
    return "the peer has the name of this node, '" + self.name + "'";
  if (!peer.incarnation)
    return "the peer gave no incarnation";
  if (peer.version_max < self.version_min || self.version_max < peer.version_min)
    return "the peer speaks versions " + std::to_string(peer.version_min) + " to " + std::to_string(peer.version_max)
           + " between nodes, this node " + std::to_string(self.version_min) + " to "
           + std::to_string(self.version_max);
  return {};
}

std::string clock_objection_to(const node_hello& peer, const node_hello& self) {
  constexpr std::uint8_t broker = 1;
  if (((peer.roles | self.roles) & broker) == 0 || peer.clock.count() <= 0 || self.clock.count() <= 0)
    return {};
  const auto ahead = self.clock - peer.clock; // both positive: no overflow
  if (std::chrono::abs(ahead) <= clock_difference_max)
    return {};
  const auto seconds =
    std::to_string(std::chrono::duration_cast<std::chrono::seconds>(std::chrono::abs(ahead)).count());
  return "the clock of " + self.name + " is " + seconds + " s " + (ahead.count() > 0 ? "ahead of" : "behind")
         + " the clock of " + peer.name + ", at most " + std::to_string(clock_difference_max.count() / 1000)
         + " s are allowed; set the clock that is wrong, and run NTP on both machines";
}

} // namespace godwit
