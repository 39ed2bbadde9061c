/// @file
/// From one line of IRC to what it asks for, part by part. The inside of irc_front::take: irc_requests.cpp, and
/// irc_people_requests.cpp of what is about people.
#pragma once

#include "actors/rules/irc_front.hpp"

namespace godwit {

/// "a,b,,c" without its empty pieces.
std::vector<std::string> pieces_of(std::string_view list);
bool is_channel(std::string_view target);
/// Of a channel; what is none gives a name that no room has.
std::string room_of(std::string_view channel);
/// Of a WHO: a flag `o` before the fields of WHOX.
bool asks_for_operators_only(const irc::line& who);

class irc_front::request_reader {
public:
  /// `nick` is the client's own; empty: it has none yet.
  request_reader(const irc_network& network, std::string_view nick, asked& into)
      : network_(network), nick_(nick), into_(into) {}

  /// One request per part of `into.parts`; at least one.
  std::vector<ask::request> read();

private:
  void cap();
  void user();
  void nick();
  void ping();
  void quit();
  void join();
  void join_one(const std::string& channel, const std::string& key);
  void part();
  void message(verb as);
  void topic();
  void names();
  void list();
  void who();
  void away();
  void whois();
  void whowas();
  void userhost();
  void ison();
  void lusers();
  void set_name();
  void tag_message();
  void oper();
  void kill();
  void wallops();
  void rehash();
  void user_mode_line(const std::string& nick);
  /// The client-only ones, as they stand in a line.
  [[nodiscard]] std::string client_tags() const;
  void invite();
  void kick();
  void mode();
  void channel_mode(const std::string& channel);

  /// False: it has fewer parameters, and is answered so.
  bool needs(std::size_t params);
  void add(verb what, ask::request request, std::string target = {}, std::uint32_t extra = 0);
  /// Answered by the front alone.
  void add_local(verb what, std::string target = {}, std::uint32_t extra = 0);
  /// False: the parameter is there and names another server than the one that all nodes are; it is answered so.
  bool is_for_this_server(std::size_t param);
  void about_server(verb what, std::size_t param);

  const irc::line& line() const { return into_.line; }

  const irc_network& network_;
  std::string_view nick_;
  asked& into_;
  std::vector<ask::request> requests_;
};

} // namespace godwit
