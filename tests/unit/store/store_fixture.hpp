/// @file
/// A store on a real file in a folder of its own, and entries to put into it.
#pragma once

#include "nodes/store/sqlite_engine.hpp"
#include "nodes/store/store.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <future>
#include <string>
#include <unistd.h>

namespace godwit::test {

/// A new folder, gone with its owner.
class store_folder {
public:
  store_folder() {
    auto name = (std::filesystem::temp_directory_path() / "godwit-store-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  ~store_folder() { std::filesystem::remove_all(path_); }
  store_folder(const store_folder&) = delete;
  store_folder& operator=(const store_folder&) = delete;

  std::filesystem::path file() const { return path_ / "store.db"; }

private:
  std::filesystem::path path_;
};

inline identity_hash identity_of(std::uint64_t session) {
  identity_hash hash{};
  hash[0] = static_cast<std::uint8_t>(session);
  hash[31] = 0xee;
  return hash;
}

inline shared_entry entry(room_seq seq, std::uint64_t session, std::uint64_t op, entry_body body = posted{"hello"}) {
  log_entry made;
  made.seq = seq;
  made.time = timestamp{std::chrono::microseconds{1'700'000'000'000'000 + static_cast<std::int64_t>(seq)}};
  made.name = {session_id{session}, op, 0};
  made.nick = "nick" + std::to_string(session);
  made.identity = identity_of(session);
  made.body = std::move(body);
  return std::make_shared<const log_entry>(std::move(made));
}

inline stored_member member(std::uint64_t session, room_seq joined_seq) {
  return {session_id{session}, "nick" + std::to_string(session), identity_of(session), joined_seq};
}

inline append_entries append_of(room_id room, room_epoch epoch, std::vector<shared_entry> entries) {
  append_entries made;
  made.room = room;
  made.epoch = epoch;
  made.first_seq = entries.front()->seq;
  made.state.title = "Lobby";
  made.state.last_seq = entries.back()->seq;
  made.state.last_time = entries.back()->time;
  made.entries = std::move(entries);
  return made;
}

/// Submits and waits: for tests of what is answered, not of when.
template <class Answer>
Answer ask(store& store, store_request request) {
  std::promise<store_answer> answered;
  store.submit(std::move(request), [&](store_answer answer) { answered.set_value(std::move(answer)); });
  return std::get<Answer>(answered.get_future().get());
}
template <class Result>
Result ask_directory(store& store, directory_request request) {
  auto answered = ask<store_answered>(store, ask_store{7, std::move(request)});
  EXPECT_EQ(answered.ticket, 7U);
  if (const auto* why = std::get_if<error>(&answered.result); why && !std::is_same_v<Result, error>) {
    ADD_FAILURE() << name_of(why->code) << ": " << why->detail;
    return {};
  }
  return std::get<Result>(std::move(answered.result));
}

class store_test : public ::testing::Test {
protected:
  std::unique_ptr<store> start(store_options options = {}) {
    auto started = store::start(make_sqlite_engine({.file = folder_.file()}), std::move(options));
    EXPECT_TRUE(started) << (started ? "" : started.why().detail);
    return started ? *std::move(started) : nullptr;
  }
  void open() { store_ = start(); }
  /// Closes the files and opens them anew: what is seen then was on the disk.
  void reopen() {
    store_.reset();
    open();
  }
  void SetUp() override { open(); }

  room_id make_room(const room_key& key = "lobby", const std::string& title = "Lobby") {
    return ask_directory<room_found>(*store_, find_room{key, title, true}).room;
  }
  log_opened open_room(room_id room) { return ask<log_opened>(*store_, open_log{room, "worker-1"}); }
  entries_appended append(append_entries request) { return ask<entries_appended>(*store_, std::move(request)); }
  log_read read(read_log question) { return ask<log_read>(*store_, std::move(question)); }
  std::size_t count(room_id room) {
    return read({.room = room, .reply_to = {}, .limit = 10'000, .since_left_by = {}}).entries.size();
  }

  store_folder folder_;
  std::unique_ptr<store> store_;
};

inline std::vector<room_seq> seqs(const std::vector<shared_entry>& entries) {
  std::vector<room_seq> all;
  for (const auto& each : entries)
    all.push_back(each->seq);
  return all;
}

} // namespace godwit::test
