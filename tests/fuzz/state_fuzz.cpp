// What is kept: log entries, as the store gives them back, and snapshots of sessions.
#include "messages/entry_codec.hpp"
#include "messages/snapshot_codec.hpp"
#include "tests/fuzz/fuzz.hpp"
#include "tests/fuzz/word_mutator.hpp"

namespace godwit {
namespace {

using fuzz::require;

void check_entry(std::string_view bytes) {
  const auto read = decode_entry(bytes);
  if (!read) {
    require(read.why().code == error_code::internal_error && !read.why().detail.empty(),
            "an entry that can not be read is internal_error, and says why");
    return;
  }
  require(bytes.size() <= log_entry_bytes_max, "longer bytes are broken");
  const auto encoded = encode_entry(*read);
  require(encoded == encode_entry(*read), "the same entry always gives the same bytes");
  require(encoded.size() <= fuzz::decoded_bytes_max(bytes.size()), "an entry is bounded by its bytes");
  if (encoded.size() > log_entry_bytes_max) // texts that lay in the same place
    return;
  const auto again = decode_entry(encoded);
  require(again && *again == *read, "an entry is the same when it is written and read again");
}

void check_snapshot(std::string_view bytes) {
  const auto read = decode_snapshot(bytes);
  if (!read) {
    require(read.why().code == error_code::internal_error, "a snapshot that can not be read is internal_error");
    return;
  }
  const auto again = decode_snapshot(encode_snapshot(*read));
  require(again && *again == *read, "a snapshot is the same when it is written and read again");
}

} // namespace
} // namespace godwit

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  godwit::check_entry(bytes);
  godwit::check_snapshot(bytes);
  return 0;
}
