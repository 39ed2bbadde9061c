#include "client/rules/recovery.hpp"

#include <algorithm>
#include <utility>

namespace godwit {

bool is_trace_of(const entry_body& body, const ask::request& request) {
  return (std::holds_alternative<posted>(body) && std::holds_alternative<ask::post>(request))
         || (std::holds_alternative<topic_set>(body) && std::holds_alternative<ask::set_topic>(request));
}

ask::history log_search::question(ask::target of) {
  told_from_.reset();
  is_last_ = false;
  if (!seen_from_)
    return {std::move(of), ask::newest{events_per_page}, 0};
  const auto before = *seen_from_ - 1; // at least 1: page_over() ends it at the first event
  const auto count = static_cast<std::uint32_t>(std::min<room_seq>(before, events_per_page));
  asked_from_ = *seen_from_ - count;
  return {std::move(of), ask::since{*asked_from_ - 1}, count};
}

void log_search::take(const tell::event& event) {
  const auto& entry = *event.entry;
  told_from_ = std::min(told_from_.value_or(entry.seq), entry.seq);
  const bool is_before = event.frame.session == oldest_.session && event.frame.op <= oldest_.op;
  is_last_ = is_last_ || is_before || entry.time < began_ - clocks_differ_by;
}

void log_search::page_over() {
  // An empty page: nobody has said anything yet, or what came before was removed.
  done_ = is_last_ || !told_from_;
  if (done_)
    return;
  seen_from_ = std::min(*told_from_, asked_from_.value_or(*told_from_)); // events of unknown kinds are not told
  done_ = *seen_from_ <= 1;
}

} // namespace godwit
