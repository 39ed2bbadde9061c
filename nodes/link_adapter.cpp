#include "nodes/link_adapter.hpp"

#include "actors/membership_actor.hpp"

#include <caf/send.hpp>

namespace godwit {
namespace {

/// A push that the link refuses is lost with the link: its sender hears link_reset.
class outbound_port final : public node_port {
public:
  explicit outbound_port(std::shared_ptr<outbound_link> link) : link_(std::move(link)) {}

  void push(envelope what) override { link_->push(std::move(what)); }
  void push(edge_item what) override {
    std::visit([this](auto& each) { link_->push(std::move(each)); }, what);
  }

private:
  std::shared_ptr<outbound_link> link_;
};

} // namespace

link_adapter::link_adapter(switchboard& board, edge_adapter* edge, std::function<void()> broker_linked)
    : board_(board), edge_(edge), broker_linked_(std::move(broker_linked)) {}

void link_adapter::received(const node_name& from, envelope what) { board_.receive(from, std::move(what)); }

void link_adapter::received_batch(const node_name&, std::vector<edge_item> items, std::shared_ptr<const void> ack) {
  if (edge_ != nullptr)
    edge_->deliver(std::move(items), std::move(ack));
}

void link_adapter::link_up(const link_reset& what, std::shared_ptr<outbound_link> out) {
  auto port = std::make_shared<outbound_port>(std::move(out));
  {
    std::lock_guard guard{lock_};
    ports_[what.node] = port;
  }
  board_.set_link(what.node, what.roles, std::move(port));
  board_.tell_all(what);
  if (what.node == board_.broker())
    broker_linked_();
}

void link_adapter::link_down(const link_lost& what) {
  std::shared_ptr<node_port> port;
  {
    std::lock_guard guard{lock_};
    port = std::move(ports_[what.node]);
    ports_.erase(what.node);
  }
  board_.drop_link(what.node, port.get());
  board_.tell_all(what);
}

void link_adapter::link_silent(const node_name& node, incarnation of) {
  caf::anon_send(board_.local(entity_kind::membership, 0), godwit::link_silent{node, of});
}

void link_adapter::link_heard(const node_name& node, incarnation of) {
  caf::anon_send(board_.local(entity_kind::membership, 0), godwit::link_heard{node, of});
}

} // namespace godwit
