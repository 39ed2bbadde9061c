#include "nodes/edge/resume_tokens.hpp"

#include "actors/rules/limits.hpp"
#include "nodes/edge/secrets.hpp"

#include <algorithm>
#include <tuple>

namespace godwit {
namespace {

constexpr std::size_t number_bytes = 2;
constexpr std::size_t link_bytes = std::tuple_size_v<control::resume_token> - number_bytes;
constexpr std::uint32_t last_number = limits::tokens_per_chain - 1;

/// One link of a chain: the part of a token that is secret.
struct chain_link {
  std::array<std::uint8_t, link_bytes> bytes{};

  chain_link() = default;
  explicit chain_link(const std::uint8_t* from) { std::copy_n(from, bytes.size(), bytes.begin()); }
  chain_link(const chain_link&) = delete;
  chain_link& operator=(const chain_link&) = delete;
  ~chain_link() { cleanse(bytes.data(), bytes.size()); }

  std::optional<token_hash> hash() const { return sha256({reinterpret_cast<const char*>(bytes.data()), bytes.size()}); }
  /// So many tokens back. False: no memory.
  bool go_back(std::uint32_t count) {
    for (; count != 0; --count) {
      auto former = hash();
      if (!former)
        return false;
      std::copy_n(former->begin(), bytes.size(), bytes.begin());
      cleanse(former->data(), former->size());
    }
    return true;
  }
};

} // namespace

std::optional<token_name> name_of(const control::resume_token& token) {
  const auto number = static_cast<std::uint32_t>(token[0]) << 8 | token[1];
  if (number > last_number)
    return std::nullopt;
  chain_link shown(token.data() + number_bytes);
  if (!shown.go_back(number))
    return std::nullopt;
  const auto chain = shown.hash();
  return chain ? std::optional(token_name{*chain, number}) : std::nullopt;
}

std::optional<token_hash> chain_of(const token_seed& seed) {
  chain_link first(seed.data());
  return first.go_back(last_number) ? first.hash() : std::nullopt;
}

std::optional<control::resume_token> token_of(const token_seed& seed, std::uint32_t number) {
  chain_link secret(seed.data());
  if (number > last_number || !secret.go_back(last_number - number))
    return std::nullopt;
  control::resume_token token{};
  token[0] = static_cast<std::uint8_t>(number >> 8);
  token[1] = static_cast<std::uint8_t>(number);
  std::copy(secret.bytes.begin(), secret.bytes.end(), token.begin() + number_bytes);
  return token;
}

} // namespace godwit
