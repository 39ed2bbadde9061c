#include "actors/rules/room_table.hpp"

namespace godwit {

room_table::room* room_table::find(room_id id) {
  const auto row = rooms_by_id_.find(id);
  return row == rooms_by_id_.end() ? nullptr : &row->second;
}

room_table::room* room_table::find(const room_key& key) { return find(id_of(key)); }

room_id room_table::id_of(const room_key& key) const {
  const auto id = ids_by_key_.find(key);
  return id == ids_by_key_.end() ? room_id{} : id->second;
}

room_table::room& room_table::add(room_id id, const room_key& key, const std::string& title) {
  auto& row = rooms_by_id_[id];
  if (!key.empty()) {
    row.key = key;
    ids_by_key_[key] = id;
  }
  if (!title.empty())
    row.title = title;
  return row;
}

void room_table::set_place(room_id id, room& row, std::optional<worker_place> place) {
  if (row.place) {
    auto& there = open_by_place_[*row.place];
    there.erase(id);
    if (there.empty())
      open_by_place_.erase(*row.place);
  }
  row.place = std::move(place);
  if (row.place)
    open_by_place_[*row.place].insert(id);
}

bool room_table::opened(const room_report& told, const worker_place& place) {
  auto& row = add(told.room, told.key, told.title);
  if (told.epoch <= row.epoch && !(told.epoch == row.epoch && !row.place))
    return false;
  row.epoch = told.epoch;
  row.opening.reset();
  set_place(told.room, row, place);
  return true;
}

bool room_table::closed(room_id id, room_epoch epoch, const node_name& node) {
  auto* row = find(id);
  if (row == nullptr || !row->place || row->place->node != node || epoch < row->epoch)
    return false;
  set_place(id, *row, std::nullopt);
  return true;
}

void room_table::forget_if_unused(room_id id) {
  const auto* row = find(id);
  if (row != nullptr && !row->place && !row->opening && !row->asking && row->waiters.empty())
    forget(id);
}

void room_table::forget(room_id id) {
  auto* row = find(id);
  if (row == nullptr)
    return;
  set_place(id, *row, std::nullopt);
  ids_by_key_.erase(row->key);
  rooms_by_id_.erase(id);
}

std::size_t room_table::count_at(const worker_place& place) const {
  const auto there = open_by_place_.find(place);
  return there == open_by_place_.end() ? 0 : there->second.size();
}

std::vector<room_id> room_table::at(const worker_place& place) const {
  const auto there = open_by_place_.find(place);
  return there == open_by_place_.end() ? std::vector<room_id>{}
                                       : std::vector<room_id>{there->second.begin(), there->second.end()};
}

std::vector<room_id> room_table::opening_at(const worker_place& place) const {
  std::vector<room_id> ids;
  for (const auto& [id, row] : rooms_by_id_) {
    if (row.opening == place)
      ids.push_back(id);
  }
  return ids;
}

std::set<worker_place> room_table::places() const {
  std::set<worker_place> all;
  for (const auto& [id, row] : rooms_by_id_) {
    if (row.place)
      all.insert(*row.place);
    if (row.opening)
      all.insert(*row.opening);
  }
  return all;
}

} // namespace godwit
