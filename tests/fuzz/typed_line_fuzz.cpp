// Lines that a person or a program types into `godwit chat`.
#include "client/chat/command_reader.hpp"
#include "client/chat/news_printer.hpp"
#include "messages/names.hpp"
#include "messages/native_codec.hpp"
#include "tests/fuzz/fuzz.hpp"

#include <nlohmann/json.hpp>

namespace godwit {
namespace {

using fuzz::require;

void check_request(const ask::request& request) {
  require(!std::holds_alternative<ask::unreadable>(request), "what was typed is a request of a client");
  require(!name_of(request).empty(), "a request has a name");
  const client_command command{1, false, request};
  const auto sent = native::decode_command(fuzz::content_of_frame(native::encode(command), 0));
  require(sent && *sent == command, "what was typed arrives as it was typed");
}

void check_line(command_reader& reader, std::string_view line) {
  const auto before = reader.current_room();
  const auto typed = reader.read(line);
  const auto& after = reader.current_room();
  require(after.empty() || after == before || fold_room(after), "the current room has a room's name");
  if (const auto* request = std::get_if<ask::request>(&typed)) {
    check_request(*request);
    const auto* post = std::get_if<ask::post>(request);
    require(!post || !post->text.empty(), "an empty line is no post");
  }
  if (const auto* wrong = std::get_if<mistyped>(&typed)) {
    require(!wrong->sentence.empty(), "what is mistyped is answered by a sentence");
    const auto json = json_of_mistyped({error_code::request_invalid, wrong->sentence});
    require(nlohmann::json::accept(json) && json.find('\n') == std::string::npos, "the answer is one line of JSON");
  }
}

} // namespace
} // namespace godwit

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  godwit::command_reader reader(size % 2 == 0 ? "lobby" : "");
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    godwit::check_line(reader, text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return 0;
}
