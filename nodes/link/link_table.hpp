/// @file
/// The open links of a node: at most one per peer, each reported open once and closed once, the old one first.
///
/// Lives on    the transport's thread.
/// Source      nodes/link/link_transport.hpp.
#pragma once

#include "nodes/link/link_handshake.hpp"
#include "nodes/link/link_transport.hpp"

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>

namespace godwit {

class link_pump;

class link_table {
public:
  /// A link of `peer` was closed after it had lived for so long.
  using lost_function = std::function<void(const node_name& peer, std::chrono::steady_clock::duration lived)>;

  link_table(const link_events& events, lost_function lost) : events_(events), lost_(std::move(lost)) {}

  /// Makes the socket pair, closes an older link of this peer, and tells the owner of the new one.
  void add(link_handshake::opened_link opened, bool is_dialler);
  void cut(link_id link, const std::string& reason);
  void cut_all(const std::string& reason);

private:
  struct entry {
    link_id id;
    node_hello peer;
    std::shared_ptr<link_pump> pump;
    std::chrono::steady_clock::time_point since;
  };
  void closed(link_id link, const std::string& reason);
  std::map<node_name, entry>::iterator find(link_id link);

  const link_events& events_;
  lost_function lost_;
  std::map<node_name, entry> by_peer_;
  std::uint64_t last_id_ = 0;
};

} // namespace godwit
