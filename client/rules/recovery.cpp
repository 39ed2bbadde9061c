#include "client/rules/recovery.hpp"

namespace godwit {
namespace {

constexpr std::chrono::seconds clocks_differ_by{1};

bool is_trace_of(const entry_body& body, const ask::request& request) {
  if (const auto* said = std::get_if<posted>(&body))
    if (const auto* asked = std::get_if<ask::post>(&request))
      return said->text == asked->text;
  if (const auto* set = std::get_if<topic_set>(&body))
    if (const auto* asked = std::get_if<ask::set_topic>(&request))
      return set->text == asked->text;
  return false;
}

bool is_quit(const entry_body& body) {
  const auto* gone = std::get_if<left>(&body);
  return gone != nullptr && gone->quit;
}

} // namespace

bool leaves_a_trace(const ask::request& request) {
  return std::holds_alternative<ask::post>(request) || std::holds_alternative<ask::set_topic>(request);
}

std::vector<std::optional<tell::was_posted>> find_in_log(const std::vector<const outgoing*>& requests, room_id room,
                                                         const room_evidence& evidence, std::string nick) {
  std::vector<std::optional<tell::was_posted>> found(requests.size());
  std::size_t next = 0; // logged in the order in which they were sent
  for (const auto& entry : evidence.entries) {
    if (entry->nick != nick)
      continue;
    if (const auto* change = std::get_if<renamed>(&entry->body))
      nick = change->to;
    if (is_quit(entry->body) && evidence.position_known)
      break; // who is called so from here on is somebody else
    for (auto i = next; i < requests.size(); ++i) {
      const bool too_old = !evidence.position_known && entry->time < requests[i]->submitted - clocks_differ_by;
      if (too_old || !is_trace_of(entry->body, requests[i]->request))
        continue;
      found[i] = tell::was_posted{room, entry->seq, entry->time};
      next = i + 1;
      break;
    }
  }
  return found;
}

} // namespace godwit
