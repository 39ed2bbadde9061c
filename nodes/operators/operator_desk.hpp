/// @file
/// Who may be an operator of the server: names and password hashes of the config, verified on the work pool.
///
/// Threads   `check` and `rehash` from everywhere; answers come on a thread of the pool, or at once.
/// Promises  a password is verified only where a try is allowed (actors/rules/operator_attempts.hpp), never on the
///           caller's thread, and appears in no log, nor does a name that nobody has, since it may be one; failures are
///           logged with nick's user@host and address, of many the first and then how many
///           (actors/rules/refusal_log.hpp). One is verified at a time. A name that nobody has costs as long as one
///           that somebody has.
/// Bounded   operator_checks_waiting_max wait for their turn, and the pool's jobs: beyond it, too_many_requests.
/// Source    docs/OPERATING.md, "Operators of the server".
#pragma once

#include "actors/operator_port.hpp"
#include "actors/rules/operator_attempts.hpp"
#include "actors/rules/refusal_log.hpp"
#include "nodes/config/config.hpp"
#include "nodes/work/work_pool.hpp"

#include <deque>
#include <memory>
#include <mutex>
#include <vector>

namespace godwit {

class operator_desk : public operator_port, public std::enable_shared_from_this<operator_desk> {
public:
  /// Called on a thread of the pool, when a rehash was asked for; gives the operators that hold from then on, or none
  /// where the file has problems: then those of before do.
  using reload = std::function<std::optional<std::vector<operator_config>>()>;

  operator_desk(std::vector<operator_config> operators, work_pool& work, reload read_again);

  void check(check_operator what, std::function<void(std::optional<error>)> answer) override;
  void rehash(const std::string& by) override;

private:
  [[nodiscard]] std::optional<operator_config> find(const std::string& name) const;
  [[nodiscard]] std::string password_of_another(const std::string& name) const;
  std::optional<error> verify(const check_operator& what);
  /// Requires the lock. The next one goes to the pool, if none is there.
  void post_next();
  void verify_next();
  void log_refusal(const check_operator& what, const char* why);

  struct asked {
    check_operator what;
    std::function<void(std::optional<error>)> answer;
  };

  work_pool& work_;
  reload read_again_;
  mutable std::mutex mutex_;
  std::vector<operator_config> operators_; // guarded
  operator_attempts attempts_;             // guarded
  refusal_log refusals_;                   // guarded
  std::deque<asked> waiting_;              // guarded
  bool is_verifying_ = false;              // guarded
};

} // namespace godwit
