// Questions: asked page by page, told in pieces of bounded size, the next when the client has read the last.
#include "actors/rules/limits.hpp"
#include "actors/rules/session_core.hpp"

#include <algorithm>
#include <charconv>

namespace godwit {
namespace {

/// A row of a list in a frame: its texts, pointers and padding.
constexpr std::size_t row_overhead_bytes = 64;
static_assert(4 * limits::reply_piece_bytes_max <= limits::server_frame_bytes_max);

room_seq seq_from(const std::string& text) {
  room_seq out = 0;
  std::from_chars(text.data(), text.data() + text.size(), out);
  return out;
}

std::uint32_t events_asked_for(const ask::request& request) {
  if (const auto* people = std::get_if<ask::people>(&request)) {
    const auto most =
      people->what.kind == people_kind::former ? limits::former_people_told_max : limits::people_rows_max;
    return std::min(people->what.limit == 0 ? most : people->what.limit, most);
  }
  if (const auto* replay = std::get_if<ask::replay>(&request))
    return std::min(replay->count == 0 ? limits::history_entries_max : replay->count, limits::history_entries_max);
  if (!std::holds_alternative<ask::history>(request))
    return 0;
  const auto& what = std::get<ask::history>(request);
  const auto* newest = std::get_if<ask::newest>(&what.range);
  const auto asked = newest ? newest->count : what.limit;
  const auto otherwise = newest ? limits::history_entries_default : limits::history_entries_max;
  return std::min(asked == 0 ? otherwise : asked, limits::history_entries_max);
}

/// The question for the page behind `pages.after`: all that is still wanted. The room gives as much as fits into a
/// page, and says that there is more if that is less than was asked for.
read_history history_question(const ask::history& what, const reading& pages) {
  read_history out;
  out.limit = pages.left;
  if (!pages.after.empty()) {
    out.from = seq_from(pages.after) + 1;
  } else if (const auto* since = std::get_if<ask::since>(&what.range)) {
    out.from = since->seq + 1;
  } else if (std::holds_alternative<ask::newest>(what.range)) {
    out.last = true;
  } else {
    out.since_left = true;
  }
  return out;
}

/// What was said before the session came in; what is said since is shown as it comes.
read_history replay_question(const ask::replay& what, const reading& pages, room_seq joined_seq) {
  read_history out;
  out.limit = pages.left;
  out.to = joined_seq > 1 ? joined_seq - 1 : 1;
  if (!pages.after.empty())
    out.from = seq_from(pages.after) + 1;
  else
    (what.count != 0 ? out.last : out.since_left) = true;
  return out;
}

} // namespace

void session_core::begin_reading(session_task& task) {
  auto& pages = task.pages.emplace();
  pages.left = events_asked_for(task.command.request);
  // The link was reset amid the reply: what the proxy node has got of it is in the snapshot that it gave back. A client
  // that came back itself has forgotten the pieces and gets all anew.
  const bool goes_on = piece_to_go_on_ && task_key{piece_to_go_on_->op, piece_to_go_on_->part} == key_of(task.command);
  if (goes_on && !task.command.resent) {
    pages.after = piece_to_go_on_->after;
    pages.told = piece_to_go_on_->piece;
    pages.left = piece_to_go_on_->left;
    piece_ = piece_to_go_on_;
    piece_to_go_on_.reset();
  }
  ask_next_page(task);
}

void session_core::ask_next_page(session_task& task) {
  auto& pages = *task.pages;
  pages.outstanding = true;
  // An answer to what was asked before the last attach must not be taken for the answer to another page.
  constexpr std::uint32_t pages_max = 1U << 14U;
  constexpr std::uint32_t attaches_max = 1U << 7U;
  static_assert(effect_k::act + attaches_max * pages_max < effect_k::part_stride);
  const auto page = (route_.attach % attaches_max) * pages_max + pages.asked++ % pages_max;
  const auto name = name_of_effect(key_of(task.command), effect_k::act + page);
  const auto& request = task.command.request;
  if (std::holds_alternative<ask::rooms>(request))
    return ask(broker_service(entity_kind::directory), name,
               list_rooms{origin(name), pages.after, limits::rooms_piece_rows_max});
  if (const auto* people = std::get_if<ask::people>(&request)) {
    auto question = people->what;
    question.limit = pages.left;
    return ask(broker_service(entity_kind::directory), name,
               ask_people{origin(name), std::move(question), pages.after});
  }
  room_query query{task.room, origin(name), identity_, read_topic{}};
  if (std::holds_alternative<ask::read_settings>(request))
    query.question = read_settings{};
  else if (std::holds_alternative<ask::members>(request))
    query.question = read_members{pages.after};
  else if (const auto* history = std::get_if<ask::history>(&request))
    query.question = history_question(*history, pages);
  else if (const auto* replay = std::get_if<ask::replay>(&request))
    query.question = replay_question(*replay, pages, seat_of(task.room) ? seat_of(task.room)->joined_seq : 0);
  ask(room_anywhere(task.room), name, std::move(query));
}

void session_core::listed(const rooms_listed& what) {
  auto* task = task_of(what.name);
  if (!task || !close_request(what.name))
    return;
  if (what.why)
    return refuse(key_of(what.name), *what.why);
  tell::rooms piece;
  std::size_t bytes = 0;
  for (const auto& each : what.rooms) {
    piece.rows.push_back({each.title, each.member_count, each.topic, each.created, each.topic_time});
    bytes += row_overhead_bytes + each.title.size() + each.topic.size();
    if (bytes < limits::reply_piece_bytes_max || &each == &what.rooms.back())
      continue;
    add_piece(*task, std::exchange(piece, {})); // within a page `after` stays: it would be told again, never left out
    bytes = 0;
  }
  task->pages->after = what.next;
  if (!piece.rows.empty())
    add_piece(*task, std::move(piece));
  page_ended(*task, !what.next.empty());
}

void session_core::answered(const query_answered& what) {
  // A former owner of the session, on this node, may have asked another room by the same name.
  const auto asked = requests_by_name_.find(what.name);
  if (asked == requests_by_name_.end() || asked->second.to.id != what.room.value)
    return;
  auto* task = task_of(what.name);
  if (task && tasks::renames(task->command.request) && close_request(what.name))
    return rename_answered(*task, what);
  if (task && std::holds_alternative<ask::ping>(task->command.request) && close_request(what.name))
    return delivered(*task, what.room);
  if (!task || !task->pages || !close_request(what.name))
    return;
  const auto which = key_of(what.name);
  if (const auto* why = std::get_if<error>(&what.answer)) {
    piece_.reset();
    return refuse(which, as_told(task->command.request, seat_of(what.room) && seat_of(what.room)->member, *why));
  }
  if (const auto* topic = std::get_if<topic_read>(&what.answer))
    return done(which, tell::topic{what.room, topic->text, topic->by, topic->time});
  if (const auto* settings = std::get_if<settings_read>(&what.answer))
    return done(which, tell::settings{what.room, settings->settings});
  if (const auto* members = std::get_if<members_read>(&what.answer))
    return take_members(*task, *members);
  if (const auto* history = std::get_if<history_read>(&what.answer))
    take_history(*task, *history);
}

void session_core::take_members(session_task& task, const members_read& what) {
  const tell::members none{{}, what.of_secret_room};
  auto piece = none;
  std::size_t bytes = 0;
  for (const auto& each : what.members) {
    piece.rows.push_back({each.nick, each.away, each.modes, each.mask, each.real_name, each.marks});
    bytes += row_overhead_bytes + each.nick.size() + each.away.size() + each.mask.size() + each.real_name.size();
    task.pages->after = each.nick;
    if (bytes < limits::reply_piece_bytes_max)
      continue;
    add_piece(task, std::exchange(piece, none));
    bytes = 0;
  }
  if (!piece.rows.empty())
    add_piece(task, std::move(piece));
  page_ended(task, what.more && !what.members.empty());
}

void session_core::take_history(session_task& task, const history_read& what) {
  tell::history piece{task.room, {}};
  std::size_t bytes = 0;
  for (const auto& each : what.entries) {
    const auto size = tasks::told_bytes(*each);
    if (bytes + size > limits::reply_piece_bytes_max && !piece.events.empty()) {
      add_piece(task, std::exchange(piece, tell::history{task.room, {}}));
      bytes = 0;
    }
    bytes += size;
    task.pages->after = std::to_string(each->seq);
    task.pages->left -= std::min<std::uint32_t>(task.pages->left, 1);
    const auto* seat = seat_of(task.room);
    if (seat && !may_see(*seat, *each))
      continue;
    const auto op = is_own(*each) && each->name.op != ending_op ? each->name.op : 0;
    piece.events.push_back({task.room, op, each, own_frame(*each)});
  }
  if (!piece.events.empty())
    add_piece(task, std::move(piece));
  page_ended(task, what.more && !what.entries.empty() && task.pages->left != 0);
}

/// What of this identity's was the cause: its other sessions are its own to know, those of others are not. Whom
/// somebody brought into a conversation has no frame of his own there.
tell::frame_name session_core::own_frame(const log_entry& entry) const {
  const bool caused_by_frame = entry.name.k < effect_k::companion && entry.name.op != ending_op;
  return entry.identity == identity_ && caused_by_frame ? tell::frame_name{entry.name.session, entry.name.op}
                                                        : tell::frame_name{};
}

void session_core::add_piece(session_task& task, tell::answer answer) {
  auto& pages = *task.pages;
  pages.ready.push_back({std::move(answer), {task.command.op, 0, pages.after, pages.left, task.command.part}});
}

/// `more`: there is another page. The last piece is told even if it is empty: it ends the reply.
void session_core::page_ended(session_task& task, bool more) {
  auto& pages = *task.pages;
  pages.outstanding = false;
  pages.more = more;
  if (!pages.ready.empty())
    return;
  if (more)
    return ask_next_page(task);
  if (std::holds_alternative<ask::rooms>(task.command.request))
    return add_piece(task, tell::rooms{});
  if (std::holds_alternative<ask::members>(task.command.request))
    return add_piece(task, tell::members{});
  if (std::holds_alternative<ask::people>(task.command.request))
    return add_piece(task, tell::people{});
  add_piece(task, tell::history{task.room, {}});
}

} // namespace godwit
