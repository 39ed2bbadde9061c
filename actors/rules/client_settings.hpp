/// @file
/// What the clients of a worker node's sessions are told of the network; the same on all nodes, since all read one
/// config.
#pragma once

#include "messages/ids.hpp"
#include "messages/irc/irc_limits.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace godwit {

struct irc_network {
  std::string name = "Godwit";            ///< ISUPPORT NETWORK
  std::string server = "irc.godwit.test"; ///< the one server name that all nodes show
  std::string version = "godwit";
  std::string started;    ///< since when this node runs, for people
  timestamp started_at{}; ///< the same; 0: not known
  std::vector<std::string> motd;
  std::string admin;                                                   ///< whom to write to; empty: nobody is named
  std::uint32_t replay_lines = 50;                                     ///< said before a client joined; 0: none
  bool replay_since_left = false;                                      ///< what it missed instead
  std::chrono::milliseconds login_timeout = limits::irc_login_timeout; ///< who has not logged in by then is closed
};

struct client_settings {
  irc_network irc;
  std::string cloak_key; ///< hides where clients come from; empty: nothing is shown of it
};

} // namespace godwit
