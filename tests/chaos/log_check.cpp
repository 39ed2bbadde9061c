#include "tests/chaos/log_check.hpp"

#include "client/bench/post_text.hpp"
#include "messages/entry_codec.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <sqlite3.h>
#include <sstream>
#include <stdexcept>

namespace godwit::chaos {
namespace {

constexpr std::size_t told_max = 10;

struct reader {
  sqlite3* database = nullptr;
  sqlite3_stmt* rows = nullptr;

  explicit reader(const std::string& file) {
    if (sqlite3_open_v2(file.c_str(), &database, SQLITE_OPEN_READWRITE, nullptr) != SQLITE_OK
        || sqlite3_prepare_v2(database, "SELECT room, seq, bytes FROM entry ORDER BY room, seq", -1, &rows, nullptr)
             != SQLITE_OK)
      throw std::runtime_error(file + ": " + sqlite3_errmsg(database));
  }
  reader(const reader&) = delete;
  reader& operator=(const reader&) = delete;
  ~reader() {
    sqlite3_finalize(rows);
    sqlite3_close(database);
  }
};

void note(log_findings& found, std::uint64_t& count, const std::string& what) {
  ++count;
  if (found.what_is_wrong.size() < told_max)
    found.what_is_wrong.push_back(what);
}

void check_answers(log_findings& found, const std::map<std::uint32_t, std::set<std::uint64_t>>& logged,
                   const std::string& answers) {
  std::istringstream lines(answers);
  std::string line;
  if (!std::getline(lines, line))
    throw std::runtime_error("nothing is known of what was answered");
  while (std::getline(lines, line)) {
    std::istringstream words(line);
    std::uint32_t sender = 0;
    std::uint64_t answered = 0;
    if (!(words >> sender >> answered))
      throw std::runtime_error("what was answered can not be read: " + line);
    const std::set<std::uint64_t> refused{std::istream_iterator<std::uint64_t>(words), {}};
    const auto at = logged.find(sender);
    for (std::uint64_t counter = 1; counter <= answered; ++counter) {
      const bool is_there = at != logged.end() && at->second.contains(counter);
      const auto what = "post " + std::to_string(counter) + " of sender " + std::to_string(sender);
      if (refused.contains(counter) && is_there)
        note(found, found.refused, what + " was refused, and stands in the log");
      else if (!refused.contains(counter) && !is_there)
        note(found, found.lost, what + " was acknowledged, and does not stand in the log");
    }
  }
}

} // namespace

log_findings check_log(const std::string& database_file, const std::string& answers) {
  const reader from(database_file);
  log_findings found;
  std::map<std::uint32_t, std::set<std::uint64_t>> logged;
  std::int64_t room = 0;
  std::int64_t last = 0;
  std::map<std::uint32_t, std::uint64_t> newest_by_sender;
  while (sqlite3_step(from.rows) == SQLITE_ROW) {
    const auto in = sqlite3_column_int64(from.rows, 0);
    const auto seq = sqlite3_column_int64(from.rows, 1);
    if (in != room) {
      newest_by_sender.clear();
      last = 0;
    }
    room = in;
    const auto where = "room " + std::to_string(room) + ", entry " + std::to_string(seq);
    if (seq != last + 1)
      note(found, found.gaps, where + " follows on " + std::to_string(last));
    last = seq;
    const auto* bytes = static_cast<const char*>(sqlite3_column_blob(from.rows, 2));
    const auto entry = decode_entry({bytes, static_cast<std::size_t>(sqlite3_column_bytes(from.rows, 2))});
    if (!entry)
      throw std::runtime_error(where + ": " + entry.why().detail);
    const auto* said = std::get_if<posted>(&entry->body);
    const auto stamp = said != nullptr ? bench::read_post(said->text) : std::nullopt;
    if (!stamp)
      continue;
    ++found.posts;
    logged[stamp->sender].insert(stamp->counter);
    auto& newest = newest_by_sender[stamp->sender];
    if (stamp->counter == newest)
      note(found, found.doubled, where + " is one before it again");
    else if (stamp->counter < newest)
      note(found, found.out_of_order, where + " is behind a later one of its sender");
    newest = std::max(newest, stamp->counter);
  }
  check_answers(found, logged, answers);
  return found;
}

} // namespace godwit::chaos
