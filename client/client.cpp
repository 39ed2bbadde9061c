#include "client/client.hpp"

#include "client/net/server_connection.hpp"
#include "client/outbox_actor.hpp"
#include "client/session_view_actor.hpp"
#include "messages/control_codec.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/atom.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>

#include <mutex>
#include <random>

namespace godwit {
namespace {

struct small_system_config : caf::actor_system_config {
  small_system_config() {
    set("scheduler.policy", caf::atom("sharing")); // the default one starves timers
    set("scheduler.max-threads", std::size_t{2});
  }
};

server_port_maker port_maker(const client_settings& settings, const tls_context& context) {
  return [context, how = settings.connection](connection_events events) {
    return std::make_unique<server_connection>(context, how, std::move(events));
  };
}

} // namespace

struct client::actors {
  actors(const client_settings& settings, const tls_context& context)
      : news(std::make_shared<news_queue>(settings.wake)), system(config), view(system.spawn<session_view_actor>(news)),
        outbox(system.spawn<outbox_actor>(settings, port_maker(settings, context), view)) {}

  ~actors() {
    caf::anon_send_exit(outbox, caf::exit_reason::user_shutdown);
    caf::anon_send_exit(view, caf::exit_reason::user_shutdown);
  }

  std::shared_ptr<news_queue> news;
  small_system_config config;
  caf::actor_system system; // its destructor waits for the actors
  session_view_handle view;
  outbox_handle outbox;
  std::mutex numbering; // numbers rise in the order of the outbox's mailbox
  request_number last_number = 0;
};

client::client(std::unique_ptr<actors> started) : actors_(std::move(started)) {}

client::~client() = default;

result<std::unique_ptr<client>> client::connect(client_settings settings) {
  if (settings.identity.size() != control::identity_bytes)
    return error_code::identity_invalid;
  auto context = tls_context::for_client(settings.ca_file);
  if (!context)
    return context.why();
  if (settings.seed == 0)
    settings.seed = (std::uint64_t{std::random_device{}()} << 32U) | std::random_device{}();
  return std::unique_ptr<client>(new client(std::make_unique<actors>(settings, *context)));
}

request_number client::submit(ask::request request) {
  const std::lock_guard guard(actors_->numbering);
  const auto number = ++actors_->last_number;
  caf::anon_send(actors_->outbox, submit_request{number, std::move(request)});
  return number;
}

std::optional<client_news> client::next_news(std::chrono::milliseconds patience) {
  return actors_->news->pop(patience);
}

std::shared_ptr<const session_view> client::view() {
  shared_view seen;
  caf::scoped_actor asker(actors_->system);
  asker->request(actors_->view, caf::infinite, read_view{})
    .receive([&seen](shared_view& answer) { seen = std::move(answer); },
             [&seen](caf::error&) { seen = std::make_shared<const session_view>(); });
  return seen;
}

} // namespace godwit
