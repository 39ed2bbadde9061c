#include "nodes/store/store.hpp"

#include "messages/overloaded.hpp"

#include "nodes/store/request_queue.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>

namespace godwit {
namespace {

struct waiting_request {
  store_request request;
  store::on_done answer;

  std::size_t weight() const {
    const auto* append = std::get_if<append_entries>(&request);
    return append ? std::max<std::size_t>(append->entries.size(), 1) : 1;
  }
};

bool is_read(const store_request& request) {
  if (const auto* asked = std::get_if<ask_store>(&request))
    return only_reads(asked->request);
  return std::holds_alternative<read_log>(request) || std::holds_alternative<find_logged>(request)
         || std::holds_alternative<load_session>(request);
}

template <class Answer>
result<store_answer> widened(result<Answer> answer) {
  if (!answer)
    return answer.why();
  return store_answer{*std::move(answer)};
}

result<store_answer> ticketed(std::uint64_t ticket, result<directory_result> answer) {
  if (!answer)
    return answer.why();
  return store_answer{store_answered{ticket, *std::move(answer)}};
}

result<store_answer> misplaced() { return error{error_code::internal_error, "a request took the wrong queue"}; }

result<store_answer> write(store_engine& engine, const store_request& request) {
  return std::visit(overloaded{[&](const open_log& r) { return widened(engine.open(r)); },
                               [&](const append_entries& r) { return widened(engine.append(r)); },
                               [&](const ask_store& r) { return ticketed(r.ticket, engine.change(r.request)); },
                               [](const auto&) { return misplaced(); }},
                    request);
}

result<store_answer> read(store_reader& reader, const store_request& request) {
  return std::visit(overloaded{[&](const read_log& r) { return widened(reader.read(r)); },
                               [&](const find_logged& r) { return widened(reader.find(r)); },
                               [&](const load_session& r) { return widened(reader.load(r)); },
                               [&](const ask_store& r) { return ticketed(r.ticket, reader.ask(r.request)); },
                               [](const auto&) { return misplaced(); }},
                    request);
}

} // namespace

namespace {

/// `outcome`: of an append.
store_answer not_done(const store_request& request, const error& why, append_outcome outcome) {
  return std::visit(
    overloaded{[&](const open_log& r) -> store_answer {
                 log_opened answer;
                 answer.room = r.room;
                 answer.why = why;
                 return answer;
               },
               [&](const append_entries& r) -> store_answer {
                 return entries_appended{r.room,  r.epoch, r.first_seq, static_cast<std::uint32_t>(r.entries.size()),
                                         outcome, 0};
               },
               [&](const read_log& r) -> store_answer {
                 return log_read{.room = r.room, .ticket = r.ticket, .entries = {}, .more = false, .why = why};
               },
               [&](const find_logged& r) -> store_answer {
                 return logged_found{.room = r.room, .name = r.name, .at = {}, .why = why};
               },
               [&](const load_session& r) -> store_answer {
                 return session_loaded{.session = r.session, .nick = {}, .rooms = {}, .why = why};
               },
               [&](const ask_store& r) -> store_answer {
                 return store_answered{r.ticket, why};
               }},
    request);
}

/// Nothing of it is written, and it is not to be said again: a room does not go on with such a log.
store_answer damaged_answer(const store_request& request, const error& why) {
  return not_done(request, why, append_outcome::expected);
}

bool concerns_one_request(const error& why) { return why.code == error_code::internal_error; }

} // namespace

store_answer away_answer(const store_request& request) {
  return not_done(request, {error_code::store_unavailable, {}}, append_outcome::away);
}

// ------------------------------------------------------------------------------------------------------------ impl

class store::impl {
public:
  impl(std::unique_ptr<store_engine> engine, store_options options)
      : engine_(std::move(engine)), options_(std::move(options)), changes_(options_.queue_max),
        reads_(options_.queue_max), pause_(options_.reopen_pause_min) {}

  result<done> open() {
    auto opened = reopen();
    if (opened) {
      writer_ = std::thread([this] { write_loop(); });
      reading_ = std::thread([this] { read_loop(); });
    }
    return opened;
  }

