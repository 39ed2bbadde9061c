/// @file
/// Many native clients in one thread: TLS, frames and resumes for real, and little more, so that thousands of them
/// weigh on the cluster and not on the machine beside it. Who they are and what they do is told in
/// tests/load/people.hpp.
///
/// Requires  one thread. IPv4 addresses as HOST:PORT.
/// Owns      the clients, from the first connection to the crowd's end: a client connects as often as it likes.
/// Promises  no client is called from within its own acts, `cut` and `ask` included.
/// Source    docs/PROTOCOL.md.
#pragma once

#include "messages/control_codec.hpp"
#include "messages/frame.hpp"
#include "messages/native_codec.hpp"
#include "messages/tls_session.hpp"
#include "tests/support/unique_fd.hpp"

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <netinet/in.h>
#include <optional>
#include <queue>
#include <random>
#include <string>
#include <vector>

namespace godwit::test {

class crowd;

/// One client. What it does follows from what it hears: derive from it.
class crowd_client {
public:
  using clock = std::chrono::steady_clock;
  enum class phase : std::uint8_t { away, dialling, greeting, open };

  explicit crowd_client(crowd& in);
  crowd_client(const crowd_client&) = delete;
  crowd_client& operator=(const crowd_client&) = delete;
  virtual ~crowd_client();

  /// Begins: connect(), or wake_in().
  virtual void begin() = 0;

  phase where() const { return phase_; }
  const control::server_hello& greeting() const { return greeting_; }
  /// Requests that it has said, or will say as soon as it can, and that the server has not confirmed.
  std::size_t unconfirmed() const { return unconfirmed_.size(); }
  /// Bytes that it has said and the server has not taken.
  std::size_t unsent_bytes() const { return tls_ ? tls_->waiting_bytes() : 0; }

protected:
  /// The greeting has come. After a resume what was unconfirmed has been said again.
  virtual void opened() {}
  virtual void told(const server_frame&) {}
  /// The server closed the connection, for what it said last; nothing: it said nothing.
  virtual void lost(const std::optional<error>&) {}
  virtual void woken() {}

  struct dialling {
    bool resume = false;    ///< if it has a session
    int receive_buffer = 0; ///< 0: the system's
    /// Of what it has to say: less than a TLS hello leaves the handshake half open.
    std::size_t says_at_most = ~std::size_t{0};
  };
  void connect() { connect({}); }
  void connect(const dialling& how);
  /// Without a word.
  void cut();
  /// Sends a request, in a session that is open; keeps it until it is confirmed.
  std::uint64_t ask(ask::request what);
  /// The same, of a client that neither waits for an answer nor says it again.
  void ask_and_forget(ask::request what);
  void read(bool on);
  void wake_in(std::chrono::milliseconds time);

  crowd& in() const { return crowd_; }

private:
  friend class crowd;
  struct kept {
    std::uint64_t op;
    client_command command;
  };

  void wake();
  void begin_tls();
  void happened(std::uint32_t events);
  void receive();
  bool take_frames();
  bool take_control(std::string_view bytes);
  void take_session(std::string_view bytes);
  void note(const server_frame& what);
  void say_unconfirmed_again();
  void flush();
  void watch();
  void end(std::optional<error> why);

  crowd& crowd_;
  phase phase_ = phase::away;
  unique_fd socket_;
  std::uint64_t life_ = 0; ///< of the connection: what was heard for an earlier one is not for this one
  std::optional<tls_session> tls_;
  std::optional<frame_reader> frames_;
  std::string identity_;
  control::server_hello greeting_;
  std::map<room_id, room_seq> positions_;
  std::deque<kept> unconfirmed_;
  std::uint64_t op_ = 0;
  std::size_t may_say_ = 0;
  bool begun_ = false;
  bool resuming_ = false;
  bool reading_ = true;
  std::uint32_t watched_ = 0;
};

/// What happened to all of them.
struct crowd_counts {
  std::uint64_t connections = 0; ///< begun
  std::uint64_t sessions = 0;    ///< greeted, new
  std::uint64_t resumes = 0;     ///< greeted, resumed
  std::uint64_t events = 0;      ///< of rooms, told
  std::uint64_t confirmed = 0;
  std::map<error_code, std::uint64_t> refusals; ///< answers that are errors
  std::map<error_code, std::uint64_t> closes;   ///< by the server
  std::uint64_t cuts = 0;                       ///< by the server, without a word
};
std::string to_string(const crowd_counts& counts);

class crowd {
public:
  using clock = crowd_client::clock;

  crowd(const std::string& address, const std::string& ca_file);
  ~crowd();
  crowd(const crowd&) = delete;
  crowd& operator=(const crowd&) = delete;

  /// `Client(crowd&, arguments...)`; it begins at the next round.
  template <class Client, class... Arguments>
  Client& add(Arguments&&... arguments) {
    auto made = std::make_unique<Client>(*this, std::forward<Arguments>(arguments)...);
    auto& result = *made;
    clients_.push_back(std::move(made));
    wake(result, clock::now());
    return result;
  }
  std::size_t size() const { return clients_.size(); }

  /// Lets them act for this long.
  void run_for(std::chrono::milliseconds time);
  /// Until `holds()`. False: it does not within this time.
  template <class Condition>
  bool run_until(Condition&& holds, std::chrono::milliseconds within) {
    for (const auto until = clock::now() + within; !holds();) {
      if (clock::now() >= until)
        return false;
      round(std::chrono::milliseconds{20});
    }
    return true;
  }
  const crowd_counts& counts() const { return counts_; }
  /// The same in each run, as far as the cluster's answers are.
  std::mt19937_64& chance() { return chance_; }
  /// Never given before.
  std::uint64_t next_number() { return ++numbers_; }

private:
  friend class crowd_client;
  struct wake_up {
    clock::time_point when;
    crowd_client* who;
    bool operator>(const wake_up& that) const { return when > that.when; }
  };
  void wake(crowd_client& who, clock::time_point when) { wake_ups_.push({when, &who}); }
  void round(std::chrono::milliseconds at_most);
  void wake_those_due();

  tls_context context_;
  sockaddr_in server_{};
  std::string host_;
  unique_fd epoll_;
  std::vector<std::unique_ptr<crowd_client>> clients_;
  std::priority_queue<wake_up, std::vector<wake_up>, std::greater<>> wake_ups_;
  crowd_counts counts_;
  std::mt19937_64 chance_{20'260'101};
  std::uint64_t numbers_ = 0;
};

} // namespace godwit::test
