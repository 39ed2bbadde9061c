#include "nodes/link/link_transport.hpp"

#include "actors/rules/refusal_log.hpp"
#include "nodes/link/link_dialler.hpp"
#include "nodes/link/link_handshake.hpp"
#include "nodes/link/link_listener.hpp"
#include "nodes/link/link_table.hpp"

#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <asio/steady_timer.hpp>
#include <spdlog/spdlog.h>

#include <list>
#include <map>
#include <optional>
#include <thread>

namespace godwit {
namespace {

using asio::ip::tcp;

/// For so long after its start a node that can not reach another says so at `debug` only.
constexpr auto quiet_dialling = std::chrono::seconds{5};

// A link carries small batches that somebody waits for; and a peer whose machine is gone must not look alive for ever.
void tune(tcp::socket& socket) {
  std::error_code ignored;
  socket.set_option(tcp::no_delay(true), ignored);
  socket.set_option(asio::socket_base::keep_alive(true), ignored);
}

} // namespace

std::chrono::milliseconds milliseconds_since_1970() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch());
}

/// All but start() and stop() runs on the thread.
class link_transport::implementation {
public:
  implementation(const tls_context& tls, link_options options, link_events events)
      : tls_(tls), options_(std::move(options)), events_(std::move(events)) {}

  std::optional<error> prepare();
  void run() {
    thread_ = std::thread([this] { io_.run(); });
  }
  void cut(link_id link, std::string reason) {
    asio::post(io_, [this, link, reason = std::move(reason)] { links_.cut(link, reason); });
  }
  void stop();

  std::vector<std::uint16_t> ports;

private:
  work_pool& work() {
    if (options_.work == nullptr)
      options_.work = &own_work_.emplace(1, work_waiting_max);
    return *options_.work;
  }
  bool knows(const node_name& name) const { return peers_.contains(name); }
  std::optional<error> prepare_listener(const std::string& address);
  std::optional<error> prepare_dialler(const link_peer& peer);
  void accepted(tcp::socket socket);
  void dialled(const node_name& peer, tcp::socket socket, link_dialler::deadline deadline);
  std::shared_ptr<link_handshake> shake_hands(tcp::socket socket, tls_session tls, link_handshake::events what,
                                              link_dialler::deadline deadline);
  std::string objection_to_caller(const node_hello& peer, const tls_session& tls) const;
  std::string objection_to_dialled(const node_name& expected, const node_hello& peer) const;
  std::string objection_to_clock(const node_hello& peer, const node_hello& self) const;
  void log_refusal(const std::string& address, const std::string& reason);
  void link_lost(const node_name& peer, std::chrono::steady_clock::duration lived);
  void forget_ended_handshakes() {
    for (auto* each : {&handshakes_, &strangers_})
      each->remove_if([](const auto& one) { return one.expired(); });
  }
  void close_all();

  tls_context tls_;
  link_options options_;
  link_events events_;
  asio::io_context io_{1};
  std::vector<std::shared_ptr<link_listener>> listeners_;
  std::map<node_name, std::shared_ptr<link_dialler>> peers_; // all that are known; null: the peer dials
  std::list<std::weak_ptr<link_handshake>> handshakes_;
  std::list<std::weak_ptr<link_handshake>> strangers_; // of them, those that were accepted; the oldest first
  link_table links_{events_, [this](const node_name& peer, auto lived) { link_lost(peer, lived); }};
  refusal_log refusals_{options_.refusals_counted_for};
  asio::steady_timer summary_due_{io_};
  bool stopping_ = false;
  const std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
  std::thread thread_;
  std::optional<work_pool> own_work_; // the last: its jobs use io_
};

std::optional<error> link_transport::implementation::prepare() {
  if (!tls_.own_certificate_is_for(options_.self.name))
    return error{error_code::certificate_unusable,
                 "this node's certificate is not for its name, " + options_.self.name};
  for (const auto& peer : options_.peers)
    if (auto why = prepare_dialler(peer))
      return why;
  for (const auto& address : options_.listen)
    if (auto why = prepare_listener(address))
      return why;
  for (const auto& each : listeners_)
    each->start();
  for (const auto& [name, dialler] : peers_)
    if (dialler)
      asio::post(io_, [each = dialler] { each->dial(); });
  return {};
}

