/// @file
/// What a person has written into $XDG_CONFIG_HOME/godwit/config.toml: `server`, `nick`, `ca`, each a string, each
/// optional. The command line goes before it, for `ca` also $GODWIT_CA.
#pragma once

#include "messages/errors.hpp"

#include <optional>
#include <string>

namespace godwit {

struct chat_config {
  std::optional<std::string> server;
  std::optional<std::string> nick;
  std::optional<std::string> ca;
};

std::string default_config_file();

/// Empty, if there is no such file. Error: `file_unusable`, with a sentence that names file and key.
result<chat_config> read_chat_config(const std::string& file);

/// The CA file: the option, $GODWIT_CA, the config, var/ca.pem.
std::string choose_ca(const std::optional<std::string>& option, const chat_config& config);

} // namespace godwit
