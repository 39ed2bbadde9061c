/// @file
/// A client whose actors run when the test says so, on its own thread: CAF's test coordinator, whose clock stands
/// still, and a connection that only notes what is wanted of it.
#pragma once

#include "client/client_handles.hpp"
#include "client/client_settings.hpp"
#include "client/net/server_port.hpp"
#include "messages/frame.hpp"
#include "messages/native_codec.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/atom.hpp>
#include <caf/scheduler/test_coordinator.hpp>
#include <caf/send.hpp>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace godwit::test {

/// What was asked of the connection, and the way to tell the client what becomes of it.
struct kept_connection {
  struct dial {
    server_address where;
    control::client_hello hello;
  };
  std::vector<dial> dials;
  std::string written; ///< frames, with their headers
  int closes = 0;
  bool is_gone = false;
  connection_events events;
};

class kept_port final : public server_port {
public:
  kept_port(std::shared_ptr<kept_connection> kept, connection_events events) : kept_(std::move(kept)) {
    kept_->events = std::move(events);
  }
  ~kept_port() override {
    kept_->is_gone = true;
    kept_->events = {};
  }
  void open(server_address where, control::client_hello hello) override {
    kept_->dials.push_back({std::move(where), std::move(hello)});
  }
  void write(std::string frames) override { kept_->written += frames; }
  void close() override { ++kept_->closes; }

private:
  std::shared_ptr<kept_connection> kept_;
};

struct still_client_config : caf::actor_system_config {
  still_client_config() { set("scheduler.policy", caf::atom("testing")); }
};

class still_client : public ::testing::Test {
protected:
  still_client() {
    settings_.server = {"chat.example", "7700"};
    settings_.nick = "ann";
    settings_.identity = std::string(control::identity_bytes, 'i');
    settings_.client_name = "test";
    settings_.seed = 1;
  }

  server_port_maker port_maker() {
    return [kept = port_](connection_events events) { return std::make_unique<kept_port>(kept, std::move(events)); };
  }
  void settle() { coordinator().run(); }
  void pass(std::chrono::milliseconds time) {
    constexpr std::chrono::milliseconds step{10};
    for (; time.count() > 0; time -= step) {
      coordinator().advance_time(step);
      settle();
    }
  }
  template <class Handle, class T>
  void give(const Handle& actor, T what) {
    caf::anon_send(actor, std::move(what));
    settle();
  }

  // what the connection's thread says
  void greet(bool resumed = false, std::vector<std::string> alternatives = {}) {
    control::server_hello hello;
    hello.session = session_id{1};
    hello.token.fill(1);
    hello.resumed = resumed;
    hello.alternatives = std::move(alternatives);
    port_->events.opened(std::move(hello));
    settle();
  }
  void arrive(std::vector<std::string> frames, read_ticket ticket = {}) {
    port_->events.arrived(std::move(frames), std::move(ticket));
    settle();
  }
  void lose(error_code why = error_code::tls_failed) {
    port_->events.lost({why, {}});
    settle();
  }

  /// The commands written since they were taken last.
  std::vector<client_command> take_written() {
    std::vector<client_command> found;
    frame_reader reader({frame_bytes_max, 1});
    reader.feed(std::exchange(port_->written, {}));
    for (;;) {
      auto got = reader.next();
      if (!got)
        throw std::runtime_error("not frames of the session's channel");
      if (!*got)
        return found;
      auto command = native::decode_command((*got)->bytes);
      if (!command)
        throw std::runtime_error("not a command");
      found.push_back(std::move(*command));
    }
  }

  caf::scheduler::test_coordinator& coordinator() {
    return dynamic_cast<caf::scheduler::test_coordinator&>(system_.scheduler());
  }

  client_settings settings_;
  std::shared_ptr<kept_connection> port_ = std::make_shared<kept_connection>();
  still_client_config config_;
  caf::actor_system system_{config_};
};

/// The message of an encoded frame, as it arrives: without its header.
inline std::string message_of(const server_frame& what) { return native::encode(what).substr(frame_header_bytes); }

} // namespace godwit::test
