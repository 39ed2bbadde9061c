// What operators' tools see of the cluster, and what they do to people and rooms.
#include "actors/rules/directory.hpp"

namespace godwit {

/// Nothing waits for the directory to settle: the tool is told that it has not, and asks again.
void directory::on(const admin_asked& asked) {
  if (!settled_)
    return answer_admin(asked.ticket, error{error_code::no_broker_node, "the broker node has just begun"});
  std::visit([&](const auto& what) { asked_by_admin(asked, what); }, asked.what);
}

void directory::answer_admin(std::uint64_t ticket, admin_result result) {
  effects_.emplace_back(tell_admin{{ticket, std::move(result)}});
}

void directory::asked_by_admin(const admin_asked& asked, const show_nodes&) {
  answer_admin(asked.ticket, error{error_code::unsupported, {}});
}

void directory::asked_by_admin(const admin_asked& asked, const show_sessions&) {
  answer_admin(asked.ticket, error{error_code::unsupported, {}});
}

void directory::asked_by_admin(const admin_asked& asked, const show_rooms&) {
  answer_admin(asked.ticket, error{error_code::unsupported, {}});
}

void directory::asked_by_admin(const admin_asked& asked, const show_where&) {
  answer_admin(asked.ticket, error{error_code::unsupported, {}});
}

void directory::asked_by_admin(const admin_asked& asked, const kick_person&) {
  answer_admin(asked.ticket, error{error_code::unsupported, {}});
}

void directory::asked_by_admin(const admin_asked& asked, const treat_room&) {
  answer_admin(asked.ticket, error{error_code::unsupported, {}});
}

} // namespace godwit
