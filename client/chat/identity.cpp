#include "client/chat/identity.hpp"

#include "client/chat/user_folders.hpp"
#include "messages/control_codec.hpp"

#include <openssl/rand.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <optional>
#include <sys/stat.h>
#include <unistd.h>

namespace godwit {
namespace {

error unusable(const std::string& file, int why) {
  return {error_code::file_unusable, file + ": " + std::strerror(why)};
}

/// Nothing if there is no such file.
result<std::optional<std::string>> read_identity(const std::string& file) {
  const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0 && errno == ENOENT)
    return std::optional<std::string>{};
  if (fd < 0)
    return unusable(file, errno);
  struct stat about {};
  std::array<char, control::identity_bytes + 1> bytes{};
  const bool known = ::fstat(fd, &about) == 0;
  const auto count = ::read(fd, bytes.data(), bytes.size());
  ::close(fd);
  if (known && (about.st_mode & (S_IRWXG | S_IRWXO)) != 0)
    return error{error_code::file_unusable,
                 file + " can be read by others; chmod 600 it, or remove it to make a new one"};
  if (count != static_cast<ssize_t>(control::identity_bytes))
    return error{error_code::identity_invalid,
                 file + " does not hold an identity (16 bytes); remove it to make a new one"};
  return std::optional{std::string{bytes.data(), control::identity_bytes}};
}

/// A new file with new bytes, beside the one that it will become.
result<std::string> write_draft(const std::string& file) {
  std::array<unsigned char, control::identity_bytes> secret{};
  if (::RAND_bytes(secret.data(), static_cast<int>(secret.size())) != 1)
    return error{error_code::internal_error, "no random numbers"};
  auto draft = file + ".XXXXXX";
  const int fd = ::mkostemp(draft.data(), O_CLOEXEC); // mode 0600
  if (fd < 0)
    return unusable(file, errno);
  const bool written =
    ::write(fd, secret.data(), secret.size()) == static_cast<ssize_t>(secret.size()) && ::fsync(fd) == 0;
  const int why = errno;
  ::close(fd);
  if (written)
    return draft;
  ::unlink(draft.c_str());
  return unusable(file, why);
}

} // namespace

std::string default_identity_file() { return user_folder("XDG_DATA_HOME", ".local/share") + "/godwit/identity"; }

result<std::string> load_or_make_identity(const std::string& file) {
  auto there = read_identity(file);
  if (!there)
    return there.why();
  if (*there)
    return **there;
  const auto folder = std::filesystem::path{file}.parent_path();
  std::error_code failed;
  if (!folder.empty() && std::filesystem::create_directories(folder, failed))
    std::filesystem::permissions(folder, std::filesystem::perms::owner_all, failed);
  if (failed)
    return unusable(folder.string(), failed.value());
  auto draft = write_draft(file);
  if (!draft)
    return draft.why();
  // The first link wins; who comes second takes what is there.
  const int linked = ::link(draft->c_str(), file.c_str()) == 0 ? 0 : errno;
  ::unlink(draft->c_str());
  if (linked != 0 && linked != EEXIST)
    return unusable(file, linked);
  there = read_identity(file);
  if (!there)
    return there.why();
  if (!*there)
    return error{error_code::file_unusable, file + " vanished"};
  return **there;
}

} // namespace godwit
