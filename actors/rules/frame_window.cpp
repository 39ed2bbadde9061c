#include "actors/rules/frame_window.hpp"

#include "actors/rules/limits.hpp"

#include <algorithm>

namespace godwit {

bool window_frame::answered() const {
  return first.answered && std::ranges::all_of(further, [](const auto& each) { return each.answered; });
}

void frame_window::start(std::uint32_t attach, std::uint64_t first_in_seq) {
  frames_.clear();
  attach_ = attach;
  next_in_seq_ = first_in_seq;
  last_op_ = 0;
}

bool frame_window::take(std::uint32_t attach, std::uint64_t in_seq, client_command command) {
  if (attach != attach_ || in_seq != next_in_seq_ || frames_.size() > limits::unconfirmed_frames_max)
    return false;
  ++next_in_seq_;
  auto& frame = frames_.emplace_back();
  frame.in_seq = in_seq;
  const auto op = command.op;
  frame.command = checked(std::move(command));
  frame.further.resize(frame.command.further.size());
  if (frame.command.op != 0)
    return true;
  frame.first.begun = true;
  frame.first.answered = true;
  frame.first.replies.push_back(client_reply{op, false, std::get<ask::unreadable>(frame.command.request).why});
  return true;
}

client_command frame_window::checked(client_command command) {
  if (command.op > last_op_) {
    last_op_ = command.op;
    return command;
  }
  if (!std::holds_alternative<ask::unreadable>(command.request))
    command.request = ask::unreadable{{error_code::request_invalid, "ops must rise"}};
  command.further.clear();
  command.op = 0;
  return command;
}

void frame_window::answer(std::uint64_t op, std::size_t part, std::vector<server_frame> replies) {
  const auto at = std::ranges::find_if(frames_, [&](const auto& each) { return each.command.op == op; });
  if (at == frames_.end() || part >= at->part_count())
    return;
  at->part(part).answered = true;
  at->part(part).replies = std::move(replies);
}

window_frame frame_window::pop() {
  auto frame = std::move(frames_.front());
  frames_.pop_front();
  return frame;
}

} // namespace godwit
