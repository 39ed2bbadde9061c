#include "nodes/ctl/ctl_output.hpp"

#include "messages/overloaded.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace godwit {
namespace {

using json = nlohmann::ordered_json;

/// How many places it takes on a terminal, near enough: code points.
std::size_t width_of(const std::string& cell) {
  return static_cast<std::size_t>(
    std::ranges::count_if(cell, [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U; }));
}

std::string safe(const std::string& typed) {
  std::string result;
  for (const char each : typed)
    result += static_cast<unsigned char>(each) < ' ' || each == '\x7f' ? '?' : each;
  return result;
}

std::string or_dash(const std::string& text) { return text.empty() ? "-" : safe(text); }

std::vector<std::string> names_of_roles(std::uint8_t roles) {
  constexpr std::array<std::pair<std::uint8_t, const char*>, 3> all{{{1, "broker"}, {2, "worker"}, {4, "proxy"}}};
  std::vector<std::string> names;
  for (const auto& [bit, name] : all)
    if ((roles & bit) != 0)
      names.emplace_back(name);
  return names;
}

std::string joined_by_commas(const std::vector<std::string>& words) {
  std::string result;
  for (const auto& each : words)
    result += (result.empty() ? "" : ",") + each;
  return result;
}

std::string name_of(protocol spoken) { return spoken == protocol::irc ? "irc" : "native"; }

/// `godwit 0.1.0` → `0.1.0`
std::string version_of(const std::string& software) {
  constexpr std::string_view program = "godwit ";
  return software.starts_with(program) ? software.substr(program.size()) : software;
}

std::string milliseconds(std::uint64_t microseconds) {
  const auto tenths = (microseconds + 50) / 100;
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " ms";
}

std::vector<std::string> row_of(const node_shown& it) {
  return {it.name,
          joined_by_commas(names_of_roles(it.roles)),
          it.state,
          it.pid == 0 ? "-" : std::to_string(it.pid),
          or_dash(it.address),
          std::to_string(it.sessions),
          std::to_string(it.rooms),
          or_dash(version_of(it.version))};
}
std::vector<std::string> row_of(const session_shown& it) {
  return {std::to_string(it.session.value),
          or_dash(it.nick),
          name_of(it.protocol),
          it.state,
          or_dash(it.worker),
          or_dash(it.proxy)};
}
std::vector<std::string> row_of(const room_shown& it) {
  return {std::to_string(it.room.value), or_dash(it.title), it.state, or_dash(it.worker), std::to_string(it.epoch)};
}

const std::vector<std::string> node_header{"NODE", "ROLES", "STATE", "PID", "ADDRESS", "SESSIONS", "ROOMS", "VERSION"};
const std::vector<std::string> session_header{"SESSION", "NICK", "PROTOCOL", "STATE", "WORKER", "PROXY"};
const std::vector<std::string> room_header{"ROOM", "TITLE", "STATE", "WORKER", "EPOCH"};

template <class Row>
std::string table(const std::vector<std::string>& header, const std::vector<Row>& from) {
  std::vector<std::vector<std::string>> rows;
  for (const auto& each : from)
    rows.push_back(row_of(each));
  return table_of(header, rows);
}

json object_of(const node_shown& it) {
  json object{{"name", it.name}, {"roles", names_of_roles(it.roles)}};
  object["pid"] = it.pid == 0 ? json{} : json(it.pid);
  object["address"] = it.address;
  object["state"] = it.state;
  object["sessions"] = it.sessions;
  object["rooms"] = it.rooms;
  object["version"] = version_of(it.version);
  object["share"] = it.share;
  return object;
}
json object_of(const session_shown& it) {
  return {{"session", std::to_string(it.session.value)},
          {"nick", it.nick},
          {"protocol", name_of(it.protocol)},
          {"state", it.state},
          {"worker", it.worker},
          {"proxy", it.proxy},
          {"generation", it.epoch.generation},
          {"moves", it.epoch.moves}};
}
json object_of(const room_shown& it) {
  return {{"room", std::to_string(it.room.value)},
          {"title", it.title},
          {"state", it.state},
          {"worker", it.worker},
          {"epoch", it.epoch}};
}

template <class Row>
json array_of(const std::vector<Row>& from) {
  auto array = json::array();
  for (const auto& each : from)
    array.push_back(object_of(each));
  return array;
}

json object_of(const drain_progress& it) {
  return {{"node", it.node},
          {"draining", it.draining},
          {"empty", is_empty(it)},
          {"sessions_left", it.sessions_left},
          {"rooms_left", it.rooms_left},
          {"sessions_moved", it.sessions_moved},
          {"rooms_moved", it.rooms_moved},
          {"stuck", it.stuck},
          {"waits_for", it.waits_for}};
}

std::string text_of_place(const where_shown& it) {
  std::string result;
  if (!it.sessions.empty())
    result += table(session_header, it.sessions);
  if (!it.rooms.empty())
    result += (result.empty() ? "" : "\n") + table(room_header, it.rooms);
  return result;
}

std::string shown_name(const ctl_failure& why) {
  return why.name.empty() ? std::string(name_of(why.why.code)) : why.name;
}

std::string shown_sentence(const ctl_failure& why) {
  switch (why.code) {
  case ctl_exit::unanswered: return "No answer came in time; whether it was done is not known.";
  case ctl_exit::not_connected: return "The admin port can not be reached, or the connection was lost.";
  default: return why.sentence.empty() ? std::string(sentence_of(why.why.code)) : why.sentence;
  }
}

} // namespace

