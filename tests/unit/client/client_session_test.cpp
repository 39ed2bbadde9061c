// The rules of a client's session, spoken to by a server of a few lines.
#include "client/rules/client_session.hpp"

#include <gtest/gtest.h>

namespace godwit {
namespace {

constexpr room_id lobby{7};

shared_entry entry_at(room_seq seq, entry_body body, std::string nick) {
  log_entry entry;
  entry.seq = seq;
  entry.nick = std::move(nick);
  entry.body = std::move(body);
  return std::make_shared<const log_entry>(std::move(entry));
}

/// An event in the history of the lobby; `op`: of the frame of `session` that caused it.
tell::event past(room_seq seq, entry_body body, std::string nick, std::uint64_t session = 0, std::uint64_t op = 0) {
  return {lobby, 0, entry_at(seq, std::move(body), std::move(nick)), {session_id{session}, op}};
}

/// A client_session and what came out of it.
struct session_fixture : testing::Test {
  client_session rules{"ann", 1};
  std::vector<client_command> sent; ///< since taken last
  std::vector<client_news> told;
  unsigned pauses = 0;
  bool finished = false;
  timestamp server_time{}; ///< when a connection is made

  void perform(client_effects effects) {
    for (auto& each : effects) {
      if (auto* frames = std::get_if<send_frames>(&each))
        sent.insert(sent.end(), frames->frames.begin(), frames->frames.end());
      else if (auto* tell = std::get_if<tell_user>(&each))
        told.push_back(std::move(tell->what));
      else if (std::holds_alternative<begin_pause>(each))
        ++pauses;
      else
        finished = true;
    }
  }

  void submit(request_number number, ask::request request) { perform(rules.submit(number, std::move(request))); }
  void post(request_number number, std::string text) {
    submit(number, ask::post{ask::room_named{"lobby"}, std::move(text)});
  }
  void connect(std::uint64_t session, bool resumed = false) {
    control::server_hello hello;
    hello.session = session_id{session};
    hello.token.fill(static_cast<std::uint8_t>(session));
    hello.resumed = resumed;
    hello.server_time_us = server_time.time_since_epoch().count();
    perform(rules.connected(hello));
  }
  void lose(error_code why) { perform(rules.lost({why, {}})); }
  void say(server_frame frame) { perform(rules.receive(std::move(frame))); }
  void confirm(std::uint64_t op) { say(tell::confirmed{op}); }
  void answer(std::uint64_t op, tell::answer what) { say(client_reply{op, false, std::move(what)}); }
  void event(room_seq seq, entry_body body, std::string nick, std::uint64_t op = 0) {
    say(tell::event{lobby, op, entry_at(seq, std::move(body), std::move(nick))});
  }
  std::vector<client_command> take_sent() { return std::exchange(sent, {}); }

  /// Takes the only frame sent, which must ask for an `Ask`.
  template <class Ask>
  std::pair<std::uint64_t, Ask> take_only() {
    auto frames = take_sent();
    if (frames.size() != 1 || !std::holds_alternative<Ask>(frames[0].request))
      throw std::runtime_error("not one frame of this kind: " + std::to_string(frames.size()));
    return {frames[0].op, std::get<Ask>(frames[0].request)};
  }

  /// Logged in, and in the lobby, of which event 1 (the own join) was told.
  void be_in_the_lobby() {
    connect(1);
    const auto login = take_only<ask::login>();
    answer(login.first, tell::logged_in{"ann"});
    confirm(login.first);
    submit(1, ask::join{"lobby"});
    const auto join = take_only<ask::join>();
    say(tell::room_opened{lobby, "lobby", {}, 0});
    event(1, joined{}, "ann", join.first);
    confirm(join.first);
    told.clear();
  }

