// The numbers that docs/PROTOCOL.md names are those of actors/rules/limits.hpp.
#include "actors/rules/limits.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <string>

namespace godwit {
namespace {

/// The line that holds the sentence.
std::string sentence(const std::string& number) {
  std::ifstream file(GODWIT_SOURCE_DIR "/docs/PROTOCOL.md");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("- **" + number + "** "))
      return line;
  return {};
}

/// As the document writes it: 65,536.
std::string in_digits(std::size_t number) {
  auto text = std::to_string(number);
  for (auto at = static_cast<std::ptrdiff_t>(text.size()) - 3; at > 0; at -= 3)
    text.insert(static_cast<std::size_t>(at), ",");
  return text;
}

void expect_says(const std::string& number, const std::string& words) {
  EXPECT_NE(sentence(number).find(words), std::string::npos) << number << " does not say \"" << words << '"';
}

constexpr std::size_t kib = 1024;

// L-1, L-2, L-3, L-4, L-6, L-7, L-8
TEST(ProtocolNumbers, StandInTheDocumentAsInTheLimits) {
  expect_says("L-1", "At most " + in_digits(limits::unanswered_effects_max) + " requests");
  expect_says("L-2", "at most " + in_digits(limits::unanswered_effects_max) + " frames");
  expect_says("L-3", in_digits(limits::unconfirmed_frames_max) + " unconfirmed frames");
  expect_says("L-3", in_digits(limits::unconfirmed_bytes_max / kib) + " KiB");
  expect_says("L-4", in_digits(limits::send_queue_bytes_max / kib / kib) + " MiB");
  expect_says("L-6", in_digits(limits::reply_piece_bytes_max / kib) + " KiB");
  expect_says("L-6", in_digits(limits::members_piece_rows_max) + " members");
  expect_says("L-6", in_digits(limits::rooms_piece_rows_max) + " rooms");
  expect_says("L-6", in_digits(limits::history_piece_entries_max) + " events");
  expect_says("L-8", "holds " + in_digits(limits::flood_burst) + " and gains " + in_digits(limits::flood_per_second));
  expect_says("L-8", "a join " + in_digits(limits::join_cost) + ";");
  expect_says("L-8", "a log-in " + in_digits(limits::nick_cost) + ";");
  expect_says("L-8", "a change of nick " + in_digits(limits::nick_cost) + " and "
                       + in_digits(limits::nick_cost_per_room) + " for each room");
  expect_says("L-8", "a list of rooms " + in_digits(limits::room_list_cost) + ";");
  expect_says("L-8", "history " + in_digits(limits::history_cost) + ";");
  expect_says("L-8", "by nick " + in_digits(limits::person_cost) + ".");
  expect_says("F-4", in_digits(limits::client_frame_bytes_max) + ") bytes");
  expect_says("F-4", in_digits(limits::server_frame_bytes_max) + " bytes");
  expect_says("R-13", in_digits(limits::rooms_per_session_max) + " rooms");
  expect_says("R-13", in_digits(limits::conversations_per_session_max) + " conversations");
  expect_says("N-1", in_digits(limits::nick_bytes_max) + " bytes");
  expect_says("N-2", in_digits(limits::room_name_bytes_max) + " bytes");
  expect_says("R-13", in_digits(limits::members_per_room_max) + " members");
  expect_says("N-1", in_digits(limits::nick_code_points_max) + " code points");
  expect_says("N-2", in_digits(limits::room_name_code_points_max) + " code points");
  expect_says("T-1", in_digits(limits::post_bytes_max) + " bytes");
  expect_says("T-2", in_digits(limits::topic_bytes_max) + " bytes");
  expect_says("H-2", "(0: " + in_digits(limits::history_entries_default) + ")");
  expect_says("H-4", "(0: " + in_digits(limits::history_entries_max) + ")");
  expect_says("C-4", std::to_string(limits::handshake_timeout.count()) + " s");
  expect_says("C-15", std::to_string(limits::idle_ping_after.count()) + " s");
  expect_says("C-16", std::to_string(limits::closing_linger.count()) + " s");
  expect_says("U-7", std::to_string(limits::resume_timeout.count()) + " minutes");
}

// L-2
static_assert(limits::unconfirmed_frames_max >= 2 * limits::unanswered_effects_max);

} // namespace
} // namespace godwit
