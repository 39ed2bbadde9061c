#include "client/chat/chat_config.hpp"

#include "client/chat/user_folders.hpp"

#include <toml.hpp>

#include <cstdlib>
#include <filesystem>

namespace godwit {

std::string default_config_file() { return user_folder("XDG_CONFIG_HOME", ".config") + "/godwit/config.toml"; }

result<chat_config> read_chat_config(const std::string& file) {
  chat_config config;
  std::error_code ignored;
  if (!std::filesystem::exists(file, ignored))
    return config;
  if (std::filesystem::is_directory(file, ignored)) // it could be opened, and would fail later in strange words
    return error{error_code::file_unusable, file + " is a folder, not a file"};
  try {
    const auto parsed = toml::parse(file);
    for (const auto& [key, value] : parsed.as_table()) {
      auto* place = key == "server" ? &config.server
                    : key == "nick" ? &config.nick
                    : key == "ca"   ? &config.ca
                                    : nullptr;
      if (place == nullptr)
        return error{error_code::file_unusable, file + ": unknown key '" + key + "'; allowed are server, nick, ca"};
      if (!value.is_string())
        return error{error_code::file_unusable, file + ": '" + key + "' must be a string in quotes"};
      *place = value.as_string().str;
    }
    return config;
  } catch (const std::exception& why) {
    return error{error_code::file_unusable, file + ": " + why.what()};
  }
}

std::string choose_ca(const std::optional<std::string>& option, const chat_config& config) {
  if (option)
    return *option;
  if (const char* set = std::getenv("GODWIT_CA"); set != nullptr && *set != '\0')
    return set;
  return config.ca.value_or("var/ca.pem");
}

} // namespace godwit
