#include "nodes/edge/secrets.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

namespace godwit {

std::optional<session_id> random_session_id(std::size_t index, std::size_t count) {
  std::uint64_t drawn = 0;
  do {
    if (RAND_bytes(reinterpret_cast<unsigned char*>(&drawn), sizeof drawn) != 1)
      return std::nullopt;
    drawn = drawn / count * count + index; // may wrap for the last few: then another is drawn
  } while (drawn == 0 || drawn % count != index);
  return session_id{drawn};
}

bool fill_randomly(std::array<std::uint8_t, 32>& secret) {
  return RAND_bytes(secret.data(), static_cast<int>(secret.size())) == 1;
}

std::optional<std::array<std::uint8_t, 32>> sha256(std::string_view bytes) {
  std::array<std::uint8_t, 32> hash{};
  unsigned size = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), hash.data(), &size, EVP_sha256(), nullptr) != 1 || size != hash.size())
    return std::nullopt;
  return hash;
}

void cleanse(void* bytes, std::size_t count) { OPENSSL_cleanse(bytes, count); }

} // namespace godwit
