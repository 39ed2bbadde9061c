// What crosses a link: parcels, and envelopes alone.
#include "messages/cluster_codec.hpp"
#include "tests/fuzz/fuzz.hpp"
#include "tests/fuzz/word_mutator.hpp"

namespace godwit {
namespace {

using fuzz::require;

bool is_a_reason(error_code code) { return code == error_code::bad_frame || code == error_code::unsupported; }

void check_parcel(std::string_view bytes) {
  auto read = decode_parcel(bytes);
  if (!read) {
    require(is_a_reason(read.why().code), "a parcel that can not be read is bad_frame or unsupported");
    return;
  }
  const auto encoded = encode_parcel(*read);
  const auto again = decode_parcel(encoded);
  require(static_cast<bool>(again), "a parcel that was read can be written and read again");
  require(again->skipped == 0 && again->envelopes.size() == read->envelopes.size(), "what is known is not skipped");
  require(encode_parcel(*again) == encoded, "a parcel has the same bytes when it is written again");
  if (!read->batch)
    return;
  std::size_t items = 0;
  for (const auto& each : read->batch->items) {
    const auto* delivered = std::get_if<batched_delivery>(&each);
    items += delivered ? delivered->targets.size() : 1;
    require(!delivered || delivered->payload < read->batch->payloads.size(), "each delivery has a payload");
  }
  require(unpack(std::move(*read->batch)).size() == items, "each client gets its own item");
}

void check_envelope(std::string_view bytes) {
  const auto read = decode_envelope(bytes);
  if (!read) {
    require(is_a_reason(read.why().code), "an envelope that can not be read is bad_frame or unsupported");
    return;
  }
  (void)message_class_of(read->what);
  (void)weight_of(read->what);
  const auto encoded = encode_envelope(*read);
  const auto again = decode_envelope(encoded);
  require(again && again->to == read->to && again->what.index() == read->what.index(),
          "an envelope that was read can be written and read again");
  require(encode_envelope(*again) == encoded, "an envelope has the same bytes when it is written again");
}

} // namespace
} // namespace godwit

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  godwit::check_parcel(bytes);
  godwit::check_envelope(bytes);
  return 0;
}
