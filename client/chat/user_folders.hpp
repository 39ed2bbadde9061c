/// @file
/// Where a person's files are, by the XDG base directory specification.
#pragma once

#include <cstdlib>
#include <string>

namespace godwit {

/// What the variable says, if it is an absolute path; else `fallback` in the home folder.
inline std::string user_folder(const char* variable, const std::string& fallback) {
  const char* set = std::getenv(variable);
  if (set != nullptr && *set == '/')
    return set;
  const char* home = std::getenv("HOME");
  return (home != nullptr ? std::string{home} : std::string{}) + "/" + fallback;
}

} // namespace godwit
