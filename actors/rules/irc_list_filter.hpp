/// @file
/// Which channels a LIST wants to be shown: names and masks, of which one has to match, and conditions, which all have
/// to hold.
///
///   #lobby  #l*         a name, a mask (ELIST M)
///   !#l*                not of this mask (N)
///   >5  <5              more, fewer members (U)
///   C>10  C<10          made more, less than so many minutes ago (C)
///   T>10  T<10          the topic was set more, less than so many minutes ago (T)
///
/// What is not known (when a channel was made, a topic that was never set) meets no condition about it.
/// Source: Modern IRC, "ELIST Parameter".
#pragma once

#include "messages/client_commands.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace godwit {

class irc_list_filter {
public:
  /// `text` is the first parameter of LIST; empty: everything is shown.
  explicit irc_list_filter(std::string_view text);
  [[nodiscard]] bool shows(const tell::room_row& room, timestamp now) const;

private:
  struct condition {
    char about = 'U'; ///< U, C or T
    bool more = true;
    std::uint64_t value = 0;
  };
  void read(std::string_view word);

  std::vector<std::string> masks_;
  std::vector<std::string> not_masks_;
  std::vector<condition> conditions_;
};

} // namespace godwit
