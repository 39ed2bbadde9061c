# What operators' tools (`godwitctl`) and the broker node's admin port say to each other over mutual TLS.
#
# Framing as in messages/client.capnp, channel 0 only:   tool → port: AdminRequest      port → tool: AdminReply
#
# The tool greets first, and is greeted. Then it asks, with numbers of its own that rise; each question gets one answer
# with its number, in whatever order they are ready. Who asks is what the certificate of the operator CA says.
# Owner of what is told: the broker node's directory. Lifetime: that of the connection. Bounds: messages/admin_codec.hpp.
#
# Evolution: a number, once used, is never reused. A question of an unknown kind is answered `unsupported`; an answer of
# an unknown kind is one the tool can not show.
@0xd92c4e1f7ab08563;

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("godwit::wire");

struct AdminRequest {
  number @0 :UInt64;              # 0 for the greeting, else the tool's own, from 1, rising
  union {
    hello          @1 :AdminHello;   # the first frame of a connection, and only that
    showNodes      @2 :Void;
    showSessions   @3 :UInt64;       # a session's id: the page begins behind it; 0: at the first
    showRooms      @4 :UInt64;       # a room's id, the same
    showWhere      @5 :Text;         # a nick, a session's number, or `#room`
    migrateSession @6 :AdminMove;    # what: a nick, or a session's number
    migrateRoom    @7 :AdminMove;    # what: a room, with or without its `#`
    drainNode      @8 :Text;         # a worker node
    undrainNode    @9 :Text;
    showDrain      @10 :Text;
    kickPerson     @11 :AdminKick;
    treatRoom      @12 :AdminRoomTreatment;
  }
}

struct AdminHello {
  versionMin @0 :UInt16;    # the tool speaks versionMin..versionMax
  versionMax @1 :UInt16;
  software   @2 :Text;      # for the log, at most 64 bytes
}

struct AdminMove {
  what @0 :Text;
  to   @1 :Text;            # a worker node
}

struct AdminKick {
  who    @0 :Text;          # a nick, or a session's number
  reason @1 :Text;
}

struct AdminRoomTreatment {
  room   @0 :Text;          # with or without its `#`
  measure @1 :UInt8;        # 1 ban, 2 make an operator, 3 clear, 4 remove
  who    @2 :Text;          # ban: a nick or a mask; operator: a member's nick
  reason @3 :Text;
}

struct AdminReply {
  number @0 :UInt64;        # of the question; 0: of the greeting, or of the connection
  union {
    welcome  @1 :AdminWelcome;   # answers hello
    failed   @2 :AdminFailure;   # with number 0 the connection is over
    done     @3 :Void;
    nodes    @4 :List(AdminNode);
    sessions @5 :AdminSessions;
    rooms    @6 :AdminRooms;
    place    @7 :AdminPlace;     # answers showWhere
    migrated @8 :AdminMigrated;
    drain    @9 :AdminDrain;
  }
}

struct AdminWelcome {
  version  @0 :UInt16;
  node     @1 :Text;
  cluster  @2 :Text;
  software @3 :Text;
  operator @4 :Text;        # who the tool is, by its certificate
}

struct AdminFailure {
  code     @0 :UInt16;      # messages/errors.hpp
  name     @1 :Text;        # of a newer server's errors: what scripts see, and a sentence for people
  sentence @2 :Text;
  detail   @3 :Text;
}

struct AdminNode {
  name     @0 :Text;
  roles    @1 :UInt8;       # bits: 1 broker, 2 worker, 4 proxy
  state    @2 :Text;        # alive, draining, drained, dead, unheard
  address  @3 :Text;        # what other nodes dial
  pid      @4 :UInt32;      # 0: not known
  version  @5 :Text;        # empty: not known
  sessions @6 :UInt64;
  rooms    @7 :UInt64;
  share    @8 :UInt32;
}

struct AdminSession {
  id         @0 :UInt64;
  generation @1 :UInt32;
  moves      @2 :UInt32;
  nick       @3 :Text;      # empty: none yet
  protocol   @4 :UInt8;     # 1 native, 2 IRC
  state      @5 :Text;      # placing, placed, hosted, moving, lost, ending
  proxy      @6 :Text;      # empty: none
  worker     @7 :Text;      # empty: none
}

struct AdminRoom {
  id     @0 :UInt64;
  epoch  @1 :UInt64;
  title  @2 :Text;          # with its `#`; empty: a private conversation, or not known
  state  @3 :Text;          # open, opening, moving
  worker @4 :Text;          # empty: none yet
}

struct AdminSessions {
  sessions @0 :List(AdminSession);
  next     @1 :UInt64;      # ask for what is behind it; 0: there are no more
}

struct AdminRooms {
  rooms @0 :List(AdminRoom);
  next  @1 :UInt64;
}

struct AdminPlace {
  sessions @0 :List(AdminSession);
  rooms    @1 :List(AdminRoom);
}

struct AdminMigrated {
  worker       @0 :Text;
  microseconds @1 :UInt64;  # 0: it was there already
}

struct AdminDrain {
  node          @0 :Text;
  draining      @1 :Bool;
  sessionsLeft  @2 :UInt64;
  roomsLeft     @3 :UInt64;
  sessionsMoved @4 :UInt64;
  roomsMoved    @5 :UInt64;
  stuck         @6 :UInt64;
  waitsFor      @7 :Text;   # why nothing moves; empty: it moves, or is done
}
