#include "nodes/link/link_table.hpp"

#include "nodes/link/link_pump.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace godwit {
namespace {

using local_socket = asio::local::stream_protocol::socket;

struct socket_ends {
  int ours = -1;
  int theirs = -1;
};

/// -1 if there are no descriptors left.
socket_ends make_socket_pair() {
  std::array<int, 2> ends{-1, -1};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends.data()) != 0)
    return {};
  return {ends[0], ends[1]};
}

} // namespace

void link_table::add(link_handshake::opened_link opened, bool is_dialler) {
  const auto peer = std::move(opened.peer);
  if (const auto old = by_peer_.find(peer.name); old != by_peer_.end())
    cut(old->second.id, old->second.peer.incarnation == peer.incarnation
                          ? "the peer has lost this link and made a new one"
                          : "the peer was started anew");
  const auto ends = make_socket_pair();
  if (ends.ours < 0) {
    spdlog::error("link with {}: no socket pair: {}", peer.name, std::generic_category().message(errno));
    return lost_(peer.name, {}); // the connection is closed with `opened`
  }
  const link_id id{++last_id_};
  local_socket local(opened.network.get_executor(), asio::local::stream_protocol(), ends.ours);
  auto pump = std::make_shared<link_pump>(std::move(opened.network), std::move(opened.tls), std::move(local));
  by_peer_.emplace(peer.name, entry{id, peer, pump, std::chrono::steady_clock::now()});
  pump->start(std::move(opened.rest), [this, id](const std::string& reason) { closed(id, reason); });
  spdlog::info("link {} with {} ({}) is open", id.value, peer.name, peer.software);
  if (events_.on_link)
    events_.on_link(peer, ends.theirs, is_dialler, id);
  else
    ::close(ends.theirs);
}

void link_table::cut(link_id link, const std::string& reason) {
  if (const auto found = find(link); found != by_peer_.end())
    std::shared_ptr(found->second.pump)->close(reason);
}

void link_table::cut_all(const std::string& reason) {
  while (!by_peer_.empty())
    cut(by_peer_.begin()->second.id, reason);
}

void link_table::closed(link_id link, const std::string& reason) {
  const auto found = find(link);
  if (found == by_peer_.end())
    return;
  const auto gone = std::move(found->second);
  by_peer_.erase(found);
  spdlog::info("link {} with {} is closed: {}", link.value, gone.peer.name, reason);
  if (events_.on_link_closed)
    events_.on_link_closed(gone.peer, link, reason);
  lost_(gone.peer.name, std::chrono::steady_clock::now() - gone.since);
}

std::map<node_name, link_table::entry>::iterator link_table::find(link_id link) {
  return std::find_if(by_peer_.begin(), by_peer_.end(), [&](const auto& each) { return each.second.id == link; });
}

} // namespace godwit
