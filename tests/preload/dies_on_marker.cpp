// Preloaded into a worker node: a fault of the server as nobody would plant it, in the middle of the check of a text
// that a client has sent. The process ends at once, without a word, when it comes upon the marker.
#include <cstdint>
#include <cstring>
#include <dlfcn.h>
#include <sys/types.h>
#include <unistd.h>

namespace {
constexpr char marker[] = "kills-a-worker-node";
constexpr auto marker_bytes = static_cast<ssize_t>(sizeof marker) - 1;
constexpr int exit_code = 86;
} // namespace

/// In place of libutf8proc's, which does the work.
extern "C" __attribute__((visibility("default"))) ssize_t utf8proc_iterate(const std::uint8_t* text, ssize_t bytes,
                                                                           std::int32_t* code_point) {
  if (bytes >= marker_bytes && std::memcmp(text, marker, static_cast<std::size_t>(marker_bytes)) == 0)
    ::_exit(exit_code);
  using function = ssize_t (*)(const std::uint8_t*, ssize_t, std::int32_t*);
  static const auto real = reinterpret_cast<function>(::dlsym(RTLD_NEXT, "utf8proc_iterate"));
  return real(text, bytes, code_point);
}
