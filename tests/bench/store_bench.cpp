/// @file
/// How many entries a second the store makes durable, with 1, 4, 20 and 40 rows per commit.
#include "tests/unit/store/store_fixture.hpp"

#include <benchmark/benchmark.h>

namespace godwit::test {
namespace {

void append_rows(benchmark::State& state) {
  const temporary_folder folder;
  auto here = *store::start(make_sqlite_engine({.file = folder.file()}));
  const auto room = ask_directory<room_found>(*here, find_room{"lobby", "Lobby", true}).room;
  const auto epoch = ask<log_opened>(*here, open_log{room, ""}).epoch;
  const auto rows = static_cast<room_seq>(state.range(0));
  room_seq seq = 1;
  for (auto _ : state) {
    std::vector<shared_entry> entries;
    for (room_seq i = 0; i < rows; ++i, ++seq)
      entries.push_back(entry(seq, 5, seq, posted{std::string(100, 'x')}));
    ask<entries_appended>(*here, append_of(room, epoch, std::move(entries)));
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(seq - 1));
}
BENCHMARK(append_rows)->Arg(1)->Arg(4)->Arg(20)->Arg(40)->UseRealTime();

} // namespace
} // namespace godwit::test

BENCHMARK_MAIN();
