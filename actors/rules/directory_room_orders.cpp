// What operators' tools order rooms to do.
#include "actors/rules/directory.hpp"

namespace godwit {

void directory::asked_by_admin(const admin_asked& asked, const treat_room&) {
  answer_admin(asked.ticket, error{error_code::unsupported, {}});
}

void directory::on(const command_answered&) {}
void directory::on(const command_expected&) {}
void directory::on(const room_not_here&) {}

} // namespace godwit
