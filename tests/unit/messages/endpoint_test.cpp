#include "messages/endpoint.hpp"

#include <gtest/gtest.h>

namespace godwit {
namespace {

TEST(Endpoint, IsReadAndWrittenInItsThreeForms) {
  EXPECT_EQ(parse_endpoint("127.0.0.1:80"), (endpoint{"127.0.0.1", 80}));
  EXPECT_EQ(parse_endpoint("[::1]:80"), (endpoint{"::1", 80}));
  EXPECT_EQ(parse_endpoint("chat.example:0"), (endpoint{"chat.example", 0}));
  for (const auto* text : {"127.0.0.1:80", "[::1]:80", "chat.example:0"})
    EXPECT_EQ(to_string(*parse_endpoint(text)), text);
}

TEST(Endpoint, IsNotGuessed) {
  for (const auto* text : {"", "host", ":80", "::1:80", "a:", "a:65536", "a:-1", "a:8x", "[]:80", "[::1:80"})
    EXPECT_FALSE(parse_endpoint(text)) << text;
}

TEST(Endpoint, HasAHostWithoutBracketsAndWithoutAnEndBeforeItsEnd) {
  for (const auto& text : {std::string("[[a]:80"), std::string("[[a]]:80"), std::string("a]:80"),
                           std::string("[]x]:80"), std::string("0.0.0.0\0x:80", 12)})
    EXPECT_FALSE(parse_endpoint(text)) << text;
}

} // namespace
} // namespace godwit
