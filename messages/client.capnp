# The native client protocol: what a client and a proxy node say over TLS.
#
# Framing: each frame is a 32-bit little-endian header, then a Cap'n Proto message (standard stream framing, one message).
# Bits 0..23 of the header are the message's length in bytes, bits 24..31 its channel:
#
#   channel 0  session     client → server: ClientFrame      server → client: ServerFrame
#   channel 1  connection  client → server: ClientControl    server → client: ServerControl
#
# The edge reads the connection channel itself and passes frames of the session channel on without reading them.
# docs/PROTOCOL.md says in numbered sentences who sends what when, and what follows.
#
# Evolution: a number, once used, is never reused. An unknown ClientFrame request is answered `unsupported`; unknown
# union members of ServerFrame and of the connection channel are skipped.
@0xd3a1c5f09b7e4621;

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("godwit::wire");

const protocolVersion :UInt16 = 1;

# ---------------------------------------------------------------- connection channel

struct ClientControl {
  union {
    hello @0 :ClientHello;  # the first frame of a connection, and only that
    ping  @1 :UInt64;       # any number; answered by pong with the same number, by the edge
    pong  @2 :UInt64;       # answers the server's ping
  }
}

struct ClientHello {
  versionMin @0 :UInt16;    # the client speaks versionMin..versionMax
  versionMax @1 :UInt16;
  features   @2 :UInt64;    # bits; none is defined yet: unknown bits are ignored
  identity   @3 :Data;      # 16 random bytes, the person's secret; the server keeps SHA-256 of it
  clientName @4 :Text;      # for the operator's log, at most 64 bytes
  resume     @5 :Resume;    # absent (null): a new session
}

struct Resume {
  session @0 :UInt64;
  token   @1 :Data;                # 32 bytes, as ServerHello gave it
  rooms   @2 :List(RoomPosition);  # what the client has
}

struct RoomPosition {
  roomId  @0 :UInt64;
  roomSeq @1 :UInt64;  # the last logged event that the client has got
}

struct ServerControl {
  union {
    hello @0 :ServerHello;  # answers ClientHello
    ping  @1 :UInt64;       # answer with pong, or be closed by idle_timeout
    pong  @2 :UInt64;
    close @3 :Error;        # the last frame of a connection: why it is closed
    warning @4 :Error;      # the connection goes on, but will be closed for this reason if the client does
  }
}

struct ServerHello {
  version         @0 :UInt16;  # the one that is spoken from here on
  features        @1 :UInt64;
  session         @2 :UInt64;
  token           @3 :Data;    # 32 bytes, unguessable: keep it to resume
  resumed         @4 :Bool;    # the session goes on; unconfirmed frames are to be sent again, in order, with their ops
  resumeTimeoutMs @5 :UInt32;  # how long the session waits for its client
  serverTimeUs    @6 :Int64;   # microseconds since 1970
  frameBytesMax   @7 :UInt32;  # of a client's frame
  alternatives    @8 :List(Text);  # host:port of other proxy nodes that can resume this session
  idlePingAfterMs @9 :UInt32;
  node            @10 :Text;   # the proxy node's name, for people
}

# ---------------------------------------------------------------- session channel, client → server

struct ClientFrame {
  op     @0 :UInt64;  # from 1, rising by 1 with each frame of the session
  resent @1 :Bool;    # sent before, on an earlier connection
  union {
    login       @2 :Login;
    nick        @3 :Text;
    join        @4 :Text;          # a room's name
    leave       @5 :Leave;
    post        @6 :Post;
    members     @7 :Text;          # of a room: answered by reply.members
    rooms       @8 :Void;          # answered by reply.rooms
    setTopic    @9 :SetTopic;
    readTopic   @10 :Text;
    away        @11 :Text;         # empty: back
    history     @12 :HistoryQuestion;
    ping        @13 :UInt64;       # answered by reply.pong when all earlier frames are confirmed
    quit        @14 :Text;         # a reason
    joinWithKey @15 :JoinWithKey;
    kick        @16 :Kick;
    invite      @17 :Invite;
    changeModes @18 :ChangeModes;  # all or nothing
    readSettings @19 :Text;        # of a room: answered by reply.settings
    whois        @20 :Text;        # a nick: answered by reply.person
    operator     @21 :Operator;    # to become an operator of the server: answered by reply.operator
    expel        @22 :Expel;       # for operators of the server: ends another's session; answered by reply.ordered
    proclaim     @23 :Proclaim;    # for operators of the server: answered by reply.ordered
  }
}

