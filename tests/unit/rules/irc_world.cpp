#include "tests/unit/rules/irc_world.hpp"

#include "messages/cloak.hpp"
#include "messages/names.hpp"

#include <algorithm>

namespace godwit::test {
namespace {

const node_name here = "w1";
const node_name edge_here = "p1";
constexpr incarnation life{1};

} // namespace

struct irc_world::client {
  client(std::string as, session_id id) : name(std::move(as)), rules(id, here) {
    identity[0] = static_cast<std::uint8_t>(id.value);
  }
  std::string name;
  session rules;
  client_codec codec;
  identity_hash identity{};
  std::uint64_t in_seq = 0;
  std::string told;
};

struct irc_world::hosted_room {
  hosted_room(room_id id, const room_key& key, std::string as) : rules(id, key, here), title(std::move(as)) {}
  room rules;
  std::string title;
  room_state state;
  std::vector<shared_entry> log;
};

struct irc_world::hosted_relay {
  hosted_relay(room_id id, room_place place) : room(id), rules(id, here, life, std::move(place)) {}
  room_id room;
  relay rules;
  profile_counts profiles;
  std::string title;
};

irc_world::irc_world() {
  auto& irc = settings_->irc;
  irc.name = "Test";
  irc.server = "irc.test";
  irc.version = "godwit-test";
  irc.started = "2023-11-14 22:00:00 UTC";
  irc.started_at = now_ - std::chrono::seconds{800};
  irc.motd = {"Be kind.", "", "The rooms are open."};
  irc.admin = "ops@irc.test";
  settings_->cloak_key = "a key of the golden lines";
}
irc_world::~irc_world() = default;

irc_world::client* irc_world::find(session_id session) {
  return session.value == 0 || session.value > clients_.size() ? nullptr : clients_[session.value - 1].get();
}

irc_world::hosted_room* irc_world::find(room_id room) {
  const auto at = rooms_.find(room);
  return at == rooms_.end() ? nullptr : at->second.get();
}

// ------------------------------------------------------------------------------------------------------- clients

void irc_world::connect(const std::string& who, bool plaintext) {
  const session_id id{clients_.size() + 1};
  auto& made = *clients_.emplace_back(std::make_unique<client>(who, id));
  attach_session how;
  how.session = id;
  how.epoch = {1, 0};
  how.attach = 1;
  how.proxy = edge_here;
  how.proxy_incarnation = life;
  how.protocol = protocol::irc;
  how.identity = made.identity;
  how.peer_address = "192.0.2." + std::to_string(id.value) + ":4711";
  how.host = cloaked_host(settings_->cloak_key, how.peer_address);
  how.plaintext = plaintext;
  made.codec.speak_irc(settings_, how.host);
  perform(made, made.rules.attach(how));
  deliver_all();
}

void irc_world::say(const std::string& who, std::string_view line) {
  if (std::ranges::none_of(clients_, [&](const auto& each) { return each->name == who; }))
    connect(who, false);
  now_ += std::chrono::seconds{1};
  for (auto& each : clients_) {
    if (each->name != who || each->rules.over())
      continue;
    each->rules.set_now(now_);
    const auto in_seq = ++each->in_seq;
    perform(*each, each->rules.frame(1, in_seq, each->codec.take(in_seq, line, now_)));
  }
  deliver_all();
}

std::vector<std::pair<std::string, std::string>> irc_world::take_told() {
  std::vector<std::pair<std::string, std::string>> out;
  for (auto& each : clients_) {
    auto told = std::exchange(each->told, {});
    for (std::size_t at = 0; at < told.size();) {
      const auto end = told.find("\r\n", at);
      out.emplace_back(each->name, told.substr(at, end - at));
      at = end + 2;
    }
  }
  return out;
}

// As session_actor does it, with the edge's part of a farewell.
void irc_world::perform(client& of, session_effects effects) {
  for (auto& effect : effects) {
    if (auto* out = std::get_if<send>(&effect)) {
      under_way_.push_back(std::move(*out));
    } else if (auto* relay = std::get_if<ask_relay>(&effect)) {
      if (auto* in = std::get_if<enrol_session>(&relay->what))
        in->profile = of.codec.profile();
      std::visit(
        [&](const auto& what) {
          auto& at = relays_[what.room];
          if (!at)
            at = std::make_unique<hosted_relay>(what.room, room_place{what.room, 1, here});
          using type = std::decay_t<decltype(what)>;
          if constexpr (std::is_same_v<type, enrol_session>) {
            at->profiles.put(what.session, what.profile);
            at->title = at->title.empty() ? what.title : at->title;
            perform(*at, at->rules.enrol(what));
          } else if constexpr (std::is_same_v<type, withdraw_session>) {
            at->profiles.remove(what.session);
            perform(*at, at->rules.withdraw(what));
          } else {
            perform(*at, at->rules.replay(what));
          }
        },
        relay->what);
    } else if (auto* output = std::get_if<give_output>(&effect)) {
      for (const auto& each : of.codec.tell(output->replies))
        of.told += *each;
      of.codec.pack(std::move(output->snapshot));
      if (output->close)
        of.told +=
          irc::line_writer({}, "ERROR").trailing("Closing Link: " + of.codec.farewell(*output->close).detail).str();
      if (output->paced)
        perform(of, of.rules.resumed_sending({of.rules.id(), of.rules.epoch(), 1}));
    } else if (auto* event = std::get_if<show_event>(&effect)) {
      if (const auto bytes = of.codec.show(event->event, event->native, event->others.get()))
        of.told += *bytes;
    } else if (auto* presence = std::get_if<show_presence>(&effect)) {
      if (const auto bytes = of.codec.show(presence->what, presence->native))
        of.told += *bytes;
    } else if (const auto* check = std::get_if<check_operator>(&effect)) {
      const bool is_right = check->password == "sesame";
      std::optional<error> why;
      if (check->operator_name != "root" || !is_right)
        why = error{error_code::operator_refused, is_right ? "address" : ""};
      if (check->operator_name == "soon")
        why = error{error_code::too_many_requests, {}};
      perform(of, of.rules.checked(check->name, why));
    }
  }
}

void irc_world::to_session(client& whom, const message& what) {
  auto& rules = whom.rules;
  whom.rules.set_now(now_);
  const auto give = [&]<class Type>(const Type*, session_effects (session::*rule)(const Type&)) {
    if (const auto* it = std::get_if<Type>(&what))
      perform(whom, (rules.*rule)(*it));
  };
  give(static_cast<nick_claimed*>(nullptr), &session::claimed);
  give(static_cast<nick_found*>(nullptr), &session::found);
  give(static_cast<room_located*>(nullptr), &session::located);
  give(static_cast<rooms_listed*>(nullptr), &session::listed);
  give(static_cast<session_must_end*>(nullptr), &session::must_end);
  give(static_cast<command_answered*>(nullptr), &session::answered);
  give(static_cast<command_expected*>(nullptr), &session::expected);
  give(static_cast<query_answered*>(nullptr), &session::answered);
  give(static_cast<membership_given*>(nullptr), &session::given);
  give(static_cast<room_not_here*>(nullptr), &session::not_here);
  give(static_cast<room_invitation*>(nullptr), &session::invited);
  give(static_cast<people_told*>(nullptr), &session::told);
  give(static_cast<person_signal*>(nullptr), &session::signalled);
  give(static_cast<proclamation*>(nullptr), &session::proclaimed);
}

// --------------------------------------------------------------------------------------------- between the parts

void irc_world::deliver_all() {
  while (!under_way_.empty()) {
    const auto next = std::move(under_way_.front());
    under_way_.pop_front();
    deliver(next.to, next.what);
  }
}

void irc_world::deliver(const address& to, const message& what) {
  switch (to.kind) {
  case entity_kind::session:
    if (auto* whom = find(session_id{to.id}))
      to_session(*whom, what);
    return;
  case entity_kind::room:
    if (auto* room = find(room_id{to.id}))
      to_room(*room, what);
    return;
  case entity_kind::relay: return to_relay(room_id{to.id}, what);
  case entity_kind::directory: return to_directory(what);
  case entity_kind::store: return to_store(what);
  default: return;
  }
}

void irc_world::to_room(hosted_room& room, const message& what) {
  auto& rules = room.rules;
  const auto give = [&]<class Type>(const Type*, room_effects (godwit::room::*rule)(const Type&, timestamp)) {
    if (const auto* it = std::get_if<Type>(&what))
      perform((rules.*rule)(*it, now_));
  };
  give(static_cast<room_command*>(nullptr), &room::command);
  give(static_cast<room_query*>(nullptr), &room::query);
  give(static_cast<set_presence*>(nullptr), &room::presence);
  give(static_cast<signal_room*>(nullptr), &room::signal);
  give(static_cast<attach_relay*>(nullptr), &room::attach);
  give(static_cast<detach_relay*>(nullptr), &room::detach);
  give(static_cast<fan_out_delivered*>(nullptr), &room::delivered);
  give(static_cast<fetch_entries*>(nullptr), &room::fetch);
  give(static_cast<entries_appended*>(nullptr), &room::appended);
  give(static_cast<logged_found*>(nullptr), &room::found);
  give(static_cast<log_read*>(nullptr), &room::read);
  give(static_cast<log_opened*>(nullptr), &room::log_opened);
  if (const auto* accepted = std::get_if<accept_membership>(&what))
    perform(rules.accepted(*accepted));
}

void irc_world::perform(room_effects effects) {
  for (auto& effect : effects) {
    if (auto* out = std::get_if<send>(&effect))
      under_way_.push_back(std::move(*out));
    else if (const auto* told = std::get_if<announce>(&effect); told && relays_.contains(told->what.room)) {
      auto& at = *relays_[told->what.room];
      perform(at, at.rules.announced(told->what));
    }
  }
}

void irc_world::to_relay(room_id room, const message& what) {
  const auto found = relays_.find(room);
  if (found == relays_.end())
    return;
  auto& at = *found->second;
  if (const auto* it = std::get_if<fan_out>(&what))
    perform(at, at.rules.fanned_out(*it));
  else if (const auto* fetched = std::get_if<entries_fetched>(&what))
    perform(at, at.rules.fetched(*fetched));
  else if (const auto* taken = std::get_if<report_taken>(&what))
    perform(at, at.rules.report_taken(*taken));
}

void irc_world::perform(hosted_relay& of, relay_effects effects) {
  for (auto& effect : effects) {
    if (auto* out = std::get_if<send>(&effect))
      under_way_.push_back(std::move(*out));
    else if (const auto* what = std::get_if<show>(&effect))
      show_to_sessions(of, *what);
  }
}

/// Each item is encoded once for all clients of a profile, as relay_actor does it.
void irc_world::show_to_sessions(hosted_relay& of, const show& what) {
  room_events events;
  events.room = of.room;
  for (const auto& item : *what.items) {
    auto others = std::make_shared<encodings>();
    for (const auto& [profile, count] : of.profiles.counts())
      if (auto bytes = encode_for(profile, {of.room, of.title, settings_->irc.server}, item.event))
        others->push_back({profile, std::move(bytes)});
    events.items.push_back({item.event, nullptr, nullptr, std::move(others)});
  }
  for (const auto session : *what.sessions)
    if (auto* whom = find(session))
      perform(*whom, whom->rules.events(events));
  for (const auto& item : *what.items)
    if (item.fan_out_number != 0)
      perform(of, of.rules.delivered(what.epoch, item.fan_out_number));
}

// ------------------------------------------------------------------------------------------- directory and store

void irc_world::answer(const effect_name& name, message what) {
  under_way_.push_back({session_at(here, name.session), std::move(what)});
}

void irc_world::to_directory(const message& what) {
  if (const auto* claim = std::get_if<claim_nick>(&what))
    on(*claim);
  else if (const auto* wanted = std::get_if<find_nick>(&what))
    on(*wanted);
  else if (const auto* where = std::get_if<locate_room>(&what))
    on(*where);
  else if (const auto* list = std::get_if<list_rooms>(&what))
    on(*list);
  else if (const auto* expel = std::get_if<expel_person>(&what))
    on(*expel);
  else if (const auto* over = std::get_if<end_session>(&what))
    on(*over);
  else if (const auto* released = std::get_if<release_nick>(&what))
    nicks_.erase(*fold_nick(released->nick));
  else if (const auto* person = std::get_if<describe_person>(&what))
    people_.describe(*person, steady());
  else if (const auto* room = std::get_if<describe_room>(&what))
    people_.describe(*room);
  else if (const auto* asked = std::get_if<ask_people>(&what))
    answer(asked->origin.name, people_.answer(*asked, steady()));
  else if (const auto* told = std::get_if<proclamation>(&what))
    for (std::size_t i = 0; i != clients_.size(); ++i)
      under_way_.push_back({session_at(here, session_id{i + 1}), *told});
}

void irc_world::on(const claim_nick& what) {
  const auto [at, is_new] = nicks_.try_emplace(*fold_nick(what.nick), what.origin.name.session);
  nick_claimed told{what.origin.name, what.nick, std::nullopt};
  if (at->second != what.origin.name.session)
    told.why = error{error_code::nick_in_use, {}};
  answer(what.origin.name, std::move(told));
}

void irc_world::on(const find_nick& what) {
  const auto at = nicks_.find(*fold_nick(what.nick));
  auto* whom = at == nicks_.end() ? nullptr : find(at->second);
  nick_found told{what.origin.name, std::nullopt, std::nullopt};
  if (whom)
    told.person = found_person{at->second, whom->rules.nick(), whom->identity, here};
  if (const auto* card = whom ? people_.find(at->second) : nullptr)
    told.person->away = card->away;
  if (!whom)
    told.why = error{error_code::no_such_nick, {}};
  answer(what.origin.name, std::move(told));
}

void irc_world::on(const locate_room& what) {
  auto at = std::ranges::find(rooms_, what.key, [](const auto& each) { return each.second->rules.key(); });
  if (at == rooms_.end() && !what.create)
    return answer(what.origin.name,
                  room_located{what.origin.name, what.key, {}, {}, error{error_code::no_such_room, {}}});
  if (at == rooms_.end()) {
    const room_id id{rooms_.size() + 1};
    at = rooms_.emplace(id, std::make_unique<hosted_room>(id, what.key, what.title)).first;
    perform(at->second->rules.start());
  }
  answer(what.origin.name,
         room_located{what.origin.name, what.key, at->second->title, room_place{at->first, 1, here}, std::nullopt});
}

/// By key, as the store gives them; secret ones are not among them.
void irc_world::on(const list_rooms& what) {
  std::map<room_key, room_summary> listed;
  for (const auto& [id, each] : rooms_) {
    const auto& settings = each->state.settings;
    const bool is_secret = settings && settings->flags.has(room_flag::secret);
    if (!is_private(each->rules.key()) && !is_secret)
      listed[each->rules.key()] = {each->title, static_cast<std::uint32_t>(each->rules.member_count()),
                                   each->state.topic, each->log.empty() ? timestamp{} : each->log.front()->time,
                                   each->state.topic_time};
  }
  rooms_listed told{what.origin.name, {}, {}, std::nullopt};
  for (auto& [key, row] : listed)
    told.rooms.push_back(std::move(row));
  answer(what.origin.name, std::move(told));
}

void irc_world::on(const expel_person& what) {
  const auto at = nicks_.find(*fold_nick(what.nick));
  nick_found told{what.origin.name, std::nullopt, error{error_code::no_such_nick, {}}};
  if (at != nicks_.end()) {
    const auto id = at->second;
    told = {what.origin.name, found_person{id, what.nick, {}, here}, std::nullopt};
    under_way_.push_back(
      {session_at(here, id),
       session_must_end{id, {1, 0}, {error_code::killed, "Killed (" + what.by + " (" + what.reason + "))"}}});
  }
  answer(what.origin.name, std::move(told));
}

void irc_world::on(const end_session& what) {
  std::erase_if(nicks_, [&](const auto& each) { return each.second == what.session; });
  people_.remove(what.session, steady());
}

void irc_world::to_store(const message& what) {
  if (const auto* open = std::get_if<open_log>(&what)) {
    auto& room = *find(open->room);
    log_opened told;
    told.room = open->room;
    told.epoch = 1;
    told.key = room.rules.key();
    told.state.title = room.title;
    under_way_.push_back({room_anywhere(open->room), std::move(told)});
  } else if (const auto* append = std::get_if<append_entries>(&what)) {
    on(*append);
  } else if (const auto* read = std::get_if<read_log>(&what)) {
    on(*read);
  } else if (const auto* find = std::get_if<find_logged>(&what)) {
    under_way_.push_back({room_anywhere(find->room), logged_found{find->room, find->name, std::nullopt, std::nullopt}});
  }
}

void irc_world::on(const append_entries& what) {
  auto& room = *find(what.room);
  auto settings = what.state.settings ? what.state.settings : room.state.settings;
  room.state = what.state;
  room.state.settings = std::move(settings);
  room.log.insert(room.log.end(), what.entries.begin(), what.entries.end());
  under_way_.push_back({room_anywhere(what.room),
                        entries_appended{what.room, what.epoch, what.first_seq,
                                         static_cast<std::uint32_t>(what.entries.size()), append_outcome::written, 0}});
}

void irc_world::on(const read_log& what) {
  std::vector<shared_entry> found;
  for (const auto& each : find(what.room)->log)
    if (each->seq >= what.from && (what.to == 0 || each->seq <= what.to))
      found.push_back(each);
  const bool more = found.size() > what.limit;
  if (more && what.last)
    found.erase(found.begin(), found.end() - what.limit);
  else if (more)
    found.resize(what.limit);
  under_way_.push_back(
    {room_anywhere(what.room), log_read{what.room, what.ticket, std::move(found), more, std::nullopt}});
}

} // namespace godwit::test
