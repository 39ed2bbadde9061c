#include "messages/cluster_codec.hpp"

#include "tests/unit/messages/cluster_samples.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <set>
#include <string>
#include <type_traits>

namespace godwit {
namespace {

envelope to_somebody(message what) { return {{entity_kind::room, 7, {}}, std::move(what)}; }

std::string hex_of(const std::string& bytes) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string hex;
  for (const char byte : bytes) {
    hex += digits[static_cast<unsigned char>(byte) >> 4U];
    hex += digits[static_cast<unsigned char>(byte) & 15U];
  }
  return hex;
}

TEST(ClusterCodec, HasASampleOfEachMessage) {
  std::set<std::size_t> kinds;
  for (const auto& what : cluster_samples())
    kinds.insert(what.index());
  EXPECT_EQ(kinds.size(), std::variant_size_v<message_content>);
}

TEST(ClusterCodec, ReadsWhatItWroteOfEachMessage) {
  for (const auto& what : cluster_samples()) {
    const auto bytes = encode_envelope(to_somebody(what));
    const auto read = decode_envelope(bytes);
    ASSERT_TRUE(read) << what.index() << ": " << read.why().detail;
    EXPECT_EQ(read->to, to_somebody(what).to);
    ASSERT_EQ(read->what.index(), what.index());
    EXPECT_EQ(hex_of(encode_envelope(*read)), hex_of(bytes)) << what.index();
    std::visit(
      [&](const auto& sent) {
        using type = std::decay_t<decltype(sent)>;
        if constexpr (requires { sent == sent; }) {
          EXPECT_TRUE(std::get<type>(read->what) == sent) << what.index();
        }
      },
      what);
  }
}

// To renew after a new sample: GODWIT_WRITE_GOLDEN=1 messages_tests. Lines that exist may not change.
TEST(ClusterCodec, WritesTheGoldenBytesOfEachMessage) {
  const std::string path = std::string{GODWIT_SOURCE_DIR} + "/tests/data/cluster_messages.hex";
  if (std::getenv("GODWIT_WRITE_GOLDEN") != nullptr) {
    std::ofstream golden{path};
    for (const auto& what : cluster_samples())
      golden << hex_of(encode_envelope(to_somebody(what))) << '\n';
  }
  std::ifstream golden{path};
  std::string line;
  for (const auto& what : cluster_samples()) {
    ASSERT_TRUE(std::getline(golden, line)) << what.index();
    EXPECT_EQ(hex_of(encode_envelope(to_somebody(what))), line) << what.index();
  }
  EXPECT_FALSE(std::getline(golden, line)) << "a message lost its sample";
}

/// From before sessions said costs and tokens had numbers: what is missing is as if it had never been thought of.
TEST(ClusterCodec, ReadsWhatFormerProgramsWrote) {
  std::ifstream former{std::string{GODWIT_SOURCE_DIR} + "/tests/data/cluster_messages_former.hex"};
  std::size_t count = 0;
  for (std::string line; std::getline(former, line); ++count) {
    std::string bytes;
    for (std::size_t i = 0; i + 1 < line.size(); i += 2)
      bytes += static_cast<char>(std::stoi(line.substr(i, 2), nullptr, 16));
    const auto read = decode_envelope(bytes);
    ASSERT_TRUE(read) << line << ": " << read.why().detail;
    if (const auto* output = std::get_if<session_output>(&read->what)) {
      EXPECT_EQ(output->cost, 0U);
      EXPECT_EQ(output->confirmed_in_seq, 5U);
    } else if (const auto* asked = std::get_if<resume_session>(&read->what)) {
      EXPECT_EQ(*asked, (resume_session{{11}, "proxy-1", {77}, protocol::irc, sample_hash(1), sample_hash(2), 0, {}}));
    } else if (const auto* stored = std::get_if<ask_store>(&read->what)) {
      const auto* row = std::get_if<take_session>(&stored->request);
      EXPECT_TRUE(row == nullptr || row->row.token_number == 0);
    }
  }
  EXPECT_GE(count, 5U);
}

TEST(ClusterCodec, CarriesAParcelWithAllThatItMayHold) {
  parcel sent;
  sent.number = 5;
  sent.carries = message_class::chat;
  sent.last_sent = 5;
  sent.acknowledged = {1, 2, 3, 4};
  sent.introduction = link_introduction{"a", {1}, "b", {2}};
  sent.envelopes.push_back(to_somebody(report_taken{{7}, 3}));
  auto& batch = sent.batch.emplace();
  batch.number = 6;
  batch.payloads.push_back(std::make_shared<const std::string>("hello"));
  batch.items.emplace_back(batched_delivery{0, {7, 8}, {{{1}, {1, 0}, 2}, {{3}, {1, 1}, 1}}});
  batch.items.emplace_back(session_output{{3}, {1, 1}, 1, {}, 9, {}, false, {}});
  const auto read = decode_parcel(encode_parcel(sent));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->number, 5U);
  EXPECT_EQ(read->carries, message_class::chat);
  EXPECT_EQ(read->acknowledged, sent.acknowledged);
  EXPECT_EQ(read->introduction, sent.introduction);
  EXPECT_EQ(read->envelopes.size(), 1U);
  const auto items = unpack(*read->batch);
  ASSERT_EQ(items.size(), 3U);
  EXPECT_EQ(*std::get<delivery>(items[1]).payload, "hello");
  EXPECT_EQ(std::get<delivery>(items[0]).payload, std::get<delivery>(items[1]).payload);
  EXPECT_EQ(std::get<session_output>(items[2]).confirmed_in_seq, 9U);
}

