#include "nodes/store/sqlite_engine.hpp"

#include "nodes/store/file_lock.hpp"
#include "nodes/store/sqlite_check.hpp"
#include "nodes/store/sqlite_checkpointer.hpp"
#include "nodes/store/sqlite_connection.hpp"
#include "nodes/store/sqlite_directory.hpp"
#include "nodes/store/sqlite_log.hpp"
#include "nodes/store/sqlite_pruner.hpp"
#include "nodes/store/sqlite_schema.hpp"
#include "nodes/store/sqlite_wal_file.hpp"

#include <spdlog/spdlog.h>

#include <optional>

namespace godwit {
namespace {

error away(const std::filesystem::path& file, const sqlite_failure& failed) {
  return {error_code::store_unavailable, file.string() + ": " + failed.what()};
}

// ---------------------------------------------------------------------------------------------------------- reader

class sqlite_reader final : public store_reader {
public:
  explicit sqlite_reader(const std::filesystem::path& file)
      : file_(file), connection_(file, sqlite_connection::mode::read_only), begin_(connection_, "BEGIN"),
        commit_(connection_, "COMMIT"), rollback_(connection_, "ROLLBACK"), log_(connection_), directory_(connection_) {
  }

  result<log_read> read(const read_log& question) override {
    return in_one_state<log_read>([&] { return log_.read(question); });
  }
  result<logged_found> find(const find_logged& question) override {
    return in_one_state<logged_found>([&] { return log_.find(question); });
  }
  result<session_loaded> load(const load_session& question) override {
    return in_one_state<session_loaded>([&] { return directory_.load(question); });
  }
  result<directory_result> ask(const directory_request& question) override {
    return in_one_state<directory_result>([&] { return directory_.ask(question); });
  }

private:
  /// A read transaction, so that several statements see one state.
  template <class Answer, class Question>
  result<Answer> in_one_state(Question question) {
    try {
      begin_.execute();
      Answer answer = question();
      commit_.execute();
      return answer;
    } catch (const sqlite_failure& failed) {
      leave();
      return away(file_, failed);
    }
  }
  void leave() {
    try {
      rollback_.execute();
    } catch (const sqlite_failure&) {
      // SQLite has rolled back by itself
    }
  }

  std::filesystem::path file_;
  sqlite_connection connection_;
  sqlite_statement begin_, commit_, rollback_;
  sqlite_log_reader log_;
  sqlite_directory_reader directory_;
};

// ---------------------------------------------------------------------------------------------------------- writer

/// The writing connection and what is prepared on it.
class sqlite_writer {
public:
  explicit sqlite_writer(sqlite_connection connection)
      : connection_(std::move(connection)), begin_(connection_, "BEGIN IMMEDIATE"), commit_(connection_, "COMMIT"),
        rollback_(connection_, "ROLLBACK"), savepoint_(connection_, "SAVEPOINT request"),
        release_(connection_, "RELEASE request"), take_back_(connection_, "ROLLBACK TO request"), log_(connection_),
        directory_(connection_), pruner_(connection_) {}

  void begin() { begin_.execute(); }
  void commit() { commit_.execute(); }
  void rollback() { rollback_.execute(); }

  /// What `refused` answers, where the request alone was at fault; nothing of it is left behind then.
  template <class Change, class Refused>
  auto change(Change change, Refused refused) {
    savepoint_.execute();
    try {
      auto answer = change();
      release_.execute();
      return answer;
    } catch (const sqlite_failure& failed) {
      if (!failed.of_one_request())
        throw;
      spdlog::error("store: a request was refused by the database: {}", failed.what());
      take_back_.execute();
      release_.execute();
      return refused(failed);
    }
  }