std::optional<error> link_transport::implementation::prepare_listener(const std::string& address) {
  const auto where = parse_endpoint(address);
  if (!where)
    return error{error_code::request_invalid, "'" + address + "' is no address to listen on; use host:port"};
  auto made = link_listener::open(io_.get_executor(), *where, [this](tcp::socket each) { accepted(std::move(each)); });
  if (!made)
    return made.why();
  ports.push_back(made->front()->port());
  listeners_.insert(listeners_.end(), made->begin(), made->end());
  return {};
}

std::optional<error> link_transport::implementation::prepare_dialler(const link_peer& peer) {
  auto& slot = peers_[peer.name];
  if (!dials(options_.self.name, peer.name))
    return {};
  std::vector<endpoint> addresses;
  for (const auto& each : peer.addresses) {
    const auto address = parse_endpoint(each);
    if (!address)
      return error{error_code::request_invalid, "'" + each + "' is no address of " + peer.name + "; use host:port"};
    addresses.push_back(*address);
  }
  const auto connected = [this, name = peer.name](tcp::socket socket, link_dialler::deadline deadline) {
    dialled(name, std::move(socket), deadline);
  };
  const auto unreachable = [this, name = peer.name](const std::string& reason) {
    // Nodes that are started together wait for each other: nobody is to do anything about that.
    const bool waited = std::chrono::steady_clock::now() - started_ >= quiet_dialling;
    spdlog::log(waited ? spdlog::level::info : spdlog::level::debug, "dialling {} failed: {}", name, reason);
  };
  const auto failed = [this, name = peer.name](const std::string& reason) {
    if (events_.on_dial_failed)
      events_.on_dial_failed(name, reason);
  };
  const link_dialler::times times{options_.handshake_timeout, options_.redial_backoff_min, options_.redial_backoff_max};
  slot = std::make_shared<link_dialler>(io_.get_executor(), work(), std::move(addresses), times,
                                        link_dialler::events{connected, failed, unreachable});
  return {};
}

void link_transport::implementation::accepted(tcp::socket socket) {
  const auto address = address_of(socket);
  const auto refused = [this, address](const std::string& reason) {
    log_refusal(address, reason);
    if (events_.on_refused)
      events_.on_refused(address, reason);
  };
  forget_ended_handshakes();
  // The oldest, not this one: who stalls shall keep no node out.
  if (strangers_.size() >= limits::link_handshakes_max) {
    if (const auto oldest = strangers_.front().lock())
      oldest->give_way("too many connections are not yet links");
    strangers_.pop_front();
  }
  const auto objection = [this](const node_hello& peer, const tls_session& tls, const node_hello& self) {
    const auto why = objection_to_caller(peer, tls);
    return why.empty() ? objection_to_clock(peer, self) : why;
  };
  const auto opened = [this](link_handshake::opened_link link) { links_.add(std::move(link), false); };
  strangers_.push_back(shake_hands(std::move(socket), tls_session::accept(tls_),
                                   {objection, opened, refused, options_.clock},
                                   std::chrono::steady_clock::now() + options_.handshake_timeout));
}

void link_transport::implementation::log_refusal(const std::string& address, const std::string& reason) {
  const bool summary_waits = refusals_.due().has_value();
  if (refusals_.refused(reason, std::chrono::steady_clock::now()))
    return spdlog::warn("refused {} on the cluster port: {}", address, reason);
  if (summary_waits)
    return;
  summary_due_.expires_at(*refusals_.due());
  summary_due_.async_wait([this](std::error_code cancelled) {
    if (cancelled)
      return;
    if (const auto text = refusals_.summary(std::chrono::steady_clock::now()))
      spdlog::warn("refused on the cluster port: {}", *text);
  });
}

