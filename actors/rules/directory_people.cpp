// What the directory is told and asked of people, and what operators of the server order through it.
#include "actors/rules/directory.hpp"
#include "actors/rules/limits.hpp"
#include "messages/irc/irc_line.hpp"
#include "messages/names.hpp"

#include <algorithm>

namespace godwit {
namespace {

/// It becomes the reason of a quit, and has to fit there: a longer one is none.
std::string kill_reason(const std::string& by, const std::string& reason) {
  if (reason.empty())
    return "Killed (" + by + ")";
  const std::string begin = "Killed (" + by + " (";
  const std::string end = "))";
  const auto room = limits::reason_bytes_max - begin.size() - end.size();
  return begin + std::string(irc::utf8_prefix(reason, room)) + end;
}

} // namespace

/// Before the directory has settled everybody may be somebody: `load` forgets those whom it does not know.
void directory::on(const describe_person& told) {
  if (!settled_ || sessions_.find(told.session) != nullptr)
    people_.describe(told, now_);
  if (settled_)
    give_former_nicks_back(told);
}

void directory::on(const describe_room& told) { people_.describe(told); }

void directory::on(const ask_people& asked) {
  auto answer = people_.answer(asked, now_);
  const auto known = nicks_.session_count();
  answer.counts.logging_in = static_cast<std::uint32_t>(sessions_.size() - std::min(sessions_.size(), known));
  tell_session(asked.origin, std::move(answer));
}

/// Whoever asks was found to be an operator of the server by its own session: nodes trust each other.
void directory::on(const expel_person& asked) {
  if (sessions_.find(asked.origin.name.session) == nullptr)
    return; // nobody hears the answer, nor would it ever be forgotten
  auto& told = expelled_by_session_[asked.origin.name.session];
  const auto repeated = std::ranges::find(told, asked.origin.name, &nick_found::name);
  if (repeated != told.end()) // by now another may have the nick
    return tell_session(asked.origin, *repeated);
  told.push_back(expel(asked));
  if (told.size() > limits::unconfirmed_frames_max)
    told.erase(told.begin()); // no frame of so long ago comes again
  tell_session(asked.origin, told.back());
}

nick_found directory::expel(const expel_person& asked) {
  const auto folded = fold_nick(asked.nick);
  const auto* claim = folded ? nicks_.find(*folded) : nullptr;
  auto* session = claim != nullptr && !claim->releasing ? sessions_.find(claim->session) : nullptr;
  if (session == nullptr || session->phase == session_phase::ending)
    return {asked.origin.name, std::nullopt, error{error_code::no_such_nick, {}}};
  const auto id = claim->session;
  nick_found answer{asked.origin.name, found_person{id, claim->shown, session->row.identity, {}}, std::nullopt};
  end_by_operator(id, asked.by, asked.reason);
  return answer;
}

/// Requires a session that is not ending.
void directory::end_by_operator(session_id id, const std::string& by, const std::string& reason) {
  sessions_.find(id)->end_why = error{error_code::killed, kill_reason(by, reason)};
  begin_ending(id);
}

/// Passing: a node that can not be reached now does not hear it.
void directory::on(const proclamation& told) {
  constexpr std::uint8_t worker_role = 2;
  for (const auto& node : view_.nodes)
    if ((node.roles & worker_role) != 0 && node.state == node_state::alive)
      tell(service_at(node.name, entity_kind::session_host), told);
}

} // namespace godwit
