/// @file
/// The admin port's protocol, both directions: `godwitctl` and the broker node share it.
///
/// Requires  nothing of the bytes: they come from outside, of any size and alignment.
/// Promises  `encode` gives a whole frame with header, ready to be written. `decode_*` take a frame's message without
///           header; `bad_frame` as a value, never an exception. A question of an unknown kind, or with a measure that
///           this build does not know, keeps its number, so that it can be answered `unsupported`.
/// Limits    admin_request_bytes_max, admin_reply_bytes_max, admin_page_rows_max, admin_text_bytes_max.
/// Source    messages/admin.capnp.
#pragma once

#include "messages/admin_messages.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

namespace godwit::admin {

/// The version that this build speaks.
inline constexpr std::uint16_t protocol_version = 1;
/// A question holds a few words and a reason.
inline constexpr std::size_t admin_request_bytes_max = 8 * 1024;
/// A page of rooms or sessions, with the longest names.
inline constexpr std::size_t admin_reply_bytes_max = 512 * 1024;
/// One text of a question.
inline constexpr std::size_t admin_text_bytes_max = 1024;
static_assert(4 * admin_text_bytes_max < admin_request_bytes_max);
/// For the log; what is longer is cut.
inline constexpr std::size_t software_bytes_max = 64;

struct hello {
  std::uint16_t version_min = protocol_version;
  std::uint16_t version_max = protocol_version;
  std::string software;
  bool operator==(const hello&) const = default;
};
struct question {
  std::uint64_t number = 0;
  admin_question what;
  bool operator==(const question&) const = default;
};
/// Of a newer tool.
struct unknown_question {
  std::uint64_t number = 0;
  bool operator==(const unknown_question&) const = default;
};
using request = std::variant<hello, question, unknown_question>;

struct welcome {
  std::uint16_t version = protocol_version;
  std::string node;
  std::string cluster;
  std::string software;
  std::string operator_name;
  bool operator==(const welcome&) const = default;
};
/// `why.code` of a newer server stays the number it is; `name` and `sentence` are as the server says them.
struct failure {
  std::uint64_t number = 0; ///< 0: the connection is over
  error why;
  std::string name;
  std::string sentence;
  bool operator==(const failure&) const = default;
};
struct answer {
  std::uint64_t number = 0;
  admin_result what; ///< never an error: that is a `failure`
  bool operator==(const answer&) const = default;
};
/// Of a newer server.
struct unknown_answer {
  std::uint64_t number = 0;
  bool operator==(const unknown_answer&) const = default;
};
using reply = std::variant<welcome, failure, answer, unknown_answer>;

result<request> decode_request(std::string_view bytes);
result<reply> decode_reply(std::string_view bytes);

/// What is unknown is not encodable: it gives an empty string.
std::string encode(const request& what);
std::string encode(const reply& what);

/// A directory's answer, as it is said to the tool.
reply reply_of(std::uint64_t number, admin_result result);
failure failure_of(std::uint64_t number, const error& why);

} // namespace godwit::admin
