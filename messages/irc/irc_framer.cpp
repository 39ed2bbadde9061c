#include "messages/irc/irc_framer.hpp"

#include <utility>

namespace godwit::irc {

void line_reader::feed(std::string_view bytes) {
  buffer_.erase(0, taken_);
  taken_ = 0;
  buffer_.append(bytes);
}

std::optional<std::string_view> line_reader::next() {
  for (;;) {
    const std::string_view rest = std::string_view(buffer_).substr(taken_);
    const auto end = rest.find('\n', searched_);
    if (end == std::string_view::npos) {
      searched_ = rest.size();
      if (skipping_) {
        taken_ = buffer_.size();
        searched_ = 0;
      }
      if (rest.size() <= framed_bytes_max || skipping_)
        return std::nullopt;
      skipping_ = true;
      taken_ = buffer_.size();
      searched_ = 0;
      return rest.substr(0, framed_bytes_max);
    }
    taken_ += end + 1;
    searched_ = 0;
    if (std::exchange(skipping_, false))
      continue;
    auto line = rest.substr(0, end);
    if (line.ends_with('\r'))
      line.remove_suffix(1);
    if (!line.empty())
      return line.substr(0, framed_bytes_max);
  }
}

} // namespace godwit::irc
