// A client library whose server says anything: the rules of its session, and what its user is shown of it.
#include "client/chat/news_printer.hpp"
#include "client/rules/client_session.hpp"
#include "client/rules/session_view.hpp"
#include "messages/control_codec.hpp"
#include "messages/native_codec.hpp"
#include "messages/overloaded.hpp"
#include "tests/fuzz/fuzz.hpp"

#include <nlohmann/json.hpp>

#include <set>

namespace godwit {
namespace {

using fuzz::choices;
using fuzz::require;

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

/// What people and programs get to see.
void check_lines(const client_news& what) {
  for (const auto& line : json_lines(what).out) {
    require(line.find('\n') == std::string::npos, "news are one line of JSON each");
    require(nlohmann::json::accept(line), "news are JSON");
  }
  const auto text = text_lines(what);
  for (const auto* lines : {&text.out, &text.errors})
    for (const auto& line : *lines)
      require(std::ranges::none_of(line, [](char c) { return is_control(c) && c != '\n'; }),
              "a terminal gets no control character of others");
}

class hostile_server {
public:
  explicit hostile_server(choices input) : input_(input) {}

  void run() {
    for (unsigned step = 0; step != 500 && !input_.empty(); ++step)
      any_step();
    perform(session_.give_up({error_code::tls_failed, {}}));
    require(over_ && session_.is_over(), "a client that gives up is over");
    for (const auto number : open_)
      require(unfinished_.contains(number), "a request has an end, or is named as unfinished");
  }

private:
  void any_step() {
    switch (input_.of(12)) {
    case 0: hear_control(input_.text()); break;
    case 1: hear(input_.text()); break;
    case 2:
    case 3:
    case 4: hear(fuzz::content_of_frame(native::encode(any_frame()), 0)); break;
    case 5:
    case 6: submit(); break;
    case 7: perform(session_.connected(any_greeting())); break;
    case 8: perform(session_.lost({error_code::tls_failed, {}})); break;
    case 9: perform(session_.pause_over()); break;
    default: answer_honestly(); break;
    }
  }

