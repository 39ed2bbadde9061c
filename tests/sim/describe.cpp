#include "tests/sim/describe.hpp"

#include "messages/overloaded.hpp"

#include <array>
#include <string_view>

namespace godwit::sim {
namespace {

/// As the compiler calls it, without what stands around.
template <class T>
std::string_view type_name() {
  const std::string_view whole = __PRETTY_FUNCTION__;
  const auto begin = whole.find("T = ") + 4;
  const auto end = whole.find_first_of(";]", begin);
  auto name = whole.substr(begin, end - begin);
  const auto last = name.rfind(':');
  return last == std::string_view::npos ? name : name.substr(last + 1);
}

std::string hex(std::uint64_t number) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  do
    text.insert(text.begin(), digits[number & 15U]);
  while ((number >>= 4U) != 0);
  return text;
}

std::string short_hex(std::uint64_t number) { return hex(number).substr(0, 6); }

template <class Tag>
std::string text_of(const strong_id<Tag>& id) {
  return short_hex(id.value);
}
std::string text_of(std::uint64_t number) { return std::to_string(number); }
std::string text_of(const std::string& text) { return text; }
std::string text_of(bool is) { return is ? "yes" : "no"; }
std::string text_of(const session_epoch& epoch) {
  return std::to_string(epoch.generation) + "." + std::to_string(epoch.moves);
}
std::string text_of(const effect_name& name) {
  return short_hex(name.session.value) + "/" + std::to_string(name.op) + "/" + hex(name.k);
}
std::string text_of(const request_origin& origin) { return text_of(origin.name) + "@" + origin.reply_to; }
std::string text_of(const error& why) { return describe(why); }
std::string text_of(append_outcome outcome) {
  constexpr std::array names{"", "written", "expected", "fenced", "away"};
  return names[static_cast<std::size_t>(outcome)];
}
std::string text_of(frame_kind kind) { return kind == frame_kind::closed ? "closed" : "data"; }
std::string text_of(const std::vector<shared_entry>& entries) {
  std::string text = "[";
  for (const auto& each : entries)
    text += describe(*each) + "; ";
  return text + "]";
}
std::string text_of(const room_place& place) {
  return text_of(place.room) + "#" + std::to_string(place.epoch) + "@" + place.node;
}
std::string text_of(const logged_at& at) { return std::to_string(at.seq); }
std::string text_of(const stream_position& at) { return short_hex(at.stream) + ":" + std::to_string(at.position); }
std::string text_of(const std::vector<stream_position>& all) {
  std::string text = "[";
  for (const auto& each : all)
    text += text_of(each) + " ";
  return text + "]";
}
std::string text_of(const std::vector<fan_out_item>& items) {
  std::string text = "[";
  for (const auto& each : items) {
    text += std::to_string(each.fan_out_number) + "=";
    if (const auto* entry = std::get_if<shared_entry>(&each.event))
      text += describe(**entry);
    text += "; ";
  }
  return text + "]";
}
std::string text_of(const std::vector<member_node>& nodes) {
  std::string text = "[";
  for (const auto& each : nodes)
    text += each.name + ":" + text_of(each.incarnation) + (each.state == node_state::alive ? "+ " : "- ");
  return text + "]";
}
std::string text_of(const session_report& what) { return text_of(what.session) + "." + text_of(what.epoch); }
std::string text_of(const directory_request& what) {
  return std::visit([]<class T>(const T&) { return std::string(type_name<T>()); }, what);
}
std::string text_of(const directory_result& what) {
  return std::visit(overloaded{[](const error& why) { return describe(why); },
                               []<class T>(const T&) { return std::string(type_name<T>()); }},
                    what);
}
std::string text_of(const room_action& what) {
  return std::visit(overloaded{[](const post& said) { return "post '" + said.text + "'"; },
                               []<class T>(const T&) { return std::string(type_name<T>()); }},
                    what);
}
std::string text_of(const room_question& what) {
  return std::visit([]<class T>(const T&) { return std::string(type_name<T>()); }, what);
}
template <class T>
std::string text_of(const std::optional<T>& value) {
  return value ? text_of(*value) : "-";
}

#define GODWIT_SAY(field)                                                                                              \
  if constexpr (requires { text_of(what.field); })                                                                     \
    text += " " #field "=" + text_of(what.field);

template <class T>
std::string fields_of(const T& what) {
  std::string text(type_name<T>());
  GODWIT_SAY(session)
  GODWIT_SAY(room)
  GODWIT_SAY(name)
  GODWIT_SAY(origin)
  GODWIT_SAY(previous)
  GODWIT_SAY(refused)
  GODWIT_SAY(last)
  GODWIT_SAY(epoch)
  GODWIT_SAY(attach)
  GODWIT_SAY(in_seq)
  GODWIT_SAY(first_in_seq)
  GODWIT_SAY(confirmed_in_seq)
  GODWIT_SAY(kind)
  GODWIT_SAY(from_store)
  GODWIT_SAY(unheard)
  GODWIT_SAY(positions)
  GODWIT_SAY(position)
  GODWIT_SAY(node)
  GODWIT_SAY(proxy)
  GODWIT_SAY(worker)
  GODWIT_SAY(resumed)
  GODWIT_SAY(place)
  GODWIT_SAY(nick)
  GODWIT_SAY(base)
  GODWIT_SAY(after)
  GODWIT_SAY(from)
  GODWIT_SAY(newest)
  GODWIT_SAY(fan_out_number)
  GODWIT_SAY(first_seq)
  GODWIT_SAY(count)
  GODWIT_SAY(outcome)
  GODWIT_SAY(expected_seq)
  GODWIT_SAY(items)
  GODWIT_SAY(entries)
  GODWIT_SAY(action)
  GODWIT_SAY(question)
  GODWIT_SAY(at)
  GODWIT_SAY(ticket)
  GODWIT_SAY(request)
  GODWIT_SAY(result)
  GODWIT_SAY(number)
  GODWIT_SAY(nodes)
  GODWIT_SAY(why)
  GODWIT_SAY(close)
  return text;
}
#undef GODWIT_SAY

} // namespace

