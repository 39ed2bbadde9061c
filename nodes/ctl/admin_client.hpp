/// @file
/// The tool's side of the admin port: connects, greets, asks one thing after the other.
///
/// Owns      its connection; made anew by connect() after a loss.
/// Promises  each call returns by its deadline; errors as values. What was asked is never said again by itself: the
///           caller knows what may be.
/// Blocks    the caller: a tool has nothing else to do.
/// Source    messages/admin.capnp.
#pragma once

#include "messages/admin_codec.hpp"
#include "messages/endpoint.hpp"
#include "messages/tls_session.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace godwit {

/// Where the admin port is, and who asks.
struct admin_target {
  std::vector<endpoint> addresses; ///< tried in this order
  std::string server_name;         ///< that the port's certificate must hold
  certificate_files own;
  std::string ca;
};

/// What went wrong, by what a script can do about it.
enum class ctl_exit : int {
  done = 0,
  wrong_arguments = 1,
  config_unusable = 2, ///< the config, a certificate or a key
  not_connected = 3,   ///< nobody is there, or the connection was lost
  refused = 4,         ///< the port does not take this certificate, or this tool
  failed = 5,          ///< the cluster said no: nothing was done, or not all
  unanswered = 6,      ///< no answer in time; whether it was done is not known
};
struct ctl_failure {
  ctl_exit code = ctl_exit::failed;
  error why;
  std::string name{};     ///< as the server says it; empty: of this build's list
  std::string sentence{}; ///< the same
};

class admin_client {
public:
  /// `timeout`: for connecting, and for each answer. Errors: `file_unusable`, `certificate_unusable`.
  static result<admin_client> make(const admin_target& target, std::chrono::milliseconds timeout);
  admin_client(admin_client&&) noexcept;
  admin_client& operator=(admin_client&&) noexcept;
  ~admin_client();

  /// Closes what there is, and makes a new connection.
  std::variant<admin::welcome, ctl_failure> connect();
  /// Requires a connection. After `not_connected` and `unanswered` there is none.
  std::variant<admin_result, ctl_failure> ask(const admin_question& what);

private:
  struct connection;
  struct settings;
  explicit admin_client(std::unique_ptr<settings> how);
  std::unique_ptr<settings> settings_;
  std::unique_ptr<connection> connection_;
  std::uint64_t last_number_ = 0;
};

} // namespace godwit
