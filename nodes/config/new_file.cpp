#include "nodes/config/new_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>

namespace godwit {
namespace {

error system_error_at(const std::string& path) {
  return {error_code::file_unusable, path + ": " + std::generic_category().message(errno)};
}

bool write_all(int fd, std::string_view content) {
  while (!content.empty()) {
    const auto count = ::write(fd, content.data(), content.size());
    if (count < 0 && errno != EINTR)
      return false;
    if (count > 0)
      content.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

// link() fails if the name is taken, rename() takes it over.
bool give_name(const std::string& from, const std::string& to, existing_files existing) {
  if (existing == existing_files::replace)
    return ::rename(from.c_str(), to.c_str()) == 0;
  return ::link(from.c_str(), to.c_str()) == 0;
}

} // namespace

std::optional<error> make_directory(const std::string& path) {
  std::error_code failed;
  if (std::filesystem::is_directory(path, failed))
    return {};
  const auto above = std::filesystem::path(path).parent_path();
  if (!above.empty() && above != path)
    if (auto why = make_directory(above.string()))
      return why;
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST)
    return system_error_at(path);
  return {};
}

std::optional<error> write_new_file(const std::string& path, std::string_view content, mode_t mode,
                                    existing_files existing) {
  std::string beside = path + ".XXXXXX";
  const int fd = ::mkostemp(beside.data(), O_CLOEXEC); // mode 0600
  if (fd < 0)
    return system_error_at(path);
  std::optional<error> why;
  if (!write_all(fd, content) || ::fchmod(fd, mode) != 0 || ::fsync(fd) != 0 || !give_name(beside, path, existing))
    why = system_error_at(path);
  ::close(fd);
  if (why || existing == existing_files::keep)
    ::unlink(beside.c_str());
  return why;
}

} // namespace godwit
