#include "messages/irc/irc_line.hpp"

#include "messages/irc/irc_limits.hpp"

#include <utf8proc.h>

#include <algorithm>

namespace godwit::irc {
namespace {

constexpr std::string_view line_end = "\r\n";

/// Takes what stands before the next space off `rest`, and the spaces behind it.
std::string_view take_word(std::string_view& rest) {
  const auto end = std::min(rest.find(' '), rest.size());
  const auto word = rest.substr(0, end);
  rest.remove_prefix(std::min(rest.find_first_not_of(' ', end), rest.size()));
  return word;
}

bool is_command(std::string_view word) {
  const auto letter = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); };
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  return !word.empty() && (std::ranges::all_of(word, letter) || (word.size() == 3 && std::ranges::all_of(word, digit)));
}

std::string upper(std::string_view word) {
  std::string out(word);
  std::ranges::transform(out, out.begin(), [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
  return out;
}

/// False: there are too many.
bool read_tags(std::string_view text, std::vector<tag>& out) {
  while (!text.empty()) {
    const auto end = std::min(text.find(';'), text.size());
    const auto one = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (one.empty())
      continue;
    if (out.size() == limits::irc_tags_max)
      return false;
    const auto equals = std::min(one.find('='), one.size());
    out.push_back(
      {std::string(one.substr(0, equals)), unescape_tag_value(one.substr(std::min(equals + 1, one.size())))});
  }
  return true;
}

/// The last one that there may be is all that is left (RFC 1459, 2.3.1).
void read_params(std::string_view rest, std::vector<std::string>& out) {
  while (!rest.empty()) {
    const bool is_trailing = rest.front() == ':';
    if (is_trailing || out.size() + 1 == limits::irc_params_max) {
      out.emplace_back(rest.substr(is_trailing ? 1 : 0));
      return;
    }
    out.emplace_back(take_word(rest));
  }
}

/// Up to the first byte that would end the line, or what `stops` adds to these.
std::string_view harmless(std::string_view text, std::string_view stops = {"\0\r\n", 3}) {
  return text.substr(0, std::min(text.find_first_of(stops), text.size()));
}

} // namespace

bool is_utf8(std::string_view text) {
  const auto* at = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  auto rest = static_cast<utf8proc_ssize_t>(text.size());
  while (rest > 0) {
    utf8proc_int32_t code_point = 0;
    const auto length = utf8proc_iterate(at, rest, &code_point);
    if (length <= 0)
      return false;
    at += length;
    rest -= length;
  }
  return true;
}

const std::string& line::param(std::size_t index) const {
  static const std::string none;
  return index < params.size() ? params[index] : none;
}

const std::string* line::tag_value(std::string_view key) const {
  const auto at = std::find_if(tags.rbegin(), tags.rend(), [&](const auto& each) { return each.key == key; });
  return at == tags.rend() ? nullptr : &at->value;
}

read_line parse_line(std::string_view text, text_check check) {
  read_line out;
  const auto fault = [&](line_fault what) { out.fault = out.ok() ? what : out.fault; };
  if (text.find_first_of(std::string_view("\0\r\n", 3)) != std::string_view::npos)
    fault(line_fault::bad_bytes);
  else if (check == text_check::utf8 && !is_utf8(text))
    fault(line_fault::not_utf8);
  auto rest = text;
  if (rest.starts_with('@')) {
    const auto tags = take_word(rest).substr(1);
    if (tags.size() + 2 > limits::irc_client_tags_bytes_max || !read_tags(tags, out.what.tags))
      fault(line_fault::too_long);
  }
  if (rest.size() + line_end.size() > limits::irc_line_bytes_max)
    fault(line_fault::too_long);
  rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
  if (rest.starts_with(':'))
    out.what.source = take_word(rest).substr(1);
  const auto command = take_word(rest);
  if (command.empty() && out.what.tags.empty() && out.what.source.empty())
    fault(line_fault::empty);
  out.what.command = upper(command);
  if (!is_command(command))
    fault(line_fault::unreadable);
  read_params(rest, out.what.params);
  return out;
}

std::string escape_tag_value(std::string_view value) {
  std::string out;
  out.reserve(value.size());
  for (const char c : value)
    switch (c) {
    case ';': out += "\\:"; break;
    case ' ': out += "\\s"; break;
    case '\\': out += "\\\\"; break;
    case '\r': out += "\\r"; break;
    case '\n': out += "\\n"; break;
    case '\0': break; // has no form
    default: out += c;
    }
  return out;
}

std::string unescape_tag_value(std::string_view escaped) {
  std::string out;
  out.reserve(escaped.size());
  for (std::size_t i = 0; i != escaped.size(); ++i) {
    if (escaped[i] != '\\') {
      out += escaped[i];
      continue;
    }
    if (++i == escaped.size())
      break;
    switch (escaped[i]) {
    case ':': out += ';'; break;
    case 's': out += ' '; break;
    case 'r': out += '\r'; break;
    case 'n': out += '\n'; break;
    default: out += escaped[i];
    }
  }
  return out;
}

std::string_view utf8_prefix(std::string_view text, std::size_t bytes_max) {
  if (text.size() <= bytes_max)
    return text;
  const auto continues = [&](std::size_t at) { return (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U; };
  while (bytes_max != 0 && continues(bytes_max))
    --bytes_max;
  return text.substr(0, bytes_max);
}

// -------------------------------------------------------------------------------------------------------- writing

line_writer::line_writer(std::string_view source, std::string_view command) {
  if (!source.empty())
    body_.append(":").append(harmless(source, {"\0\r\n ", 4})).append(" ");
  body_.append(command);
}

line_writer& line_writer::tag(std::string_view key, std::string_view value) {
  tags_.append(tags_.empty() ? "@" : ";").append(key);
  if (!value.empty())
    tags_.append("=").append(escape_tag_value(value));
  return *this;
}

line_writer& line_writer::raw_tags(std::string_view tags) {
  if (const auto clean = harmless(tags, {"\0\r\n ", 4}); !clean.empty())
    tags_.append(tags_.empty() ? "@" : ";").append(clean);
  return *this;
}

line_writer& line_writer::param(std::string_view text) {
  const auto word = harmless(text, {"\0\r\n ", 4});
  const bool stands = !word.empty() && word.front() != ':';
  body_.append(" ").append(stands ? word : std::string_view("*"));
  return *this;
}

line_writer& line_writer::trailing(std::string_view text) {
  const auto fits = utf8_prefix(harmless(text), room());
  body_.append(" :").append(fits);
  return *this;
}

std::size_t line_writer::room() const {
  const auto used = body_.size() + 2 + line_end.size();
  return used < limits::irc_line_bytes_max ? limits::irc_line_bytes_max - used : 0;
}

std::string line_writer::str() const {
  std::string out;
  out.reserve(tags_.size() + 1 + body_.size() + line_end.size());
  if (!tags_.empty())
    out.append(tags_).append(" ");
  // Middle parameters are names, bounded by their own limits; a line of many of them is for its caller to split.
  out.append(utf8_prefix(body_, limits::irc_line_bytes_max - line_end.size())).append(line_end);
  return out;
}

} // namespace godwit::irc