TEST(ClusterCodec, SkipsAndCountsWhatANewerVersionWrote) {
  parcel sent;
  sent.number = 1;
  sent.envelopes.push_back({{static_cast<entity_kind>(200), 7, {}}, report_taken{{7}, 3}});
  sent.envelopes.push_back(to_somebody(report_taken{{7}, 4}));
  const auto read = decode_parcel(encode_parcel(sent));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->skipped, 1U);
  EXPECT_EQ(read->envelopes.size(), 1U);
}

TEST(ClusterCodec, RefusesADeliveryOfAPayloadThatIsNotThere) {
  parcel sent;
  sent.number = 1;
  sent.batch.emplace().items.emplace_back(batched_delivery{3, {}, {}});
  const auto read = decode_parcel(encode_parcel(sent));
  ASSERT_FALSE(read);
  EXPECT_EQ(read.why().code, error_code::bad_frame);
}

TEST(ClusterCodec, TakesBrokenBytesAsAnErrorValue) {
  EXPECT_FALSE(decode_parcel("short"));
  for (const auto& what : cluster_samples()) {
    const auto bytes = encode_envelope(to_somebody(what));
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      auto broken = bytes;
      broken[i] = static_cast<char>(broken[i] ^ 0x55);
      (void)decode_envelope(broken); // an error or another message, never a crash
    }
    for (std::size_t size = 0; size < bytes.size(); size += 8)
      (void)decode_envelope(std::string_view{bytes}.substr(0, size));
  }
}

TEST(ClusterCodec, ReadsBytesWhereverTheyStand) {
  const auto bytes = encode_envelope(to_somebody(report_taken{{7}, 3}));
  const auto shifted = "x" + bytes;
  EXPECT_TRUE(decode_envelope(std::string_view{shifted}.substr(1)));
}

TEST(MessageClass, HoldsNoControlAndWeighsWhatIsLong) {
  EXPECT_EQ(message_class_of(membership_view{}), message_class::control);
  EXPECT_EQ(message_class_of(room_command{}), message_class::chat);
  client_frame frame;
  frame.bytes = std::make_shared<const std::string>(1000, 'x');
  EXPECT_GE(weight_of(message{frame}), 1000U);
}

} // namespace
} // namespace godwit
