#include "nodes/operators/operator_desk.hpp"

#include "actors/rules/ip_network.hpp"
#include "actors/rules/limits.hpp"
#include "messages/masks.hpp"
#include "nodes/config/password_hash.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

namespace godwit {
namespace {

instant now() { return std::chrono::steady_clock::now(); }

/// "192.0.2.1:4711" or "[2001:db8::1]:4711" without port and brackets.
std::string host_of(const std::string& address) {
  auto host = address.substr(0, address.rfind(':'));
  if (host.starts_with('[') && host.ends_with(']'))
    host = host.substr(1, host.size() - 2);
  return host;
}

/// Of one that can not be read, an address that nobody has.
ip_address address_of(const check_operator& what) {
  return parse_ip_address(host_of(what.address)).value_or(ip_address{});
}

bool comes_from_there(const operator_config& who, const check_operator& what) {
  if (who.masks.empty() && who.networks.empty())
    return true;
  const auto address = parse_ip_address(host_of(what.address));
  const auto folded = folded_address("*", what.mask);
  return (address && any_contains(who.networks, *address))
         || std::ranges::any_of(who.masks, [&](const auto& mask) { return mask_matches(mask, folded); });
}

} // namespace

operator_desk::operator_desk(std::vector<operator_config> operators, work_pool& work, reload read_again)
    : work_(work), read_again_(std::move(read_again)), operators_(std::move(operators)) {}

std::optional<operator_config> operator_desk::find(const std::string& name) const {
  std::lock_guard guard{mutex_};
  const auto at = std::ranges::find(operators_, name, &operator_config::name);
  return at == operators_.end() ? std::nullopt : std::optional{*at};
}

/// For a name that nobody has: the answer says nothing, but takes as long as for one of those that somebody has, always
/// the same one for the same name.
std::string operator_desk::password_of_another(const std::string& name) const {
  // Where there is no operator at all: 32 zero bytes of no password.
  static const std::string nobody = "$argon2id$v=19$m=65536,t=3,p=1$AAAAAAAAAAAAAAAAAAAAAA$"
                                    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
  std::lock_guard guard{mutex_};
  return operators_.empty() ? nobody : operators_[std::hash<std::string>{}(name) % operators_.size()].password;
}

void operator_desk::check(check_operator what, std::function<void(std::optional<error>)> answer) {
  std::unique_lock guard{mutex_};
  if (!attempts_.begin(what.name.session, address_of(what), now())) {
    guard.unlock();
    log_refusal(what, "tries too often");
    return answer(error{error_code::too_many_requests, "wait before you try again"});
  }
  if (waiting_.size() < limits::operator_checks_waiting_max) {
    waiting_.push_back({what, answer});
    post_next();
    if (is_verifying_)
      return;
    waiting_.pop_back(); // the pool has no room
  }
  attempts_.take_back(what.name.session, address_of(what));
  guard.unlock();
  answer(error{error_code::too_many_requests, "the server is busy"});
}

void operator_desk::post_next() {
  if (!is_verifying_ && !waiting_.empty())
    is_verifying_ = work_.try_post([self = shared_from_this()] { self->verify_next(); });
}

void operator_desk::verify_next() {
  std::unique_lock guard{mutex_};
  const auto next = std::move(waiting_.front());
  waiting_.pop_front();
  guard.unlock();
  next.answer(verify(next.what));
  guard.lock();
  is_verifying_ = false;
  post_next();
  if (is_verifying_)
    return;
  const auto given_up = std::exchange(waiting_, {}); // the pool has no room any more
  for (const auto& each : given_up)
    attempts_.take_back(each.what.name.session, address_of(each.what));
  guard.unlock();
  for (const auto& each : given_up)
    each.answer(error{error_code::too_many_requests, "the server is busy"});
}

std::optional<error> operator_desk::verify(const check_operator& what) {
  const auto who = find(what.operator_name);
  const bool is_right =
    verify_password(who ? who->password : password_of_another(what.operator_name), what.password) && who;
  const bool is_there = is_right && comes_from_there(*who, what);
  if (is_there) {
    std::lock_guard guard{mutex_};
    attempts_.succeeded(what.name.session, address_of(what));
    spdlog::info("operator \"{}\": {} at {} is one now", what.operator_name, what.mask, what.address);
    return std::nullopt;
  }
  log_refusal(what, !who ? "there is no such operator" : is_right ? "not from there" : "the password is wrong");
  return error{error_code::operator_refused, is_right ? "address" : ""};
}

/// A name that nobody has is left out: it may be a password that was typed in the wrong place.
void operator_desk::log_refusal(const check_operator& what, const char* why) {
  const auto name = find(what.operator_name) ? '"' + what.operator_name + '"' : std::string{"of an unknown name"};
  std::lock_guard guard{mutex_};
  if (const auto before = refusals_.summary(now()))
    spdlog::warn("operators that were refused: {}", *before);
  if (refusals_.refused(why, now()))
    spdlog::warn("operator {}: {} at {} was refused: {}", name, what.mask, what.address, why);
}

void operator_desk::rehash(const std::string& by) {
  const bool taken = work_.try_post([self = shared_from_this(), by] {
    auto read = self->read_again_();
    spdlog::info("the config is read again, as {} wants: {}", by, read ? "done" : "it has problems, nothing changes");
    if (!read)
      return;
    std::lock_guard guard{self->mutex_};
    self->operators_ = *std::move(read);
  });
  if (!taken)
    spdlog::warn("the config is not read again: too much is under way");
}

} // namespace godwit
