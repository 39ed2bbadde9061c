/// @file
/// What leaves a room: which relays get it, what each of them has delivered, and whether new posts may come.
///
/// Each attached relay is
///
///            reached the newest entry               no progress for fan_out_stall,
///   behind ───────────────────────────▶ following ── or twice undelivered_fan_out_max undelivered ──▶ behind
///     │  gets pieces of the log, each after        │  gets every event as it happens,
///     │  enough of the last ones was delivered     │  counts in the window
///     └──────────── detach, link lost, node dead ──┴─▶ gone
///
/// A relay that is behind needs no queue here: where it stands in the log is all that is kept of it.
/// Limits: undelivered_fan_out_max, catch_up_fan_out_max, fan_out_stall.
/// Source: docs/ARCHITECTURE.md, "The path of a command to a room", 4, 5 and 8.
#pragma once

#include "actors/rules/room_effects.hpp"

#include <map>
#include <optional>
#include <vector>

namespace godwit {

/// A relay that is behind and can take the entries behind `after` now.
struct hungry_relay {
  node_name node;
  std::uint64_t attachment = 0;
  room_seq after = 0;
};

/// How far an attached relay is.
struct relay_progress {
  node_name node;
  std::uint64_t attachment = 0;
  room_seq position = 0;      ///< the last entry sent
  std::uint64_t numbered = 0; ///< the last fan-out number given out
  std::uint64_t delivered = 0;
};

class fan_out_window {
public:
  explicit fan_out_window(room_id room) : room_(room) {}

  /// A new life of the room: nobody is attached.
  void open(room_epoch epoch, room_seq last_seq);

  /// It had members in its former life: their relays attach again.
  void expect_former(timestamp now) { lost_.insert_or_assign(node_name{}, now); }

  /// Says to the relay where it begins, so that it knows even if nothing happens.
  void attach(const attach_relay& what, timestamp now, room_effects& out);
  /// Somebody on `node` joined at `seq`, which is about to be published. If no relay of that node is attached, the next
  /// one that asks for the newest begins there: its attach_relay was overtaken by the join, or was lost. So does the
  /// one behind a relay that goes before it has delivered the join: it may have ended before its session enrolled.
  void expect(const node_name& node, room_seq seq);
  /// It wants nothing more.
  void drop(const node_name& node);
  /// The link to it was lost: it attaches again, or its node is dead.
  void lose(const node_name& node, timestamp now);
  /// Its sessions are housed on other nodes meanwhile, whose relays attach: they are waited for as one that was lost.
  void drop_dead(const membership_view& view, timestamp now);
  /// Takes a report and answers it.
  void reported(const fan_out_delivered& what, timestamp now, room_effects& out);
  /// Those without progress for fan_out_stall fall behind.
  void judge(timestamp now);

  /// Durable entries that follow the last ones that were published.
  void publish(const std::vector<shared_entry>& entries, timestamp now, room_effects& out);
  /// To those who follow, if they are not full: it is not kept for anybody.
  void publish(const presence_changed& what, timestamp now, room_effects& out);

  [[nodiscard]] std::vector<hungry_relay> hungry() const;
  /// The relay's next piece of the log, in answer to `hungry`. Ignored if it is not the same attachment any more.
  void feed(const hungry_relay& whom, const std::vector<shared_entry>& entries, timestamp now, room_effects& out);
  /// It waits for a piece that comes from the store.
  void wait_for_log(const hungry_relay& whom, bool waits);

  /// Whether new posts may be taken.
  [[nodiscard]] bool takes_posts() const;
  /// Whether somebody has something undelivered: `judge` is wanted later.
  [[nodiscard]] bool is_undelivered() const;
  [[nodiscard]] std::vector<relay_progress> progress() const;
  /// Whether a relay that was lost may come back, or its sessions elsewhere, with entries on their way to it. No longer
  /// than relay_returns_within.
  [[nodiscard]] bool awaits_return(timestamp now) const;
  [[nodiscard]] std::size_t relay_count() const { return relays_.size(); }

private:
  struct relay_place {
    incarnation node_incarnation;
    std::uint64_t attachment = 0;
    room_seq position = 0; ///< the last entry sent
    bool following = false;
    bool waits_for_log = false;
    std::uint64_t delivered = 0; ///< fan-out number
    /// Of a former attachment: up to it something was on its way to clients when the relay came back. 0: no more.
    std::uint64_t open_until = 0;
    timestamp progress{};                 ///< when it last delivered something, or began to have something to deliver
    room_seq open_join = 0;               ///< the first join that it has to show and has not delivered; 0: none
    std::uint64_t open_join_numbered = 0; ///< by this fan-out number it is delivered; 0: it has not been sent
  };

  void expect_open_join(const node_name& node);
  [[nodiscard]] std::uint64_t undelivered(const node_name& node, const relay_place& relay) const;
  void number(const node_name& node, relay_place& relay, fan_out& outgoing, timestamp now);
  void send_entries(const node_name& node, relay_place& relay, const std::vector<shared_entry>& entries, timestamp now,
                    room_effects& out);

  room_id room_;
  room_epoch epoch_ = 0;
  room_seq last_seq_ = 0;
  std::uint64_t attachments_ = 0;
  std::map<node_name, relay_place> relays_;
  std::map<node_name, timestamp> lost_;    ///< relays since when; bounded by the nodes of the cluster
  std::map<node_name, room_seq> expected_; ///< of nodes without a relay: the first join that it has to show
  /// The last fan-out number given out per node. Outlives attachments, so that a late report can not be taken for one
  /// of the attachment after it. Bounded by the nodes of the cluster.
  std::map<node_name, std::uint64_t> numbers_;
};

} // namespace godwit
