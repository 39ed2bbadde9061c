/// @file
/// How news are written: lines for a program (json_lines) or for a person (text_lines).
///
/// Source: docs/CLIENT.md, "JSON lines".
#pragma once

#include "client/rules/news.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace godwit {

struct printed {
  std::vector<std::string> out;    ///< for standard output, without line ends
  std::vector<std::string> errors; ///< for standard error
};

/// One JSON object per line; every piece of news has at least one. Bytes that are no UTF-8 are replaced.
printed json_lines(const client_news& news);
/// For a line that no request could be made of.
std::string json_of_mistyped(const error& why);

/// Without control characters of others. Confirmations are not shown.
printed text_lines(const client_news& news);

/// What a request is called in both: post, join, …
std::string_view name_of(const ask::request& request);
/// Sentence and detail of an error.
std::string full_text(const error& why);

} // namespace godwit
