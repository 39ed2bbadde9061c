#include "nodes/admin/admin_port.hpp"

#include "actors/rules/refusal_log.hpp"
#include "nodes/admin/admin_connection.hpp"
#include "nodes/link/link_listener.hpp"

#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <asio/steady_timer.hpp>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <list>
#include <map>
#include <thread>

namespace godwit {
namespace {

using asio::ip::tcp;
using connection_ptr = std::shared_ptr<admin_connection>;

/// What a tool asks by itself while it shows something.
bool is_repeated_by_itself(const admin_question& what) {
  if (const auto* sessions = std::get_if<show_sessions>(&what))
    return static_cast<bool>(sessions->after);
  if (const auto* rooms = std::get_if<show_rooms>(&what))
    return static_cast<bool>(rooms->after);
  return std::holds_alternative<show_drain>(what);
}

bool changes_something(const admin_question& what) {
  return !std::holds_alternative<show_nodes>(what) && !std::holds_alternative<show_sessions>(what)
         && !std::holds_alternative<show_rooms>(what) && !std::holds_alternative<show_where>(what)
         && !std::holds_alternative<show_drain>(what);
}

std::string outcome_of(const admin_result& result) {
  const auto* why = std::get_if<error>(&result);
  if (why == nullptr)
    return "done";
  return "not done, " + std::string(name_of(why->code)) + (why->detail.empty() ? "" : " (" + why->detail + ")");
}

} // namespace

/// All but start(), answer() and stop() runs on the thread.
class admin_port::implementation {
public:
  implementation(const tls_context& tls, admin_port_options options, ask_function ask)
      : tls_(tls), options_(std::move(options)), ask_(std::move(ask)), next_ticket_(options_.first_ticket) {}

  std::optional<error> listen();
  void run() {
    thread_ = std::thread([this] { io_.run(); });
  }
  void answer(admin_answered what) {
    asio::post(io_, [this, what = std::move(what)]() mutable { answered(std::move(what)); });
  }
  void stop();

  std::vector<std::uint16_t> ports;

private:
  struct waiting_question {
    std::weak_ptr<admin_connection> from;
    std::uint64_t number = 0;
    std::string by;
    std::string text;
    bool changes = false;
  };

  void accepted(tcp::socket socket);
  std::optional<error> greeted(const connection_ptr& tool);
  void asked(const connection_ptr& tool, std::uint64_t number, admin_question what);
  void answered(admin_answered what);
  void ended(const connection_ptr& tool, const std::string& refused);
  void log_refusal(const std::string& address, const std::string& reason);
  void close_all();

