#include "actors/rules/waiting_commands.hpp"

#include "actors/rules/limits.hpp"

namespace godwit {
namespace {

std::size_t command_bytes(const room_command& command) {
  const auto* said = std::get_if<post>(&command.action);
  const auto* asked = std::get_if<change_modes>(&command.action);
  const auto changes = asked ? asked->changes.size() * (sizeof(mode_change) + limits::mask_bytes_max) : 0;
  return sizeof(room_command) + (said ? said->text.size() : 0) + changes;
}

} // namespace

bool waiting_commands::takes_more() const {
  return commands_.size() < limits::room_waiting_commands_max && bytes_ < limits::room_waiting_bytes_max;
}

void waiting_commands::push(room_command command, timestamp now) {
  bytes_ += command_bytes(command);
  count_by_session_[command.name.session] += 1;
  commands_.push_back({std::move(command), now});
}

room_command waiting_commands::pop() {
  auto command = std::move(commands_.front().command);
  commands_.pop_front();
  forget(command);
  return command;
}

void waiting_commands::forget(const room_command& command) {
  bytes_ -= command_bytes(command);
  const auto at = count_by_session_.find(command.name.session);
  if (--at->second == 0)
    count_by_session_.erase(at);
}

void waiting_commands::clear() {
  commands_.clear();
  count_by_session_.clear();
  bytes_ = 0;
}

} // namespace godwit
