/// @file
/// Joins the broker node's directory and its admin port, of which either begins and ends before the other is there.
#pragma once

#include "actors/admin_port.hpp"
#include "nodes/admin/admin_port.hpp"

#include <mutex>
#include <utility>
#include <vector>

namespace godwit {

class admin_adapter final : public admin_answers {
public:
  /// The port serves already: who was quick may have been answered. Null: there is none any more.
  void set_port(admin_port* port) {
    const std::lock_guard guard{lock_};
    port_ = port;
    for (auto& each : std::exchange(early_, {}))
      if (port_ != nullptr)
        port_->answer(std::move(each));
  }
  void answered(admin_answered what) override {
    const std::lock_guard guard{lock_};
    if (port_ != nullptr)
      port_->answer(std::move(what));
    else if (early_.size() < limits::admin_connections_max)
      early_.push_back(std::move(what));
  }

private:
  std::mutex lock_;
  admin_port* port_ = nullptr;
  std::vector<admin_answered> early_;
};

} // namespace godwit
