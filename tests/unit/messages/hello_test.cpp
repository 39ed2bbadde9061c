#include "messages/hello.hpp"

#include <gmock/gmock.h>

namespace godwit {
namespace {

using testing::HasSubstr;

node_hello broker() {
  return {.cluster = "flock", .name = "broker-1", .incarnation = {7}, .roles = 1, .software = "godwit 0.1.0"};
}

node_hello worker() {
  auto hello = broker();
  hello.name = "worker-1";
  hello.incarnation = {0x0123'4567'89ab'cdef};
  hello.roles = 2;
  return hello;
}

TEST(Hello, GreetingsAreReadBackAsTheyWereSaid) {
  for (const link_greeting& said : {link_greeting{worker()}, link_greeting{link_welcome{}},
                                    link_greeting{link_refused{"no node 'x' is in the config"}}}) {
    const auto read = decode_link_greeting(encode_link_greeting(said));
    ASSERT_TRUE(read);
    EXPECT_EQ(*read, said);
  }
}

TEST(Hello, TheWelcomeHasTheBytesThatItAlwaysHad) {
  const std::string golden("\x00\x00\x00\x00\x03\x00\x00\x00"
                           "\x00\x00\x00\x00\x01\x00\x01\x00"
                           "\x01\x00\x00\x00\x00\x00\x00\x00"
                           "\x00\x00\x00\x00\x00\x00\x00\x00",
                           32);
  EXPECT_EQ(encode_link_greeting(link_welcome{}), golden);
}

TEST(Hello, GarbageAndCutGreetingsAreErrorValues) {
  const auto whole = encode_link_greeting(worker());
  for (std::size_t count = 0; count < whole.size(); ++count)
    if (const auto read = decode_link_greeting(whole.substr(0, count)); read)
      ADD_FAILURE() << "read from the first " << count << " bytes";
  EXPECT_FALSE(decode_link_greeting(std::string(64, '\xff')));
  EXPECT_EQ(decode_link_greeting(std::string(greeting_bytes_max + 8, '\0')).why().code, error_code::bad_frame);
}

TEST(Hello, ALongRefusalStillFits) {
  EXPECT_LE(encode_link_greeting(link_refused{std::string(100'000, 'x')}).size(), greeting_bytes_max);
}

TEST(Hello, NodesOfOneClusterAndASharedVersionCanWorkTogether) {
  EXPECT_EQ(objection_to(worker(), broker()), "");
  auto newer = worker();
  newer.version_max = node_protocol_version_max + 5;
  EXPECT_EQ(objection_to(newer, broker()), "");
}

TEST(Hello, OtherNodesAreRefusedWithASentence) {
  auto peer = worker();
  peer.cluster = "herd";
  EXPECT_EQ(objection_to(peer, broker()), "the peer is of the cluster 'herd', this is 'flock'");
  EXPECT_THAT(objection_to(broker(), broker()), HasSubstr("the name of this node"));
  peer = worker();
  peer.incarnation = {};
  EXPECT_THAT(objection_to(peer, broker()), HasSubstr("no incarnation"));
  peer = worker();
  peer.version_min = peer.version_max = node_protocol_version_max + 1;
  EXPECT_THAT(objection_to(peer, broker()), HasSubstr("versions 2 to 2"));
}

TEST(Hello, OfEachPairOneDials) {
  EXPECT_TRUE(dials("worker-1", "broker-1"));
  EXPECT_FALSE(dials("broker-1", "worker-1"));
  EXPECT_FALSE(dials("worker-1", "worker-1"));
}

} // namespace
} // namespace godwit
