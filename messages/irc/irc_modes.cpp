#include "messages/irc/irc_modes.hpp"

#include "messages/irc/irc_limits.hpp"
#include "messages/masks.hpp"
#include "messages/overloaded.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace godwit::irc {
namespace {

template <class Kind>
struct lettered {
  constexpr lettered(Kind what, char by) : kind(what), letter(by) {}
  Kind kind;
  char letter;
};
constexpr std::array flags{lettered{room_flag::invite_only, 'i'}, lettered{room_flag::moderated, 'm'},
                           lettered{room_flag::members_only, 'n'}, lettered{room_flag::secret, 's'},
                           lettered{room_flag::topic_locked, 't'}};
constexpr std::array members{lettered{member_mode::founder, 'q'}, lettered{member_mode::admin, 'a'},
                             lettered{member_mode::room_operator, 'o'}, lettered{member_mode::half_operator, 'h'},
                             lettered{member_mode::voice, 'v'}};
constexpr std::array lists{lettered{mask_list::bans, 'b'}, lettered{mask_list::exceptions, 'e'},
                           lettered{mask_list::invite_exceptions, 'I'}};

template <class Table, class Kind>
char letter_in(const Table& table, Kind kind) {
  for (const auto& each : table)
    if (each.kind == kind)
      return each.letter;
  return '?';
}

template <class Table>
auto kind_in(const Table& table, char letter) -> std::optional<decltype(table[0].kind)> {
  for (const auto& each : table)
    if (each.letter == letter)
      return each.kind;
  return std::nullopt;
}

/// A change as a letter and its parameter; empty: none.
struct mode_word {
  char letter = '?';
  std::string param;
};

mode_word word_of(const mode_change& change) {
  return std::visit(overloaded{[](const flag_change& it) {
                                 return mode_word{letter_of(it.flag), {}};
                               },
                               [&](const key_change& it) {
                                 return mode_word{'k', it.key.empty() ? "*" : it.key};
                               },
                               [&](const limit_change& it) {
                                 return mode_word{'l', change.add ? std::to_string(it.limit) : std::string{}};
                               },
                               [](const member_change& it) {
                                 return mode_word{letter_of(it.mode), it.nick};
                               },
                               [](const mask_change& it) {
                                 return mode_word{letter_of(it.list), it.mask};
                               }},
                    change.what);
}

/// Reads one MODE, letter by letter.
class mode_reader {
public:
  explicit mode_reader(std::span<const std::string> params) : params_(params) {}

  asked_modes read() {
    const auto letters = params_.empty() ? std::string{} : params_.front();
    next_ = 1;
    for (const char letter : letters)
      if (letter == '+' || letter == '-')
        add_ = letter == '+';
      else
        take(letter);
    return std::move(out_);
  }

private:
  void take(char letter) {
    if (const auto flag = kind_in(flags, letter))
      return add(flag_change{*flag});
    if (const auto list = kind_in(lists, letter))
      return take_list(*list);
    if (const auto mode = kind_in(members, letter)) {
      if (const auto* nick = param(letter))
        add(member_change{{}, *nick, *mode});
      return;
    }
    if (letter == 'k')
      return take_key();
    if (letter == 'l')
      return take_limit();
    note_once(out_.unknown, static_cast<unsigned char>(letter) < 0x80 ? letter : '?');
  }

  template <class What>
  static void note_once(std::vector<What>& all, What what) {
    if (std::ranges::find(all, what) == all.end())
      all.push_back(what);
  }
  void note_bad(char letter, const std::string& param) {
    if (out_.bad.size() < limits::irc_modes_per_line_max)
      out_.bad.push_back({letter, param});
  }

  void take_list(mask_list list) {
    if (next_ >= params_.size())
      return note_once(out_.lists, list);
    const auto& mask = params_[next_++];
    if (const auto valid = normalise_mask(mask); !valid || (is_mute(*valid) && list != mask_list::bans))
      return note_bad(letter_of(list), mask);
    add(mask_change{list, mask});
  }

  void take_key() {
    if (add_) {
      if (const auto* key = param('k'); key && is_room_key(*key))
        add(key_change{*key});
      else if (key)
        note_bad('k', *key);
      return;
    }
    // Clients name the key, or anything, where they take it away; some name nothing.
    add(key_change{next_ < params_.size() ? params_[next_++] : std::string{}});
  }

  void take_limit() {
    if (!add_)
      return add(limit_change{});
    const auto* text = param('l');
    if (!text)
      return;
    std::uint32_t limit = 0;
    const auto read = std::from_chars(text->data(), text->data() + text->size(), limit);
    const bool is_number = read.ec == std::errc{} && read.ptr == text->data() + text->size();
    if (!is_number || limit == 0)
      note_bad('l', *text);
    else
      add(limit_change{limit});
  }

  const std::string* param(char letter) {
    if (next_ < params_.size())
      return &params_[next_++];
    note_once(out_.missing, letter);
    return nullptr;
  }

  template <class What>
  void add(What what) {
    if (out_.changes.size() == limits::irc_modes_per_line_max)
      out_.too_many = true;
    else
      out_.changes.push_back({add_, std::move(what)});
  }

  std::span<const std::string> params_;
  std::size_t next_ = 1;
  bool add_ = true;
  asked_modes out_;
};

} // namespace

char letter_of(room_flag flag) { return letter_in(flags, flag); }
char letter_of(member_mode mode) { return letter_in(members, mode); }
char letter_of(mask_list list) { return letter_in(lists, list); }

member_mode member_mode_of_prefix(char prefix) {
  const auto at = member_prefixes.find(prefix);
  return at == std::string_view::npos ? member_mode::none : members[at].kind;
}

std::string prefixes_of(member_modes modes, bool all) {
  std::string out;
  for (std::size_t i = 0; i != members.size(); ++i)
    if (modes.has(members[i].kind) && (all || out.empty()))
      out += member_prefixes[i];
  return out;
}

asked_modes read_modes(std::span<const std::string> params) { return mode_reader(params).read(); }

std::vector<std::string> words_of(std::span<const mode_change> changes, std::size_t bytes_max) {
  std::vector<std::string> out;
  std::string letters;
  std::string params;
  std::optional<bool> sign;
  const auto end_line = [&] {
    if (!letters.empty())
      out.push_back(letters + params);
    letters.clear();
    params.clear();
    sign.reset();
  };
  for (const auto& each : changes) {
    const auto word = word_of(each);
    if (letters.size() + params.size() + word.param.size() + 3 > bytes_max)
      end_line();
    if (sign != each.add)
      letters += each.add ? '+' : '-';
    sign = each.add;
    letters += word.letter;
    if (!word.param.empty())
      params += " " + word.param;
  }
  end_line();
  return out;
}

std::string words_of(const room_settings& settings) {
  std::string letters = "+";
  std::string params;
  for (const auto& each : flags)
    if (settings.flags.has(each.kind))
      letters += each.letter;
  if (!settings.key.empty()) {
    letters += 'k';
    params += " " + settings.key;
  }
  if (settings.limit != 0) {
    letters += 'l';
    params += " " + std::to_string(settings.limit);
  }
  return letters + params;
}

} // namespace godwit::irc