  void submit(store_request request, on_done answer) {
    auto& queue = is_read(request) ? reads_ : changes_;
    waiting_request waiting{std::move(request), std::move(answer)};
    if (queue.push(waiting))
      return;
    ++refused_;
    waiting.answer(away_answer(waiting.request));
  }

  void stop() {
    std::call_once(stopped_, [this] {
      changes_.close();
      reads_.close();
      if (writer_.joinable())
        writer_.join();
      if (reading_.joinable())
        reading_.join();
      reader_.reset();
      engine_->close();
    });
  }

  store_counts counts() const { return {commits_, rows_, read_count_, failures_, refused_, pruned_, forgotten_}; }

private:
  using clock = std::chrono::steady_clock;
  using batch = std::vector<waiting_request>;

  // ----- the writing thread

  void write_loop() {
    for (;;) {
      auto waiting = changes_.take(options_.commit_rows_max, next_own_work());
      if (!waiting)
        return;
      if (away_ && clock::now() >= next_attempt_)
        come_back();
      if (!waiting->empty())
        serve(*waiting);
      if (!away_ && options_.keep.prunes() && clock::now() >= next_prune_)
        prune();
    }
  }

  /// When there is something to do without a request.
  std::optional<clock::time_point> next_own_work() const {
    if (away_)
      return next_attempt_;
    return options_.keep.prunes() ? std::optional{next_prune_} : std::nullopt;
  }

  void prune() {
    auto step = [this]() -> result<pruned> {
      if (auto begun = engine_->begin(options_.clock()); !begun)
        return begun.why();
      auto gone = engine_->prune(options_.keep);
      if (!gone || !gone->anything()) {
        engine_->rollback();
        return gone;
      }
      if (auto committed = engine_->commit(); !committed)
        return committed.why();
      return gone;
    };
    const auto gone = step();
    if (!gone && concerns_one_request(gone.why())) { // what can not be deleted stays
      engine_->rollback();
      next_prune_ = clock::now() + options_.prune_pause;
      return;
    }
    if (!gone)
      return go_away(gone.why());
    pruned_ += gone->entries;
    forgotten_ += gone->rooms;
    note_pruned(*gone);
    next_prune_ = clock::now() + (gone->anything() ? std::chrono::milliseconds{0} : options_.prune_pause);
  }

  /// What was deleted at one look is told at its end.
  void note_pruned(const pruned& gone) {
    if (gone.anything() && pruning_.steps++ == 0)
      pruning_.commits_before = commits_;
    pruning_.gone.entries += gone.entries;
    pruning_.gone.rooms += gone.rooms;
    if (gone.anything() || pruning_.steps == 0)
      return;
    if (pruning_.gone.rooms > 0)
      spdlog::info("store: {} rooms without members were forgotten", pruning_.gone.rooms);
    spdlog::info("store: {} old events were deleted in {} steps, with {} commits of others between them",
                 pruning_.gone.entries, pruning_.steps, commits_ - pruning_.commits_before);
    pruning_ = {};
  }

  void serve(batch& waiting) {
    std::vector<store_answer> answers;
    if (!away_) {
      const auto committed = commit(waiting, answers);
      if (!committed)
        go_away(committed.why());
    }
    if (away_)
      answer_away(waiting);
    else
      answer(waiting, answers);
  }

  /// What can not be done for itself alone is answered, and taken out of `waiting`; the others begin anew.
  result<done> commit(batch& waiting, std::vector<store_answer>& answers) {
    for (;;) {
      answers.clear();
      if (auto begun = engine_->begin(options_.clock()); !begun)
        return begun;
      const auto stopped = write_all(waiting, answers);
      if (!stopped)
        return engine_->commit();
      engine_->rollback();
      if (!concerns_one_request(*stopped))
        return *stopped;
      const auto at = waiting.begin() + static_cast<std::ptrdiff_t>(answers.size());
      at->answer(damaged_answer(at->request, *stopped));
      waiting.erase(at);
    }
  }

  /// Why the request behind the last answer was not written.
  std::optional<error> write_all(const batch& waiting, std::vector<store_answer>& answers) {
    for (const auto& each : waiting) {
      auto written = write(*engine_, each.request);
      if (!written)
        return written.why();
      answers.push_back(*std::move(written));
    }
    return std::nullopt;
  }

