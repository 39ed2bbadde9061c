// What a server tells its client: native frames as the client library reads them.
#include "messages/native_codec.hpp"
#include "messages/overloaded.hpp"
#include "tests/fuzz/fuzz.hpp"
#include "tests/fuzz/word_mutator.hpp"

#include <algorithm>

namespace godwit {
namespace {

using fuzz::require;

bool is_shown(const tell::event& event) { return !std::holds_alternative<unknown_entry>(event.entry->body); }

/// Nobody is told what this build does not know.
bool is_encodable(const server_frame& frame) {
  if (const auto* reply = std::get_if<client_reply>(&frame))
    return !std::holds_alternative<tell::unknown_answer>(reply->answer);
  if (const auto* event = std::get_if<tell::event>(&frame))
    return is_shown(*event);
  return !std::holds_alternative<tell::unknown_frame>(frame);
}

/// What a client makes of it when it is told again: its words for an unknown error, and no unknown events.
server_frame told_again(server_frame frame) {
  auto* reply = std::get_if<client_reply>(&frame);
  if (reply == nullptr)
    return frame;
  if (auto* why = std::get_if<error>(&reply->answer); why && !is_known(static_cast<std::uint16_t>(why->code)))
    why->detail = std::string(sentence_of(why->code)) + (why->detail.empty() ? "" : " (" + why->detail + ')');
  if (auto* history = std::get_if<tell::history>(&reply->answer)) {
    std::erase_if(history->events, [](const auto& each) { return !is_shown(each); });
    for (auto& each : history->events)
      each.room = history->room;
  }
  return frame;
}

void check(std::string_view bytes) {
  const auto read = native::decode_server_frame(bytes);
  if (!read) {
    require(read.why().code == error_code::bad_frame, "what can not be read is bad_frame");
    return;
  }
  const auto encoded = native::encode(*read);
  require(encoded.empty() != is_encodable(*read), "all is encoded but what is unknown");
  if (encoded.empty())
    return;
  const auto again = native::decode_server_frame(fuzz::content_of_frame(encoded, 0));
  require(again && *again == told_again(*read), "a frame is the same when it is written and read again");
}

} // namespace
} // namespace godwit

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  godwit::check({reinterpret_cast<const char*>(data), size});
  return 0;
}
