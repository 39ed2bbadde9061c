// A room is kept in order between a native client and one of IRC: each sees what the other does, in its own words.
#include "tests/support/irc_fixture.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>

namespace godwit::test {
namespace {

class ModerationAcross : public irc_fixture {
protected:
  /// In the room `name`, of which the native client is the founder, and the other one a member.
  void gather(const std::string& name) {
    room_ = name;
    auto options = running().options_for("nat-" + name);
    options.room = name;
    native_ = std::make_unique<chat_client>(options);
    native_->settle();
    irc_ = log_in("irc-" + name);
    irc_->say("JOIN #" + name);
    irc_->expect(" 366 ", "#" + name);
    native_->expect({{"event", "joined"}, {"from", irc_nick()}});
  }
  std::string native_nick() const { return "nat-" + room_; }
  std::string irc_nick() const { return "irc-" + room_; }

  void native_does(const std::string& line) const {
    const auto end = native_->ask(line);
    EXPECT_EQ(end["event"], "confirmed") << line << ": " << end;
  }
  void native_is_refused(const std::string& line, const std::string& code) const {
    const auto end = native_->ask(line);
    EXPECT_EQ(end.value("code", ""), code) << line << ": " << end;
  }
  /// What the IRC client is told of what the native one has done.
  void irc_sees(const std::string& what) const { irc_->expect(":" + native_nick() + "!", " " + what); }
  void irc_is_refused(const std::string& line, const std::string& numeric) const {
    irc_->say(line);
    irc_->expect(" " + numeric + " " + irc_nick() + " ");
  }
  void native_sees(const event& change) const {
    const auto of = [&](const event& each) { return each["event"] == "modes" && each["from"] == irc_nick(); };
    wait_until("the native client is told of " + change.dump(), [&] {
      for (const auto& each : native_->events({{"event", "modes"}}))
        if (of(each) && std::ranges::count(each["changes"], change) != 0)
          return true;
      return false;
    });
  }

  std::string room_;
  std::unique_ptr<chat_client> native_;
  std::unique_ptr<irc_client> irc_;
};

INSTANTIATE_TEST_SUITE_P(Shapes, ModerationAcross, ::testing::Values("single", "local"),
                         [](const auto& tested) { return std::string{tested.param}; });

// M-1, M-9, M-11, I-24
TEST_P(ModerationAcross, ANativeOperatorMutesGivesAVoiceAndBansWhoIsOnIrc) {
  gather("quiet");
  native_does("/mute " + irc_nick());
  irc_sees("MODE #quiet +b m:" + irc_nick() + "!*@*");
  irc_is_refused("PRIVMSG #quiet :hello?", "404");
  irc_is_refused("NICK somebody", "437");
  native_does("/voice " + irc_nick());
  irc_sees("MODE #quiet +v " + irc_nick());
  irc_->say("PRIVMSG #quiet :hello!");
  native_->expect({{"event", "posted"}, {"text", "hello!"}});
  native_does("/devoice " + irc_nick());
  native_does("/unmute " + irc_nick());
  irc_sees("MODE #quiet -b m:" + irc_nick() + "!*@*");
  native_does("/ban " + irc_nick());
  irc_sees("MODE #quiet +b " + irc_nick() + "!*@*");
  native_does("/kick " + irc_nick() + " enough");
  irc_sees("KICK #quiet " + irc_nick() + " :enough");
  irc_is_refused("JOIN #quiet", "474");
  native_does("/unban " + irc_nick());
  irc_->say("JOIN #quiet");
  irc_->expect(" 366 ", "#quiet");
}

// M-7, M-8, I-22, I-45
TEST_P(ModerationAcross, ANativeOperatorInvitesAndSetsKeyLimitAndModesForWhoIsOnIrc) {
  gather("door");
  native_does("/kick " + irc_nick());
  native_does("/mode +i");
  irc_is_refused("JOIN #door", "473");
  native_does("/invite " + irc_nick());
  irc_sees("INVITE " + irc_nick() + " ");
  irc_->say("JOIN #door");
  irc_->expect(" 366 ", "#door");
  native_does("/mode -i");
  irc_sees("MODE #door -i");
  native_does("/kick " + irc_nick());
  native_does("/key sesame");
  irc_is_refused("JOIN #door", "475");
  native_does("/key off");
  native_does("/limit 1");
  irc_is_refused("JOIN #door sesame", "471");
  native_does("/limit off");
  irc_->say("JOIN #door");
  irc_->expect(" 366 ", "#door");
  irc_is_refused("TOPIC #door :mine", "482");
  native_does("/op " + irc_nick());
  irc_sees("MODE #door +o " + irc_nick());
  irc_->say("TOPIC #door :ours");
  native_->expect({{"event", "topic"}, {"text", "ours"}});
}

// M-1, M-9, M-11, I-40
TEST_P(ModerationAcross, AnOperatorOnIrcMutesBansAndInvitesWhoIsNative) {
  gather("tea");
  native_does("/op " + irc_nick());
  irc_sees("MODE #tea +o " + irc_nick());
  irc_->say("MODE #tea -qo " + native_nick() + " " + native_nick());
  irc_->expect(" 482 "); // a founder is out of an operator's reach
  native_does("/mode -qo " + native_nick() + " " + native_nick());
  irc_->say("MODE #tea +b m:" + native_nick());
  native_sees({{"add", true}, {"mode", "mute"}, {"mask", native_nick() + "!*@*"}});
  native_is_refused("hello?", "muted");
  irc_->say("MODE #tea +v " + native_nick());
  native_sees({{"add", true}, {"mode", "voice"}, {"nick", native_nick()}});
  native_does("hello!");
  irc_->expect("PRIVMSG #tea :hello!");
  irc_->say("MODE #tea -vb " + native_nick() + " m:" + native_nick());
  irc_->say("MODE #tea +b " + native_nick());
  native_sees({{"add", true}, {"mode", "ban"}, {"mask", native_nick() + "!*@*"}});
  irc_->say("KICK #tea " + native_nick() + " :out");
  native_->expect({{"event", "kicked"}, {"nick", native_nick()}, {"reason", "out"}});
  native_is_refused("/join tea", "banned");
  irc_->say("MODE #tea -b " + native_nick());
  irc_->say("MODE #tea +ik sesame");
  irc_->expect(" MODE #tea +ik sesame");
  native_is_refused("/join tea", "invite_only");
  irc_->say("MODE #tea -i");
  irc_->expect(" MODE #tea -i");
  native_is_refused("/join tea", "wrong_key");
  irc_->say("INVITE " + native_nick() + " #tea");
  native_->expect({{"event", "invitation"}, {"room", "tea"}, {"from", irc_nick()}});
  native_does("/join tea");
}

} // namespace
} // namespace godwit::test
