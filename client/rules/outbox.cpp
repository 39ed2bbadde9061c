#include "client/rules/outbox.hpp"

#include <algorithm>
#include <iterator>

namespace godwit {

bool outbox::submit(outgoing request) {
  if (waiting_.size() >= client_waiting_requests_max)
    return false;
  waiting_.push_back(std::move(request));
  return true;
}

void outbox::submit_own(ask::request request, bool searches) {
  outgoing own;
  own.request = std::move(request);
  own.searches = searches;
  own_.push_back(std::move(own));
}

client_command outbox::send(outgoing request) {
  request.op = ++last_op_;
  client_command frame{request.op, false, request.request};
  flight_.push_back(std::move(request));
  return frame;
}

std::vector<client_command> outbox::next_frames(bool held) {
  std::vector<client_command> frames;
  while (flight_.size() < client_window_frames) {
    auto& from = own_.empty() ? waiting_ : own_;
    if (from.empty() || (held && own_.empty()))
      break;
    frames.push_back(send(std::move(from.front())));
    from.pop_front();
  }
  return frames;
}

std::vector<client_command> outbox::resend() {
  std::vector<client_command> frames;
  for (auto& each : flight_) {
    each.answer.reset(); // comes again, whole
    each.refused.reset();
    frames.push_back({each.op, true, each.request});
  }
  return frames;
}

void outbox::begin_anew(session_id former) {
  std::vector<outgoing> again;
  for (auto& each : flight_) {
    if (each.number == 0)
      continue;
    each.in_doubt = true;
    each.former = {former, each.op};
    each.refused.reset();
    each.answer.reset();
    again.push_back(std::move(each));
  }
  flight_.clear();
  own_.clear();
  last_op_ = 0;
  put_back(std::move(again));
}

outgoing* outbox::find(std::uint64_t op) {
  const auto at = std::ranges::find(flight_, op, &outgoing::op);
  return at == flight_.end() || op == 0 ? nullptr : &*at;
}

std::vector<outgoing> outbox::confirm(std::uint64_t op) {
  std::vector<outgoing> done;
  while (!flight_.empty() && flight_.front().op <= op) {
    done.push_back(std::move(flight_.front()));
    flight_.pop_front();
  }
  return done;
}

void outbox::put_back(std::vector<outgoing> requests) {
  for (auto& each : requests)
    each.op = 0;
  waiting_.insert(waiting_.begin(), std::make_move_iterator(requests.begin()), std::make_move_iterator(requests.end()));
}

std::vector<outgoing*> outbox::in_doubt() {
  std::vector<outgoing*> found;
  for (auto& each : waiting_)
    if (each.in_doubt)
      found.push_back(&each);
  return found;
}

outgoing* outbox::find_in_doubt(const tell::frame_name& frame) {
  const auto at =
    std::ranges::find_if(waiting_, [&](const auto& each) { return each.in_doubt && each.former == frame; });
  return at == waiting_.end() ? nullptr : &*at;
}

std::optional<outgoing> outbox::take(request_number number) {
  for (auto* queue : {&flight_, &waiting_}) {
    const auto at = std::ranges::find(*queue, number, &outgoing::number);
    if (at == queue->end())
      continue;
    auto taken = std::move(*at);
    queue->erase(at);
    return taken;
  }
  return std::nullopt;
}

std::vector<request_number> outbox::logged() const {
  std::vector<request_number> numbers;
  for (const auto& each : waiting_)
    if (each.logged)
      numbers.push_back(each.number);
  return numbers;
}

const outgoing* outbox::only_request() const {
  if (!own_.empty() || flight_.size() + waiting_.size() != 1)
    return nullptr;
  return flight_.empty() ? &waiting_.front() : &flight_.front();
}

std::vector<request_number> outbox::unfinished() const {
  std::vector<request_number> numbers;
  for (const auto& each : flight_)
    if (each.number != 0)
      numbers.push_back(each.number);
  for (const auto& each : waiting_)
    numbers.push_back(each.number);
  return numbers;
}

bool outbox::own_under_way() const {
  return !own_.empty() || std::ranges::any_of(flight_, [](const outgoing& each) { return each.number == 0; });
}

} // namespace godwit
