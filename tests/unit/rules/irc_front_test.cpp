#include "messages/irc/irc_limits.hpp"
#include "tests/unit/rules/irc_front_fixture.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace godwit {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

// I-10
TEST_F(IrcFront, AsksForALogInStepByStep) {
  EXPECT_EQ(take("CAP LS 302").request, ask::request(ask::hold_login{true}));
  EXPECT_THAT(answer(tell::noted{}), StartsWith(":irc.test CAP * LS :message-tags server-time"));
  EXPECT_EQ(take("nick ada").request, ask::request(ask::take_nick{"ada"}));
  EXPECT_EQ(take("USER ada 0 * :Ada L.").request, ask::request(ask::introduce{"ada", "Ada L."}));
  EXPECT_EQ(take("CAP END").request, ask::request(ask::hold_login{false}));
}

// I-11, I-17
TEST_F(IrcFront, WelcomesWithTheNumericsThatClientsWaitFor) {
  const auto text = log_in();
  EXPECT_THAT(text, HasSubstr(":irc.test 001 ada :Welcome to the Test network, ada!~ada@cloak\r\n"));
  for (const auto* each : {" 002 ada ", " 003 ada ", " 004 ada irc.test ", " 005 ada ", " 422 ada "})
    EXPECT_THAT(text, HasSubstr(each));
  EXPECT_THAT(text, AllOf(HasSubstr("CHANMODES=beI,k,l,imnst"), HasSubstr("PREFIX=(qaohv)~&@%+"),
                          HasSubstr("NETWORK=Test"), HasSubstr(" WHOX "), HasSubstr("BOT=B")));
}

// I-12
TEST_F(IrcFront, NamesTheNickThatIsTaken) {
  take("NICK ada");
  answer(tell::noted{});
  take("USER ada 0 * :Ada");
  EXPECT_EQ(answer(error{error_code::nick_in_use, {}}), ":irc.test 433 * ada :Nickname is already in use\r\n");
  take("NICK root");
  EXPECT_THAT(answer(error{error_code::nick_reserved, {}}), StartsWith(":irc.test 432 * root :"));
}

// I-13
TEST_F(IrcFront, RefusesWhatNeedsALogIn) {
  EXPECT_EQ(local("MOTD"), ":irc.test 451 * :You have not registered\r\n");
  take("JOIN #a");
  EXPECT_EQ(answer(error{error_code::not_logged_in, {}}), ":irc.test 451 * :You have not registered\r\n");
}

// I-16
TEST_F(IrcFront, TakesAListOfCapabilitiesWholeOrNotAtAll) {
  take("CAP REQ :echo-message no-such-thing");
  EXPECT_EQ(answer(tell::noted{}), ":irc.test CAP * NAK :echo-message no-such-thing\r\n");
  EXPECT_FALSE(front_.state().capabilities.has(irc::capability::echo_message));
  take("CAP REQ :echo-message batch");
  EXPECT_EQ(answer(tell::noted{}), ":irc.test CAP * ACK :echo-message batch\r\n");
  EXPECT_TRUE(front_.state().capabilities.has(irc::capability::echo_message));
  EXPECT_EQ(local("CAP LIST"), ":irc.test CAP * LIST :echo-message batch\r\n");
  EXPECT_EQ(local("CAP WHAT"), ":irc.test 410 * WHAT :Invalid CAP command\r\n");
}

TEST_F(IrcFront, KeepsForTheClientOnlyWhatHasBeenAnswered) {
  take("CAP REQ :echo-message");
  EXPECT_EQ(front_.state(), irc_state{}) << "a frame that is not answered comes again to the next owner";
  answer(tell::noted{});
  EXPECT_NE(front_.state(), irc_state{});
}

TEST_F(IrcFront, GoesOnFromAFormerOwnersState) {
  request("echo-message");
  log_in();
  irc_front next(network_, "cloak");
  next.restore(front_.state());
  EXPECT_EQ(next.profile(), front_.profile());
  EXPECT_EQ(next.mask(), "~ada@cloak");
}

