// How the directory gives, takes back and finds nicks.
#include "actors/rules/directory.hpp"
#include "actors/rules/limits.hpp"
#include "actors/rules/skeleton.hpp"
#include "messages/names.hpp"

#include <algorithm>

namespace godwit {

void directory::on(const claim_nick& asked) {
  const auto session = asked.origin.name.session;
  if (const auto* known = nicks_.answer_to(asked.origin.name))
    return tell_session(asked.origin, as_of_now(*known));
  if (desk_.is_under_way(asked.origin))
    return; // a repeat
  const auto answer = [&](const std::string& nick, std::optional<error> why) {
    nick_claimed answered{asked.origin.name, nick, std::move(why)};
    nicks_.remember(answered);
    tell_session(asked.origin, std::move(answered));
  };
  const auto* holder = sessions_.find(session);
  if (holder == nullptr) // nothing is remembered of sessions that are no more
    return refuse(asked, {error_code::session_ended, {}});
  if (asked.epoch < holder->epoch)
    return refuse(asked, {error_code::stale_epoch, {}});
  const auto folded = fold_nick(asked.nick);
  const auto shown = shown_nick(asked.nick);
  if (!folded || !shown)
    return answer(asked.nick, folded ? shown.why() : folded.why());
  if (is_reserved_nick(*folded, config_.reserved_nicks) || looks_reserved(*shown, *folded))
    return answer(*shown, error{error_code::nick_reserved, {}});
  if (const auto* claim = nicks_.find(*folded)) {
    // A nick that its session is giving back could be taken from it again by that: it has to wait.
    if (claim->session != session || claim->releasing)
      return answer(*shown, error{error_code::nick_in_use, {}});
    if (claim->shown == *shown) {
      nicks_.claim_again(*folded);
      return answer(*shown, std::nullopt);
    }
  }
  if (nicks_.looks_like_anothers({*folded, *shown, session}))
    return answer(*shown, error{error_code::nick_confusable, {}});
  if (nicks_.of(session).size() >= limits::nicks_per_session_max)
    return answer(*shown, error{error_code::too_many_requests, {}});
  if (!desk_.has_room())
    return refuse(asked, {error_code::store_unavailable, {}});
  ask_store(claim_nick_row{{*folded, *shown, session}, asked.origin.name}, store_purpose::claim{asked});
}

/// What a repeat is answered: the nick may have been given back since, and whoever asks would take it for his.
nick_claimed directory::as_of_now(nick_claimed answer) const {
  const auto folded = fold_nick(answer.nick);
  const auto* claim = folded ? nicks_.find(*folded) : nullptr;
  const bool is_theirs = claim != nullptr && claim->session == answer.name.session && !claim->releasing;
  if (!answer.why && !is_theirs)
    answer.nick.clear();
  return answer;
}

bool directory::looks_reserved(const std::string& shown, const std::string& folded) const {
  const auto skeletons = skeletons_of(shown, folded);
  return std::any_of(config_.reserved_nicks.begin(), config_.reserved_nicks.end(), [&](const std::string& reserved) {
    return std::find(skeletons.begin(), skeletons.end(), skeletons_of(reserved, reserved).front()) != skeletons.end();
  });
}

void directory::stored(const store_purpose::claim& purpose, const directory_result& result) {
  const auto& asked = purpose.asked;
  const auto* claimed = std::get_if<nick_row_claimed>(&result);
  if (claimed == nullptr) {
    const auto* why = std::get_if<error>(&result);
    return refuse(asked, why != nullptr ? *why : error{error_code::internal_error, {}});
  }
  const auto* before = nicks_.find(claimed->row.folded);
  const bool is_new = !claimed->taken && (before == nullptr || before->session != claimed->row.session);
  nicks_.put(claimed->row);
  const auto undo = [&] {
    nicks_.begin_release(claimed->row.folded, claimed->row.session);
    ask_store(release_nick_row{claimed->row}, store_purpose::release{claimed->row.session, claimed->row.folded});
  };
  if (!claimed->taken && sessions_.find(claimed->row.session) == nullptr)
    return undo(); // the session ended while its claim was under way
  nick_claimed answer{asked.origin.name, asked.nick, std::nullopt};
  if (claimed->taken) {
    answer.why = error{error_code::nick_in_use, {}};
  } else if (is_new && nicks_.looks_like_anothers(claimed->row)) { // whose claim was under way at the same time
    undo();
    answer.why = error{error_code::nick_confusable, {}};
  } else {
    answer.nick = claimed->row.nick;
  }
  nicks_.remember(answer);
  tell_session(asked.origin, std::move(answer));
}

void directory::on(const release_nick& told) {
  if (const auto folded = fold_nick(told.nick))
    give_back(*folded, told.session);
}

/// Nothing where it is a repeat, or not theirs.
void directory::give_back(const std::string& folded, session_id session) {
  if (nicks_.begin_release(folded, session))
    ask_store(release_nick_row{{folded, nicks_.find(folded)->shown, session}}, store_purpose::release{session, folded});
}

/// Whoever has changed his nick gives the former one back himself; but he may have moved with the word on its way.
void directory::give_former_nicks_back(const describe_person& told) {
  const auto* session = sessions_.find(told.session);
  const auto folded = fold_nick(told.nick);
  if (session == nullptr || told.epoch < session->epoch || !folded)
    return;
  for (const auto& former : nicks_.former_of(told.session, *folded))
    give_back(former, told.session);
}

void directory::stored(const store_purpose::release& purpose, const directory_result& result) {
  if (std::holds_alternative<error>(result))
    return; // it stays claimed until the session's rows are deleted
  nicks_.remove(purpose.folded, purpose.session);
  release_if_over(purpose.session);
}

void directory::on(const find_nick& asked) {
  const auto folded = fold_nick(asked.nick);
  if (!folded)
    return refuse(asked, folded.why());
  const auto* claim = nicks_.find(*folded);
  const auto* session = claim != nullptr && !claim->releasing ? sessions_.find(claim->session) : nullptr;
  if (session == nullptr || session->phase == session_phase::ending)
    return refuse(asked, {error_code::no_such_nick, {}});
  found_person person{claim->session, claim->shown, session->row.identity, {}};
  if (session->worker) // else it waits for its client, and finds the conversation when it is back
    person.worker = session->worker->node;
  if (const auto* card = people_.find(claim->session))
    person.away = card->away;
  tell_session(asked.origin, nick_found{asked.origin.name, std::move(person), std::nullopt});
}

} // namespace godwit
