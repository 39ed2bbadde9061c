#include "client/rules/client_session.hpp"

#include <algorithm>
#include <iterator>

namespace godwit {
namespace {

/// The end of the year 9999. A server may say any number; with one up to here can be reckoned.
constexpr std::int64_t server_time_us_max = 253'402'300'800'000'000;

/// The session can not be resumed, but a new one can begin.
bool ends_the_session(error_code code) {
  return code == error_code::resume_refused || code == error_code::session_ended;
}

/// Another attempt would end the same way.
bool ends_everything(error_code code) {
  switch (code) {
  case error_code::version_unsupported:
  case error_code::identity_invalid:
  case error_code::bad_frame:
  case error_code::frame_too_large:
  case error_code::replaced:
  case error_code::killed:
  case error_code::certificate_refused:
  case error_code::certificate_unusable:
  case error_code::file_unusable: return true;
  default: return false;
  }
}

template <class Rows>
void append_rows(Rows& all, Rows& piece) {
  all.insert(all.end(), std::make_move_iterator(piece.begin()), std::make_move_iterator(piece.end()));
}

/// Answers that come in pieces are told whole.
void add_piece(std::optional<tell::answer>& whole, tell::answer& piece) {
  if (!whole || whole->index() != piece.index()) {
    whole = std::move(piece);
    return;
  }
  if (auto* members = std::get_if<tell::members>(&piece))
    append_rows(std::get<tell::members>(*whole).rows, members->rows);
  else if (auto* rooms = std::get_if<tell::rooms>(&piece))
    append_rows(std::get<tell::rooms>(*whole).rows, rooms->rows);
  else if (auto* history = std::get_if<tell::history>(&piece))
    append_rows(std::get<tell::history>(*whole).events, history->events);
  else
    whole = std::move(piece);
}

/// Whose answer the user is told.
bool is_question(const ask::request& request) {
  return std::holds_alternative<ask::members>(request) || std::holds_alternative<ask::rooms>(request)
         || std::holds_alternative<ask::read_topic>(request) || std::holds_alternative<ask::history>(request)
         || std::holds_alternative<ask::ping>(request) || std::holds_alternative<ask::read_settings>(request)
         || std::holds_alternative<ask::people>(request) || std::holds_alternative<ask::become_operator>(request)
         || std::holds_alternative<ask::set_user_modes>(request);
}

} // namespace

bool passes_by_itself(error_code code) {
  switch (code) {
  case error_code::no_worker_node:
  case error_code::no_broker_node:
  case error_code::store_unavailable:
  case error_code::stale_epoch:
  case error_code::shutting_down:
  case error_code::too_many_requests: return true;
  default: return false;
  }
}

client_session::client_session(std::string nick, std::uint64_t seed)
    : nick_(std::move(nick)), pauses_({std::chrono::milliseconds{250}, std::chrono::milliseconds{5'000}}, seed) {}

std::optional<control::resume_request> client_session::to_resume() const {
  if (!token_)
    return std::nullopt;
  control::resume_request offer{session_, *token_, {}};
  for (const auto& [id, feed] : feeds_)
    offer.positions.push_back({id.value, feed.last()});
  return offer;
}

// ------------------------------------------------------------------------------------------- what the user wants

client_effects client_session::submit(request_number number, ask::request request) {
  outgoing wanted;
  wanted.number = number;
  wanted.request = std::move(request);
  if (is_over())
    say(news::refused{number, std::move(wanted.request), {error_code::session_ended, {}}});
  else if (auto refused = wanted.request; !outbox_.submit(std::move(wanted)))
    say(news::refused{number, std::move(refused), {error_code::too_many_requests, {}}});
  send_what_may_be();
  return take_effects();
}

void client_session::send_what_may_be() {
  if (!online_ || is_over())
    return;
  auto frames = outbox_.next_frames(phase_ != phase::live || !refused_for_now_.empty());
  if (!frames.empty())
    effects_.emplace_back(send_frames{std::move(frames)});
}

client_effects client_session::pause_over() {
  pausing_ = false;
  if (is_over())
    return {};
  outbox_.put_back(std::exchange(refused_for_now_, {}));
  go_on();
  send_what_may_be();
  return take_effects();
}

client_effects client_session::give_up(const error& why) {
  if (!is_over())
    end(why);
  return take_effects();
}

void client_session::end(std::optional<error> why, bool login_refused) {
  auto unfinished = outbox_.unfinished();
  for (const auto& each : refused_for_now_)
    unfinished.push_back(each.number);
  for (const auto& each : confirmed_) // behind a quit: the end came first
    if (each.number != 0)
      unfinished.push_back(each.number);
  std::ranges::sort(unfinished);
  phase_ = phase::over;
  online_ = false;
  say(news::over{std::move(why), login_refused, std::move(unfinished)});
  effects_.emplace_back(finish{});
}

// ------------------------------------------------------------------------------------------ what a server says

client_effects client_session::receive(server_frame frame) {
  if (is_over())
    return {};
  std::visit([this](auto& what) { take(what); }, frame);
  send_what_may_be();
  return take_effects();
}

void client_session::take(const tell::confirmed& what) {
  for (auto& each : outbox_.confirm(what.op))
    confirmed_.push_back(std::move(each));
  while (!confirmed_.empty() && !is_over()) {
    auto first = std::move(confirmed_.front());
    confirmed_.pop_front();
    ended(std::move(first));
  }
  confirmed_.clear(); // `over` has named them
  if (!is_over())
    go_on();
}

void client_session::take(client_reply& reply) {
  // While the session comes back, the server does not know yet of rooms that are to be joined again.
  if (const auto* gone = std::get_if<tell::has_left>(&reply.answer); gone && (reply.op != 0 || phase_ == phase::live)) {
    const auto at = feeds_.find(gone->room);
    if (at != feeds_.end()) {
      say(news::room_closed{at->second.room(), {}});
      feeds_.erase(at);
    }
  }
  auto* asked = outbox_.find(reply.op);
  if (asked == nullptr)
    return; // of no request, or of one that has ended
  if (const auto* why = std::get_if<error>(&reply.answer)) {
    asked->refused = *why;
    return;
  }
  if (const auto* at = std::get_if<tell::was_posted>(&reply.answer))
    asked->logged = *at;
  if (const auto* changed = std::get_if<tell::nick_changed>(&reply.answer))
    nick_ = changed->nick;
  if (asked->number == 0)
    take_own_piece(*asked, reply.answer, reply.more);
  else
    add_piece(asked->answer, reply.answer);
}

void client_session::take_own_piece(const outgoing& asked, tell::answer& piece, bool more) {
  if (auto* in = std::get_if<tell::logged_in>(&piece)) {
    nick_ = in->nick;
    return;
  }
  auto* history = std::get_if<tell::history>(&piece);
  const auto* question = std::get_if<ask::history>(&asked.request);
  if (history == nullptr || question == nullptr)
    return;
  for (const auto& each : history->events)
    note_logged(each);
  if (asked.searches) {
    if (const auto at = doubted_.find(key_of(question->of)); at != doubted_.end() && at->second.search)
      for (const auto& each : history->events)
        at->second.search->take(each);
    return;
  }
  const auto at = feeds_.find(history->room);
  if (at == feeds_.end())
    return;
  auto& feed = at->second;
  bool has_left = tell_events(feed, feed.missed(std::move(history->events)), news::source::missed);
  if (!more)
    has_left = tell_events(feed, feed.caught_up(missed_events_per_answer), news::source::live) || has_left;
  if (has_left)
    feeds_.erase(at);
}

void client_session::take(tell::room_opened& what) {
  news::room_ref room{what.room, what.title, what.person};
  auto& feed = feeds_.try_emplace(what.room, room, what.seq).first->second;
  if (feed.opened(room, what.seq))
    say(news::room_opened{std::move(room)});
  ask_for_missing();
}

void client_session::take(tell::event& what) {
  const auto at = feeds_.find(what.room);
  if (at == feeds_.end())
    return; // a room that the client has left
  note_logged(what);
  if (tell_events(at->second, at->second.live(std::move(what)), news::source::live))
    feeds_.erase(at);
}

void client_session::note_logged(const tell::event& what) {
  // The log has it: whatever becomes of this session, the request behind it is done.
  if (auto* asked = cause_of(what); asked != nullptr && is_trace_of(what.entry->body, asked->request))
    asked->logged = tell::was_posted{what.room, what.entry->seq, what.entry->time};
}

/// The user's request behind it, of this session or a former one.
outgoing* client_session::cause_of(const tell::event& what) {
  if (auto* asked = outbox_.find(what.op))
    return asked;
  return what.frame.session ? outbox_.find_in_doubt(what.frame) : nullptr;
}

void client_session::take(tell::presence& what) {
  const auto at = feeds_.find(what.room);
  if (at != feeds_.end() && at->second.is_news(what.nick, what.away))
    say(news::presence{ref_of(what.room), std::move(what.nick), std::move(what.away)});
}

bool client_session::tell_events(room_feed& feed, std::vector<tell::event> events, news::source from) {
  bool has_left = false;
  for (auto& each : events) {
    note_logged(each);
    const auto* asked = cause_of(each);
    const bool own = each.op != 0 || each.entry->nick == nick_;
    const auto& body = each.entry->body;
    if (each.op != 0 && std::holds_alternative<renamed>(body))
      nick_ = std::get<renamed>(body).to;
    if (each.op != 0 && (std::holds_alternative<left>(body) || std::holds_alternative<joined>(body)))
      has_left = std::holds_alternative<left>(body); // the last of them counts: it may be back in the room already
    if (!std::holds_alternative<unknown_entry>(body))
      say(news::event{feed.room(), each.entry, asked == nullptr ? 0 : asked->number, own, from});
    feed.follow(*each.entry, own);
  }
  return has_left;
}

// --------------------------------------------------------------------------------------- the end of a request

void client_session::ended(outgoing request) {
  if (request.number == 0)
    own_ended(request);
  else
    user_ended(std::move(request));
}

void client_session::user_ended(outgoing request) {
  if (!request.refused) {
    tell_confirmed(std::move(request));
    return;
  }
  const auto why = *request.refused;
  if (passes_by_itself(why.code) && ++request.refusals < refusals_max) {
    request.refused.reset();
    refused_for_now_.push_back(std::move(request));
    pause_and_retry(why);
    return;
  }
  say(news::refused{request.number, std::move(request.request), why});
}

void client_session::tell_confirmed(outgoing request) {
  pauses_.succeeded();
  if (const auto* away = std::get_if<ask::away>(&request.request))
    away_ = away->text.empty() ? std::nullopt : std::optional{away->text};
  news::room_ref room;
  if (request.logged)
    room = ref_of(request.logged->room);
  if (request.answer && is_question(request.request)) {
    auto about = room;
    if (const auto* topic = std::get_if<tell::topic>(&*request.answer))
      about = ref_of(topic->room);
    else if (const auto* history = std::get_if<tell::history>(&*request.answer))
      about = ref_of(history->room);
    else if (const auto* members = std::get_if<ask::members>(&request.request))
      about = ref_of_named(members->room);
    say(news::answered{request.number, request.request, std::move(about), std::move(*request.answer)});
  }
  const bool quits = std::holds_alternative<ask::quit>(request.request);
  say(news::confirmed{request.number, std::move(request.request), std::move(room), request.logged});
  if (quits)
    end({});
}

void client_session::pause_and_retry(const error& why) {
  if (std::exchange(pausing_, true))
    return;
  const auto length = pauses_.next();
  say(news::waiting{why, length});
  effects_.emplace_back(begin_pause{length});
}

news::room_ref client_session::ref_of(room_id room) const {
  const auto at = feeds_.find(room);
  return at == feeds_.end() ? news::room_ref{room, {}, {}} : at->second.room();
}

// -------------------------------------------------------------------------------------------- the connection

client_effects client_session::lost(const error& why) {
  if (is_over())
    return {};
  const bool own_doing = why.code == error_code::replaced && std::exchange(gave_up_resuming_, false);
  gave_up_resuming_ = gave_up_resuming_ || (!online_ && token_);
  online_ = false;
  if (own_doing)
    return take_effects();
  if (ends_the_session(why.code))
    token_.reset();
  if (ends_the_session(why.code) && has_quit())
    tell_confirmed(*outbox_.take(outbox_.unfinished().front())); // it has ended, as was wished
  else if (ends_everything(why.code))
    end(why);
  return take_effects();
}

client_effects client_session::connected(const control::server_hello& greeting) {
  if (is_over())
    return {};
  online_ = true;
  const bool resumed = greeting.resumed && token_ && greeting.session == session_;
  const auto former = std::exchange(session_, greeting.session);
  token_ = greeting.token;
  say(news::connected{greeting.node, session_, resumed});
  if (resumed) {
    if (auto frames = outbox_.resend(); !frames.empty())
      effects_.emplace_back(send_frames{std::move(frames)});
    for (auto& [id, feed] : feeds_)
      feed.resumed();
    go_on();
  } else {
    const auto server_time = std::clamp(greeting.server_time_us, std::int64_t{0}, server_time_us_max);
    begin_session(former, std::exchange(began_, timestamp{std::chrono::microseconds{server_time}}));
  }
  send_what_may_be();
  return take_effects();
}

} // namespace godwit