std::string describe(const message& what) {
  return std::visit([](const auto& each) { return fields_of(each); }, what);
}
std::string describe(const edge_item& what) {
  return std::visit([](const auto& each) { return fields_of(each); }, what);
}

std::string describe(const address& where) {
  constexpr std::array kinds{"?",         "session", "room",      "relay", "session_host",
                             "room_host", "edge",    "directory", "store", "membership"};
  std::string text = kinds[static_cast<std::size_t>(where.kind)];
  if (where.id != 0)
    text += " " + short_hex(where.id);
  return where.node.empty() ? text : where.node + " " + text;
}

std::string describe(const log_entry& entry) {
  const auto what = std::visit(overloaded{[](const posted& said) { return "'" + said.text + "'"; },
                                          []<class T>(const T&) { return std::string(type_name<T>()); }},
                               entry.body);
  return std::to_string(entry.seq) + " " + entry.nick + " " + what + " " + text_of(entry.name);
}

std::string describe(const error& why) {
  std::string text(name_of(why.code));
  return why.detail.empty() ? text : text + " (" + why.detail + ")";
}

std::string describe(const client_news& what) {
  return std::visit(
    overloaded{
      [](const news::event& told) {
        return "event " + told.room.name + told.room.person + " " + describe(*told.entry)
               + (told.from == news::source::missed ? " (missed)" : "");
      },
      [](const news::confirmed& end) {
        return "confirmed " + std::to_string(end.request) + (end.at ? " at " + std::to_string(end.at->seq) : "");
      },
      [](const news::refused& end) { return "refused " + std::to_string(end.request) + ": " + describe(end.why); },
      [](const news::connected& now) {
        return std::string(now.resumed ? "resumed " : "connected ") + text_of(now.session) + " at " + now.node;
      },
      [](const news::reconnecting& now) { return "reconnecting: " + describe(now.why); },
      [](const news::waiting& now) { return "waiting: " + describe(now.why); },
      [](const news::over& now) { return "over" + (now.why ? ": " + describe(*now.why) : std::string{}); },
      []<class T>(const T&) { return std::string(type_name<T>()); }},
    what);
}

} // namespace godwit::sim
