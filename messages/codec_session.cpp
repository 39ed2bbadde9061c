// edge ↔ session, and delivery batches: messages/cluster.capnp.
#include "messages/cluster_codec_parts.hpp"

#include <algorithm>

namespace godwit::wire {

// ------------------------------------------------------------------------------------------ parts of many messages

void put(SessionEpoch::Builder to, const session_epoch& from) {
  to.setGeneration(from.generation);
  to.setMoves(from.moves);
}
void get(SessionEpoch::Reader from, session_epoch& to) { to = {from.getGeneration(), from.getMoves()}; }

void put(EffectName::Builder to, const effect_name& from) {
  to.setSession(from.session.value);
  to.setOp(from.op);
  to.setK(from.k);
}
void get(EffectName::Reader from, effect_name& to) { to = {{from.getSession()}, from.getOp(), from.getK()}; }

void put(Failure::Builder to, const error& from) {
  to.setCode(static_cast<std::uint16_t>(from.code));
  to.setDetail(text_of(from.detail));
}
void get(Failure::Reader from, error& to) {
  to = {static_cast<error_code>(from.getCode()), string_of(from.getDetail())};
}

void put(StreamPosition::Builder to, const stream_position& from) {
  to.setStream(from.stream);
  to.setPosition(from.position);
}
void get(StreamPosition::Reader from, stream_position& to) { to = {from.getStream(), from.getPosition()}; }

void put_bytes(capnp::List<capnp::Data>::Builder to, const std::vector<shared_bytes>& from) {
  for (unsigned i = 0; i < from.size(); ++i)
    if (from[i])
      to.set(i, data_of(*from[i]));
}
void get_bytes(capnp::List<capnp::Data>::Reader from, std::vector<shared_bytes>& to) {
  to.clear();
  to.reserve(from.size());
  for (auto bytes : from)
    to.push_back(std::make_shared<const std::string>(string_of(bytes)));
}

// -------------------------------------------------------------------------------------------------- edge ↔ session

void put(AttachSession::Builder to, const attach_session& from) {
  to.setSession(from.session.value);
  put(to.initEpoch(), from.epoch);
  to.setAttach(from.attach);
  to.setProxy(text_of(from.proxy));
  to.setProxyIncarnation(from.proxy_incarnation.value);
  to.setProtocol(static_cast<std::uint8_t>(from.protocol));
  to.setIdentity(data_of(from.identity));
  to.setPeerAddress(text_of(from.peer_address));
  to.setFromStore(from.from_store);
  to.setSnapshot(data_of(from.snapshot));
  put_each(to.initPositions(from.positions.size()), from.positions);
  to.setFirstInSeq(from.first_in_seq);
  to.setHost(text_of(from.host));
  to.setUnheard(from.unheard);
  to.setSaid(from.said);
  to.setPlaintext(from.plaintext);
  to.setGiveUp(from.give_up);
}
void get(AttachSession::Reader from, attach_session& to) {
  to.session = {from.getSession()};
  get(from.getEpoch(), to.epoch);
  to.attach = from.getAttach();
  to.proxy = string_of(from.getProxy());
  to.proxy_incarnation = {from.getProxyIncarnation()};
  to.protocol = enum_of(from.getProtocol(), protocol::irc);
  to.identity = hash_of(from.getIdentity());
  to.peer_address = string_of(from.getPeerAddress());
  to.from_store = from.getFromStore();
  to.snapshot = string_of(from.getSnapshot());
  get_each(from.getPositions(), to.positions);
  to.first_in_seq = from.getFirstInSeq();
  to.host = string_of(from.getHost());
  to.unheard = from.getUnheard();
  to.said = from.getSaid();
  to.plaintext = from.getPlaintext();
  to.give_up = from.getGiveUp();
}

void put(AttachRefused::Builder to, const attach_refused& from) {
  to.setSession(from.session.value);
  put(to.initEpoch(), from.epoch);
  to.setAttach(from.attach);
  put(to.initWhy(), from.why);
}
void get(AttachRefused::Reader from, attach_refused& to) {
  to.session = {from.getSession()};
  get(from.getEpoch(), to.epoch);
  to.attach = from.getAttach();
  get(from.getWhy(), to.why);
}

void put(ClientFrameCarried::Builder to, const client_frame& from) {
  to.setSession(from.session.value);
  put(to.initEpoch(), from.epoch);
  to.setAttach(from.attach);
  to.setInSeq(from.in_seq);
  to.setKind(static_cast<std::uint8_t>(from.kind));
  if (from.bytes)
    to.setBytes(data_of(*from.bytes));
}
void get(ClientFrameCarried::Reader from, client_frame& to) {
  to.session = {from.getSession()};
  get(from.getEpoch(), to.epoch);
  to.attach = from.getAttach();
  to.in_seq = from.getInSeq();
  to.kind = enum_of(from.getKind(), frame_kind::closed);
  to.bytes = std::make_shared<const std::string>(string_of(from.getBytes()));
}

void put(SendingResumed::Builder to, const sending_resumed& from) {
  to.setSession(from.session.value);
  put(to.initEpoch(), from.epoch);
  to.setAttach(from.attach);
}
void get(SendingResumed::Reader from, sending_resumed& to) {
  to.session = {from.getSession()};
  get(from.getEpoch(), to.epoch);
  to.attach = from.getAttach();
}

void put(SessionOutput::Builder to, const session_output& from) {
  to.setSession(from.session.value);
  put(to.initEpoch(), from.epoch);
  to.setAttach(from.attach);
  put_bytes(to.initReplies(from.replies.size()), from.replies);
  to.setConfirmedInSeq(from.confirmed_in_seq);
  to.setHasSnapshot(from.snapshot.has_value());
  if (from.snapshot)
    to.setSnapshot(data_of(*from.snapshot));
  to.setPaced(from.paced);
  if (from.close)
    put(to.initClose(), *from.close);
  to.setCost(static_cast<std::uint16_t>(std::min<std::uint32_t>(from.cost, 0xffff)));
}
void get(SessionOutput::Reader from, session_output& to) {
  to.session = {from.getSession()};
  get(from.getEpoch(), to.epoch);
  to.attach = from.getAttach();
  get_bytes(from.getReplies(), to.replies);
  to.confirmed_in_seq = from.getConfirmedInSeq();
  if (from.getHasSnapshot())
    to.snapshot = string_of(from.getSnapshot());
  to.paced = from.getPaced();
  if (from.hasClose())
    get(from.getClose(), to.close.emplace());
  to.cost = from.getCost();
}

// ------------------------------------------------------------------------------------------------- delivery batches

namespace {

void put_delivery(BatchedDelivery::Builder to, const batched_delivery& from) {
  to.setPayload(from.payload);
  to.setStream(from.position.stream);
  to.setPosition(from.position.position);
  auto targets = to.initTargets(from.targets.size());
  for (unsigned i = 0; i < from.targets.size(); ++i) {
    targets[i].setSession(from.targets[i].session.value);
    targets[i].setGeneration(from.targets[i].epoch.generation);
    targets[i].setMoves(from.targets[i].epoch.moves);
    targets[i].setAttach(from.targets[i].attach);
  }
}

batched_delivery delivery_of(BatchedDelivery::Reader from, std::size_t payload_count) {
  batched_delivery to;
  to.payload = from.getPayload();
  if (to.payload >= payload_count)
    throw codec_failure{};
  to.position = {from.getStream(), from.getPosition()};
  to.targets.reserve(from.getTargets().size());
  for (auto target : from.getTargets())
    to.targets.push_back({{target.getSession()}, {target.getGeneration(), target.getMoves()}, target.getAttach()});
  return to;
}

} // namespace

void put(DeliveryBatch::Builder to, const delivery_batch& from) {
  to.setNumber(from.number);
  put_bytes(to.initPayloads(from.payloads.size()), from.payloads);
  auto items = to.initItems(from.items.size());
  for (unsigned i = 0; i < from.items.size(); ++i) {
    if (const auto* delivered = std::get_if<batched_delivery>(&from.items[i]))
      put_delivery(items[i].initDelivery(), *delivered);
    else
      put(items[i].initOutput(), std::get<session_output>(from.items[i]));
  }
}
void get(DeliveryBatch::Reader from, delivery_batch& to) {
  to.number = from.getNumber();
  get_bytes(from.getPayloads(), to.payloads);
  to.items.reserve(from.getItems().size());
  for (auto item : from.getItems()) {
    switch (item.which()) {
    case BatchItem::DELIVERY: to.items.emplace_back(delivery_of(item.getDelivery(), to.payloads.size())); break;
    case BatchItem::OUTPUT:
      get(item.getOutput(), std::get<session_output>(to.items.emplace_back(session_output{})));
      break;
    default: // of a newer version: whoever sends it asked first whether it is understood
      throw codec_failure{};
    }
  }
}

} // namespace godwit::wire
