#include "tests/sim/store_tables.hpp"

#include <algorithm>

namespace godwit::sim {
namespace {

constexpr std::size_t tail_entries = 512;
constexpr std::uint32_t piece_entries = 256;

/// Effects that brought something about beside themselves carry a high bit in k.
bool is_own_step(const effect_name& name) { return name.op != 0 && name.k < 0x8000'0000U; }

bool good(const session_row& row, const std::array<std::uint8_t, 32>& hash, std::uint32_t number) {
  const std::array<std::uint8_t, 32> none{};
  if (row.next_token_hash != none && row.next_token_hash == hash)
    return true;
  return row.token_hash == hash && number >= row.token_number;
}

} // namespace

const room_row* store_tables::room_of(const room_key& key) const {
  const auto found = rooms_by_key_.find(key);
  return found == rooms_by_key_.end() ? nullptr : &rooms_.at(found->second);
}

log_opened store_tables::open(const open_log& request) {
  log_opened answer;
  answer.room = request.room;
  const auto found = rooms_.find(request.room);
  if (found == rooms_.end()) {
    answer.why = error{error_code::no_such_room, {}};
    return answer;
  }
  auto& room = found->second;
  answer.epoch = ++room.epoch;
  room.opened_by[room.epoch] = request.reply_to;
  answer.key = room.key;
  answer.state = room.state;
  answer.state.title = room.title;
  for (const auto& [session, member] : room.members)
    answer.members.push_back(member);
  if (!guards_.repeats)
    return answer; // nothing by which a repeat could be known
  for (const auto& [session, last] : room.last_ops)
    answer.last_ops.push_back(last);
  const auto count = std::min(room.entries.size(), tail_entries);
  answer.tail.assign(room.entries.end() - static_cast<std::ptrdiff_t>(count), room.entries.end());
  return answer;
}

entries_appended store_tables::append(const append_entries& request) {
  entries_appended answer;
  answer.room = request.room;
  answer.epoch = request.epoch;
  answer.first_seq = request.first_seq;
  answer.count = static_cast<std::uint32_t>(request.entries.size());
  const auto found = rooms_.find(request.room);
  if (found == rooms_.end() || (guards_.fencing && found->second.epoch != request.epoch)) {
    answer.outcome = append_outcome::fenced;
    return answer;
  }
  auto& room = found->second;
  const room_seq next = room.entries.size() + 1;
  if (request.entries.empty() || (request.first_seq < next && has_same(room, request)))
    return answer;
  if (request.first_seq != next || (guards_.repeats && !names_are_new(room, request))) {
    answer.outcome = append_outcome::expected;
    answer.expected_seq = next;
    return answer;
  }
  write(room, request);
  return answer;
}

bool store_tables::has_same(const room_row& room, const append_entries& request) const {
  if (request.first_seq == 0 || request.first_seq - 1 + request.entries.size() > room.entries.size())
    return false;
  for (std::size_t i = 0; i != request.entries.size(); ++i)
    if (*room.entries[request.first_seq - 1 + i] != *request.entries[i])
      return false;
  return true;
}

/// As a unique index would have it.
bool store_tables::names_are_new(const room_row& room, const append_entries& request) const {
  return std::all_of(request.entries.begin(), request.entries.end(), [&](const shared_entry& fresh) {
    return fresh->name.op == 0 || std::none_of(room.entries.begin(), room.entries.end(), [&](const shared_entry& old) {
             return old->name == fresh->name;
           });
  });
}

void store_tables::write(room_row& room, const append_entries& request) {
  for (const auto& entry : request.entries) {
    room.entries.push_back(entry);
    room.written_by.push_back(request.epoch);
    if (is_own_step(entry->name))
      room.last_ops[entry->name.session] = {entry->name, entry->seq};
  }
  for (const auto& member : request.members_in)
    room.members[member.session] = member;
  for (const auto& session : request.members_out)
    let_out(room, session, request);
  auto settings = room.state.settings;
  room.state = request.state;
  if (!request.state.settings)
    room.state.settings = std::move(settings);
  room.state.last_seq = request.entries.back()->seq;
  room.state.last_time = request.entries.back()->time;
  if (!request.state.title.empty())
    room.title = request.state.title;
}

void store_tables::let_out(room_row& room, session_id session, const append_entries& request) {
  const auto found = room.members.find(session);
  if (found == room.members.end())
    return;
  const auto member = found->second;
  room.members.erase(found);
  for (const auto& [other, row] : room.members)
    if (row.identity == member.identity)
      return; // another session of this person is still here
  auto seq = request.entries.back()->seq;
  for (const auto& entry : request.entries) {
    const bool is_leave = std::holds_alternative<left>(entry->body)
                          && (entry->name.session == session || entry->identity == member.identity);
    const auto* put_out = std::get_if<kicked>(&entry->body);
    if (is_leave || (put_out != nullptr && put_out->session == session))
      seq = entry->seq;
  }
  room.left_behind[member.identity] = {seq, member.nick};
}

log_read store_tables::read(const read_log& question) const {
  log_read answer;
  answer.room = question.room;
  answer.ticket = question.ticket;
  const auto found = rooms_.find(question.room);
  if (found == rooms_.end())
    return answer;
  const auto& room = found->second;
  auto from = std::max<room_seq>(question.from, 1);
  if (question.since_left_by) {
    const auto left = room.left_behind.find(*question.since_left_by);
    std::optional<room_seq> missed;
    if (left != room.left_behind.end())
      missed = left->second.first + 1;
    else
      for (const auto& [session, member] : room.members)
        if (member.identity == *question.since_left_by)
          missed = std::min(missed.value_or(member.joined_seq), member.joined_seq);
    if (!missed)
      return answer;
    from = std::max(from, *missed);
  }
  const room_seq last = room.entries.size();
  const auto to = question.to == 0 ? last : std::min(question.to, last);
  if (from > to)
    return answer;
  const auto limit = question.limit == 0 ? piece_entries : question.limit;
  const auto count = to - from + 1;
  answer.more = count > limit;
  const auto begin = question.last && answer.more ? to - limit + 1 : from;
  const auto end = !question.last && answer.more ? from + limit - 1 : to;
  for (auto seq = begin; seq <= end; ++seq)
    answer.entries.push_back(room.entries[seq - 1]);
  return answer;
}

logged_found store_tables::find(const find_logged& question) const {
  logged_found answer;
  answer.room = question.room;
  answer.name = question.name;
  const auto found = rooms_.find(question.room);
  if (found == rooms_.end() || question.name.op == 0 || !guards_.repeats)
    return answer;
  for (const auto& entry : found->second.entries)
    if (entry->name == question.name)
      answer.at = logged_at{entry->seq, entry->time};
  return answer;
}

session_loaded store_tables::load(const load_session& question) const {
  session_loaded answer;
  answer.session = question.session;
  const auto row = sessions_.find(question.session);
  if (row == sessions_.end()) {
    answer.why = error{error_code::session_ended, {}};
    return answer;
  }
  answer.nick = row->second.nick;
  for (const auto& [id, room] : rooms_) {
    const auto member = room.members.find(question.session);
    if (member == room.members.end())
      continue;
    stored_membership in;
    in.room = id;
    in.key = room.key;
    in.title = room.title;
    in.joined_seq = member->second.joined_seq;
    in.modes = member->second.modes;
    if (const auto last = room.last_ops.find(question.session); last != room.last_ops.end())
      in.last = last->second;
    if (room.key.starts_with('=')) {
      for (const auto& [other, there] : room.members)
        if (other != question.session)
          in.companion_nick = there.nick;
      if (in.companion_nick.empty())
        for (const auto& [identity, gone] : room.left_behind)
          if (identity != member->second.identity)
            in.companion_nick = gone.second;
    }
    answer.rooms.push_back(std::move(in));
  }
  return answer;
}

// --------------------------------------------------------------------------------------------------- the directory's

directory_result store_tables::ask(const directory_request& request) {
  return std::visit([this](const auto& each) { return ask_one(each); }, request);
}

directory_result store_tables::ask_one(const insert_session& request) {
  const auto [found, is_new] = sessions_.try_emplace(request.row.session, request.row);
  if (is_new) {
    found->second.nick.clear();
    return done{};
  }
  const auto& there = found->second;
  if (there.token_hash == request.row.token_hash && there.identity == request.row.identity)
    return done{};
  return error{error_code::request_invalid, "another session has this id"};
}

directory_result store_tables::ask_one(const take_session& request) {
  const auto found = sessions_.find(request.row.session);
  const bool for_its_end = request.row.proxy.empty();
  if (found == sessions_.end() || found->second.identity != request.row.identity
      || !(for_its_end || good(found->second, request.row.token_hash, request.row.token_number)))
    return error{error_code::resume_refused, {}};
  auto& row = found->second;
  if (!for_its_end) {
    row.token_hash = request.row.token_hash;
    row.token_number = request.row.token_number;
    row.next_token_hash = request.row.next_token_hash;
  }
  row.proxy = request.row.proxy;
  row.proxy_incarnation = request.row.proxy_incarnation;
  ++row.generation;
  return session_taken{row};
}

directory_result store_tables::ask_one(const renew_token_row& request) {
  const auto found = sessions_.find(request.session);
  if (found == sessions_.end() || !good(found->second, request.token_hash, request.token_number))
    return done{};
  auto& row = found->second;
  if (row.token_hash != request.token_hash)
    row.next_token_hash = {};
  row.token_hash = request.token_hash;
  row.token_number = request.token_number;
  return done{};
}

directory_result store_tables::ask_one(const claim_nick_row& request) {
  if (const auto held = nicks_.find(request.row.folded);
      held != nicks_.end() && held->second.session != request.row.session)
    return nick_row_claimed{held->second, true};
  const auto session = sessions_.find(request.row.session);
  if (session == sessions_.end())
    return error{error_code::session_ended, {}};
  session->second.nick = request.row.nick;
  nicks_[request.row.folded] = request.row;
  return nick_row_claimed{request.row, false};
}

directory_result store_tables::ask_one(const release_nick_row& request) {
  const auto held = nicks_.find(request.row.folded);
  if (held == nicks_.end() || held->second.session != request.row.session)
    return done{};
  const auto released = held->second.nick;
  nicks_.erase(held);
  if (const auto session = sessions_.find(request.row.session);
      session != sessions_.end() && session->second.nick == released) {
    session->second.nick.clear();
    for (const auto& [folded, other] : nicks_)
      if (other.session == request.row.session)
        session->second.nick = other.nick;
  }
  return done{};
}

directory_result store_tables::ask_one(const delete_session& request) {
  for (const auto& [id, room] : rooms_)
    if (room.members.contains(request.session))
      return error{error_code::request_invalid, "the session is a member of a room"};
  std::erase_if(nicks_, [&](const auto& each) { return each.second.session == request.session; });
  for (auto& [id, room] : rooms_)
    room.last_ops.erase(request.session);
  sessions_.erase(request.session);
  return done{};
}

directory_result store_tables::ask_one(const find_room& request) {
  if (const auto* there = room_of(request.key))
    return room_found{there->id, request.key, there->title};
  if (!request.create)
    return room_found{room_id{}, request.key, {}};
  room_row room;
  room.id = room_id{rooms_.size() + 1};
  room.key = request.key;
  room.title = request.title;
  rooms_by_key_[room.key] = room.id;
  const auto id = room.id;
  rooms_[id] = std::move(room);
  return room_found{id, request.key, request.title};
}

directory_result store_tables::ask_one(const list_room_rows& request) {
  room_rows page;
  for (auto it = rooms_by_key_.upper_bound(request.after); it != rooms_by_key_.end(); ++it) {
    if (it->first.starts_with('='))
      continue;
    if (page.rooms.size() == std::max<std::uint32_t>(request.limit, 1)) {
      page.next = std::prev(it)->first;
      break;
    }
    const auto& room = rooms_.at(it->second);
    page.rooms.push_back({room.title, static_cast<std::uint32_t>(room.members.size()), room.state.topic, {}, {}});
  }
  return page;
}

directory_result store_tables::ask_one(const load_directory&) {
  directory_loaded all;
  for (const auto& [id, row] : sessions_)
    all.sessions.push_back(row);
  for (const auto& [folded, row] : nicks_)
    all.nicks.push_back(row);
  all.drained.assign(drained_.begin(), drained_.end());
  return all;
}

directory_result store_tables::ask_one(const mark_drained& request) {
  if (request.drained)
    drained_.insert(request.node);
  else
    drained_.erase(request.node);
  return done{};
}

/// Nobody orders it in the simulation: what checkers read the log for would go with it.
directory_result store_tables::ask_one(const delete_room&) { return error{error_code::unsupported, {}}; }

directory_result store_tables::ask_one(const load_session& request) { return load(request); }

} // namespace godwit::sim
