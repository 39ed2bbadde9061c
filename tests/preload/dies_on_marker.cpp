// Preloaded into a worker node: a fault of the server as nobody would plant it, in the middle of the check of a text
// that a client has sent. The process ends at once, without a word, when it comes upon one marker; whoever runs the
// check ends by an exception when it comes upon the other.
#include <cstdint>
#include <cstring>
#include <dlfcn.h>
#include <stdexcept>
#include <string_view>
#include <sys/types.h>
#include <unistd.h>

namespace {
constexpr std::string_view kills_the_process = "kills-a-worker-node";
constexpr std::string_view ends_the_actor = "ends-an-actor";
constexpr int exit_code = 86;

bool begins_with(std::string_view marker, const std::uint8_t* text, ssize_t bytes) {
  return bytes >= static_cast<ssize_t>(marker.size()) && std::memcmp(text, marker.data(), marker.size()) == 0;
}
} // namespace

/// In place of libutf8proc's, which does the work.
extern "C" __attribute__((visibility("default"))) ssize_t utf8proc_iterate(const std::uint8_t* text, ssize_t bytes,
                                                                           std::int32_t* code_point) {
  if (begins_with(kills_the_process, text, bytes))
    ::_exit(exit_code);
  if (begins_with(ends_the_actor, text, bytes))
    throw std::runtime_error("planted");
  using function = ssize_t (*)(const std::uint8_t*, ssize_t, std::int32_t*);
  static const auto real = reinterpret_cast<function>(::dlsym(RTLD_NEXT, "utf8proc_iterate"));
  return real(text, bytes, code_point);
}