struct Login {
  nick @0 :Text;
}
struct Leave {
  room   @0 :Text;
  reason @1 :Text;
}
struct SetTopic {
  room @0 :Text;
  text @1 :Text;
}
struct JoinWithKey {
  room @0 :Text;
  key  @1 :Text;
}
struct Kick {
  room   @0 :Text;
  nick   @1 :Text;
  reason @2 :Text;
}
struct Invite {
  room @0 :Text;
  nick @1 :Text;
}
struct ChangeModes {
  room    @0 :Text;
  changes @1 :List(ModeChange);  # at most 20
}
struct ModeChange {
  # As asked for, and as logged.
  add @0 :Bool;           # else: take away
  what :union {
    flag   @1 :UInt8;     # 1 invite only, 2 moderated, 4 members only, 8 secret, 16 topic locked
    key    @2 :Text;
    limit  @3 :UInt32;
    member @4 :MemberMode;
    mask   @5 :MaskInList;
  }
}
struct MemberMode {
  nick @0 :Text;
  mode @1 :UInt8;         # one of: 1 voice, 2 half-operator, 4 operator, 8 admin, 16 founder
}
struct MaskInList {
  list @0 :UInt8;         # 1 bans (a mask "m:..." mutes), 2 exceptions, 3 invite exceptions
  mask @1 :Text;
}
struct Operator {
  name     @0 :Text;  # empty: not to be one any more
  password @1 :Text;
}
struct Expel {
  nick   @0 :Text;
  reason @1 :Text;
}
struct Proclaim {
  kind @0 :UInt8;  # 1 to operators and those who want to read it, 2 to everybody
  text @1 :Text;
}
struct Post {
  target :union {
    room   @0 :Text;
    person @1 :Text;    # a nick: a private conversation
    roomId @2 :UInt64;  # a room or private conversation that the session is in
  }
  text     @3 :Text;
  kind     @4 :UInt8;   # 0 and 1: a message, 2: a notice, which no program answers
  audience @5 :UInt8;   # in a room: for members of this mode or a higher one (1, 2, 4, 8, 16); 0: for all
}
struct HistoryQuestion {
  target :union {
    room   @0 :Text;
    person @1 :Text;
    roomId @2 :UInt64;
  }
  range :union {
    last      @3 :UInt32;  # the newest n events
    since     @4 :UInt64;  # all behind this roomSeq
    sinceLeft @5 :Void;    # all that this identity has missed since it was last there
  }
  limit @6 :UInt32;        # of since and sinceLeft; 0: the server's maximum
}

# ---------------------------------------------------------------- session channel, server → client

struct ServerFrame {
  union {
    confirmed  @0 :UInt64;      # all frames up to this op are confirmed: their effects are durable, their replies complete
    reply      @1 :Reply;       # to a request
    roomOpened @2 :RoomOpened;  # the session is in this room; sent before its first event, and again after a resume
    event      @3 :RoomEvent;   # logged: once, in order, for each member, the sender included
    presence   @4 :Presence;    # passing: at most once
    invitation @5 :Invitation;  # passing: at most once
    proclaimed @6 :Proclaimed;  # passing: at most once
  }
}

struct Reply {
  op   @0 :UInt64;
  more @1 :Bool;  # further pieces follow
  union {
    error   @2 :Error;
    loggedIn @3 :Text;             # the nick as it is shown
    nick    @4 :Text;
    members @5 :List(Member);
    rooms   @6 :List(RoomRow);
    topic   @7 :Topic;
    history @8 :History;
    pong    @9 :UInt64;
    posted  @10 :Posted;           # a post that was logged before and was sent again, or of one who is not in the room
    away    @11 :Text;
    left    @12 :UInt64;           # the room id; the session is not in it
    settings @13 :Settings;
    person   @14 :PersonTold;
    operator @15 :Bool;            # whether the session is one of the server's operators now
    ordered  @16 :Void;
  }
}

