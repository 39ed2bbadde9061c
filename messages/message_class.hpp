/// @file
/// Which class of a link a message belongs to, and what it weighs there.
///
/// Messages between the same two entities are all of one class: classes overtake each other, what is of one class does
/// not.
#pragma once

#include "messages/cluster_messages.hpp"

#include <cstddef>
#include <cstdint>

namespace godwit {

/// The numbers are the wire form.
enum class message_class : std::uint8_t {
  control = 1, ///< places, views, claims: never held; bounded by the windows of those who send it
  chat = 2,    ///< what people and the log say: held by credit
  bulk = 3,    ///< file chunks: nothing yet
};

message_class message_class_of(const message& what);

/// About how many bytes the message takes on its way, for bounds and credits; never 0.
std::size_t weight_of(const message& what);
std::size_t weight_of(const session_output& what);

} // namespace godwit
