// How a session comes back: log in again with the same nick, join the rooms again, ask for what was missed, find out
// what became of the posts in doubt, and only then send what waits.
#include "client/rules/client_session.hpp"
#include "messages/names.hpp"

#include <algorithm>
#include <optional>
#include <set>

namespace godwit {
namespace {

/// What rooms and people are compared by; as typed where that is no name.
std::string folded_room(const std::string& typed) {
  auto folded = fold_room(typed);
  return "#" + (folded ? *folded : typed);
}

std::string folded_person(const std::string& typed) {
  auto folded = fold_nick(typed);
  return "@" + (folded ? *folded : typed);
}

std::optional<ask::target> target_of(const ask::request& request) {
  if (const auto* post = std::get_if<ask::post>(&request))
    return post->to;
  if (const auto* topic = std::get_if<ask::set_topic>(&request))
    return ask::room_named{topic->room};
  return std::nullopt;
}

/// Where the identity has never been nothing of its can be found.
bool is_nothing_there(error_code code) { return code == error_code::not_in_room || code == error_code::no_such_room; }

} // namespace

std::string client_session::key_of(const news::room_ref& room) const {
  return room.name.empty() ? folded_person(room.person) : folded_room(room.name);
}

std::string client_session::key_of(const ask::target& target) const {
  if (const auto* named = std::get_if<ask::room_named>(&target))
    return folded_room(named->room);
  if (const auto* person = std::get_if<ask::person_named>(&target))
    return folded_person(person->nick);
  return key_of(ref_of(std::get<ask::room_numbered>(target).room));
}

room_feed* client_session::feed_of(const std::string& key) {
  for (auto& [id, feed] : feeds_)
    if (key_of(feed.room()) == key)
      return &feed;
  return nullptr;
}

news::room_ref client_session::ref_of_named(const std::string& typed) {
  const auto* feed = feed_of(folded_room(typed));
  return feed != nullptr ? feed->room() : news::room_ref{{}, typed, {}};
}

bool client_session::has_quit() const {
  const auto* rest = refused_for_now_.empty() ? outbox_.only_request() : nullptr;
  return rest != nullptr && rest->was_sent() && std::holds_alternative<ask::quit>(rest->request);
}

void client_session::begin_session(session_id former, timestamp former_began) {
  outbox_.begin_anew(former);
  for (const auto number : outbox_.logged()) {
    tell_confirmed(*outbox_.take(number));
    if (is_over()) // it was the quit; the end has named the others
      return;
  }
  if (has_quit()) {
    tell_confirmed(*outbox_.take(outbox_.unfinished().front()));
    return;
  }
  phase_ = phase::logging_in;
  login_wanted_ = true;
  to_join_.clear();
  for (auto& [id, feed] : feeds_) {
    feed.session_over();
    if (!feed.room().name.empty())
      to_join_.insert(feed.room().name);
  }
  list_doubts(former_began);
  go_on();
}

void client_session::list_doubts(timestamp former_began) {
  for (auto& [key, room] : doubted_) { // of a return that was interrupted: it is looked at anew
    room.search.reset();
    room.unreadable.reset();
  }
  for (const auto* each : outbox_.in_doubt()) {
    if (const auto* join = std::get_if<ask::join>(&each->request); join != nullptr)
      if (feed_of(folded_room(join->room)) == nullptr)
        to_join_.insert(join->room);
    if (const auto target = target_of(each->request))
      doubt_in(*target, *each, former_began);
  }
}

void client_session::doubt_in(const ask::target& target, const outgoing& request, timestamp former_began) {
  const auto key = key_of(target);
  const auto [at, is_new] = doubted_.try_emplace(key);
  auto& room = at->second;
  if (is_new) // else: a feed that is there since the interrupted return began behind the doubts
    room = {target, feed_of(key) != nullptr, former_began, {}, false, {}};
  if (!room.position_known && !room.search) {
    room.search.emplace(request.former, room.began);
    room.asked = false;
  }
}

void client_session::begin_returning() {
  phase_ = phase::returning;
  if (away_)
    outbox_.submit_own(ask::away{*away_});
  for (auto& [id, feed] : feeds_) // rooms learn by their opening whether something was missed
    if (feed.room().name.empty())
      feed.begin_catching_up();
}

/// Whatever can be done next. Called whenever something ended.
void client_session::go_on() {
  if (!online_ || pausing_ || is_over())
    return;
  if (phase_ == phase::logging_in && std::exchange(login_wanted_, false))
    outbox_.submit_own(ask::login{nick_});
  if (phase_ == phase::live)
    ask_for_missing();
  if (phase_ != phase::returning || outbox_.own_under_way())
    return;
  for (const auto& room : to_join_)
    outbox_.submit_own(ask::join{room});
  if (!to_join_.empty())
    return;
  ask_for_missing();
  search_for_doubts();
  if (!outbox_.own_under_way())
    settle_doubts();
}

void client_session::search_for_doubts() {
  for (auto& [key, room] : doubted_) {
    const bool is_over = !room.search || room.search->done() || room.unreadable || !has_open_doubt(key);
    if (is_over || std::exchange(room.asked, true))
      continue;
    outbox_.submit_own(room.search->question(room.target), true);
  }
}

bool client_session::has_open_doubt(const std::string& key) {
  return std::ranges::any_of(outbox_.in_doubt(), [&](const auto* each) {
    const auto target = target_of(each->request);
    return target && !each->logged && key_of(*target) == key;
  });
}

void client_session::ask_for_missing() {
  if (phase_ == phase::logging_in || pausing_)
    return;
  for (auto& [id, feed] : feeds_) {
    if (!feed.catching_up() || feed.asked)
      continue;
    feed.asked = true;
    ask::target of = ask::room_numbered{id};
    if (feed.room().name.empty())
      of = ask::person_named{feed.room().person};
    outbox_.submit_own(ask::history{std::move(of), ask::since{feed.last()}, missed_events_per_answer});
  }
}

void client_session::settle_doubts() {
  std::vector<std::pair<request_number, std::optional<error>>> ended;
  std::set<std::string> left_again; // by requests that are sent again: what is behind such a one is not done yet
  for (auto* each : outbox_.in_doubt()) {
    each->in_doubt = false;
    const auto target = target_of(each->request);
    const auto doubted = target ? doubted_.find(key_of(*target)) : doubted_.end();
    const auto* join = std::get_if<ask::join>(&each->request);
    const auto* leave = std::get_if<ask::leave>(&each->request);
    const auto key = join ? folded_room(join->room) : leave ? folded_room(leave->room) : std::string{};
    const bool is_in = (join || leave) && feed_of(key) && !left_again.contains(key);
    if (leave && is_in)
      left_again.insert(key);
    if (each->logged || (join && is_in) || (leave && !is_in && !left_again.contains(key)))
      ended.emplace_back(each->number, std::nullopt);
    else if (doubted != doubted_.end() && doubted->second.unreadable)
      ended.emplace_back(each->number, doubted->second.unreadable);
  }
  doubted_.clear();
  phase_ = phase::live;
  for (const auto& [number, why] : ended) {
    auto request = *outbox_.take(number);
    if (why)
      say(news::refused{number, std::move(request.request), *why});
    else
      tell_confirmed(std::move(request));
  }
}

// ---------------------------------------------------------------------------- the end of the library's own requests

void client_session::own_ended(const outgoing& request) {
  if (std::holds_alternative<ask::login>(request.request))
    login_ended(request);
  else if (const auto* join = std::get_if<ask::join>(&request.request))
    join_ended(join->room, request.refused);
  else if (request.searches)
    search_ended(request);
  else if (const auto* history = std::get_if<ask::history>(&request.request); history != nullptr && request.refused)
    missing_refused(*history, *request.refused);
}

void client_session::login_ended(const outgoing& request) {
  if (!request.refused) {
    login_refusals_ = failed_logins_ = 0;
    pauses_.succeeded();
    say(news::logged_in{nick_, std::exchange(was_logged_in_, true)});
    begin_returning();
    return;
  }
  const auto& why = *request.refused;
  // The former session still has the nick, until the server has ended it.
  const bool failed = why.code == error_code::internal_error && ++failed_logins_ < failed_logins_max;
  const bool passes = failed || passes_by_itself(why.code) || (was_logged_in_ && why.code == error_code::nick_in_use);
  if (!passes || ++login_refusals_ >= refusals_max) {
    end(why, true);
    return;
  }
  login_wanted_ = true;
  pause_and_retry(why);
}

void client_session::join_ended(const std::string& room, const std::optional<error>& refused) {
  if (refused && passes_by_itself(refused->code)) {
    pause_and_retry(*refused); // to_join_ still has it
    return;
  }
  to_join_.erase(room);
  if (!refused)
    return;
  can_not_look(folded_room(room), *refused);
  const auto* feed = feed_of(folded_room(room));
  if (feed == nullptr)
    return; // only wished for: the user's own request will tell
  const auto ref = feed->room();
  feeds_.erase(ref.id);
  say(news::room_closed{ref, refused});
}

void client_session::search_ended(const outgoing& request) {
  const auto key = key_of(std::get<ask::history>(request.request).of);
  const auto at = doubted_.find(key);
  if (at == doubted_.end() || !at->second.search)
    return;
  auto& room = at->second;
  room.asked = false;
  if (!request.refused)
    room.search->page_over();
  else if (passes_by_itself(request.refused->code))
    pause_and_retry(*request.refused);
  else if (is_nothing_there(request.refused->code))
    room.search->stop();
  else
    can_not_look(key, *request.refused);
}

void client_session::missing_refused(const ask::history& question, const error& why) {
  const bool passes = passes_by_itself(why.code);
  const auto key = key_of(question.of);
  if (passes)
    pause_and_retry(why);
  auto* feed = feed_of(key);
  if (feed == nullptr)
    return;
  feed->asked = false;
  if (passes)
    return;
  can_not_look(key, why);
  tell_events(*feed, feed->give_up(), news::source::live);
}

/// What is in doubt there is not sent again, for it may stand in the log: the user is told.
void client_session::can_not_look(const std::string& key, const error& why) {
  if (const auto at = doubted_.find(key); at != doubted_.end())
    at->second.unreadable = error{why.code, "whether it was said before is not known"};
}

} // namespace godwit
