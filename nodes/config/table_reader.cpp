#include "nodes/config/table_reader.hpp"

#include <sstream>

namespace godwit {
namespace {

std::size_t line_of(const toml::value& value) { return value.location().line(); }

std::string shown(const toml::value& value) {
  std::ostringstream out;
  out << value;
  auto text = out.str();
  if (text.size() > 80)
    text = text.substr(0, 77) + "...";
  return text;
}

} // namespace

table_reader::table_reader(const toml::value& table, std::string path, std::string file,
                           std::vector<config_problem>& problems)
    : table_(table), path_(std::move(path)), file_(std::move(file)), problems_(problems) {}

const toml::value* table_reader::find(const std::string& key, const std::string& allowed, bool required) {
  asked_.insert(key);
  const auto& entries = table_.as_table();
  auto found = entries.find(key);
  if (found != entries.end())
    return &found->second;
  if (required)
    problems_.push_back({file_, line_of(table_), path_ + key, "nothing", allowed});
  return nullptr;
}

std::string table_reader::text(const std::string& key, const std::string& allowed, bool required) {
  const auto* value = find(key, allowed, required);
  if (value == nullptr)
    return {};
  if (!value->is_string() || value->as_string().str.empty()) {
    complain(key, shown(*value), allowed);
    return {};
  }
  return value->as_string().str;
}

std::vector<std::string> table_reader::texts(const std::string& key, const std::string& allowed, bool required) {
  const auto* value = find(key, allowed, required);
  if (value == nullptr)
    return {};
  if (value->is_string())
    return {value->as_string().str};
  std::vector<std::string> result;
  bool all_texts = value->is_array();
  if (all_texts)
    for (const auto& each : value->as_array()) {
      all_texts = all_texts && each.is_string();
      if (each.is_string())
        result.push_back(each.as_string().str);
    }
  if (!all_texts || (required && result.empty())) {
    complain(key, shown(*value), allowed);
    return {};
  }
  return result;
}

std::int64_t table_reader::number(const std::string& key, std::int64_t otherwise, std::int64_t least,
                                  std::int64_t most) {
  auto allowed = "a whole number from " + std::to_string(least) + " to " + std::to_string(most);
  const auto* value = find(key, allowed, false);
  if (value == nullptr)
    return otherwise;
  if (!value->is_integer() || value->as_integer() < least || value->as_integer() > most) {
    complain(key, shown(*value), allowed);
    return otherwise;
  }
  return value->as_integer();
}

bool table_reader::flag(const std::string& key) {
  constexpr auto allowed = "true or false";
  const auto* value = find(key, allowed, false);
  if (value != nullptr && !value->is_boolean())
    complain(key, shown(*value), allowed);
  return value != nullptr && value->is_boolean() && value->as_boolean();
}

const toml::value* table_reader::table(const std::string& key, bool required) {
  const auto* value = find(key, "a table [" + key + "]", required);
  if (value != nullptr && !value->is_table()) {
    complain(key, shown(*value), "a table [" + key + "]");
    return nullptr;
  }
  return value;
}

std::vector<const toml::value*> table_reader::tables(const std::string& key, bool required) {
  auto allowed = "one or more tables [[" + key + "]]";
  const auto* value = find(key, allowed, required);
  if (value == nullptr)
    return {};
  std::vector<const toml::value*> result;
  bool all_tables = value->is_array();
  if (all_tables)
    for (const auto& each : value->as_array()) {
      all_tables = all_tables && each.is_table();
      result.push_back(&each);
    }
  if (!all_tables || result.empty()) {
    complain(key, shown(*value), allowed);
    return {};
  }
  return result;
}

void table_reader::complain(const std::string& key, std::string found, std::string allowed) {
  const auto& entries = table_.as_table();
  auto at = entries.find(key);
  auto line = at == entries.end() ? line_of(table_) : line_of(at->second);
  problems_.push_back({file_, line, path_ + key, std::move(found), std::move(allowed)});
}

void table_reader::refuse_the_rest() {
  std::string known;
  for (const auto& each : asked_)
    known += (known.empty() ? "" : ", ") + each;
  for (const auto& [key, value] : table_.as_table())
    if (!asked_.contains(key))
      problems_.push_back({file_, line_of(value), path_ + key, "an unknown key", "the keys " + known});
}

} // namespace godwit
