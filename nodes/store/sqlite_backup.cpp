#include "nodes/store/sqlite_backup.hpp"

#include "nodes/store/sqlite_connection.hpp"
#include "nodes/store/sqlite_schema.hpp"

#include <fcntl.h>
#include <unistd.h>

namespace godwit {
namespace {

error unusable(std::string why) { return {error_code::file_unusable, std::move(why)}; }

/// All pages in one step: within one read transaction, which sees one state and holds no writer up.
void copy_pages(sqlite_connection& from, sqlite_connection& to) {
  sqlite3_backup* copying = sqlite3_backup_init(to.handle(), "main", from.handle(), "main");
  if (copying == nullptr)
    throw sqlite_failure(SQLITE_ERROR, sqlite3_errmsg(to.handle()));
  const int stepped = sqlite3_backup_step(copying, -1);
  const int finished = sqlite3_backup_finish(copying);
  if (stepped != SQLITE_DONE || finished != SQLITE_OK)
    throw sqlite_failure(finished & 0xff, sqlite3_errstr(stepped != SQLITE_DONE ? stepped : finished));
}

bool sync_folder_of(const std::filesystem::path& file) {
  const auto folder = file.has_parent_path() ? file.parent_path() : std::filesystem::path{"."};
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool synced = descriptor >= 0 && ::fsync(descriptor) == 0;
  if (descriptor >= 0)
    ::close(descriptor);
  return synced;
}

} // namespace

result<std::string> back_up(const std::filesystem::path& from, const std::filesystem::path& to) {
  if (!std::filesystem::exists(from))
    return unusable(from.string() + " is not there: name the data folder of a broker node");
  if (std::filesystem::exists(to))
    return unusable(to.string() + " is there already: name another file, or move it away");
  const auto part = std::filesystem::path{to.string() + ".part"};
  std::error_code problem;
  std::filesystem::remove(part, problem); // of a copy that was cut short
  try {
    {
      sqlite_connection source(from, sqlite_connection::mode::read_only);
      if (const auto ours = schema_version_of(source); !ours)
        return unusable(from.string() + ": " + ours.why().detail);
      sqlite_connection copy(part, sqlite_connection::mode::read_write);
      copy.execute("PRAGMA synchronous = FULL");
      copy_pages(source, copy);
      copy.execute("PRAGMA journal_mode = DELETE"); // one file, which stands alone
    }
    std::filesystem::rename(part, to);
  } catch (const std::exception& failed) {
    std::filesystem::remove(part, problem);
    return unusable(from.string() + " can not be copied to " + to.string() + ": " + failed.what());
  }
  if (!sync_folder_of(to))
    return unusable(to.string() + " is written, but its folder can not be synced");
  return from.string() + " is copied to " + to.string()
         + ". To restore it, stop the broker node and put it in place of " + from.filename().string()
         + "; remove that one's -wal and -shm first.";
}

} // namespace godwit
