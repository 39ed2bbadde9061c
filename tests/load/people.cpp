#include "tests/load/people.hpp"

namespace godwit::test {
namespace {

constexpr std::size_t posts_under_way_max = 4;
constexpr std::size_t flood_at_once = 32;
constexpr std::size_t flood_unsent_bytes_max = 64 * 1024;
constexpr int rooms_per_hopper = 5;
/// Of a TLS hello, which is longer.
constexpr std::size_t half_hello_bytes_max = 200;

std::string numbered(const char* what, std::uint64_t number) { return what + std::to_string(number); }

/// Of the least size that the system gives.
constexpr int small_receive_buffer = 4096;

} // namespace

void person::begin() {
  connect();
  woken();
}

void person::opened() {
  if (greeting().resumed)
    return;
  may_resume_ = true;
  ask(ask::login{numbered("p", in().next_number())});
  enter();
}

void person::woken() {
  if (where() == phase::away)
    come_back();
  else if (where() == phase::open)
    act();
  wake_in(acts_every_);
}

void person::lost(const std::optional<error>& why) {
  if (why && (why->code == error_code::session_ended || why->code == error_code::resume_refused))
    may_resume_ = false;
}

void listener::enter() {
  for (const auto& room : rooms_)
    ask(ask::join{room});
}

void poster_of_many::enter() { ask(ask::join{room_}); }

void poster_of_many::act() {
  if (unconfirmed() < posts_under_way_max)
    ask(ask::post{ask::room_named{room_}, std::string(bytes_, 'x')});
}

void slow_reader::enter() { ask(ask::join{room_}); }

void slow_reader::act() {
  sleeps_ = !sleeps_;
  read(!sleeps_);
}

void slow_reader::come_back() {
  sleeps_ = false;
  connect({.resume = may_resume(), .receive_buffer = small_receive_buffer});
}

void flooder::enter() { ask(ask::join{room_}); }

void flooder::act() {
  for (std::size_t i = 0; i != flood_at_once && unsent_bytes() < flood_unsent_bytes_max; ++i) {
    if (i % 4 == 0)
      ask_and_forget(ask::post{ask::room_named{room_}, "flood"});
    else if (i % 4 == 1)
      ask_and_forget(ask::members{room_});
    else if (i % 4 == 2)
      ask_and_forget(ask::history{ask::room_named{room_}, ask::newest{20}, 0});
    else
      ask_and_forget(ask::ping{i});
  }
}

void hopper::enter() {
  rooms_ = 0;
  room_.clear();
  act();
}

void hopper::act() {
  if (unconfirmed() > posts_under_way_max)
    return;
  if (++rooms_ > rooms_per_hopper) {
    forget_session();
    ask(ask::quit{});
    return;
  }
  if (!room_.empty())
    ask(ask::leave{room_, {}});
  room_ = numbered("room", in().next_number());
  ask(ask::join{room_});
  ask(ask::post{ask::room_named{room_}, "is anybody here?"});
}

void wanderer::enter() { ask(ask::join{room_}); }

void wanderer::act() {
  if (vanishes_)
    forget_session();
  cut();
}

void half_opener::woken() {
  const auto chance = in().chance()();
  if (where() == phase::away || chance % 2 == 0)
    connect({.says_at_most = static_cast<std::size_t>(chance >> 32U) % half_hello_bytes_max});
  wake_in(stays_);
}

} // namespace godwit::test
