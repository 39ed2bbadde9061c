#include "nodes/edge/client_stream.hpp"

namespace godwit {

tls_state client_stream::feed(std::string_view from_network, std::string& out) {
  if (auto* tls = std::get_if<tls_session>(&through_))
    return tls->feed(from_network, out);
  out.append(from_network);
  return state();
}

tls_state client_stream::feed_end() {
  if (auto* tls = std::get_if<tls_session>(&through_))
    return tls->feed_end();
  std::get<plain>(through_).ended = true;
  return state();
}

void client_stream::write(std::string_view bytes) {
  if (auto* tls = std::get_if<tls_session>(&through_))
    tls->write(bytes);
  else if (auto& as_it_is = std::get<plain>(through_); !as_it_is.closed)
    as_it_is.waiting.append(bytes);
}

void client_stream::close() {
  if (auto* tls = std::get_if<tls_session>(&through_))
    tls->close();
  else
    std::get<plain>(through_).closed = true;
}

std::string_view client_stream::output() {
  if (auto* tls = std::get_if<tls_session>(&through_))
    return tls->output();
  const auto& as_it_is = std::get<plain>(through_);
  return std::string_view(as_it_is.waiting).substr(as_it_is.sent);
}

void client_stream::sent(std::size_t count) {
  if (auto* tls = std::get_if<tls_session>(&through_))
    return tls->sent(count);
  auto& as_it_is = std::get<plain>(through_);
  as_it_is.sent += count;
  if (as_it_is.sent == as_it_is.waiting.size()) {
    as_it_is.waiting = {}; // an idle client keeps nothing
    as_it_is.sent = 0;
  }
}

std::size_t client_stream::waiting_bytes() const {
  if (const auto* tls = std::get_if<tls_session>(&through_))
    return tls->waiting_bytes();
  const auto& as_it_is = std::get<plain>(through_);
  return as_it_is.waiting.size() - as_it_is.sent;
}

tls_state client_stream::state() const {
  if (const auto* tls = std::get_if<tls_session>(&through_))
    return tls->state();
  return std::get<plain>(through_).ended ? tls_state::ended : tls_state::open;
}

} // namespace godwit
