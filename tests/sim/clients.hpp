/// @file
/// The people of a simulated run: native ones on the client rules of production, and ones with a small IRC client.
///
/// Each wants to be in some rooms and says texts of its own there. A lost connection is dialled again.
#pragma once

#include "client/rules/client_session.hpp"
#include "messages/frame.hpp"
#include "messages/irc/irc_framer.hpp"
#include "messages/irc/irc_line.hpp"
#include "tests/sim/call.hpp"
#include "tests/sim/world.hpp"

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace godwit::sim {

class person {
public:
  person(world& around, std::string name, std::vector<std::string> rooms);
  virtual ~person() = default;
  person(const person&) = delete;
  person& operator=(const person&) = delete;

  virtual void start() = 0;
  /// Does one of the things that people do.
  virtual void act() = 0;
  /// Says something in each of its rooms. Behind that it does nothing more.
  virtual void say_last() = 0;
  /// All that it wanted has ended, and it has been told all.
  virtual bool is_content() const = 0;
  /// Leaves for good.
  virtual void quit() = 0;
  virtual bool is_over() const = 0;
  /// What it waits for.
  virtual std::string describe() const = 0;

  /// Its connection is lost, for the network and both ends.
  void cut();
  /// It believes that its connection is lost.
  void hang_up();
  const std::string& name() const { return name_; }

protected:
  std::string new_text(const std::string& room);
  /// Another proxy node each time.
  const node_name& next_proxy();
  virtual void hear(to_client what) = 0;
  void dial(protocol spoken);

  world& world_;
  const std::string name_;
  std::vector<std::string> rooms_;
  std::shared_ptr<call> call_;

private:
  std::vector<node_name> proxies_;
  std::size_t next_proxy_ = 0;
  unsigned texts_ = 0;
  std::uint64_t calls_ = 0;
};

class native_person final : public person {
public:
  native_person(world& around, std::string name, std::vector<std::string> rooms);
  void start() override;
  void act() override;
  void say_last() override;
  bool is_content() const override;
  void quit() override;
  bool is_over() const override { return over_; }
  std::string describe() const override;

private:
  void hear(to_client what) override;
  void connect();
  void lost(const error& why);
  void perform(client_effects effects);
  void tell(const client_news& what);
  void take_frames(std::string_view bytes);
  void submit(ask::request what);
  void say_in(const std::string& room);

  client_session rules_;
  backoff redial_;
  std::string identity_;
  std::optional<frame_reader> reader_;
  request_number last_number_ = 0;
  std::map<request_number, std::string> texts_by_number_; ///< of posts that have not ended
  std::set<request_number> open_;                         ///< requests that have not ended
  std::map<std::string, room_id> in_;                     ///< rooms that it is in
  std::map<room_id, room_seq> brought_;                   ///< by this connection, the last of each room
  std::string nick_;
  unsigned nicks_ = 0;
  request_number nick_change_ = 0; ///< the last one
  bool over_ = false;
  bool leaving_ = false;
};

class irc_person final : public person {
public:
  irc_person(world& around, std::string name, std::vector<std::string> rooms);
  void start() override { connect(); }
  void act() override;
  void say_last() override;
  bool is_content() const override;
  void quit() override;
  bool is_over() const override { return over_; }
  std::string describe() const override;
  void note_stays(std::set<std::uint64_t>& open) const;

private:
  void hear(to_client what) override;
  void connect();
  void line(std::string_view text);
  void write(const std::string& text);
  void say_in(const std::string& channel);
  void taken(const irc::line& what);
  bool is_me(const std::string& source) const;

  irc::line_reader reader_;
  std::string nick_;
  unsigned nicks_ = 0;
  bool logged_in_ = false;
  bool over_ = false;
  bool last_said_ = false;
  std::map<std::string, std::uint64_t> stays_;       ///< channels that it is in: the number of this stay
  std::set<std::string> playback_;                   ///< batches of what was said before
  std::map<std::string, std::string> text_by_label_; ///< said on this connection, not answered
  unsigned labels_ = 0;
};

} // namespace godwit::sim
