#include "tests/sim/clients.hpp"

#include "messages/overloaded.hpp"
#include "tests/sim/store_shell.hpp"
#include "tests/sim/witness.hpp"

#include <utility>

namespace godwit::sim {

using namespace std::chrono_literals;

irc_person::irc_person(world& around, std::string name, std::vector<std::string> rooms)
    : person(around, std::move(name), std::move(rooms)), nick_(name_) {}

void irc_person::connect() {
  if (over_)
    return;
  reader_ = {};
  logged_in_ = last_said_ = false;
  stays_.clear();
  playback_.clear();
  text_by_label_.clear();
  nick_ = name_;
  dial(protocol::irc);
  write("CAP REQ :message-tags server-time batch echo-message labeled-response");
  write("NICK " + nick_);
  write("USER " + name_ + " 0 * :" + name_);
  write("CAP END");
}

void irc_person::write(const std::string& text) {
  if (world_.log.on())
    world_.log.say(world_.now(), name_, "says: " + text);
  if (call_)
    call_->say(text);
}

void irc_person::hear(to_client what) {
  std::visit(overloaded{[this](const shared_bytes& it) {
                          reader_.feed(*it);
                          for (auto next = reader_.next(); next; next = reader_.next())
                            line(std::string(*next));
                        },
                        [this](const control::connection_closed& it) { world_.seen->disconnected(it.why.code); },
                        [this](const hung_up&) {
                          call_.reset();
                          logged_in_ = false;
                          if (!over_)
                            world_.events.after(world_.random.between(50ms, 1s), [this] { connect(); });
                        },
                        [](const auto&) {}},
             what);
}

bool irc_person::is_me(const std::string& source) const { return source.substr(0, source.find('!')) == nick_; }

void irc_person::line(std::string_view text) {
  world_.log.mix(text.size() + 200);
  if (world_.log.on())
    world_.log.say(world_.now(), name_, "reads: " + std::string(text));
  const auto read = irc::parse_line(text);
  if (!read.ok())
    return world_.broken(name_ + " can not read a line: " + std::string(text));
  taken(read.what);
}

void irc_person::taken(const irc::line& what) {
  const auto& command = what.command;
  if (command == "PING") {
    write("PONG :" + what.param(0));
  } else if (command == "433" && !logged_in_) {
    nick_ = name_ + "_" + std::to_string(++nicks_);
    write("NICK " + nick_);
  } else if (command == "001") {
    logged_in_ = true;
    nick_ = what.param(0);
    for (const auto& room : rooms_)
      write("JOIN #" + room);
  } else if (command == "BATCH") {
    if (what.param(0).starts_with('+') && what.param(1) == "chathistory")
      playback_.insert(what.param(0).substr(1));
  } else if (command == "NICK" && is_me(what.source)) {
    nick_ = what.param(0);
  } else if (command == "JOIN" && is_me(what.source)) {
    const auto number = ++world_.stays;
    stays_[what.param(0)] = number;
    if (const auto* id = what.tag_value("msgid"))
      world_.seen->shown(name_, number, *id, "JOIN");
  } else if (command == "PART" && is_me(what.source)) {
    stays_.erase(what.param(0));
  } else if (command == "PRIVMSG") {
    if (const auto* batch = what.tag_value("batch"); batch != nullptr && playback_.contains(*batch))
      return;
    const auto* id = what.tag_value("msgid");
    const auto stay = stays_.find(what.param(0));
    if (id != nullptr && stay != stays_.end())
      world_.seen->shown(name_, stay->second, *id, what.param(1));
    const bool is_echo = is_me(what.source) || what.tag_value("label") != nullptr;
    if (!is_echo || !world_.seen->fate_of(what.param(1)))
      return;
    std::erase_if(text_by_label_, [&](const auto& each) { return each.second == what.param(1); });
    if (const auto* room = world_.disk->tables.room_of(what.param(0).substr(1)); room != nullptr && id != nullptr)
      for (const auto& entry : room->entries)
        if (message_id(room->id, entry->seq) == *id)
          return world_.seen->acknowledged(what.param(1), room->id, entry->seq);
    world_.broken(name_ + " was shown its own words, which are in no log: " + what.param(1));
  } else if (command == "FAIL" || command.starts_with('4') || command.starts_with('5')) {
    const auto* label = what.tag_value("label");
    if (const auto said = label != nullptr ? text_by_label_.extract(*label) : decltype(text_by_label_)::node_type{})
      world_.seen->refused(said.mapped());
  }
}

void irc_person::say_in(const std::string& channel) {
  const auto text = new_text(channel.substr(1));
  const auto label = std::to_string(++labels_);
  text_by_label_[label] = text;
  write("@label=" + label + " PRIVMSG " + channel + " :" + text);
}

void irc_person::act() {
  if (over_ || !logged_in_ || text_by_label_.size() > 12)
    return;
  auto& random = world_.random;
  const auto channel = "#" + random.one_of(rooms_);
  if (!stays_.contains(channel))
    return write("JOIN " + channel);
  switch (random.below(24)) {
  case 0: write("PART " + channel); return write("JOIN " + channel);
  case 1: return write("NICK " + name_ + "_" + std::to_string(++nicks_));
  case 2: return write("PING :token");
  case 3: return write("NAMES " + channel);
  default:
    for (auto count = random.below(3) + 1; count != 0; --count)
      say_in(channel);
  }
}

void irc_person::say_last() {
  if (over_ || !logged_in_ || last_said_)
    return;
  for (const auto& room : rooms_)
    if (!stays_.contains("#" + room))
      return write("JOIN #" + room);
  last_said_ = true;
  for (const auto& room : rooms_)
    say_in("#" + room);
}

void irc_person::quit() {
  write("QUIT :bye");
  over_ = true;
}

bool irc_person::is_content() const { return over_ || (last_said_ && text_by_label_.empty()); }

void irc_person::note_stays(std::set<std::uint64_t>& open) const {
  if (!over_)
    for (const auto& [channel, number] : stays_)
      open.insert(number);
}

std::string irc_person::describe() const {
  return name_ + " (" + nick_ + "): " + (logged_in_ ? "logged in, " : "not logged in, ")
         + std::to_string(text_by_label_.size()) + " posts open, in " + std::to_string(stays_.size()) + " channels"
         + (call_ ? ", connected" : ", not connected");
}

} // namespace godwit::sim
