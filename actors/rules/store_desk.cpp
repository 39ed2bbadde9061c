#include "actors/rules/store_desk.hpp"

#include "actors/rules/limits.hpp"

#include <functional>

namespace godwit {

namespace {

send to_store(const ask_store& asked) { return {broker_service(entity_kind::store), asked}; }

/// Requests that belong to nobody who could ask again are repeated for as long as it takes.
bool somebody_waits(const store_purpose::any& purpose) {
  return std::holds_alternative<store_purpose::new_session>(purpose)
         || std::holds_alternative<store_purpose::resume>(purpose)
         || std::holds_alternative<store_purpose::claim>(purpose)
         || std::holds_alternative<store_purpose::search>(purpose)
         || std::holds_alternative<store_purpose::listing>(purpose);
}

/// Who asked, where a session did and may ask again. Null: others.
const request_origin* origin_of(const store_purpose::any& purpose) {
  if (const auto* claim = std::get_if<store_purpose::claim>(&purpose))
    return &claim->asked.origin;
  const auto* listing = std::get_if<store_purpose::listing>(&purpose);
  return listing != nullptr ? &listing->origin : nullptr;
}

} // namespace

std::size_t store_desk::hash_origin::operator()(const request_origin& origin) const noexcept {
  const auto& [session, op, k] = origin.name;
  const auto number = (session.value * 31 + op) * 31 + k;
  return std::hash<node_name>{}(origin.reply_to) ^ (number * 0x9e3779b97f4a7c15U);
}

bool store_desk::has_room() const { return requests_by_ticket_.size() < limits::directory_store_requests_max; }

send store_desk::ask(directory_request asked, store_purpose::any purpose) {
  const auto ticket = ++last_ticket_;
  pending row{{ticket, std::move(asked)}, std::move(purpose), {}, {}};
  if (const auto* origin = origin_of(row.purpose))
    origins_.insert(*origin);
  auto effect = to_store(row.asked);
  requests_by_ticket_.emplace(ticket, std::move(row));
  return effect;
}

std::optional<store_desk::pending> store_desk::answered(std::uint64_t ticket) {
  auto row = requests_by_ticket_.extract(ticket);
  if (row.empty())
    return std::nullopt;
  if (const auto* origin = origin_of(row.mapped().purpose))
    origins_.erase(*origin);
  return std::move(row.mapped());
}

std::optional<store_desk::pending> store_desk::store_was_away(pending asked, instant now) {
  if (!asked.away_since)
    asked.away_since = now;
  if (somebody_waits(asked.purpose) && now - *asked.away_since >= given_up_after_)
    return asked;
  asked.again_at = now + limits::store_asked_again_after;
  const auto ticket = asked.asked.ticket;
  if (const auto* origin = origin_of(asked.purpose))
    origins_.insert(*origin);
  requests_by_ticket_.emplace(ticket, std::move(asked));
  return std::nullopt;
}

std::vector<send> store_desk::ask_all_again() {
  std::vector<send> effects;
  for (auto& [ticket, request] : requests_by_ticket_) {
    request.again_at.reset();
    effects.push_back(to_store(request.asked));
  }
  return effects;
}

std::vector<send> store_desk::ask_due_again(instant now) {
  std::vector<send> effects;
  for (auto& [ticket, request] : requests_by_ticket_) {
    if (!request.again_at || now < *request.again_at)
      continue;
    request.again_at.reset();
    effects.push_back(to_store(request.asked));
  }
  return effects;
}

} // namespace godwit
