# What outlives an actor: the snapshot of a session, which its proxy node holds, and the bodies of logged events.
#
# Owner of a snapshot: the session actor, which sends it with the output that changed it. Bound: some 100 bytes a room.
# Evolution: a number, once used, is never reused; unknown union members are kept and counted, but shown to nobody.
@0xe8bb0f5d5a3c9d17;

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("godwit::wire");

struct LogEntry {
  seq      @0 :UInt64;
  timeUs   @1 :Int64;
  session  @2 :UInt64;
  op       @3 :UInt64;
  k        @4 :UInt32;
  nick     @5 :Text;
  identity @6 :Data;  # 32 bytes
  body :union {
    posted   @7 :Text;
    joined   @8 :Void;
    left     @9 :Text;
    quit     @10 :Text;
    topicSet @11 :Text;
    renamed  @12 :Text;
  }
}

struct SessionSnapshot {
  nick  @0 :Text;   # as shown; empty: not logged in
  away  @1 :Text;
  rooms @2 :List(SnapshotRoom);
  piece @3 :PieceCursor;  # null: no reply in pieces is under way
}

# How far a reply in pieces has come: the next piece goes on from here.
struct PieceCursor {
  op    @0 :UInt64;
  piece @1 :UInt32;  # pieces that were told
  after @2 :Text;    # the last row told: a nick, a room's key, a room_seq in decimal
  left  @3 :UInt32;  # history: events that may still follow
}

struct SnapshotRoom {
  roomId    @0 :UInt64;
  key       @1 :Text;
  title     @2 :Text;
  companion @3 :Text;
  joinedSeq @4 :UInt64;
}
