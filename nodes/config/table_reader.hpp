/// @file
/// Reads one TOML table key by key, collects every problem, and reports the keys that nobody asked for.
#pragma once

#include "nodes/config/config.hpp"

#include <toml.hpp>

#include <functional>
#include <set>
#include <string>
#include <vector>

namespace godwit {

class table_reader {
public:
  /// `path` is put before the keys in problems: `node[1].`. Keeps references: the table and the problems must outlive
  /// it.
  table_reader(const toml::value& table, std::string path, std::string file, std::vector<config_problem>& problems);

  std::string text(const std::string& key, const std::string& allowed, bool required = false);
  std::vector<std::string> texts(const std::string& key, const std::string& allowed, bool required = false);
  std::int64_t number(const std::string& key, std::int64_t otherwise, std::int64_t least, std::int64_t most);
  /// False if absent.
  bool flag(const std::string& key);
  /// Null if absent. A value that is no table is a problem.
  const toml::value* table(const std::string& key, bool required = false);
  std::vector<const toml::value*> tables(const std::string& key, bool required = false);

  /// Says what is wrong with `key`, at its line.
  void complain(const std::string& key, std::string found, std::string allowed);
  /// To be called last: each key that was not asked for is a problem.
  void refuse_the_rest();

private:
  const toml::value* find(const std::string& key, const std::string& allowed, bool required);

  const toml::value& table_;
  std::string path_;
  std::string file_;
  std::vector<config_problem>& problems_;
  std::set<std::string> asked_;
};

} // namespace godwit