  template <class News>
  std::vector<News> of_kind() const {
    std::vector<News> found;
    for (const auto& each : told)
      if (const auto* it = std::get_if<News>(&each))
        found.push_back(*it);
    return found;
  }
  std::vector<room_seq> told_seqs() const {
    std::vector<room_seq> seqs;
    for (const auto& each : of_kind<news::event>())
      seqs.push_back(each.entry->seq);
    return seqs;
  }
};

using ClientSession = session_fixture;
using seqs = std::vector<room_seq>;

TEST_F(ClientSession, LogsInBeforeItSendsAnythingElse) {
  post(1, "hi");
  connect(1);
  const auto login = take_only<ask::login>();
  EXPECT_EQ(login.second.nick, "ann");
  answer(login.first, tell::logged_in{"Ann"});
  confirm(login.first);
  EXPECT_EQ(take_only<ask::post>().second.text, "hi");
  ASSERT_EQ(of_kind<news::logged_in>().size(), 1U);
  EXPECT_EQ(of_kind<news::logged_in>()[0].nick, "Ann");
}

TEST_F(ClientSession, ConfirmsAPostWithItsPlaceAfterTellingItsEvent) {
  be_in_the_lobby();
  post(2, "hi");
  const auto op = take_only<ask::post>().first;
  event(2, posted{"hi"}, "ann", op);
  confirm(op);
  ASSERT_EQ(told.size(), 2U);
  EXPECT_EQ(std::get<news::event>(told[0]).request, 2U);
  const auto& done = std::get<news::confirmed>(told[1]);
  EXPECT_EQ(done.request, 2U);
  ASSERT_TRUE(done.at);
  EXPECT_EQ(done.at->seq, 2U);
  EXPECT_EQ(done.room.name, "lobby");
}

TEST_F(ClientSession, GoesOnWhenItWasReplacedByAResumeOfItsOwnThatItHadGivenUp) {
  be_in_the_lobby();
  lose(error_code::tls_failed);
  lose(error_code::tls_failed); // at another proxy node, before it was greeted
  connect(1, true);
  lose(error_code::replaced);
  EXPECT_FALSE(finished);
  EXPECT_TRUE(rules.to_resume());
  connect(1, true);
  lose(error_code::replaced);
  EXPECT_TRUE(finished) << "this time it is somebody else";
}

TEST_F(ClientSession, StaysInARoomThatItLeftAndJoinedAgainBeforeItWasToldSo) {
  be_in_the_lobby();
  submit(2, ask::leave{"lobby", ""});
  submit(3, ask::join{"lobby"});
  const auto asked = take_sent();
  ASSERT_EQ(asked.size(), 2U);
  lose(error_code::tls_failed);
  connect(1, true);
  take_sent(); // both again
  say(tell::room_opened{lobby, "lobby", {}, 2});
  confirm(asked[1].op);
  const auto missed = take_only<ask::history>();
  tell::history both{lobby, {past(2, left{}, "ann"), past(3, joined{}, "ann")}};
  both.events[0].op = asked[0].op;
  both.events[1].op = asked[1].op;
  answer(missed.first, std::move(both));
  confirm(missed.first);
  event(4, posted{"hi"}, "bob");
  EXPECT_EQ(told_seqs(), (seqs{2, 3, 4}));
}

TEST_F(ClientSession, ReckonsWithAnyTimeThatAServerSays) { // with ubsan: an overflow ends the program
  request_number number = 0;
  for (const auto time : {INT64_MIN, std::int64_t{-1}, INT64_MAX}) {
    control::server_hello hello;
    hello.session = session_id{1};
    hello.server_time_us = time;
    perform(rules.connected(hello));
    perform(rules.submit(++number, ask::post{ask::room_named{"lobby"}, "x"}));
  }
  EXPECT_FALSE(rules.is_over());
}

TEST_F(ClientSession, OffersItsTokenAndPositionsToResume) {
  EXPECT_FALSE(rules.to_resume());
  be_in_the_lobby();
  lose(error_code::tls_failed);
  const auto offer = rules.to_resume();
  ASSERT_TRUE(offer);
  EXPECT_EQ(offer->session, session_id{1});
  EXPECT_EQ(offer->token[0], 1);
  EXPECT_EQ(offer->positions, (std::vector<stream_position>{{lobby.value, 1}}));
}

TEST_F(ClientSession, ResendsAfterAResumeWithTheSameOpsAndDropsRepeats) {
  be_in_the_lobby();
  post(2, "a");
  post(3, "b");
  const auto first = take_sent();
  event(2, posted{"a"}, "ann", first[0].op); // told, but its confirmation is lost
  lose(error_code::tls_failed);
  post(4, "c"); // made while away
  EXPECT_TRUE(sent.empty());
  connect(1, true);
  const auto again = take_sent();
  ASSERT_EQ(again.size(), 3U);
  EXPECT_EQ(again[0].op, first[0].op);
  EXPECT_TRUE(again[0].resent && again[1].resent);
  EXPECT_FALSE(again[2].resent);
  event(2, posted{"a"}, "ann", first[0].op);
  answer(again[0].op, tell::was_posted{lobby, 2, {}});
  event(3, posted{"b"}, "ann", again[1].op);
  event(4, posted{"c"}, "ann", again[2].op);
  confirm(again[2].op);
  EXPECT_EQ(told_seqs(), (seqs{2, 3, 4}));
  EXPECT_EQ(of_kind<news::confirmed>().size(), 3U);
}

TEST_F(ClientSession, ComesBackWithANewSessionAndTellsWhatItMissedInPlace) {
  be_in_the_lobby();
  lose(error_code::tls_failed);
  lose(error_code::resume_refused);
  EXPECT_FALSE(rules.to_resume());
  connect(2);
  const auto login = take_only<ask::login>();
  EXPECT_EQ(login.first, 1U); // ops begin again
  answer(1, tell::logged_in{"ann"});
  confirm(1);
  const auto join = take_only<ask::join>();
  say(tell::room_opened{lobby, "lobby", {}, 4});
  const auto missed = take_only<ask::history>();
  EXPECT_EQ(std::get<ask::since>(missed.second.range).seq, 1U);
  event(5, joined{}, "ann", join.first);
  event(6, posted{"late"}, "bob");
  confirm(join.first);
  EXPECT_TRUE(told_seqs().empty());
  answer(missed.first, tell::history{lobby,
                                     {{lobby, 0, entry_at(2, posted{"x"}, "bob")},
                                      {lobby, 0, entry_at(3, left{"", true}, "ann")},
                                      {lobby, 0, entry_at(4, posted{"y"}, "bob")},
                                      {lobby, join.first, entry_at(5, joined{}, "ann")}}});
  confirm(missed.first);
  EXPECT_EQ(told_seqs(), (seqs{2, 3, 4, 5, 6}));
  EXPECT_EQ(of_kind<news::event>()[0].from, news::source::missed);
  EXPECT_TRUE(of_kind<news::logged_in>()[0].again);
  post(2, "hello again");
  EXPECT_EQ(take_only<ask::post>().second.text, "hello again");
}

TEST_F(ClientSession, TellsOnceOnAConnectionThatARoomIsOpen) {
  be_in_the_lobby();
  say(tell::room_opened{lobby, "lobby", {}, 1}); // its session has moved
  EXPECT_TRUE(of_kind<news::room_opened>().empty());
  say(tell::room_opened{lobby, "Lobby", {}, 1});
  EXPECT_EQ(of_kind<news::room_opened>().size(), 1U);
}

TEST_F(ClientSession, SendsOnlyThosePostsAgainThatTheLogDoesNotHave) {
  be_in_the_lobby();
  post(2, "a");
  post(3, "b");
  take_sent();
  lose(error_code::session_ended);
  post(4, "c");
  connect(2);
  take_sent();
  answer(1, tell::logged_in{"ann"});
  confirm(1);
  const auto join = take_only<ask::join>();
  say(tell::room_opened{lobby, "lobby", {}, 3});
  confirm(join.first);
  const auto missed = take_only<ask::history>();
  answer(missed.first, tell::history{lobby, {past(2, posted{"a"}, "ann", 1, 3), past(3, left{"", true}, "ann")}});
  EXPECT_EQ(of_kind<news::event>().at(0).request, 2U);
  confirm(missed.first);
  const auto again = take_sent();
  ASSERT_EQ(again.size(), 2U);
  EXPECT_EQ(std::get<ask::post>(again[0].request).text, "b");
  EXPECT_FALSE(again[0].resent);
  EXPECT_EQ(std::get<ask::post>(again[1].request).text, "c");
  const auto done = of_kind<news::confirmed>();
  ASSERT_EQ(done.size(), 1U);
  EXPECT_EQ(done[0].request, 2U);
  EXPECT_EQ(done[0].at->seq, 2U);
}

TEST_F(ClientSession, JoinsAgainBehindALeaveThatItSendsAgain) {
  be_in_the_lobby();
  submit(2, ask::leave{"lobby", ""});
  submit(3, ask::join{"lobby"});
  take_sent();
  lose(error_code::session_ended);
  connect(2);
  take_sent();
  answer(1, tell::logged_in{"ann"});
  confirm(1);
  const auto back = take_only<ask::join>();
  say(tell::room_opened{lobby, "lobby", {}, 1});
  confirm(back.first);
  EXPECT_TRUE(of_kind<news::confirmed>().empty()) << "it is in, but will leave";
  const auto again = take_sent();
  ASSERT_EQ(again.size(), 2U);
  EXPECT_TRUE(std::holds_alternative<ask::leave>(again[0].request));
  EXPECT_TRUE(std::holds_alternative<ask::join>(again[1].request));
}

TEST_F(ClientSession, KnowsFromItsOwnEventThatAPostIsLoggedEvenIfTheSessionIsLost) {
  be_in_the_lobby();
  post(2, "a");
  const auto op = take_only<ask::post>().first;
  event(2, posted{"a"}, "ann", op);
  lose(error_code::session_ended);
  connect(2);
  ASSERT_EQ(of_kind<news::confirmed>().size(), 1U);
  EXPECT_EQ(of_kind<news::confirmed>()[0].at->seq, 2U);
}

TEST_F(ClientSession, LooksForAPostToARoomThatItHadNotSeenYet) {
  connect(1);
  take_sent();
  answer(1, tell::logged_in{"ann"});
  confirm(1);
  submit(1, ask::join{"lobby"});
  post(2, "a");
  take_sent();
  lose(error_code::session_ended);
  connect(2);
  take_sent();
  answer(1, tell::logged_in{"ann"});
  confirm(1);
  const auto join = take_only<ask::join>();
  say(tell::room_opened{lobby, "lobby", {}, 3});
  confirm(join.first);
  const auto evidence = take_only<ask::history>();
  ASSERT_TRUE(std::holds_alternative<ask::newest>(evidence.second.range));
  answer(evidence.first, tell::history{lobby, {past(1, joined{}, "ann", 1, 2), past(2, posted{"a"}, "ann", 1, 3)}});
  confirm(evidence.first);
  EXPECT_TRUE(sent.empty());
  EXPECT_EQ(of_kind<news::confirmed>().size(), 2U); // the join and the post
  EXPECT_TRUE(told_seqs().empty());
}

/// Of a client that is in the lobby, has sent "a" there with op 3 of session 1, and lost that.
struct ClientInDoubt : session_fixture {
  void come_back(room_seq seq) {
    be_in_the_lobby();
    post(2, "a");
    EXPECT_EQ(take_only<ask::post>().first, 3U);
    lose(error_code::session_ended);
    connect(2);
    take_sent();
    answer(1, tell::logged_in{"ann"});
    confirm(1);
    const auto join = take_only<ask::join>();
    say(tell::room_opened{lobby, "lobby", {}, seq});
    confirm(join.first);
  }
};

// H-6
TEST_F(ClientInDoubt, TakesNoPostOfTheSameWordsForItsOwn) {
  come_back(6);
  const auto missed = take_only<ask::history>();
  answer(missed.first, tell::history{lobby,
                                     {past(2, posted{"a"}, "ann"),       // another person, when the nick was free
                                      past(3, posted{"a"}, "ann", 5, 3), // another client of the same person
                                      past(4, posted{"a"}, "ann", 1, 2), // said before
                                      past(5, topic_set{"a"}, "ann", 1, 3), past(6, left{"", true}, "ann")}});
  confirm(missed.first);
  EXPECT_EQ(take_only<ask::post>().second.text, "a");
  EXPECT_TRUE(of_kind<news::confirmed>().empty());
}

// H-6
TEST_F(ClientInDoubt, FindsItsPostHoweverMuchFollowed) {
  constexpr room_seq last = 5'001;
  come_back(last);
  room_seq got = 1;
  while (got < last) {
    const auto missed = take_only<ask::history>();
    ASSERT_EQ(std::get<ask::since>(missed.second.range).seq, got);
    tell::history piece{lobby, {}};
    for (unsigned i = 0; i < missed.second.limit && got < last; ++i) {
      ++got;
      piece.events.push_back(got == 2 ? past(2, posted{"a"}, "anna", 1, 3) : past(got, posted{"a"}, "bob"));
    }
    answer(missed.first, std::move(piece));
    confirm(missed.first);
  }
  // Where an answer was full, there may be more.
  for (const auto& each : take_sent()) {
    answer(each.op, tell::history{lobby, {}});
    confirm(each.op);
  }
  EXPECT_TRUE(sent.empty());
  ASSERT_EQ(of_kind<news::confirmed>().size(), 1U);
  EXPECT_EQ(of_kind<news::confirmed>()[0].at->seq, 2U);
}

TEST_F(ClientInDoubt, SendsNothingAgainWhereItCanNotLook) {
  be_in_the_lobby();
  post(2, "a");
  take_sent();
  lose(error_code::session_ended);
  connect(2);
  take_sent();
  answer(1, tell::logged_in{"ann"});
  confirm(1);
  const auto join = take_only<ask::join>();
  answer(join.first, error{error_code::room_full, {}});
  confirm(join.first);
  EXPECT_TRUE(sent.empty());
  ASSERT_EQ(of_kind<news::refused>().size(), 1U);
  EXPECT_EQ(of_kind<news::refused>()[0].request, 2U);
  EXPECT_EQ(of_kind<news::refused>()[0].why.code, error_code::room_full);
  EXPECT_FALSE(of_kind<news::refused>()[0].why.detail.empty());
}

// H-6
TEST_F(ClientInDoubt, LooksBackToItsFormerSessionInAConversationThatItHadNotSeenYet) {
  server_time = timestamp{std::chrono::hours{10}};
  connect(1);
  take_sent();
  answer(1, tell::logged_in{"ann"});
  confirm(1);
  submit(1, ask::post{ask::person_named{"bob"}, "psst"});
  submit(2, ask::post{ask::person_named{"bob"}, "hush"});
  take_sent();
  lose(error_code::session_ended);
  connect(2);
  take_sent();
  answer(1, tell::logged_in{"ann"});
  confirm(1);
  constexpr room_seq last = 2'500;
  const auto event_of = [](room_seq seq) {
    auto event = past(seq, posted{"psst"}, "ann");
    if (seq == 301)
      event = past(seq, joined{}, "ann", 1, 2);
    if (seq == 302)
      event.frame = {session_id{1}, 2};
    auto entry = *event.entry;
    entry.time = timestamp{std::chrono::hours{10}};
    event.entry = std::make_shared<const log_entry>(std::move(entry));
    return event;
  };
  std::vector<std::pair<room_seq, room_seq>> pages;
  while (sent.size() == 1 && std::holds_alternative<ask::history>(sent[0].request)) {
    const auto [op, question] = take_only<ask::history>();
    const auto* since = std::get_if<ask::since>(&question.range);
    const auto from = since ? since->seq + 1 : last - std::get<ask::newest>(question.range).count + 1;
    const auto to = since ? since->seq + question.limit : last;
    pages.emplace_back(from, to);
    tell::history piece{room_id{8}, {}};
    for (auto seq = from; seq <= to; ++seq)
      piece.events.push_back(event_of(seq));
    answer(op, std::move(piece));
    confirm(op);
  }
  EXPECT_EQ(pages, (std::vector<std::pair<room_seq, room_seq>>{{1501, 2500}, {501, 1500}, {1, 500}}));
  EXPECT_EQ(take_only<ask::post>().second.text, "hush");
  ASSERT_EQ(of_kind<news::confirmed>().size(), 1U);
  EXPECT_EQ(of_kind<news::confirmed>()[0].request, 1U);
  EXPECT_EQ(of_kind<news::confirmed>()[0].at->seq, 302U);
}

TEST_F(ClientSession, WaitsForItsNickWhileTheFormerSessionHasIt) {
  be_in_the_lobby();
  lose(error_code::resume_refused);
  connect(2);
  take_sent();
  answer(1, error{error_code::nick_in_use, {}});
  confirm(1);
  EXPECT_EQ(pauses, 1U);
  EXPECT_FALSE(rules.is_over());
  perform(rules.pause_over());
  EXPECT_EQ(take_only<ask::login>().first, 2U);
}

TEST_F(ClientSession, EndsWhenItsFirstLoginIsRefused) {
  post(1, "hi");
  connect(1);
  answer(take_only<ask::login>().first, error{error_code::nick_in_use, {}});
  confirm(1);
  ASSERT_EQ(of_kind<news::over>().size(), 1U);
  EXPECT_TRUE(of_kind<news::over>()[0].login_refused);
  EXPECT_EQ(of_kind<news::over>()[0].unfinished, (std::vector<request_number>{1}));
  EXPECT_TRUE(finished);
}

// It may have been there by chance when two worker nodes died (U-18).
TEST_F(ClientSession, LogsInAgainWhereTheServerFailedOnItAndNotWithoutEnd) {
  connect(1);
  for (std::uint64_t op = 1; op <= client_session::failed_logins_max; ++op) {
    EXPECT_FALSE(rules.is_over());
    ASSERT_EQ(take_only<ask::login>().first, op);
    answer(op, error{error_code::internal_error, {}});
    confirm(op);
    perform(rules.pause_over());
  }
  ASSERT_EQ(of_kind<news::over>().size(), 1U);
  EXPECT_TRUE(of_kind<news::over>()[0].login_refused);
  EXPECT_EQ(pauses, client_session::failed_logins_max - 1);
}

TEST_F(ClientSession, SendsARefusedPostAgainWhereTheRefusalPasses) {
  be_in_the_lobby();
  post(2, "a");
  const auto op = take_only<ask::post>().first;
  answer(op, error{error_code::store_unavailable, {}});
  confirm(op);
  post(3, "b"); // behind it
  EXPECT_TRUE(sent.empty());
  perform(rules.pause_over());
  const auto frames = take_sent();
  ASSERT_EQ(frames.size(), 2U);
  EXPECT_EQ(std::get<ask::post>(frames[0].request).text, "a");
  EXPECT_GT(frames[0].op, op);
  EXPECT_TRUE(of_kind<news::refused>().empty());
}

TEST_F(ClientSession, TellsTheUserOfARefusalThatStays) {
  be_in_the_lobby();
  post(2, "a");
  const auto op = take_only<ask::post>().first;
  answer(op, error{error_code::text_too_long, {}});
  confirm(op);
  ASSERT_EQ(of_kind<news::refused>().size(), 1U);
  EXPECT_EQ(of_kind<news::refused>()[0].request, 2U);
  EXPECT_TRUE(of_kind<news::confirmed>().empty());
}

TEST_F(ClientSession, TellsAnAnswerInPiecesOnceAndWhole) {
  be_in_the_lobby();
  submit(2, ask::members{"lobby"});
  const auto op = take_only<ask::members>().first;
  say(client_reply{op, true, tell::members{{{"ann", ""}}}});
  lose(error_code::tls_failed);
  connect(1, true); // the answer begins anew
  say(client_reply{op, true, tell::members{{{"ann", ""}}}});
  say(client_reply{op, false, tell::members{{{"bob", ""}}}});
  EXPECT_TRUE(of_kind<news::answered>().empty());
  confirm(op);
  ASSERT_EQ(of_kind<news::answered>().size(), 1U);
  EXPECT_EQ(std::get<tell::members>(of_kind<news::answered>()[0].answer).rows.size(), 2U);
}

TEST_F(ClientSession, IsOverWhenItsQuitIsConfirmed) {
  be_in_the_lobby();
  submit(2, ask::quit{"bye"});
  confirm(take_only<ask::quit>().first);
  ASSERT_EQ(of_kind<news::over>().size(), 1U);
  EXPECT_FALSE(of_kind<news::over>()[0].why);
  EXPECT_TRUE(of_kind<news::over>()[0].unfinished.empty());
}

TEST_F(ClientSession, NamesAsUnfinishedWhatWasConfirmedInOneWordBehindItsQuit) {
  be_in_the_lobby();
  submit(2, ask::quit{"bye"});
  const auto quit = take_only<ask::quit>().first;
  submit(3, ask::ping{1});
  confirm(quit + 1);
  ASSERT_EQ(of_kind<news::over>().size(), 1U);
  EXPECT_EQ(of_kind<news::over>()[0].unfinished, std::vector<request_number>{3});
}

TEST_F(ClientSession, TakesAnEndedSessionForTheAnswerToItsQuit) {
  be_in_the_lobby();
  submit(2, ask::quit{"bye"});
  lose(error_code::tls_failed);
  EXPECT_FALSE(rules.is_over());
  lose(error_code::session_ended);
  ASSERT_EQ(of_kind<news::over>().size(), 1U);
  EXPECT_FALSE(of_kind<news::over>()[0].why);
}

TEST_F(ClientSession, CallsAConversationByTheNickThatThePersonHasNow) {
  be_in_the_lobby();
  constexpr room_id with_bob{8};
  say(tell::room_opened{with_bob, {}, "bob", 0});
  say(tell::event{with_bob, 0, entry_at(1, renamed{"rob"}, "bob")});
  say(tell::event{with_bob, 0, entry_at(2, posted{"it is me"}, "rob")});
  const auto events = of_kind<news::event>();
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[0].room.person, "bob");
  EXPECT_EQ(events[1].room.person, "rob");
}

TEST_F(ClientSession, CallsAConversationByTheNickThatThePersonComesBackWith) {
  be_in_the_lobby();
  constexpr room_id with_bob{8};
  say(tell::room_opened{with_bob, {}, "bob", 0});
  say(tell::event{with_bob, 0, entry_at(1, left{"", true}, "bob")});
  say(tell::event{with_bob, 0, entry_at(2, joined{}, "rob")});
  say(tell::event{with_bob, 0, entry_at(3, joined{}, "ann")}); // the user himself, by another of his sessions
  say(tell::event{with_bob, 0, entry_at(4, posted{"it is me"}, "rob")});
  EXPECT_EQ(of_kind<news::event>().back().room.person, "rob");
}

TEST_F(ClientSession, TellsAPresenceOnce) {
  be_in_the_lobby();
  say(tell::presence{lobby, "bob", "lunch"});
  say(tell::presence{lobby, "bob", "lunch"});
  event(2, renamed{"rob"}, "bob");
  say(tell::presence{lobby, "rob", "lunch"});
  say(tell::presence{lobby, "rob", ""});
  say(tell::presence{lobby, "cid", ""});
  std::vector<std::pair<std::string, std::string>> told_presence;
  for (const auto& each : of_kind<news::presence>())
    told_presence.emplace_back(each.nick, each.away);
  EXPECT_EQ(told_presence,
            (std::vector<std::pair<std::string, std::string>>{{"bob", "lunch"}, {"rob", ""}, {"cid", ""}}));
}

TEST_F(ClientSession, ForgetsARoomThatItLeft) {
  be_in_the_lobby();
  submit(2, ask::leave{"lobby", ""});
  const auto op = take_only<ask::leave>().first;
  event(2, left{"", false}, "ann", op);
  confirm(op);
  EXPECT_EQ(told_seqs(), (seqs{2}));
  EXPECT_TRUE(rules.to_resume()->positions.empty());
  event(3, posted{"x"}, "bob");
  EXPECT_EQ(told_seqs(), (seqs{2}));
}

TEST_F(ClientSession, GivesUpWhereAnotherAttemptWouldEndTheSameWay) {
  be_in_the_lobby();
  lose(error_code::certificate_refused);
  EXPECT_TRUE(rules.is_over());
  EXPECT_TRUE(finished);
}

TEST_F(ClientSession, SurvivesTheLossOfTheSessionWhileItComesBack) {
  be_in_the_lobby();
  post(2, "a");
  take_sent();
  lose(error_code::session_ended);
  connect(2);
  take_sent();
  answer(1, tell::logged_in{"ann"});
  confirm(1);
  take_sent();
  say(tell::room_opened{lobby, "lobby", {}, 3});
  confirm(2);
  answer(take_only<ask::history>().first,
         tell::history{lobby, {past(2, posted{"a"}, "ann", 1, 3), past(3, left{"", true}, "ann")}});
  lose(error_code::session_ended); // told already that "a" is in the log, but not settled
  connect(3);
  take_sent();
  answer(1, tell::logged_in{"ann"});
  confirm(1);
  const auto join = take_only<ask::join>();
  say(tell::room_opened{lobby, "lobby", {}, 3});
  confirm(join.first);
  EXPECT_TRUE(sent.empty());
  EXPECT_EQ(told_seqs(), (seqs{2, 3}));
  EXPECT_EQ(of_kind<news::confirmed>().size(), 1U);
}

TEST_F(ClientSession, KeepsTheRoomsThatItComesBackToWhenItIsCutMeanwhile) {
  be_in_the_lobby();
  lose(error_code::session_ended);
  connect(2);
  take_sent();
  answer(1, tell::logged_in{"ann"});
  confirm(1);
  const auto join = take_only<ask::join>();
  lose(error_code::tls_failed);
  EXPECT_EQ(rules.to_resume()->positions.size(), 1U);
  connect(2, true);
  EXPECT_EQ(take_only<ask::join>().first, join.first);
  say(client_reply{0, false, tell::has_left{lobby}}); // the server knows nothing of the lobby yet
  say(tell::room_opened{lobby, "lobby", {}, 2});
  EXPECT_EQ(std::get<ask::since>(take_only<ask::history>().second.range).seq, 1U);
}

TEST_F(ClientSession, TellsEverythingOnceWhenItIsCutWhileItCatchesUp) {
  be_in_the_lobby();
  lose(error_code::session_ended);
  connect(2);
  take_sent();
  answer(1, tell::logged_in{"ann"});
  confirm(1);
  const auto join = take_only<ask::join>();
  say(tell::room_opened{lobby, "lobby", {}, 2});
  const auto missed = take_only<ask::history>();
  event(4, posted{"live"}, "bob");
  lose(error_code::tls_failed);
  connect(2, true);
  EXPECT_EQ(take_sent().size(), 2U); // join and history, once more
  say(tell::room_opened{lobby, "lobby", {}, 2});
  event(3, joined{}, "ann", join.first);
  event(4, posted{"live"}, "bob");
  confirm(join.first);
  answer(missed.first, tell::history{lobby, {{lobby, 0, entry_at(2, posted{"x"}, "bob")}}});
  confirm(missed.first);
  EXPECT_EQ(told_seqs(), (seqs{2, 3, 4}));
}

} // namespace
} // namespace godwit
