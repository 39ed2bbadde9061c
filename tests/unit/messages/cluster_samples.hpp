/// @file
/// One envelope per message that crosses nodes, every field set to something of its own. The golden bytes of
/// tests/data/cluster_messages.hex are these, encoded.
#pragma once

#include "messages/cluster_messages.hpp"

#include <vector>

namespace godwit {

inline identity_hash sample_hash(std::uint8_t first) {
  identity_hash hash{};
  for (std::uint8_t i = 0; i < hash.size(); ++i)
    hash[i] = static_cast<std::uint8_t>(first + i);
  return hash;
}
inline shared_entry sample_entry(entry_body body, room_seq seq = 5) {
  return std::make_shared<const log_entry>(log_entry{seq,
                                                     timestamp{std::chrono::microseconds{1'700'000'000'000'001}},
                                                     {{9}, 8, 7},
                                                     "ann",
                                                     sample_hash(3),
                                                     std::move(body),
                                                     "~ann@host"});
}

inline std::vector<message> cluster_samples() {
  const effect_name name{{11}, 12, 13};
  const effect_name other{{11}, 10, 1};
  const session_epoch epoch{2, 3};
  const error why{error_code::nick_in_use, "bob"};
  const request_origin origin{name, "worker-1"};
  const auto bytes = [](const char* of) { return std::make_shared<const std::string>(of); };
  const timestamp time{std::chrono::microseconds{1'700'000'000'123'456}};
  const room_settings settings{room_flag::secret,
                               "key",
                               30,
                               {{"eve!*@*", "ann", time}, {"m:mallory!*@*", "ann", time}},
                               {{"*!*@host", "bob", time}},
                               {{"bob!*@*", "ann", time}},
                               {{12}, {13}},
                               time};
  const room_state state{"Lobby", "topic", "ann", time, 41, time, settings};
  const member_modes modes = member_modes{member_mode::founder} | member_mode::room_operator;
  const stored_member member{{9}, "ann", sample_hash(3), 4, modes, "~ann@host", "Ann"};
  const std::vector<mode_change> changes{{true, flag_change{room_flag::moderated}},
                                         {false, key_change{"key"}},
                                         {true, limit_change{30}},
                                         {true, member_change{{12}, "bob", member_mode::voice}},
                                         {false, mask_change{mask_list::exceptions, "*!*@host"}}};
  const session_row row{{11},  2, protocol::irc, sample_hash(1), sample_hash(2), "proxy-1", {77},
                        "ann", 6, sample_hash(5)};
  const nick_row nick{"ann", "Ann", {11}};
  const session_report report{{11}, epoch, "proxy-1", {77}};
  const std::vector<shared_entry> entries{sample_entry(posted{"hi"}), sample_entry(left{"bye", true}, 6)};

  std::vector<message> all{
    attach_session{{11},
                   epoch,
                   4,
                   "proxy-1",
                   {77},
                   protocol::irc,
                   sample_hash(1),
                   "[::1]:9",
                   true,
                   "snap",
                   {{7, 5}},
                   6,
                   "cloak",
                   true},
    attach_refused{{11}, epoch, 4, why},
    client_frame{{11}, epoch, 4, 5, frame_kind::closed, bytes("gone")},
    sending_resumed{{11}, epoch, 4},
    session_output{{11}, epoch, 4, {bytes("one"), bytes("two")}, 5, "snap", true, why, 9},
    place_session{{11}, "proxy-1", {77}, protocol::irc, sample_hash(1), sample_hash(2)},
    resume_session{{11}, "proxy-1", {77}, protocol::irc, sample_hash(1), sample_hash(2), 6, sample_hash(5)},
    session_placed{{11}, epoch, "worker-1", {78}, true, why},
    route_revoked{{11}, epoch, why},
    move_session{{11}, epoch, "worker-2", {79}},
    claim_nick{origin, epoch, "Ann"},
    nick_claimed{name, "Ann", why},
    release_nick{{11}, "Ann"},
    find_nick{origin, "Bob"},
    nick_found{name, found_person{{12}, "Bob", sample_hash(4), "worker-2"}, why},
    locate_room{origin, "lobby", "Lobby", true},
    room_located{name, "lobby", "Lobby", room_place{{7}, 3, "worker-2"}, why},
    list_rooms{origin, "lobby", 20},
    rooms_listed{name, {{"Lobby", 3, "topic", time, time}, {"Other", 1, ""}}, "next", why},
    end_session{{11}, epoch, "worker-1"},
    session_must_end{{11}, epoch, why},
    report_worker{"worker-1", {78}, {report}, {{{7}, 3, "lobby", "Lobby"}}},
    host_room{{7}, "lobby"},
    room_hosted{{7}, 3, "worker-1", why},
    room_closed{{7}, 3, "worker-1"},
    room_announced{{7}, 3, "worker-1"},
    room_not_here{{7}, 3, {11}},
    command_answered{name, {7}, logged_at{5, time}, why},
    command_expected{name, {7}, other},
    query_answered{name, {7}, topic_read{"topic", "ann", time}},
    membership_given{{11}, {7}, 3, "worker-1", "lobby", "Lobby", "bob", 5, other},
    accept_membership{{11}, {7}},
    set_presence{{7}, {11}, "lunch", "Ann", user_mode::bot},
    room_invitation{{11}, {7}, "Lobby", "bob"},
    attach_relay{{7}, "worker-1", {78}, 5, true, 9},
    detach_relay{{7}, "worker-1"},
    fan_out{{7},
            3,
            4,
            {{1, sample_entry(posted{"hi"})},
             {2, presence_changed{{11}, "ann", "lunch", "Ann", "~ann@host", presence_part::tags, "+a=b", time}}}},
    fan_out_delivered{{7}, 3, "worker-1", 9},
    report_taken{{7}, 3},
    fetch_entries{{7}, "worker-1", {11}, 5},
    entries_fetched{{7}, {11}, entries},
    open_log{{7}, "worker-1"},
    log_opened{{7}, 3, "lobby", state, {member}, {{other, 4}}, entries, why},
    append_entries{{7}, 3, "worker-1", 5, entries, state, {member}, {{12}, {13}}},
    entries_appended{{7}, 3, 5, 2, append_outcome::expected, 6},
    read_log{{7}, "worker-1", 21, 2, 9, 50, true, sample_hash(3)},
    log_read{{7}, 21, entries, true, why},
    find_logged{{7}, "worker-1", name},
    logged_found{{7}, name, logged_at{5, time}, why},
    load_session{{11}, "worker-1"},
    session_loaded{{11}, "ann", {{{7}, "lobby", "Lobby", 5, "bob", {other, 4}, modes}}, why},
    membership_view{4, {79}, {{"worker-1", {78}, 2, node_state::alive}, {"worker-2", {80}, 2, node_state::dead}}},
    suspect_node{"worker-1", "worker-2", {80}},
    release_session{{11}, epoch},
    session_hosted{"worker-1", {78}, report},
  };
  // Those with alternatives of their own.
  for (room_action action : std::vector<room_action>{
         join_room{}, join_room{companion{{12}, "bob", sample_hash(4), "worker-2"}}, leave_room{"bye", true},
         post{"hi"}, set_topic{"topic"}, rename_member{"Anna"}, join_room{{}, "key", "Ann"},
         post{"hi", post_kind::notice, member_mode::room_operator, "+a=b"}, change_modes{changes},
         kick_member{"bob", "enough"}, invite_member{{12}, "bob", "worker-2"}})
    all.emplace_back(
      room_command{{7}, name, other, epoch, "worker-1", "ann", sample_hash(3), std::move(action), "~ann@host", true});
  for (room_question question :
       std::vector<room_question>{read_members{"ann"}, read_history{2, 9, 50, true, true}, read_topic{},
                                  read_settings{}, ask_rename{}, await_delivery{40}})
    all.emplace_back(room_query{{7}, origin, sample_hash(3), std::move(question)});
  all.emplace_back(query_answered{
    name,
    {7},
    members_read{{{"ann", "", modes, "~ann@host", "Ann"}, {"bob", "lunch", {}, "", "", user_mode::bot}}, true}});
  all.emplace_back(query_answered{name, {7}, settings_read{settings}});
  all.emplace_back(query_answered{name, {7}, rename_allowed{}});
  all.emplace_back(query_answered{name, {7}, delivered_everywhere{}});
  all.emplace_back(query_answered{name, {7}, history_read{entries, true}});
  all.emplace_back(query_answered{name, {7}, why});
  for (directory_request request :
       std::vector<directory_request>{insert_session{row}, take_session{row}, claim_nick_row{nick, name},
                                      release_nick_row{nick}, delete_session{{11}}, find_room{"lobby", "Lobby", true},
                                      list_room_rows{"lobby", 20}, load_directory{}, load_session{{11}, "broker-1"}})
    all.emplace_back(ask_store{21, std::move(request)});
  for (directory_result result :
       std::vector<directory_result>{done{}, session_taken{row}, nick_row_claimed{nick, true},
                                     room_found{{7}, "lobby", "Lobby"}, room_rows{{{"Lobby", 3, "topic"}}, "next"},
                                     directory_loaded{{row}, {nick}}, session_loaded{{11}, "ann", {}, {}}, why})
    all.emplace_back(store_answered{21, std::move(result)});
  all.emplace_back(renew_token{{11}, "proxy-1", {77}, sample_hash(2), 6});
  const std::vector<seen_room> seen{{{7}, "Lobby", modes}, {{8}, "Other", {}, false}};
  const auto marks = user_modes{std::uint8_t{6}};
  all.emplace_back(
    describe_person{{11}, epoch, "Ann", "~ann@host", "Ann", "lunch", marks, time, time, "[::1]:9", false, seen});
  all.emplace_back(ask_people{origin, {people_kind::matching, {"ann", "bob"}, "a*!*@*", true, 20}, "ann"});
  all.emplace_back(people_told{name,
                               {{"Ann", "~ann@host", "Ann", "lunch", marks, time, time, 9, "[::1]:9", seen}},
                               "bob",
                               {1, 2, 3, 4, 5, 6},
                               why});
  all.emplace_back(describe_room{{7}, 3, true});
  all.emplace_back(signal_room{{7}, {11}, "+typing=active"});
  all.emplace_back(person_signal{{12}, "ann", "~ann@host", "+typing=done"});
  all.emplace_back(expel_person{origin, "bob", "ann", "enough"});
  all.emplace_back(proclamation{proclamation_kind::notice, "ann", "~ann@host", "back at ten"});
  all.emplace_back(ask_store{21, renew_token_row{{11}, sample_hash(2), 6}});
  attach_session without_tls;
  without_tls.session = {11};
  without_tls.plaintext = true;
  all.emplace_back(without_tls);
  describe_person plain;
  plain.session = {11};
  plain.plaintext = true;
  all.emplace_back(plain);
  person_row without;
  without.nick = "Ann";
  without.plaintext = true;
  all.emplace_back(people_told{name, {without}});
  all.emplace_back(set_presence{{7}, {11}, "lunch", "Ann", user_mode::bot, 77});
  all.emplace_back(set_presence{{7}, {11}, "", "Ann", {}, 78, "~ann@train"});
  all.emplace_back(
    fan_out{{7},
            3,
            4,
            {{2, presence_changed{{11}, "ann", "", "", "~ann@host", presence_part::host, "", {}, 78, "~ann@train"}}}});
  all.emplace_back(fan_out{
    {7}, 3, 4, {{2, presence_changed{{11}, "ann", "lunch", "", "~ann@host", presence_part::away, "", {}, 77}}}});
  all.emplace_back(ask_store{21, mark_drained{"worker-1", true}});
  all.emplace_back(ask_store{22, delete_room{{7}}});
  all.emplace_back(store_answered{21, directory_loaded{{}, {}, {"worker-1", "worker-2"}}});
  attach_session gives_up;
  gives_up.session = {11};
  gives_up.first_in_seq = gives_up.give_up = 40;
  all.emplace_back(gives_up);
  return all;
}

} // namespace godwit
