#include "messages/snapshot_codec.hpp"

#include "messages/capnp_bytes.hpp"

#include <messages/state.capnp.h>

namespace godwit {

using capnp_bytes::string;
using capnp_bytes::text;

namespace {

void write_room(wire::SnapshotRoom::Builder to, const snapshot_room& from) {
  to.setRoomId(from.room.value);
  to.setKey(text(from.key));
  to.setTitle(text(from.title));
  to.setCompanion(text(from.companion));
  to.setJoinedSeq(from.joined_seq);
  to.setModes(from.modes.bits);
}

void write_piece(wire::PieceCursor::Builder to, const piece_cursor& from) {
  to.setOp(from.op);
  to.setPiece(from.piece);
  to.setAfter(text(from.after));
  to.setLeft(from.left);
  to.setPart(from.part);
}

void write_login(wire::LoginSteps::Builder to, const login_steps& from) {
  to.setNick(text(from.nick));
  to.setUser(text(from.user));
  to.setRealName(text(from.real_name));
  to.setHeld(from.held);
}

void write_irc(wire::IrcPart::Builder to, const irc_part& from) {
  to.setCapabilities(from.capabilities);
  to.setCapVersion(from.cap_version);
  to.setAskedNick(text(from.asked_nick));
  to.setToldNick(text(from.told_nick));
}

void write_loose(wire::LooseEnds::Builder to, const loose_ends& from) {
  to.setRealName(text(from.real_name));
  auto nicks = to.initReleasedNicks(static_cast<unsigned>(from.released_nicks.size()));
  for (unsigned at = 0; at < nicks.size(); ++at)
    nicks.set(at, text(from.released_nicks[at]));
  auto departed = to.initDeparted(static_cast<unsigned>(from.departed.size()));
  for (unsigned at = 0; at < departed.size(); ++at) {
    write_room(departed[at].initRoom(), from.departed[at].room);
    departed[at].setGoneSeq(from.departed[at].gone_seq);
  }
  auto invitations = to.initInvitations(static_cast<unsigned>(from.invitations.size()));
  for (unsigned at = 0; at < invitations.size(); ++at) {
    invitations[at].setRoomId(from.invitations[at].room.value);
    invitations[at].setTitle(text(from.invitations[at].title));
    invitations[at].setBy(text(from.invitations[at].by));
  }
  auto refused = to.initRefusedPosts(static_cast<unsigned>(from.refused_posts.size()));
  for (unsigned at = 0; at < refused.size(); ++at) {
    refused[at].setOp(from.refused_posts[at].op);
    refused[at].setCode(static_cast<std::uint16_t>(from.refused_posts[at].why));
  }
}

snapshot_room read_room(wire::SnapshotRoom::Reader from) {
  return {room_id{from.getRoomId()},   string(from.getKey()), string(from.getTitle()),
          string(from.getCompanion()), from.getJoinedSeq(),   member_modes{from.getModes()}};
}

loose_ends read_loose(wire::LooseEnds::Reader from) {
  loose_ends out;
  out.real_name = string(from.getRealName());
  for (const auto each : from.getReleasedNicks())
    out.released_nicks.push_back(string(each));
  for (const auto each : from.getDeparted())
    out.departed.push_back({read_room(each.getRoom()), each.getGoneSeq()});
  for (const auto each : from.getInvitations())
    out.invitations.push_back({room_id{each.getRoomId()}, string(each.getTitle()), string(each.getBy())});
  for (const auto each : from.getRefusedPosts())
    out.refused_posts.push_back({each.getOp(), static_cast<error_code>(each.getCode())});
  return out;
}

session_snapshot read_snapshot(wire::SessionSnapshot::Reader from) {
  session_snapshot out;
  out.nick = string(from.getNick());
  out.away = string(from.getAway());
  for (const auto each : from.getRooms())
    out.rooms.push_back(read_room(each));
  if (from.hasPiece()) {
    const auto piece = from.getPiece();
    out.piece =
      piece_cursor{piece.getOp(), piece.getPiece(), string(piece.getAfter()), piece.getLeft(), piece.getPart()};
  }
  if (from.hasIrc()) {
    const auto irc = from.getIrc();
    out.irc = {irc.getCapabilities(), irc.getCapVersion(), string(irc.getAskedNick()), string(irc.getToldNick())};
  }
  if (from.hasLogin()) {
    const auto login = from.getLogin();
    out.login = {string(login.getNick()), string(login.getUser()), string(login.getRealName()), login.getHeld()};
  }
  out.signed_on = timestamp{std::chrono::microseconds{from.getSignedOnUs()}};
  out.modes = user_modes{from.getUserModes()};
  if (from.hasLoose())
    out.loose = read_loose(from.getLoose());
  out.presence_change = from.getPresenceChange();
  out.first_host = from.getFirstHost();
  return out;
}

} // namespace

std::string encode_snapshot(const session_snapshot& snapshot) {
  capnp::MallocMessageBuilder message;
  auto root = message.initRoot<wire::SessionSnapshot>();
  root.setNick(text(snapshot.nick));
  root.setAway(text(snapshot.away));
  auto rooms = root.initRooms(static_cast<unsigned>(snapshot.rooms.size()));
  for (unsigned at = 0; at < rooms.size(); ++at)
    write_room(rooms[at], snapshot.rooms[at]);
  root.setSignedOnUs(snapshot.signed_on.time_since_epoch().count());
  root.setUserModes(snapshot.modes.bits);
  root.setPresenceChange(snapshot.presence_change);
  if (!snapshot.first_host.empty())
    root.setFirstHost(snapshot.first_host);
  if (snapshot.piece)
    write_piece(root.initPiece(), *snapshot.piece);
  if (snapshot.login != login_steps{})
    write_login(root.initLogin(), snapshot.login);
  if (snapshot.irc != irc_part{})
    write_irc(root.initIrc(), snapshot.irc);
  if (snapshot.loose != loose_ends{})
    write_loose(root.initLoose(), snapshot.loose);
  const auto words = capnp::messageToFlatArray(message);
  const auto bytes = words.asBytes();
  return {reinterpret_cast<const char*>(bytes.begin()), bytes.size()};
}

result<session_snapshot> decode_snapshot(std::string_view bytes) {
  const auto broken = result<session_snapshot>(error{error_code::internal_error, "a broken snapshot"});
  return capnp_bytes::read_message<wire::SessionSnapshot>(
    bytes, broken, [](auto from) -> result<session_snapshot> { return read_snapshot(from); });
}

} // namespace godwit
