#include "tests/unit/store/faulty_disk.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>
#include <random>
#include <set>
#include <utility>
#include <vector>

namespace godwit::test {
namespace {

constexpr std::size_t sector_bytes = 512;

enum class call : std::uint8_t { open, read, write, sync, truncate, remove, map };

bool can_strike(disk_fault fault, call what) {
  switch (fault) {
  case disk_fault::io_error:
  case disk_fault::power_cut: return true;
  case disk_fault::short_write:
  case disk_fault::full: return what == call::write;
  case disk_fault::sync_error: return what == call::sync;
  }
  return false;
}

int code_of(disk_fault fault, call what) {
  if (fault == disk_fault::full)
    return SQLITE_FULL;
  switch (what) {
  case call::open: return SQLITE_CANTOPEN;
  case call::read: return SQLITE_IOERR_READ;
  case call::write: return SQLITE_IOERR_WRITE;
  case call::sync: return SQLITE_IOERR_FSYNC;
  case call::truncate: return SQLITE_IOERR_TRUNCATE;
  case call::remove: return SQLITE_IOERR_DELETE;
  case call::map: return SQLITE_IOERR_SHMMAP;
  }
  return SQLITE_IOERR;
}

/// What a file would be after a power cut.
struct image {
  std::string durable;
  std::set<std::size_t> unsaved; ///< sectors written since the last fsync
  bool size_unsaved = false;
  std::uint64_t failed_syncs = 0;

  void wrote(std::size_t offset, std::size_t bytes) {
    for (auto sector = offset / sector_bytes; sector * sector_bytes < offset + bytes; ++sector)
      unsaved.insert(sector);
    size_unsaved = true;
  }
  void forget_unsaved() {
    unsaved.clear();
    size_unsaved = false;
  }
};

std::string contents(const std::string& path) {
  std::ifstream in(path, std::ios::binary | std::ios::ate);
  std::string all(in ? static_cast<std::size_t>(in.tellg()) : 0, '\0');
  in.seekg(0);
  in.read(all.data(), static_cast<std::streamsize>(all.size()));
  return all;
}

/// Sectors of `from` put into `into`, which has its final size.
void take_sector(std::string& into, const std::string& from, std::size_t sector) {
  const auto begin = sector * sector_bytes;
  if (begin >= into.size() || begin >= from.size())
    return;
  const auto bytes = std::min({sector_bytes, into.size() - begin, from.size() - begin});
  std::copy_n(from.begin() + static_cast<std::ptrdiff_t>(begin), bytes,
              into.begin() + static_cast<std::ptrdiff_t>(begin));
}

class disk {
public:
  void arm(disk_fault what, std::uint64_t nth, std::uint64_t count) {
    const std::lock_guard lock(mutex_);
    fault_ = what;
    calls_until_ = nth;
    left_ = what == disk_fault::power_cut ? UINT64_MAX : count;
    struck_ = false;
  }
  void heal() {
    const std::lock_guard lock(mutex_);
    left_ = 0;
  }
  bool struck() const {
    const std::lock_guard lock(mutex_);
    return struck_;
  }
  /// SQLITE_OK, or what the call fails with.
  int begin(call what) {
    const std::lock_guard lock(mutex_);
    if (left_ == 0 || !can_strike(fault_, what) || (calls_until_ > 1 && calls_until_--))
      return SQLITE_OK;
    --left_;
    struck_ = true;
    return code_of(fault_, what);
  }
  bool writes_half() const {
    const std::lock_guard lock(mutex_);
    return fault_ == disk_fault::short_write;
  }

