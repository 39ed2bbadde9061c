#include "nodes/edge/reception.hpp"

#include "nodes/edge/resume_tokens.hpp"
#include "nodes/edge/secrets.hpp"
#include "nodes/edge/shard.hpp"

#include <utility>

namespace godwit {

std::optional<std::size_t> reception::read_hello(connection& from, const frame& what, std::size_t shard) {
  const auto refuse = [&](error_code code, std::string detail = {}) {
    from.refuse({code, std::move(detail)});
    return std::nullopt;
  };
  if (what.channel != static_cast<std::uint8_t>(client_channel::connection))
    return refuse(error_code::bad_frame, "the first frame must be a hello");
  auto control = control::decode_client_control(what.bytes);
  if (!control)
    return refuse(control.why().code, control.why().detail);
  auto* hello = std::get_if<control::client_hello>(&*control);
  if (hello == nullptr)
    return refuse(error_code::bad_frame, "the first frame must be a hello");
  if (hello->version_min > control::protocol_version || hello->version_max < control::protocol_version)
    return refuse(error_code::version_unsupported, "the server speaks version 1");
  if (hello->identity.size() != control::identity_bytes)
    return refuse(error_code::identity_invalid);

  auto asked = std::make_unique<asked_session>();
  const auto identity = sha256(hello->identity);
  cleanse(hello->identity.data(), hello->identity.size());
  if (!identity)
    return refuse(error_code::internal_error);
  asked->claim.identity = *identity;
  asked->claim.peer_address = from.peer();
  asked->client_name = std::move(hello->client_name);
  asked->resume = hello->resume.has_value();
  if (hello->resume && !ask_resume(*asked, *hello->resume))
    return refuse(error_code::resume_refused);
  if (!hello->resume && !ask_new(*asked, shard))
    return refuse(error_code::internal_error);
  from.asked = std::move(asked);
  from.set_phase(connection::phase::waiting);
  return shard_of(from.asked->claim.session);
}

std::optional<std::size_t> reception::take_first_line(connection& from, const frame& what, std::size_t shard) {
  auto asked = std::make_unique<asked_session>();
  // Nobody has an identity before there are accounts: each session is somebody else.
  if (!fill_randomly(asked->claim.identity) || !ask_new(*asked, shard)) {
    from.refuse({error_code::internal_error, {}});
    return std::nullopt;
  }
  asked->claim.protocol = protocol::irc;
  asked->claim.peer_address = from.peer();
  asked->claim.plaintext = from.is_plaintext();
  asked->first_line = what.bytes;
  from.asked = std::move(asked);
  from.set_phase(connection::phase::waiting);
  return shard_of(from.asked->claim.session);
}

bool reception::ask_new(asked_session& asked, std::size_t shard) {
  const auto id = random_session_id(shard, shard_count);
  if (!id)
    return false;
  asked.claim.session = *id;
  return true;
}

bool reception::ask_resume(asked_session& asked, control::resume_request& request) {
  const auto token = name_of(request.token);
  cleanse(request.token.data(), request.token.size());
  if (!token)
    return false;
  asked.claim.token = *token;
  asked.claim.session = request.session;
  asked.claim.positions = std::move(request.positions);
  return true;
}

void reception::admit(const std::shared_ptr<connection>& client, route_table& routes) {
  const auto session = client->asked->claim.session;
  if (!routes.has(session) && context_.totals.routes.load(std::memory_order_relaxed) >= context_.config.routes_max)
    return client->refuse({error_code::too_many_clients, {}});
  if (client->asked->resume)
    routes.resume(client);
  else if (routes.has(session)) // one in 2^64
    client->refuse({error_code::internal_error, {}});
  else
    routes.open(client);
}

} // namespace godwit
