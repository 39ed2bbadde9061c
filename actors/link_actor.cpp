#include "actors/link_actor.hpp"

#include "actors/link_basp.hpp"
#include "actors/rules/limits.hpp"
#include "messages/cluster_codec.hpp"

#include <caf/actor_cast.hpp>
#include <caf/atom.hpp>
#include <caf/behavior.hpp>
#include <caf/node_id.hpp>
#include <caf/send.hpp>
#include <spdlog/spdlog.h>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <mutex>
#include <set>
#include <utility>

namespace godwit {

struct link_actor::pulse_state {
  std::mutex mutex;
  caf::actor other_end;
  parcel pulse;
};

namespace {

using clock = std::chrono::steady_clock;

/// Reports a batch as taken when its last copy is dropped, wherever that is.
struct batch_guard {
  std::uint64_t number;
  std::shared_ptr<outbound_link> out;

  batch_guard(std::uint64_t n, std::shared_ptr<outbound_link> o) : number(n), out(std::move(o)) {}
  batch_guard(const batch_guard&) = delete;
  batch_guard& operator=(const batch_guard&) = delete;
  ~batch_guard() { out->push(batch_taken{number}); }
};

} // namespace

link_actor::link_actor(caf::actor_config& config, link_settings settings)
    : caf::event_based_actor(config), settings_(std::move(settings)),
      cut_fd_(::fcntl(settings_.fd, F_DUPFD_CLOEXEC, 0)), silence_(clock::now()),
      pulse_(std::make_shared<pulse_state>()) {}

link_actor::~link_actor() {
  if (cut_fd_ >= 0)
    ::close(cut_fd_);
}

caf::behavior link_actor::make_behavior() {
  set_down_handler([this](caf::down_msg&) { other_end_gone(); });
  begin();
  return {
    [this](const parcel_blob& blob) { take_parcel(blob); },
    [this](drain_link) { drain(); },
    [this](const judge_silence& question) { judge(question); },
    [this](const cut_link& cut) { close(cut.why); },
  };
}

void link_actor::on_exit() {
  close("the actor ended");
  settings_.pulses->forget(watch_number_);
  settings_.basp = nullptr;
  other_end_ = nullptr;
}

// --------------------------------------------------------------------------------------------------- introducing

void link_actor::begin() {
  auto self = caf::actor_cast<caf::actor>(this);
  watch_number_ = settings_.pulses->watch([state = pulse_, self](auto now, auto lateness) {
    // Straight to BASP, past the scheduler: a busy node is not a dead one.
    std::unique_lock lock{state->mutex};
    if (state->other_end)
      caf::anon_send(state->other_end, parcel_blob{encode_parcel(state->pulse)});
    lock.unlock();
    caf::anon_send(self, judge_silence{now, lateness});
  });
  if (settings_.is_dialler)
    dial();
  else
    publish_on(system(), settings_.basp, settings_.fd, self);
}

void link_actor::dial() {
  dialling_ = true;
  request(settings_.basp, caf::infinite, caf::connect_atom_v, scribe_on(system(), settings_.fd), std::uint16_t{1})
    .then(
      [this](const caf::node_id&, const caf::strong_actor_ptr& published, const std::set<std::string>&) {
        dialling_ = false;
        if (published)
          meet(caf::actor_cast<caf::actor>(published));
        else
          close("the other end published no link");
        if (phase_ == phase::introducing)
          introduce_myself();
      },
      [this](const caf::error& why) {
        dialling_ = false;
        close(system().render(why));
        if (!other_end_)
          quit();
      });
}

void link_actor::meet(caf::actor other_end) {
  other_end_ = std::move(other_end);
  monitor(other_end_);
}

void link_actor::introduce_myself() {
  parcel what;
  what.introduction =
    link_introduction{settings_.self.name, settings_.self.incarnation, settings_.peer.name, settings_.peer.incarnation};
  // With a sender, which is how the accepting end learns of this one. All that follows needs none.
  send(other_end_, parcel_blob{encode_parcel(what)});
}

bool link_actor::is_my_peer(const link_introduction& theirs) const {
  return theirs.node == settings_.peer.name && theirs.node_incarnation == settings_.peer.incarnation
         && theirs.peer == settings_.self.name && theirs.peer_incarnation == settings_.self.incarnation;
}

void link_actor::take_introduction(const parcel& what) {
  if (!what.introduction || !is_my_peer(*what.introduction))
    return close("CAF connected us with somebody else");
  if (!settings_.is_dialler) {
    if (!current_sender())
      return close("the introduction names no sender");
    meet(caf::actor_cast<caf::actor>(current_sender()));
    introduce_myself();
  }
  open();
}

void link_actor::open() {
  phase_ = phase::open;
  rules_.emplace();
  auto self = caf::actor_cast<caf::actor>(this);
  out_ = std::make_shared<outbound_link>([self] { caf::anon_send(self, drain_link{}); });
  {
    const std::lock_guard lock{pulse_->mutex};
    pulse_->other_end = other_end_;
    pulse_->pulse = rules_->pulse();
  }
  const auto& peer = settings_.peer;
  settings_.ports->link_up(link_reset{peer.name, peer.incarnation, peer.roles, peer.software, peer.pid}, out_);
}

// ---------------------------------------------------------------------------------------------------------- open

void link_actor::take_parcel(const parcel_blob& blob) {
  if (phase_ == phase::closing)
    return;
  auto what = decode_parcel(blob.bytes);
  if (!what)
    return close("a parcel can not be read: " + what.why().detail);
  if (silence_.heard(clock::now()))
    settings_.ports->link_heard(settings_.peer.name, settings_.peer.incarnation);
  if (phase_ == phase::introducing)
    return take_introduction(*what);
  if (rules_->received(*what) == link_end::verdict::broken)
    return close("a parcel is missing");
  take_contents(*std::move(what));
  flush();
}

void link_actor::take_contents(parcel what) {
  if (what.skipped != 0)
    spdlog::warn("link {}: {} messages of a newer version were skipped", settings_.peer.name, what.skipped);
  for (auto& item : what.envelopes)
    settings_.ports->received(settings_.peer.name, std::move(item));
  if (what.batch) {
    auto guard = std::make_shared<batch_guard>(what.batch->number, out_);
    settings_.ports->received_batch(settings_.peer.name, unpack(std::move(*what.batch)), std::move(guard));
  }
}

void link_actor::drain() {
  if (phase_ != phase::open)
    return;
  auto drained = out_->drain();
  if (drained.overflowed)
    return close("more waits for the link than it may hold");
  for (auto& item : drained.items) {
    if (auto* taken = std::get_if<batch_taken>(&item.what))
      rules_->batch_taken(taken->number);
    else if (auto* letter = std::get_if<envelope>(&item.what))
      rules_->add(std::move(*letter), item.weight);
    else
      rules_->add(std::get<edge_item>(std::move(item.what)), item.weight);
  }
  flush();
}

void link_actor::flush() {
  while (auto leaving = rules_->take()) {
    depart(leaving->what);
    out_->left(leaving->weight);
  }
  if (rules_->owes_acknowledgement())
    depart(rules_->pulse());
}

void link_actor::depart(const parcel& what) {
  caf::anon_send(other_end_, parcel_blob{encode_parcel(what)});
  const std::lock_guard lock{pulse_->mutex};
  pulse_->pulse.last_sent = what.last_sent; // after the parcel was sent: a pulse must not overtake what it speaks of
  pulse_->pulse.acknowledged = what.acknowledged;
}

void link_actor::judge(const judge_silence& question) {
  if (phase_ == phase::closing) {
    if (question.asked - *closing_since_ >= limits::silence_cuts_link)
      quit(); // BASP holds on to something that is shut down; the next connection will show
    return;
  }
  switch (silence_.judge(question.asked, question.lateness)) {
  case link_silence::verdict::fine: return;
  case link_silence::verdict::suspicious:
    if (phase_ == phase::open)
      settings_.ports->link_silent(settings_.peer.name, settings_.peer.incarnation);
    return;
  case link_silence::verdict::cut: close("nothing was heard for too long");
  }
}

// ------------------------------------------------------------------------------------------------------- closing

void link_actor::other_end_gone() {
  other_end_ = nullptr;
  close("the connection ended", spdlog::level::debug); // the transport tells why
  quit();
}

void link_actor::close(const std::string& why, spdlog::level::level_enum level) {
  if (phase_ == phase::closing)
    return;
  const auto was_open = phase_ == phase::open;
  phase_ = phase::closing;
  closing_since_ = clock::now();
  spdlog::log(level, "link {}: closed: {}", settings_.peer.name, why);
  ::shutdown(cut_fd_, SHUT_RDWR); // both ends of the pair see it: the transport closes its connection, CAF forgets it
  {
    const std::lock_guard lock{pulse_->mutex};
    pulse_->other_end = nullptr;
  }
  if (was_open) {
    out_->close();
    rules_.reset(); // drops the tickets
    settings_.ports->link_down(link_lost{settings_.peer.name});
  }
  if (!other_end_ && !dialling_)
    quit();
}

} // namespace godwit
