/// @file
/// Hashes of operators' passwords: argon2id, encoded as `$argon2id$v=19$m=65536,t=3,p=1$salt$hash`.
///
/// Blocks: a hash takes some 100 ms and 64 MiB; it is computed on the work pool, or in a program of its own. Passwords
/// are neither kept nor logged. Source: RFC 9106, 4 (the second recommended option).
#pragma once

#include "messages/errors.hpp"

#include <string>
#include <string_view>

namespace godwit {

/// With a salt of its own. Errors: request_invalid (empty, or longer than 1 KiB), internal_error (no memory).
result<std::string> hash_password(std::string_view password);
/// Whether it looks like what hash_password gives. Larger costs than 1 GiB or 16 rounds are refused.
bool is_password_hash(std::string_view encoded);
/// False too where `encoded` is none. The comparison takes the same time whatever differs.
bool verify_password(const std::string& encoded, std::string_view password);

} // namespace godwit
