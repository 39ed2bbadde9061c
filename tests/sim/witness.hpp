/// @file
/// What the checkers of a simulated run know: what clients said and were told, and who acted as an owner. They share no
/// code with the rules; the store's content is the truth that they compare with.
///
/// Each broken promise is told to the world at once, or by `settle` at the end.
#pragma once

#include "client/rules/news.hpp"
#include "messages/cluster_messages.hpp"
#include "tests/sim/world.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

namespace godwit::sim {

/// What became of a post, as its client knows.
enum class fate : std::uint8_t { open, acknowledged, refused };

class witness {
public:
  explicit witness(world& around) : world_(around) {}

  // ------------------------------------------------------------------------------------------------ from clients

  /// Each text is said once in a run.
  void said(const std::string& text);
  void acknowledged(const std::string& text, room_id room, room_seq seq);
  void refused(const std::string& text);
  /// A native client's user was told this event.
  void told(const std::string& client, room_id room, const log_entry& entry, bool ends_stay);
  /// From here on it may be told from any event on.
  void left_room(const std::string& client, room_id room);
  /// A native client's connection brought this event of a room, behind `last`.
  void brought(const std::string& client, room_id room, room_seq last, room_seq seq);
  /// An IRC client was shown this event, on its `stay`th stay in any channel.
  void shown(const std::string& client, std::uint64_t stay, const std::string& msgid, const std::string& text);
  void disconnected(error_code why);

  // ------------------------------------------------------------------------------------------- from the cluster

  void appended(const append_entries& request, const entries_appended& answer);
  void attached(const attach_session& what, const node_name& worker, incarnation life);
  /// A proxy node has closed the connection of a client that it had greeted.
  void lost(error_code why);
  /// From here on nobody may be: nothing fails in this run.
  void expect_calm() { calm_ = true; }

  // --------------------------------------------------------------------------------------------------- the end

  /// All posts in the log, and what was said of them.
  void check_posts();
  /// Each stay of an IRC client: gapless and in order. `open`: the stays that go on saw everything.
  void check_stays(const std::set<std::uint64_t>& open);
  /// This client has been told all of the room up to its last event.
  bool is_told_all(const std::string& client, room_id room) const;
  std::optional<fate> fate_of(const std::string& text) const;

  const std::map<error_code, std::size_t>& disconnects() const { return disconnects_; }
  std::size_t posts() const { return fates_.size(); }
  std::size_t acknowledged_posts() const { return acknowledged_; }
  std::size_t events_told() const { return events_; }

private:
  struct stay {
    std::string client;
    std::vector<std::string> msgids;
  };
  void broken(const std::string& what) { world_.broken(what); }
  const log_entry* logged(room_id room, room_seq seq) const;

  world& world_;
  std::map<std::string, fate> fates_;
  std::map<std::pair<std::string, room_id>, room_seq> last_told_;
  std::map<std::uint64_t, stay> stays_;
  std::map<std::pair<session_id, session_epoch>, std::pair<node_name, incarnation>> owners_;
  std::map<error_code, std::size_t> disconnects_;
  bool calm_ = false;
  std::size_t acknowledged_ = 0;
  std::size_t events_ = 0;
};

} // namespace godwit::sim