void link_transport::implementation::dialled(const node_name& peer, tcp::socket socket,
                                             link_dialler::deadline deadline) {
  const auto objection = [this, peer](const node_hello& hello, const tls_session&, const node_hello& self) {
    const auto why = objection_to_dialled(peer, hello);
    return why.empty() ? objection_to_clock(hello, self) : why;
  };
  const auto opened = [this](link_handshake::opened_link link) { links_.add(std::move(link), true); };
  const auto refused = [this, peer, address = address_of(socket)](const std::string& reason) {
    spdlog::warn("no link with {} at {}: {}", peer, address, reason);
    peers_.at(peer)->refused(reason);
  };
  shake_hands(std::move(socket), tls_session::connect(tls_, peer), {objection, opened, refused, options_.clock},
              deadline);
}

std::shared_ptr<link_handshake> link_transport::implementation::shake_hands(tcp::socket socket, tls_session tls,
                                                                            link_handshake::events what,
                                                                            link_dialler::deadline deadline) {
  forget_ended_handshakes();
  tune(socket);
  const auto begun = std::make_shared<link_handshake>(std::move(socket), std::move(tls), std::move(what));
  handshakes_.push_back(begun);
  begun->start(options_.self, deadline);
  return begun;
}

std::string link_transport::implementation::objection_to_caller(const node_hello& peer, const tls_session& tls) const {
  if (!tls.peer_certificate_is_for(peer.name))
    return "the peer says that it is '" + peer.name + "', its certificate is for '" + tls.peer_name() + "'";
  if (auto why = objection_to(peer, options_.self); !why.empty())
    return why;
  if (!knows(peer.name))
    return "no node '" + peer.name + "' is in the config";
  if (!dials(peer.name, options_.self.name))
    return "'" + peer.name + "' is dialled by this node, not the other way round";
  return {};
}

// Its certificate was verified to be for `expected`.
std::string link_transport::implementation::objection_to_dialled(const node_name& expected,
                                                                 const node_hello& peer) const {
  if (peer.name != expected)
    return "the peer says that it is '" + peer.name + "', it was dialled as '" + expected + "'";
  return objection_to(peer, options_.self);
}

std::string link_transport::implementation::objection_to_clock(const node_hello& peer, const node_hello& self) const {
  auto why = clock_objection_to(peer, self);
  if (!why.empty() && events_.on_clock_far)
    events_.on_clock_far(peer, why);
  return why;
}

void link_transport::implementation::link_lost(const node_name& peer, std::chrono::steady_clock::duration lived) {
  if (const auto& dialler = peers_.at(peer); dialler && !stopping_)
    dialler->closed(lived);
}

void link_transport::implementation::close_all() {
  stopping_ = true;
  for (const auto& each : listeners_)
    each->stop();
  for (const auto& [name, dialler] : peers_)
    if (dialler)
      dialler->stop();
  for (const auto& each : handshakes_)
    if (const auto alive = each.lock())
      alive->abandon();
  links_.cut_all("this node is being stopped");
}

void link_transport::implementation::stop() {
  if (!thread_.joinable())
    return;
  asio::post(io_, [this] {
    close_all();
    io_.stop();
  });
  thread_.join();
}

link_transport::link_transport(std::unique_ptr<implementation> started) : implementation_(std::move(started)) {}

link_transport::~link_transport() { stop(); }

result<std::unique_ptr<link_transport>> link_transport::start(const tls_context& tls, link_options options,
                                                              link_events events) {
  auto made = std::make_unique<implementation>(tls, std::move(options), std::move(events));
  if (auto why = made->prepare())
    return *std::move(why);
  made->run();
  return std::unique_ptr<link_transport>(new link_transport(std::move(made)));
}

const std::vector<std::uint16_t>& link_transport::ports() const { return implementation_->ports; }

void link_transport::cut(link_id link, std::string reason) { implementation_->cut(link, std::move(reason)); }

void link_transport::stop() { implementation_->stop(); }

} // namespace godwit
