#include "messages/control_codec.hpp"

#include "messages/capnp_bytes.hpp"
#include "messages/frame.hpp"

#include <messages/client.capnp.h>

#include <algorithm>

namespace godwit::control {
namespace {

const error unreadable{error_code::bad_frame, {}};

capnp::Data::Reader as_data(std::string_view bytes) {
  return {reinterpret_cast<const kj::byte*>(bytes.data()), bytes.size()};
}
capnp::Data::Reader as_data(const resume_token& token) { return {token.data(), token.size()}; }

bool read_token(capnp::Data::Reader from, resume_token& to) {
  if (from.size() != to.size())
    return false;
  std::copy(from.begin(), from.end(), to.begin());
  return true;
}

std::string frame_of(capnp::MessageBuilder& message) {
  const auto words = capnp::messageToFlatArray(message);
  const auto bytes = words.asChars();
  std::string out;
  out.reserve(frame_header_bytes + bytes.size());
  append_frame(out, client_channel::connection, {bytes.begin(), bytes.size()});
  return out;
}

// -------------------------------------------------------------------------------------------------------- reading

result<resume_request> read(wire::Resume::Reader from) {
  resume_request to;
  to.session.value = from.getSession();
  if (!read_token(from.getToken(), to.token))
    return error{error_code::resume_refused, "the token must be 32 bytes"};
  const auto rooms = from.getRooms();
  if (rooms.size() > hello_positions_max)
    return unreadable;
  to.positions.reserve(rooms.size());
  for (const auto room : rooms)
    to.positions.push_back({room.getRoomId(), room.getRoomSeq()});
  return to;
}

result<client_control> read(wire::ClientHello::Reader from) {
  client_hello to;
  to.version_min = from.getVersionMin();
  to.version_max = from.getVersionMax();
  to.features = from.getFeatures();
  const auto identity = from.getIdentity();
  to.identity.assign(reinterpret_cast<const char*>(identity.begin()), std::min(identity.size(), identity_bytes + 1));
  to.client_name = capnp_bytes::view(from.getClientName()).substr(0, client_name_bytes_max);
  if (from.hasResume()) {
    auto resume = read(from.getResume());
    if (!resume)
      return resume.why();
    to.resume = std::move(*resume);
  }
  return client_control{std::move(to)};
}

result<client_control> read(wire::ClientControl::Reader from) {
  switch (from.which()) {
  case wire::ClientControl::HELLO: return read(from.getHello());
  case wire::ClientControl::PING: return client_control{ping{from.getPing()}};
  case wire::ClientControl::PONG: return client_control{pong{from.getPong()}};
  }
  return client_control{unknown_control{}};
}

result<server_control> read(wire::ServerHello::Reader from) {
  server_hello to;
  to.version = from.getVersion();
  to.features = from.getFeatures();
  to.session.value = from.getSession();
  to.resumed = from.getResumed();
  to.resume_timeout_ms = from.getResumeTimeoutMs();
  to.server_time_us = from.getServerTimeUs();
  to.frame_bytes_max = from.getFrameBytesMax();
  to.idle_ping_after_ms = from.getIdlePingAfterMs();
  to.node = capnp_bytes::string(from.getNode());
  const auto alternatives = from.getAlternatives();
  if (!read_token(from.getToken(), to.token) || alternatives.size() > hello_alternatives_max)
    return unreadable;
  for (const auto one : alternatives)
    to.alternatives.push_back(capnp_bytes::string(one));
  return server_control{std::move(to)};
}

server_control read(wire::Error::Reader from) {
  connection_closed to;
  to.why = {static_cast<error_code>(from.getCode()), capnp_bytes::string(from.getDetail())};
  to.name = capnp_bytes::string(from.getName());
  to.sentence = capnp_bytes::string(from.getText());
  to.retry = from.getRetry();
  return to;
}

result<server_control> read(wire::ServerControl::Reader from) {
  switch (from.which()) {
  case wire::ServerControl::HELLO: return read(from.getHello());
  case wire::ServerControl::PING: return server_control{ping{from.getPing()}};
  case wire::ServerControl::PONG: return server_control{pong{from.getPong()}};
  case wire::ServerControl::CLOSE: return read(from.getClose());
  case wire::ServerControl::WARNING: {
    const auto why = from.getWarning();
    return server_control{warning{{static_cast<error_code>(why.getCode()), capnp_bytes::string(why.getDetail())}}};
  }
  }
  return server_control{unknown_control{}};
}

// -------------------------------------------------------------------------------------------------------- writing

void write(const client_hello& from, wire::ClientControl::Builder control) {
  auto to = control.initHello();
  to.setVersionMin(from.version_min);
  to.setVersionMax(from.version_max);
  to.setFeatures(from.features);
  to.setIdentity(as_data(from.identity));
  to.setClientName(capnp_bytes::text(std::string_view(from.client_name)));
  if (!from.resume)
    return;
  auto resume = to.initResume();
  resume.setSession(from.resume->session.value);
  resume.setToken(as_data(from.resume->token));
  auto rooms = resume.initRooms(static_cast<unsigned>(from.resume->positions.size()));
  for (unsigned i = 0; i != rooms.size(); ++i) {
    rooms[i].setRoomId(from.resume->positions[i].stream);
    rooms[i].setRoomSeq(from.resume->positions[i].position);
  }
}

void write(const server_hello& from, wire::ServerControl::Builder control) {
  auto to = control.initHello();
  to.setVersion(from.version);
  to.setFeatures(from.features);
  to.setSession(from.session.value);
  to.setToken(as_data(from.token));
  to.setResumed(from.resumed);
  to.setResumeTimeoutMs(from.resume_timeout_ms);
  to.setServerTimeUs(from.server_time_us);
  to.setFrameBytesMax(from.frame_bytes_max);
  to.setIdlePingAfterMs(from.idle_ping_after_ms);
  to.setNode(capnp_bytes::text(from.node));
  auto alternatives = to.initAlternatives(static_cast<unsigned>(from.alternatives.size()));
  for (unsigned i = 0; i != alternatives.size(); ++i)
    alternatives.set(i, capnp_bytes::text(from.alternatives[i]));
}

void write(const connection_closed& from, wire::Error::Builder to) {
  to.setCode(static_cast<std::uint16_t>(from.why.code));
  to.setName(capnp_bytes::text(from.name));
  to.setText(capnp_bytes::text(from.sentence));
  to.setRetry(from.retry);
  to.setDetail(capnp_bytes::text(from.why.detail));
}

void write(const connection_closed& from, wire::ServerControl::Builder control) { write(from, control.initClose()); }
void write(const warning& from, wire::ServerControl::Builder control) {
  write(closed_by(from.why), control.initWarning());
}

template <class Builder>
void write(const ping& from, Builder to) {
  to.setPing(from.number);
}
template <class Builder>
void write(const pong& from, Builder to) {
  to.setPong(from.number);
}

template <class Root, class Control>
std::string encode_control(const Control& what) {
  if (std::holds_alternative<unknown_control>(what))
    return {};
  capnp::MallocMessageBuilder message;
  std::visit(
    [&](const auto& one) {
      if constexpr (!std::is_same_v<std::decay_t<decltype(one)>, unknown_control>)
        write(one, message.initRoot<Root>());
    },
    what);
  return frame_of(message);
}

} // namespace

result<client_control> decode_client_control(std::string_view bytes) {
  return capnp_bytes::read_message<wire::ClientControl>(bytes, result<client_control>(unreadable),
                                                        [](auto root) { return read(root); });
}

result<server_control> decode_server_control(std::string_view bytes) {
  return capnp_bytes::read_message<wire::ServerControl>(bytes, result<server_control>(unreadable),
                                                        [](auto root) { return read(root); });
}

std::string encode(const client_control& what) { return encode_control<wire::ClientControl>(what); }
std::string encode(const server_control& what) { return encode_control<wire::ServerControl>(what); }

connection_closed closed_by(const error& why) {
  return {why, std::string(name_of(why.code)), std::string(sentence_of(why.code)), may_retry(why.code)};
}

} // namespace godwit::control
