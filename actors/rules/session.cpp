#include "actors/rules/session.hpp"

#include "actors/rules/session_core.hpp"

namespace godwit {

session::session(session_id id, node_name self) : core_(std::make_unique<session_core>(id, std::move(self))) {}
session::~session() = default;
session::session(session&&) noexcept = default;
session& session::operator=(session&&) noexcept = default;

session_effects session::attach(const attach_session& how) {
  core_->attach(how);
  return core_->finish();
}
session_effects session::frame(std::uint32_t attach, std::uint64_t in_seq, result<client_command> command) {
  core_->frame(attach, in_seq, std::move(command));
  return core_->finish();
}
session_effects session::closed(std::uint32_t attach, std::uint64_t in_seq, const std::string& reason) {
  core_->closed(attach, in_seq, reason);
  return core_->finish();
}
session_effects session::resumed_sending(const sending_resumed& what) {
  core_->resumed_sending(what);
  return core_->finish();
}
session_effects session::loaded(const session_loaded& what) {
  core_->loaded(what);
  return core_->finish();
}
session_effects session::claimed(const nick_claimed& what) {
  core_->claimed(what);
  return core_->finish();
}
session_effects session::found(const nick_found& what) {
  core_->found(what);
  return core_->finish();
}
session_effects session::located(const room_located& what) {
  core_->located(what);
  return core_->finish();
}
session_effects session::listed(const rooms_listed& what) {
  core_->listed(what);
  return core_->finish();
}
session_effects session::must_end(const session_must_end& what) {
  core_->must_end(what);
  return core_->finish();
}
session_effects session::events(const room_events& what) {
  core_->events(what);
  return core_->finish();
}
session_effects session::reopened(const room_reopened& what) {
  core_->reopened(what);
  return core_->finish();
}
session_effects session::relay_lost(room_id room) {
  core_->relay_lost(room);
  return core_->finish();
}
session_effects session::answered(const command_answered& what) {
  core_->answered(what);
  return core_->finish();
}
session_effects session::expected(const command_expected& what) {
  core_->expected(what);
  return core_->finish();
}
session_effects session::answered(const query_answered& what) {
  core_->answered(what);
  return core_->finish();
}
session_effects session::given(const membership_given& what) {
  core_->given(what);
  return core_->finish();
}
session_effects session::not_here(const room_not_here& what) {
  core_->not_here(what);
  return core_->finish();
}
session_effects session::invited(const room_invitation& what) {
  core_->invited(what);
  return core_->finish();
}
session_effects session::told(const people_told& what) {
  core_->told(what);
  return core_->finish();
}
session_effects session::signalled(const person_signal& what) {
  core_->signalled(what);
  return core_->finish();
}
session_effects session::proclaimed(const proclamation& what) {
  core_->proclaimed(what);
  return core_->finish();
}
session_effects session::checked(const effect_name& name, const std::optional<error>& why) {
  core_->checked(name, why);
  return core_->finish();
}
void session::set_now(timestamp now) { core_->set_now(now); }
session_effects session::link_was_reset(const link_reset& what) {
  core_->link_was_reset(what);
  return core_->finish();
}

session_effects session::describe_again() {
  core_->describe_again();
  return core_->finish();
}

session_id session::id() const { return core_->id(); }
const session_epoch& session::epoch() const { return core_->current_route().epoch; }
std::uint32_t session::attach_number() const { return core_->current_route().attach; }
bool session::gives_up(std::uint64_t in_seq) const { return core_->gives_up(in_seq); }
const node_name& session::proxy() const { return core_->current_route().proxy; }
session_report session::report() const {
  const auto& route = core_->current_route();
  return {core_->id(), route.epoch, route.proxy, route.proxy_incarnation};
}
const std::string& session::nick() const { return core_->nick(); }
bool session::over() const { return core_->over(); }

} // namespace godwit
