#include "actors/rules/membership_view.hpp"

#include <algorithm>

namespace godwit {

namespace {

const member_node* row_of(const membership_view& view, const node_name& name) {
  const auto row =
    std::find_if(view.nodes.begin(), view.nodes.end(), [&name](const member_node& node) { return node.name == name; });
  return row == view.nodes.end() ? nullptr : &*row;
}

} // namespace

standing standing_of(const membership_view& view, const node_name& name, incarnation life) {
  const auto* row = row_of(view, name);
  if (row == nullptr)
    return standing::unknown;
  // One row per name, the newest life: any other life of that name is over.
  return row->incarnation == life && row->state == node_state::alive ? standing::alive : standing::dead;
}

const member_node* alive_node(const membership_view& view, const node_name& name) {
  const auto* row = row_of(view, name);
  return row != nullptr && row->state == node_state::alive ? row : nullptr;
}

} // namespace godwit
