#include "actors/rules/relay.hpp"

#include "actors/rules/limits.hpp"

#include <algorithm>

namespace godwit {
namespace {

constexpr std::uint8_t worker_role = 2;

} // namespace

relay::relay(room_id room, node_name own_node, incarnation own_incarnation, std::optional<room_place> place)
    : room_(room), node_(std::move(own_node)), incarnation_(own_incarnation) {
  if (place) {
    room_node_ = place->node;
    epoch_ = place->epoch;
  }
}

const session_list& relay::everybody() {
  if (!everybody_) {
    std::vector<session_id> sessions;
    sessions.reserve(members_.size());
    for (const auto& [session, has] : members_)
      sessions.push_back(session);
    everybody_ = std::make_shared<const std::vector<session_id>>(std::move(sessions));
  }
  return everybody_;
}

// ------------------------------------------------------------------------------------------------ sessions

relay_effects relay::enrol(const enrol_session& what) {
  relay_effects out;
  if (what.room != room_)
    return out;
  const bool is_first = members_.empty();
  members_[what.session] = {what.after, what.newest};
  everybody_.reset();
  fetching_.erase(what.session);
  if (is_first)
    attach(out);
  else if (last_ && !what.newest && what.after < *last_)
    show_piece(what.session, what.after + 1, out);
  return out;
}

relay_effects relay::withdraw(const withdraw_session& what) {
  relay_effects out;
  if (what.room != room_ || members_.erase(what.session) == 0)
    return out;
  everybody_.reset();
  fetching_.erase(what.session);
  const bool sought = seeker_ == what.session;
  if (sought)
    seeker_.reset();
  if (!members_.empty()) {
    if (sought)
      have_opened(out);
    return out;
  }
  // What comes until the next attachment is not seen here: nothing of before may be continued.
  last_.reset();
  recents_.reset(0);
  attaching_ = false;
  out.push_back(send{room_anywhere(room_), detach_relay{room_, node_}});
  out.push_back(end_relay{});
  return out;
}

relay_effects relay::replay(const replay_events& what) {
  relay_effects out;
  if (what.room == room_ && members_.contains(what.session))
    show_piece(what.session, what.from, out);
  return out;
}

void relay::show_piece(session_id session, room_seq from, relay_effects& out) {
  if (last_) {
    auto entries = recents_.piece(from, limits::history_piece_entries_max, limits::history_piece_bytes_max);
    if (entries) {
      show_to(session, std::move(*entries), out);
      return;
    }
  }
  ask_room(session, from, out);
}

void relay::ask_room(session_id session, room_seq from, relay_effects& out) {
  fetching_[session] = from;
  out.push_back(send{room_anywhere(room_), fetch_entries{room_, node_, session, from}});
}

void relay::show_to(session_id session, std::vector<shared_entry> entries, relay_effects& out) {
  std::vector<fan_out_item> items;
  for (auto& entry : entries)
    items.push_back({0, std::move(entry)});
  // The newest entry behind a piece that does not reach it is a gap to the session: it asks for the next piece.
  const auto newest = last_ ? recents_.find(*last_) : nullptr;
  const bool is_short = newest && !items.empty() && std::get<shared_entry>(items.back().event)->seq < newest->seq;
  if (is_short)
    items.push_back({0, newest});
  out.push_back(show{std::make_shared<const std::vector<session_id>>(1, session), epoch_,
                     std::make_shared<const std::vector<fan_out_item>>(std::move(items))});
}

// ------------------------------------------------------------------------------------------------ the room

void relay::attach(relay_effects& out) {
  attach_relay what{room_, node_, incarnation_, 0, false, reports_.open_until()};
  if (last_)
    what.after = *last_;
  else {
    std::optional<room_seq> lowest;
    for (const auto& [session, has] : members_) {
      if (!has.newest)
        lowest = lowest ? std::min(*lowest, has.after) : has.after;
    }
    what.newest = !lowest;
    what.after = lowest.value_or(0);
  }
  attaching_ = true;
  out.push_back(send{room_anywhere(room_), what});
  for (const auto& [session, from] : fetching_)
    out.push_back(send{room_anywhere(room_), fetch_entries{room_, node_, session, from}});
  reports_.lost();
  report(out);
}

void relay::begin_at(room_seq base, relay_effects& out) {
  last_ = base;
  recents_.reset(base);
  for (const auto& [session, has] : members_) {
    if (!has.newest && has.after < base)
      ask_room(session, has.after + 1, out);
  }
}

void relay::enter_epoch(room_epoch epoch, relay_effects& out) {
  const bool is_another = epoch_ != 0;
  epoch_ = epoch;
  reports_.reset();
  if (is_another && !members_.empty())
    out.push_back(tell_reopened{everybody(), {room_, epoch_, room_node_}});
}

relay_effects relay::fanned_out(const fan_out& what) {
  relay_effects out;
  if (what.room != room_ || what.epoch < epoch_ || members_.empty())
    return out;
  if (what.epoch > epoch_)
    enter_epoch(what.epoch, out);
  if (!last_)
    begin_at(what.base, out);
  if (what.base > *last_) {
    if (!attaching_)
      attach(out);
    return out;
  }
  attaching_ = false;
  seeker_.reset();
  if (!take_items(what, out))
    attach(out);
  report(out);
  return out;
}

/// False: there is a gap inside.
bool relay::take_items(const fan_out& what, relay_effects& out) {
  std::vector<fan_out_item> items;
  bool whole = true;
  for (const auto& item : what.items) {
    const auto* entry = std::get_if<shared_entry>(&item.event);
    if (entry && first_seq_of(**entry) > *last_ + 1) {
      whole = false;
      break;
    }
    reports_.came(item.fan_out_number);
    if (entry && (*entry)->seq <= *last_) {
      reports_.done(item.fan_out_number);
      continue;
    }
    if (entry) {
      const bool continues = (*entry)->seq == *last_ + 1;
      continues ? recents_.push(*entry) : recents_.reset((*entry)->seq);
      last_ = (*entry)->seq;
    }
    items.push_back(item);
  }
  if (!items.empty())
    out.push_back(show{everybody(), epoch_, std::make_shared<const std::vector<fan_out_item>>(std::move(items))});
  return whole;
}

relay_effects relay::fetched(const entries_fetched& what) {
  relay_effects out;
  const auto at = fetching_.find(what.session);
  if (what.room != room_ || at == fetching_.end())
    return out;
  if (!what.entries.empty() && first_seq_of(*what.entries.front()) != at->second)
    return out; // answers a question of before
  fetching_.erase(at);
  show_to(what.session, what.entries, out);
  return out;
}

relay_effects relay::report_taken(const godwit::report_taken& what) {
  relay_effects out;
  if (what.room != room_ || what.epoch != epoch_)
    return out;
  reports_.taken();
  report(out);
  return out;
}

relay_effects relay::delivered(room_epoch epoch, std::uint64_t fan_out_number) {
  relay_effects out;
  if (epoch != epoch_ || fan_out_number == 0)
    return out;
  reports_.done(fan_out_number);
  report(out);
  return out;
}

relay_effects relay::not_here(const room_not_here& what) {
  relay_effects out;
  if (what.room == room_ && !members_.empty())
    have_opened(out);
  return out;
}

/// One session is enough, the same one until the room has answered.
void relay::have_opened(relay_effects& out) {
  if (!seeker_)
    seeker_ = members_.begin()->first;
  out.push_back(tell_not_here{{room_, epoch_, *seeker_}});
}

void relay::report(relay_effects& out) {
  if (members_.empty())
    return;
  if (const auto number = reports_.next())
    out.push_back(send{room_anywhere(room_), fan_out_delivered{room_, epoch_, node_, *number}});
}

// ------------------------------------------------------------------------------------------------ the node

relay_effects relay::announced(const room_announced& what) {
  relay_effects out;
  if (what.room != room_ || what.epoch < epoch_)
    return out;
  room_node_ = what.node;
  if (what.epoch > epoch_) {
    epoch_ = std::max<room_epoch>(epoch_, 1); // whatever was sent before may have gone to the life before
    enter_epoch(what.epoch, out);
  }
  if (!members_.empty())
    attach(out);
  return out;
}

relay_effects relay::link_reset(const godwit::link_reset& what) {
  relay_effects out;
  const bool may_host = what.node == room_node_ || (room_node_.empty() && (what.roles & worker_role) != 0);
  if (may_host && !members_.empty())
    attach(out);
  return out;
}

/// What was sent to the room since its node died, or is on its way to it, is lost without a link reset to tell it.
relay_effects relay::view(const membership_view& what) {
  relay_effects out;
  const bool is_dead = std::any_of(what.nodes.begin(), what.nodes.end(), [this](const member_node& node) {
    return node.name == room_node_ && node.state == node_state::dead;
  });
  if (is_dead && !members_.empty())
    attach(out);
  return out;
}

} // namespace godwit
