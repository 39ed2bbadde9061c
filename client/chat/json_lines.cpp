#include "client/chat/news_printer.hpp"

#include "client/chat/time_text.hpp"
#include "messages/masks.hpp"
#include "messages/overloaded.hpp"

#include <nlohmann/json.hpp>

#include <charconv>

namespace godwit {
namespace {

using json = nlohmann::ordered_json;

std::string written(const json& object) { return object.dump(-1, ' ', false, json::error_handler_t::replace); }

std::string session_text(session_id session) {
  std::array<char, 17> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), session.value, 16).ptr;
  return {digits.data(), end};
}

void put_room(json& object, const news::room_ref& room) {
  if (room.name.empty() && room.person.empty())
    return;
  if (room.name.empty()) {
    object["private"] = true;
    object["person"] = room.person;
  } else {
    object["room"] = room.name;
  }
}

void put_place(json& object, room_id room, room_seq seq) {
  object["seq"] = seq;
  object["id"] = message_id(room, seq);
}

void put_error(json& object, const error& why) {
  object["code"] = name_of(why.code);
  object["number"] = static_cast<std::uint16_t>(why.code);
  object["text"] = sentence_of(why.code);
  object["retry"] = may_retry(why.code);
  object["detail"] = why.detail;
}

template <class Flag>
json names_of(flag_set<Flag> flags) {
  auto names = json::array();
  for (std::uint8_t bit = 1; bit != 0 && bit <= 16; bit = static_cast<std::uint8_t>(bit << 1U))
    if (flags.has(static_cast<Flag>(bit)))
      names.push_back(name_of(static_cast<Flag>(bit)));
  return names;
}

/// `ban` and `mute` are one list, told apart by their masks.
void put_mask(json& object, mask_list list, const std::string& mask) {
  const bool mutes = list == mask_list::bans && is_mute(mask);
  object["mode"] = mutes ? "mute" : name_of(list);
  object["mask"] = mutes ? without_mute(mask) : std::string_view{mask};
}

json change_json(const mode_change& change) {
  json object{{"add", change.add}};
  std::visit(overloaded{[&](const flag_change& it) { object["mode"] = name_of(it.flag); },
                        [&](const key_change& it) {
                          object["mode"] = "key";
                          object["key"] = it.key;
                        },
                        [&](const limit_change& it) {
                          object["mode"] = "limit";
                          object["limit"] = it.limit;
                        },
                        [&](const member_change& it) {
                          object["mode"] = name_of(it.mode);
                          object["nick"] = it.nick;
                        },
                        [&](const mask_change& it) { put_mask(object, it.list, it.mask); }},
             change.what);
  return object;
}

/// The name of the event, and what only it has.
struct body_writer {
  json& object;
  void operator()(const posted& body) const {
    object["event"] = "posted";
    object["text"] = body.text;
    if (body.kind == post_kind::notice)
      object["notice"] = true;
    if (body.audience != member_mode::none)
      object["audience"] = name_of(body.audience);
  }
  void operator()(const joined& body) const {
    object["event"] = "joined";
    if (!body.modes.empty())
      object["modes"] = names_of(body.modes);
  }
  void operator()(const modes_changed& body) const {
    object["event"] = "modes";
    auto changes = json::array();
    for (const auto& each : body.changes)
      changes.push_back(change_json(each));
    object["changes"] = std::move(changes);
  }
  void operator()(const kicked& body) const {
    object["event"] = "kicked";
    object["nick"] = body.nick;
    object["reason"] = body.reason;
  }
  void operator()(const invited& body) const {
    object["event"] = "invited";
    object["nick"] = body.nick;
  }
  void operator()(const left& body) const {
    object["event"] = body.quit ? "quit" : "left";
    object["reason"] = body.reason;
  }
  void operator()(const topic_set& body) const {
    object["event"] = "topic";
    object["text"] = body.text;
  }
  void operator()(const renamed& body) const {
    object["event"] = "nick";
    object["to"] = body.to;
  }
  void operator()(const forgotten& body) const {
    object["event"] = "forgotten";
    object["first"] = body.first;
  }
  void operator()(const unknown_entry&) const { object["event"] = "unknown"; }
};

json event_json(const news::room_ref& room, const log_entry& entry) {
  json object{{"event", ""}};
  put_room(object, room);
  put_place(object, room.id, entry.seq);
  object["from"] = entry.nick;
  std::visit(body_writer{object}, entry.body);
  object["time"] = utc_text(entry.time);
  return object;
}

struct writer {
  std::vector<std::string>& lines;

  void add(const json& object) const { lines.push_back(written(object)); }

