#include "actors/rules/link_silence.hpp"

#include "actors/rules/limits.hpp"

#include <utility>

namespace godwit {

bool link_silence::heard(time_point now) {
  if (now > heard_)
    heard_ = now;
  return std::exchange(suspected_, false);
}

link_silence::verdict link_silence::judge(time_point asked, std::chrono::nanoseconds lateness) {
  if (lateness.count() > 0)
    heard_ += std::chrono::duration_cast<time_point::duration>(lateness);
  const auto silence = asked - heard_;
  if (silence >= limits::silence_cuts_link)
    return verdict::cut;
  if (silence < limits::silence_is_suspicious || suspected_)
    return verdict::fine;
  suspected_ = true;
  return verdict::suspicious;
}

} // namespace godwit
