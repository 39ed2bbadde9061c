#include "actors/rules/session_table.hpp"

namespace godwit {

held_session* session_table::find(session_id id) {
  const auto row = sessions_by_id_.find(id);
  return row == sessions_by_id_.end() ? nullptr : &row->second;
}

const held_session* session_table::find(session_id id) const {
  const auto found = sessions_by_id_.find(id);
  return found == sessions_by_id_.end() ? nullptr : &found->second;
}

held_session& session_table::add(const session_row& row, session_phase phase) {
  auto& session = sessions_by_id_[row.session];
  session.row = row;
  session.epoch = {row.generation, 0};
  session.phase = phase;
  return session;
}

void session_table::remove(session_id id) {
  auto* session = find(id);
  if (session == nullptr)
    return;
  set_worker(id, *session, std::nullopt);
  set_deadline(id, *session, std::nullopt);
  sessions_by_id_.erase(id);
}

void session_table::set_worker(session_id id, held_session& session, std::optional<worker_place> worker) {
  if (session.worker) {
    auto& there = sessions_by_place_[*session.worker];
    there.erase(id);
    if (there.empty())
      sessions_by_place_.erase(*session.worker);
  }
  session.worker = std::move(worker);
  if (session.worker)
    sessions_by_place_[*session.worker].insert(id);
}

void session_table::set_deadline(session_id id, held_session& session, std::optional<instant> deadline) {
  if (session.deadline)
    deadlines_.erase({*session.deadline, id});
  session.deadline = deadline;
  if (deadline)
    deadlines_.insert({*deadline, id});
}

std::vector<session_id> session_table::due(instant now, std::size_t limit) {
  std::vector<session_id> ids;
  while (!deadlines_.empty() && deadlines_.begin()->first <= now && ids.size() < limit) {
    const auto id = deadlines_.begin()->second;
    set_deadline(id, sessions_by_id_.at(id), std::nullopt);
    ids.push_back(id);
  }
  return ids;
}

std::size_t session_table::count_at(const worker_place& place) const {
  const auto there = sessions_by_place_.find(place);
  return there == sessions_by_place_.end() ? 0 : there->second.size();
}

std::vector<session_id> session_table::at(const worker_place& place) const {
  const auto there = sessions_by_place_.find(place);
  return there == sessions_by_place_.end() ? std::vector<session_id>{}
                                           : std::vector<session_id>{there->second.begin(), there->second.end()};
}

std::optional<session_id> session_table::next_at(const worker_place& place, session_id after) const {
  const auto there = sessions_by_place_.find(place);
  if (there == sessions_by_place_.end())
    return std::nullopt;
  const auto next = there->second.upper_bound(after);
  return next == there->second.end() ? std::nullopt : std::optional{*next};
}

std::set<worker_place> session_table::places() const {
  std::set<worker_place> all;
  for (const auto& [place, sessions] : sessions_by_place_)
    all.insert(place);
  return all;
}

} // namespace godwit