  void operator()(const news::connected& what) const {
    add({{"event", what.resumed ? "resumed" : "connected"},
         {"node", what.node},
         {"session", session_text(what.session)}});
  }
  void operator()(const news::reconnecting& what) const {
    json object{{"event", "reconnecting"}, {"attempt", what.attempt}, {"pause_ms", what.pause.count()}};
    put_error(object, what.why);
    add(object);
  }
  void operator()(const news::logged_in& what) const {
    add({{"event", "logged_in"}, {"nick", what.nick}, {"again", what.again}});
  }
  void operator()(const news::room_opened& what) const {
    json object{{"event", "opened"}};
    put_room(object, what.room);
    add(object);
  }
  void operator()(const news::room_closed& what) const {
    json object{{"event", "closed"}};
    put_room(object, what.room);
    if (what.why)
      put_error(object, *what.why);
    add(object);
  }
  void operator()(const news::event& what) const {
    auto object = event_json(what.room, *what.entry);
    object["own"] = what.own;
    if (what.request != 0)
      object["request"] = what.request;
    if (what.from == news::source::missed)
      object["missed"] = true;
    add(object);
  }
  void operator()(const news::presence& what) const {
    json object{{"event", what.away.empty() ? "back" : "away"}};
    put_room(object, what.room);
    object["from"] = what.nick;
    object["text"] = what.away;
    add(object);
  }
  void operator()(const news::confirmed& what) const {
    json object{{"event", "confirmed"}, {"request", what.request}, {"what", name_of(what.done)}};
    put_room(object, what.room);
    if (what.at) {
      put_place(object, what.at->room, what.at->seq);
      object["time"] = utc_text(what.at->time);
    }
    add(object);
  }
  void operator()(const news::refused& what) const {
    json object{{"event", "error"}, {"request", what.request}, {"what", name_of(what.what)}};
    put_error(object, what.why);
    add(object);
  }
  void operator()(const news::invitation& what) const {
    add({{"event", "invitation"}, {"room", what.room}, {"from", what.by}});
  }
  void operator()(const news::proclaimed& what) const {
    add({{"event", "announcement"},
         {"to", what.kind == proclamation_kind::wallops ? "operators" : "all"},
         {"from", what.by},
         {"text", what.text}});
  }
  void operator()(const news::waiting& what) const {
    json object{{"event", "waiting"}, {"pause_ms", what.pause.count()}};
    put_error(object, what.why);
    add(object);
  }
  void operator()(const news::over& what) const {
    json object{{"event", "over"}, {"unfinished", what.unfinished}};
    if (what.why)
      put_error(object, *what.why);
    add(object);
  }
  void operator()(const news::answered& what) const {
    std::visit([this, &what](const auto& answer) { add_answer(what, answer); }, what.answer);
  }

  void add_answer(const news::answered& what, const tell::members& answer) const {
    auto rows = json::array();
    for (const auto& each : answer.rows)
      rows.push_back({{"nick", each.nick}, {"away", each.away}, {"modes", names_of(each.modes)}, {"mask", each.mask}});
    add({{"event", "members"}, {"request", what.request}, {"room", what.room.name}, {"members", std::move(rows)}});
  }
  void add_answer(const news::answered& what, const tell::rooms& answer) const {
    auto rows = json::array();
    for (const auto& each : answer.rows)
      rows.push_back({{"room", each.room}, {"members", each.member_count}, {"topic", each.topic}});
    add({{"event", "rooms"}, {"request", what.request}, {"rooms", std::move(rows)}});
  }
  void add_answer(const news::answered& what, const tell::topic& answer) const {
    json object{{"event", "topic"}, {"request", what.request}};
    put_room(object, what.room);
    object["from"] = answer.by;
    object["text"] = answer.text;
    object["time"] = utc_text(answer.time);
    object["current"] = true;
    add(object);
  }
  void add_answer(const news::answered& what, const tell::history& answer) const {
    std::size_t shown = 0;
    for (const auto& each : answer.events) {
      if (std::holds_alternative<unknown_entry>(each.entry->body))
        continue;
      auto object = event_json(room_of(what, answer), *each.entry);
      object["history"] = true;
      object["request"] = what.request;
      add(object);
      ++shown;
    }
    json object{{"event", "history"}, {"request", what.request}};
    put_room(object, room_of(what, answer));
    object["count"] = shown;
    add(object);
  }
  void add_answer(const news::answered& what, const tell::settings& answer) const {
    const auto& it = answer.what;
    const auto* question = std::get_if<ask::read_settings>(&what.question);
    json object{
      {"event", "settings"},         {"request", what.request}, {"room", question ? question->room : std::string{}},
      {"flags", names_of(it.flags)}, {"key", it.key},           {"limit", it.limit}};
    auto masks = json::array();
    const auto add_list = [&](mask_list list, const std::vector<listed_mask>& from) {
      for (const auto& each : from) {
        auto& row = masks.emplace_back(json::object());
        put_mask(row, list, each.mask);
        row["by"] = each.by;
        row["time"] = utc_text(each.time);
      }
    };
    add_list(mask_list::bans, it.bans);
    add_list(mask_list::exceptions, it.exceptions);
    add_list(mask_list::invite_exceptions, it.invite_exceptions);
    object["masks"] = std::move(masks);
    if (it.created != timestamp{})
      object["created"] = utc_text(it.created);
    add(object);
  }
  void add_answer(const news::answered& what, const tell::people& answer) const {
    if (answer.rows.empty())
      return;
    const auto& it = answer.rows.front();
    auto rooms = json::array();
    for (const auto& each : it.rooms)
      rooms.push_back({{"room", each.title}, {"modes", names_of(each.modes)}});
    json object{{"event", "whois"},
                {"request", what.request},
                {"nick", it.nick},
                {"mask", it.mask},
                {"name", it.real_name},
                {"away", it.away},
                {"operator", it.modes.has(user_mode::server_operator)},
                {"bot", it.modes.has(user_mode::bot)},
                {"rooms", std::move(rooms)}};
    if (it.signed_on != timestamp{})
      object["since"] = utc_text(it.signed_on);
    if (it.spoke_at != timestamp{})
      object["spoke"] = utc_text(it.spoke_at);
    if (!it.address.empty())
      object["address"] = it.address;
    add(object);
  }
  void add_answer(const news::answered& what, const tell::user_modes_set& answer) const {
    add({{"event", "operator"}, {"request", what.request}, {"operator", answer.now.has(user_mode::server_operator)}});
  }
  void add_answer(const news::answered&, const tell::ordered&) const {} // confirmed says it
  void add_answer(const news::answered& what, const tell::pong&) const {
    add({{"event", "pong"}, {"request", what.request}});
  }
  template <class Other>
  void add_answer(const news::answered& what, const Other&) const {
    add({{"event", "answered"}, {"request", what.request}});
  }

