#include "actors/rules/limits.hpp"
#include "messages/moderation_codec.hpp"
#include "nodes/store/sqlite_directory.hpp"

#include <algorithm>

namespace godwit {
namespace {

bool is_private(const room_key& key) { return key.starts_with('='); }

std::size_t page_of(std::uint32_t wanted) {
  const std::size_t most = limits::rooms_piece_rows_max;
  return wanted == 0 ? most : std::min<std::size_t>(wanted, most);
}

} // namespace

sqlite_directory_reader::sqlite_directory_reader(sqlite_connection& connection)
    : find_(connection, "SELECT id, title FROM room WHERE key = ?1"),
      list_(connection,
            "SELECT key, title, member_count, topic, topic_time, settings FROM room WHERE listed = 1 AND key > ?1 "
            "ORDER BY key LIMIT ?2"),
      sessions_(connection, "SELECT id, generation, protocol, identity, token_hash, proxy, proxy_incarnation, nick, "
                            "token_number, next_token_hash FROM session"),
      nicks_(connection, "SELECT folded, nick, session FROM nick"),
      nick_of_(connection, "SELECT nick FROM session WHERE id = ?1"),
      memberships_(connection, "SELECT room.id, key, title, joined_seq, op, k, seq, modes FROM member "
                               "JOIN room ON room.id = member.room "
                               "LEFT JOIN last_op ON last_op.room = member.room AND last_op.session = member.session "
                               "WHERE member.session = ?1"),
      other_member_(connection, "SELECT nick FROM member WHERE room = ?1 AND session <> ?2 ORDER BY identity = "
                                "(SELECT identity FROM member WHERE room = ?1 AND session = ?2), joined_seq DESC "
                                "LIMIT 1"),
      other_left_(connection, "SELECT nick FROM left_behind WHERE room = ?1 AND identity <> "
                              "(SELECT identity FROM member WHERE room = ?1 AND session = ?2) "
                              "ORDER BY seq DESC LIMIT 1"),
      drained_(connection, "SELECT node FROM drained") {}

directory_result sqlite_directory_reader::ask(const directory_request& question) {
  if (const auto* room = std::get_if<find_room>(&question))
    return find(*room);
  if (const auto* page = std::get_if<list_room_rows>(&question))
    return list(*page);
  if (const auto* session = std::get_if<load_session>(&question))
    return load(*session);
  return load_all();
}

directory_result sqlite_directory_reader::find(const find_room& question) {
  auto row = find_.run(question.key);
  if (!row.next())
    return room_found{room_id{}, question.key, {}};
  return room_found{room_id{row.number(0)}, question.key, row.text(1)};
}

directory_result sqlite_directory_reader::list(const list_room_rows& question) {
  room_rows page;
  room_key last;
  const auto limit = page_of(question.limit);
  auto row = list_.run(question.after, std::uint64_t{limit + 1});
  while (row.next()) {
    if (page.rooms.size() == limit) {
      page.next = last;
      break;
    }
    last = row.text(0);
    const auto settings = row.is_null(5) ? result<room_settings>(room_settings{}) : decode_settings(row.bytes(5));
    page.rooms.push_back({row.text(1), static_cast<std::uint32_t>(row.number(2)), row.text(3),
                          settings ? settings->created : timestamp{}, row.text(3).empty() ? timestamp{} : row.time(4)});
  }
  return page;
}

directory_result sqlite_directory_reader::load_all() {
  directory_loaded all;
  auto session = sessions_.run();
  while (session.next())
    all.sessions.push_back({session_id{session.number(0)}, static_cast<std::uint32_t>(session.number(1)),
                            static_cast<protocol>(session.number(2)), session.hash(3), session.hash(4), session.text(5),
                            incarnation{session.number(6)}, session.text(7),
                            static_cast<std::uint32_t>(session.number(8)), session.hash(9)});
  auto nick = nicks_.run();
  while (nick.next())
    all.nicks.push_back({nick.text(0), nick.text(1), session_id{nick.number(2)}});
  auto drained = drained_.run();
  while (drained.next())
    all.drained.push_back(drained.text(0));
  return all;
}

session_loaded sqlite_directory_reader::load(const load_session& question) {
  session_loaded answer{.session = question.session, .nick = {}, .rooms = {}, .why = {}};
  auto session = nick_of_.run(question.session);
  if (!session.next()) {
    answer.why = error{error_code::session_ended, {}};
    return answer;
  }
  answer.nick = session.text(0);
  auto row = memberships_.run(question.session);
  while (row.next()) {
    stored_membership membership{.room = room_id{row.number(0)},
                                 .key = row.text(1),
                                 .title = row.text(2),
                                 .joined_seq = row.number(3),
                                 .companion_nick = {},
                                 .last = {},
                                 .modes = member_modes{static_cast<std::uint8_t>(row.number(7))}};
    if (row.number(4) != 0) // else: brought along by another, nothing said yet
      membership.last = {{question.session, row.number(4), static_cast<std::uint32_t>(row.number(5))}, row.number(6)};
    if (is_private(membership.key))
      membership.companion_nick = companion_of(membership.room, question.session);
    answer.rooms.push_back(std::move(membership));
  }
  return answer;
}

std::string sqlite_directory_reader::companion_of(room_id room, session_id session) {
  auto member = other_member_.run(room, session);
  if (member.next())
    return member.text(0);
  auto gone = other_left_.run(room, session);
  return gone.next() ? gone.text(0) : std::string{};
}

} // namespace godwit
