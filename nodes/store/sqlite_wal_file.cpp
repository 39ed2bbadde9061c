#include "nodes/store/sqlite_wal_file.hpp"

#include "nodes/store/sqlite_connection.hpp"

#include <algorithm>
#include <vector>

namespace godwit {
namespace {

/// SQLite's files take no more at once than its largest page.
constexpr int chunk_bytes = 64 * 1024;

/// By SQLite's own way to the disk, which tests replace.
class raw_file {
public:
  explicit raw_file(const std::filesystem::path& path) : vfs_(sqlite3_vfs_find(nullptr)) {
    const auto bytes = static_cast<std::size_t>(vfs_->szOsFile);
    memory_.resize(bytes / sizeof(std::max_align_t) + 1);
    name_.reset(sqlite3_create_filename(path.c_str(), "", "", 0, nullptr));
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_WAL;
    check(vfs_->xOpen(vfs_, name_.get(), file(), flags, nullptr), "can not be opened");
  }
  ~raw_file() {
    if (file()->pMethods != nullptr)
      file()->pMethods->xClose(file());
  }
  raw_file(const raw_file&) = delete;
  raw_file& operator=(const raw_file&) = delete;

  sqlite3_int64 size() {
    sqlite3_int64 bytes = 0;
    check(file()->pMethods->xFileSize(file(), &bytes), "has no size");
    return bytes;
  }
  void rewrite(std::vector<char>& buffer, int bytes, sqlite3_int64 at) {
    check(file()->pMethods->xRead(file(), buffer.data(), bytes, at), "can not be read");
    check(file()->pMethods->xWrite(file(), buffer.data(), bytes, at), "can not be written");
  }
  void sync() { check(file()->pMethods->xSync(file(), SQLITE_SYNC_NORMAL), "can not be synced"); }

private:
  struct name_free {
    void operator()(const char* name) const { sqlite3_free_filename(const_cast<char*>(name)); }
  };
  sqlite3_file* file() { return reinterpret_cast<sqlite3_file*>(memory_.data()); }
  static void check(int code, const char* what) {
    if (code != SQLITE_OK)
      throw sqlite_failure(code & 0xff, std::string{"the write-ahead log "} + what + ": " + sqlite3_errstr(code));
  }

  sqlite3_vfs* vfs_;
  std::vector<std::max_align_t> memory_; // of the size that the VFS wants
  std::unique_ptr<const char, name_free> name_;
};

} // namespace

void rewrite_wal(const std::filesystem::path& database) {
  const auto path = database.string() + "-wal";
  if (std::error_code gone; !std::filesystem::exists(path, gone))
    return;
  raw_file wal(path);
  const auto size = wal.size();
  if (size == 0)
    return;
  std::vector<char> buffer(static_cast<std::size_t>(std::min<sqlite3_int64>(size, chunk_bytes)));
  for (sqlite3_int64 at = 0; at < size; at += chunk_bytes)
    wal.rewrite(buffer, static_cast<int>(std::min<sqlite3_int64>(size - at, chunk_bytes)), at);
  wal.sync();
}

} // namespace godwit
