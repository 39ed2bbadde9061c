/// @file
/// A disk for SQLite that fails when a test says so: a VFS around the system's own.
///
/// It counts the calls that a kind of failure can strike, and fails the n-th one, and as many after it as wanted. It
/// also knows what of each file is durable: what was written and then synced. An fsync that failed loses what it should
/// have saved, as Linux does: the pages look clean afterwards, a later fsync does not write them; who else has the file
/// open is told so by its own next fsync. After a power cut, `reboot`: of what was not durable each sector is either
/// the old one or the new one.
///
/// Simplified: files that are made or removed are so at once. One at a time; it is SQLite's default while it lives.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

namespace godwit::test {

enum class disk_fault : std::uint8_t {
  io_error,    ///< any call
  short_write, ///< half of it is written
  full,        ///< a write
  sync_error,  ///< an fsync
  power_cut,   ///< any call, and all after it, until `reboot`
};

class faulty_disk {
public:
  faulty_disk();
  ~faulty_disk();
  faulty_disk(const faulty_disk&) = delete;
  faulty_disk& operator=(const faulty_disk&) = delete;

  /// From now on the `nth` call (from 1) that it can strike fails, and those after it: `count` in all.
  void arm(disk_fault what, std::uint64_t nth, std::uint64_t count = 1);
  /// Nothing fails any more.
  void heal();
  /// Whether the armed failure has struck.
  bool struck() const;
  /// After a power cut, when all files are closed: they become what the disk would show. Chance comes from the seed.
  void reboot(std::uint64_t seed);

private:
  struct vfs;
  std::unique_ptr<vfs> vfs_;
};

} // namespace godwit::test