  /// How many fsyncs of the file have failed so far.
  std::uint64_t opened(const std::string& path) {
    const std::lock_guard lock(mutex_);
    if (const auto [at, is_new] = images_.try_emplace(path); is_new)
      at->second.durable = contents(path);
    return images_[path].failed_syncs;
  }
  void wrote(const std::string& path, std::size_t offset, std::size_t bytes) {
    const std::lock_guard lock(mutex_);
    images_[path].wrote(offset, bytes);
  }
  void truncated(const std::string& path) {
    const std::lock_guard lock(mutex_);
    images_[path].size_unsaved = true;
  }
  void removed(const std::string& path) {
    const std::lock_guard lock(mutex_);
    images_.erase(path);
  }
  /// False: an fsync of another handle failed since this one's last; `seen` counts those that it knows of.
  bool synced(const std::string& path, std::uint64_t& seen) {
    const std::lock_guard lock(mutex_);
    auto& of = images_[path];
    if (std::exchange(seen, of.failed_syncs) != of.failed_syncs)
      return false;
    const auto now = contents(path);
    of.durable.resize(now.size());
    for (const auto sector : of.unsaved)
      take_sector(of.durable, now, sector);
    of.forget_unsaved();
    return true;
  }
  /// The pages are clean now, and are on no disk.
  void not_synced(const std::string& path, std::uint64_t& seen) {
    const std::lock_guard lock(mutex_);
    if (is_cut())
      return;
    images_[path].forget_unsaved();
    seen = ++images_[path].failed_syncs;
  }
  void reboot(std::uint64_t seed) {
    const std::lock_guard lock(mutex_);
    left_ = 0;
    std::mt19937_64 chance(seed);
    for (auto& [path, of] : images_) {
      const auto now = contents(path);
      auto found = of.durable;
      if (of.size_unsaved && chance() % 2 == 0)
        found.resize(now.size());
      for (const auto sector : of.unsaved)
        if (chance() % 2 == 0)
          take_sector(found, now, sector);
      std::ofstream(path, std::ios::binary | std::ios::trunc) << found;
      std::filesystem::remove(std::filesystem::path{path}.string() + "-shm"); // in memory only
    }
    images_.clear();
  }

private:
  bool is_cut() const { return left_ > 0 && fault_ == disk_fault::power_cut; }

  mutable std::mutex mutex_;
  disk_fault fault_ = disk_fault::io_error;
  std::uint64_t calls_until_ = 0;
  std::uint64_t left_ = 0;
  bool struck_ = false;
  std::map<std::string, image> images_;
};

// ------------------------------------------------------------------------------------------------ SQLite's side

/// SQLite gives the memory, of szOsFile bytes; the system's file stands behind this one.
struct open_file {
  sqlite3_file base;
  disk* on;
  const char* path;
  std::uint64_t seen_failures;

  sqlite3_file* inner() { return reinterpret_cast<sqlite3_file*>(this + 1); }
  const sqlite3_io_methods& methods() { return *inner()->pMethods; }
};
open_file& own(sqlite3_file* file) { return *reinterpret_cast<open_file*>(file); }

int close_file(sqlite3_file* file) { return own(file).methods().xClose(own(file).inner()); }
int read_file(sqlite3_file* file, void* into, int bytes, sqlite3_int64 offset) {
  const int failed = own(file).on->begin(call::read);
  return failed != SQLITE_OK ? failed : own(file).methods().xRead(own(file).inner(), into, bytes, offset);
}
int write_file(sqlite3_file* file, const void* from, int bytes, sqlite3_int64 offset) {
  auto& self = own(file);
  const int failed = self.on->begin(call::write);
  if (failed != SQLITE_OK && !self.on->writes_half())
    return failed;
  const int wanted = failed == SQLITE_OK ? bytes : bytes / 2;
  const int code = self.methods().xWrite(self.inner(), from, wanted, offset);
  self.on->wrote(self.path, static_cast<std::size_t>(offset), static_cast<std::size_t>(wanted));
  return failed != SQLITE_OK ? failed : code;
}
int truncate_file(sqlite3_file* file, sqlite3_int64 size) {
  auto& self = own(file);
  if (const int failed = self.on->begin(call::truncate); failed != SQLITE_OK)
    return failed;
  self.on->truncated(self.path);
  return self.methods().xTruncate(self.inner(), size);
}
int sync_file(sqlite3_file* file, int /*flags*/) {
  auto& self = own(file);
  if (const int failed = self.on->begin(call::sync); failed != SQLITE_OK) {
    self.on->not_synced(self.path, self.seen_failures);
    return failed;
  }
  // The real fsync would only cost time.
  return self.on->synced(self.path, self.seen_failures) ? SQLITE_OK : SQLITE_IOERR_FSYNC;
}
int size_file(sqlite3_file* file, sqlite3_int64* size) {
  return own(file).methods().xFileSize(own(file).inner(), size);
}
int lock_file(sqlite3_file* file, int how) { return own(file).methods().xLock(own(file).inner(), how); }
int unlock_file(sqlite3_file* file, int how) { return own(file).methods().xUnlock(own(file).inner(), how); }
int is_reserved(sqlite3_file* file, int* result) {
  return own(file).methods().xCheckReservedLock(own(file).inner(), result);
}
int control_file(sqlite3_file* file, int what, void* with) {
  return own(file).methods().xFileControl(own(file).inner(), what, with);
}
int sector_size(sqlite3_file*) { return static_cast<int>(sector_bytes); }
int characteristics(sqlite3_file*) { return 0; }
int map_memory(sqlite3_file* file, int page, int bytes, int extend, void volatile** at) {
  const int failed = own(file).on->begin(call::map);
  return failed != SQLITE_OK ? failed : own(file).methods().xShmMap(own(file).inner(), page, bytes, extend, at);
}
int lock_memory(sqlite3_file* file, int offset, int count, int flags) {
  return own(file).methods().xShmLock(own(file).inner(), offset, count, flags);
}
void barrier(sqlite3_file* file) { own(file).methods().xShmBarrier(own(file).inner()); }
int unmap_memory(sqlite3_file* file, int remove) { return own(file).methods().xShmUnmap(own(file).inner(), remove); }

constexpr sqlite3_io_methods file_methods{
  2,           close_file,  read_file,    write_file,   truncate_file, sync_file,       size_file,
  lock_file,   unlock_file, is_reserved,  control_file, sector_size,   characteristics, map_memory,
  lock_memory, barrier,     unmap_memory, nullptr,      nullptr};

} // namespace

struct faulty_disk::vfs {
  sqlite3_vfs base{};
  sqlite3_vfs* inner = nullptr;
  disk on;

