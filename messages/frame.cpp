#include "messages/frame.hpp"

#include <cassert>
#include <utility>

namespace godwit {
namespace {

std::uint8_t byte_at(std::string_view bytes, std::size_t at) { return static_cast<std::uint8_t>(bytes[at]); }

} // namespace

void frame_reader::feed(std::string_view bytes) {
  if (over_)
    return;
  buffer_.erase(0, std::exchange(taken_, 0));
  buffer_ += bytes;
}

result<std::optional<frame>> frame_reader::next() {
  auto got = cut();
  over_ = !got;
  return got;
}

result<std::optional<frame>> frame_reader::cut() {
  const std::string_view rest = std::string_view(buffer_).substr(taken_);
  if (rest.empty()) { // most streams are idle: who has nothing to keep keeps no memory either
    buffer_ = std::string{};
    taken_ = 0;
  }
  if (rest.size() < frame_header_bytes)
    return std::optional<frame>{};
  const std::size_t length =
    byte_at(rest, 0) | (std::size_t{byte_at(rest, 1)} << 8U) | (std::size_t{byte_at(rest, 2)} << 16U);
  const auto channel = byte_at(rest, 3);
  if (channel >= limits_.channel_count)
    return error{error_code::bad_frame, "there is no channel " + std::to_string(channel)};
  if (length == 0)
    return error{error_code::bad_frame, "the frame is empty"};
  if (length > limits_.bytes_max)
    return error{error_code::frame_too_large,
                 std::to_string(length) + " bytes; at most " + std::to_string(limits_.bytes_max)};
  if (rest.size() < frame_header_bytes + length)
    return std::optional<frame>{};
  taken_ += frame_header_bytes + length;
  return std::optional(frame{channel, rest.substr(frame_header_bytes, length)});
}

std::string frame_reader::take_rest() {
  over_ = false;
  buffer_.erase(0, std::exchange(taken_, 0));
  return std::exchange(buffer_, {});
}

void append_frame(std::string& to, std::uint8_t channel, std::string_view bytes) {
  const auto length = bytes.size();
  assert(length >= 1 && length <= frame_bytes_max);
  to += static_cast<char>(length & 0xffU);
  to += static_cast<char>((length >> 8U) & 0xffU);
  to += static_cast<char>((length >> 16U) & 0xffU);
  to += static_cast<char>(channel);
  to += bytes;
}

} // namespace godwit
