#include "client/outbox_actor.hpp"

#include "client/connection_actor.hpp"
#include "messages/native_codec.hpp"

#include <caf/send.hpp>

#include <utility>

namespace godwit {

outbox_actor::outbox_actor(caf::actor_config& config, const client_settings& settings, server_port_maker make_port,
                           session_view_handle view)
    : outbox_handle::base(config), settings_(settings), make_port_(std::move(make_port)), view_(std::move(view)),
      rules_(settings.nick, settings.seed) {}

outbox_actor::behavior_type outbox_actor::make_behavior() {
  connection_ = spawn<connection_actor, caf::linked>(settings_, make_port_, caf::actor_cast<outbox_handle>(this));
  send(connection_, open_connection{});
  return {
    [this](submit_request& what) { perform(rules_.submit(what.number, std::move(what.request))); },
    [this](connection_opened& what) { perform(rules_.connected(what.hello)); },
    [this](frames_arrived& what) { take_frames(what); },
    [this](connection_lost& what) {
      perform(rules_.lost(what.why));
      if (!rules_.is_over())
        send(connection_, open_connection{rules_.to_resume()});
    },
    [this](const connection_given_up& what) { perform(rules_.give_up(what.why)); },
    [this](redial_planned& what) {
      if (!rules_.is_over())
        perform({tell_user{std::move(what.what)}});
    },
    [this](const end_pause&) { perform(rules_.pause_over()); },
  };
}

/// Breaks the circle of handles.
void outbox_actor::on_exit() {
  connection_ = nullptr;
  view_ = nullptr;
}

void outbox_actor::take_frames(frames_arrived& what) {
  for (const auto& bytes : what.frames) {
    auto frame = native::decode_server_frame(bytes);
    if (frame)
      perform(rules_.receive(std::move(*frame)), what.ticket);
    else
      perform(rules_.give_up(frame.why()), what.ticket); // the next connection would bring the same
  }
}

void outbox_actor::perform(client_effects effects, const read_ticket& ticket) {
  tell_news told{{}, ticket};
  for (auto& effect : effects) {
    if (auto* tell = std::get_if<tell_user>(&effect))
      told.news.push_back(std::move(tell->what));
    else if (auto* frames = std::get_if<send_frames>(&effect))
      perform(*frames);
    else if (auto* pause = std::get_if<begin_pause>(&effect))
      perform(*pause);
    else
      perform(std::get<finish>(effect));
  }
  if (!told.news.empty())
    send(view_, std::move(told));
}

void outbox_actor::perform(send_frames& effect) {
  std::string bytes;
  for (const auto& each : effect.frames)
    bytes += native::encode(each);
  send(connection_, write_frames{std::move(bytes)});
}

void outbox_actor::perform(begin_pause& effect) {
  caf::delayed_anon_send(caf::actor_cast<outbox_handle>(this), effect.length, end_pause{});
}

void outbox_actor::perform(finish&) { send(connection_, close_connection{}); }

} // namespace godwit
