#include "client/session_view_actor.hpp"

#include <utility>

namespace godwit {

session_view_actor::session_view_actor(caf::actor_config& config, std::shared_ptr<news_queue> user)
    : session_view_handle::base(config), user_(std::move(user)) {}

session_view_actor::behavior_type session_view_actor::make_behavior() {
  return {
    [this](tell_news& what) {
      for (const auto& each : what.news)
        view_.apply(each);
      user_->push(std::move(what.news), what.ticket);
    },
    [this](const read_view&) -> shared_view { return std::make_shared<const session_view>(view_); },
  };
}

} // namespace godwit
