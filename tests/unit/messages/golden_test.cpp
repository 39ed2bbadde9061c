// The golden bytes of what two programs say about their connection, and the proof that no message is without any.
#include "messages/cluster_codec.hpp"
#include "messages/control_codec.hpp"
#include "messages/frame.hpp"
#include "messages/hello.hpp"
#include "tests/unit/messages/admin_samples.hpp"

#include <messages/admin.capnp.h>
#include <messages/client.capnp.h>
#include <messages/cluster.capnp.h>
#include <messages/hello.capnp.h>
#include <messages/state.capnp.h>

#include <gtest/gtest.h>

#include <capnp/dynamic.h>
#include <capnp/schema.h>
#include <capnp/serialize.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

namespace godwit {
namespace {

const std::filesystem::path data_folder = GODWIT_SOURCE_DIR "/tests/data";

std::map<std::string, control::client_control> client_controls() {
  control::client_hello hello;
  hello.version_max = 3;
  hello.features = 5;
  hello.identity = std::string("\0identity\xff 16 bt", control::identity_bytes);
  hello.client_name = "godwit 0.1";
  auto resuming = hello;
  resuming.resume = control::resume_request{{42}, {}, {{7, 8}, {9, 10}}};
  resuming.resume->token.fill(0xab);
  return {{"client_hello", hello},
          {"client_hello_resume", resuming},
          {"client_ping", control::ping{4711}},
          {"client_pong", control::pong{4712}}};
}

std::map<std::string, control::server_control> server_controls() {
  control::server_hello hello;
  hello.session = {42};
  hello.token.fill(0xcd);
  hello.resumed = true;
  hello.resume_timeout_ms = 120'000;
  hello.server_time_us = 1'700'000'000'000'000;
  hello.frame_bytes_max = 65'536;
  hello.alternatives = {"proxy-2.example:7700", "[::1]:7700"};
  hello.idle_ping_after_ms = 60'000;
  hello.node = "proxy-1";
  return {{"server_hello", hello},
          {"server_ping", control::ping{4713}},
          {"server_pong", control::pong{4714}},
          {"server_close", control::closed_by({error_code::replaced, "proxy-2"})},
          {"server_warning", control::warning{{error_code::flooding, "soon"}}}};
}

std::map<std::string, link_greeting> greetings() {
  return {{"node", node_hello{.cluster = "flock",
                              .name = "worker-1",
                              .incarnation = {0x0123'4567'89ab'cdef},
                              .roles = 2,
                              .version_min = 1,
                              .version_max = 1,
                              .software = "godwit 0.1.0",
                              .pid = 4711}},
          {"welcome", link_welcome{}},
          {"refused", link_refused{"no node 'x' is in the config"}}};
}

parcel full_parcel() {
  parcel sent;
  sent.number = 5;
  sent.carries = message_class::chat;
  sent.last_sent = 5;
  sent.acknowledged = {1, 2, 3, 4};
  sent.introduction = link_introduction{"a", {1}, "b", {2}};
  sent.envelopes.push_back({{entity_kind::room, 7, {}}, report_taken{{7}, 3}});
  auto& batch = sent.batch.emplace();
  batch.number = 6;
  batch.payloads.push_back(std::make_shared<const std::string>("hello"));
  batch.items.emplace_back(batched_delivery{0, {7, 8}, {{{1}, {1, 0}, 2}, {{3}, {1, 1}, 1}}});
  batch.items.emplace_back(session_output{{3}, {1, 1}, 1, {}, 9, {}, false, {}});
  return sent;
}

std::string hex(std::string_view bytes) {
  static constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    const auto byte = static_cast<unsigned char>(bytes[at]);
    text += digits[byte >> 4U];
    text += digits[byte & 15U];
    if (at % 16 == 15 || at + 1 == bytes.size())
      text += '\n';
  }
  return text;
}

std::string unhex(std::string_view text) {
  std::string bytes;
  for (std::size_t at = 0; at + 1 < text.size(); at += 2)
    bytes += static_cast<char>(std::stoi(std::string(text.substr(at, 2)), nullptr, 16));
  return bytes;
}

std::string content_of(const std::filesystem::path& path) {
  std::stringstream read;
  read << std::ifstream(path).rdbuf();
  return read.str();
}

/// GODWIT_WRITE_GOLDEN=1 writes the file anew: for a message that is new, never for one that was released.
void expect_golden(const std::string& name, const std::string& bytes) {
  const auto path = data_folder / (name + ".hex");
  if (std::getenv("GODWIT_WRITE_GOLDEN") != nullptr)
    std::ofstream(path) << hex(bytes);
  EXPECT_EQ(content_of(path), hex(bytes)) << path;
}

/// A union's name and one member of it.
using member = std::pair<std::string, std::string>;

std::string name_of(const capnp::StructSchema& schema) { return schema.getProto().getDisplayName().cStr(); }

/// All members of all unions that a message of this schema may hold.
void list_members(const capnp::StructSchema& schema, std::set<std::string>& seen, std::set<member>& out) {
  if (!seen.insert(name_of(schema)).second)
    return;
  for (const auto field : schema.getUnionFields())
    out.emplace(name_of(schema), field.getProto().getName().cStr());
  for (const auto field : schema.getFields()) {
    auto type = field.getType();
    while (type.isList())
      type = type.asList().getElementType();
    if (type.isStruct())
      list_members(type.asStruct(), seen, out);
  }
}

void note_members(const capnp::DynamicStruct::Reader& message, std::set<member>& out);

void note_value(const capnp::DynamicValue::Reader& value, std::set<member>& out) {
  if (value.getType() == capnp::DynamicValue::STRUCT)
    note_members(value.as<capnp::DynamicStruct>(), out);
  if (value.getType() == capnp::DynamicValue::LIST)
    for (const auto each : value.as<capnp::DynamicList>())
      note_value(each, out);
}

/// The members that this message holds.
void note_members(const capnp::DynamicStruct::Reader& message, std::set<member>& out) {
  KJ_IF_MAYBE (which, message.which()) {
    out.emplace(name_of(message.getSchema()), which->getProto().getName().cStr());
    note_value(message.get(*which), out);
  }
  for (const auto field : message.getSchema().getNonUnionFields())
    note_value(message.get(field), out);
}

template <class Root>
void note_golden(std::string_view bytes, std::set<member>& out) {
  std::vector<capnp::word> words(bytes.size() / sizeof(capnp::word));
  std::memcpy(words.data(), bytes.data(), words.size() * sizeof(capnp::word));
  capnp::FlatArrayMessageReader reader(kj::ArrayPtr<const capnp::word>(words.data(), words.size()));
  note_members(capnp::DynamicStruct::Reader(reader.getRoot<Root>()), out);
}

/// The golden files whose names begin so, without line breaks between the digits.
std::map<std::string, std::string> golden_files(const std::string& prefix) {
  std::map<std::string, std::string> out;
  for (const auto& file : std::filesystem::directory_iterator(data_folder)) {
    const auto name = file.path().stem().string();
    if (!name.starts_with(prefix))
      continue;
    auto text = content_of(file.path());
    std::erase(text, '\n');
    out[name] = unhex(text);
  }
  return out;
}

template <class Root>
void expect_all_golden(const std::set<member>& golden) {
  std::set<std::string> seen;
  std::set<member> wanted;
  list_members(capnp::Schema::from<Root>(), seen, wanted);
  for (const auto& [where, what] : wanted)
    EXPECT_TRUE(golden.contains({where, what})) << where << ": " << what << " has no golden bytes in tests/data";
}

// C-2, C-10, F-2
TEST(Golden, WhatIsSaidAboutAConnectionHasTheBytesThatItAlwaysHad) {
  for (const auto& [name, said] : client_controls())
    expect_golden("control_" + name, encode(said));
  for (const auto& [name, said] : server_controls())
    expect_golden("control_" + name, encode(said));
}

TEST(Golden, WhatNodesGreetEachOtherWithHasTheBytesThatItAlwaysHad) {
  for (const auto& [name, said] : greetings())
    expect_golden("greeting_" + name, encode_link_greeting(said));
}

TEST(Golden, AGreetingOfANodeThatTellsNoPidIsRead) {
  auto text = content_of(data_folder / "former" / "greeting_node.hex");
  std::erase(text, '\n');
  const auto read = decode_link_greeting(unhex(text));
  ASSERT_TRUE(read);
  auto former = std::get<node_hello>(greetings().at("node"));
  former.pid = 0;
  EXPECT_EQ(*read, link_greeting{former});
}

TEST(Golden, WhatOperatorsToolsSayAndHearHasTheBytesThatItAlwaysHad) {
  for (const auto& [name, said] : admin::request_samples())
    expect_golden("admin_ask_" + name, admin::encode(said));
  for (const auto& [name, said] : admin::reply_samples())
    expect_golden("admin_told_" + name, admin::encode(said));
}

TEST(Golden, EveryMemberOfEveryUnionOfTheAdminPortHasBytes) {
  std::set<member> golden;
  for (const auto& [name, bytes] : golden_files("admin_ask_"))
    note_golden<wire::AdminRequest>(std::string_view(bytes).substr(frame_header_bytes), golden);
  for (const auto& [name, bytes] : golden_files("admin_told_"))
    note_golden<wire::AdminReply>(std::string_view(bytes).substr(frame_header_bytes), golden);
  expect_all_golden<wire::AdminRequest>(golden);
  expect_all_golden<wire::AdminReply>(golden);
}

TEST(Golden, AParcelHasTheBytesThatItAlwaysHad) { expect_golden("parcel", encode_parcel(full_parcel())); }

TEST(Golden, BytesOfTheConnectionAreReadAsWhatWasSaid) {
  for (const auto& [name, said] : client_controls()) {
    const auto bytes = golden_files("control_" + name).at("control_" + name);
    const auto read = control::decode_client_control(std::string_view(bytes).substr(frame_header_bytes));
    ASSERT_TRUE(read) << name;
    EXPECT_EQ(*read, said) << name;
  }
  for (const auto& [name, said] : server_controls()) {
    const auto bytes = golden_files("control_" + name).at("control_" + name);
    const auto read = control::decode_server_control(std::string_view(bytes).substr(frame_header_bytes));
    ASSERT_TRUE(read) << name;
    EXPECT_EQ(*read, said) << name;
  }
  for (const auto& [name, said] : greetings()) {
    const auto read = decode_link_greeting(golden_files("greeting_" + name).at("greeting_" + name));
    ASSERT_TRUE(read) << name;
    EXPECT_EQ(*read, said) << name;
  }
  for (const auto& [name, said] : admin::request_samples()) {
    const auto bytes = golden_files("admin_ask_" + name).at("admin_ask_" + name);
    const auto read = admin::decode_request(std::string_view(bytes).substr(frame_header_bytes));
    ASSERT_TRUE(read) << name;
    EXPECT_EQ(*read, said) << name;
  }
  for (const auto& [name, said] : admin::reply_samples()) {
    const auto bytes = golden_files("admin_told_" + name).at("admin_told_" + name);
    const auto read = admin::decode_reply(std::string_view(bytes).substr(frame_header_bytes));
    ASSERT_TRUE(read) << name;
    EXPECT_EQ(*read, said) << name;
  }
}

TEST(Golden, EveryMemberOfEveryUnionOfTheClientProtocolHasBytes) {
  std::set<member> golden;
  for (const auto& [name, bytes] : golden_files("control_client_"))
    note_golden<wire::ClientControl>(std::string_view(bytes).substr(frame_header_bytes), golden);
  for (const auto& [name, bytes] : golden_files("control_server_"))
    note_golden<wire::ServerControl>(std::string_view(bytes).substr(frame_header_bytes), golden);
  // Requests and answers stand in files of one kind of name; read as what it is not, a frame would prove nothing.
  static const std::set<std::string> requests{
    "login",        "nick",          "join",      "leave",           "post_room",   "post_person",  "post_room_id",
    "members",      "rooms",         "set_topic", "read_topic",      "away",        "history_last", "history_since",
    "history_left", "ping",          "quit",      "join_with_key",   "post_notice", "kick",         "invite",
    "change_modes", "read_settings", "whois",     "become_operator", "expel",       "proclaim"};
  for (const auto& [name, bytes] : golden_files("native_")) {
    const auto what = name.substr(std::string_view("native_").size());
    if (what == "snapshot")
      continue;
    const auto message = std::string_view(bytes).substr(frame_header_bytes);
    if (requests.contains(what))
      note_golden<wire::ClientFrame>(message, golden);
    else
      note_golden<wire::ServerFrame>(message, golden);
  }
  expect_all_golden<wire::ClientControl>(golden);
  expect_all_golden<wire::ServerControl>(golden);
  expect_all_golden<wire::ClientFrame>(golden);
  expect_all_golden<wire::ServerFrame>(golden);
}

TEST(Golden, EveryMemberOfEveryUnionBetweenNodesHasBytes) {
  std::set<member> golden;
  std::istringstream lines(content_of(data_folder / "cluster_messages.hex"));
  for (std::string line; std::getline(lines, line);)
    note_golden<wire::Envelope>(unhex(line), golden);
  for (const auto& [name, bytes] : golden_files("parcel"))
    note_golden<wire::Parcel>(bytes, golden);
  for (const auto& [name, bytes] : golden_files("greeting_"))
    note_golden<wire::LinkGreeting>(bytes, golden);
  expect_all_golden<wire::Envelope>(golden);
  expect_all_golden<wire::Parcel>(golden);
  expect_all_golden<wire::LinkGreeting>(golden);
}

TEST(Golden, EveryMemberOfEveryUnionOfTheStateHasBytes) {
  std::set<member> golden;
  std::istringstream lines(content_of(data_folder / "log_entries.hex"));
  for (std::string name, bytes; lines >> name >> bytes;)
    note_golden<wire::LogEntry>(unhex(bytes), golden);
  note_golden<wire::SessionSnapshot>(golden_files("native_snapshot").at("native_snapshot"), golden);
  note_golden<wire::RoomSettings>(golden_files("room_settings").at("room_settings"), golden);
  expect_all_golden<wire::LogEntry>(golden);
  expect_all_golden<wire::SessionSnapshot>(golden);
  expect_all_golden<wire::RoomSettings>(golden);
}

} // namespace
} // namespace godwit
