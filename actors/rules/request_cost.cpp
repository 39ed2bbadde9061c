#include "actors/rules/request_cost.hpp"

#include "actors/rules/limits.hpp"

namespace godwit {
namespace {

struct cost_of {
  std::size_t room_count;

  std::uint32_t operator()(const ask::join&) const { return limits::join_cost; }
  std::uint32_t operator()(const ask::login&) const { return limits::nick_cost; }
  std::uint32_t operator()(const ask::change_nick&) const {
    return limits::nick_cost + limits::nick_cost_per_room * static_cast<std::uint32_t>(room_count);
  }
  std::uint32_t operator()(const ask::away&) const {
    return limits::nick_cost_per_room * static_cast<std::uint32_t>(room_count);
  }
  std::uint32_t operator()(const ask::take_nick& what) const { return (*this)(ask::change_nick{what.nick}); }
  std::uint32_t operator()(const ask::replay&) const { return limits::history_cost; }
  std::uint32_t operator()(const ask::read_settings&) const { return limits::topic_cost; }
  std::uint32_t operator()(const ask::invite&) const { return limits::person_cost; }
  std::uint32_t operator()(const ask::rooms&) const { return limits::room_list_cost; }
  std::uint32_t operator()(const ask::history&) const { return limits::history_cost; }
  std::uint32_t operator()(const ask::members&) const { return limits::members_cost; }
  std::uint32_t operator()(const ask::set_topic&) const { return limits::topic_cost; }
  std::uint32_t operator()(const ask::read_topic&) const { return limits::topic_cost; }
  std::uint32_t operator()(const ask::leave&) const { return limits::leave_cost; }
  std::uint32_t operator()(const ask::leave_all&) const {
    return limits::leave_cost * static_cast<std::uint32_t>(room_count);
  }
  std::uint32_t operator()(const ask::people& what) const {
    return what.what.kind == people_kind::matching ? limits::people_search_cost : limits::person_cost;
  }
  std::uint32_t operator()(const ask::set_user_modes&) const { return (*this)(ask::away{}); }
  std::uint32_t operator()(const ask::set_real_name&) const { return (*this)(ask::away{}); }
  std::uint32_t operator()(const ask::signal&) const { return limits::person_cost; }
  std::uint32_t operator()(const ask::become_operator&) const { return limits::operator_cost; }
  std::uint32_t operator()(const ask::expel&) const { return limits::nick_cost; }
  std::uint32_t operator()(const ask::proclaim&) const { return limits::proclaim_cost; }
  std::uint32_t operator()(const ask::post& what) const {
    return std::holds_alternative<ask::person_named>(what.to) ? limits::person_cost : 0;
  }
  template <class Cheap>
  std::uint32_t operator()(const Cheap&) const {
    return 0;
  }
};

} // namespace

std::uint32_t extra_cost(const ask::request& request, std::size_t room_count) {
  return std::visit(cost_of{room_count}, request);
}

} // namespace godwit