  tls_context tls_;
  admin_port_options options_;
  ask_function ask_;
  asio::io_context io_{1};
  std::vector<std::shared_ptr<link_listener>> listeners_;
  std::list<connection_ptr> strangers_; ///< have not shown who they are; the oldest first
  std::list<connection_ptr> tools_;
  std::uint64_t next_ticket_;
  std::map<std::uint64_t, waiting_question> waiting_by_ticket_; ///< bounded by the tools and their questions
  refusal_log refusals_;
  asio::steady_timer summary_due_{io_};
  std::thread thread_;
};

std::optional<error> admin_port::implementation::listen() {
  for (const auto& where : options_.listen) {
    auto made = link_listener::open(
      io_.get_executor(), where, [this](tcp::socket each) { accepted(std::move(each)); }, "admin port");
    if (!made)
      return made.why();
    ports.push_back(made->front()->port());
    listeners_.insert(listeners_.end(), made->begin(), made->end());
  }
  for (const auto& each : listeners_)
    each->start();
  return std::nullopt;
}

void admin_port::implementation::accepted(tcp::socket socket) {
  std::error_code ignored;
  socket.set_option(tcp::no_delay(true), ignored);
  socket.set_option(asio::socket_base::keep_alive(true), ignored);
  // The oldest, not this one: who stalls shall keep no operator out.
  if (strangers_.size() >= limits::admin_strangers_max)
    strangers_.front()->refuse({error_code::too_many_connections, {}});
  if (strangers_.size() >= 2 * limits::admin_strangers_max) { // they linger
    const auto oldest = strangers_.front();
    strangers_.pop_front();
    oldest->close();
  }
  const admin::welcome welcome{admin::protocol_version, options_.node, options_.cluster, options_.software, {}};
  const auto tool =
    std::make_shared<admin_connection>(std::move(socket), tls_session::accept(tls_), welcome, options_.idle_timeout);
  strangers_.push_back(tool);
  const std::weak_ptr<admin_connection> weak = tool;
  tool->start({[this, weak] { return greeted(weak.lock()); },
               [this, weak](std::uint64_t number, admin_question what) { asked(weak.lock(), number, std::move(what)); },
               [this, weak](const std::string& refused) { ended(weak.lock(), refused); }},
              options_.handshake_timeout);
}

std::optional<error> admin_port::implementation::greeted(const connection_ptr& tool) {
  if (!is_operator_name(tool->operator_name()))
    return error{error_code::certificate_refused, "its certificate has no name that an operator can have"};
  if (tools_.size() >= limits::admin_connections_max)
    return error{error_code::too_many_connections, "operators' tools"};
  strangers_.remove(tool);
  tools_.push_back(tool);
  return std::nullopt;
}

void admin_port::implementation::asked(const connection_ptr& tool, std::uint64_t number, admin_question what) {
  const auto ticket = next_ticket_++;
  waiting_question waits{tool, number, tool->operator_name(), text_of(what), changes_something(what)};
  spdlog::log(is_repeated_by_itself(what) ? spdlog::level::debug : spdlog::level::info, "operator {} at {}: {}",
              waits.by, tool->address(), waits.text);
  admin_asked question{ticket, waits.by, std::move(what)};
  waiting_by_ticket_.emplace(ticket, std::move(waits));
  ask_(std::move(question));
}

void admin_port::implementation::answered(admin_answered what) {
  const auto found = waiting_by_ticket_.extract(what.ticket);
  if (found.empty())
    return;
  const auto& waits = found.mapped();
  if (waits.changes)
    spdlog::info("operator {}: {}: {}", waits.by, waits.text, outcome_of(what.result));
  if (const auto tool = waits.from.lock())
    tool->answer(waits.number, std::move(what.result));
}

void admin_port::implementation::ended(const connection_ptr& tool, const std::string& refused) {
  if (!refused.empty())
    log_refusal(tool->address(), refused);
  strangers_.remove(tool);
  tools_.remove(tool);
}

void admin_port::implementation::log_refusal(const std::string& address, const std::string& reason) {
  const bool summary_waits = refusals_.due().has_value();
  if (refusals_.refused(reason, std::chrono::steady_clock::now()))
    return spdlog::warn("refused {} on the admin port: {}", address, reason);
  if (summary_waits)
    return;
  summary_due_.expires_at(*refusals_.due());
  summary_due_.async_wait([this](std::error_code cancelled) {
    if (cancelled)
      return;
    if (const auto text = refusals_.summary(std::chrono::steady_clock::now()))
      spdlog::warn("refused on the admin port: {}", *text);
  });
}

void admin_port::implementation::close_all() {
  for (const auto& each : listeners_)
    each->stop();
  for (auto* all : {&strangers_, &tools_})
    for (const auto& each : *all)
      each->close();
  strangers_.clear();
  tools_.clear();
}

void admin_port::implementation::stop() {
  if (!thread_.joinable())
    return;
  asio::post(io_, [this] {
    close_all();
    io_.stop();
  });
  thread_.join();
}

admin_port::admin_port(std::unique_ptr<implementation> started) : implementation_(std::move(started)) {}

admin_port::~admin_port() { stop(); }

result<std::unique_ptr<admin_port>> admin_port::start(const tls_context& tls, admin_port_options options,
                                                      ask_function ask) {
  auto made = std::make_unique<implementation>(tls, std::move(options), std::move(ask));
  if (auto why = made->listen())
    return *std::move(why);
  made->run();
  return std::unique_ptr<admin_port>(new admin_port(std::move(made)));
}

const std::vector<std::uint16_t>& admin_port::ports() const { return implementation_->ports; }

void admin_port::answer(admin_answered what) { implementation_->answer(std::move(what)); }

void admin_port::stop() { implementation_->stop(); }

} // namespace godwit
