#include "tests/support/test_certificates.hpp"
#include "tests/unit/messages/tls_pair.hpp"

#include <gtest/gtest.h>
#include <openssl/crypto.h>

#include <atomic>
#include <cstdlib>
#include <malloc.h>

namespace godwit {
namespace {

/// What OpenSSL holds, in bytes as malloc gave them.
std::atomic<std::size_t> held_bytes{0};

void* counted(void* memory) {
  held_bytes += ::malloc_usable_size(memory);
  return memory;
}
void discount(void* memory) { held_bytes -= ::malloc_usable_size(memory); }

void* count_malloc(std::size_t size, const char*, int) { return counted(std::malloc(size)); }
void* count_realloc(void* memory, std::size_t size, const char*, int) {
  discount(memory);
  return counted(std::realloc(memory, size));
}
void count_free(void* memory, const char*, int) {
  discount(memory);
  std::free(memory);
}

// Before the first allocation of OpenSSL, or it refuses.
const bool counting = CRYPTO_set_mem_functions(count_malloc, count_realloc, count_free) == 1;

TEST(TlsMemory, AnIdleClientCostsTheServerLessThan20KB) {
  ASSERT_TRUE(counting);
  test::test_ca ca;
  const auto client_context = ca.client();
  const auto server_context = ca.client_port();
  test::dial(client_context, server_context).run(); // what is shared and made once

  constexpr std::size_t count = 50;
  std::vector<tls_session> servers;
  std::size_t before = held_bytes;
  for (std::size_t i = 0; i < count; ++i) {
    auto pair = test::dial(client_context, server_context).run();
    pair.client.write("hello");
    pair.server.write(std::string(100'000, 'x'));
    pair.run();
    ASSERT_EQ(pair.at_client.size(), 100'000U);
    EXPECT_EQ(pair.server.waiting_bytes(), 0U);
    servers.push_back(std::move(pair.server));
  }
  const auto each = (held_bytes - before) / count;
  RecordProperty("idle_session_bytes", static_cast<int>(each));
  EXPECT_GT(each, 1'000U) << "the count must be wrong";
  EXPECT_LT(each, 20'000U);
}

} // namespace
} // namespace godwit