std::string table_of(const std::vector<std::string>& header, const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths;
  for (const auto& cell : header)
    widths.push_back(width_of(cell));
  for (const auto& row : rows)
    for (std::size_t i = 0; i < row.size(); ++i)
      widths[i] = std::max(widths[i], width_of(row[i]));
  std::string result;
  const auto add = [&](const std::vector<std::string>& row) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      result += row[i];
      if (i + 1 < row.size())
        result.append(widths[i] - width_of(row[i]) + 2, ' ');
    }
    result += '\n';
  };
  add(header);
  for (const auto& row : rows)
    add(row);
  return result;
}

std::string text_of(const admin_result& what) {
  return std::visit(overloaded{[](const admin_done&) -> std::string { return "done\n"; },
                               [](const nodes_shown& it) { return table(node_header, it.nodes); },
                               [](const sessions_shown& it) { return table(session_header, it.sessions); },
                               [](const rooms_shown& it) { return table(room_header, it.rooms); },
                               [](const where_shown& it) { return text_of_place(it); },
                               [](const migrated& it) {
                                 return it.microseconds == 0
                                          ? "it is on " + it.worker + " already\n"
                                          : "moved to " + it.worker + " in " + milliseconds(it.microseconds) + "\n";
                               },
                               [](const drain_progress& it) { return progress_line(it) + "\n"; },
                               [](const error& it) { return std::string(sentence_of(it.code)) + "\n"; }},
                    what);
}

nlohmann::ordered_json json_of(const admin_result& what) {
  return std::visit(overloaded{[](const admin_done&) {
                                 return json{{"done", true}};
                               },
                               [](const nodes_shown& it) { return array_of(it.nodes); },
                               [](const sessions_shown& it) { return array_of(it.sessions); },
                               [](const rooms_shown& it) { return array_of(it.rooms); },
                               [](const where_shown& it) {
                                 json object{{"sessions", array_of(it.sessions)}};
                                 object["rooms"] = array_of(it.rooms);
                                 return object;
                               },
                               [](const migrated& it) {
                                 return json{{"worker", it.worker},
                                             {"moved", it.microseconds != 0},
                                             {"milliseconds", static_cast<double>(it.microseconds) / 1000.0}};
                               },
                               [](const drain_progress& it) { return object_of(it); },
                               [](const error& it) {
                                 return json{{"error", std::string(name_of(it.code))}};
                               }},
                    what);
}

std::string text_of(const ctl_failure& why) {
  return shown_name(why) + ": " + safe(shown_sentence(why))
         + (why.why.detail.empty() ? "" : " (" + safe(why.why.detail) + ")");
}

nlohmann::ordered_json json_of(const ctl_failure& why) {
  return {{"error", shown_name(why)},
          {"sentence", shown_sentence(why)},
          {"detail", why.why.detail},
          {"exit_code", static_cast<int>(why.code)}};
}

bool is_empty(const drain_progress& how_far) {
  return how_far.draining && how_far.sessions_left == 0 && how_far.rooms_left == 0;
}

std::string progress_line(const drain_progress& it) {
  if (!it.draining)
    return it.node + " is not being drained: " + std::to_string(it.sessions_left) + " sessions and "
           + std::to_string(it.rooms_left) + " rooms are there";
  if (is_empty(it))
    return it.node + " is empty: " + std::to_string(it.sessions_moved) + " sessions and "
           + std::to_string(it.rooms_moved) + " rooms were moved";
  auto line = it.node + ": " + std::to_string(it.sessions_left) + " sessions and " + std::to_string(it.rooms_left)
              + " rooms left, " + std::to_string(it.sessions_moved) + " and " + std::to_string(it.rooms_moved)
              + " moved";
  if (it.stuck != 0)
    line += ", " + std::to_string(it.stuck) + " wait for their end";
  if (!it.waits_for.empty())
    line += "; " + safe(it.waits_for);
  return line;
}

} // namespace godwit