// I-21, I-22
TEST_F(IrcFront, JoinsEachChannelWithItsKeyAndAsksWhatClientsWaitFor) {
  const auto command = take("JOIN #a,#b key,");
  ask::join a{"a"};
  a.key = "key";
  EXPECT_EQ(command.request, ask::request(a));
  ASSERT_EQ(command.further.size(), 7U);
  EXPECT_EQ(command.further[0], ask::request(ask::read_topic{"a"}));
  EXPECT_EQ(command.further[1], ask::request(ask::members{"a"}));
  EXPECT_EQ(command.further[2], ask::request(ask::replay{"a", 50}));
  EXPECT_EQ(command.further[3], ask::request(ask::join{"b"}));
}

// I-22
TEST_F(IrcFront, JoinsNoMoreChannelsThanFitIntoAFrame) {
  std::string line = "JOIN #0";
  for (int i = 1; i != 100; ++i)
    line += ",#" + std::to_string(i);
  const auto command = take(line);
  EXPECT_EQ(command.further.size(), 4 * limits::irc_channels_per_line_max);
  EXPECT_EQ(command.further.back(), ask::request(ask::local{}));
  EXPECT_LE(1 + command.further.size(), frame_parts_max);
}

// I-22, I-23
TEST_F(IrcFront, RefusesByTheNumericThatEachFaultHas) {
  log_in();
  const std::vector<std::pair<error_code, std::string>> rows{
    {error_code::banned, "474"},    {error_code::invite_only, "473"},  {error_code::wrong_key, "475"},
    {error_code::room_full, "471"}, {error_code::room_invalid, "403"}, {error_code::too_many_rooms, "405"},
  };
  for (const auto& [code, number] : rows) {
    take("JOIN #a");
    EXPECT_THAT(answer(error{code, {}}), StartsWith(":irc.test " + number + " ada #a :"));
    EXPECT_EQ(answer(error{error_code::not_in_room, {}}, 1), "") << "the join itself has said it";
  }
  take("TOPIC #a :new");
  EXPECT_THAT(answer(error{error_code::not_permitted, {}}), StartsWith(":irc.test 482 ada #a :"));
  take("PART #a");
  EXPECT_THAT(answer(error{error_code::not_in_room, {}}), StartsWith(":irc.test 442 ada #a :"));
}

// I-24
TEST_F(IrcFront, PostsToChannelsPeopleAndThoseWithAMode) {
  const auto command = take("PRIVMSG #a,bob,@#a :hi");
  ask::post first{ask::room_named{"a"}, "hi"};
  EXPECT_EQ(command.request, ask::request(first));
  ASSERT_EQ(command.further.size(), 2U);
  EXPECT_EQ(command.further[0], ask::request(ask::post{ask::person_named{"bob"}, "hi"}));
  ask::post ops{ask::room_named{"a"}, "hi"};
  ops.audience = member_mode::room_operator;
  EXPECT_EQ(command.further[1], ask::request(ops));
  take("NOTICE #a :hi");
  EXPECT_EQ(answer(error{error_code::not_in_room, {}}), "");
  EXPECT_EQ(local("JOIN :"), ":irc.test 451 * :You have not registered\r\n"); // irssi says it to see where it is
  EXPECT_EQ(local("USER a"), ":irc.test 461 * USER :Not enough parameters\r\n");
  EXPECT_EQ(local("PRIVMSG #a"), ":irc.test 451 * :You have not registered\r\n");
}

// I-25
TEST_F(IrcFront, NamesMembersWithTheirPrefixes) {
  log_in();
  const tell::members rows{
    {{"ada", "", member_modes{member_mode::room_operator} | member_modes{member_mode::voice}, "~a@h", "Ada"},
     {"bob", "", {}, "~b@h", "Bob"}}};
  take("NAMES #a");
  EXPECT_EQ(answer(rows), ":irc.test 353 ada = #a :@ada bob\r\n:irc.test 366 ada #a :End of /NAMES list\r\n");
  request("multi-prefix userhost-in-names");
  take("NAMES #a");
  EXPECT_THAT(answer(rows), HasSubstr(":@+ada!~a@h bob!~b@h\r\n"));
}

// I-26
TEST_F(IrcFront, ShowsWhoIsInAChannel) {
  log_in();
  const tell::members rows{{{"bob", "out", member_modes{member_mode::voice}, "~b@h", "Bob B."}}};
  take("WHO #a");
  EXPECT_EQ(answer(rows), ":irc.test 352 ada #a ~b h irc.test bob G+ :0 Bob B.\r\n"
                          ":irc.test 315 ada #a :End of /WHO list\r\n");
  take("WHO #a %tcnf,42");
  EXPECT_THAT(answer(rows), StartsWith(":irc.test 354 ada 42 #a bob G+\r\n"));
}

