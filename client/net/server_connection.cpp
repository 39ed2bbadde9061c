#include "client/net/server_connection.hpp"

#include "client/net/server_link.hpp"

#include <asio/executor_work_guard.hpp>
#include <asio/post.hpp>

#include <thread>

namespace godwit {

struct server_connection::io_thread {
  io_thread(tls_context with, const connection_settings& how, connection_events to)
      : context(std::move(with)), settings(how), events(std::move(to)) {
    gate->io = &io;
    runner = std::thread([this] { io.run(); });
  }

  ~io_thread() {
    {
      const std::lock_guard guard(gate->lock);
      gate->io = nullptr;
    }
    asio::post(io, [this] {
      if (link)
        link->close();
      // What a slow server has not taken by then it will not get.
      patience.expires_after(std::chrono::seconds{1});
      patience.async_wait([this](const asio::error_code&) { io.stop(); });
      stay.reset();
      if (!link || link.use_count() == 1)
        io.stop();
    });
    runner.join();
  }

  tls_context context;
  connection_settings settings;
  connection_events events;
  std::shared_ptr<io_gate> gate = std::make_shared<io_gate>();
  asio::io_context io{1};
  asio::executor_work_guard<asio::io_context::executor_type> stay{io.get_executor()};
  asio::steady_timer patience{io};
  std::shared_ptr<server_link> link; // on the thread only
  std::thread runner;
};

server_connection::server_connection(tls_context context, const connection_settings& settings, connection_events events)
    : thread_(std::make_unique<io_thread>(std::move(context), settings, std::move(events))) {}

server_connection::~server_connection() = default;

void server_connection::open(server_address where, control::client_hello hello) {
  asio::post(thread_->io, [t = thread_.get(), where = std::move(where), hello = std::move(hello)] {
    if (t->link)
      t->link->close();
    t->link = std::make_shared<server_link>(t->io, t->gate, t->context, t->settings, t->events);
    t->link->start(where, hello);
  });
}

void server_connection::write(std::string frames) {
  asio::post(thread_->io, [t = thread_.get(), frames = std::move(frames)] {
    if (t->link)
      t->link->write(frames);
  });
}

void server_connection::close() {
  asio::post(thread_->io, [t = thread_.get()] {
    if (t->link)
      t->link->close();
  });
}

} // namespace godwit