struct Error {
  code   @0 :UInt16;
  name   @1 :Text;  # stable, snake_case
  text   @2 :Text;  # a sentence that says what to do
  retry  @3 :Bool;  # the same request may succeed later
  detail @4 :Text;  # what the sentence can not know; may be empty
}
struct Member {
  nick     @0 :Text;
  away     @1 :Text;   # empty: here
  modes    @2 :UInt8;  # bits, as MemberMode.mode
  mask     @3 :Text;   # user@host
  realName @4 :Text;
}
struct PersonTold {
  nick       @0 :Text;
  mask       @1 :Text;   # user@host
  realName   @2 :Text;
  away       @3 :Text;   # empty: here
  modes      @4 :UInt8;  # bits: 1 invisible, 2 bot, 4 wants wallops, 8 operator of the server
  signedOnUs @5 :Int64;  # 0: not known
  spokeAtUs  @6 :Int64;  # to the minute; 0: not yet
  address    @7 :Text;   # to operators of the server, and of oneself
  rooms      @8 :List(PersonRoom);
}
struct PersonRoom {
  room  @0 :Text;
  modes @1 :UInt8;  # bits, as MemberMode.mode
}
struct Settings {
  roomId           @0 :UInt64;
  flags            @1 :UInt8;  # bits, as ModeChange.what.flag
  key              @2 :Text;   # to members only
  limit            @3 :UInt32; # of members; 0: the server's own
  bans             @4 :List(MaskEntry);
  exceptions       @5 :List(MaskEntry);
  inviteExceptions @6 :List(MaskEntry);
  createdUs        @7 :Int64;  # 0: not known
}
struct MaskEntry {
  mask   @0 :Text;
  by     @1 :Text;
  timeUs @2 :Int64;
}
struct RoomRow {
  room        @0 :Text;
  memberCount @1 :UInt32;
  topic       @2 :Text;
}
struct Topic {
  roomId @0 :UInt64;
  text   @1 :Text;
  by     @2 :Text;
  timeUs @3 :Int64;
}
struct History {
  roomId @0 :UInt64;
  events @1 :List(RoomEvent);
  own    @2 :List(OwnEvent);  # those of `events` that frames of this identity caused, in any of its sessions, in order
}
struct OwnEvent {
  event   @0 :UInt32;  # which of the list `events`: from 0, rising
  session @1 :UInt64;  # as ServerHello named it
  op      @2 :UInt64;
}
struct Posted {
  roomId  @0 :UInt64;
  roomSeq @1 :UInt64;
  id      @2 :Text;
  timeUs  @3 :Int64;
}

struct RoomOpened {
  roomId  @0 :UInt64;
  room    @1 :Text;    # the name as whoever made it typed it; empty in a private conversation
  person  @2 :Text;    # the other one's nick; empty in a room
  roomSeq @3 :UInt64;  # events behind this one follow
}

struct RoomEvent {
  roomId  @0 :UInt64;
  roomSeq @1 :UInt64;
  timeUs  @2 :Int64;
  nick    @3 :Text;    # who did it
  op      @4 :UInt64;  # the receiver's own frame that caused it; 0: not the receiver's
  union {
    posted  @5 :Text;
    joined  @6 :Void;
    left    @7 :Text;     # a reason
    quit    @8 :Text;     # left everything
    topic   @9 :Text;
    renamed @10 :Text;    # the new nick
    modesChanged @11 :List(ModeChange);  # nick empty: the room did it by itself
    kicked  @12 :KickedFrom;
    invited @13 :Text;    # a nick
    forgotten @17 :ForgottenEvents;  # those up to roomSeq are not kept any more
  }
  kind     @14 :UInt8;    # of posted, as in Post
  audience @15 :UInt8;    # of posted, as in Post
  modes    @16 :UInt8;    # of joined: bits, as MemberMode.mode
  # The message id is message_id(roomId, roomSeq): both in base 36, joined by '-'.
}

struct ForgottenEvents {
  first @0 :UInt64;  # a roomSeq
}
struct KickedFrom {
  nick   @0 :Text;
  reason @1 :Text;
}
struct Invitation {
  roomId @0 :UInt64;
  room   @1 :Text;  # the room's name
  by     @2 :Text;  # a nick
}

struct Proclaimed {
  kind @0 :UInt8;  # as in Proclaim
  by   @1 :Text;   # a nick
  text @2 :Text;
}

struct Presence {
  roomId @0 :UInt64;
  nick   @1 :Text;
  away   @2 :Text;  # empty: back
}
