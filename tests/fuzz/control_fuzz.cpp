// The connection channel, both directions.
#include "messages/control_codec.hpp"
#include "tests/fuzz/fuzz.hpp"
#include "tests/fuzz/word_mutator.hpp"

namespace godwit {
namespace {

using fuzz::require;

void check_bounds(const control::client_control& read) {
  const auto* hello = std::get_if<control::client_hello>(&read);
  if (hello == nullptr)
    return;
  require(hello->identity.size() <= control::identity_bytes + 1,
          "of an identity no more is kept than shows its length");
  require(hello->client_name.size() <= control::client_name_bytes_max, "a client's name is cut");
  require(!hello->resume || hello->resume->positions.size() <= control::hello_positions_max,
          "a hello has a bounded number of positions");
}

void check_bounds(const control::server_control& read) {
  if (const auto* hello = std::get_if<control::server_hello>(&read))
    require(hello->alternatives.size() <= control::hello_alternatives_max, "a hello names a bounded number of nodes");
}

template <class Control>
void check(std::string_view bytes, result<Control> (*decode)(std::string_view)) {
  const auto read = decode(bytes);
  if (!read) {
    require(read.why().code == error_code::bad_frame || read.why().code == error_code::resume_refused,
            "what can not be read is bad_frame, a token of another size resume_refused");
    return;
  }
  check_bounds(*read);
  const auto encoded = control::encode(*read);
  // A list of structs without fields says many positions in a few bytes: they have a limit of their own.
  constexpr std::size_t positions_bytes_max = 16 * control::hello_positions_max;
  require(encoded.size() <= fuzz::decoded_bytes_max(bytes.size()) + positions_bytes_max,
          "what is read is bounded by its bytes");
  if (encoded.empty()) {
    require(std::holds_alternative<control::unknown_control>(*read), "only what is unknown is not encoded");
    return;
  }
  const auto again = decode(fuzz::content_of_frame(encoded, 1));
  require(again && *again == *read, "what was read is the same when it is written and read again");
}

} // namespace
} // namespace godwit

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  godwit::check(bytes, &godwit::control::decode_client_control);
  godwit::check(bytes, &godwit::control::decode_server_control);
  return 0;
}
