/// @file
/// Which rooms are open, and where; and who waits for one to be found or opened.
///
/// A place is replaced only by one of a higher epoch. A worker node that still hosts a lower one is told nothing: it is
/// fenced by the store, and the room's announcement corrects its relays.
/// Keeps: rooms that are open, being opened or asked for; bounded by these and room_waiters_max per room.
#pragma once

#include "actors/rules/balancer.hpp"
#include "messages/cluster_messages.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace godwit {

class room_table {
public:
  struct room {
    room_key key;      ///< empty: not known, the room was reported open by one who could not say
    std::string title; ///< empty: private, or not known
    room_epoch epoch = 0;
    std::optional<worker_place> place;   ///< open here
    std::optional<worker_place> opening; ///< this worker node was asked to open it
    bool asking = false;                 ///< the balancer was asked where to open it
    std::vector<locate_room> waiters;
  };
  /// A key whose room the store is asked for.
  struct search {
    std::vector<locate_room> waiters;
  };

  const std::map<room_id, room>& all() const { return rooms_by_id_; }
  room* find(room_id id);
  room* find(const room_key& key);
  room_id id_of(const room_key& key) const;
  /// What is not known of key and title is left empty, and changes nothing that is.
  room& add(room_id id, const room_key& key, const std::string& title);
  /// It is open here. False: something as new or newer is known; nothing was changed.
  bool opened(const room_report& told, const worker_place& place);
  /// It is not open there any more. True if it was the known place.
  bool closed(room_id id, room_epoch epoch, const node_name& node);
  void forget_if_unused(room_id id);
  void forget(room_id id);

  std::size_t count_at(const worker_place& place) const;
  /// Open at this place.
  std::vector<room_id> at(const worker_place& place) const;
  /// Being opened at this place.
  std::vector<room_id> opening_at(const worker_place& place) const;
  /// All worker places that rooms are open or being opened at.
  std::set<worker_place> places() const;

  std::map<room_key, search> searches_by_key;

private:
  void set_place(room_id id, room& row, std::optional<worker_place> place);

  std::map<room_id, room> rooms_by_id_;
  std::map<room_key, room_id> ids_by_key_;
  std::map<worker_place, std::set<room_id>> open_by_place_;
};

} // namespace godwit
