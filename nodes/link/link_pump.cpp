#include "nodes/link/link_pump.hpp"

#include <asio/buffer.hpp>
#include <asio/post.hpp>
#include <asio/write.hpp>

namespace godwit {

void link_pump::start(std::string first, closed_function closed) {
  closed_ = std::move(closed);
  to_local_ = std::move(first);
  std::error_code failed; // a socket that does not know its flags fails at its first write
  network_.non_blocking(true, failed);
  asio::post(network_.get_executor(), [self = shared_from_this()] {
    if (self->is_closed_)
      return;
    self->write_network(); // the end of the greetings
    self->write_local();
  });
}

void link_pump::read_network() {
  network_.async_read_some(asio::buffer(from_network_),
                           [self = shared_from_this()](std::error_code failed, std::size_t count) {
                             if (self->is_closed_)
                               return;
                             if (!failed)
                               self->network_came({self->from_network_.data(), count});
                             else if (failed == asio::error::eof)
                               self->close("the peer closed the connection");
                             else
                               self->close("reading from the peer: " + failed.message());
                           });
}

void link_pump::network_came(std::string_view ciphertext) {
  tls_.feed(ciphertext, to_local_);
  write_network(); // TLS may have an answer of its own
  if (!is_closed_)
    write_local();
}

// All of what came, then the next read.
void link_pump::write_local() {
  if (to_local_.empty() && tls_.state() == tls_state::open)
    return read_network();
  asio::async_write(local_, asio::buffer(to_local_), [self = shared_from_this()](std::error_code failed, std::size_t) {
    if (self->is_closed_)
      return;
    self->to_local_.clear();
    if (failed)
      self->close("this node closed the link");
    else if (self->tls_.state() == tls_state::failed)
      self->close(self->tls_.failure().detail);
    else if (self->tls_.state() == tls_state::ended)
      self->close("the peer closed the link");
    else
      self->read_network();
  });
}

void link_pump::read_local() {
  reading_local_ = true;
  local_.async_read_some(asio::buffer(from_local_),
                         [self = shared_from_this()](std::error_code failed, std::size_t count) {
                           if (self->is_closed_)
                             return;
                           self->reading_local_ = false;
                           if (failed)
                             return self->close("this node closed the link");
                           self->tls_.write({self->from_local_.data(), count});
                           self->write_network();
                         });
}

// What the socket takes, at once, so that at any moment it is known what the peer has been sent; CAF is read again when
// it has taken everything.
void link_pump::write_network() {
  if (waiting_for_network_)
    return;
  for (auto left = tls_.output(); !left.empty(); left = tls_.output()) {
    std::error_code failed;
    tls_.sent(network_.write_some(asio::buffer(left), failed));
    if (failed == asio::error::would_block)
      return wait_for_network();
    if (failed)
      return close("writing to the peer: " + failed.message());
  }
  if (!reading_local_)
    read_local();
}

void link_pump::wait_for_network() {
  waiting_for_network_ = true;
  network_.async_wait(asio::ip::tcp::socket::wait_write, [self = shared_from_this()](std::error_code) {
    if (self->is_closed_)
      return;
    self->waiting_for_network_ = false;
    self->write_network();
  });
}

void link_pump::close(const std::string& reason) {
  if (std::exchange(is_closed_, true))
    return;
  std::error_code ignored;
  tls_.close();
  network_.write_some(asio::buffer(tls_.output()), ignored);
  network_.close(ignored);
  local_.close(ignored);
  if (const auto closed = std::exchange(closed_, nullptr))
    closed(reason);
}

} // namespace godwit