  static vfs& of(sqlite3_vfs* base) { return *static_cast<vfs*>(base->pAppData); }

  static int open(sqlite3_vfs* base, sqlite3_filename path, sqlite3_file* file, int flags, int* got) {
    auto& self = of(base);
    auto& made = own(file);
    made.base.pMethods = nullptr; // SQLite does not close what was not opened
    made.on = &self.on;
    made.path = path != nullptr ? path : "";
    if (const int failed = self.on.begin(call::open); failed != SQLITE_OK)
      return failed;
    std::memset(made.inner(), 0, static_cast<std::size_t>(self.inner->szOsFile));
    const int code = self.inner->xOpen(self.inner, path, made.inner(), flags, got);
    if (code != SQLITE_OK)
      return code;
    made.seen_failures = self.on.opened(made.path);
    made.base.pMethods = &file_methods;
    return SQLITE_OK;
  }
  static int remove(sqlite3_vfs* base, const char* path, int sync_folder) {
    auto& self = of(base);
    if (const int failed = self.on.begin(call::remove); failed != SQLITE_OK)
      return failed;
    self.on.removed(path);
    return self.inner->xDelete(self.inner, path, sync_folder);
  }
};

faulty_disk::faulty_disk() : vfs_(std::make_unique<vfs>()) {
  auto* inner = sqlite3_vfs_find(nullptr);
  auto& made = *vfs_;
  made.inner = inner;
  made.base = *inner; // what is not wrapped works as it is: it does not look at the struct that it is called with
  made.base.pNext = nullptr;
  made.base.zName = "faulty-disk";
  made.base.pAppData = &made;
  made.base.szOsFile = static_cast<int>(sizeof(open_file)) + inner->szOsFile;
  made.base.xOpen = [](sqlite3_vfs* base, sqlite3_filename path, sqlite3_file* file, int flags, int* got) {
    return vfs::open(base, path, file, flags, got);
  };
  made.base.xDelete = [](sqlite3_vfs* base, const char* path, int sync) { return vfs::remove(base, path, sync); };
  made.base.xAccess = [](sqlite3_vfs* base, const char* path, int how, int* result) {
    auto* system = vfs::of(base).inner;
    return system->xAccess(system, path, how, result);
  };
  made.base.xFullPathname = [](sqlite3_vfs* base, const char* path, int bytes, char* into) {
    auto* system = vfs::of(base).inner;
    return system->xFullPathname(system, path, bytes, into);
  };
  sqlite3_vfs_register(&made.base, 1);
}

faulty_disk::~faulty_disk() {
  sqlite3_vfs_unregister(&vfs_->base);
  sqlite3_vfs_register(vfs_->inner, 1);
}

void faulty_disk::arm(disk_fault what, std::uint64_t nth, std::uint64_t count) { vfs_->on.arm(what, nth, count); }
void faulty_disk::heal() { vfs_->on.heal(); }
bool faulty_disk::struck() const { return vfs_->on.struck(); }
void faulty_disk::reboot(std::uint64_t seed) { vfs_->on.reboot(seed); }

} // namespace godwit::test
