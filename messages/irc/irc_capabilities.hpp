/// @file
/// The IRCv3 capabilities that Godwit offers, and what of them changes how an event is shown.
///
/// Source: IRCv3 "Capability Negotiation" and the specification of each; docs/IRC.md, "Capabilities".
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace godwit::irc {

// X(name in code, its bit, its name on the wire).
#define GODWIT_IRC_CAPABILITIES(X)                                                                                     \
  X(message_tags, 0, "message-tags")                                                                                   \
  X(server_time, 1, "server-time")                                                                                     \
  X(echo_message, 2, "echo-message")                                                                                   \
  X(labeled_response, 3, "labeled-response")                                                                           \
  X(batch, 4, "batch")                                                                                                 \
  X(multi_prefix, 5, "multi-prefix")                                                                                   \
  X(userhost_in_names, 6, "userhost-in-names")                                                                         \
  X(extended_join, 7, "extended-join")                                                                                 \
  X(away_notify, 8, "away-notify")                                                                                     \
  X(invite_notify, 9, "invite-notify")                                                                                 \
  X(chghost, 10, "chghost")                                                                                            \
  X(setname, 11, "setname")                                                                                            \
  X(standard_replies, 12, "standard-replies")                                                                          \
  X(cap_notify, 13, "cap-notify")

enum class capability : std::uint32_t {
#define X(name, bit, text) name = 1U << (bit),
  GODWIT_IRC_CAPABILITIES(X)
#undef X
};

/// A set of capabilities; the number is the wire form within the cluster.
class capabilities {
public:
  constexpr capabilities() = default;
  constexpr explicit capabilities(std::uint32_t bits) : bits_(bits) {}

  constexpr bool has(capability which) const { return (bits_ & static_cast<std::uint32_t>(which)) != 0; }
  constexpr void set(capability which, bool to = true) {
    const auto bit = static_cast<std::uint32_t>(which);
    bits_ = to ? bits_ | bit : bits_ & ~bit;
  }
  constexpr std::uint32_t bits() const { return bits_; }
  bool operator==(const capabilities&) const = default;

private:
  std::uint32_t bits_ = 0;
};

struct capability_name {
  capability which;
  std::string_view name;
};
inline constexpr std::array capability_names{
#define X(name, bit, text) capability_name{capability::name, text},
  GODWIT_IRC_CAPABILITIES(X)
#undef X
};

/// None: there is no such capability here.
constexpr std::optional<capability> find_capability(std::string_view name) {
  for (const auto& each : capability_names)
    if (each.name == name)
      return each.which;
  return std::nullopt;
}

/// Of what a client has asked for, that by which events of a room look different: all clients with the same share one
/// encoding.
constexpr capabilities event_profile(capabilities of) {
  capabilities out;
  for (const auto each : {capability::message_tags, capability::server_time, capability::extended_join,
                          capability::away_notify, capability::invite_notify})
    out.set(each, of.has(each));
  return out;
}

} // namespace godwit::irc
