#include "messages/entry_codec.hpp"

#include "messages/overloaded.hpp"

#include <capnp/any.h>
#include <capnp/message.h>
#include <capnp/schema.h>
#include <capnp/serialize.h>
#include <kj/exception.h>
#include <messages/state.capnp.h>

#include <algorithm>
#include <cstring>

namespace godwit {
namespace {

constexpr std::size_t word_bytes = sizeof(capnp::word);
/// The struct itself, its pointers' words, the identity; texts come on top.
constexpr std::size_t fixed_words = 32;
/// LogEntry holds texts only, nothing that nests.
constexpr int nesting_max = 4;

capnp::Text::Reader text(const std::string& from) { return {from.c_str(), from.size()}; }
std::string string(capnp::Text::Reader from) { return {from.begin(), from.size()}; }

std::size_t text_bytes(const log_entry& entry) {
  const auto body = std::visit(
    overloaded{[](const posted& b) { return b.text.size(); }, [](const joined&) { return std::size_t{0}; },
               [](const left& b) { return b.reason.size(); }, [](const topic_set& b) { return b.text.size(); },
               [](const renamed& b) { return b.to.size(); }, [](const unknown_entry&) { return std::size_t{0}; }},
    entry.body);
  return entry.nick.size() + body;
}

/// The generated code has no setter for a number that it does not know.
void set_number(wire::LogEntry::Builder to, std::uint16_t kind) {
  const auto offset = capnp::Schema::from<wire::LogEntry::Body>().getProto().getStruct().getDiscriminantOffset();
  auto data = capnp::AnyStruct::Builder(kj::mv(to)).getDataSection();
  std::memcpy(data.begin() + offset * sizeof kind, &kind, sizeof kind); // Cap'n Proto and this code: little endian
}

void write_body(const log_entry& entry, wire::LogEntry::Builder to) {
  auto body = to.getBody();
  std::visit(overloaded{[&](const posted& b) { body.setPosted(text(b.text)); },
                        [&](const joined&) { body.setJoined(); },
                        [&](const left& b) { b.quit ? body.setQuit(text(b.reason)) : body.setLeft(text(b.reason)); },
                        [&](const topic_set& b) { body.setTopicSet(text(b.text)); },
                        [&](const renamed& b) { body.setRenamed(text(b.to)); },
                        [&](const unknown_entry& b) { set_number(to, b.kind); }},
             entry.body);
}

entry_body read_body(wire::LogEntry::Body::Reader from) {
  switch (from.which()) {
  case wire::LogEntry::Body::POSTED: return posted{string(from.getPosted())};
  case wire::LogEntry::Body::JOINED: return joined{};
  case wire::LogEntry::Body::LEFT: return left{string(from.getLeft()), false};
  case wire::LogEntry::Body::QUIT: return left{string(from.getQuit()), true};
  case wire::LogEntry::Body::TOPIC_SET: return topic_set{string(from.getTopicSet())};
  case wire::LogEntry::Body::RENAMED: return renamed{string(from.getRenamed())};
  }
  return unknown_entry{static_cast<std::uint16_t>(from.which())};
}

error broken(std::string why) { return {error_code::internal_error, "a log entry can not be read: " + std::move(why)}; }

result<log_entry> read_entry(wire::LogEntry::Reader from) {
  log_entry entry;
  entry.seq = from.getSeq();
  entry.time = timestamp{std::chrono::microseconds{from.getTimeUs()}};
  entry.name = {session_id{from.getSession()}, from.getOp(), from.getK()};
  entry.nick = string(from.getNick());
  const auto identity = from.getIdentity();
  if (identity.size() != entry.identity.size())
    return broken("its identity has " + std::to_string(identity.size()) + " bytes");
  std::copy(identity.begin(), identity.end(), entry.identity.begin());
  entry.body = read_body(from.getBody());
  return entry;
}

} // namespace

std::string encode_entry(const log_entry& entry) {
  // One segment: else the bytes would depend on how the builder grows.
  capnp::MallocMessageBuilder message(static_cast<unsigned>(fixed_words + text_bytes(entry) / word_bytes));
  auto to = message.initRoot<wire::LogEntry>();
  to.setSeq(entry.seq);
  to.setTimeUs(entry.time.time_since_epoch().count());
  to.setSession(entry.name.session.value);
  to.setOp(entry.name.op);
  to.setK(entry.name.k);
  to.setNick(text(entry.nick));
  to.setIdentity({entry.identity.data(), entry.identity.size()});
  write_body(entry, to);
  const auto words = capnp::messageToFlatArray(message);
  const auto bytes = words.asChars();
  return {bytes.begin(), bytes.size()};
}

result<log_entry> decode_entry(std::string_view bytes) {
  if (bytes.size() > log_entry_bytes_max)
    return broken("it is too long");
  if (bytes.empty() || bytes.size() % word_bytes != 0)
    return broken("its length is no whole number of words");
  try {
    auto words = kj::heapArray<capnp::word>(bytes.size() / word_bytes); // the source may not be aligned
    std::memcpy(words.begin(), bytes.data(), bytes.size());
    const capnp::ReaderOptions bounds{.traversalLimitInWords = 2 * words.size(), .nestingLimit = nesting_max};
    capnp::FlatArrayMessageReader message(words, bounds);
    return read_entry(message.getRoot<wire::LogEntry>());
  } catch (const kj::Exception& failed) {
    return broken(failed.getDescription().cStr());
  }
}

} // namespace godwit
