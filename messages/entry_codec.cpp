#include "messages/entry_codec.hpp"

#include "messages/moderation_codec.hpp"
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
/// The most that nests: an entry, its list of changes, what a change is about, its text.
constexpr int nesting_max = 6;
/// A change with all that hangs on it, but for its texts.
constexpr std::size_t change_words = 12;

capnp::Text::Reader text(const std::string& from) { return {from.c_str(), from.size()}; }
std::string string(capnp::Text::Reader from) { return {from.begin(), from.size()}; }

std::size_t bytes_of(const mode_change& change) {
  return change_words * word_bytes
         + std::visit(overloaded{[](const key_change& it) { return it.key.size(); },
                                 [](const member_change& it) { return it.nick.size(); },
                                 [](const mask_change& it) { return it.mask.size(); },
                                 [](const auto&) { return std::size_t{0}; }},
                      change.what);
}

std::size_t bytes_of(const std::vector<mode_change>& changes) {
  std::size_t sum = 0;
  for (const auto& each : changes)
    sum += bytes_of(each);
  return sum;
}

/// At least what goes behind the fixed words.
std::size_t varying_bytes(const log_entry& entry) {
  const auto body = std::visit(
    overloaded{[](const posted& b) { return b.text.size() + b.tags.size(); },
               [](const joined& b) { return b.real_name.size(); }, [](const left& b) { return b.reason.size(); },
               [](const topic_set& b) { return b.text.size(); }, [](const renamed& b) { return b.to.size(); },
               [](const unknown_entry&) { return std::size_t{0}; },
               [](const modes_changed& b) { return bytes_of(b.changes); },
               [](const kicked& b) { return b.nick.size() + b.reason.size(); },
               [](const invited& b) { return b.nick.size(); }, [](const forgotten&) { return std::size_t{0}; }},
    entry.body);
  return entry.nick.size() + entry.mask.size() + body;
}

/// The generated code has no setter for a number that it does not know.
void set_number(wire::LogEntry::Builder to, std::uint16_t kind) {
  const auto offset = capnp::Schema::from<wire::LogEntry::Body>().getProto().getStruct().getDiscriminantOffset();
  auto data = capnp::AnyStruct::Builder(kj::mv(to)).getDataSection();
  std::memcpy(data.begin() + offset * sizeof kind, &kind, sizeof kind); // Cap'n Proto and this code: little endian
}

void write_body(const log_entry& entry, wire::LogEntry::Builder to) {
  auto body = to.getBody();
  std::visit(overloaded{[&](const posted& b) {
                          body.setPosted(text(b.text));
                          // A message is 0, as it was before there were notices.
                          to.setKind(b.kind == post_kind::message ? 0 : static_cast<std::uint8_t>(b.kind));
                          to.setAudience(static_cast<std::uint8_t>(b.audience));
                          if (!b.tags.empty())
                            to.setTags(text(b.tags));
                        },
                        [&](const joined& b) {
                          body.setJoined();
                          to.setModes(b.modes.bits);
                          to.setRealName(text(b.real_name));
                        },
                        [&](const left& b) { b.quit ? body.setQuit(text(b.reason)) : body.setLeft(text(b.reason)); },
                        [&](const topic_set& b) { body.setTopicSet(text(b.text)); },
                        [&](const renamed& b) { body.setRenamed(text(b.to)); },
                        [&](const unknown_entry& b) { set_number(to, b.kind); },
                        [&](const modes_changed& b) {
                          write_changes(body.initModesChanged(static_cast<unsigned>(b.changes.size())), b.changes);
                        },
                        [&](const kicked& b) {
                          auto out = body.initKicked();
                          out.setSession(b.session.value);
                          out.setNick(text(b.nick));
                          out.setReason(text(b.reason));
                        },
                        [&](const invited& b) {
                          auto out = body.initInvited();
                          out.setSession(b.session.value);
                          out.setNick(text(b.nick));
                        },
                        [&](const forgotten& b) { body.initForgotten().setFirst(b.first); }},
             entry.body);
}

/// Of a newer version's rank: shown to the highest that this one knows.
member_mode audience_of(std::uint8_t number) {
  return number == 0 || is_member_mode(number) ? static_cast<member_mode>(number) : member_mode::founder;
}
post_kind kind_of(std::uint8_t number) { return number == 2 ? post_kind::notice : post_kind::message; }

entry_body read_body(wire::LogEntry::Reader entry) {
  const auto from = entry.getBody();
  switch (from.which()) {
  case wire::LogEntry::Body::POSTED:
    return posted{string(from.getPosted()), kind_of(entry.getKind()), audience_of(entry.getAudience()),
                  string(entry.getTags())};
  case wire::LogEntry::Body::JOINED: return joined{member_modes{entry.getModes()}, string(entry.getRealName())};
  case wire::LogEntry::Body::LEFT: return left{string(from.getLeft()), false};
  case wire::LogEntry::Body::QUIT: return left{string(from.getQuit()), true};
  case wire::LogEntry::Body::TOPIC_SET: return topic_set{string(from.getTopicSet())};
  case wire::LogEntry::Body::RENAMED: return renamed{string(from.getRenamed())};
  case wire::LogEntry::Body::MODES_CHANGED: {
    auto changes = read_changes(from.getModesChanged());
    if (!changes || changes->empty())
      break; // something in it is a newer version's, or was when it was read and written on
    return modes_changed{*std::move(changes)};
  }
  case wire::LogEntry::Body::KICKED: {
    const auto it = from.getKicked();
    return kicked{session_id{it.getSession()}, string(it.getNick()), string(it.getReason())};
  }
  case wire::LogEntry::Body::FORGOTTEN: return forgotten{std::min(from.getForgotten().getFirst(), entry.getSeq())};
  case wire::LogEntry::Body::INVITED:
    return invited{session_id{from.getInvited().getSession()}, string(from.getInvited().getNick())};
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
  entry.body = read_body(from);
  entry.mask = string(from.getMask());
  entry.by_bot = from.getByBot();
  return entry;
}

} // namespace

std::string encode_entry(const log_entry& entry) {
  // One segment: else the bytes would depend on how the builder grows.
  capnp::MallocMessageBuilder message(static_cast<unsigned>(fixed_words + varying_bytes(entry) / word_bytes));
  auto to = message.initRoot<wire::LogEntry>();
  to.setSeq(entry.seq);
  to.setTimeUs(entry.time.time_since_epoch().count());
  to.setSession(entry.name.session.value);
  to.setOp(entry.name.op);
  to.setK(entry.name.k);
  to.setNick(text(entry.nick));
  to.setIdentity({entry.identity.data(), entry.identity.size()});
  to.setMask(text(entry.mask));
  to.setByBot(entry.by_bot);
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
