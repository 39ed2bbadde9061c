/// @file
/// The config of a whole cluster: one TOML file, the same for every node of it.
///
/// Reading reports every problem at once, each with file, line, key, what was found and what is allowed; a config with
/// a problem is no config, so that nothing starts by half. Paths are relative to the file's folder. docs/OPERATING.md
/// lists all keys.
#pragma once

#include "actors/rules/address_limits.hpp"
#include "actors/rules/flood_control.hpp"
#include "actors/rules/ip_network.hpp"
#include "messages/endpoint.hpp"
#include "messages/ids.hpp"
#include "messages/irc/irc_limits.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace godwit {

/// Bits of a node's roles; the wire form.
enum class node_role : std::uint8_t { broker = 1, worker = 2, proxy = 4 };

/// What a proxy node offers to clients.
struct client_port_config {
  std::vector<endpoint> listen;
  std::vector<endpoint> address; ///< what clients of other proxy nodes are told to dial; no wildcard, no port 0
  std::filesystem::path certificate;
  std::filesystem::path key;
  std::size_t loops_min = 1;              ///< threads that serve client sockets, at least; 0: one per core
  std::size_t loops_max = 0;              ///< at most; 0: one per core, and not less than `loops_min`
  std::vector<endpoint> irc_listen;       ///< for IRC over TLS, with the same certificate; empty: none
  std::vector<endpoint> irc_plain_listen; ///< for IRC without TLS; empty: none
};

/// Where a broker node takes operators' tools.
struct admin_port_config {
  std::vector<endpoint> listen;
  std::vector<endpoint> address; ///< what tools dial, one after the other; no wildcard, no port 0
  std::filesystem::path certificate;
  std::filesystem::path key;
  std::filesystem::path ca; ///< signs the operators' certificates, and this port's own
};

/// Who an operator's tool that reads this file says it is.
struct operator_tool_config {
  std::filesystem::path certificate; ///< empty: it has to be told
  std::filesystem::path key;
};

struct node_config {
  node_name name;
  std::uint8_t roles = 0;
  std::vector<endpoint> bind;      ///< where other nodes are accepted; empty in a cluster of one node
  std::optional<endpoint> address; ///< what other nodes dial
  std::filesystem::path certificate;
  std::filesystem::path key;
  std::filesystem::path data; ///< broker nodes: the store's folder
  bool make_data = false;     ///< if it is not there; else that is a fault, since a disk may not be mounted
  std::optional<client_port_config> client;
  std::optional<admin_port_config> admin; ///< broker nodes; none: no operators' tools

  bool has(node_role role) const { return (roles & static_cast<std::uint8_t>(role)) != 0; }
};

/// What an operator may change of limits.hpp.
struct tunables {
  std::chrono::milliseconds resume_timeout;
  std::chrono::milliseconds handshake_timeout;
  std::chrono::milliseconds idle_ping_after;
  std::size_t send_queue_bytes;
  std::size_t clients_max;
  bool clients_max_is_set = false; ///< by the file; else it is at most what there are descriptors for
  flood_settings flood;
  address_settings addresses;
  std::chrono::milliseconds store_wait;
  std::chrono::milliseconds room_closes_after;
  std::chrono::milliseconds ended_kept;
  tunables();
};

/// What is kept of what was said, and which rooms without members; 0: no bound.
struct keep_config {
  std::chrono::days days{365};
  std::uint64_t room_events = 1'000'000;
  std::uint64_t events = 20'000'000;
  std::chrono::hours empty_rooms{30 * 24}; ///< since they were last used
  std::chrono::hours conversations{365 * 24};
  std::chrono::milliseconds look_every{60'000};
};

/// What IRC clients are told, and how they are shown to others.
struct irc_config {
  std::string network;                    ///< its name; empty: the cluster's
  std::string server = "irc.godwit.test"; ///< the one server name that all nodes show
  std::filesystem::path motd;             ///< a text file; empty: none
  std::string admin;                      ///< whom to write to; empty: nobody is named
  std::filesystem::path cloak_key; ///< a file, of which all nodes have the same; empty: hosts are shown as "hidden"
  std::uint32_t replay_lines = 50; ///< said before a client joined; 0: none
  bool replay_since_left = false;  ///< what it missed instead
  std::chrono::milliseconds login_timeout = limits::irc_login_timeout;
};

/// Somebody who may become an operator of the server. From everywhere, where neither masks nor networks are named.
struct operator_config {
  std::string name;
  std::string password;               ///< its hash: nodes/config/password_hash.hpp
  std::vector<std::string> masks;     ///< of user@host, as people are shown it
  std::vector<ip_network> networks{}; ///< that the client comes from
};

struct cluster_config {
  std::filesystem::path file;
  std::string name;
  std::filesystem::path ca; ///< signs the nodes' certificates; empty in a cluster of one node
  std::vector<node_config> nodes;
  tunables limits;
  keep_config keep;
  irc_config irc;
  std::vector<operator_config> operators;
  operator_tool_config operator_tool;
  std::size_t store_cache_bytes = 64 * 1024 * 1024; ///< what a broker node keeps of its file in memory, for writing
  std::vector<std::string> reserved_nicks;          ///< default_reserved_nicks(), unless the file has a list of its own
  std::string log_level = "info";
  std::size_t scheduler_threads = 0; ///< of CAF; 0: one per core

  /// Null if there is none of that name.
  const node_config* find(const node_name& name) const;
  /// The one broker node. Requires a config that was read without problems.
  const node_config& broker() const;
};

struct config_problem {
  std::string file;
  std::size_t line = 0; ///< 0: concerns the whole file
  std::string key;
  std::string found;
  std::string allowed;
};
/// `local.toml:12: node[1].bind: found "7700"; allowed: host:port`.
std::string to_string(const config_problem& problem);

struct config_reading {
  std::optional<cluster_config> config; ///< only without problems
  std::vector<config_problem> problems;
};

/// Reads `file`. Never throws.
config_reading read_config(const std::filesystem::path& file);

} // namespace godwit
