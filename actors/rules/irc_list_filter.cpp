#include "actors/rules/irc_list_filter.hpp"

#include "messages/masks.hpp"
#include "messages/names.hpp"

#include <algorithm>
#include <charconv>

namespace godwit {
namespace {

/// Without '#', of ASCII letters by lower case: a name with wildcards is none that could be folded.
std::string mask_of(std::string_view word) {
  std::string out(word.starts_with('#') ? word.substr(1) : word);
  if (auto name = fold_room(out))
    return *std::move(name);
  std::ranges::transform(out, out.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; });
  return out;
}

/// Minutes since then, begun ones not counted; nothing: it is not known.
std::optional<std::uint64_t> minutes_since(timestamp then, timestamp now) {
  if (then == timestamp{})
    return std::nullopt;
  return static_cast<std::uint64_t>(
    std::max<std::int64_t>(0, std::chrono::duration_cast<std::chrono::minutes>(now - then).count()));
}

} // namespace

irc_list_filter::irc_list_filter(std::string_view text) {
  while (!text.empty()) {
    const auto end = std::min(text.find(','), text.size());
    if (end != 0)
      read(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

void irc_list_filter::read(std::string_view word) {
  condition found;
  auto rest = word;
  if (rest.size() > 1 && (rest[0] == 'C' || rest[0] == 'T') && (rest[1] == '<' || rest[1] == '>')) {
    found.about = rest[0];
    rest.remove_prefix(1);
  }
  if (rest.starts_with('<') || rest.starts_with('>')) {
    found.more = rest.front() == '>';
    std::from_chars(rest.data() + 1, rest.data() + rest.size(), found.value);
    conditions_.push_back(found);
  } else if (word.starts_with('!')) {
    not_masks_.push_back(mask_of(word.substr(1)));
  } else {
    masks_.push_back(mask_of(word));
  }
}

bool irc_list_filter::shows(const tell::room_row& room, timestamp now) const {
  const auto key = fold_room(room.room);
  const auto matches = [&](const std::string& mask) { return key && mask_matches(mask, *key); };
  if ((!masks_.empty() && std::ranges::none_of(masks_, matches)) || std::ranges::any_of(not_masks_, matches))
    return false;
  return std::ranges::all_of(conditions_, [&](const condition& each) {
    const auto value = each.about == 'U'   ? std::optional<std::uint64_t>{room.member_count}
                       : each.about == 'C' ? minutes_since(room.created, now)
                                           : minutes_since(room.topic_time, now);
    return value && (each.more ? *value > each.value : *value < each.value);
  });
}

} // namespace godwit
