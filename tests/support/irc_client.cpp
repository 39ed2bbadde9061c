#include "tests/support/irc_client.hpp"

#include "tests/support/tcp_connect.hpp"

#include <arpa/inet.h>
#include <array>
#include <csignal>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>

namespace godwit::test {
namespace {

constexpr std::size_t printed_lines_of_irc = 25;

} // namespace

irc_client::irc_client(const std::string& address, const std::string& ca)
    : socket_(connect_to(address)), tls_(nullptr, &SSL_free) {
  const std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)> context(SSL_CTX_new(TLS_client_method()), &SSL_CTX_free);
  if (SSL_CTX_load_verify_locations(context.get(), ca.c_str(), nullptr) != 1)
    throw std::runtime_error("no CA in " + ca);
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  tls_.reset(SSL_new(context.get()));
  X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(tls_.get()), "127.0.0.1");
  SSL_set_fd(tls_.get(), socket_.get());
  ::signal(SIGPIPE, SIG_IGN); // a server may close while this writes
  if (SSL_connect(tls_.get()) != 1)
    throw std::runtime_error("no TLS with " + address);
}

irc_client::irc_client(const std::string& address) : socket_(connect_to(address)), tls_(nullptr, &SSL_free) {
  ::signal(SIGPIPE, SIG_IGN);
}

irc_client::~irc_client() = default;

void irc_client::say(std::string_view line) { send(std::string(line) + "\r\n"); }

void irc_client::send(std::string_view bytes) {
  while (!tls_ && !bytes.empty()) {
    const auto sent = ::send(socket_.get(), bytes.data(), bytes.size(), 0);
    if (sent <= 0) {
      ended_ = true;
      return;
    }
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  if (tls_ && SSL_write(tls_.get(), bytes.data(), static_cast<int>(bytes.size())) <= 0)
    ended_ = true;
}

void irc_client::log_in(const std::string& nick) {
  say("NICK " + nick);
  say("USER " + nick + " 0 * :" + nick);
  expect(" 001 " + nick + " ");
  settle();
}

std::string irc_client::expect_all(const std::vector<std::string>& parts) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  const auto fits = [&](const std::string& line) {
    return std::ranges::all_of(parts, [&](const auto& part) { return line.find(part) != std::string::npos; });
  };
  std::string what;
  for (const auto& part : parts)
    what += "\"" + part + "\" ";
  for (;;) {
    while (next_ < lines_.size())
      if (fits(lines_[next_++]))
        return lines_[next_ - 1];
    if (ended_ || !read_some(deadline, what))
      give_up(what + "(the connection has ended)");
  }
}

std::vector<std::string> irc_client::settle() {
  const auto before = next_;
  const auto token = "settle-" + std::to_string(++pings_);
  say("PING " + token);
  expect(" PONG ", token);
  return {lines_.begin() + static_cast<std::ptrdiff_t>(before),
          lines_.begin() + static_cast<std::ptrdiff_t>(next_) - 1};
}

bool irc_client::is_open() {
  while (!ended_ && is_readable(std::chrono::milliseconds{0}))
    read_some(std::chrono::steady_clock::now() + patience, "what can be read");
  return !ended_;
}

int irc_client::receive(char* to, std::size_t size) {
  return tls_ ? SSL_read(tls_.get(), to, static_cast<int>(size)) : static_cast<int>(::recv(socket_.get(), to, size, 0));
}

bool irc_client::is_readable(std::chrono::milliseconds wait) const {
  if (tls_ && SSL_pending(tls_.get()) != 0)
    return true;
  pollfd watched{socket_.get(), POLLIN, 0};
  return ::poll(&watched, 1, static_cast<int>(wait.count())) == 1;
}

void irc_client::expect_end(std::chrono::milliseconds within) {
  const auto deadline = std::chrono::steady_clock::now() + within;
  while (!ended_ && read_some(deadline, "the end of the connection"))
    ;
}

bool irc_client::read_some(std::chrono::steady_clock::time_point deadline, const std::string& what) {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
  if (!is_readable(std::max(left, std::chrono::milliseconds{0})))
    give_up(what);
  std::array<char, 4096> buffer{};
  const auto count = receive(buffer.data(), buffer.size());
  if (count <= 0) {
    ended_ = true;
    return false;
  }
  rest_.append(buffer.data(), static_cast<std::size_t>(count));
  for (auto end = rest_.find("\r\n"); end != std::string::npos; end = rest_.find("\r\n")) {
    lines_.push_back(rest_.substr(0, end));
    rest_.erase(0, end + 2);
  }
  return true;
}

void irc_client::give_up(const std::string& what) const {
  std::string text = "in vain waited for " + what + "; the newest lines:\n";
  const auto from = lines_.size() > printed_lines_of_irc ? lines_.size() - printed_lines_of_irc : 0;
  for (auto at = from; at != lines_.size(); ++at)
    text += "  " + lines_[at] + "\n";
  throw std::runtime_error(text);
}

} // namespace godwit::test
