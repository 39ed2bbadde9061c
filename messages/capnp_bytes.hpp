/// @file
/// What the codecs of client frames and snapshots share: bytes from anywhere into Cap'n Proto's aligned words, and
/// back.
///
/// Owns nothing beyond a call. Reads within `reader_options`: each byte about four times at most, 16 levels deep.
#pragma once

#include "messages/errors.hpp"

#include <capnp/message.h>
#include <capnp/serialize.h>
#include <kj/array.h>

#include <cstring>
#include <exception>
#include <string>
#include <string_view>

namespace godwit::capnp_bytes {

/// The schemas nest four deep. Traversal is bounded by the size of the bytes, so that pointers that all point to the
/// same big list cost their sender nothing but an error.
inline capnp::ReaderOptions reader_options(std::size_t bytes) {
  return {.traversalLimitInWords = 4 * (bytes / sizeof(capnp::word)) + 64, .nestingLimit = 16};
}

/// What `read(root)` returns for the message in `bytes`; or `otherwise` where the bytes are no whole message of `Root`.
template <class Root, class Result, class Read>
Result read_message(std::string_view bytes, Result otherwise, Read&& read) {
  if (bytes.empty() || bytes.size() % sizeof(capnp::word) != 0)
    return otherwise;
  auto words = kj::heapArray<capnp::word>(bytes.size() / sizeof(capnp::word));
  std::memcpy(words.begin(), bytes.data(), bytes.size());
  try {
    capnp::FlatArrayMessageReader message(words, reader_options(bytes.size()));
    return read(message.getRoot<Root>());
  } catch (const kj::Exception&) {
    return otherwise;
  } catch (const std::exception&) {
    return otherwise;
  }
}

inline std::string_view view(capnp::Text::Reader text) { return {text.cStr(), text.size()}; }
inline std::string string(capnp::Text::Reader text) { return std::string(view(text)); }
inline capnp::Text::Reader text(std::string_view from) {
  return from.empty() ? capnp::Text::Reader("") : capnp::Text::Reader(from.data(), from.size());
}

} // namespace godwit::capnp_bytes
