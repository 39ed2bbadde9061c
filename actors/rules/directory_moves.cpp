// How the directory moves sessions and rooms between living worker nodes, at an operator's word and in a drain.
#include "actors/rules/directory.hpp"

namespace godwit {

void directory::asked_by_admin(const admin_asked& asked, const migrate_session&) {
  answer_admin(asked.ticket, error{error_code::unsupported, {}});
}

void directory::asked_by_admin(const admin_asked& asked, const migrate_room&) {
  answer_admin(asked.ticket, error{error_code::unsupported, {}});
}

void directory::asked_by_admin(const admin_asked& asked, const drain_node&) {
  answer_admin(asked.ticket, error{error_code::unsupported, {}});
}

void directory::asked_by_admin(const admin_asked& asked, const undrain_node&) {
  answer_admin(asked.ticket, error{error_code::unsupported, {}});
}

void directory::asked_by_admin(const admin_asked& asked, const show_drain&) {
  answer_admin(asked.ticket, error{error_code::unsupported, {}});
}

} // namespace godwit
