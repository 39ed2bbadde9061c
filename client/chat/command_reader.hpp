/// @file
/// What a typed line means: a post to the current room, or a command.
///
/// Decides only; it knows the current room, because lines mean different things in different rooms.
/// Source: docs/CLIENT.md, "Commands".
#pragma once

#include "messages/client_commands.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace godwit {

/// An empty line, or one that only changed the current room.
struct nothing_typed {
  bool operator==(const nothing_typed&) const = default;
};
struct quit_typed {
  std::string reason;
  bool operator==(const quit_typed&) const = default;
};
struct help_typed {
  bool about_moderation = false;
  bool operator==(const help_typed&) const = default;
};
/// A request that the next line, which nobody is to see, completes.
struct password_needed {
  std::string name; ///< of the operator of the server
  bool operator==(const password_needed&) const = default;
};
/// A sentence that says how it is done right.
struct mistyped {
  std::string sentence;
  bool operator==(const mistyped&) const = default;
};
using typed_line = std::variant<nothing_typed, ask::request, quit_typed, help_typed, mistyped, password_needed>;

class command_reader {
public:
  /// Empty: in no room.
  explicit command_reader(std::string room) : room_(std::move(room)) {}

  typed_line read(std::string_view line);
  const std::string& current_room() const { return room_; }

private:
  typed_line read_command(std::string_view name, std::string_view rest);
  typed_line join(std::string_view rest);
  typed_line leave(std::string_view rest);
  static std::optional<typed_line> read_operator(std::string_view name, std::string_view rest);
  typed_line history(std::string_view rest) const;
  /// The room that was named, else the current one.
  std::string room_or_current(std::string_view typed) const;

  std::string room_;
};

/// All commands, a line each.
std::string_view command_help();

} // namespace godwit
