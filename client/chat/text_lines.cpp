#include "client/chat/news_printer.hpp"

#include "client/chat/terminal_text.hpp"
#include "client/chat/time_text.hpp"
#include "messages/masks.hpp"
#include "messages/overloaded.hpp"

#include <algorithm>

namespace godwit {
namespace {

std::string safe(std::string_view text) { return safe_for_terminal(text); }

std::string label_of(const news::room_ref& room) {
  return room.name.empty() ? "@" + safe(room.person) : "#" + safe(room.name);
}

std::string in_brackets(std::string_view text) { return text.empty() ? "" : " (" + safe(text) + ")"; }

/// As IRC marks the highest mode of a member.
std::string sign_of(member_modes modes) {
  switch (rank(modes)) {
  case member_mode::none: return {};
  case member_mode::voice: return "+";
  case member_mode::half_operator: return "%";
  case member_mode::room_operator: return "@";
  case member_mode::admin: return "&";
  case member_mode::founder: return "~";
  }
  return {};
}

/// What a person can do, where the sentence of the list speaks to a program, or says nothing of it.
std::string_view sentence_for_people(error_code code) {
  switch (code) {
  case error_code::unsupported:
    return "This server does not know this request; it may be older than this program, and its operator can update it.";
  case error_code::not_logged_in: return "You have no nick here yet; start again with --nick.";
  case error_code::already_logged_in: return "You have a nick here; change it with /nick.";
  case error_code::resume_refused:
  case error_code::session_ended: return "The server has ended your session; start again.";
  case error_code::session_lost: return "The part of the server that served you failed; start again.";
  case error_code::no_such_nick: return "Nobody with this nick is here; /who lists who is in your room.";
  case error_code::no_such_room: return "There is no such room; /join makes it.";
  case error_code::not_in_room: return "You are not in this room; /join it first.";
  case error_code::wrong_key: return "This room has a key; /join ROOM KEY.";
  case error_code::mask_invalid:
    return "This is no mask; write NICK or nick!user@host, with * and ? for what may differ, without spaces.";
  case error_code::no_such_member: return "Nobody with this nick is in the room; /who lists who is.";
  case error_code::mode_invalid:
    return "There is no such mode, or its value is none that it can have; /help lists them.";
  case error_code::protected_member:
    return "Who has a higher place in the room than you is protected from this; ask the founder.";
  case error_code::room_full: return "The room has as many members as the server allows; try again later.";
  case error_code::request_invalid: return "The server does not allow this; /help shows what can be asked, and how.";
  case error_code::stale_epoch: return "The server looks for the node that does this; try again soon.";
  case error_code::handshake_timeout: return "The connection took too long to begin; start again.";
  case error_code::idle_timeout: return "The connection was silent for too long; check the network and start again.";
  case error_code::send_queue_exceeded:
    return "The server had more for you than the network took in time; check it and start again.";
  case error_code::killed: return "An operator of the server has ended your session; ask why before you come back.";
  case error_code::not_an_operator: return "This is for operators of the server; /oper NAME makes you one.";
  case error_code::operator_refused:
    return "No operator of the server has this name and password, or not from here; check both.";
  case error_code::replaced: return "Your session goes on at another client; start again for one of your own.";
  case error_code::tls_failed:
    return "No secure connection could be made, or it was cut short; check the address and the network.";
  case error_code::too_many_connections: return "Too many connections come from your address; close some.";
  default: return sentence_of(code);
  }
}

std::string with_detail(std::string_view sentence, const error& why) {
  return std::string{sentence} + (why.detail.empty() ? "" : " (" + safe(why.detail) + ")");
}

/// Where the client tries again by itself. That a person may do so is left out, lest somebody does it twice.
std::string passing_text(const error& why) {
  std::string sentence{sentence_for_people(why.code)};
  const auto advice = sentence.find(';');
  if (advice != std::string::npos && sentence.find("again", advice) != std::string::npos)
    sentence = sentence.substr(0, advice) + ".";
  return with_detail(sentence, why);
}

/// "ada is operator", "key is set", each with a comma.
std::string change_text(const mode_change& change) {
  const auto no = [&](const char* yes, const char* otherwise) { return std::string{change.add ? yes : otherwise}; };
  return std::visit(
    overloaded{[&](const flag_change& it) {
                 auto name = std::string{name_of(it.flag)};
                 std::ranges::replace(name, '_', ' ');
                 return "the room is " + no("", "not ") + name + no("", " any more");
               },
               [&](const key_change& it) { return change.add ? "the key is " + safe(it.key) : "the room has no key"; },
               [&](const limit_change& it) {
                 return change.add ? "at most " + std::to_string(it.limit) + " members" : "no limit of members";
               },
               [&](const member_change& it) {
                 auto name = std::string{name_of(it.mode)};
                 std::ranges::replace(name, '_', ' ');
                 if (it.mode == member_mode::voice)
                   return safe(it.nick) + no(" has a voice", " has no voice any more");
                 return safe(it.nick) + no(" is ", " is no ") + name + no("", " any more");
               },
               [&](const mask_change& it) {
                 if (it.list == mask_list::bans)
                   return safe(without_mute(it.mask)) + no(" is ", " is not ") + (is_mute(it.mask) ? "muted" : "banned")
                          + no("", " any more");
                 return safe(it.mask) + no(" is ", " is no ")
                        + (it.list == mask_list::exceptions ? "exception of bans" : "exception of invite only")
                        + no("", " any more");
               }},
    change.what);
}

std::string changes_text(const std::vector<mode_change>& changes) {
  std::string text;
  for (const auto& each : changes)
    text += (text.empty() ? "" : ", ") + change_text(each);
  return text;
}

/// What happened, without time and place.
struct sentence_writer {
  const log_entry& entry;
  std::string who() const { return entry.nick.empty() ? "the server" : safe(entry.nick); }
  std::string operator()(const posted& body) const {
    if (const auto action = action_of(body.text))
      return "* " + who() + " " + safe_for_terminal(without_irc_marks(*action));
    const auto sender = body.kind == post_kind::notice ? "-" + who() + "-" : "<" + who() + ">";
    const auto audience =
      body.audience == member_mode::none ? "" : " (to each " + std::string{name_of(body.audience)} + ")";
    return sender + audience + " " + safe_for_terminal(without_irc_marks(body.text), "\n      | ");
  }
  std::string operator()(const joined& body) const {
    return "* " + who() + " joined" + (body.modes.empty() ? "" : " as " + std::string{name_of(rank(body.modes))});
  }
  std::string operator()(const modes_changed& body) const {
    return "* " + (entry.nick.empty() ? "" : who() + ": ") + changes_text(body.changes);
  }
  std::string operator()(const kicked& body) const {
    return "* " + who() + " kicked " + safe(body.nick) + in_brackets(body.reason);
  }
  std::string operator()(const invited& body) const { return "* " + who() + " invited " + safe(body.nick); }
  std::string operator()(const left& body) const {
    return "* " + who() + (body.quit ? " quit" : " left") + in_brackets(body.reason);
  }
  std::string operator()(const topic_set& body) const { return "* " + who() + " set the topic: " + safe(body.text); }
  std::string operator()(const renamed& body) const { return "* " + who() + " is now " + safe(body.to); }
  std::string operator()(const forgotten& body) const {
    const auto count = entry.seq - body.first + 1;
    return "* " + std::to_string(count) + (count == 1 ? " event" : " events") + " before this are not kept any more";
  }
  std::string operator()(const unknown_entry&) const { return "* something that this program does not know"; }
};

std::string event_text(const news::room_ref& room, const log_entry& entry) {
  return local_time_of_day(entry.time) + " " + label_of(room) + " " + std::visit(sentence_writer{entry}, entry.body);
}

/// What is not told as it happens: with its day, and with the number that `/history since` takes.
std::string past_event_text(const news::room_ref& room, const log_entry& entry) {
  return local_day_and_time(entry.time) + " " + label_of(room) + " " + std::to_string(entry.seq) + " "
         + std::visit(sentence_writer{entry}, entry.body);
}

struct text_writer {
  printed& lines;

