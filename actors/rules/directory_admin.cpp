// What operators' tools see of the cluster, and what they do to people. What they do to rooms:
// directory_room_orders.cpp.
#include "actors/rules/directory.hpp"
#include "messages/names.hpp"
#include "messages/text.hpp"

#include <algorithm>
#include <charconv>

namespace godwit {
namespace {

std::string name_of(session_phase phase) {
  switch (phase) {
  case session_phase::placing: return "placing";
  case session_phase::placed: return "placed";
  case session_phase::hosted: return "hosted";
  case session_phase::lost: return "lost";
  case session_phase::ending: return "ending";
  }
  return "unknown";
}

/// No nick begins with a digit.
std::optional<session_id> session_number(const std::string& typed) {
  session_id id;
  const auto* end = typed.data() + typed.size();
  const auto [rest, bad] = std::from_chars(typed.data(), end, id.value);
  return bad == std::errc{} && rest == end && id ? std::optional{id} : std::nullopt;
}

bool is_number(const std::string& typed) { return !typed.empty() && typed.front() >= '0' && typed.front() <= '9'; }

/// The page of `all` behind `after`: what `show` makes of each row, and the id of its last one if there are more.
template <class Row, class Id, class Entry, class Show>
std::pair<std::vector<Row>, Id> page_of(const std::map<Id, Entry>& all, Id after, Show show) {
  std::pair<std::vector<Row>, Id> page;
  auto each = all.upper_bound(after);
  for (; each != all.end() && page.first.size() < admin_page_rows_max; ++each)
    page.first.push_back(show(each->first, each->second));
  if (each != all.end())
    page.second = std::prev(each)->first;
  return page;
}

} // namespace

/// Nothing waits for the directory to settle: the tool is told that it has not, and asks again.
void directory::on(const admin_asked& asked) {
  if (!settled_)
    return answer_admin(asked.ticket, error{error_code::no_broker_node, "the broker node has just begun"});
  std::visit([&](const auto& what) { asked_by_admin(asked, what); }, asked.what);
}

void directory::answer_admin(std::uint64_t ticket, admin_result result) {
  effects_.emplace_back(tell_admin{{ticket, std::move(result)}});
}

// ----------------------------------------------------------------------------------------------------------- nodes

void directory::asked_by_admin(const admin_asked& asked, const show_nodes&) {
  nodes_shown answer;
  for (const auto& each : config_.nodes)
    answer.nodes.push_back(shown(each));
  answer_admin(asked.ticket, std::move(answer));
}

node_shown directory::shown(node_shown node) const {
  const auto member = std::ranges::find(view_.nodes, node.name, &member_node::name);
  const auto* alive = alive_node(view_, node.name);
  node.state = alive != nullptr ? "alive" : member != view_.nodes.end() ? "dead" : "unheard";
  if (alive == nullptr)
    return node;
  node.share = alive->share;
  const auto facts = facts_by_node_.find(node.name);
  if (facts != facts_by_node_.end() && facts->second.incarnation == alive->incarnation) {
    node.pid = facts->second.pid;
    node.version = facts->second.version;
  }
  const worker_place place{node.name, alive->incarnation};
  node.rooms = rooms_.count_at(place);
  node.sessions = (node.roles & role_worker) != 0 ? sessions_.count_at(place) : sessions_through(node.name);
  if (is_drained(node.name))
    node.state = node.sessions + node.rooms == 0 ? "drained" : "draining";
  return node;
}

std::uint64_t directory::sessions_through(const node_name& proxy) const {
  const auto& all = sessions_.all();
  return static_cast<std::uint64_t>(
    std::ranges::count_if(all, [&](const auto& each) { return each.second.row.proxy == proxy; }));
}

// ------------------------------------------------------------------------------------------------ sessions and rooms

void directory::asked_by_admin(const admin_asked& asked, const show_sessions& what) {
  auto [rows, next] = page_of<session_shown>(std::as_const(sessions_).all(), what.after,
                                             [this](session_id id, const auto& each) { return shown(id, each); });
  answer_admin(asked.ticket, sessions_shown{std::move(rows), next});
}

void directory::asked_by_admin(const admin_asked& asked, const show_rooms& what) {
  auto [rows, next] =
    page_of<room_shown>(rooms_.all(), what.after, [this](room_id id, const auto& each) { return shown(id, each); });
  answer_admin(asked.ticket, rooms_shown{std::move(rows), next});
}

session_shown directory::shown(session_id id, const held_session& session) const {
  return {id,
          session.epoch,
          nicks_.shown_of(id),
          session.row.protocol,
          session_moves_.contains(id) ? "moving" : name_of(session.phase),
          session.row.proxy,
          session.worker ? session.worker->node : node_name{}};
}

room_shown directory::shown(room_id id, const room_table::room& room) const {
  room_shown result{id, room.epoch, {}, room.place ? "open" : "opening", {}};
  if (room_moves_.contains(id))
    result.state = "moving";
  const auto& title = room.title.empty() ? room.key : room.title;
  if (!title.empty() && !is_private(room.key))
    result.title = "#" + title;
  if (room.place)
    result.worker = room.place->node;
  else if (room.opening)
    result.worker = room.opening->node;
  return result;
}

/// A session's number, or the nick that it goes by. Errors: no_such_session, no_such_nick.
result<session_id> directory::session_named(const std::string& who) const {
  if (is_number(who)) {
    const auto id = session_number(who);
    if (id && sessions_.find(*id) != nullptr)
      return *id;
    return error{error_code::no_such_session, who};
  }
  const auto folded = fold_nick(who);
  const auto* claim = folded ? nicks_.find(*folded) : nullptr;
  if (claim == nullptr || claim->releasing || sessions_.find(claim->session) == nullptr)
    return error{error_code::no_such_nick, who};
  return claim->session;
}

void directory::asked_by_admin(const admin_asked& asked, const show_where& what) {
  where_shown answer;
  const bool is_room = what.what.starts_with('#');
  const auto session = is_room ? error{error_code::no_such_room, what.what} : session_named(what.what);
  if (session)
    answer.sessions.push_back(shown(*session, *sessions_.find(*session)));
  const auto key = fold_room(is_room ? what.what.substr(1) : what.what);
  const auto id = key ? rooms_.id_of(*key) : room_id{};
  if (id)
    answer.rooms.push_back(shown(id, *rooms_.find(id)));
  if (answer.sessions.empty() && answer.rooms.empty())
    return answer_admin(asked.ticket,
                        is_room ? error{error_code::no_such_room, what.what + " is not open"} : session.why());
  answer_admin(asked.ticket, std::move(answer));
}

// ---------------------------------------------------------------------------------------------------------- people

void directory::asked_by_admin(const admin_asked& asked, const kick_person& what) {
  if (const auto why = check_line(what.reason, limits::reason_bytes_max))
    return answer_admin(asked.ticket, *why);
  const auto id = session_named(what.who);
  if (!id)
    return answer_admin(asked.ticket, id.why());
  if (sessions_.find(*id)->phase != session_phase::ending) // else it was asked already
    end_by_operator(*id, asked.by, what.reason);
  answer_admin(asked.ticket, admin_done{});
}

} // namespace godwit
