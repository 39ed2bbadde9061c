#include "actors/rules/nick_table.hpp"

#include "actors/rules/limits.hpp"
#include "actors/rules/skeleton.hpp"

#include <algorithm>

namespace godwit {

void nick_table::put(const nick_row& row, bool claimed) {
  if (const auto* old = find(row.folded); old != nullptr)
    remove(row.folded, old->session);
  claims_by_nick_[row.folded] = {row.nick, row.session, false, claimed ? ++last_number_ : 0};
  for (auto& skeleton : skeletons_of(row.nick, row.folded))
    nicks_by_skeleton_.emplace(std::move(skeleton), row.folded);
  nicks_by_session_[row.session].push_back(row.folded);
}

void nick_table::remove(const std::string& folded, session_id session) {
  const auto row = claims_by_nick_.find(folded);
  if (row == claims_by_nick_.end() || row->second.session != session)
    return;
  for (const auto& skeleton : skeletons_of(row->second.shown, folded)) {
    const auto [first, last] = nicks_by_skeleton_.equal_range(skeleton);
    nicks_by_skeleton_.erase(std::find_if(first, last, [&](const auto& each) { return each.second == folded; }));
  }
  claims_by_nick_.erase(row);
  const auto nicks = nicks_by_session_.find(session);
  std::erase(nicks->second, folded);
  if (nicks->second.empty())
    nicks_by_session_.erase(nicks);
}

void nick_table::claim_again(const std::string& folded) { claims_by_nick_.at(folded).number = ++last_number_; }

std::vector<std::string> nick_table::former_of(session_id session, const std::string& folded) const {
  const auto* present = find(folded);
  if (present == nullptr || present->session != session)
    return {};
  auto all = of(session);
  std::erase_if(all, [&](const std::string& each) { return find(each)->number >= present->number; });
  return all;
}

bool nick_table::begin_release(const std::string& folded, session_id session) {
  const auto row = claims_by_nick_.find(folded);
  if (row == claims_by_nick_.end() || row->second.session != session || row->second.releasing)
    return false;
  row->second.releasing = true;
  return true;
}

const nick_table::claim* nick_table::find(const std::string& folded) const {
  const auto row = claims_by_nick_.find(folded);
  return row == claims_by_nick_.end() ? nullptr : &row->second;
}

bool nick_table::looks_like_anothers(const nick_row& wanted) const {
  const auto is_anothers = [&](const auto& each) {
    return each.second != wanted.folded && find(each.second)->session != wanted.session;
  };
  const auto skeletons = skeletons_of(wanted.nick, wanted.folded);
  return std::any_of(skeletons.begin(), skeletons.end(), [&](const std::string& skeleton) {
    const auto [first, last] = nicks_by_skeleton_.equal_range(skeleton);
    return std::any_of(first, last, is_anothers);
  });
}

std::vector<std::string> nick_table::of(session_id session) const {
  const auto nicks = nicks_by_session_.find(session);
  return nicks == nicks_by_session_.end() ? std::vector<std::string>{} : nicks->second;
}

std::string nick_table::shown_of(session_id session) const {
  const claim* newest = nullptr;
  for (const auto& folded : of(session)) {
    const auto* each = find(folded);
    if (!each->releasing && (newest == nullptr || newest->number < each->number))
      newest = each;
  }
  return newest == nullptr ? std::string{} : newest->shown;
}

void nick_table::remember(const nick_claimed& answer) {
  auto& answers = answers_by_session_[answer.name.session];
  answers.push_back(answer);
  if (answers.size() > limits::unanswered_effects_max)
    answers.erase(answers.begin());
}

const nick_claimed* nick_table::answer_to(const effect_name& name) const {
  const auto answers = answers_by_session_.find(name.session);
  if (answers == answers_by_session_.end())
    return nullptr;
  const auto answer = std::find_if(answers->second.begin(), answers->second.end(),
                                   [&name](const nick_claimed& known) { return known.name == name; });
  return answer == answers->second.end() ? nullptr : &*answer;
}

void nick_table::forget_answers(session_id session) { answers_by_session_.erase(session); }

} // namespace godwit