  void say(std::string line) const { lines.out.push_back(std::move(line)); }
  void complain(std::string line) const { lines.errors.push_back(std::move(line)); }

  void operator()(const news::connected& what) const {
    say("-- connected to " + safe(what.node) + (what.resumed ? ", the session goes on" : ""));
  }
  void operator()(const news::reconnecting& what) const {
    complain("-- no connection: " + passing_text(what.why) + " Trying again in " + std::to_string(what.pause.count())
             + " ms.");
  }
  void operator()(const news::logged_in& what) const {
    say("-- you are " + safe(what.nick) + (what.again ? " again, in a new session" : ""));
  }
  void operator()(const news::room_opened& what) const { say("-- you are in " + label_of(what.room)); }
  void operator()(const news::room_closed& what) const {
    say("-- you are not in " + label_of(what.room) + (what.why ? ": " + full_text(*what.why) : ""));
  }
  void operator()(const news::event& what) const {
    say(what.from == news::source::missed ? past_event_text(what.room, *what.entry)
                                          : event_text(what.room, *what.entry));
  }
  void operator()(const news::presence& what) const {
    say("-- " + label_of(what.room) + " " + safe(what.nick)
        + (what.away.empty() ? " is back" : " is away" + in_brackets(what.away)));
  }
  void operator()(const news::confirmed&) const {}
  void operator()(const news::refused& what) const {
    complain("-- " + std::string{name_of(what.what)} + " failed: " + full_text(what.why) + lost_text(what.what));
  }
  void operator()(const news::invitation& what) const {
    say("-- " + safe(what.by) + " invites you into #" + safe(what.room));
  }
  void operator()(const news::proclaimed& what) const {
    say("-- " + std::string(what.kind == proclamation_kind::wallops ? "to operators, " : "to all, ") + safe(what.by)
        + ": " + safe(what.text));
  }
  void operator()(const news::waiting& what) const {
    complain("-- waiting: " + passing_text(what.why) + " It is asked again by itself.");
  }
  void operator()(const news::over& what) const {
    if (what.why)
      complain("-- the end: " + full_text(*what.why));
    const auto count = what.unfinished.size();
    if (count != 0)
      complain("-- " + std::to_string(count) + (count == 1 ? " request was" : " requests were") + " not confirmed");
  }
  void operator()(const news::answered& what) const {
    std::visit([this, &what](const auto& answer) { show(what, answer); }, what.answer);
  }

