// What a client asks for: native frames as a worker node reads them.
#include "messages/native_codec.hpp"
#include "tests/fuzz/fuzz.hpp"
#include "tests/fuzz/word_mutator.hpp"

namespace godwit {
namespace {

using fuzz::require;

void check_unreadable(const client_command& command, const ask::unreadable& what) {
  const auto code = what.why.code;
  require(code == error_code::unsupported || code == error_code::bad_frame || code == error_code::request_invalid
            || code == error_code::mode_invalid,
          "what can not be read of a numbered frame has one of four reasons");
  require((code == error_code::request_invalid) == (command.op == 0), "op 0, and it alone, is request_invalid");
  require(native::encode(command).empty(), "what could not be read is not written");
}

void check(std::string_view bytes) {
  const auto read = native::decode_command(bytes);
  if (!read) {
    require(read.why().code == error_code::bad_frame, "a frame without a number is bad_frame");
    return;
  }
  if (const auto* what = std::get_if<ask::unreadable>(&read->request))
    return check_unreadable(*read, *what);
  require(read->op != 0, "a request has a number");
  const auto encoded = native::encode(*read);
  require(encoded.size() <= fuzz::decoded_bytes_max(bytes.size()), "a request is bounded by its bytes");
  const auto again = native::decode_command(fuzz::content_of_frame(encoded, 0));
  require(again && *again == *read, "a request is the same when it is written and read again");
}

} // namespace
} // namespace godwit

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  godwit::check({reinterpret_cast<const char*>(data), size});
  return 0;
}
