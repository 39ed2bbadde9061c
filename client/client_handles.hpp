/// @file
/// The typed handles of the client library's actors.
#pragma once

#include "client/client_messages.hpp"

#include <caf/replies_to.hpp>
#include <caf/typed_actor.hpp>

namespace godwit {

using connection_handle =
  caf::typed_actor<caf::reacts_to<open_connection>, caf::reacts_to<write_frames>, caf::reacts_to<close_connection>,
                   caf::reacts_to<connection_opened>, caf::reacts_to<frames_arrived>, caf::reacts_to<connection_lost>,
                   caf::reacts_to<dial_now>, caf::reacts_to<deadline_passed>>;

using outbox_handle =
  caf::typed_actor<caf::reacts_to<submit_request>, caf::reacts_to<connection_opened>, caf::reacts_to<frames_arrived>,
                   caf::reacts_to<connection_lost>, caf::reacts_to<connection_given_up>, caf::reacts_to<redial_planned>,
                   caf::reacts_to<end_pause>>;

using session_view_handle = caf::typed_actor<caf::reacts_to<tell_news>, caf::replies_to<read_view>::with<shared_view>>;

} // namespace godwit
