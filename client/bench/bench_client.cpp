#include "client/bench/bench_client.hpp"

#include "messages/control_codec.hpp"

#include <openssl/rand.h>

namespace godwit::bench {
namespace {

std::string new_identity() {
  std::string bytes(control::identity_bytes, '\0');
  RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  return bytes;
}

/// Written by one thread, read by others.
void add(std::atomic<std::uint64_t>& to, std::uint64_t count = 1) {
  to.store(to.load(std::memory_order_relaxed) + count, std::memory_order_release);
}

} // namespace

bench_client::bench_client(client_base& base, std::uint32_t number)
    : base_(base), number_(number), room_(base.names.room(base.plan.room_of(number))),
      connection_(base.connections, *this, base.servers.of(base.plan, number)),
      speaker_(base.plan.spoken_by(number) == protocol::native ? make_native_speaker(*this, out_, new_identity())
                                                               : make_irc_speaker(*this, out_, number)),
      heard_(base.plan.senders_to(base.plan.room_of(number))) {}

// ------------------------------------------------------------------------------------------------- what it is to do

void bench_client::connect() {
  phase_ = phase::connecting;
  dialled_ = bench_clock::now();
  connection_.start();
  speaker_->log_in(base_.names.nick(number_));
  send();
}

void bench_client::join() {
  if (phase_ != phase::logged_in)
    return base_.joined_or_over();
  phase_ = phase::joining;
  speaker_->join(room_);
  send();
}

void bench_client::begin_posting() {
  posting_ = phase_ == phase::in_room;
  post_what_may_be();
  send();
}

void bench_client::post_one_more() {
  posting_ = phase_ == phase::in_room;
  ++due_;
  post_what_may_be();
  send();
}

void bench_client::stop_posting() {
  posting_ = false;
  if (lost_) // what it did not post is no fault of the rate
    return;
  for (auto counter = sent_ + 1; counter <= due_; ++counter) {
    const auto due = base_.schedule->due(number_, counter);
    if (!base_.times.is_measured(due))
      continue;
    ++base_.figures.overdue;
    base_.figures.acknowledged.record(base_.times.end - due);
  }
}

void bench_client::quit() {
  if (phase_ == phase::over)
    return;
  posting_ = false;
  phase_ = phase::quitting;
  speaker_->quit();
  send();
}

// ---------------------------------------------------------------------------------------------------------- posting

void bench_client::post_what_may_be() {
  if (!posting_)
    return;
  if (base_.schedule) {
    while (sent_ != due_ && unanswered_.size() < unanswered_max)
      post(base_.schedule->due(number_, sent_ + 1));
    return;
  }
  while (unanswered_.size() < base_.plan.in_flight) {
    const bench_time now = bench_clock::now();
    if (now >= base_.times.end)
      return;
    post(now);
  }
}

void bench_client::post(bench_time due) {
  speaker_->post(room_, to_text({number_, ++sent_, due}, base_.plan.post_bytes));
  unanswered_.push_back(due);
  add(base_.progress.sent);
}

void bench_client::acknowledged(std::uint64_t counter) {
  auto& figures = base_.figures;
  while (account_.answered < counter && !unanswered_.empty()) {
    const auto due = unanswered_.front();
    unanswered_.pop_front();
    add(base_.progress.answered);
    if (account_.refused.contains(++account_.answered))
      continue;
    add(base_.progress.expected, base_.plan.members_of(base_.plan.room_of(number_)));
    if (base_.times.is_measured(due))
      figures.acknowledged.record(now_ - due);
    if (base_.times.is_measured(now_))
      ++figures.acknowledged_in_time;
  }
  post_what_may_be();
}

void bench_client::refused(std::uint64_t counter, const std::string& why) {
  account_.refused.insert(counter);
  add(base_.progress.refused);
  base_.fault.note("a post was refused: " + why);
}

// -------------------------------------------------------------------------------------------------- what it is told

void bench_client::told(const post_stamp& what) {
  const auto& plan = base_.plan;
  const bool is_of_this_room = what.sender < plan.sender_count && plan.room_of(what.sender) == plan.room_of(number_);
  heard_.got(is_of_this_room ? plan.place_in_room(what.sender) : ~std::size_t{0}, what.counter);
  add(base_.progress.told);
  if (base_.times.is_measured(what.due))
    base_.figures.told.record(now_ - what.due);
  if (base_.times.is_measured(now_))
    ++base_.figures.told_in_time;
  if (auto& slow = base_.figures.slow;
      plan.slow_above && now_ - what.due > *plan.slow_above && slow.size() < load_figures::slow_kept_max)
    slow.push_back({number_, what.due, now_ - what.due});
}

void bench_client::logged_in() {
  if (phase_ != phase::connecting)
    return;
  phase_ = phase::logged_in;
  base_.figures.connecting.record(now_ - dialled_);
  add(base_.progress.logged_in);
  base_.logged_in_or_over();
}

void bench_client::joined() {
  if (phase_ != phase::joining)
    return;
  phase_ = phase::in_room;
  add(base_.progress.joined);
  base_.joined_or_over();
}

void bench_client::failed(const std::string& why) { lost(why); }

// ------------------------------------------------------------------------------------------------- its connection

void bench_client::arrived(std::string_view plaintext) {
  now_ = bench_clock::now();
  speaker_->take(plaintext);
  if (phase_ == phase::over)
    return;
  connection_.write(out_); // flushed behind this by the connection
  out_.clear();
}

void bench_client::send() {
  connection_.write(out_);
  out_.clear();
  connection_.flush();
}

void bench_client::lost(const std::string& why) {
  if (phase_ == phase::over)
    return;
  const auto former = std::exchange(phase_, phase::over);
  posting_ = false;
  connection_.cut();
  add(base_.progress.gone);
  if (former != phase::quitting) {
    lost_ = true;
    add(base_.progress.lost);
    add(base_.progress.abandoned, unanswered_.size());
    base_.fault.note("client " + std::to_string(number_) + ": " + why);
  }
  if (former == phase::connecting)
    base_.logged_in_or_over();
  else if (former == phase::joining)
    base_.joined_or_over();
}

} // namespace godwit::bench
