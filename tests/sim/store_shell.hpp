/// @file
/// The store of a simulated broker node: what waits, the commit that is under way, and its failures. The messages are
/// those of actors/store_actor.hpp, the order that of nodes/store/store.hpp.
///
/// A commit takes all that waits, and is durable whole or not at all; when the process dies, or the disk fails, amid
/// one, nobody knows which.
#pragma once

#include "tests/sim/node.hpp"
#include "tests/sim/store_tables.hpp"

#include <deque>
#include <functional>
#include <variant>

namespace godwit::sim {

/// What survives the process, and how the disk is today.
class store_disk {
public:
  explicit store_disk(const safeguards& guards) : tables(guards) {}
  store_tables tables;
  bool failing = false;   ///< no commit succeeds
  bool fail_next = false; ///< one does not
  span commit_min{300'000};
  span commit_max{3'000'000};
};

class store_shell final : public entity {
public:
  explicit store_shell(node& home);
  /// A commit that was under way is durable, or it is not.
  void killed() override;
  void take(message& what) override;
  void reset(const link_reset&) override {}

private:
  using request = std::variant<open_log, append_entries, ask_store>;
  struct waiting_request {
    address asker;
    request what;
  };
  template <class Question, class Read>
  void read(const address& asker, const Question& what, Read&& answer);
  void change(address asker, request what);
  void begin_commit();
  void end_commit();
  message perform(const request& what);
  static message away_answer(const request& what);
  void go_away();
  void come_back();

  store_disk& disk_;
  std::deque<waiting_request> waiting_;
  std::vector<waiting_request> committing_;
  bool away_ = false;
};

} // namespace godwit::sim
