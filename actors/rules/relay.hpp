/// @file
/// The rules of a relay: it stands for one room on one worker node, and shows what comes out of the room to the
/// sessions there.
///
/// Rules only; actors/relay_actor.hpp does what they say.
///
///   no members ──enrol──▶ attaching ──fan_out whose base fits──▶ following ──gap──▶ attaching
///        ▲                  │   ▲ ──room_announced, link_reset(room's node)──▶ attaching      │
///        └───last withdraw──┘   └──────────────────────────────────────────────────────────────┘
///
/// Requires   fan_outs of one attachment in order; losses only with `link_reset`; `delivered` for each item that was
///            shown with a fan-out number.
/// Promises   each session gets every logged event behind its `after`, in order, possibly with repeats, which it drops
///            by `room_seq`. What it was given of a replay ends with the newest entry known here if something lies
///            between: the session sees a gap and asks for the next piece when its client can take it.
/// Limits     recent_entries_max, recent_bytes_max; one report and one fetch per session outstanding.
/// Source     docs/ARCHITECTURE.md, "The path of a command to a room", 5 to 8.
#pragma once

#include "actors/rules/delivery_reports.hpp"
#include "actors/rules/effects.hpp"
#include "actors/rules/recent_entries.hpp"

#include <map>
#include <memory>
#include <optional>
#include <variant>
#include <vector>

namespace godwit {

using session_list = std::shared_ptr<const std::vector<session_id>>;
using item_list = std::shared_ptr<const std::vector<fan_out_item>>;

/// Give these items to these sessions as one `room_events`, each encoded once. An item with a fan-out number gets a
/// ticket: when its last copy is dropped, call `relay::delivered(epoch, fan_out_number)`. 0: none, it is a replay.
struct show {
  session_list sessions;
  room_epoch epoch = 0;
  item_list items;
};
/// Give this to these sessions.
struct tell_reopened {
  session_list sessions;
  room_reopened what;
};
/// Tell this session that the room is not where it was thought to be: it knows the room by its key, and asks the
/// directory, which opens the room. If the session is not on this node any more, `withdraw` it: another is told then.
struct tell_not_here {
  room_not_here what;
};
/// No session is left: the relay may end. If a session enrols before it has ended, it goes on.
struct end_relay {};

using relay_effect = std::variant<send, show, tell_reopened, tell_not_here, end_relay>;
using relay_effects = std::vector<relay_effect>;

class relay {
public:
  /// `place`: where the room is and its epoch, if the node has heard of it.
  relay(room_id room, node_name own_node, incarnation own_incarnation, std::optional<room_place> place = {});

  // From sessions of this node.
  relay_effects enrol(const enrol_session& what);
  relay_effects withdraw(const withdraw_session& what);
  relay_effects replay(const replay_events& what);

  // From the room.
  relay_effects fanned_out(const fan_out& what);
  relay_effects fetched(const entries_fetched& what);
  relay_effects report_taken(const godwit::report_taken& what);
  /// The room is nowhere, or somewhere else. After the death of its node and of the broker node nobody but its members
  /// knows that it is to be open.
  relay_effects not_here(const room_not_here& what);

  // From the node.
  relay_effects announced(const room_announced& what);
  relay_effects link_reset(const godwit::link_reset& what);
  relay_effects view(const membership_view& what);
  /// The last copy of this item was dropped.
  relay_effects delivered(room_epoch epoch, std::uint64_t fan_out_number);

  [[nodiscard]] std::size_t session_count() const { return members_.size(); }
  [[nodiscard]] room_epoch epoch() const { return epoch_; }
  /// The newest entry that came here; nothing before the room has answered.
  [[nodiscard]] std::optional<room_seq> last_seq() const { return last_; }

private:
  struct member {
    room_seq after = 0;
    bool newest = false;
  };

  void attach(relay_effects& out);
  void begin_at(room_seq base, relay_effects& out);
  void enter_epoch(room_epoch epoch, relay_effects& out);
  bool take_items(const fan_out& what, relay_effects& out);
  void show_piece(session_id session, room_seq from, relay_effects& out);
  void show_to(session_id session, std::vector<shared_entry> entries, relay_effects& out);
  void ask_room(session_id session, room_seq from, relay_effects& out);
  void report(relay_effects& out);
  void have_opened(relay_effects& out);
  const session_list& everybody();

  room_id room_;
  node_name node_;
  incarnation incarnation_;
  node_name room_node_; ///< empty: not heard of
  room_epoch epoch_ = 0;
  std::map<session_id, member> members_;
  session_list everybody_; ///< of members_; null: to be made
  std::optional<room_seq> last_;
  bool attaching_ = false;           ///< asked to attach, nothing that fits has come since
  std::optional<session_id> seeker_; ///< was told that the room is not there
  recent_entries recents_;
  std::map<session_id, room_seq> fetching_; ///< asked of the room, unanswered
  delivery_reports reports_;
};

} // namespace godwit
