/// @file
/// What an edge draws and hashes: session ids, seeds of resume tokens, SHA-256. By OpenSSL.
#pragma once

#include "messages/ids.hpp"

#include <array>
#include <optional>
#include <string_view>

namespace godwit {

/// Random, never 0, and of the shard `index` of `count`: id % count == index. None if the system gives no randomness.
std::optional<session_id> random_session_id(std::size_t index, std::size_t count);

/// False if the system gives no randomness.
bool fill_randomly(std::array<std::uint8_t, 32>& secret);

/// None if OpenSSL has no memory.
std::optional<std::array<std::uint8_t, 32>> sha256(std::string_view bytes);

/// So that a secret does not stay in memory that is used again.
void cleanse(void* bytes, std::size_t count);

} // namespace godwit
