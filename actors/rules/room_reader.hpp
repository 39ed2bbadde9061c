/// @file
/// What is read of a room: questions of members, what a session has missed, what a relay that is behind needs. From the
/// newest entries in memory where they are enough, else from the log.
///
/// Where retention has taken what a relay or a session goes on from, an entry that says so comes instead (`forgotten`).
/// Each read of the log has a ticket of ours and is kept until it is answered; `again` repeats all.
/// Limits: history_entries_max per question, history_piece_entries_max and history_piece_bytes_max per answer,
/// members_piece_rows_max, room_reads_max questions; fetches one per session, catch-ups one per relay.
#pragma once

#include "actors/rules/fan_out_window.hpp"
#include "actors/rules/room_effects.hpp"
#include "actors/rules/room_ledger.hpp"

#include <map>
#include <optional>
#include <variant>
#include <vector>

namespace godwit {

/// A piece of the log for a relay that is behind.
struct relay_piece {
  hungry_relay whom;
  std::vector<shared_entry> entries;
};

class room_reader {
public:
  room_reader(room_id room, node_name own_node) : room_(room), node_(std::move(own_node)) {}

  /// Requires that whoever asks may know.
  void ask(const room_query& query, const room_ledger& ledger, room_effects& out);
  void fetch(const fetch_entries& what, const room_ledger& ledger, room_effects& out);
  /// The piece at once, or nothing: it comes from the log.
  std::optional<relay_piece> catch_up(const hungry_relay& whom, const room_ledger& ledger, room_effects& out);

  /// What the log said. False: that is no answer, `again` is wanted later.
  bool read(const log_read& what, std::optional<relay_piece>& piece, room_effects& out);
  /// Asks the store again for all that it has not answered.
  void again(room_effects& out) const;
  void clear() { reads_.clear(); }
  /// Sessions that wait for an answer.
  [[nodiscard]] std::vector<request_origin> askers() const;
  [[nodiscard]] bool empty() const { return reads_.empty(); }

private:
  struct for_query {
    request_origin origin;
    std::uint32_t wanted = 0; ///< entries that the question covers, or may cover
    bool counted = true;      ///< it covers exactly so many
  };
  struct for_fetch {
    fetch_entries what;
  };
  using purpose = std::variant<for_query, for_fetch, hungry_relay>;
  struct pending {
    read_log request;
    purpose why;
    room_seq last = 0; ///< the newest entry when it was asked
  };

  void members(const room_query& query, const read_members& page, const room_ledger& ledger, room_effects& out) const;
  void history(const room_query& query, const read_history& range, const room_ledger& ledger, room_effects& out);
  void from_log(read_log request, purpose why, room_seq last, room_effects& out);
  void answer(const request_origin& origin, decltype(query_answered::answer) answer, room_effects& out) const;
  void answer_history(const for_query& why, std::vector<shared_entry> entries, bool more_in_log,
                      room_effects& out) const;

  room_id room_;
  node_name node_;
  std::uint64_t tickets_ = 0;
  std::map<std::uint64_t, pending> reads_;
};

} // namespace godwit
