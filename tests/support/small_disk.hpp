/// @file
/// A file system of a few MiB in memory (tmpfs) that becomes really full, and really read-only.
///
/// Requires  the right to mount: as root, or else in a user and mount namespace of its own, which a process with one
///           thread gets where the kernel allows it. Where neither is so the constructor throws: what it is for can not
///           be proved then.
/// Owns      the mount: the destructor takes it off the path, also while files in it are open.
#pragma once

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <sched.h>
#include <stdexcept>
#include <string>
#include <sys/mount.h>
#include <system_error>
#include <unistd.h>

namespace godwit::test {

class small_disk {
public:
  /// Over the folder, which is made if it is not there.
  explicit small_disk(std::filesystem::path over, std::string size = "1m")
      : path_(std::move(over)), size_(std::move(size)) {
    std::filesystem::create_directories(path_);
    if (mounts(0) || (enter_own_namespace() && mounts(0)))
      return;
    throw std::runtime_error("no file system can be mounted on " + path_.string()
                             + ", neither as root nor in a user namespace: run this test as root, with CAP_SYS_ADMIN");
  }
  ~small_disk() { ::umount2(path_.c_str(), MNT_DETACH); }
  small_disk(const small_disk&) = delete;
  small_disk& operator=(const small_disk&) = delete;

  const std::filesystem::path& path() const { return path_; }
  void grow(const std::string& size) {
    size_ = size;
    remount(0);
  }
  /// Requires for `true` that nobody has a file of it open for writing: the kernel refuses it else.
  void set_read_only(bool is) { remount(is ? MS_RDONLY : 0); }

private:
  void remount(unsigned long flags) {
    if (!mounts(MS_REMOUNT | flags))
      throw std::system_error(errno, std::generic_category(), path_.string() + " can not be mounted again");
  }
  bool mounts(unsigned long flags) {
    return ::mount("tmpfs", path_.c_str(), "tmpfs", flags, ("size=" + size_).c_str()) == 0;
  }
  static bool enter_own_namespace() {
    const auto user = std::to_string(::getuid());
    const auto group = std::to_string(::getgid());
    if (::unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0)
      return false;
    std::ofstream("/proc/self/setgroups") << "deny";
    std::ofstream("/proc/self/uid_map") << "0 " + user + " 1";
    std::ofstream("/proc/self/gid_map") << "0 " + group + " 1";
    return true;
  }

  std::filesystem::path path_;
  std::string size_;
};

} // namespace godwit::test
