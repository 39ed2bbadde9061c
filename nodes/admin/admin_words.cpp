// How operators and their orders are called in the log.
#include "messages/overloaded.hpp"
#include "nodes/admin/admin_port.hpp"

#include <algorithm>
#include <cctype>

namespace godwit {
namespace {

/// What an operator typed; a line of the log stays one.
std::string shown(const std::string& typed) {
  std::string result;
  for (const char each : typed)
    result += static_cast<unsigned char>(each) < ' ' || each == '\x7f' ? '?' : each;
  return result;
}

std::string reason_of(const std::string& reason) { return reason.empty() ? "" : ": " + shown(reason); }

std::string text_of_treatment(const treat_room& what) {
  const auto who = what.who.empty() ? "" : " " + shown(what.who);
  const auto rest = " " + shown(what.room) + who + reason_of(what.reason);
  switch (what.what) {
  case room_measure::ban: return "ban" + rest;
  case room_measure::make_operator: return "room op" + rest;
  case room_measure::clear: return "room clear" + rest;
  case room_measure::remove: return "room delete" + rest;
  }
  return "room" + rest;
}

} // namespace

bool is_operator_name(const std::string& name) {
  return !name.empty() && name.size() <= 63 && std::ranges::all_of(name, [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '-' || c == '_' || c == '.' || c == '@';
  });
}

std::string text_of(const admin_question& what) {
  return std::visit(
    overloaded{[](const show_nodes&) -> std::string { return "nodes"; },
               [](const show_sessions&) -> std::string { return "sessions"; },
               [](const show_rooms&) -> std::string { return "rooms"; },
               [](const show_where& it) { return "where " + shown(it.what); },
               [](const migrate_session& it) { return "migrate " + shown(it.who) + " --to " + shown(it.to); },
               [](const migrate_room& it) { return "migrate-room " + shown(it.room) + " --to " + shown(it.to); },
               [](const drain_node& it) { return "drain " + shown(it.node); },
               [](const undrain_node& it) { return "undrain " + shown(it.node); },
               [](const show_drain& it) { return "drain --show " + shown(it.node); },
               [](const kick_person& it) { return "kick " + shown(it.who) + reason_of(it.reason); },
               [](const treat_room& it) { return text_of_treatment(it); }},
    what);
}

} // namespace godwit
