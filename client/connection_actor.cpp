#include "client/connection_actor.hpp"

#include <caf/actor_clock.hpp>
#include <caf/send.hpp>

#include <algorithm>
#include <utility>

namespace godwit {

connection_actor::connection_actor(caf::actor_config& config, const client_settings& settings,
                                   const server_port_maker& make_port, outbox_handle outbox)
    : connection_handle::base(config), settings_(settings), outbox_(std::move(outbox)), servers_{settings.server},
      pauses_(settings.redial, settings.seed) {
  connection_ = make_port(events());
}

connection_actor::behavior_type connection_actor::make_behavior() {
  return {
    [this](open_connection& what) { open(what); },
    [this](write_frames& what) { connection_->write(std::move(what.bytes)); },
    [this](const close_connection&) { connection_->close(); },
    [this](connection_opened& what) { opened(what); },
    [this](frames_arrived& what) { arrived(what); },
    [this](connection_lost& what) { lost(what); },
    [this](const dial_now&) { dial(); },
    [this](const deadline_passed& what) { deadline(what.number); },
  };
}

/// Breaks the circle of handles; ends the io thread.
void connection_actor::on_exit() {
  connection_.reset();
  outbox_ = nullptr;
}

connection_events connection_actor::events() {
  // The io thread ends before this actor does: connection_ is reset in on_exit().
  const auto self = caf::actor_cast<connection_handle>(this);
  return {
    [self](control::server_hello hello) { caf::anon_send(self, connection_opened{std::move(hello)}); },
    [self](std::vector<std::string> frames, read_ticket ticket) {
      caf::anon_send(self, frames_arrived{std::move(frames), std::move(ticket)});
    },
    [self](error why) { caf::anon_send(self, connection_lost{std::move(why)}); },
  };
}

std::chrono::steady_clock::time_point connection_actor::now() const { return home_system().clock().now(); }

void connection_actor::open(open_connection& what) {
  wanted_ = std::move(what);
  if (!last_failure_) {
    away_since_ = now();
    set_deadline();
    dial();
    return;
  }
  if (now() - away_since_ >= longest()) {
    give_up();
    return;
  }
  const auto pause = pauses_.next();
  send(outbox_, redial_planned{{*last_failure_, pauses_.attempts(), pause}});
  caf::delayed_anon_send(caf::actor_cast<connection_handle>(this), pause, dial_now{});
}

std::chrono::milliseconds connection_actor::longest() const {
  return was_connected_ ? settings_.reconnection_within : settings_.first_connection_within;
}

/// Of the absence that goes on.
void connection_actor::set_deadline() {
  const auto left = std::max(away_since_ + longest() - now(), std::chrono::steady_clock::duration::zero());
  caf::delayed_anon_send(caf::actor_cast<connection_handle>(this), left, deadline_passed{++deadlines_});
}

void connection_actor::deadline(std::uint64_t number) {
  if (!opened_at_ && number == deadlines_)
    give_up();
}

void connection_actor::give_up() {
  if (std::exchange(given_up_, true))
    return;
  connection_->close();
  const error too_slow{error_code::handshake_timeout,
                       to_text(servers_[next_server_ % servers_.size()]) + " did not answer in time"};
  send(outbox_, connection_given_up{last_failure_.value_or(too_slow)});
}

void connection_actor::dial() {
  if (given_up_)
    return;
  control::client_hello hello;
  hello.identity = settings_.identity;
  hello.client_name = settings_.client_name;
  hello.resume = wanted_.resume;
  connection_->open(servers_[next_server_ % servers_.size()], std::move(hello));
}

void connection_actor::opened(connection_opened& what) {
  was_connected_ = true;
  opened_at_ = now();
  servers_.resize(1);
  next_server_ = 0;
  for (const auto& each : what.hello.alternatives)
    if (auto other = parse_server_address(each))
      servers_.push_back(std::move(*other));
  send(outbox_, std::move(what));
}

void connection_actor::arrived(frames_arrived& what) {
  served();
  send(outbox_, std::move(what));
}

/// A server that only greets has not served yet: then the pauses go on growing.
void connection_actor::served() {
  pauses_.succeeded();
  last_failure_.reset();
}

void connection_actor::lost(connection_lost& what) {
  const auto at = now();
  const auto opened = std::exchange(opened_at_, std::nullopt);
  if (opened && at - *opened >= settings_.redial.longest)
    served(); // it had nothing to say, but it held
  if (!last_failure_)
    away_since_ = at;
  set_deadline();
  last_failure_ = what.why;
  ++next_server_;
  send(outbox_, std::move(what));
}

} // namespace godwit
