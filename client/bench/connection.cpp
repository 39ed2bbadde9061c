#include "client/bench/connection.hpp"

#include <asio/buffer.hpp>

namespace godwit::bench {

void connection::start() {
  socket_.async_connect(server_.where, [this](const asio::error_code& failed) { dialled(failed); });
}

void connection::dialled(const asio::error_code& failed) {
  if (over_)
    return;
  if (failed)
    return end("no connection: " + failed.message());
  asio::error_code ignored;
  socket_.non_blocking(true, ignored);
  socket_.set_option(asio::ip::tcp::no_delay{true}, ignored);
  tls_.emplace(tls_session::connect(base_.context, server_.name));
  tls_->write(std::exchange(early_, {}));
  flush();
  wait_for_input();
}

void connection::write(std::string_view plaintext) {
  if (over_)
    return;
  if (tls_)
    tls_->write(plaintext);
  else
    early_ += plaintext;
}

void connection::flush() {
  if (over_ || sending_ || !tls_)
    return;
  for (auto output = tls_->output(); !output.empty(); output = tls_->output()) {
    asio::error_code failed;
    const auto count = socket_.write_some(asio::buffer(output), failed);
    if (failed == asio::error::would_block) {
      sending_ = true;
      socket_.async_wait(asio::ip::tcp::socket::wait_write, [this](const asio::error_code& cancelled) {
        sending_ = false;
        if (!cancelled)
          flush();
      });
      return;
    }
    if (failed) // met by reading, which may find the server's reason first
      return;
    tls_->sent(count);
  }
}

void connection::wait_for_input() {
  socket_.async_wait(asio::ip::tcp::socket::wait_read, [this](const asio::error_code& cancelled) {
    if (!cancelled && !over_)
      receive();
  });
}

/// One reading at a time: the others get their turn.
void connection::receive() {
  asio::error_code failed;
  const auto count = socket_.read_some(asio::buffer(base_.buffer), failed);
  if (failed == asio::error::would_block || failed == asio::error::interrupted)
    return wait_for_input();
  if (failed)
    return end("the server closed the connection: " + failed.message());
  std::string plaintext;
  const auto state = tls_->feed({base_.buffer.data(), count}, plaintext);
  if (!plaintext.empty())
    owner_.arrived(plaintext);
  if (over_)
    return;
  flush();
  if (state == tls_state::failed)
    return end("no secure connection: " + tls_->failure().detail);
  if (state == tls_state::ended)
    return end("the server closed the connection");
  wait_for_input();
}

void connection::cut() {
  over_ = true;
  asio::error_code ignored;
  socket_.close(ignored);
}

void connection::end(const std::string& why) {
  if (over_)
    return;
  cut();
  owner_.lost(why);
}

} // namespace godwit::bench
