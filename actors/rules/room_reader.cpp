#include "actors/rules/room_reader.hpp"

#include "actors/rules/limits.hpp"

#include <algorithm>

namespace godwit {
namespace {

std::uint32_t smaller(std::uint64_t one, std::uint64_t other) {
  return static_cast<std::uint32_t>(std::min(one, other));
}

std::uint32_t asked_for(const read_history& range) {
  return range.limit == 0 ? limits::history_entries_max : std::min(range.limit, limits::history_entries_max);
}

/// Retention has taken what lies between `from` and the first of `entries`, or `last` if there is none: an entry says
/// so in its place.
void mark_forgotten(room_seq from, room_seq last, std::vector<shared_entry>& entries) {
  const auto until = entries.empty() ? last : entries.front()->seq - 1;
  if (until < from)
    return;
  log_entry mark;
  mark.seq = until;
  if (!entries.empty())
    mark.time = entries.front()->time;
  mark.body = forgotten{from};
  entries.insert(entries.begin(), std::make_shared<const log_entry>(std::move(mark)));
}

} // namespace

void room_reader::answer(const request_origin& origin, decltype(query_answered::answer) answer,
                         room_effects& out) const {
  out.push_back(
    send{session_at(origin.reply_to, origin.name.session), query_answered{origin.name, room_, std::move(answer)}});
}

void room_reader::ask(const room_query& query, const room_ledger& ledger, room_effects& out) {
  if (const auto* range = std::get_if<read_history>(&query.question))
    history(query, *range, ledger, out);
  else if (const auto* page = std::get_if<read_members>(&query.question))
    members(query, *page, ledger, out);
  else if (std::holds_alternative<read_topic>(query.question))
    answer(query.origin, topic_read{ledger.state().topic, ledger.state().topic_by, ledger.state().topic_time}, out);
}

/// Who is not in the room does not see those who do not want to be found.
void room_reader::members(const room_query& query, const read_members& page, const room_ledger& ledger,
                          room_effects& out) const {
  const auto& settings = ledger.settings_to_be();
  const bool is_member = ledger.members().find(query.origin.name.session) != nullptr;
  auto read = ledger.members().page(page.after, limits::members_piece_rows_max, is_member || !settings);
  read.of_secret_room = settings && settings->flags.has(room_flag::secret);
  answer(query.origin, std::move(read), out);
}

void room_reader::history(const room_query& query, const read_history& range, const room_ledger& ledger,
                          room_effects& out) {
  const auto asked = asked_for(range);
  const auto last = ledger.state().last_seq;
  read_log request;
  if (range.since_left) {
    request.since_left_by = query.identity;
    request.limit = std::min(asked, limits::history_piece_entries_max);
    from_log(std::move(request), for_query{query.origin, asked, false}, last, out);
    return;
  }
  const auto from = range.last ? last - std::min<room_seq>(last, asked) + 1 : std::max<room_seq>(range.from, 1);
  const auto to = range.last || range.to == 0 ? last : std::min(range.to, last);
  const for_query why{query.origin, from > to ? 0 : smaller(asked, to - from + 1), true};
  const auto piece = std::min(why.wanted, limits::history_piece_entries_max);
  if (piece == 0) {
    answer(query.origin, history_read{}, out);
    return;
  }
  if (auto entries = ledger.recents().piece(from, piece, limits::history_piece_bytes_max)) {
    answer_history(why, std::move(*entries), false, out);
    return;
  }
  request.from = from;
  request.to = to; // and not the piece's end: the log may begin behind it, and then gives the oldest that it keeps
  request.limit = piece;
  from_log(std::move(request), why, last, out);
}

void room_reader::answer_history(const for_query& why, std::vector<shared_entry> entries, bool more_in_log,
                                 room_effects& out) const {
  const auto read = entries.size();
  cut_to_bytes(entries, limits::history_piece_bytes_max);
  const bool is_short = entries.size() < why.wanted;
  const bool more = is_short && (why.counted || more_in_log || entries.size() < read);
  answer(why.origin, history_read{std::move(entries), more}, out);
}

void room_reader::fetch(const fetch_entries& what, const room_ledger& ledger, room_effects& out) {
  auto entries = ledger.recents().piece(what.from, limits::history_piece_entries_max, limits::history_piece_bytes_max);
  if (entries) {
    out.push_back(send{relay_at(what.node, room_), entries_fetched{room_, what.session, std::move(*entries)}});
    return;
  }
  std::erase_if(reads_, [&](const auto& it) { // a session waits for one answer: the one to its last question
    const auto* other = std::get_if<for_fetch>(&it.second.why);
    return other && other->what.session == what.session && other->what.node == what.node;
  });
  read_log request;
  request.from = std::max<room_seq>(what.from, 1);
  request.limit = limits::history_piece_entries_max;
  from_log(std::move(request), for_fetch{what}, ledger.state().last_seq, out);
}

std::optional<relay_piece> room_reader::catch_up(const hungry_relay& whom, const room_ledger& ledger,
                                                 room_effects& out) {
  auto entries =
    ledger.recents().piece(whom.after + 1, limits::history_piece_entries_max, limits::history_piece_bytes_max);
  if (entries)
    return relay_piece{whom, std::move(*entries)};
  std::erase_if(reads_, [&](const auto& it) { // of an attachment that is no more
    const auto* other = std::get_if<hungry_relay>(&it.second.why);
    return other && other->node == whom.node;
  });
  read_log request;
  request.from = whom.after + 1;
  request.limit = limits::history_piece_entries_max;
  from_log(std::move(request), whom, ledger.state().last_seq, out);
  return std::nullopt;
}

void room_reader::from_log(read_log request, purpose why, room_seq last, room_effects& out) {
  const auto* query = std::get_if<for_query>(&why);
  if (query && reads_.size() >= limits::room_reads_max) {
    answer(query->origin, error{error_code::too_many_requests, {}}, out);
    return;
  }
  request.room = room_;
  request.reply_to = node_;
  const auto ticket = ++tickets_;
  request.ticket = ticket;
  out.push_back(send{broker_service(entity_kind::store), request});
  reads_.emplace(ticket, pending{std::move(request), std::move(why), last});
}

bool room_reader::read(const log_read& what, std::optional<relay_piece>& piece, room_effects& out) {
  const auto at = reads_.find(what.ticket);
  if (at == reads_.end())
    return true;
  auto* query = std::get_if<for_query>(&at->second.why);
  if (what.why && !query)
    return false;
  auto entries = what.entries;
  if (query && what.why)
    answer(query->origin, *what.why, out);
  else if (query)
    answer_history(*query, std::move(entries), what.more, out);
  else {
    mark_forgotten(at->second.request.from, at->second.last, entries);
    cut_to_bytes(entries, limits::history_piece_bytes_max);
    if (const auto* fetched = std::get_if<for_fetch>(&at->second.why))
      out.push_back(
        send{relay_at(fetched->what.node, room_), entries_fetched{room_, fetched->what.session, std::move(entries)}});
    else
      piece = relay_piece{std::get<hungry_relay>(at->second.why), std::move(entries)};
  }
  reads_.erase(at);
  return true;
}

void room_reader::again(room_effects& out) const {
  for (const auto& [ticket, read] : reads_)
    out.push_back(send{broker_service(entity_kind::store), read.request});
}

std::vector<request_origin> room_reader::askers() const {
  std::vector<request_origin> all;
  for (const auto& [ticket, read] : reads_)
    if (const auto* query = std::get_if<for_query>(&read.why))
      all.push_back(query->origin);
  return all;
}

} // namespace godwit
