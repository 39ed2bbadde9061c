// Messages that are made to cost more than they weigh. Both decoders of the client port read them within the same
// limits.
#include "messages/control_codec.hpp"
#include "messages/frame.hpp"
#include "messages/native_codec.hpp"
#include "messages/text_limits.hpp"

#include <messages/client.capnp.h>

#include <gtest/gtest.h>

#include <capnp/any.h>
#include <capnp/message.h>
#include <capnp/serialize.h>

#include <cstring>
#include <string>
#include <vector>

namespace godwit {
namespace {

constexpr std::size_t frame_bytes_max = 64 * 1024;

std::string bytes_of(const std::vector<std::uint64_t>& words) {
  return {reinterpret_cast<const char*>(words.data()), words.size() * sizeof(std::uint64_t)};
}

/// One segment of these words, with the table before it.
std::string message_of(std::vector<std::uint64_t> words) {
  words.insert(words.begin(), std::uint64_t{words.size()} << 32U);
  return bytes_of(words);
}

std::uint64_t struct_pointer(std::int32_t offset, std::uint16_t data, std::uint16_t pointers) {
  return (static_cast<std::uint64_t>(static_cast<std::uint32_t>(offset)) << 2U & 0xffff'ffffU)
         | std::uint64_t{data} << 32U | std::uint64_t{pointers} << 48U;
}
std::uint64_t list_pointer(std::int32_t offset, unsigned element, std::uint32_t count) {
  return 1U | (static_cast<std::uint64_t>(static_cast<std::uint32_t>(offset)) << 2U & 0xffff'ffffU)
         | std::uint64_t{element} << 32U | std::uint64_t{count} << 35U;
}

/// A ClientFrame{op 1, login} whose login is what the last words say.
std::vector<std::uint64_t> login_frame(std::uint64_t login_pointer) {
  return {struct_pointer(0, 3, 1), 1, 0, 0, login_pointer};
}

/// Whether it is read as a request. All other decoders have to survive it too.
bool reads(const std::string& bytes) {
  (void)control::decode_client_control(bytes);
  (void)control::decode_server_control(bytes);
  (void)native::decode_server_frame(bytes);
  const auto command = native::decode_command(bytes);
  return command && !std::holds_alternative<ask::unreadable>(command->request);
}

// F-5
TEST(HostileCapnp, ReadsTheMessageThatTheOthersAreMadeOf) {
  auto words = login_frame(struct_pointer(0, 0, 1));
  words.push_back(list_pointer(0, 2, 4)); // a text of three letters and its end
  words.push_back(0x0061'6461);
  const auto read = native::decode_command(message_of(words));
  ASSERT_TRUE(read);
  EXPECT_EQ(std::get<ask::login>(read->request).nick, "ada");
}

// F-5
TEST(HostileCapnp, RefusesPointersThatLeadOutsideOrNowhere) {
  for (const auto pointer :
       {struct_pointer(1000, 0, 1), struct_pointer(-1000, 0, 1), struct_pointer(0x1fff'ffff, 1, 1),
        struct_pointer(-0x2000'0000, 1, 1), struct_pointer(0, 0xffff, 0xffff), list_pointer(0, 2, 0x1fff'ffff),
        std::uint64_t{2} | 7U << 3U | std::uint64_t{99} << 32U /* another segment */,
        std::uint64_t{2} | 1U << 2U | 7U << 3U /* a double far pointer */, std::uint64_t{3} | std::uint64_t{5} << 32U,
        ~std::uint64_t{0}}) {
    auto words = login_frame(pointer);
    words.push_back(0);
    EXPECT_FALSE(reads(message_of(words))) << std::hex << pointer;
    EXPECT_FALSE(reads(message_of({pointer, 0, 0}))) << "as the root " << std::hex << pointer;
  }
}

// F-5
TEST(HostileCapnp, RefusesAPointerToItself) {
  EXPECT_FALSE(reads(message_of({struct_pointer(-1, 0, 1)})));
  EXPECT_FALSE(reads(message_of(login_frame(struct_pointer(-1, 0, 1)))));
  auto own = login_frame(struct_pointer(-4, 3, 1)); // the frame is its own login, whose nick is that login again
  EXPECT_FALSE(reads(message_of(own)));
}

// F-5
TEST(HostileCapnp, RefusesSegmentTablesThatPromiseWhatIsNotThere) {
  for (const auto& table : std::vector<std::vector<std::uint32_t>>{
         {0xffff'ffff, 0}, {0xffff'fffe, 0}, {511, 0}, {512, 0}, {0, 0xffff'ffff}, {0, 0}, {1, 1}, {2, 0, 0, 0}}) {
    std::string bytes(reinterpret_cast<const char*>(table.data()), table.size() * 4);
    EXPECT_FALSE(reads(bytes));
    bytes.resize(1024, '\0');
    EXPECT_FALSE(reads(bytes)) << table[0];
  }
}

/// Lists of lists, `depth` deep, in the place of a hello's rooms.
std::string nested(unsigned depth) {
  capnp::MallocMessageBuilder message;
  auto at = message.getRoot<capnp::AnyPointer>();
  for (unsigned i = 0; i != depth; ++i) {
    auto inner = at.initAsAnyStruct(1, 2).getPointerSection();
    at = inner[0];
  }
  const auto words = capnp::messageToFlatArray(message);
  return {words.asChars().begin(), words.asChars().size()};
}

// F-5
TEST(HostileCapnp, ReadsNoDeeperThanItsSchemaWhateverHangsBelow) {
  for (const unsigned depth : {1U, 4U, 16U, 64U, 1000U, 2500U}) {
    const auto bytes = nested(depth);
    ASSERT_LE(bytes.size(), frame_bytes_max);
    (void)reads(bytes); // ends, without a deep stack
  }
}

/// A hello with `count` room positions that all lie in the same place: a big list behind a small message.
std::string shared_positions(std::uint32_t count) {
  // ClientControl: 2 words of data, 1 pointer → ClientHello: 2 words, 3 pointers → Resume: 1 word, 2 pointers.
  std::vector<std::uint64_t> words{struct_pointer(0, 2, 1), 0, 0, struct_pointer(0, 2, 3), 0x1'0001, 0, 0, 0};
  words.push_back(struct_pointer(0, 1, 2));
  words.insert(words.end(), {5, list_pointer(1, 2, 32)});
  words.push_back(list_pointer(4, 7, 0));                                  // inline composite of no words
  words.insert(words.end(), 4, 0);                                         // the token
  words.push_back(struct_pointer(static_cast<std::int32_t>(count), 0, 0)); // elements without a size
  return message_of(words);
}

// U-13
TEST(HostileCapnp, RefusesAListOfManyElementsWithoutASize) {
  for (const std::uint32_t count : {257U, 100'000U, 0x1fff'ffffU})
    EXPECT_FALSE(control::decode_client_control(shared_positions(count))) << count;
}

// F-5
TEST(HostileCapnp, RefusesTextsWithoutAnEndAndTextsThatAreNoTexts) {
  auto unended = login_frame(struct_pointer(0, 0, 1));
  unended.push_back(list_pointer(0, 2, 8));
  unended.push_back(0x6161'6161'6161'6161);
  EXPECT_FALSE(reads(message_of(unended)));
  auto bits = login_frame(struct_pointer(0, 0, 1));
  bits.push_back(list_pointer(0, 1, 64));
  bits.push_back(0);
  EXPECT_FALSE(reads(message_of(bits)));
}

// F-6, C-18: fields and members of a newer client are skipped.
TEST(HostileCapnp, SkipsWhatANewerClientAdds) {
  std::vector<std::uint64_t> words{struct_pointer(0, 5, 3),
                                   1,
                                   0,
                                   0,
                                   77,
                                   78, // two more words, two more pointers
                                   struct_pointer(2, 1, 2),
                                   list_pointer(5, 2, 3),
                                   0,
                                   99,
                                   list_pointer(1, 2, 4),
                                   0, // the login: a field before, one behind
                                   0x0061'6461,
                                   0,
                                   0x61'61};
  const auto read = native::decode_command(message_of(words));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->op, 1U);
  EXPECT_EQ(std::get<ask::login>(read->request).nick, "ada");
}

} // namespace
} // namespace godwit
