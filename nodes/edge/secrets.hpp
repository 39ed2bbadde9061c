/// @file
/// What an edge draws and hashes: session ids, resume tokens, SHA-256. By OpenSSL.
#pragma once

#include "messages/ids.hpp"

#include <array>
#include <optional>
#include <string_view>

namespace godwit {

/// Random, never 0, and of the shard `index` of `count`: id % count == index. None if the system gives no randomness.
std::optional<session_id> random_session_id(std::size_t index, std::size_t count);

std::optional<std::array<std::uint8_t, 32>> random_token();

/// A token's two halves: the first lasts as long as the session, the second is drawn anew for each greeting.
std::string_view lasting_part(const std::array<std::uint8_t, 32>& token);
std::string_view once_part(const std::array<std::uint8_t, 32>& token);
/// Draws the second half. False if the system gives no randomness.
bool renew_once_part(std::array<std::uint8_t, 32>& token);

/// None if OpenSSL has no memory.
std::optional<std::array<std::uint8_t, 32>> sha256(std::string_view bytes);
inline std::string_view bytes_of(const std::array<std::uint8_t, 32>& from) {
  return {reinterpret_cast<const char*>(from.data()), from.size()};
}

/// So that a secret does not stay in memory that is used again.
void cleanse(void* bytes, std::size_t count);

} // namespace godwit
