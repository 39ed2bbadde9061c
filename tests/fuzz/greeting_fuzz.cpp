// What strangers and nodes say on the cluster port before a link is open.
#include "messages/hello.hpp"
#include "tests/fuzz/fuzz.hpp"
#include "tests/fuzz/word_mutator.hpp"

namespace godwit {
namespace {

using fuzz::require;

const node_hello self{.cluster = "flock",
                      .name = "worker-1",
                      .incarnation = {7},
                      .roles = 3,
                      .software = "godwit",
                      .clock = std::chrono::milliseconds{1'700'000'000'000}};

void judge(const node_hello& peer) {
  const bool may_be = peer.cluster == self.cluster && peer.name != self.name && peer.incarnation
                      && peer.version_min <= self.version_max && peer.version_max >= self.version_min;
  require(objection_to(peer, self).empty() == may_be, "who may work together is said by four things");
  require(clock_objection_to(peer, self).empty() == clock_objection_to(self, peer).empty(),
          "two clocks are as far apart seen from either side");
  if (peer.clock.count() <= 0)
    require(clock_objection_to(peer, self).empty(), "who tells no time is not judged by it");
}

void check(std::string_view bytes) {
  const auto read = decode_link_greeting(bytes);
  require(bytes.size() <= greeting_bytes_max || !read, "a greeting is short");
  if (!read) {
    require(read.why().code == error_code::bad_frame, "what can not be read is bad_frame");
    return;
  }
  if (const auto* hello = std::get_if<node_hello>(&*read))
    judge(*hello);
  const auto encoded = encode_link_greeting(*read);
  require(encoded.size() <= fuzz::decoded_bytes_max(bytes.size()), "a greeting is bounded by its bytes");
  const auto again = decode_link_greeting(encoded);
  if (encoded.size() > greeting_bytes_max)
    return;
  require(static_cast<bool>(again), "what is written can be read");
  if (const auto* refused = std::get_if<link_refused>(&*read))
    require(refused->why.starts_with(std::get<link_refused>(*again).why), "a reason may be cut");
  else
    require(*again == *read, "a greeting is the same when it is written and read again");
}

} // namespace
} // namespace godwit

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  godwit::check({reinterpret_cast<const char*>(data), size});
  return 0;
}
