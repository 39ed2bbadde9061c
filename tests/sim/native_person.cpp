#include "tests/sim/clients.hpp"

#include "messages/native_codec.hpp"
#include "messages/overloaded.hpp"
#include "tests/sim/describe.hpp"
#include "tests/sim/witness.hpp"

#include <utility>

namespace godwit::sim {

using namespace std::chrono_literals;

// ------------------------------------------------------------------------------------------------------------ person

person::person(world& around, std::string name, std::vector<std::string> rooms)
    : world_(around), name_(std::move(name)), rooms_(std::move(rooms)), proxies_(around.plan.named(role_proxy)),
      next_proxy_(around.random.below(proxies_.size())) {}

std::string person::new_text(const std::string& room) {
  auto text = name_ + "-" + std::to_string(++texts_) + "@" + room;
  world_.seen->said(text);
  return text;
}

const node_name& person::next_proxy() { return proxies_[next_proxy_++ % proxies_.size()]; }

void person::dial(protocol spoken) {
  call_ = std::make_shared<call>(world_, next_proxy(), spoken, [this, number = ++calls_](to_client what) {
    if (number == calls_)
      hear(std::move(what));
  });
  call_->dial();
}

void person::cut() {
  if (call_)
    call_->cut();
}

void person::hang_up() {
  if (!call_ || !call_->is_open_at_client())
    return;
  call_->hang_up();
  ++calls_;
  hear(hung_up{});
}

// ------------------------------------------------------------------------------------------------------------ native

native_person::native_person(world& around, std::string name, std::vector<std::string> rooms)
    : person(around, std::move(name), std::move(rooms)), rules_(name_, around.random.next()),
      redial_({50ms, 2'000ms}, around.random.next()), nick_(name_) {
  for (int i = 0; i != 2; ++i) {
    const auto drawn = around.random.next();
    for (unsigned byte = 0; byte != 8; ++byte)
      identity_.push_back(static_cast<char>(drawn >> (8 * byte)));
  }
}

void native_person::start() {
  connect();
  for (const auto& room : rooms_)
    submit(ask::join{room, {}});
}

void native_person::connect() {
  if (over_)
    return;
  brought_.clear();
  reader_.emplace(frame_limits{1024 * 1024, 2});
  control::client_hello hello;
  hello.identity = identity_;
  hello.resume = rules_.to_resume();
  if (hello.resume)
    for (const auto& each : hello.resume->positions)
      brought_[room_id{each.stream}] = each.position;
  dial(protocol::native);
  call_->say(std::move(hello));
}

void native_person::lost(const error& why) {
  call_.reset();
  perform(rules_.lost(why));
  if (over_)
    return;
  world_.events.after(redial_.next(), [this] { connect(); });
}

void native_person::hear(to_client what) {
  std::visit(overloaded{[this](const control::server_hello& it) {
                          if (!it.resumed)
                            brought_.clear();
                          redial_.succeeded();
                          perform(rules_.connected(it));
                        },
                        [this](const shared_bytes& it) { take_frames(*it); },
                        [this](const control::ping& it) { call_->say(control::pong{it.number}); },
                        [this](const control::connection_closed& it) {
                          world_.seen->disconnected(it.why.code);
                          call_->hang_up();
                          lost(it.why);
                        },
                        [this](const hung_up&) {
                          lost({error_code::tls_failed, {}});
                        }},
             what);
}

void native_person::take_frames(std::string_view bytes) {
  reader_->feed(bytes);
  for (;;) {
    const auto next = reader_->next();
    if (!next)
      return world_.broken(name_ + " can not read a frame");
    if (!*next)
      return;
    auto frame = native::decode_server_frame((*next)->bytes);
    if (!frame)
      return world_.broken(name_ + " can not read a message");
    if (const auto* opened = std::get_if<tell::room_opened>(&*frame))
      brought_[opened->room] = opened->seq;
    if (const auto* event = std::get_if<tell::event>(&*frame)) {
      auto& last = brought_[event->room];
      world_.seen->brought(name_, event->room, last, event->entry->seq);
      last = event->entry->seq;
    }
    perform(rules_.receive(*std::move(frame)));
  }
}

void native_person::perform(client_effects effects) {
  for (auto& effect : effects)
    std::visit(overloaded{[this](const send_frames& it) {
                            for (const auto& each : it.frames)
                              if (call_)
                                call_->say(native::encode(each).substr(frame_header_bytes));
                          },
                          [this](const tell_user& it) { tell(it.what); },
                          [this](const begin_pause& it) {
                            world_.events.after(it.length, [this] { perform(rules_.pause_over()); });
                          },
                          [this](const finish&) {
                            over_ = true;
                            if (call_)
                              call_->hang_up();
                          }},
               effect);
}

void native_person::tell(const client_news& what) {
  world_.log.mix(what.index() + 100);
  if (world_.log.on())
    world_.log.say(world_.now(), name_, "is told: " + sim::describe(what));
  std::visit(overloaded{[this](const news::event& it) {
                          const auto& entry = *it.entry;
                          const bool ends = std::holds_alternative<left>(entry.body) && it.own;
                          world_.seen->told(name_, it.room.id, entry, ends && it.from == news::source::live);
                          if (ends && it.from == news::source::live)
                            in_.erase(it.room.name);
                        },
                        [this](const news::room_opened& it) {
                          if (!it.room.name.empty())
                            in_[it.room.name] = it.room.id;
                        },
                        [this](const news::room_closed& it) {
                          in_.erase(it.room.name);
                          world_.seen->left_room(name_, it.room.id);
                        },
                        [this](const news::confirmed& it) {
                          open_.erase(it.request);
                          if (const auto said = texts_by_number_.extract(it.request); said && it.at)
                            world_.seen->acknowledged(said.mapped(), it.at->room, it.at->seq);
                          else if (said)
                            world_.broken("'" + said.mapped() + "' was confirmed without its place");
                        },
                        [this](const news::refused& it) {
                          open_.erase(it.request);
                          const auto said = texts_by_number_.extract(it.request);
                          if (said && it.why.detail.find("not known") == std::string::npos)
                            world_.seen->refused(said.mapped());
                        },
                        [this](const news::logged_in& it) { nick_ = it.nick; },
                        [this](const news::over& it) {
                          over_ = true;
                          // Worker nodes die so often here that innocent log-ins are given up too; whose is, has left.
                          const bool is_given_up = it.why && it.why->code == error_code::internal_error;
                          if (!leaving_ && !is_given_up)
                            world_.broken(name_ + " was given up: " + (it.why ? sim::describe(*it.why) : "no reason"));
                        },
                        [](const auto&) {}},
             what);
}

void native_person::submit(ask::request what) {
  const auto number = ++last_number_;
  open_.insert(number);
  if (const auto* said = std::get_if<ask::post>(&what))
    texts_by_number_[number] = said->text;
  perform(rules_.submit(number, std::move(what)));
}

void native_person::say_in(const std::string& room) {
  ask::post said;
  said.to = ask::room_named{room};
  said.text = new_text(room);
  submit(std::move(said));
}

void native_person::act() {
  if (over_ || leaving_ || open_.size() > 12)
    return;
  auto& random = world_.random;
  const auto& room = random.one_of(rooms_);
  switch (random.below(32)) {
  case 0: submit(ask::leave{room, "later"}); return submit(ask::join{room, {}});
  case 1:
    // One at a time: what two of them leave behind is known to be wrong (docs/TESTING.md, "What is open").
    if (open_.contains(nick_change_))
      return;
    nick_change_ = last_number_ + 1;
    return submit(ask::change_nick{name_ + "_" + std::to_string(++nicks_)});
  case 2: return submit(ask::set_topic{room, "topic of " + name_});
  case 3: return submit(ask::history{ask::room_named{room}, ask::newest{10}, 0});
  case 4: return submit(ask::members{room});
  case 5: return submit(ask::ping{last_number_});
  case 6: return submit(ask::away{random.one_in(2) ? "out" : ""});
  case 7: return hang_up();
  case 8: {
    ask::post said;
    said.to = ask::person_named{"person" + std::to_string(random.below(6))};
    said.text = new_text("person");
    return submit(std::move(said));
  }
  default:
    for (auto count = random.below(4) + 1; count != 0; --count)
      say_in(room);
  }
}

void native_person::say_last() {
  for (const auto& room : rooms_) {
    submit(ask::join{room, {}});
    say_in(room);
  }
}

void native_person::quit() {
  leaving_ = true;
  submit(ask::quit{"bye"});
}

bool native_person::is_content() const {
  if (over_)
    return true;
  if (leaving_ || !open_.empty())
    return false;
  for (const auto& room : rooms_) {
    const auto in = in_.find(room);
    if (in == in_.end() || !world_.seen->is_told_all(name_, in->second))
      return false;
  }
  return true;
}

std::string native_person::describe() const {
  std::string text = name_ + ": " + std::to_string(open_.size()) + " requests open, in " + std::to_string(in_.size())
                     + " rooms" + (call_ ? ", connected" : ", not connected");
  for (const auto& [number, said] : texts_by_number_)
    text += ", '" + said + "'";
  return text;
}

} // namespace godwit::sim
