#include "actors/rules/room_ledger.hpp"

#include "actors/rules/room_moderation.hpp"
#include "messages/names.hpp"

#include <algorithm>

namespace godwit {

bool apply_entry(room_state& state, const log_entry& entry) {
  state.last_seq = entry.seq;
  state.last_time = entry.time;
  if (const auto* topic = std::get_if<topic_set>(&entry.body)) {
    state.topic = topic->text;
    state.topic_by = entry.nick;
    state.topic_time = entry.time;
  }
  return state.settings && moderation::apply_to_settings(*state.settings, entry);
}

void room_ledger::open(const log_opened& what) {
  state_ = what.state;
  if (is_private(what.key))
    state_.settings.reset();
  else if (!state_.settings)
    state_.settings.emplace();
  settings_to_be_ = state_.settings;
  members_ = {};
  for (const auto& member : what.members)
    members_.put(member);
  members_to_be_ = members_;
  const bool fits = !what.tail.empty() && what.tail.back()->seq == state_.last_seq;
  recents_.reset(fits ? what.tail.front()->seq - 1 : state_.last_seq);
  if (fits) {
    for (const auto& entry : what.tail)
      recents_.push(entry);
  }
  appends_.open(what.epoch, state_);
  planned_seq_ = state_.last_seq;
  planned_time_ = state_.last_time;
}

void room_ledger::plan(entry_group& group, entry_draft draft, timestamp now) {
  planned_seq_ += 1;
  planned_time_ = std::max(now, planned_time_ + std::chrono::microseconds{1});
  const auto* by = draft.mask.empty() ? nullptr : members_to_be_.find(draft.name.session);
  if (by && !by->mask.empty()) // who was brought into a conversation has no former one
    draft.mask = members_to_be_.mask_of(*by);
  auto entry = std::make_shared<const log_entry>(
    log_entry{planned_seq_, planned_time_, draft.name, std::move(draft.nick), draft.identity, std::move(draft.body),
              std::move(draft.mask), members_to_be_.marks_of(draft.name.session).has(user_mode::bot)});
  if (settings_to_be_)
    moderation::apply_to_settings(*settings_to_be_, *entry);
  group.entries.push_back(std::move(entry));
}

presence_parts room_ledger::set_presence(const godwit::set_presence& what) {
  members_to_be_.set_presence(what); // so that it goes with the member's next change
  return members_.set_presence(what);
}

void room_ledger::plan_member(entry_group& group, stored_member member) {
  members_to_be_.put(member);
  const auto session = member.session;
  group.changes.push_back({session, std::move(member)});
}

void room_ledger::plan_gone(entry_group& group, session_id session) {
  members_to_be_.remove(session);
  group.changes.push_back({session, std::nullopt});
}

void room_ledger::commit(const entry_group& group) {
  for (const auto& change : group.changes) {
    if (change.member)
      members_.put(*change.member);
    else
      members_.remove(change.session);
  }
  for (const auto& entry : group.entries) {
    apply_entry(state_, *entry);
    recents_.push(entry);
  }
}

} // namespace godwit
