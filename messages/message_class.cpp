#include "messages/message_class.hpp"

namespace godwit {

namespace {

/// A message and its envelope without what varies.
constexpr std::size_t fixed_weight = 128;

/// Two entities that speak by one class keep their order: all that a session, a room, a relay, an edge and the store's
/// log say to each other is chat; what goes to or comes from directory, membership and room_host is control.
struct class_of {
  template <class Control>
  message_class operator()(const Control&) const {
    return message_class::control;
  }

#define GODWIT_CHAT(type)                                                                                              \
  message_class operator()(const type&) const { return message_class::chat; }
  GODWIT_CHAT(attach_session)
  GODWIT_CHAT(attach_refused)
  GODWIT_CHAT(client_frame)
  GODWIT_CHAT(sending_resumed)
  GODWIT_CHAT(session_output)
  GODWIT_CHAT(room_command)
  GODWIT_CHAT(command_answered)
  GODWIT_CHAT(command_expected)
  GODWIT_CHAT(room_query)
  GODWIT_CHAT(query_answered)
  GODWIT_CHAT(membership_given)
  GODWIT_CHAT(accept_membership)
  GODWIT_CHAT(set_presence)
  GODWIT_CHAT(room_invitation)
  GODWIT_CHAT(signal_room)
  GODWIT_CHAT(person_signal)
  GODWIT_CHAT(attach_relay)
  GODWIT_CHAT(detach_relay)
  GODWIT_CHAT(fan_out)
  GODWIT_CHAT(fan_out_delivered)
  GODWIT_CHAT(report_taken)
  GODWIT_CHAT(fetch_entries)
  GODWIT_CHAT(entries_fetched)
  GODWIT_CHAT(open_log)
  GODWIT_CHAT(log_opened)
  GODWIT_CHAT(append_entries)
  GODWIT_CHAT(entries_appended)
  GODWIT_CHAT(read_log)
  GODWIT_CHAT(log_read)
  GODWIT_CHAT(find_logged)
  GODWIT_CHAT(logged_found)
  GODWIT_CHAT(load_session)
  GODWIT_CHAT(session_loaded)
#undef GODWIT_CHAT
};

std::size_t entry_weight(const shared_entry& entry) {
  if (!entry)
    return fixed_weight;
  const auto* said = std::get_if<posted>(&entry->body);
  const auto* topic = std::get_if<topic_set>(&entry->body);
  return fixed_weight + entry->nick.size() + (said ? said->text.size() : 0) + (topic ? topic->text.size() : 0);
}

std::size_t entries_weight(const std::vector<shared_entry>& entries) {
  std::size_t sum = 0;
  for (const auto& entry : entries)
    sum += entry_weight(entry);
  return sum;
}

/// Beyond the fixed part. What is small by its own limits is not looked into.
struct extra_weight {
  template <class Small>
  std::size_t operator()(const Small&) const {
    return 0;
  }
  std::size_t operator()(const attach_session& m) const { return m.snapshot.size() + 16 * m.positions.size(); }
  std::size_t operator()(const client_frame& m) const { return m.bytes ? m.bytes->size() : 0; }
  std::size_t operator()(const session_output& m) const { return weight_of(m); }
  std::size_t operator()(const describe_person& m) const { return fixed_weight * (1 + m.rooms.size()); }
  std::size_t operator()(const people_told& m) const {
    std::size_t sum = 0;
    for (const auto& row : m.rows)
      sum += fixed_weight * (2 + row.rooms.size());
    return sum;
  }
  std::size_t operator()(const rooms_listed& m) const { return fixed_weight * m.rooms.size(); }
  std::size_t operator()(const report_worker& m) const { return fixed_weight * (m.sessions.size() + m.rooms.size()); }
  static std::size_t settings_weight(const room_state& state) {
    if (!state.settings)
      return 0;
    const auto& it = *state.settings;
    return fixed_weight * (it.bans.size() + it.exceptions.size() + it.invite_exceptions.size());
  }
  std::size_t operator()(const room_command& m) const {
    const auto* said = std::get_if<post>(&m.action);
    return said ? said->text.size() : 0;
  }
  std::size_t operator()(const query_answered& m) const {
    if (const auto* history = std::get_if<history_read>(&m.answer))
      return entries_weight(history->entries);
    const auto* members = std::get_if<members_read>(&m.answer);
    return members ? fixed_weight * members->members.size() : 0;
  }
  std::size_t operator()(const fan_out& m) const {
    std::size_t sum = 0;
    for (const auto& item : m.items) {
      const auto* entry = std::get_if<shared_entry>(&item.event);
      sum += entry ? entry_weight(*entry) : fixed_weight;
    }
    return sum;
  }
  std::size_t operator()(const entries_fetched& m) const { return entries_weight(m.entries); }
  std::size_t operator()(const log_opened& m) const {
    return entries_weight(m.tail) + fixed_weight * (m.members.size() + m.last_ops.size()) + settings_weight(m.state);
  }
  std::size_t operator()(const append_entries& m) const {
    return entries_weight(m.entries) + fixed_weight * (m.members_in.size() + m.members_out.size())
           + settings_weight(m.state);
  }
  std::size_t operator()(const log_read& m) const { return entries_weight(m.entries); }
  std::size_t operator()(const session_loaded& m) const { return fixed_weight * m.rooms.size(); }
  std::size_t operator()(const store_answered& m) const {
    const auto* loaded = std::get_if<directory_loaded>(&m.result);
    return loaded ? 2 * fixed_weight * (loaded->sessions.size() + loaded->nicks.size() + loaded->drained.size()) : 0;
  }
};

} // namespace

message_class message_class_of(const message& what) { return std::visit(class_of{}, what); }

std::size_t weight_of(const message& what) { return fixed_weight + std::visit(extra_weight{}, what); }

std::size_t weight_of(const session_output& what) {
  std::size_t sum = fixed_weight + (what.snapshot ? what.snapshot->size() : 0);
  for (const auto& reply : what.replies)
    sum += 16 + (reply ? reply->size() : 0);
  return sum;
}

} // namespace godwit
