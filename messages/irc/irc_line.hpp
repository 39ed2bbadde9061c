/// @file
/// One line of IRC: text ↔ tags, source, command and parameters.
///
/// Requires nothing of the bytes: they come from outside. Parsing is linear, throws nothing, and keeps no more than it
/// was given.
/// Limits   messages/irc/irc_limits.hpp.
/// Source   Modern IRC Client Protocol, "Message Format"; IRCv3 message-tags; docs/IRC.md, "Lines".
#pragma once

#include "messages/errors.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace godwit::irc {

struct tag {
  std::string key;   ///< with its vendor and, of client-only tags, its '+'
  std::string value; ///< unescaped; empty: none
  bool operator==(const tag&) const = default;
};

struct line {
  std::vector<tag> tags;
  std::string source;  ///< without ':'; empty: none
  std::string command; ///< in upper case
  std::vector<std::string> params;

  bool operator==(const line&) const = default;
  /// Empty where there are fewer.
  const std::string& param(std::size_t index) const;
  /// Null: it has no such tag. Of several the last.
  const std::string* tag_value(std::string_view key) const;
};

/// What is wrong with a line, by what the client is told.
enum class line_fault : std::uint8_t {
  empty = 1,  ///< nothing in it: to be ignored
  too_long,   ///< 417 ERR_INPUTTOOLONG
  not_utf8,   ///< FAIL * INVALID_UTF8, by UTF8ONLY
  bad_bytes,  ///< NUL, CR or LF within the line
  unreadable, ///< no command, or too many tags or parameters
};

struct read_line {
  line what;          ///< as far as it could be read, so that the answer can name the command and its label
  line_fault fault{}; ///< 0: none
  bool ok() const { return fault == line_fault{}; }
};

/// What a line is held against, besides its form.
enum class text_check : std::uint8_t {
  none, ///< of a line that is not obeyed
  utf8,
};

/// `text` is without its line end. A line that was cut off at its limit by who framed it is `too_long`.
read_line parse_line(std::string_view text, text_check check = text_check::utf8);

/// A value of a tag as it stands in a line, and back. Unescaping drops a backslash at the end.
std::string escape_tag_value(std::string_view value);
std::string unescape_tag_value(std::string_view escaped);

bool is_utf8(std::string_view text);
/// As many bytes of `text` from its start as fit into `bytes_max` without cutting a character of UTF-8 in two.
std::string_view utf8_prefix(std::string_view text, std::size_t bytes_max);

/// Composes one line to a client, with its CR LF:
///
///     line_writer(source, "PRIVMSG").tag("time", …).param("#a").trailing(text).str()
///
/// Promises  no parameter can bring in a line end or NUL, nor be taken for two (they are cut at the first such byte);
///           without its tags the line is at most irc_line_bytes_max long: the trailing parameter is cut to fit.
class line_writer {
public:
  line_writer(std::string_view source, std::string_view command);

  /// Tags may be added at any time. An empty value is left out with its '='.
  line_writer& tag(std::string_view key, std::string_view value = {});
  /// Several, as they stand in a line; empty: none.
  line_writer& raw_tags(std::string_view tags);
  /// A middle parameter. An empty one, or one that begins with ':', would be another: it becomes "*".
  line_writer& param(std::string_view text);
  line_writer& trailing(std::string_view text);
  /// What a trailing parameter may still take.
  std::size_t room() const;
  std::string str() const;

private:
  std::string tags_;
  std::string body_;
};

} // namespace godwit::irc
