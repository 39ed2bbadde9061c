#include "actors/rules/route.hpp"

#include <algorithm>
#include <utility>

namespace godwit {
namespace {

constexpr std::uint8_t broker_role = 1;

/// How long this takes says nothing about where two secrets differ.
bool equal_in_constant_time(const std::array<std::uint8_t, 32>& a, const std::array<std::uint8_t, 32>& b) {
  volatile std::uint8_t difference = 0;
  for (std::size_t i = 0; i != a.size(); ++i)
    difference = static_cast<std::uint8_t>(difference | (a[i] ^ b[i]));
  return difference == 0;
}

template <class Request>
Request request_for(const route_settings& settings, const route_claim& claim) {
  Request ask;
  ask.session = claim.session;
  ask.proxy = settings.proxy;
  ask.proxy_incarnation = settings.proxy_incarnation;
  ask.protocol = claim.protocol;
  ask.identity = claim.identity;
  ask.token_hash = claim.token.chain;
  return ask;
}

bool equal_in_constant_time(const token_name& a, const token_name& b) {
  const bool same_chain = equal_in_constant_time(a.chain, b.chain);
  return same_chain && a.number == b.number; // numbers are no secrets
}

constexpr std::size_t weight_of_message = 128; // without what varies
constexpr std::size_t weight_of_position = 16;

} // namespace

route::route(const route_settings& settings, opening_kind kind, route_claim claim, steady_time now, route_effects& out)
    : settings_(&settings), claim_(std::move(claim)), proven_token_(claim_.token), newest_token_(claim_.token),
      deadline_(now + settings.opening_timeout), kind_(kind) {
  if (kind_ == opening_kind::resumed_session)
    newest_token_ = {claim_.next_chain, 0};
  out.emplace_back(take_client{});
  ask_directory(out);
}

void route::ask_directory(route_effects& out) const {
  auto to = broker_service(entity_kind::directory);
  if (kind_ == opening_kind::new_session)
    out.emplace_back(send{std::move(to), request_for<place_session>(*settings_, claim_)});
  else {
    auto ask = request_for<resume_session>(*settings_, claim_);
    ask.token_hash = proven_token_.chain;
    ask.token_number = proven_token_.number;
    ask.next_token_hash = newest_token_.chain;
    out.emplace_back(send{std::move(to), std::move(ask)});
  }
}

// ------------------------------------------------------------------------------------------------- from the client

void route::client_sent(shared_bytes frame, route_effects& out) {
  frames_bytes_ += frame->size();
  frames_.push_back({frame_kind::data, std::move(frame)});
  tell_frames(out);
  if (reading_ && !within_limits()) {
    reading_ = false;
    out.emplace_back(stop_reading{});
  }
}

void route::client_lost(steady_time now, route_effects& out) {
  has_client_ = false;
  if (state_ != state::attached)
    return;
  client_drained(out); // nothing waits for nobody; else the session would
  state_ = state::detached;
  if (claim_.protocol == protocol::native)
    deadline_ = now + settings_->resume_timeout;
  else
    begin_closing("Connection lost", out);
}

resume_verdict route::resume(const route_claim& claim, steady_time now, route_effects& out) {
  const bool same = same_secrets(claim);
  if (state_ == state::opening) {
    if (kind_ == opening_kind::new_session)
      return resume_verdict::refused; // nobody has its token yet
    if (!same)
      return resume_verdict::wait;
    take(claim, out);
    return resume_verdict::taken;
  }
  if (!same)
    return resume_verdict::refused;
  if (state_ == state::closing)
    return resume_verdict::ended;
  if (newest_token_.number + 1 == limits::tokens_per_chain) {
    end({error_code::replaced, {}}, out);
    return resume_verdict::anew;
  }
  token_shown(claim.token, out);
  ++newest_token_.number;
  take(claim, out);
  state_ = state::attached;
  resumed_at_ = now;
  deadline_.reset();
  attach(out);
  out.emplace_back(greet_client{true, newest_token_.number});
  return resume_verdict::taken;
}

void route::client_has_token(route_effects& out) { token_shown(newest_token_, out); }

/// The client has it, so every former one is over: here, and by the directory's row everywhere.
void route::token_shown(const token_name& which, route_effects& out) {
  if (which == proven_token_)
    return;
  proven_token_ = which;
  tell_token(out);
}

void route::tell_token(route_effects& out) const {
  out.emplace_back(send{broker_service(entity_kind::directory),
                        godwit::renew_token{claim_.session, settings_->proxy, settings_->proxy_incarnation,
                                            proven_token_.chain, proven_token_.number}});
}

void route::take(const route_claim& claim, route_effects& out) {
  if (has_client_)
    out.emplace_back(close_client{{error_code::replaced, {}}});
  forget_frames(); // the client says them again
  claim_.positions = claim.positions;
  claim_.peer_address = claim.peer_address;
  has_client_ = true;
  reading_ = true;
  out.emplace_back(take_client{});
}

void route::client_drained(route_effects& out) {
  if (!std::exchange(paced_, false) || !housed())
    return;
  out.emplace_back(send{session_at(worker_, claim_.session), sending_resumed{claim_.session, epoch_, attach_}});
}

// --------------------------------------------------------------------------------- from the directory and the session

void route::placed(const session_placed& what, steady_time now, route_effects& out) {
  const bool was_opening = state_ == state::opening;
  if (!was_opening && (what.why || what.epoch <= epoch_))
    return; // the answer to a question that was asked again
  if (what.why)
    return end(*what.why, out);
  epoch_ = what.epoch;
  worker_ = what.worker;
  worker_incarnation_ = what.worker_incarnation;
  if (!was_opening)
    return attach(out);

  from_store_ = what.resumed;
  deadline_.reset();
  state_ = state::attached;
  attach(out);
  if (has_client_)
    out.emplace_back(greet_client{what.resumed, newest_token_.number});
  else if (kind_ == opening_kind::new_session)
    begin_closing("Connection lost", out); // nobody knows the token
  else
    client_lost(now, out);
}

void route::output(session_output what, route_effects& out) {
  if (!from_owner(what.epoch, what.attach))
    return;
  answered(out);
  heard_ = true;
  if (what.snapshot)
    snapshot_ = std::move(*what.snapshot);
  if (what.cost != 0 && has_client_)
    out.emplace_back(charge_client{what.cost});
  if (has_client_)
    for (auto& reply : what.replies)
      out.emplace_back(write_to_client{std::move(reply)});
  const bool closed = state_ == state::closing && what.confirmed_in_seq + 1 >= next_in_seq();
  if (what.close)
    return end(std::move(*what.close), out);
  if (closed) // it was the last frame: all that the session had to do is done
    return end({error_code::session_ended, {}}, out);
  confirm(what.confirmed_in_seq, out);
  tell_frames(out);
  if (what.paced) {
    paced_ = true;
    if (has_client_)
      out.emplace_back(report_when_drained{});
    else
      client_drained(out);
  }
  move_if_quiet(out);
}

void route::confirm(std::uint64_t in_seq, route_effects& out) {
  if (in_seq < first_in_seq_)
    return;
  restarts_ = 0;
  const auto count = std::min<std::uint64_t>(in_seq - first_in_seq_ + 1, frames_.size());
  const auto end = frames_.begin() + static_cast<std::ptrdiff_t>(count);
  for (auto it = frames_.begin(); it != end; ++it)
    frames_bytes_ -= it->bytes->size();
  frames_.erase(frames_.begin(), end);
  first_in_seq_ += count;
  if (!reading_ && within_limits()) {
    reading_ = true;
    if (has_client_)
      out.emplace_back(continue_reading{});
  }
}

bool route::accept(const delivery& what) {
  if (!from_owner(what.epoch, what.attach) || !advance(what.position))
    return false;
  return has_client_ && what.payload && !what.payload->empty();
}

bool route::advance(const stream_position& to) {
  if (to.position == 0) // passing
    return true;
  auto& all = claim_.positions;
  const auto found =
    std::find_if(all.rbegin(), all.rend(), [&](const stream_position& known) { return known.stream == to.stream; });
  if (found == all.rend()) {
    if (all.size() >= limits::streams_per_session_max)
      all.erase(all.begin());
    all.push_back(to);
    return true;
  }
  if (to.position <= found->position)
    return false;
  found->position = to.position;
  std::rotate(found.base() - 1, found.base(), all.end());
  return true;
}

void route::attach_refused(const godwit::attach_refused& what, route_effects& out) {
  if (!from_owner(what.epoch, what.attach))
    return;
  answered(out);
  if (what.why.code == error_code::stale_epoch) // a word between nodes; for the client its session is somewhere else
    return end({error_code::session_lost, {}}, out);
  const bool can_begin_anew = from_store_ || !snapshot_.empty();
  if (what.why.code == error_code::session_lost && can_begin_anew && restarts_ < limits::session_restarts_max) {
    ++restarts_;
    note_death();
    return attach(out);
  }
  end(what.why, out);
}

void route::revoked(const route_revoked& what, route_effects& out) {
  if (state_ != state::opening && epoch_ <= what.epoch)
    end(what.why, out);
}

// --------------------------------------------------------------------------------------------------- from the node

void route::link_reset(const godwit::link_reset& what, const membership_view& view, route_effects& out) {
  const bool is_broker = (what.roles & broker_role) != 0;
  if (state_ == state::opening) {
    if (is_broker)
      ask_directory(out);
    return;
  }
  if (is_broker)
    tell_token(out); // also where it is known: who has ended the session meanwhile says so
  if (is_broker && state_ == state::closing)
    tell_closing(out);
  if (what.node != worker_)
    return;
  if (what.incarnation != worker_incarnation_)
    return worker_lost(view, out);
  attach_later(out);
}

void route::follow(const membership_view& view, route_effects& out) {
  if (wanted_ && standing_of(view, wanted_->to.node, wanted_->to.incarnation) == standing::dead) {
    wanted_.reset(); // else it would go there when it is quiet, and nobody would tell it again that this node is dead
    pass_on_held(out);
  }
  if (state_ != state::opening && (!housed() || standing_of(view, worker_, worker_incarnation_) == standing::dead))
    worker_lost(view, out);
}

void route::worker_lost(const membership_view& view, route_effects& out) {
  note_death();
  house(home_of(claim_.session, view, {worker_, worker_incarnation_}), out);
}

/// A worker node's, or that of the session's actor alone. Of an owner that was told suspects one at a time, the oldest
/// is the only one that it had.
void route::note_death() {
  const bool had_frames = housed() && !attach_due_ && told_until_ > first_in_seq_ && !frames_.empty();
  if (!had_frames)
    return;
  if (first_in_seq_ >= suspects_until_)
    suspects_until_ = told_until_;
  else if (frames_.front().kind != frame_kind::closed) // a session must end, whatever dies of it
    give_up_ = first_in_seq_;
}

/// The switch. From here on the session is the new owner's, whatever the former one is still doing.
void route::house(std::optional<worker_place> home, route_effects& out) {
  answered(out);
  attach_due_ = false; // what was due was to go to the former owner
  if (!home)
    return worker_.clear();
  worker_ = std::move(home->node);
  worker_incarnation_ = home->incarnation;
  ++epoch_.moves;
  attach_later(out);
}

void route::move(const move_session& what, bool may_go, steady_time now, route_effects& out) {
  if (state_ == state::opening || what.epoch != epoch_ || !housed() || !may_go)
    return;
  const worker_place to{what.worker, what.worker_incarnation};
  if (to == worker_place{worker_, worker_incarnation_} || (wanted_ && wanted_->to == to))
    return;
  pass_on_held(out);
  wanted_ = wanted_move{to, now + limits::move_holds_frames};
  // What a client that has just resumed had under way before it says again, and only then is it known here.
  if (now - resumed_at_ >= limits::move_holds_frames)
    begin_move(now, out);
}

void route::begin_move(steady_time now, route_effects& out) {
  wanted_->begun = true;
  wanted_->due = now + limits::move_holds_frames;
  holding_ = true;
  move_if_quiet(out);
}

/// Its owner has confirmed all that it was told, and has nothing under way.
void route::move_if_quiet(route_effects& out) {
  const bool quiet = told_until_ <= first_in_seq_ && !attach_due_ && !unanswered_;
  if (wanted_ && wanted_->begun && quiet)
    house(wanted_->to, out);
}

void route::move_due(steady_time now, route_effects& out) {
  if (!wanted_->begun)
    return begin_move(now, out);
  pass_on_held(out);
  wanted_->due = now + limits::move_holds_frames;
  if (++wanted_->looks > limits::move_looks_max)
    wanted_.reset();
}

/// They are told to the owner that there is.
void route::pass_on_held(route_effects& out) {
  if (std::exchange(holding_, false))
    tell_frames(out);
}

/// What comes from the session's former attach is nothing any more from now on: something before it may be lost.
void route::attach_later(route_effects& out) {
  wanted_.reset();
  holding_ = false; // all frames go with the attach
  ++attach_;
  paced_ = false;
  if (!std::exchange(attach_due_, true))
    out.emplace_back(attach_in_turn{});
}

void route::attach_now(route_effects& out) {
  if (attach_due_)
    send_attach(out);
}

std::size_t route::attach_weight() const {
  return weight_of_message + snapshot_.size() + weight_of_position * claim_.positions.size() + frames_bytes_
         + weight_of_message * frames_.size();
}

void route::tick(steady_time now, route_effects& out) {
  if (wanted_ && now >= wanted_->due)
    move_due(now, out);
  if (!deadline_ || now < *deadline_)
    return;
  deadline_.reset();
  if (state_ == state::opening)
    end({error_code::no_broker_node, {}}, out);
  else if (state_ == state::detached)
    begin_closing("Connection lost", out);
}

// ------------------------------------------------------------------------------------------------------- the parts

/// Everything that the session's next owner needs, whether it is the old one or new: what the session last was, what
/// the client has, and what it said since.
void route::attach(route_effects& out) {
  wanted_.reset();
  holding_ = false;
  ++attach_;
  paced_ = false;
  if (housed())
    send_attach(out);
}

void route::send_attach(route_effects& out) {
  attach_due_ = false;
  unanswered_ = true;
  attach_session what;
  what.session = claim_.session;
  what.epoch = epoch_;
  what.attach = attach_;
  what.proxy = settings_->proxy;
  what.proxy_incarnation = settings_->proxy_incarnation;
  what.protocol = claim_.protocol;
  what.identity = claim_.identity;
  what.peer_address = claim_.peer_address;
  what.plaintext = claim_.plaintext;
  what.from_store = from_store_ && snapshot_.empty();
  what.snapshot = snapshot_;
  what.unheard = !heard_ && !what.from_store && snapshot_.empty();
  what.positions = claim_.positions;
  what.first_in_seq = first_in_seq_;
  what.said = static_cast<std::uint16_t>(said_until_ - std::min(said_until_, first_in_seq_));
  what.give_up = give_up_ == first_in_seq_ ? give_up_ : 0;
  out.emplace_back(send{service_at(worker_, entity_kind::session_host), std::move(what)});
  told_until_ = first_in_seq_;
  tell_frames(out);
  paced_ = false; // it asks again if it still wants to know
}

/// All that the owner may be told now and has not been told yet.
void route::tell_frames(route_effects& out) {
  if (!housed() || attach_due_ || holding_)
    return;
  told_until_ = std::max(told_until_, first_in_seq_);
  for (; told_until_ < next_in_seq() && may_tell(told_until_); ++told_until_)
    send_frame(told_until_, out);
}

/// While the oldest frame is a suspect, it alone, and to an owner that is known to have come up.
bool route::may_tell(std::uint64_t in_seq) const {
  return first_in_seq_ >= suspects_until_ || (in_seq == first_in_seq_ && !unanswered_);
}

void route::send_frame(std::uint64_t in_seq, route_effects& out) {
  const auto& kept = frames_[in_seq - first_in_seq_];
  said_until_ = std::max(said_until_, in_seq + 1);
  out.emplace_back(send{session_at(worker_, claim_.session),
                        client_frame{claim_.session, epoch_, attach_, in_seq, kept.kind, kept.bytes}});
}

void route::begin_closing(const char* why, route_effects& out) {
  state_ = state::closing;
  deadline_.reset();
  frames_.push_back({frame_kind::closed, std::make_shared<const std::string>(why)});
  frames_bytes_ += frames_.back().bytes->size();
  tell_frames(out);
  tell_closing(out);
}

/// Nobody may have the session again, even if this node dies before the session has left its rooms.
void route::tell_closing(route_effects& out) const {
  out.emplace_back(send{broker_service(entity_kind::directory),
                        session_must_end{claim_.session, epoch_, {error_code::session_ended, "Connection lost"}}});
}

void route::forget_frames() {
  first_in_seq_ = next_in_seq();
  frames_.clear();
  frames_bytes_ = 0;
}

void route::end(error why, route_effects& out) {
  if (std::exchange(has_client_, false))
    out.emplace_back(close_client{std::move(why)});
  out.emplace_back(forget_route{});
}

bool route::same_secrets(const route_claim& claim) const {
  const bool identity = equal_in_constant_time(claim.identity, claim_.identity);
  const bool newest = equal_in_constant_time(claim.token, newest_token_);
  const bool former = equal_in_constant_time(claim.token, proven_token_);
  // Of a chain that is another proxy node's, that one may have given the client a later token since.
  const bool foreign = !equal_in_constant_time(proven_token_.chain, newest_token_.chain);
  const bool later = foreign && equal_in_constant_time(claim.token.chain, proven_token_.chain)
                     && claim.token.number > proven_token_.number;
  return identity && (newest || former || later) && claim.protocol == claim_.protocol;
}

void route::answered(route_effects& out) {
  if (std::exchange(unanswered_, false))
    out.emplace_back(attach_answered{});
}

bool route::from_owner(const session_epoch& epoch, std::uint32_t attach) const {
  return state_ != state::opening && epoch == epoch_ && attach == attach_;
}

bool route::within_limits() const {
  return frames_.size() < settings_->unconfirmed_frames_max && frames_bytes_ < settings_->unconfirmed_bytes_max;
}

} // namespace godwit
