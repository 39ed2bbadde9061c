/// @file
/// The routes of one shard: does what actors/rules/route.hpp decides, for the connections of these sessions.
///
/// Lives on one loop at a time; may leave it and enter another one between two of its functions.
/// Owns     its routes, and the connections' shares in them.
/// Bounded  by the edge's routes_max; connections that wait for another one's claim wait no longer than that claim.
#pragma once

#include "actors/rules/attach_pacer.hpp"
#include "actors/rules/route.hpp"
#include "messages/edge_item.hpp"
#include "nodes/edge/connection.hpp"
#include "nodes/edge/deadline_queue.hpp"
#include "nodes/edge/edge_ports.hpp"
#include "nodes/edge/resume_tokens.hpp"

#include <memory>
#include <unordered_map>
#include <vector>

namespace godwit {

class route_table {
public:
  /// To be entered at once.
  route_table(const route_settings& settings, edge_upstream& upstream);

  void enter(connection_context& context);
  /// Requires that the context's lists are empty.
  void leave();
  /// All that are here, those who wait for another one's claim included.
  std::vector<std::shared_ptr<connection>> clients() const;

  // From connections that have said hello (`asked` is set).
  void open(const std::shared_ptr<connection>& client);
  void resume(const std::shared_ptr<connection>& client);

  // From connections that have a route.
  void client_sent(connection& from, std::string_view frame);
  void client_has_token(connection& from);
  void client_lost(connection& which);
  void client_drained(connection& which);

  // From the node.
  void receive(message& what);
  void take(edge_item& what);
  void link_reset(const godwit::link_reset& what);
  void view(const membership_view& what);

  std::optional<steady_time> next_deadline() const;
  void tick();

  bool has(session_id session) const { return routes_.contains(session); }
  std::size_t size() const { return routes_.size(); }
  void clear();

private:
  struct entry {
    route rules;
    token_seed seed; ///< of the session's tokens, cleansed with the entry
    std::shared_ptr<connection> client;
    std::optional<steady_time> noted_deadline;
    std::optional<steady_time> noted_move_deadline;
    bool opening = true;
    entry(route of, const token_seed& tokens) : rules(std::move(of)), seed(tokens) {}
    entry(const entry&) = delete;
    entry& operator=(const entry&) = delete;
    ~entry();
  };
  using routes = std::unordered_map<session_id, entry>;

  void open(const std::shared_ptr<connection>& client, route::opening_kind kind);
  entry* of_client(connection& which);
  /// Calls `decide(rules, effects)` of the session's route, then does the effects. False: there is no such route.
  template <class Decide>
  bool with(session_id session, Decide&& decide);
  template <class Decide>
  void with_each(Decide&& decide);
  void perform_all(routes::iterator where);
  void note_deadline(entry& at);
  void note_move_deadline(entry& at);
  void begin_attaches();
  void free_waiting(session_id session);

  void perform(entry& at, send& what);
  void perform(entry& at, write_to_client& what);
  void perform(entry& at, const take_client& what);
  void perform(entry& at, const greet_client& what);
  void perform(entry& at, const report_when_drained& what);
  void perform(entry& at, const stop_reading& what);
  void perform(entry& at, const continue_reading& what);
  void perform(entry& at, const charge_client& what);
  void perform(entry& at, const close_client& what);
  void perform(entry& at, const attach_in_turn& what);
  void perform(entry& at, const attach_answered& what);
  void perform(entry& at, const forget_route& what);

  connection_context* context_ = nullptr; // of the loop that it is on
  const route_settings& settings_;
  edge_upstream& upstream_;
  routes routes_;
  route_effects effects_;              // of one decision; its memory is used again
  std::shared_ptr<connection> asking_; // whom take_client means
  bool forgotten_ = false;             // the route that effects_ belong to
  std::unordered_multimap<session_id, std::weak_ptr<connection>> waiting_;
  deadline_queue<session_id> opening_;
  deadline_queue<session_id> detached_;
  deadline_queue<session_id> moving_{limits::move_holds_frames};
  attach_pacer attaches_;
  membership_view view_;
};

} // namespace godwit
