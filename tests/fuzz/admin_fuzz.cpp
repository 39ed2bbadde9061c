// What the admin port and an operator's tool read.
#include "messages/admin_codec.hpp"
#include "messages/frame.hpp"
#include "tests/fuzz/fuzz.hpp"
#include "tests/fuzz/word_mutator.hpp"

namespace godwit {
namespace {

using fuzz::require;

template <class Said>
void check(std::string_view bytes, result<Said> (*decode)(std::string_view)) {
  const auto read = decode(bytes);
  if (!read)
    return require(read.why().code == error_code::bad_frame, "what can not be read is bad_frame");
  const auto encoded = admin::encode(*read);
  if (encoded.empty())
    return;
  // Rows without fields say many in a few bytes: they have a limit of their own.
  constexpr std::size_t rows_bytes_max = 128 * admin_page_rows_max;
  require(encoded.size() <= fuzz::decoded_bytes_max(bytes.size()) + 2 * rows_bytes_max,
          "what is read is bounded by its bytes");
  const auto again = decode(std::string_view(encoded).substr(frame_header_bytes));
  require(!again || *again == *read, "what was read is the same when it is written and read again");
}

} // namespace
} // namespace godwit

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  godwit::check(bytes, &godwit::admin::decode_request);
  godwit::check(bytes, &godwit::admin::decode_reply);
  return 0;
}
