/// @file
/// One client's IRC: its lines become what a session is asked, what a session tells becomes lines.
///
/// Stands between bytes and the rules of a session (actors/rules/session.hpp), which know no wire format. Plain code
/// without CAF: each function takes what happened and returns what is to be done.
///
///   line ──take──▶ client_command, its parts ──▶ session rules ──▶ server_frame ──tell──▶ lines
///                       └── kept by op until the frame is confirmed: who asked what, how, under which label
///
/// Promises   what is kept for the client (capabilities, log-in) changes only in `tell`, which sees everything in the
///            order in which it is confirmed: a snapshot that leaves with a confirmation is exactly that of its moment.
///            `take` decides nothing by it, so that a frame that comes again is taken as the first time.
///            Of several rooms that log one quit or change of nick, or tell that somebody is away or named anew, the
///            client is told once.
///            A label's answer is begun and ended once, whichever owners of the session tell it.
/// Bounded    by the frames that are not confirmed; of quits, nicks and presence by `told_once_max`.
/// Source     docs/IRC.md; Modern IRC Client Protocol; IRCv3.
#pragma once

#include "actors/rules/client_settings.hpp"
#include "messages/client_commands.hpp"
#include "messages/irc/irc_capabilities.hpp"
#include "messages/irc/irc_line.hpp"
#include "messages/irc/irc_modes.hpp"
#include "messages/irc/irc_numerics.hpp"

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace godwit {

/// What of a client's IRC has to move with its session.
struct irc_state {
  irc::capabilities capabilities;
  std::uint32_t cap_version = 301;
  std::string user;       ///< with its '~'; empty: not introduced
  std::string real_name;  ///< as it introduced itself
  std::string asked_nick; ///< the last that it asked for before it had one
  std::string told_nick;  ///< which it takes for its own; empty: not logged in
  bool operator==(const irc_state&) const = default;
};

class irc_front {
public:
  /// `host` is what others see of where the client comes from.
  irc_front(std::shared_ptr<const irc_network> network, std::string host);

  /// A former owner's state, before anything else.
  void restore(const irc_state& state);
  [[nodiscard]] const irc_state& state() const { return state_; }
  /// How far the client is when the session is attached. Of frames before `not_begun` (nothing: as it was) a former
  /// owner may have shown something; what this one has shown behind `shown` was lost on its way.
  void go_on(std::optional<std::uint64_t> not_begun, const std::map<room_id, room_seq>& shown);

  /// What time it is, for who asks; to be said before what is taken and told.
  void set_now(timestamp now) { now_ = now; }

  /// A line of the client, without its line end. `op` is its number.
  client_command take(std::uint64_t op, std::string_view line, irc::text_check check = irc::text_check::utf8);
  /// What is told, as lines, in their order; an empty string where the client is told nothing.
  std::string tell(const server_frame& what);
  /// An event. `shared` is its encoding for this client's profile, if there is one.
  shared_bytes show(const tell::event& what, shared_bytes shared);
  shared_bytes show(const tell::presence& what);
  /// What the client hears last.
  [[nodiscard]] std::string farewell(const error& why) const;

  /// By which events are encoded for it.
  [[nodiscard]] irc::capabilities profile() const { return irc::event_profile(state_.capabilities); }
  [[nodiscard]] std::string mask() const;

private:
  enum class verb : std::uint8_t;
  struct part {
    verb what;
    std::string target; ///< as the client wrote it
    std::uint32_t extra = 0;
    std::string word{};                   ///< of mode_bad: the parameter
    [[nodiscard]] bool is_logged() const; ///< by a room, if it is done
  };
  struct asked {
    irc::line line;
    irc::line_fault fault{};
    std::vector<part> parts;
    std::vector<std::string> answer; ///< lines that wait for the label's batch to be known
    std::string label;
    std::string batch{};       ///< the label's, which an event has opened
    bool is_shown = false;     ///< by an event
    bool is_unclaimed = false; ///< so, and neither by the label nor in its batch
    bool is_refused = false;
    std::vector<std::string> shut{}; ///< channels that it could not join
    std::uint64_t op = 0;
    room_id first_room{}; ///< where the first of its events was shown
    room_seq first_seq = 0;
  };
  struct room_view {
    std::string channel; ///< empty: a private conversation
    std::string person;
  };

  // irc_requests.cpp
  class request_reader;

  // irc_front.cpp
  void reply(asked& of, const part& to, const client_reply& what);
  void flush(asked& of);
  bool is_in(std::string_view channel) const;
  std::string labelled_event(asked& of, const std::string& text);
  std::string open_batch(asked& of) const;
  bool is_labelled(const asked& of) const;
  void was_shown_before(asked& of, const part& to, const tell::was_posted& where);
  std::string inviting(const asked& of, const invited& what) const;
  void flush_until(std::uint64_t op);
  const std::string& nick_or_star() const;
  std::string source() const;
  irc::line_writer numeric(irc::numeric which) const;
  void say(irc::line_writer& line);
  void say(irc::line_writer&& line) { say(line); }
  void standard_reply(std::string_view kind, std::string_view command, std::string_view code, std::string_view text);

  // irc_replies.cpp
  static bool is_shut(const asked& of, const part& to);
  static bool is_answered(const part& to, const error& why);
  void refuse(asked& of, const part& to, const error& why);
  void tell_members(const part& to, const tell::members& what, bool more);
  void tell_who(const asked& of, const part& to, const tell::members& what, bool more);
  struct who_row {
    std::string channel;
    std::string nick;
    std::string mask;
    std::string real_name;
    std::string away;
    member_modes modes{};
    user_modes marks{};
    std::int64_t idle = 0; ///< seconds
    std::string address{}; ///< empty: not for this client
  };
  void tell_topic(const part& to, const tell::topic& what);
  void tell_rooms(const asked& of, const tell::rooms& what, bool more);
  void tell_settings(const part& to, const tell::settings& what);
  void tell_replay(const part& to, const tell::history& what, bool more);
  void tell_locally(const asked& of, const part& to);
  void tell_help(const std::string& subject);
  void tell_mode_fault(const part& to);
  void tell_stats(const std::string& letter);

  // irc_people.cpp
  static std::string letters_of(user_modes modes);
  void tell_people(const asked& of, const part& to, const tell::people& what, bool more);
  void tell_whois(const part& to, const tell::people& what);
  void tell_person(const person_row& who);
  void tell_whowas(const part& to, const tell::people& what);
  void tell_counts(const people_counts& counts);
  void tell_who_row(const asked& of, const who_row& row);
  void tell_user_modes(const part& to, const tell::user_modes_set& what);
  void add_tags(irc::line_writer& line, timestamp time, const std::string& tags) const;
  std::string tag_message_of(const std::string& from, const std::string& target, timestamp time,
                             const std::string& tags) const;
  std::string proclaimed_line(const tell::proclaimed& what) const;

  // irc_registration.cpp
  void tell_cap(const asked& of);
  void list_capabilities(std::string_view verb, bool all);
  void request_capabilities(const std::string& names);
  void step_noted(const asked& of, const part& to);
  void welcome();
  void tell_isupport();
  void tell_motd();

  bool told_before(const log_entry& entry);
  bool told_before(const tell::presence& what);

  std::shared_ptr<const irc_network> network_;
  std::string host_;
  irc_state state_;
  std::map<std::uint64_t, asked> asked_by_op_;
  std::map<room_id, room_view> rooms_;
  std::deque<effect_name> told_once_;
  std::uint64_t not_begun_ = 0;                      ///< of frames before it a former owner may have shown something
  std::map<session_id, std::uint32_t> told_changes_; ///< of others' presence, the newest: each shared room tells of it
  timestamp now_{};
  std::vector<std::string> lines_; ///< of the reply that is being made
};

/// In the order in which a line may ask for them.
enum class irc_front::verb : std::uint8_t {
  unreadable, ///< the line itself is at fault
  unknown,
  too_few_params,
  nothing, ///< taken, and not answered (PONG, PASS)
  cap,
  nick,
  user,
  pass,
  ping,
  quit,
  join,
  join_topic,
  join_names,
  join_replay,
  part,
  message,
  notice,
  topic_read,
  topic_set,
  names,
  list,
  who,
  away,
  invite,
  kick,
  mode_read,
  mode_change,
  mode_list,    ///< extra: the mask_list
  mode_unknown, ///< extra: the letter
  mode_missing, ///< extra: the letter, which needs a parameter
  mode_bad,     ///< extra: the letter; word: the parameter, which can be none
  user_mode,    ///< extra: 1, it only asks
  user_mode_fault,
  user_mode_other, ///< of another's modes
  whois,
  whowas,
  userhost,
  ison,
  lusers,
  set_name,
  tag_message,
  oper,
  kill,
  wallops,
  rehash,
  broadcast,
  invitations,
  too_many_targets,
  no_recipient,
  no_text,
  no_nick,
  no_server, ///< target: what was taken for its name
  motd,
  version,
  time,
  info,
  admin,
  help,
  links,
  stats,
};

} // namespace godwit
