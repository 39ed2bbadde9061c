#include "actors/store_actor.hpp"

namespace godwit {
namespace {

godwit::address asker_of(const load_session& what) { return session_at(what.reply_to, what.session); }

godwit::address asker_of(const ask_store&) { return broker_service(entity_kind::directory); }

template <class T>
godwit::address asker_of(const T& what) {
  return {entity_kind::room, what.room.value, what.reply_to};
}

} // namespace

store_actor::store_actor(caf::actor_config& config, switchboard& board, store_port& store)
    : store_handle::base(config), board_(board), store_(store) {}

store_actor::behavior_type store_actor::make_behavior() {
  return {
    [this](open_log& what) { submit(what); },
    [this](append_entries& what) { submit(what); },
    [this](read_log& what) { submit(what); },
    [this](find_logged& what) { submit(what); },
    [this](load_session& what) { submit(what); },
    [this](ask_store& what) { submit(what); },
    [](const link_reset&) {}, // who asked says it again
    [](const link_lost&) {},
  };
}

template <class T>
void store_actor::submit(T& what) {
  auto asker = asker_of(what);
  submit(std::move(asker), store_request{std::move(what)});
}

void store_actor::submit(godwit::address asker, store_request request) {
  store_.submit(std::move(request), [&board = board_, asker = std::move(asker)](store_answer answer) {
    std::visit([&](auto& each) { board.send(asker, std::move(each)); }, answer);
  });
}

} // namespace godwit
