#include "nodes/store/file_lock.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace godwit {
namespace {

error refused(std::string why) { return {error_code::store_unavailable, std::move(why)}; }

} // namespace

result<file_lock> file_lock::take(const std::filesystem::path& file) {
  constexpr int owner_only = 0600;
  const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, owner_only);
  if (descriptor < 0)
    return refused(file.string() + " can not be opened: " + std::strerror(errno));
  file_lock lock(descriptor);
  if (::flock(descriptor, LOCK_EX | LOCK_NB) == 0)
    return lock;
  if (errno == EWOULDBLOCK)
    return refused(file.string() + " is locked: another process works with this data; stop it first");
  return refused(file.string() + " can not be locked: " + std::strerror(errno));
}

file_lock::~file_lock() {
  if (descriptor_ >= 0)
    ::close(descriptor_);
}

} // namespace godwit