  sqlite_connection& connection() { return connection_; }
  sqlite_log_writer& log() { return log_; }
  sqlite_directory_writer& directory() { return directory_; }
  sqlite_pruner& pruner() { return pruner_; }

private:
  sqlite_connection connection_;
  sqlite_statement begin_, commit_, rollback_, savepoint_, release_, take_back_;
  sqlite_log_writer log_;
  sqlite_directory_writer directory_;
  sqlite_pruner pruner_;
};

sqlite_connection open_for_writing(const sqlite_options& options, sqlite_connection::mode how) {
  sqlite_connection connection(options.file, how);
  connection.keep_wal_on_close(true);
  if (const auto prepared = prepare_schema(connection); !prepared)
    throw sqlite_failure(SQLITE_ERROR, prepared.why().detail);
  if (const auto problems = check_quickly(connection); !problems.empty())
    throw sqlite_failure(SQLITE_CORRUPT, "the file is damaged: " + problems.front()
                                           + "; look at it with `godwitd check`, and bring back a copy");
  // Only now, since it writes to the file: it is ours. A large WAL is cut back when it starts anew.
  connection.execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0;"
                     "PRAGMA temp_store = MEMORY; PRAGMA journal_size_limit = 67108864;");
  connection.execute(("PRAGMA cache_size = -" + std::to_string(options.cache_bytes / 1024)).c_str());
  return connection;
}

void checkpoint_wholly(sqlite_connection& connection) {
  const int code =
    sqlite3_wal_checkpoint_v2(connection.handle(), nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
  if (code != SQLITE_OK)
    throw sqlite_failure(code & 0xff, sqlite3_errmsg(connection.handle()));
}

// ---------------------------------------------------------------------------------------------------------- engine

class sqlite_engine final : public store_engine {
public:
  explicit sqlite_engine(sqlite_options options) : options_(std::move(options)) {}
  ~sqlite_engine() override { sqlite_engine::close(); }

  result<done> open() override {
    forget();
    if (!lock_) {
      auto lock = file_lock::take(options_.file.string() + "-lock");
      if (!lock)
        return lock.why();
      lock_.emplace(*std::move(lock));
    }
    auto opened = guarded([&] { start(); });
    if (!opened)
      forget();
    return opened;
  }

  void close() override {
    if (writer_ && !checkpoint_finally())
      spdlog::error("store: the last checkpoint failed; the next start makes up for it");
    forget();
    lock_.reset();
  }

  result<std::unique_ptr<store_reader>> open_reader() override {
    try {
      return std::unique_ptr<store_reader>{std::make_unique<sqlite_reader>(options_.file)};
    } catch (const sqlite_failure& failed) {
      return away(options_.file, failed);
    }
  }

  result<done> begin(timestamp now) override {
    now_ = now;
    if (!writer_ || checkpoint_failed_ || checkpointer_->failed())
      return error{error_code::store_unavailable, options_.file.string() + ": has to be opened anew"};
    return guarded([&] { writer_->begin(); });
  }
  result<done> commit() override {
    auto committed = guarded([&] { writer_->commit(); });
    if (committed)
      bound_wal();
    return committed;
  }
  void rollback() override {
    if (writer_)
      guarded([&] { writer_->rollback(); }); // fails where SQLite has rolled back by itself
  }

  result<log_opened> open(const open_log& request) override {
    return changed<log_opened>([&] { return writer_->log().open(request, now_); },
                               [&](const sqlite_failure& failed) {
                                 log_opened answer;
                                 answer.room = request.room;
                                 answer.why = error{error_code::internal_error, failed.what()};
                                 return answer;
                               });
  }
  result<entries_appended> append(const append_entries& request) override {
    return changed<entries_appended>([&] { return writer_->log().append(request, now_); },
                                     [&](const sqlite_failure&) { return writer_->log().refused(request); });
  }
  result<directory_result> change(const directory_request& request) override {
    return changed<directory_result>([&] { return writer_->directory().change(request, now_); },
                                     [&](const sqlite_failure& failed) {
                                       return directory_result{error{error_code::internal_error, failed.what()}};
                                     });
  }

  result<pruned> prune(const retention& keep) override {
    return changed<pruned>([&] { return writer_->pruner().step(keep, now_); },
                           [](const sqlite_failure&) { return pruned{}; });
  }

private:
  template <class Work>
  result<done> guarded(Work work) {
    try {
      work();
      return done{};
    } catch (const sqlite_failure& failed) {
      return away(options_.file, failed);
    }
  }
  template <class Answer, class Change, class Refused>
  result<Answer> changed(Change change, Refused refused) {
    try {
      return writer_->change(change, refused);
    } catch (const sqlite_failure& failed) {
      if (!failed.is_damage())
        return away(options_.file, failed);
      spdlog::error("store: {}: {}; look at it with `godwitd check`, and bring back a copy", options_.file.string(),
                    failed.what());
      return error{error_code::internal_error, failed.what()};
    }
  }

  void start() {
    // A disk that was taken away while we ran leaves an empty folder: nobody's history begins anew there.
    if (was_open_ && !std::filesystem::exists(options_.file))
      throw sqlite_failure(SQLITE_CANTOPEN, "the file is not there any more; bring its disk back");
    rewrite_wal(options_.file);
    const auto how = was_open_ ? sqlite_connection::mode::existing : sqlite_connection::mode::read_write;
    writer_ = std::make_unique<sqlite_writer>(open_for_writing(options_, how));
    checkpoint_wholly(writer_->connection());
    wal_pages_ = 0;
    checkpoint_failed_ = false;
    sqlite3_wal_hook(
      writer_->connection().handle(),
      [](void* self, sqlite3*, const char*, int pages) {
        static_cast<sqlite_engine*>(self)->wal_pages_ = pages;
        return SQLITE_OK;
      },
      this);
    checkpointer_ = std::make_unique<sqlite_checkpointer>(options_.file);
    was_open_ = true;
  }
  void forget() {
    checkpointer_.reset();
    writer_.reset();
  }
  /// The checkpointer works while we write, and so may never see the end of the WAL: beyond the bound we wait for it.
  void bound_wal() {
    if (wal_pages_ >= options_.wal_pages_max && !checkpoint_passively(writer_->connection()))
      checkpoint_failed_ = true;
    else if (wal_pages_ >= options_.checkpoint_pages)
      checkpointer_->wake();
  }
  /// Not where one has failed: what an earlier one had written, and which was to be synced by that one, may be on no
  /// disk, and the next on this connection would not write it again. Who opens the file anew begins from the whole WAL.
  bool checkpoint_finally() {
    if (checkpointer_)
      checkpointer_->stop();
    const bool has_failed = checkpoint_failed_ || !checkpointer_ || checkpointer_->failed();
    checkpointer_.reset();
    if (has_failed)
      return false;
    return static_cast<bool>(guarded([&] {
      checkpoint_wholly(writer_->connection());
      writer_->connection().keep_wal_on_close(false); // it is empty
    }));
  }

  sqlite_options options_;
  std::optional<file_lock> lock_; // kept while the database is opened anew
  std::unique_ptr<sqlite_writer> writer_;
  std::unique_ptr<sqlite_checkpointer> checkpointer_;
  timestamp now_{}; // of the last begin
  bool was_open_ = false;
  int wal_pages_ = 0; // after the last commit
  bool checkpoint_failed_ = false;
};

} // namespace

std::unique_ptr<store_engine> make_sqlite_engine(sqlite_options options) {
  return std::make_unique<sqlite_engine>(std::move(options));
}

} // namespace godwit
