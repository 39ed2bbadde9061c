// How a session comes back: log in again with the same nick, join the rooms again, ask for what was missed, find out
// what became of the posts in doubt, and only then send what waits.
#include "client/rules/client_session.hpp"
#include "messages/names.hpp"

#include <algorithm>

namespace godwit {
namespace {

/// Of a conversation of which the client had been told nothing: so far back may a post in doubt stand.
constexpr std::uint32_t evidence_events = 256;

/// What rooms and people are compared by; as typed where that is no name.
std::string folded_room(const std::string& typed) {
  auto folded = fold_room(typed);
  return "#" + (folded ? *folded : typed);
}

std::string folded_person(const std::string& typed) {
  auto folded = fold_nick(typed);
  return "@" + (folded ? *folded : typed);
}

const ask::target* target_of(const ask::request& request, ask::target& made) {
  if (const auto* post = std::get_if<ask::post>(&request))
    return &post->to;
  if (const auto* topic = std::get_if<ask::set_topic>(&request)) {
    made = ask::room_named{topic->room};
    return &made;
  }
  return nullptr;
}

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

bool client_session::has_quit() const {
  const auto* rest = refused_for_now_.empty() ? outbox_.only_request() : nullptr;
  return rest != nullptr && rest->was_sent() && std::holds_alternative<ask::quit>(rest->request);
}

void client_session::begin_session() {
  outbox_.begin_anew();
  for (const auto number : outbox_.logged())
    tell_confirmed(*outbox_.take(number));
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
  list_doubts();
  go_on();
}

void client_session::list_doubts() {
  for (const auto* each : outbox_.in_doubt()) {
    if (const auto* join = std::get_if<ask::join>(&each->request); join != nullptr)
      if (feed_of(folded_room(join->room)) == nullptr)
        to_join_.insert(join->room);
    ask::target made;
    const auto* target = target_of(each->request, made);
    if (target == nullptr)
      continue;
    const auto key = key_of(*target);
    // What is known from an interrupted return stays: those events are told already, and will not come again.
    if (!evidence_.contains(key))
      evidence_[key].position_known = feed_of(key) != nullptr;
    if (!evidence_[key].position_known)
      evidence_wanted_[key] = *target;
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
  for (auto& [key, target] : std::exchange(evidence_wanted_, {}))
    outbox_.submit_own(ask::history{target, ask::newest{evidence_events}, 0});
  if (!outbox_.own_under_way())
    settle_doubts();
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
  std::map<std::string, std::vector<outgoing*>> by_room;
  std::vector<request_number> done;
  for (auto* each : outbox_.in_doubt()) {
    each->in_doubt = false;
    ask::target made;
    if (const auto* target = target_of(each->request, made))
      by_room[key_of(*target)].push_back(each);
    else if (const auto* join = std::get_if<ask::join>(&each->request); join && feed_of(folded_room(join->room)))
      done.push_back(each->number);
    else if (const auto* leave = std::get_if<ask::leave>(&each->request); leave && !feed_of(folded_room(leave->room)))
      done.push_back(each->number);
  }
  for (const auto& [key, requests] : by_room) {
    const auto* feed = feed_of(key);
    const auto room = feed != nullptr ? feed->room().id : evidence_rooms_[key];
    const auto found = find_in_log({requests.begin(), requests.end()}, room, evidence_[key], nick_);
    for (std::size_t i = 0; i < found.size(); ++i) {
      requests[i]->logged = found[i];
      if (found[i])
        done.push_back(requests[i]->number);
    }
  }
  evidence_.clear();
  evidence_rooms_.clear();
  phase_ = phase::live;
  std::ranges::sort(done);
  for (const auto number : done)
    tell_confirmed(*outbox_.take(number));
}

// ---------------------------------------------------------------------------- the end of the library's own requests

void client_session::own_ended(const outgoing& request) {
  if (std::holds_alternative<ask::login>(request.request))
    login_ended(request);
  else if (const auto* join = std::get_if<ask::join>(&request.request))
    join_ended(join->room, request.refused);
  else if (const auto* history = std::get_if<ask::history>(&request.request); history != nullptr && request.refused)
    history_refused(*history, *request.refused);
}

void client_session::login_ended(const outgoing& request) {
  if (!request.refused) {
    login_refusals_ = 0;
    pauses_.succeeded();
    say(news::logged_in{nick_, std::exchange(was_logged_in_, true)});
    begin_returning();
    return;
  }
  const auto& why = *request.refused;
  // The former session still has the nick, until the server has ended it.
  const bool passes = passes_by_itself(why.code) || (was_logged_in_ && why.code == error_code::nick_in_use);
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
  const auto* feed = feed_of(folded_room(room));
  if (feed == nullptr)
    return; // only wished for: the user's own request will tell
  const auto ref = feed->room();
  feeds_.erase(ref.id);
  say(news::room_closed{ref, refused});
}

void client_session::history_refused(const ask::history& question, const error& why) {
  const bool passes = passes_by_itself(why.code);
  const auto key = key_of(question.of);
  if (passes)
    pause_and_retry(why);
  if (std::holds_alternative<ask::newest>(question.range)) {
    if (passes)
      evidence_wanted_[key] = question.of;
    return;
  }
  auto* feed = feed_of(key);
  if (feed == nullptr)
    return;
  feed->asked = false;
  if (!passes)
    tell_events(*feed, feed->give_up(), news::source::live);
}

} // namespace godwit
