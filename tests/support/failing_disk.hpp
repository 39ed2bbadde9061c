/// @file
/// A file system on a disk (ext4 in a file) that turns itself read-only while files of it are open for writing, as
/// ext4 does when it finds an error. An operator's `remount` can not do that: the kernel refuses it.
///
/// Requires  root and a free loop device; where they are not there the constructor throws, since what it is for can not
///           be proved then.
/// Owns      the mounts: the destructor takes them off the path, also while files in them are open.
#pragma once

#include "tests/support/process.hpp"

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <sys/mount.h>
#include <vector>

namespace godwit::test {

class failing_disk {
public:
  /// Over the folder, which is made if it is not there; the disks' files are named `image` and `image`.mended.
  failing_disk(std::filesystem::path over, std::filesystem::path image)
      : path_(std::move(over)), image_(std::move(image)) {
    std::filesystem::create_directories(path_);
    std::ofstream{image_}.close();
    std::filesystem::resize_file(image_, 16 << 20);
    must({"/usr/sbin/mkfs.ext4", "-q", image_});
    mount_over(image_);
  }
  ~failing_disk() {
    for (; mounted_ > 0; --mounted_)
      ::umount2(path_.c_str(), MNT_DETACH);
  }
  failing_disk(const failing_disk&) = delete;
  failing_disk& operator=(const failing_disk&) = delete;

  /// From here on each write to it fails with EROFS, to files too that are open.
  void turn_read_only() { must({"/usr/bin/mount", "-o", "remount,abort", path_}); }
  /// What stands on the disk, checked as at a machine's start, can be written again in its place.
  void mend() {
    const std::filesystem::path mended = image_.string() + ".mended";
    std::filesystem::copy_file(image_, mended);
    const auto checked = run({.arguments = {"/usr/sbin/e2fsck", "-f", "-p", mended}});
    if (checked.end.signal != 0 || checked.end.code > 1) // 1: errors were corrected
      throw std::runtime_error("e2fsck: " + checked.output + checked.errors);
    mount_over(mended);
  }

private:
  void mount_over(const std::filesystem::path& image) {
    must({"/usr/bin/mount", "-o", "loop", image, path_});
    ++mounted_;
  }
  static void must(const std::vector<std::string>& arguments) {
    const auto ended = run({.arguments = arguments});
    if (ended.end != process_end{})
      throw std::runtime_error(arguments[0] + " " + to_string(ended.end)
                               + ", this test needs root and a loop device: " + ended.errors);
  }

  std::filesystem::path path_;
  std::filesystem::path image_;
  int mounted_ = 0;
};

} // namespace godwit::test
