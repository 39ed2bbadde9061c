#include "messages/moderation.hpp"

namespace godwit {

std::string_view name_of(member_mode mode) {
  switch (mode) {
  case member_mode::none: return {};
  case member_mode::voice: return "voice";
  case member_mode::half_operator: return "half_operator";
  case member_mode::room_operator: return "operator";
  case member_mode::admin: return "admin";
  case member_mode::founder: return "founder";
  }
  return {};
}

std::string_view name_of(room_flag flag) {
  switch (flag) {
  case room_flag::invite_only: return "invite_only";
  case room_flag::moderated: return "moderated";
  case room_flag::members_only: return "members_only";
  case room_flag::secret: return "secret";
  case room_flag::topic_locked: return "topic_locked";
  }
  return {};
}

std::string_view name_of(mask_list list) {
  switch (list) {
  case mask_list::bans: return "ban";
  case mask_list::exceptions: return "exception";
  case mask_list::invite_exceptions: return "invite_exception";
  }
  return {};
}

} // namespace godwit
