/// @file
/// One client of IRC, over TLS or without: lines in, lines out, as a program would see them.
///
/// Owns      its socket and its TLS.
/// Promises  by TLS, the server's certificate and name are verified; each wait has a deadline and throws with the
/// newest lines.
#pragma once

#include "tests/support/patience.hpp"
#include "tests/support/unique_fd.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

struct ssl_st;

namespace godwit::test {

class irc_client {
public:
  /// `address`: HOST:PORT, HOST an IPv4 address. `ca`: the file that the server's certificate is verified by.
  irc_client(const std::string& address, const std::string& ca);
  /// Without TLS.
  explicit irc_client(const std::string& address);
  irc_client(const irc_client&) = delete;
  irc_client& operator=(const irc_client&) = delete;
  ~irc_client();

  /// A line, without its end.
  void say(std::string_view line);
  /// Bytes as they are.
  void send(std::string_view bytes);
  /// NICK and USER; returns when it is in.
  void log_in(const std::string& nick);
  /// The first line behind the last one that was expected which has all of `parts` in it.
  template <class... Parts>
  std::string expect(const Parts&... parts) {
    return expect_all({std::string(parts)...});
  }
  /// What came between two questions: says PING and waits for its PONG; the lines before it.
  std::vector<std::string> settle();
  /// All that came.
  const std::vector<std::string>& lines() const { return lines_; }
  /// Reads what has come, without waiting. False: the server has closed the connection.
  bool is_open();
  /// Waits until the server closes the connection.
  void expect_end(std::chrono::milliseconds within = patience);

private:
  std::string expect_all(const std::vector<std::string>& parts);
  int receive(char* to, std::size_t size);
  /// Whether something can be read, now or within `wait`.
  [[nodiscard]] bool is_readable(std::chrono::milliseconds wait) const;
  /// False: the connection has ended.
  bool read_some(std::chrono::steady_clock::time_point deadline, const std::string& what);
  [[noreturn]] void give_up(const std::string& what) const;

  unique_fd socket_;
  std::unique_ptr<ssl_st, void (*)(ssl_st*)> tls_; ///< null: none
  std::string rest_;
  std::vector<std::string> lines_;
  std::size_t next_ = 0; ///< of lines_, behind what was expected
  int pings_ = 0;
  bool ended_ = false;
};

} // namespace godwit::test
