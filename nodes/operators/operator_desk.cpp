#include "nodes/operators/operator_desk.hpp"

#include "actors/rules/ip_network.hpp"
#include "messages/masks.hpp"
#include "nodes/config/password_hash.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

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

void operator_desk::check(check_operator what, std::function<void(std::optional<error>)> answer) {
  bool may_try = false;
  {
    std::lock_guard guard{mutex_};
    may_try = attempts_.begin(what.name.session, host_of(what.address), now());
  }
  if (!may_try) {
    spdlog::warn("operator \"{}\": {} at {} tries too often", what.operator_name, what.mask, what.address);
    return answer(error{error_code::too_many_requests, "wait before you try again"});
  }
  const bool taken =
    work_.try_post([self = shared_from_this(), what = std::move(what), answer] { answer(self->verify(what)); });
  if (!taken)
    answer(error{error_code::too_many_requests, "the server is busy"});
}

std::optional<error> operator_desk::verify(const check_operator& what) {
  // Of nobody: 32 zero bytes of no password.
  static const std::string nobody = "$argon2id$v=19$m=65536,t=3,p=1$AAAAAAAAAAAAAAAAAAAAAA$"
                                    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
  const auto who = find(what.operator_name);
  const bool is_right = verify_password(who ? who->password : nobody, what.password) && who;
  const bool is_there = is_right && comes_from_there(*who, what);
  if (is_there) {
    std::lock_guard guard{mutex_};
    attempts_.succeeded(what.name.session, host_of(what.address));
    spdlog::info("operator \"{}\": {} at {} is one now", what.operator_name, what.mask, what.address);
    return std::nullopt;
  }
  spdlog::warn("operator \"{}\": {} at {} was refused: {}", what.operator_name, what.mask, what.address,
               !who       ? "there is no such operator"
               : is_right ? "not from there"
                          : "the password is wrong");
  return error{error_code::operator_refused, is_right ? "address" : ""};
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