  void answer(batch& waiting, std::vector<store_answer>& answers) {
    ++commits_;
    for (std::size_t i = 0; i < waiting.size(); ++i) {
      rows_ += waiting[i].weight();
      waiting[i].answer(std::move(answers[i]));
    }
  }

  static void answer_away(batch& waiting) {
    for (auto& each : waiting)
      each.answer(away_answer(each.request));
  }

  /// The first attempt waits for nothing, unless the last one has helped for a moment only.
  void go_away(const error& why) {
    ++failures_;
    spdlog::error("store: {} It is opened anew.", why.detail);
    away_ = true;
    const auto now = clock::now();
    if (now - back_since_ > options_.reopen_pause_max)
      pause_ = options_.reopen_pause_min;
    else
      pause_ = std::min(2 * pause_, options_.reopen_pause_max);
    next_attempt_ = pause_ == options_.reopen_pause_min ? now : now + pause_;
    const std::lock_guard lock(reader_mutex_);
    readable_ = false;
    reader_.reset();
  }

  void come_back() {
    if (const auto opened = reopen(); !opened) {
      spdlog::error("store: can not be opened: {}", opened.why().detail);
      next_attempt_ = clock::now() + pause_;
      pause_ = std::min(2 * pause_, options_.reopen_pause_max);
      return;
    }
    away_ = false;
    back_since_ = clock::now();
    spdlog::info("store: is back");
    if (options_.on_back)
      options_.on_back();
  }

  result<done> reopen() {
    const std::lock_guard lock(reader_mutex_);
    reader_.reset();
    if (auto opened = engine_->open(); !opened)
      return opened;
    auto reader = engine_->open_reader();
    if (!reader)
      return reader.why();
    reader_ = *std::move(reader);
    readable_ = true;
    return done{};
  }

  // ----- the reading thread

  void read_loop() {
    while (auto waiting = reads_.take(1))
      for (auto& each : *waiting)
        each.answer(read_one(each.request));
  }

  store_answer read_one(const store_request& request) {
    const std::lock_guard lock(reader_mutex_);
    if (!may_read())
      return away_answer(request);
    auto answer = read(*reader_, request);
    ++read_count_;
    if (answer)
      return *std::move(answer);
    spdlog::error("store: a read failed: {}", answer.why().detail);
    ++failures_;
    reader_.reset(); // the next read opens another
    return away_answer(request);
  }

  bool may_read() {
    if (readable_ && !reader_)
      if (auto opened = engine_->open_reader())
        reader_ = *std::move(opened);
    return readable_ && reader_;
  }

  std::unique_ptr<store_engine> engine_;
  store_options options_;
  request_queue<waiting_request> changes_, reads_;

  struct pruning {
    pruned gone;
    std::uint64_t steps = 0;
    std::uint64_t commits_before = 0;
  };

  // of the writing thread
  pruning pruning_;
  bool away_ = false;
  clock::time_point next_attempt_{};
  clock::time_point back_since_{}; ///< since it was away last
  clock::time_point next_prune_{};
  std::chrono::milliseconds pause_;

  std::mutex reader_mutex_; // held by the reading thread while it reads, by the writing thread only after a failure
  std::unique_ptr<store_reader> reader_;
  bool readable_ = false;

  std::atomic<std::uint64_t> commits_ = 0, rows_ = 0, read_count_ = 0, failures_ = 0, refused_ = 0, pruned_ = 0,
                             forgotten_ = 0;
  std::once_flag stopped_;
  std::thread writer_, reading_; // the last: they use all of the above
};

// ----------------------------------------------------------------------------------------------------------- store

result<std::unique_ptr<store>> store::start(std::unique_ptr<store_engine> engine, store_options options) {
  auto made = std::make_unique<impl>(std::move(engine), std::move(options));
  if (auto opened = made->open(); !opened)
    return opened.why();
  return std::unique_ptr<store>{new store(std::move(made))};
}

store::store(std::unique_ptr<impl> made) : impl_(std::move(made)) {}
store::~store() { stop(); }
void store::submit(store_request request, on_done answer) { impl_->submit(std::move(request), std::move(answer)); }
void store::stop() { impl_->stop(); }
store_counts store::counts() const { return impl_->counts(); }

} // namespace godwit
