/// @file
/// Resume tokens: each is good once, and any proxy node can tell which of a session's tokens one is.
///
/// ```
///   seed = token 63 ──SHA-256──▶ token 62 ──▶ … ──▶ token 1 ──▶ token 0 ──▶ the hash that names the chain
/// ```
/// A chain is made backwards and given out forwards, so that who has one token knows the former ones, which are worth
/// nothing any more, and none that comes. Who resumes shows a token; its number says how often it has to be hashed to
/// become the chain's name, which is all that directory and store know of it: a number that is not true leads
/// elsewhere. The secrets stay with the route that gives them out.
///
/// Wire     two bytes of number, big end first, and 30 of the chain.
/// Bounded  at most limits::tokens_per_chain hashes for whatever bytes come.
/// Source   docs/decisions/0013-a-resume-token-is-good-once-everywhere.md
#pragma once

#include "actors/rules/route.hpp"
#include "messages/control_codec.hpp"

#include <array>
#include <cstdint>
#include <optional>

namespace godwit {

using token_seed = std::array<std::uint8_t, 32>;

/// None for what can be no token of any chain, and where OpenSSL has no memory.
std::optional<token_name> name_of(const control::resume_token& token);
/// The chain's hash. None where OpenSSL has no memory.
std::optional<token_hash> chain_of(const token_seed& seed);
/// Requires number < limits::tokens_per_chain.
std::optional<control::resume_token> token_of(const token_seed& seed, std::uint32_t number);

} // namespace godwit
