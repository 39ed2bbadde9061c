#include "actors/rules/session_task.hpp"

#include "actors/rules/limits.hpp"
#include "messages/text.hpp"

namespace godwit::tasks {
namespace {

template <class... Kinds>
bool is_any(const ask::request& request) {
  return (std::holds_alternative<Kinds>(request) || ...);
}

} // namespace

bool is_barrier(const ask::request& request) {
  return is_any<ask::login, ask::change_nick, ask::quit, ask::take_nick, ask::introduce, ask::hold_login,
                ask::leave_all>(request);
}

bool renames(const ask::request& request) { return is_any<ask::change_nick, ask::take_nick>(request); }

bool needs_login(const ask::request& request) {
  return !is_any<ask::login, ask::quit, ask::unreadable, ask::take_nick, ask::introduce, ask::hold_login, ask::local>(
    request);
}

bool is_question(const ask::request& request) {
  return is_any<ask::members, ask::rooms, ask::read_topic, ask::history, ask::ping, ask::unreadable, ask::local,
                ask::replay, ask::read_settings, ask::people, ask::invitations>(request);
}

bool is_logged_by_one_room(const ask::request& request) {
  return is_any<ask::post, ask::leave, ask::set_topic, ask::kick, ask::change_modes, ask::invite>(request);
}

const ask::target* target_of(const ask::request& request) {
  if (const auto* post = std::get_if<ask::post>(&request))
    return &post->to;
  if (const auto* history = std::get_if<ask::history>(&request))
    return &history->of;
  return nullptr;
}

const std::string* room_name_of(const ask::request& request) {
  if (const auto* target = target_of(request)) {
    const auto* named = std::get_if<ask::room_named>(target);
    return named ? &named->room : nullptr;
  }
  return std::visit(
    [](const auto& each) -> const std::string* {
      if constexpr (requires { each.room; })
        return &each.room;
      else
        return nullptr;
    },
    request);
}

const std::string* person_of(const ask::request& request) {
  if (const auto* signal = std::get_if<ask::signal>(&request)) {
    const auto* person = std::get_if<ask::person_named>(&signal->to);
    return person ? &person->nick : nullptr;
  }
  const auto* target = target_of(request);
  const auto* person = target ? std::get_if<ask::person_named>(target) : nullptr;
  return person ? &person->nick : nullptr;
}

bool changes_membership(const session_task& task) {
  return is_any<ask::join, ask::leave>(task.command.request) || task.step != task_step::acting;
}

std::optional<error> check_texts(const ask::request& request) {
  if (const auto* post = std::get_if<ask::post>(&request))
    return check_post(post->text);
  if (const auto* topic = std::get_if<ask::set_topic>(&request))
    return check_line(topic->text, limits::topic_bytes_max);
  if (const auto* leave = std::get_if<ask::leave>(&request))
    return check_line(leave->reason, limits::reason_bytes_max);
  if (const auto* kick = std::get_if<ask::kick>(&request))
    return check_line(kick->reason, limits::reason_bytes_max);
  if (const auto* away = std::get_if<ask::away>(&request))
    return check_line(away->text, limits::away_bytes_max);
  if (const auto* name = std::get_if<ask::set_real_name>(&request))
    return check_line(name->real_name, limits::real_name_bytes_max);
  if (const auto* expel = std::get_if<ask::expel>(&request))
    return check_line(expel->reason, limits::reason_bytes_max);
  if (const auto* proclaim = std::get_if<ask::proclaim>(&request))
    return proclaim->text.empty() && proclaim->kind != proclamation_kind::rehash
             ? std::optional{error{error_code::text_empty, {}}}
             : check_line(proclaim->text, limits::topic_bytes_max);
  if (const auto* oper = std::get_if<ask::become_operator>(&request)) // the name comes into a log
    return check_line(oper->name, limits::nick_bytes_max);
  const auto* signal = std::get_if<ask::signal>(&request);
  if (signal && signal->tags.size() > limits::signal_tags_bytes_max)
    return error{error_code::request_invalid, "tags"};
  return std::nullopt;
}

std::size_t told_bytes(const log_entry& entry) {
  constexpr std::size_t overhead_bytes = 128; // pointers and padding, or tags and source
  const auto said = std::visit(
    [](const auto& body) -> std::size_t {
      if constexpr (requires { body.text; })
        return body.text.size();
      else if constexpr (requires { body.reason; })
        return body.reason.size();
      else if constexpr (requires { body.to; })
        return body.to.size();
      else if constexpr (requires { body.changes; })
        return body.changes.size() * (64 + limits::mask_bytes_max);
      else
        return 0;
    },
    entry.body);
  return overhead_bytes + entry.nick.size() + said;
}

std::string reason_or_none(const std::string& reason) {
  return check_line(reason, limits::reason_bytes_max) ? std::string{} : reason;
}

} // namespace godwit::tasks
