/// @file
/// Joins a proxy node's edge and its switchboard.
#pragma once

#include "actors/switchboard.hpp"
#include "nodes/edge/edge.hpp"
#include "nodes/edge/edge_ports.hpp"

#include <atomic>
#include <mutex>
#include <optional>

namespace godwit {

/// The edge starts last, and clients may come before its start has returned: what is for it waits until `started`, or
/// is dropped when it turns out that it can not start. Of the membership views only the newest matters: it is kept for
/// the edge, since no other may come until something changes.
class edge_adapter final : public edge_port, public edge_upstream {
public:
  explicit edge_adapter(switchboard& board) : board_(board) {}

  void started(edge& running) {
    {
      const std::lock_guard guard{view_lock_};
      edge_.store(&running);
      if (early_view_)
        running.view(*early_view_);
    }
    is_known_.store(true);
    is_known_.notify_all();
  }
  void can_not_start() {
    is_known_.store(true);
    is_known_.notify_all();
  }

  // edge → node
  void send(const address& to, message what) override { board_.send(to, std::move(what)); }

  // node → edge
  void receive(message what) override {
    if (auto* running = wait_for_edge())
      running->receive(std::move(what));
  }
  void deliver(edge_item what) override {
    std::vector<edge_item> items;
    items.push_back(std::move(what));
    deliver(std::move(items), nullptr);
  }
  void deliver(std::vector<edge_item> items, std::shared_ptr<const void> ticket) {
    if (auto* running = wait_for_edge())
      running->deliver(std::move(items), std::move(ticket));
  }
  void reset(const link_reset& what) override {
    if (auto* running = edge_.load())
      running->link_reset(what);
  }
  void view(const membership_view& what) override {
    const std::lock_guard guard{view_lock_}; // the edge shall not get an older view after a newer one
    if (auto* running = edge_.load())
      running->view(what);
    else
      early_view_ = what;
  }

private:
  /// Null: there will be none.
  edge* wait_for_edge() {
    is_known_.wait(false);
    return edge_.load();
  }

  switchboard& board_;
  std::atomic<edge*> edge_{nullptr};
  std::atomic<bool> is_known_{false}; ///< whether there is an edge
  std::mutex view_lock_;
  std::optional<membership_view> early_view_; ///< came before the edge was there
};

} // namespace godwit
