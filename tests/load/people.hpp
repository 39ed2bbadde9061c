/// @file
/// Who is in a crowd: people who chat, and people whom a server has to bear.
///
/// Each of them acts every now and then, by itself, for as long as its crowd is run; who has lost its connection dials
/// again at its next act. Their names come from the crowd's numbers: no two are the same in one crowd.
#pragma once

#include "tests/load/crowd.hpp"

namespace godwit::test {

/// Has a session and a nick, and comes back.
class person : public crowd_client {
public:
  person(crowd& in, std::chrono::milliseconds acts_every) : crowd_client(in), acts_every_(acts_every) {}

  void begin() override;
  /// Its nick is its own and it has joined its rooms.
  bool is_settled() const { return where() == phase::open && unconfirmed() == 0; }

protected:
  /// In a session that is new: joins its rooms.
  virtual void enter() {}
  /// Its connection stands.
  virtual void act() {}
  virtual void come_back() { connect({.resume = may_resume_}); }
  void forget_session() { may_resume_ = false; }
  bool may_resume() const { return may_resume_; }

  void opened() override;
  void woken() override;
  void lost(const std::optional<error>& why) override;

private:
  std::chrono::milliseconds acts_every_;
  bool may_resume_ = true;
};

/// Is in some rooms, and listens.
class listener : public person {
public:
  listener(crowd& in, std::vector<std::string> rooms) : person(in, std::chrono::seconds{1}), rooms_(std::move(rooms)) {}

protected:
  void enter() override;

private:
  std::vector<std::string> rooms_;
};

/// Posts to its room at its pace, and never has more than a few posts under way.
class poster_of_many : public person {
public:
  poster_of_many(crowd& in, std::string room, std::size_t bytes, std::chrono::milliseconds acts_every)
      : person(in, acts_every), room_(std::move(room)), bytes_(bytes) {}

protected:
  void enter() override;
  void act() override;

private:
  std::string room_;
  std::size_t bytes_;
};

/// Stops reading a room where much is said until it has been thrown out, then reads on and comes back.
class slow_reader : public person {
public:
  slow_reader(crowd& in, std::string room, std::chrono::milliseconds sleeps)
      : person(in, sleeps), room_(std::move(room)) {}

protected:
  void enter() override;
  void act() override;
  void come_back() override;

private:
  std::string room_;
  bool sleeps_ = false;
};

/// Asks for more than it may, whatever it is told.
class flooder : public person {
public:
  flooder(crowd& in, std::string room) : person(in, std::chrono::milliseconds{20}), room_(std::move(room)) {}

protected:
  void enter() override;
  void act() override;

private:
  std::string room_;
};

/// Joins rooms that were never there before, one after the other, and leaves them; quits after a few, and is somebody
/// else then.
class hopper : public person {
public:
  hopper(crowd& in, std::chrono::milliseconds stays) : person(in, stays) {}

protected:
  void enter() override;
  void act() override;

private:
  std::string room_;
  int rooms_ = 0;
};

/// Joins a room, is cut off, and comes back (or, if it `vanishes`, does not: somebody else comes).
class wanderer : public person {
public:
  wanderer(crowd& in, std::string room, bool vanishes, std::chrono::milliseconds stays)
      : person(in, stays), room_(std::move(room)), vanishes_(vanishes) {}

protected:
  void enter() override;
  void act() override;

private:
  std::string room_;
  bool vanishes_;
};

/// Dials, says a part of a handshake, or nothing, and waits until it is thrown out, or goes after a moment.
class half_opener : public crowd_client {
public:
  half_opener(crowd& in, std::chrono::milliseconds stays) : crowd_client(in), stays_(stays) {}

  void begin() override { woken(); }

protected:
  void woken() override;

private:
  std::chrono::milliseconds stays_;
};

} // namespace godwit::test
