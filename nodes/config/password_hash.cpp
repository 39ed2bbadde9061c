#include "nodes/config/password_hash.hpp"

#include <argon2.h>
#include <openssl/rand.h>

#include <array>
#include <charconv>
#include <regex>

namespace godwit {
namespace {

constexpr std::uint32_t memory_kib = 64 * 1024;
constexpr std::uint32_t rounds = 3;
constexpr std::uint32_t lanes = 1; // a thread of the pool is a thread
constexpr std::size_t hash_bytes = 32;
constexpr std::size_t password_bytes_max = 1024;
constexpr std::uint32_t memory_kib_max = 1024 * 1024;
constexpr std::uint32_t rounds_max = 16;

std::uint32_t number_of(const std::string& digits) {
  std::uint32_t out = 0;
  const auto [end, bad] = std::from_chars(digits.data(), digits.data() + digits.size(), out);
  return bad == std::errc{} ? out : ~0U;
}

} // namespace

result<std::string> hash_password(std::string_view password) {
  if (password.empty() || password.size() > password_bytes_max)
    return error{error_code::request_invalid, "a password has 1 to 1024 bytes"};
  std::array<std::uint8_t, 16> salt{};
  if (RAND_bytes(salt.data(), static_cast<int>(salt.size())) != 1)
    return error{error_code::internal_error, "no random numbers"};
  std::string encoded(argon2_encodedlen(rounds, memory_kib, lanes, salt.size(), hash_bytes, Argon2_id), '\0');
  const auto failed = argon2id_hash_encoded(rounds, memory_kib, lanes, password.data(), password.size(), salt.data(),
                                            salt.size(), hash_bytes, encoded.data(), encoded.size());
  if (failed != ARGON2_OK)
    return error{error_code::internal_error, argon2_error_message(failed)};
  encoded.resize(encoded.find('\0'));
  return encoded;
}

bool is_password_hash(std::string_view encoded) {
  static const std::regex form(
    R"(\$argon2id\$v=19\$m=([0-9]{1,7}),t=([0-9]{1,2}),p=([0-9]{1,2})\$[A-Za-z0-9+/]{11,86}\$[A-Za-z0-9+/]{22,86})");
  std::match_results<std::string_view::const_iterator> found;
  return std::regex_match(encoded.begin(), encoded.end(), found, form) && number_of(found[1]) <= memory_kib_max
         && number_of(found[2]) <= rounds_max && number_of(found[3]) != 0;
}

bool verify_password(const std::string& encoded, std::string_view password) {
  return is_password_hash(encoded) && password.size() <= password_bytes_max
         && argon2id_verify(encoded.c_str(), password.data(), password.size()) == ARGON2_OK;
}

} // namespace godwit
