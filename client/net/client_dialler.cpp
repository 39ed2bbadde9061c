#include "client/net/client_dialler.hpp"

namespace godwit {

void client_dialler::start(const server_address& where, done_handler done) {
  done_ = std::move(done);
  where_ = to_text(where);
  resolver_.async_resolve(where.host, where.port,
                          [self = shared_from_this()](const asio::error_code& failed, const auto& found) {
                            if (!self->done_)
                              return;
                            if (failed) {
                              self->finish(error{error_code::tls_failed, self->where_ + ": " + failed.message()});
                              return;
                            }
                            for (const auto& each : found)
                              self->addresses_.push_back(each.endpoint());
                            self->dial_next();
                          });
}

void client_dialler::dial_next() {
  if (!done_ || sockets_.size() == addresses_.size())
    return;
  const auto index = sockets_.size();
  sockets_.push_back(std::make_unique<asio::ip::tcp::socket>(io_));
  sockets_.back()->async_connect(addresses_[index], [self = shared_from_this(), index](const asio::error_code& failed) {
    self->dialled(index, failed);
  });
  next_address_.expires_after(next_address_after_);
  next_address_.async_wait([self = shared_from_this()](const asio::error_code& cancelled) {
    if (!cancelled)
      self->dial_next();
  });
}

void client_dialler::dialled(std::size_t index, const asio::error_code& failed) {
  if (!done_)
    return;
  if (!failed) {
    finish(std::move(*sockets_[index]));
    return;
  }
  if (++failed_count_ == addresses_.size())
    finish(error{error_code::tls_failed, where_ + ": " + failed.message()});
  else
    dial_next();
}

void client_dialler::finish(result<asio::ip::tcp::socket> outcome) {
  auto done = std::exchange(done_, nullptr);
  cancel();
  done(std::move(outcome));
}

void client_dialler::cancel() {
  done_ = nullptr;
  resolver_.cancel();
  next_address_.cancel();
  for (auto& each : sockets_) {
    asio::error_code ignored;
    each->close(ignored);
  }
}

} // namespace godwit
