// A log-in that comes piece by piece, in any order: a nick, an introduction, and nothing that holds it.
#include "actors/rules/session_core.hpp"
#include "messages/names.hpp"

namespace godwit {

void session_core::begin_nick_step(const client_command& command, const ask::take_nick& what, bool begun_before) {
  if (has_logged_in_by(command))
    return done(key_of(command), tell::logged_in{nick_});
  if (!nick_.empty())
    return begin_nick(command, {what.nick}, begun_before);
  auto shown = shown_nick(what.nick);
  if (!shown)
    return refuse(key_of(command), shown.why());
  steps_.nick = std::move(*shown);
  snapshot_changed_ = true;
  log_in_when_ready(command);
}

void session_core::begin_introduction(const client_command& command, const ask::introduce& what) {
  if (has_logged_in_by(command))
    return done(key_of(command), tell::logged_in{nick_});
  if (!nick_.empty() || !steps_.user.empty())
    return refuse(key_of(command), {error_code::already_logged_in, {}});
  steps_.user = what.user;
  steps_.real_name = what.real_name;
  user_ = what.user;
  real_name_ = what.real_name;
  snapshot_changed_ = true;
  log_in_when_ready(command);
}

void session_core::begin_hold(const client_command& command, const ask::hold_login& what) {
  if (has_logged_in_by(command))
    return done(key_of(command), tell::logged_in{nick_});
  if (!nick_.empty())
    return done(key_of(command), tell::noted{});
  steps_.held = what.hold;
  snapshot_changed_ = true;
  log_in_when_ready(command);
}

/// The step that completed the log-in comes again when its answer was lost with the link.
bool session_core::has_logged_in_by(const client_command& command) const {
  return !nick_.empty() && command.op != 0 && command.op == login_op_;
}

/// The step that completes the log-in has its answer.
void session_core::log_in_when_ready(const client_command& command) {
  if (steps_.held || steps_.nick.empty() || steps_.user.empty())
    return done(key_of(command), tell::noted{});
  claim(command, steps_.nick);
}

} // namespace godwit