  /// A room that the user is not in (any more) is known by the question only.
  static news::room_ref room_of(const news::answered& what, const tell::history& answer) {
    auto room = what.room;
    room.id = answer.room;
    const auto* question = std::get_if<ask::history>(&what.question);
    if (question == nullptr || !room.name.empty() || !room.person.empty())
      return room;
    if (const auto* named = std::get_if<ask::room_named>(&question->of))
      room.name = named->room;
    else if (const auto* person = std::get_if<ask::person_named>(&question->of))
      room.person = person->nick;
    return room;
  }
};

struct request_name {
  std::string_view operator()(const ask::login&) const { return "login"; }
  std::string_view operator()(const ask::change_nick&) const { return "nick"; }
  std::string_view operator()(const ask::join&) const { return "join"; }
  std::string_view operator()(const ask::leave&) const { return "leave"; }
  std::string_view operator()(const ask::post&) const { return "post"; }
  std::string_view operator()(const ask::members&) const { return "members"; }
  std::string_view operator()(const ask::rooms&) const { return "rooms"; }
  std::string_view operator()(const ask::set_topic&) const { return "set_topic"; }
  std::string_view operator()(const ask::read_topic&) const { return "topic"; }
  std::string_view operator()(const ask::away&) const { return "away"; }
  std::string_view operator()(const ask::history&) const { return "history"; }
  std::string_view operator()(const ask::ping&) const { return "ping"; }
  std::string_view operator()(const ask::quit&) const { return "quit"; }
  std::string_view operator()(const ask::kick&) const { return "kick"; }
  std::string_view operator()(const ask::invite&) const { return "invite"; }
  std::string_view operator()(const ask::change_modes&) const { return "mode"; }
  std::string_view operator()(const ask::read_settings&) const { return "settings"; }
  std::string_view operator()(const ask::people&) const { return "whois"; }
  std::string_view operator()(const ask::become_operator&) const { return "oper"; }
  std::string_view operator()(const ask::set_user_modes&) const { return "oper"; } // to be none any more
  std::string_view operator()(const ask::expel&) const { return "kill"; }
  std::string_view operator()(const ask::proclaim& it) const {
    return it.kind == proclamation_kind::wallops ? "wallops" : "broadcast";
  }
  template <class Other>
  std::string_view operator()(const Other&) const {
    return "unreadable";
  } // nothing that this client asks
};

} // namespace

std::string_view name_of(const ask::request& request) { return std::visit(request_name{}, request); }

printed json_lines(const client_news& news) {
  printed lines;
  std::visit(writer{lines.out}, news);
  return lines;
}

std::string json_of_mistyped(const error& why) {
  json object{{"event", "error"}, {"request", 0}, {"what", "command"}};
  put_error(object, why);
  return written(object);
}

} // namespace godwit