// I-27
TEST_F(IrcFront, ListsChannelsOfASize) {
  log_in();
  const tell::rooms rows{{{"big", 9, "much"}, {"small", 1, ""}}};
  take("LIST >5");
  EXPECT_EQ(answer(rows), ":irc.test 322 ada #big 9 :much\r\n:irc.test 323 ada :End of /LIST\r\n");
}

// I-35
TEST_F(IrcFront, ReplaysWhatWasSaidInABatch) {
  log_in();
  request("batch server-time");
  take("JOIN #a");
  auto entry = std::make_shared<log_entry>();
  entry->nick = "bob";
  entry->mask = "~b@h";
  entry->time = timestamp{std::chrono::microseconds{1'700'000'000'000'000}};
  entry->body = posted{"before"};
  EXPECT_EQ(answer(tell::history{lobby, {{lobby, 0, entry}}}, 3),
            ":irc.test BATCH +replay chathistory #a\r\n"
            "@batch=replay;time=2023-11-14T22:13:20.000Z :bob!~b@h PRIVMSG #a :before\r\n"
            ":irc.test BATCH -replay\r\n");
}

// I-36
TEST_F(IrcFront, EchoesToThoseWhoAskedForIt) {
  log_in();
  open_lobby();
  take("PRIVMSG #lobby :hi");
  EXPECT_EQ(show(posted{"hi"}, op_), "");
  request("echo-message");
  EXPECT_EQ(show(posted{"hi"}, op_), ":ada!~b@host PRIVMSG #lobby :hi\r\n");
}

// I-36
TEST_F(IrcFront, EchoesWordsInAConversationUnderTheNickThatThePersonHasNow) {
  log_in();
  request("echo-message");
  front_.tell(tell::room_opened{lobby, {}, "bob", 0});
  show(renamed{"rob"});
  take("PRIVMSG rob :hi");
  EXPECT_EQ(show(posted{"hi"}, op_), ":ada!~b@host PRIVMSG rob :hi\r\n");
  show(joined{}); // back as bob
  take("PRIVMSG bob :hi");
  EXPECT_EQ(show(posted{"hi"}, op_), ":ada!~b@host PRIVMSG bob :hi\r\n");
}

// I-14
TEST_F(IrcFront, TellsAQuitAndANewNickOnce) {
  log_in();
  open_lobby();
  EXPECT_EQ(show(left{"bye", true}), ":bob!~b@host QUIT :bye\r\n");
  EXPECT_EQ(show(left{"bye", true}), "") << "another room logs the same quit";
  EXPECT_NE(show(left{"bye", true}, 0, session_id{9}, 2), "");
  EXPECT_EQ(show(renamed{"rob"}, 0, session_id{10}), ":bob!~b@host NICK :rob\r\n");
}

TEST_F(IrcFront, TellsItsOwnNickByTheAnswerAlone) {
  log_in();
  open_lobby();
  take("NICK eve");
  EXPECT_EQ(show(renamed{"eve"}, op_), "");
  EXPECT_EQ(answer(tell::nick_changed{"eve"}), ":ada!~ada@cloak NICK :eve\r\n");
  EXPECT_EQ(local("STATS"), ":irc.test 219 eve * :End of /STATS report\r\n");
}

// I-14, I-36
TEST_F(IrcFront, ShowsItsOwnDoingsUnderTheNickThatItWasToldLast) {
  log_in();
  request("echo-message");
  open_lobby();
  take("NICK eve");
  take("PRIVMSG #lobby :hi");
  log_entry said;
  said.seq = 2;
  said.name = {session_id{9}, op_, 0};
  said.nick = "eve"; // the lobby has the new nick, another room has not yet
  said.mask = "~b@host";
  said.body = posted{"hi"};
  const auto shown = [&] {
    const auto shared = std::make_shared<const std::string>(":eve!~b@host PRIVMSG #lobby :hi\r\n");
    return *front_.show(tell::event{lobby, op_, std::make_shared<const log_entry>(said)}, shared);
  };
  EXPECT_EQ(shown(), ":ada!~b@host PRIVMSG #lobby :hi\r\n");
  op_ -= 1;
  EXPECT_EQ(answer(tell::nick_changed{"eve"}), ":ada!~ada@cloak NICK :eve\r\n");
  op_ += 1;
  EXPECT_EQ(shown(), ":eve!~b@host PRIVMSG #lobby :hi\r\n");
}

// I-37
TEST_F(IrcFront, AnswersALabelByALineABatchOrAnAck) {
  log_in();
  request("labeled-response batch echo-message message-tags");
  open_lobby();
  EXPECT_EQ(local("@label=x PONG 1"), "@label=x :irc.test ACK\r\n");
  EXPECT_EQ(local("@label=y STATS"), "@label=y :irc.test 219 ada * :End of /STATS report\r\n");
  EXPECT_THAT(local("@label=z MOTD"), StartsWith("@label=z :irc.test 422"));
  EXPECT_THAT(local("@label=w LINKS"), StartsWith("@label=w :irc.test BATCH +label-7 labeled-response\r\n"
                                                  "@batch=label-7 :irc.test 364"));
  take("@label=v PRIVMSG #lobby :hi");
  EXPECT_THAT(show(posted{"hi"}, op_), StartsWith("@label=v;"));
  EXPECT_EQ(confirm(), "") << "the echo was the answer";
}

// I-37
TEST_F(IrcFront, PutsWhatARoomLogsIntoTheBatchOfItsLabel) {
  log_in();
  request("labeled-response batch");
  open_lobby();
  take("@label=j JOIN #lobby");
  EXPECT_EQ(show(joined{{}, "Ada"}, op_), "@label=j :irc.test BATCH +label-4 labeled-response\r\n"
                                          "@batch=label-4 :ada!~b@host JOIN #lobby\r\n");
  EXPECT_EQ(show(posted{"hi BATCH you"}), ":bob!~b@host PRIVMSG #lobby :hi BATCH you\r\n") << "of another";
  EXPECT_EQ(answer(tell::topic{lobby, "of a BATCH kind", "bob", {}}, 1), "");
  EXPECT_THAT(confirm(), StartsWith("@batch=label-4 :irc.test 332 ada #lobby :of a BATCH kind\r\n"));
  take("@label=t TOPIC #lobby :new");
  EXPECT_EQ(show(topic_set{"new"}, op_), "@label=t :ada!~b@host TOPIC #lobby :new\r\n");
  EXPECT_EQ(confirm(), "");
  take("@label=k KICK #lobby bob,cid");
  EXPECT_THAT(show(kicked{{12}, "bob", "x"}, op_),
              StartsWith("@label=k :irc.test BATCH +label-6 labeled-response\r\n"));
  EXPECT_EQ(answer(error{error_code::no_such_member, "cid"}, 1), "");
  EXPECT_EQ(confirm(), "@batch=label-6 :irc.test 441 ada cid #lobby :They aren't on that channel\r\n"
                       ":irc.test BATCH -label-6\r\n");
}

// I-37, I-54
TEST_F(IrcFront, EndsTheBatchThatAFormerOwnerHasBegun) {
  log_in();
  request("labeled-response batch");
  open_lobby();
  take("@label=j JOIN #lobby");
  const auto begun = show(joined{{}, "Ada"}, op_);
  irc_front next{network_, "cloak"};
  next.restore(front_.state());
  next.go_on(op_ + 1, {});
  next.take(op_, "@label=j JOIN #lobby");
  EXPECT_EQ(next.tell(client_reply{op_, false, tell::was_posted{lobby, 3, {}}, 0}), "");
  EXPECT_EQ(next.tell(client_reply{op_, false, tell::topic{lobby, "of this", "bob", {}}, 1}), "");
  const auto ended = next.tell(tell::confirmed{op_});
  EXPECT_THAT(begun, HasSubstr("BATCH +label-4 "));
  EXPECT_THAT(ended, StartsWith("@batch=label-4 :irc.test 332 ada #lobby :of this\r\n"));
  EXPECT_THAT(ended, testing::EndsWith(":irc.test BATCH -label-4\r\n"));
  EXPECT_THAT(ended, Not(HasSubstr("+label")));
}

// I-37, I-54
TEST_F(IrcFront, BeginsNoBatchAsLongAsAFormerOwnerMayHaveBegunIt) {
  log_in();
  request("labeled-response batch");
  open_lobby();
  front_.go_on(op_ + 2, {});
  take("@label=k KICK #lobby bob,cid");
  EXPECT_EQ(show(kicked{{12}, "cid", "x"}, op_), ":ada!~b@host KICK #lobby cid :x\r\n");
  EXPECT_EQ(answer(tell::was_posted{lobby, 2, {}}, 0), "");
  EXPECT_EQ(confirm(), ":irc.test BATCH -label-4\r\n") << "the first of the two was shown before";
  front_.go_on(op_ + 2, {});
  take("@label=l KICK #lobby bob,cid");
  show(kicked{{12}, "cid", "x"}, op_);
  EXPECT_EQ(confirm(), "@label=l :irc.test ACK\r\n") << "it was not";
}

// I-37
TEST_F(IrcFront, BeginsABatchAnewOnlyIfItsBeginningWasLost) {
  log_in();
  request("labeled-response batch");
  open_lobby();
  take("@label=j JOIN #lobby");
  show(joined{{}, "Ada"}, op_);
  front_.go_on(std::nullopt, {{lobby, 3}});
  front_.take(op_, "@label=j JOIN #lobby");
  EXPECT_EQ(confirm(), ":irc.test BATCH -label-4\r\n");
  take("@label=k JOIN #lobby");
  show(joined{{}, "Ada"}, op_);
  front_.go_on(std::nullopt, {{lobby, 2}});
  front_.take(op_, "@label=k JOIN #lobby");
  EXPECT_THAT(show(joined{{}, "Ada"}, op_), StartsWith("@label=k :irc.test BATCH +label-5 "));
  EXPECT_EQ(confirm(), ":irc.test BATCH -label-5\r\n");
}

// I-45, I-78
TEST_F(IrcFront, SaysWhetherAnInvitationWentOut) {
  log_in();
  request("invite-notify");
  open_lobby();
  take("INVITE bob #lobby");
  EXPECT_EQ(show(invited{{12}, "Bob"}, op_), ":irc.test 341 ada Bob #lobby\r\n");
  EXPECT_EQ(confirm(), "");
  take("INVITE bob #lobby");
  EXPECT_EQ(confirm(), ":irc.test 443 ada bob #lobby :is already on channel\r\n");
  take("INVITE bob #lobby");
  EXPECT_THAT(answer(error{error_code::not_permitted, {}}), StartsWith(":irc.test 482 ada #lobby :"));
  EXPECT_EQ(confirm(), "");
  EXPECT_EQ(show(invited{{12}, "cid"}), ":bob!~b@host INVITE cid #lobby\r\n") << "another's";
}

// I-5
TEST_F(IrcFront, NamesWhatIsNoUtf8) {
  log_in();
  request("standard-replies");
  EXPECT_THAT(local("PRIVMSG #a :caf\xe9"), StartsWith(":irc.test FAIL PRIVMSG INVALID_UTF8 :"));
}

// I-2
TEST_F(IrcFront, AnswersALineThatIsTooLong) {
  log_in();
  EXPECT_THAT(local("PRIVMSG #a :" + std::string(600, 'x')), StartsWith(":irc.test 417 ada :"));
}

// I-41, I-44
TEST_F(IrcFront, ShowsModesAndLists) {
  log_in();
  tell::settings settings{lobby, {}};
  settings.what.flags = new_room_flags;
  settings.what.bans.push_back({"*!*@bad", "bob", timestamp{std::chrono::seconds{5}}});
  take("MODE #lobby");
  EXPECT_THAT(answer(settings), StartsWith(":irc.test 324 ada #lobby +nt\r\n"));
  take("MODE #lobby b");
  EXPECT_EQ(answer(settings), ":irc.test 367 ada #lobby *!*@bad bob 5\r\n"
                              ":irc.test 368 ada #lobby :End of channel ban list\r\n");
}

TEST_F(IrcFront, SaysWhatTimeItIs) {
  log_in();
  front_.set_now(timestamp{std::chrono::seconds{1'700'000'000}});
  EXPECT_EQ(local("TIME"), ":irc.test 391 ada irc.test :2023-11-14T22:13:20.000Z\r\n");
}

TEST_F(IrcFront, AnswersUnknownAndIncompleteCommands) {
  log_in();
  EXPECT_EQ(local("FROB x"), ":irc.test 421 ada FROB :Unknown command\r\n");
  EXPECT_EQ(local("JOIN"), ":irc.test 461 ada JOIN :Not enough parameters\r\n");
  EXPECT_EQ(local("MODE #a +z"), ":irc.test 472 ada z :is unknown mode char to me\r\n");
}

} // namespace
} // namespace godwit
