#include "actors/rules/room.hpp"

#include "actors/rules/limits.hpp"
#include "actors/rules/room_moderation.hpp"
#include "messages/admin_messages.hpp"
#include "messages/names.hpp"

#include <algorithm>

namespace godwit {
namespace {

constexpr std::uint8_t broker_role = 1;
constexpr std::uint8_t worker_role = 2;

address the_store() { return broker_service(entity_kind::store); }

} // namespace

room::room(room_id id, room_key key, node_name own_node, const room_patience& patience)
    : id_(id), key_(std::move(key)), node_(own_node), order_(patience.ended_kept), ledger_(id, own_node), window_(id),
      reader_(id, own_node), patience_(patience) {}

// ------------------------------------------------------------------------------------------------ its life

room_effects room::start() { return {send{the_store(), open_log{id_, node_}}}; }

room_effects room::log_opened(const godwit::log_opened& what, timestamp now) {
  room_effects out;
  // A repeated open_log raised the epoch again: what we began with the former one is fenced, begin anew.
  if (what.room != id_ || phase_ == phase::ended || (phase_ == phase::open && what.epoch <= epoch_))
    return out;
  if (what.why) {
    if (phase_ != phase::opening)
      return out;
    if (!away_since_)
      away_since_ = now;
    store_away_ = what.why->code == error_code::store_unavailable && now - *away_since_ < patience_.store_wait;
    if (store_away_)
      schedule(now, out);
    else
      end(room_end::not_opened, *what.why, out);
    return out;
  }
  open(what, now, out);
  settle(now, out);
  return out;
}

void room::open(const godwit::log_opened& what, timestamp now, room_effects& out) {
  phase_ = phase::open;
  epoch_ = what.epoch;
  order_ = command_order(patience_.ended_kept);
  order_.restore(what.last_ops);
  for (const auto& member : what.members)
    order_.stays(member.session);
  ledger_.open(what);
  window_.open(epoch_, ledger_.state().last_seq);
  if (ledger_.members().size() != 0)
    window_.expect_former(now);
  undecided_.clear();
  waiting_.clear();
  reader_.clear();
  given_.clear();
  give_again_at_.reset();
  finding_.clear();
  kicked_at_.clear();
  silenced_.clear();
  late_answers_.clear();
  store_away_ = false;
  away_since_.reset();
  unwritten_since_.reset();
  out.push_back(hosted{epoch_});
  out.push_back(announce{{id_, epoch_, node_}});
  give_memberships_again(what.members, out);
  describe(out);
  for (const auto& held : std::exchange(held_commands_, {}))
    take(held, now, out);
  for (const auto& held : std::exchange(held_queries_, {}))
    take(held, out);
}

/// What the directory has to know of a room to speak of who is in it. A private conversation it never speaks of.
void room::describe(room_effects& out) {
  if (!ledger_.state().settings)
    return;
  described_secret_ = ledger_.state().settings->flags.has(room_flag::secret);
  out.push_back(send{broker_service(entity_kind::directory), describe_room{id_, epoch_, described_secret_}});
}

void room::end(room_end why, error detail, room_effects& out) {
  phase_ = phase::ended;
  send_away(out);
  out.push_back(end_room{why, std::move(detail)});
}

/// Whoever waits for an answer asks where the room is now, at once: members hear of its next life by their relays, but
/// others ask and are answered too, and have none.
void room::send_away(room_effects& out) {
  std::map<session_id, node_name> waiting;
  const auto waits = [&](session_id session, const node_name& at) {
    if (!at.empty())
      waiting.insert_or_assign(session, at);
  };
  for (const auto& name : ledger_.appends().commands())
    waits(name.session, order_.home(name.session));
  for (const auto& [name, action] : finding_)
    waits(name.session, order_.home(name.session));
  const auto everything = [](const auto&) { return true; };
  for (auto* queue : {&undecided_, &waiting_})
    for (const auto& command : queue->take_until(timestamp::max(), everything))
      waits(command.name.session, command.reply_to);
  for (const auto& held : std::exchange(held_commands_, {}))
    waits(held.name.session, held.reply_to);
  auto asked = reader_.askers();
  for (const auto& wait : waits_.askers())
    asked.push_back(wait);
  for (const auto& held : std::exchange(held_queries_, {}))
    asked.push_back(held.origin);
  for (const auto& origin : asked)
    waits(origin.name.session, origin.reply_to);
  for (const auto& [session, at] : waiting)
    send_not_here(session_at(at, session), session, out);
}

void room::send_not_here(address to, session_id session, room_effects& out) const {
  out.push_back(send{std::move(to), room_not_here{id_, epoch_, session}});
}

/// What may be done now is done, after whatever happened.
void room::settle(timestamp now, room_effects& out) {
  if (phase_ != phase::open)
    return;
  order_.expire(now);
  window_.judge(now);
  refuse_overdue(now, out);
  drain_waiting(now, out);
  feed_relays(now, out);
  waits_.settle(id_, window_, now, out);
  give_again_when_due(now, out);
  if (is_busy())
    idle_since_.reset();
  else if (!idle_since_)
    idle_since_ = now;
  schedule(now, out);
}

bool room::is_busy() const {
  return ledger_.members().size() > 0 || ledger_.members_to_be().size() > 0 || window_.relay_count() > 0
         || !ledger_.appends().empty() || !reader_.empty() || !finding_.empty() || !waiting_.empty()
         || !undecided_.empty();
}

void room::schedule(timestamp now, room_effects& out) {
  std::optional<timestamp> wanted;
  const auto want = [&](timestamp at) { wanted = wanted ? std::min(*wanted, at) : at; };
  if (store_away_)
    want(now + limits::store_retry_after);
  if (const auto silent = log_silent_since())
    for (const auto* queue : {&undecided_, &waiting_})
      if (!queue->empty())
        want(std::max(std::max(*silent, queue->oldest()) + patience_.store_wait, now + limits::store_retry_after));
  if (window_.is_undelivered() || !waits_.empty())
    want(now + limits::fan_out_stall);
  if (give_again_at_)
    want(*give_again_at_);
  if (idle_since_)
    want(*idle_since_ + patience_.closes_after);
  if (!wanted || (next_wake_ && *next_wake_ <= *wanted))
    return;
  next_wake_ = wanted;
  out.push_back(wake_after{std::chrono::ceil<std::chrono::milliseconds>(*wanted - now)});
}

room_effects room::wake(timestamp now) {
  room_effects out;
  next_wake_.reset(); // also where it comes early: the clock of waits is another one, and this one may be set back
  if (phase_ == phase::opening && std::exchange(store_away_, false))
    out.push_back(send{the_store(), open_log{id_, node_}});
  if (phase_ != phase::open)
    return out;
  if (std::exchange(store_away_, false))
    say_again_to_store(out);
  settle(now, out);
  if (idle_since_ && now - *idle_since_ >= patience_.closes_after)
    end(room_end::idle, {}, out);
  return out;
}

// ------------------------------------------------------------------------------------------------ sessions

room_effects room::command(const room_command& what, timestamp now) {
  room_effects out;
  if (what.room != id_)
    return out;
  if (phase_ == phase::open)
    take(what, now, out);
  else if (phase_ == phase::ended)
    send_not_here(session_at(what.reply_to, what.name.session), what.name.session, out);
  else if (held_commands_.size() < limits::room_waiting_commands_max)
    held_commands_.push_back(what);
  // else: dropped. It may be logged, so it can not be refused; it comes again when the room is announced.
  settle(now, out);
  return out;
}

bool room::may_ask(const room_query& what) const {
  const auto asker = what.origin.name.session;
  if (!is_private(key_)) {
    const bool is_public =
      std::holds_alternative<read_topic>(what.question) || std::holds_alternative<read_members>(what.question);
    return (is_public && !is_secret()) || asker == admin_session || ledger_.members().find(asker) != nullptr;
  }
  const auto people = identities_of(key_);
  return people && (what.identity == people->first || what.identity == people->second);
}

void room::refuse(const room_query& what, error why, room_effects& out) const {
  out.push_back(send{session_at(what.origin.reply_to, what.origin.name.session),
                     query_answered{what.origin.name, id_, std::move(why)}});
}

/// Requires that the room is open.
void room::take(const room_query& what, room_effects& out) {
  if (const auto* wait = std::get_if<await_delivery>(&what.question))
    waits_.add(what.origin,
               std::min(wait->seq, ledger_.state().last_seq)); // of whoever has said something, member or not
  else if (answer_at_once(what, out))
    return; // it has no need of the log
  else if (may_ask(what))
    reader_.ask(what, ledger_, out);
  else
    refuse(what, is_private(key_) ? error{error_code::no_such_room, {}} : why_outside(what.origin.name.session), out);
}

room_effects room::query(const room_query& what, timestamp now) {
  room_effects out;
  const auto session = what.origin.name.session;
  if (what.room != id_)
    return out;
  if (phase_ == phase::ended)
    send_not_here(session_at(what.origin.reply_to, session), session, out);
  else if (phase_ == phase::opening && held_queries_.size() < limits::room_reads_max)
    held_queries_.push_back(what);
  else if (phase_ == phase::opening)
    refuse(what, {error_code::too_many_requests, {}}, out);
  else
    take(what, out);
  settle(now, out);
  return out;
}

room_effects room::presence(const set_presence& what, timestamp now) {
  room_effects out;
  const bool is_new = phase_ == phase::open && what.room == id_ && what.away.size() <= limits::away_bytes_max
                      && what.real_name.size() <= limits::real_name_bytes_max
                      && what.mask.size() <= limits::user_at_host_bytes_max && ledger_.members().find(what.session);
  const auto mask_before = is_new ? ledger_.members().mask_of(*ledger_.members().find(what.session)) : std::string{};
  const auto parts = is_new ? ledger_.set_presence(what) : presence_parts{};
  if (parts.has(presence_part::host))
    silenced_.erase(what.session);
  if (!parts.empty()) {
    const auto& who = *ledger_.members().find(what.session);
    presence_changed change{what.session, who.nick, what.away, who.real_name, mask_before, parts, {}, {}, what.change};
    if (parts.has(presence_part::host))
      change.new_mask = ledger_.members().mask_of(who);
    window_.publish(change, now, out);
  }
  settle(now, out);
  return out;
}

/// Only of who might say something here now.
room_effects room::signal(const signal_room& what, timestamp now) {
  room_effects out;
  const auto* who = phase_ == phase::open && what.room == id_ ? ledger_.members().find(what.session) : nullptr;
  const auto& settings = ledger_.settings_to_be();
  const bool may_speak = who && (!settings || !moderation::why_post_refused(*settings, who, is_silenced(*who)));
  if (may_speak && what.tags.size() <= limits::signal_tags_bytes_max && window_.takes_posts())
    window_.publish(
      presence_changed{
        what.session, who->nick, {}, {}, ledger_.members().mask_of(*who), presence_part::tags, what.tags, now, 0},
      now, out);
  settle(now, out);
  return out;
}

room_effects room::accepted(const accept_membership& what) {
  if (what.room == id_)
    given_.accepted(what.session);
  return {};
}

// ----------------------------------------------------------------------------------------------- the store

room_effects room::appended(const entries_appended& what, timestamp now) {
  room_effects out;
  if (phase_ != phase::open || what.room != id_ || what.epoch != epoch_)
    return out;
  auto& appends = ledger_.appends();
  switch (what.outcome) {
  case append_outcome::written: written(appends.written(what.first_seq), now, out); break;
  case append_outcome::away:
    if (!appends.is_under_way(what.first_seq))
      break; // of an append that was repeated and is known to be written since
    store_away_ = true;
    if (!away_since_)
      away_since_ = now;
    break;
  case append_outcome::fenced: end(room_end::fenced, {}, out); return out;
  case append_outcome::expected:
    if (!appends.is_under_way(what.first_seq))
      break; // of an append that was repeated and is known to be written since
    if (what.expected_seq < what.first_seq && appends.is_under_way(what.expected_seq))
      send_appends(appends.again(), out); // the one before it was lost with the link
    else {
      end(room_end::broken, {error_code::internal_error, "the log goes on elsewhere"}, out);
      return out;
    }
  }
  settle(now, out);
  return out;
}

void room::written(const std::vector<entry_group>& groups, timestamp now, room_effects& out) {
  away_since_.reset();
  unwritten_since_ = ledger_.appends().is_unanswered() ? std::optional{now} : std::nullopt;
  std::vector<shared_entry> entries;
  for (const auto& group : groups) {
    ledger_.commit(group);
    entries.insert(entries.end(), group.entries.begin(), group.entries.end());
  }
  for (const auto& entry : entries)
    if (std::holds_alternative<joined>(entry->body))
      window_.expect(order_.home(entry->name.session), entry->seq);
  window_.publish(entries, now, out);
  if (ledger_.state().settings && ledger_.state().settings->flags.has(room_flag::secret) != described_secret_)
    describe(out);
  for (const auto& group : groups)
    follow_up(group, now, out);
  answer_late(out);
}

void room::follow_up(const entry_group& group, timestamp now, room_effects& out) {
  const auto session = group.command.session;
  const auto at = std::ranges::find_if(group.entries, [&](const auto& it) { return it->name == group.command; });
  const auto& own = at == group.entries.end() ? *group.entries.back() : **at;
  order_.logged(group.command, own.seq);
  for (const auto& change : group.changes) {
    if (ledger_.members().find(change.session)) {
      order_.stays(change.session);
    } else {
      order_.departed(change.session);
      given_.accepted(change.session); // there is nothing to accept any more
    }
  }
  if (const auto* gone = std::get_if<left>(&own.body); gone && gone->quit)
    order_.ended(session, now);
  if (group.answer_joined) {
    const auto* member = ledger_.members().find(session);
    answer(group.command, {member ? member->joined_seq : own.seq, own.time}, out);
  }
  if (group.answer_outsider)
    answer(group.command, {own.seq, own.time}, out);
  if (group.invitation)
    out.push_back(send{session_at(group.invitee_node, group.invitation->session), *group.invitation});
  if (group.given)
    give_membership(*group.given, session, out);
}

void room::give_membership(const companion& who, session_id by, room_effects& out) {
  const auto* member = ledger_.members().find(who.session);
  const auto* giver = ledger_.members().find(by);
  if (!member || !giver)
    return;
  membership_given given{who.session,
                         id_,
                         epoch_,
                         node_,
                         key_,
                         ledger_.state().title,
                         giver->nick,
                         member->joined_seq,
                         order_.last_logged(who.session)};
  if (!who.worker.empty())
    out.push_back(send{session_at(who.worker, who.session), given});
  out.push_back(send{broker_service(entity_kind::directory), given});
  given_.give(who.worker, std::move(given));
}

/// Whether the members have accepted what a former life of the room told them is not known: they are told again.
void room::give_memberships_again(const std::vector<stored_member>& members, room_effects& out) {
  if (!is_private(key_))
    return;
  for (const auto& member : members) {
    const auto other = std::ranges::find_if(members, [&](const auto& it) { return it.identity != member.identity; });
    if (other != members.end())
      give_membership({member.session, member.nick, member.identity, {}}, other->session, out);
  }
}

void room::tell_directory_of_given(room_effects& out) {
  for (auto& given : given_.all()) {
    given.last = order_.last_logged(given.session);
    out.push_back(send{broker_service(entity_kind::directory), std::move(given)});
  }
}

/// Who does not accept lives nowhere for now, or is over: the directory knows, and lets who is over quit.
void room::give_again_when_due(timestamp now, room_effects& out) {
  const bool is_due = give_again_at_ && now >= *give_again_at_;
  if (is_due)
    tell_directory_of_given(out);
  if (given_.empty())
    give_again_at_.reset();
  else if (is_due || !give_again_at_)
    give_again_at_ = now + limits::membership_given_again_after;
}

void room::answer_late(room_effects& out) {
  std::vector<late_answer> later;
  for (auto& late : std::exchange(late_answers_, {})) {
    if (late.seq > ledger_.state().last_seq) {
      later.push_back(std::move(late));
      continue;
    }
    const auto entry = ledger_.recents().find(late.seq);
    const logged_at at{late.seq, entry ? entry->time : timestamp{}};
    order_.decided({late.name, at, std::nullopt});
    answer(late.name, at, out);
    if (late.given)
      give_membership(*late.given, late.name.session, out);
  }
  late_answers_ = std::move(later);
}

room_effects room::found(const logged_found& what, timestamp now) {
  room_effects out;
  const auto at = finding_.find(what.name);
  if (phase_ != phase::open || what.room != id_ || at == finding_.end())
    return out;
  if (what.why)
    store_away_ = true;
  else {
    if (what.at)
      answer(what.name, *what.at, out);
    else
      found_nothing(what, at->second, out);
    finding_.erase(at);
  }
  settle(now, out);
  return out;
}

/// It was seen, and is not in the log: it was refused, or was a join of a member.
void room::found_nothing(const logged_found& what, const room_action& action, room_effects& out) {
  const auto* member = ledger_.members().find(what.name.session);
  if (member && std::holds_alternative<join_room>(action))
    answer(what.name, {member->joined_seq, {}}, out);
  else if (const auto* asked = std::get_if<change_modes>(&action); asked && member && changes_nothing(*asked, *member))
    done_without_entry(what.name, out);
  else
    refuse(what.name, {error_code::internal_error, "refused before; why is not known any more"}, out);
}

room_effects room::read(const log_read& what, timestamp now) {
  room_effects out;
  if (phase_ != phase::open || what.room != id_)
    return out;
  std::optional<relay_piece> piece;
  if (!reader_.read(what, piece, out))
    store_away_ = true;
  if (piece)
    window_.feed(piece->whom, piece->entries, now, out);
  settle(now, out);
  return out;
}

void room::send_appends(std::vector<append_entries> appends, room_effects& out) const {
  for (auto& request : appends)
    out.push_back(send{the_store(), std::move(request)});
}

void room::say_again_to_store(room_effects& out) const {
  send_appends(ledger_.appends().again(), out);
  for (const auto& [name, action] : finding_)
    out.push_back(send{the_store(), find_logged{id_, node_, name}});
  reader_.again(out);
}

// ------------------------------------------------------------------------------------------------- relays

room_effects room::attach(const attach_relay& what, timestamp now) {
  room_effects out;
  if (what.room != id_)
    return out;
  if (phase_ == phase::open)
    window_.attach(what, now, out);
  else if (phase_ == phase::ended)
    send_not_here(relay_at(what.node, id_), {}, out);
  // else: it attaches when the room is announced
  settle(now, out);
  return out;
}

room_effects room::detach(const detach_relay& what, timestamp now) {
  room_effects out;
  if (what.room == id_)
    window_.drop(what.node);
  settle(now, out);
  return out;
}

room_effects room::delivered(const fan_out_delivered& what, timestamp now) {
  room_effects out;
  if (phase_ == phase::open && what.room == id_)
    window_.reported(what, now, out);
  settle(now, out);
  return out;
}

room_effects room::fetch(const fetch_entries& what, timestamp now) {
  room_effects out;
  if (phase_ == phase::open && what.room == id_)
    reader_.fetch(what, ledger_, out);
  settle(now, out);
  return out;
}

void room::feed_relays(timestamp now, room_effects& out) {
  for (auto hungry = window_.hungry(); !hungry.empty(); hungry = window_.hungry()) {
    for (const auto& whom : hungry) {
      if (auto piece = reader_.catch_up(whom, ledger_, out))
        window_.feed(whom, piece->entries, now, out);
      else
        window_.wait_for_log(whom, true);
    }
  }
}

// ------------------------------------------------------------------------------------------------ the node

room_effects room::link_reset(const godwit::link_reset& what, timestamp now) {
  room_effects out;
  if (phase_ == phase::ended)
    return out;
  if ((what.roles & broker_role) != 0) {
    store_away_ = false;
    if (phase_ == phase::opening)
      out.push_back(send{the_store(), open_log{id_, node_}});
    else
      say_again_to_store(out);
  }
  if (phase_ == phase::open && (what.roles & broker_role) != 0) {
    tell_directory_of_given(out);
    describe(out);
  }
  if (phase_ == phase::open && (what.roles & worker_role) != 0) {
    if (what.node != node_)
      window_.lose(what.node, now);
    // The announcement may have been lost with the link; whoever hears it attaches again.
    out.push_back(send{service_at(what.node, entity_kind::room_host), room_announced{id_, epoch_, node_}});
    for (auto& given : given_.on(what.node)) {
      const auto to = session_at(what.node, given.session);
      out.push_back(send{to, std::move(given)});
    }
  }
  settle(now, out);
  return out;
}

room_effects room::link_lost(const godwit::link_lost& what, timestamp now) {
  room_effects out;
  window_.lose(what.node, now);
  settle(now, out);
  return out;
}

room_effects room::view(const membership_view& what, timestamp now) {
  room_effects out;
  window_.drop_dead(what, now);
  settle(now, out);
  return out;
}

} // namespace godwit