  timestamp any_time() {
    static constexpr std::int64_t times[] = {0,  1'700'000'000'000'000,  INT64_MAX, INT64_MIN,
                                             -1, 253'402'300'800'000'000};
    return timestamp{std::chrono::microseconds{times[input_.of(std::size(times))]}};
  }
  std::uint64_t any_number() { return input_.of(16) == 15 ? ~std::uint64_t{0} - input_.of(3) : input_.of(12); }
  std::string any_name() {
    static const std::string names[] = {"lobby", "attic", "ada", "bob", "", "LOBBY", "\x1b[2J", "a\nb", "\xff"};
    return names[input_.of(std::size(names))];
  }
  shared_entry any_entry() {
    log_entry entry;
    entry.seq = any_number();
    entry.time = any_time();
    entry.nick = any_name();
    entry.name.op = any_number();
    switch (input_.of(6)) {
    case 0: entry.body = joined{}; break;
    case 1: entry.body = left{any_name(), input_.of(2) == 1}; break;
    case 2: entry.body = topic_set{any_name()}; break;
    case 3: entry.body = renamed{any_name()}; break;
    default: entry.body = posted{input_.text()}; break;
    }
    return std::make_shared<const log_entry>(std::move(entry));
  }
  tell::event any_event() {
    auto entry = any_entry();
    const auto op = entry->name.op;
    return {room_id{any_number()}, op, std::move(entry)};
  }
  tell::answer any_answer() {
    switch (input_.of(11)) {
    case 0: return error{static_cast<error_code>(input_.two_bytes() % 100), any_name()};
    case 1: return tell::logged_in{any_name()};
    case 2: return tell::nick_changed{any_name()};
    case 3: return tell::members{{{any_name(), any_name()}}};
    case 4: return tell::rooms{{{any_name(), input_.byte(), any_name()}}};
    case 5: return tell::topic{room_id{any_number()}, any_name(), any_name(), any_time()};
    case 6: return tell::history{room_id{any_number()}, {any_event(), any_event()}};
    case 7: return tell::pong{any_number()};
    case 8: return tell::was_posted{room_id{any_number()}, any_number(), any_time()};
    case 9: return tell::is_away{any_name()};
    default: return tell::has_left{room_id{any_number()}};
    }
  }
  server_frame any_frame() {
    switch (input_.of(5)) {
    case 0: return tell::confirmed{any_number()};
    case 1: return client_reply{any_number(), input_.of(4) == 3, any_answer()};
    case 2: return tell::room_opened{room_id{any_number()}, any_name(), any_name(), any_number()};
    case 3: return tell::presence{room_id{any_number()}, any_name(), any_name()};
    default: return any_event();
    }
  }
  control::server_hello any_greeting() {
    control::server_hello out;
    out.session = {any_number()};
    out.resumed = input_.of(2) == 1;
    out.server_time_us = any_time().time_since_epoch().count();
    out.node = any_name();
    return out;
  }

  void submit() {
    static const ask::request requests[] = {ask::join{"lobby"},
                                            ask::post{ask::room_named{"lobby"}, "x"},
                                            ask::post{ask::person_named{"bob"}, "y"},
                                            ask::leave{"lobby", ""},
                                            ask::members{"lobby"},
                                            ask::history{ask::room_named{"lobby"}, ask::newest{5}},
                                            ask::change_nick{"b"},
                                            ask::rooms{},
                                            ask::away{"a"},
                                            ask::ping{1},
                                            ask::read_topic{"lobby"},
                                            ask::quit{"q"}};
    if (over_)
      return;
    open_.insert(++submitted_);
    perform(session_.submit(submitted_, requests[input_.of(std::size(requests))]));
  }

  /// So that the session gets as far as honest ones do.
  void answer_honestly() {
    if (sent_.empty())
      return;
    const auto asked = sent_.front();
    sent_.erase(sent_.begin());
    if (std::holds_alternative<ask::login>(asked.request))
      receive(client_reply{asked.op, false, tell::logged_in{"ada"}});
    if (const auto* join = std::get_if<ask::join>(&asked.request)) {
      receive(tell::room_opened{room_id{1}, join->room, "", 0});
      log_entry entry;
      entry.seq = ++seq_;
      entry.name.op = asked.op;
      entry.nick = "ada";
      entry.body = joined{};
      receive(tell::event{room_id{1}, asked.op, std::make_shared<const log_entry>(entry)});
    }
    receive(tell::confirmed{asked.op});
  }

  void hear_control(const std::string& bytes) {
    const auto said = control::decode_server_control(bytes);
    if (!said)
      return;
    if (const auto* greeting = std::get_if<control::server_hello>(&*said))
      perform(session_.connected(*greeting));
    if (const auto* closed = std::get_if<control::connection_closed>(&*said))
      perform(session_.lost(closed->why));
  }
  void hear(const std::string& bytes) {
    auto frame = native::decode_server_frame(bytes);
    if (frame)
      receive(std::move(*frame));
  }
  void receive(server_frame frame) { perform(session_.receive(std::move(frame))); }

  void perform(const client_effects& effects) {
    for (const auto& each : effects)
      std::visit(overloaded{[this](const send_frames& it) { note(it); }, [this](const tell_user& it) { show(it.what); },
                            [](const begin_pause& it) { require(it.length.count() >= 0, "a pause has a length"); },
                            [](const finish&) {}},
                 each);
  }

  void note(const send_frames& what) {
    for (const auto& each : what.frames) {
      require(each.op != 0 && !native::encode(each).empty(), "what is sent can be written");
      sent_.push_back(each);
    }
  }

  void show(const client_news& what) {
    require(!over_, "`over` is the last of all");
    check_lines(what);
    view_.apply(what);
    std::visit(overloaded{[this](const news::event& it) { check_event(it); },
                          [this](const news::room_closed& it) { seq_by_room_.erase(it.room.id); },
                          [this](const news::confirmed& it) { end_of(it.request); },
                          [this](const news::refused& it) { end_of(it.request); },
                          [this](const news::over& it) {
                            over_ = true;
                            unfinished_.insert(it.unfinished.begin(), it.unfinished.end());
                          },
                          [](const auto&) {}},
               what);
  }
  void check_event(const news::event& what) {
    auto& last = seq_by_room_[what.room.id];
    require(what.entry->seq > last, "the events of a room come in the order of their seq, each once");
    last = what.entry->seq;
    if (what.own && std::holds_alternative<left>(what.entry->body))
      seq_by_room_.erase(what.room.id); // whoever comes in again begins anew: a client does not remember all it left
  }
  void end_of(request_number number) {
    if (number != 0)
      require(open_.erase(number) == 1, "a request ends once");
  }

  choices input_;
  client_session session_{"ada", 1};
  session_view view_;
  std::vector<client_command> sent_;
  std::set<request_number> open_;
  std::set<request_number> unfinished_;
  std::map<room_id, room_seq> seq_by_room_;
  request_number submitted_ = 0;
  room_seq seq_ = 0;
  bool over_ = false;
};

} // namespace
} // namespace godwit

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  godwit::hostile_server({data, size}).run();
  return 0;
}
