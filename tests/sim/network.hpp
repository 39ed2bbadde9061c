/// @file
/// The links between simulated nodes. At each end stand the rules of production (actors/rules/link_end.hpp,
/// link_silence.hpp); in between lies a network that delays, is cut with what it carried, or passes nothing for a
/// while.
///
/// Parcels of one link and direction keep their order, as on a connection; links do not wait for each other.
#pragma once

#include "actors/rules/link_end.hpp"
#include "actors/rules/link_silence.hpp"
#include "tests/sim/node.hpp"

#include <array>
#include <deque>
#include <map>
#include <memory>
#include <set>
#include <utility>
#include <variant>
#include <vector>

namespace godwit::sim {

class network;

/// One connection between two lives of nodes.
class wire : public std::enable_shared_from_this<wire> {
public:
  wire(network& net, std::shared_ptr<node> dialler, std::shared_ptr<node> acceptor);
  void begin();
  /// Whether it joins these two lives.
  bool joins(const node& one, const node& other) const;
  bool is_open_at(const node& which) const;
  void close_at(const node& which, std::string_view why);
  /// The network loses it: each end hears of it some time later; some of what was on its way does not come.
  void cut();
  /// This end's process has died.
  void end_died(const node& which);
  /// The network passes again what it held.
  void unblocked();
  void push(std::size_t side, envelope what);
  void push(std::size_t side, edge_item what);
  void batch_taken(std::size_t side, std::uint64_t number);
  bool is_over() const { return ends_[0].closed && ends_[1].closed; }
  const node& dialler() const { return *ends_[0].home; }
  const node& acceptor() const { return *ends_[1].home; }

private:
  struct introduction {};
  struct loss {};
  struct flying {
    instant due;
    std::variant<introduction, loss, parcel> what;
  };
  struct end {
    std::shared_ptr<node> home;
    bool open = false;
    bool closed = false;
    std::optional<link_end> rules;
    std::optional<link_silence> silence;
    std::vector<std::variant<envelope, edge_item>> waiting;
    std::vector<std::uint64_t> taken;
    bool drain_planned = false;
    std::deque<flying> coming; ///< to this end
  };

  std::size_t side_of(const node& which) const { return ends_[0].home.get() == &which ? 0 : 1; }
  void open(std::size_t side);
  void close(std::size_t side, std::string_view why);
  void fly(std::size_t to, std::variant<introduction, loss, parcel> what);
  void arrive(std::size_t at);
  void take(std::size_t at, std::variant<introduction, loss, parcel> what);
  void take_parcel(std::size_t at, parcel what);
  void plan_drain(std::size_t side);
  void drain(std::size_t side);
  void flush(std::size_t side);
  void pulse(std::size_t side, instant due);
  void lose_some(std::size_t to);

  network& net_;
  std::array<end, 2> ends_; // the dialler's first
};

class network {
public:
  explicit network(world& around) : world_(around) {}

  void booted(node& which);
  void died(const node& which);
  /// All connections between these two.
  void cut(const node_name& one, const node_name& other);
  /// Nothing passes from one to the other, and nobody is told, until it does again.
  void block(const node_name& from, const node_name& to);
  void unblock(const node_name& from, const node_name& to);
  bool is_blocked(const node_name& from, const node_name& to) const { return blocked_.contains({from, to}); }
  /// From now on a parcel takes so much longer.
  void slow(const node_name& one, const node_name& other, span by);
  void heal();
  span delay(const node_name& from, const node_name& to);
  void dial_later(const node_name& dialler, const node_name& to, unsigned attempt);
  world& around() const { return world_; }

private:
  void dial(const node_name& dialler, const node_name& to, unsigned attempt);

  world& world_;
  std::vector<std::shared_ptr<wire>> wires_;
  std::set<std::pair<node_name, node_name>> blocked_;
  std::map<std::pair<node_name, node_name>, span> slowness_;
};

} // namespace godwit::sim
