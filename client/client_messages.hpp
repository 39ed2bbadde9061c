/// @file
/// What the client library's actors say to each other, within one process.
///
///     io thread → connection_actor → outbox_actor → session_view_actor → the user's news_queue
///     user → outbox_actor → connection_actor → io thread
///
/// One way for all that a server says, so that its order is kept. The read_ticket travels with it: whoever drops the
/// last one lets the connection read on.
#pragma once

#include "client/net/connection_settings.hpp"
#include "client/rules/news.hpp"
#include "client/rules/session_view.hpp"
#include "messages/control_codec.hpp"

#include <caf/allowed_unsafe_message_type.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace godwit {

// ------------------------------------------------------------------------------------- outbox → connection

/// Dial until a server answers, and say this first. The pause before it grows with each failure.
struct open_connection {
  std::optional<control::resume_request> resume;
};
/// Whole frames.
struct write_frames {
  std::string bytes;
};
/// No more of this: say good-bye.
struct close_connection {};

// -------------------------------------------------------- io thread → connection, and on → outbox

struct connection_opened {
  control::server_hello hello;
};
struct frames_arrived {
  std::vector<std::string> frames;
  read_ticket ticket;
};
struct connection_lost {
  error why;
};
/// connection → itself, after a pause.
struct dial_now {};
/// connection → itself: the time is over within which a connection was to be made.
struct deadline_passed {
  std::uint64_t number = 0; ///< the newest counts
};
/// connection → outbox. It was lost for too long.
struct connection_given_up {
  error why;
};
/// connection → outbox, for the user.
struct redial_planned {
  news::reconnecting what;
};

// --------------------------------------------------------------------------------------------- user → outbox

struct submit_request {
  request_number number = 0;
  ask::request request;
};
/// outbox → itself.
struct end_pause {};

// ------------------------------------------------------------------------------------- outbox → session view

struct tell_news {
  std::vector<client_news> news;
  read_ticket ticket;
};
/// user → session view. Answered with a copy.
struct read_view {};
using shared_view = std::shared_ptr<const session_view>;

} // namespace godwit

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(godwit::open_connection)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(godwit::write_frames)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(godwit::close_connection)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(godwit::connection_opened)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(godwit::frames_arrived)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(godwit::connection_lost)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(godwit::dial_now)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(godwit::deadline_passed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(godwit::connection_given_up)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(godwit::redial_planned)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(godwit::submit_request)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(godwit::end_pause)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(godwit::tell_news)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(godwit::read_view)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(godwit::shared_view)
