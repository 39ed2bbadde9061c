/// @file
/// One connection of a simulated client to a proxy node: bytes and a few words about the connection itself, in order,
/// in both directions; it may be lost with what it carried, and the ends need not hear of it at the same time.
#pragma once

#include "messages/control_codec.hpp"
#include "tests/sim/world.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <variant>

namespace godwit::sim {

class edge;

/// The connection is gone.
struct hung_up {};
/// The first words of a client of IRC, which has no hello, are its first line.
using to_server = std::variant<control::client_hello, std::string, control::pong, hung_up>;
using to_client = std::variant<control::server_hello, shared_bytes, control::ping, control::connection_closed, hung_up>;

class call : public std::enable_shared_from_this<call> {
public:
  /// The client's end.
  using listener = std::function<void(to_client)>;

  call(world& around, node_name proxy, protocol spoken, listener client);
  /// Reaches the proxy node, or hears hung_up.
  void dial();
  void say(to_server what);
  /// The client hangs up, or believes that the connection is gone; the proxy node hears of it later.
  void hang_up();
  /// The network loses it; both ends hear of it.
  void cut();

  // The proxy node's end.
  void answer(to_client what);
  /// The last word, if it is one for people or programs.
  void close(const error& why);
  void proxy_died();
  bool is_open_at_client() const { return !client_closed_; }
  protocol spoken() const { return spoken_; }
  const node_name& proxy() const { return proxy_; }

  session_id session;           ///< the edge's: whose client it is
  bool serving = false;         ///< the edge's: it was greeted
  bool paused = false;          ///< the edge's: it is not read
  std::deque<to_server> unread; ///< the edge's: meanwhile

private:
  template <class What>
  struct way {
    std::deque<std::pair<instant, What>> coming;
  };
  void fly_up(to_server what);
  void fly_down(to_client what);
  void arrive_up();
  void arrive_down();

  world& world_;
  node_name proxy_;
  protocol spoken_;
  listener client_;
  std::shared_ptr<edge> edge_;
  way<to_server> up_;
  way<to_client> down_;
  bool client_closed_ = false;
  bool server_closed_ = false;
};

} // namespace godwit::sim
