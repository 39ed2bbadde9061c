#include "nodes/store_commands.hpp"

#include "nodes/store/sqlite_backup.hpp"
#include "nodes/store/sqlite_check.hpp"
#include "nodes/store/sqlite_schema.hpp"

#include <cstdio>

namespace godwit {
namespace {

std::filesystem::path store_in(const std::filesystem::path& data) { return data / "godwit.db"; }

exit_code fail(exit_code code, const std::string& why) {
  std::fprintf(stderr, "%s\n", why.c_str());
  return code;
}

exit_code code_of(const sqlite_failure& failed) {
  switch (failed.code()) {
  case SQLITE_CORRUPT:
  case SQLITE_NOTADB: return exit_code::store_corrupt;
  case SQLITE_BUSY:
  case SQLITE_LOCKED: return exit_code::store_locked;
  default: return exit_code::can_not_start;
  }
}

exit_code code_of_refused(sqlite_connection& connection) {
  sqlite_statement statement(connection, "PRAGMA application_id");
  auto row = statement.run();
  const bool ours = row.next() && row.number(0) == static_cast<std::uint64_t>(sqlite_application_id);
  return ours ? exit_code::store_newer : exit_code::store_foreign;
}

exit_code check_file(const std::filesystem::path& file) {
  sqlite_connection connection(file, sqlite_connection::mode::read_only);
  const auto version = schema_version_of(connection);
  if (!version)
    return fail(code_of_refused(connection), file.string() + ": " + version.why().detail);
  if (*version != sqlite_schema_version)
    return fail(exit_code::can_not_start, file.string() + " has version " + std::to_string(*version)
                                            + " of the tables, this program checks version "
                                            + std::to_string(sqlite_schema_version)
                                            + "; start the broker node once, it migrates the file");
  const auto problems = check_wholly(connection);
  for (const auto& each : problems)
    std::fprintf(stderr, "%s: %s\n", file.c_str(), each.c_str());
  if (!problems.empty())
    return fail(exit_code::store_corrupt, file.string() + " is damaged: stop the broker node and bring back a copy.");
  std::printf("%s is sound.\n", file.c_str());
  return exit_code::stopped;
}

} // namespace

exit_code check_store(const std::filesystem::path& data) {
  const auto file = store_in(data);
  if (!std::filesystem::exists(file))
    return fail(exit_code::data_absent, file.string() + " is not there: name the data folder of a broker node.");
  try {
    return check_file(file);
  } catch (const sqlite_failure& failed) {
    return fail(code_of(failed), file.string() + " can not be checked: " + failed.what());
  }
}

exit_code code_of_unusable_store(const std::filesystem::path& file) {
  try {
    sqlite_connection connection(file, sqlite_connection::mode::read_only);
    if (!schema_version_of(connection))
      return code_of_refused(connection);
    return check_quickly(connection).empty() ? exit_code::can_not_start : exit_code::store_corrupt;
  } catch (const sqlite_failure& failed) {
    return code_of(failed);
  }
}

exit_code back_up_store(const std::filesystem::path& data, const std::filesystem::path& file) {
  const auto copied = back_up(store_in(data), file);
  if (!copied)
    return fail(exit_code::can_not_start, copied.why().detail);
  std::printf("%s\n", copied->c_str());
  return exit_code::stopped;
}

} // namespace godwit
