/// @file
/// The client edge of a simulated proxy node: connections, and the routes of production (actors/rules/route.hpp),
/// driven as nodes/edge/route_table.hpp drives them.
///
/// Tokens name their chain and their number in the clear: whoever has one has it from here.
#pragma once

#include "actors/rules/attach_pacer.hpp"
#include "actors/rules/route.hpp"
#include "tests/sim/call.hpp"
#include "tests/sim/node.hpp"

#include <map>
#include <memory>
#include <optional>
#include <vector>

namespace godwit::sim {

class edge final : public entity {
public:
  explicit edge(node& home);
  void take(message& what) override;
  void reset(const link_reset& what) override;
  void killed() override;
  void deliver(std::vector<edge_item> items, std::shared_ptr<const void> ticket);

  void called(const std::shared_ptr<call>& by);
  /// What a client says; any time.
  void told(const std::shared_ptr<call>& from, to_server what);
  std::size_t route_count() const { return routes_.size(); }

private:
  struct row {
    route rules;
    std::uint64_t seed;
    std::shared_ptr<call> client;
    std::optional<instant> noted;
    bool opening = true;
    std::optional<instant> noted_move{};
  };
  using routes = std::map<session_id, row>;
  struct asking {
    std::shared_ptr<call> by;
    route_claim claim;
    bool resume = false;
    std::string first_line;
  };

  void hear(const std::shared_ptr<call>& from, to_server& what);
  void read_on(const std::shared_ptr<call>& from);
  void read(const std::shared_ptr<call>& from, to_server& what);
  void forget(const std::shared_ptr<call>& which);
  void hello(const std::shared_ptr<call>& from, const control::client_hello& what);
  void first_line(const std::shared_ptr<call>& from, std::string line);
  void open(asking who, route::opening_kind kind);
  void resume(asking who);
  void take_item(edge_item& what);
  void view(const membership_view& what);
  void begin_attaches();
  void go_on(const std::shared_ptr<call>& client);
  template <class Decide>
  bool with(session_id session, Decide&& decide);
  template <class Decide>
  void with_each(Decide&& decide);
  void perform_all(routes::iterator where);
  void note_deadline(row& at);
  void tick(session_id session);

  void perform(row& at, godwit::send& what);
  void perform(row& at, write_to_client& what);
  void perform(row& at, const take_client& what);
  void perform(row& at, const greet_client& what);
  void perform(row& at, const report_when_drained& what);
  void perform(row& at, const stop_reading& what);
  void perform(row& at, const continue_reading& what);
  void perform(row&, const charge_client&) {}
  void perform(row& at, const close_client& what);
  void perform(row& at, const attach_in_turn& what);
  void perform(row& at, const attach_answered& what);
  void perform(row& at, const forget_route& what);

  route_settings settings_;
  routes routes_;
  route_effects effects_;
  std::shared_ptr<call> asking_;
  bool forgotten_ = false;
  std::multimap<session_id, asking> waiting_;
  attach_pacer attaches_;
  membership_view view_;
  std::vector<std::shared_ptr<call>> calls_;
};

} // namespace godwit::sim
