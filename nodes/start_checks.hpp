/// @file
/// What keeps a node from serving, found before anything of it runs: files, addresses, the data folder, the limit of
/// open files. Each fault is a sentence and an exit code of its own.
///
/// Promises  nothing is left behind: probes are closed and removed again, and the data folder is made only where the
///           config says so.
/// Threads   blocks on the disk and on name look-ups; to be called before the node's threads are there.
/// Source    docs/OPERATING.md, "Exit codes".
#pragma once

#include "nodes/config/config.hpp"
#include "nodes/exit_codes.hpp"

#include <filesystem>
#include <optional>
#include <vector>

namespace godwit {

/// The certificate (with its chain) and its key: there, readable, valid now, of one making.
std::optional<start_fault> check_certificate(const std::filesystem::path& certificate,
                                             const std::filesystem::path& key);
/// A CA's certificate: there, readable, valid now.
std::optional<start_fault> check_ca(const std::filesystem::path& certificate);
/// irc.motd, irc.cloak-key: there, readable; text, or long enough for a secret. Empty: the config names none.
std::optional<start_fault> check_motd(const std::filesystem::path& motd);
std::optional<start_fault> check_cloak_key(const std::filesystem::path& key);
/// Each can be listened on. All are tried at once, so that one that is named twice is found too.
std::optional<start_fault> check_addresses(const std::vector<endpoint>& where);
/// The store's folder: there (or `make` it), writable, and nobody else's.
std::optional<start_fault> check_data_folder(const std::filesystem::path& data, bool make);
/// Raises the limit of open files to the hard one. Too few for the clients that the config asks for: a fault; where it
/// asks for no number, `clients_max` becomes what there are descriptors for.
std::optional<start_fault> fit_descriptors(cluster_config& cluster, const node_config& self);

/// All of them, in this order, for what the node's roles need.
std::optional<start_fault> check_start(cluster_config& cluster, const node_config& self);

} // namespace godwit