  /// A post that failed is not to be typed again by heart.
  static std::string lost_text(const ask::request& request) {
    const auto* post = std::get_if<ask::post>(&request);
    return post == nullptr ? "" : " It was: " + safe(post->text);
  }

  void show(const news::answered& what, const tell::members& answer) const {
    std::string line = "-- in " + label_of(what.room) + ":";
    for (const auto& each : answer.rows)
      line +=
        " " + sign_of(each.modes) + safe(each.nick) + (each.away.empty() ? "" : " (away: " + safe(each.away) + ")");
    say(std::move(line));
  }
  void show(const news::answered& what, const tell::settings& answer) const {
    const auto* question = std::get_if<ask::read_settings>(&what.question);
    const auto room = "-- #" + (question ? safe(question->room) : std::string{});
    const auto& it = answer.what;
    std::vector<mode_change> on;
    for (const auto flag : {room_flag::invite_only, room_flag::moderated, room_flag::members_only, room_flag::secret,
                            room_flag::topic_locked})
      if (it.flags.has(flag))
        on.push_back({true, flag_change{flag}});
    if (!it.key.empty())
      on.push_back({true, key_change{it.key}});
    if (it.limit != 0)
      on.push_back({true, limit_change{it.limit}});
    say(room + (on.empty() ? " has no restrictions" : ": " + changes_text(on)));
    const auto list = [&](mask_list which, const std::vector<listed_mask>& masks) {
      for (const auto& each : masks)
        say(room + " " + change_text({true, mask_change{which, each.mask}}) + ", by "
            + (each.by.empty() ? "the server" : safe(each.by)) + ", " + local_day_and_time(each.time));
    };
    list(mask_list::bans, it.bans);
    list(mask_list::exceptions, it.exceptions);
    list(mask_list::invite_exceptions, it.invite_exceptions);
  }
  void show(const news::answered&, const tell::rooms& answer) const {
    if (answer.rows.empty())
      say("-- there are no rooms");
    for (const auto& each : answer.rows)
      say("-- #" + safe(each.room) + ", " + std::to_string(each.member_count)
          + (each.member_count == 1 ? " member" : " members") + (each.topic.empty() ? "" : ": " + safe(each.topic)));
  }
  void show(const news::answered& what, const tell::topic& answer) const {
    say("-- " + label_of(what.room)
        + (answer.text.empty() ? " has no topic" : ": " + safe(answer.text) + " (by " + safe(answer.by) + ")"));
  }
  void show(const news::answered& what, const tell::history& answer) const {
    for (const auto& each : answer.events)
      say(past_event_text(what.room, *each.entry));
    const auto count = answer.events.size();
    say("-- " + std::to_string(count) + (count == 1 ? " event" : " events") + " of history");
  }
  void show(const news::answered&, const tell::people& answer) const {
    for (const auto& each : answer.rows) {
      std::string line = "-- " + safe(each.nick) + " is " + safe(each.mask)
                         + (each.real_name.empty() ? "" : ", " + safe(each.real_name));
      line += each.modes.has(user_mode::server_operator) ? ", operator of the server" : "";
      line += each.modes.has(user_mode::bot) ? ", a bot" : "";
      line += each.away.empty() ? "" : ", away" + in_brackets(each.away);
      line += each.signed_on == timestamp{} ? "" : ", here since " + local_day_and_time(each.signed_on);
      line += each.address.empty() ? "" : ", from " + safe(each.address);
      for (const auto& room : each.rooms)
        line += (&room == &each.rooms.front() ? "; in " : " ") + sign_of(room.modes) + "#" + safe(room.title);
      say(std::move(line));
    }
  }
  void show(const news::answered&, const tell::user_modes_set& answer) const {
    say(answer.now.has(user_mode::server_operator) ? "-- you are an operator of the server"
                                                   : "-- you are no operator of the server");
  }
  void show(const news::answered&, const tell::pong&) const { say("-- pong"); }
  template <class Other>
  void show(const news::answered&, const Other&) const {}
};

} // namespace

std::string full_text(const error& why) { return with_detail(sentence_for_people(why.code), why); }

printed text_lines(const client_news& news) {
  printed lines;
  std::visit(text_writer{lines}, news);
  return lines;
}

} // namespace godwit
