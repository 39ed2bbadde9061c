// Names and texts of people: which are let through, what they become, and what a terminal gets of them.
#include "actors/rules/skeleton.hpp"
#include "client/chat/terminal_text.hpp"
#include "messages/names.hpp"
#include "messages/text.hpp"
#include "messages/text_limits.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace godwit {
namespace {

using fuzz::require;

/// Read without the library that the code uses. Nothing: no UTF-8.
std::optional<std::u32string> code_points_of(std::string_view text) {
  std::u32string all;
  for (std::size_t at = 0; at < text.size();) {
    const auto lead = static_cast<unsigned char>(text[at]);
    const std::size_t length = lead < 0x80   ? 1
                               : lead < 0xc2 ? 0
                               : lead < 0xe0 ? 2
                               : lead < 0xf0 ? 3
                               : lead < 0xf5 ? 4
                                             : 0;
    if (length == 0 || at + length > text.size())
      return std::nullopt;
    char32_t point = length == 1 ? lead : lead & (0x7fU >> length);
    for (std::size_t i = 1; i < length; ++i) {
      const auto next = static_cast<unsigned char>(text[at + i]);
      if ((next & 0xc0U) != 0x80)
        return std::nullopt;
      point = point << 6U | (next & 0x3fU);
    }
    if ((length == 3 && point < 0x800) || (length == 4 && point < 0x10000) || point > 0x10ffff
        || (point >= 0xd800 && point < 0xe000))
      return std::nullopt;
    all += point;
    at += length;
  }
  return all;
}

bool is_control(char32_t point) { return point < 0x20 || (point >= 0x7f && point < 0xa0); }

bool turns_or_hides(char32_t point) {
  return (point >= 0x200b && point <= 0x200f) || (point >= 0x202a && point <= 0x202e)
         || (point >= 0x2060 && point <= 0x206f) || point == 0x61c || point == 0xfeff || point == 0xad;
}

/// Letters and marks that nobody sees: joiners, fillers, variation selectors.
bool is_filler(char32_t point) {
  return point == 0x34f || point == 0x115f || point == 0x1160 || point == 0x17b4 || point == 0x17b5
         || (point >= 0x180b && point <= 0x180f) || point == 0x3164 || (point >= 0xfe00 && point <= 0xfe0f)
         || point == 0xffa0 || (point >= 0xe0000 && point <= 0xe0fff);
}

void check_name(const std::string& name, std::size_t code_points_max, std::string_view forbidden) {
  const auto points = code_points_of(name);
  require(points.has_value(), "a name is UTF-8");
  require(!points->empty() && points->size() <= code_points_max, "a name is neither empty nor longer than allowed");
  require(name.find_first_of(forbidden) == std::string::npos, "a name has none of the characters that are forbidden");
  for (const auto point : *points)
    require(!is_control(point) && !turns_or_hides(point) && !is_filler(point) && point != ' ',
            "nothing in a name is invisible");
  require(name[0] != '-' && !(name[0] >= '0' && name[0] <= '9'), "a name begins with no digit and no '-'");
}

using mapping = result<std::string> (*)(std::string_view);

/// The folded name, if it is one.
std::optional<std::string> check_mappings(std::string_view typed, mapping fold, mapping show,
                                          std::size_t code_points_max, std::string_view forbidden) {
  const auto folded = fold(typed);
  const auto shown = show(typed);
  require(static_cast<bool>(folded) == static_cast<bool>(shown), "both forms of a name stand or fall together");
  if (!folded)
    return std::nullopt;
  check_name(*folded, code_points_max, forbidden);
  check_name(*shown, code_points_max, forbidden);
  const auto again = fold(*folded);
  require(again && *again == *folded, "folding what is folded changes nothing");
  const auto of_shown = fold(*shown);
  require(of_shown && *of_shown == *folded, "what is shown is the same name as what was typed");
  const auto shown_again = show(*shown);
  require(shown_again && *shown_again == *shown, "showing what is shown changes nothing");
  for (const char c : *folded)
    require(c < 'A' || c > 'Z', "a folded name has no capital letter of ASCII");
  return *folded;
}

void check_skeletons(std::string_view typed, const std::string& folded) {
  const auto shown = shown_room(typed);
  require(static_cast<bool>(shown), "a nick is a room's name too");
  const auto all = skeletons_of(*shown, folded);
  require(all.size() == 1 || all.size() == 2, "a name has one skeleton or two");
  for (const auto& each : all)
    require(code_points_of(each).has_value(), "a skeleton is UTF-8");
  require(skeletons_of(folded, folded).size() == 1, "a name that is shown as it is folded has one skeleton");
  require(skeletons_of(*shown, folded) == all, "a name has the same skeletons each time");
}

void check_names(std::string_view typed) {
  constexpr std::string_view never = ",*?!@:#= \t\r\n/\"'<>&%$~";
  const auto nick =
    check_mappings(typed, &fold_nick, &shown_nick, limits::nick_code_points_max, ",*?!@:#=.+ \t\r\n/\"'<>&%$~");
  const auto room = check_mappings(typed, &fold_room, &shown_room, limits::room_name_code_points_max, never);
  require(!nick || room == nick, "each nick would be a room's name, folded alike");
  if (room)
    require(!is_private(*room), "no room's name looks like the key of a private conversation");
  if (nick)
    check_skeletons(typed, *nick);
}

void check_private_key(const std::string& key) {
  const auto both = identities_of(key);
  if (both)
    require(private_room_key(both->first, both->second) == key && private_room_key(both->second, both->first) == key,
            "the key of two identities is the one that they were read from");
}

void check_texts(std::string_view text) {
  const auto points = code_points_of(text);
  const bool plain =
    points && std::ranges::none_of(*points, [](char32_t c) { return is_control(c) && c != '\n' && c != '\t'; });
  require(is_plain_text(text) == plain, "a plain text is UTF-8 without control characters");
  constexpr std::u32string_view irc_marks = U"\x01\x02\x03\x04\x0f\x11\x16\x1d\x1e\x1f";
  const bool may_be_post =
    points && std::ranges::none_of(*points, [&](char32_t c) {
      return is_control(c) && c != '\n' && c != '\t' && irc_marks.find(c) == std::u32string_view::npos;
    });
  require(!check_post(text) == (may_be_post && !text.empty() && text.size() <= limits::post_bytes_max),
          "a post is a plain text, with marks of IRC or without, that is not empty and not too long");
  const bool one_line = text.find('\n') == std::string_view::npos;
  require(!check_line(text, limits::reason_bytes_max) == (plain && one_line && text.size() <= limits::reason_bytes_max),
          "a line is a plain text without a line break, not too long");
}

void check_terminal(std::string_view text) {
  const auto safe = safe_for_terminal(text);
  const auto points = code_points_of(safe);
  require(points.has_value(), "what a terminal gets is UTF-8");
  for (const auto point : *points)
    require(!is_control(point)
              && !(turns_or_hides(point) && point != 0x200b && point != 0x200c && point != 0x200d && point != 0xfeff
                   && point != 0xad && !(point >= 0x2060 && point <= 0x2065) && point < 0x206a),
            "what a terminal gets has no control character and turns no direction");
  require(safe_for_terminal(safe) == safe, "what is safe stays as it is");
}

} // namespace
} // namespace godwit

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  godwit::check_names(text);
  godwit::check_private_key(std::string(text));
  godwit::check_texts(text);
  godwit::check_terminal(text);
  return 0;
}
