// irssi and weechat as people run them, in a terminal, with somebody at the native client: one room, over TLS that is
// verified by the development CA. Their screens are in the test's output.
#include "tests/support/cluster.hpp"
#include "tests/support/irc_fixture.hpp"
#include "tests/support/terminal.hpp"

#include <gtest/gtest.h>

#include <iostream>

namespace godwit::test {
namespace {

std::string port_of(const std::string& address) { return address.substr(address.rfind(':') + 1); }

struct irc_programs : ::testing::Test {
  irc_programs() {
    running.start();
    native = running.join("ann", "tea");
    native->settle();
  }
  ~irc_programs() override {
    std::cout << "irssi:\n" << irssi.screen();
    if (weechat)
      std::cout << "weechat:\n" << weechat->screen();
  }

  std::string ca() const { return running.path("var/ca.pem"); }
  void connect_irssi() {
    irssi.expect({"[(status)]"});
    irssi.type("/connect -4 -tls -tls_verify -tls_cafile " + ca() + " localhost " + port_of(running.irc_address())
               + " \"\" irs");
    irssi.expect({"Welcome to"});
    irssi.type("/join #tea");
    native->expect({{"event", "joined"}, {"from", "irs"}});
    irssi.expect({"[#tea]"});
  }
  void connect_weechat() {
    weechat =
      std::make_unique<terminal>(std::vector<std::string>{"/usr/bin/weechat", "--dir", homes.path("weechat"), "-r",
                                                          "/set weechat.network.gnutls_ca_user \"" + ca() + "\"", "-r",
                                                          "/server add gw localhost/" + port_of(running.irc_address())
                                                            + " -ssl -ssl_verify -noipv6 -nicks=wee -autojoin=#tea",
                                                          "-r", "/connect gw"});
    native->expect({{"event", "joined"}, {"from", "wee"}});
    weechat->type("/buffer #tea");
    weechat->expect({"#tea", "ann"});
  }
  void native_says(const std::string& text) {
    native->ask(text);
    irssi.expect({text});
    weechat->expect({text});
  }

  cluster running{"local"};
  temporary_folder homes;
  std::unique_ptr<chat_client> native;
  terminal irssi{{"/usr/bin/irssi", "--home=" + homes.path("irssi")}};
  std::unique_ptr<terminal> weechat; ///< begins with connect_weechat
};

TEST_F(irc_programs, TalkAskKickReconnectAndAreToldWhatWasSaidBefore) {
  connect_irssi();
  connect_weechat();

  native_says("hello from native");
  irssi.type("hello from irssi");
  native->expect({{"event", "posted"}, {"from", "irs"}, {"text", "hello from irssi"}});
  weechat->expect({"hello from irssi"});
  weechat->type("hello from weechat");
  native->expect({{"event", "posted"}, {"from", "wee"}, {"text", "hello from weechat"}});
  irssi.expect({"hello from weechat"});
  irssi.type("/me waves");
  weechat->expect({"irs waves"});
  irssi.type("/msg wee psst");
  weechat->expect({"3.  irs"}); // its list of buffers
  weechat->type("/buffer irs");
  weechat->expect({"psst"});
  weechat->type("/buffer #tea");

  irssi.type("/window goto 1"); // where its answers to questions go
  irssi.type("/whois ann");
  irssi.expect({"ann [", "channels : ~@#tea", "End of WHOIS"});
  irssi.type("/list -yes");
  irssi.expect({"#tea 3"});
  irssi.type("/window goto 2");

  native->ask("/kick irs enough");
  irssi.expect({"kicked from #tea", "enough"});
  weechat->expect({"ann has kicked irs (enough)"});
  native->ask("while you were away");
  irssi.type("/window goto 1");
  irssi.type("/join #tea");
  irssi.expect({"[#tea]", "while you were away"});

  weechat->type("/reconnect gw");
  native->expect({{"event", "quit"}, {"from", "wee"}});
  const auto seen = native->count();
  native->expect({{"event", "joined"}, {"from", "wee"}}, seen - 1);
  native_says("welcome back");

  native->ask("/topic a pot of tea");
  irssi.expect({"a pot of tea"});
  weechat->expect({"a pot of tea"});
  irssi.type("/quit bye");
  native->expect({{"event", "quit"}, {"from", "irs"}, {"reason", "Quit: bye"}});
}

} // namespace
} // namespace godwit::test
