// A byte stream cut into frames: the same ones however it arrives, within the owner's limits.
#include "tests/fuzz/fuzz.hpp"

#include <vector>

namespace godwit {
namespace {

using fuzz::require;

struct outcome {
  std::string frames;        ///< written again, one behind the other
  std::optional<error> over; ///< what ended the stream
  bool operator==(const outcome&) const = default;
};

/// Pulls what is whole.
void pull(frame_reader& reader, const frame_limits& limits, outcome& out) {
  for (;;) {
    const auto got = reader.next();
    if (!got) {
      out.over = got.why();
      require(out.over->code == error_code::frame_too_large || out.over->code == error_code::bad_frame,
              "a stream ends by one of two errors");
      const auto again = reader.next();
      require(!again && again.why() == *out.over, "after an error the same one is given");
      return;
    }
    if (!*got)
      return;
    const auto& one = **got;
    require(!one.bytes.empty() && one.bytes.size() <= limits.bytes_max, "a frame is within its limit");
    require(one.channel < limits.channel_count, "a frame is on a channel that there is");
    append_frame(out.frames, one.channel, one.bytes);
  }
}

outcome read(std::string_view stream, std::size_t piece_bytes, const frame_limits& limits) {
  frame_reader reader(limits);
  outcome out;
  std::size_t fed = 0;
  while (fed < stream.size() && !out.over) {
    const auto piece = stream.substr(fed, piece_bytes);
    reader.feed(piece);
    fed += piece.size();
    pull(reader, limits, out);
    if (!out.over) {
      require(out.frames.size() + reader.waiting_bytes() == fed, "what was fed is given out or waits");
      require(reader.waiting_bytes() < frame_header_bytes + limits.bytes_max, "less than one frame waits");
    }
  }
  if (out.over) {
    const auto waiting = reader.waiting_bytes();
    reader.feed(std::string(1000, 'x'));
    require(reader.waiting_bytes() <= waiting, "after an error nothing more is read");
  }
  return out;
}

} // namespace
} // namespace godwit

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace godwit;
  fuzz::choices input(data, size);
  const frame_limits limits{1U + input.two_bytes() % 2048, 1 + input.of(4)};
  const std::size_t piece_bytes = 1U + input.byte();
  const auto stream = input.rest();
  const auto whole = read(stream, stream.size() + 1, limits);
  fuzz::require(stream.starts_with(whole.frames), "frames, written again, are the stream");
  fuzz::require(read(stream, piece_bytes, limits) == whole, "the frames are the same however the stream is cut");
  fuzz::require(read(stream, 1, limits) == whole, "the frames are the same when they come byte by byte");
  return 0;
}
