# What outlives an actor: the snapshot of a session, which its proxy node holds, the bodies of logged events, and the
# settings of rooms.
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
    modesChanged @13 :List(LoggedModeChange);
    kicked   @14 :KickedMember;
    invited  @15 :InvitedPerson;
    forgotten @23 :ForgottenEntries;  # in no log: stands for those up to `seq`, which are not kept any more
  }
  mask     @16 :Text;   # user@host of who did it
  kind     @17 :UInt8;  # of posted: 0 and 1 message, 2 notice
  audience @18 :UInt8;  # of posted: member_mode; 0: all
  modes    @19 :UInt8;  # of joined: member_modes
  realName @20 :Text;   # of joined
  byBot    @21 :Bool;   # who did it says that it is a program
  tags     @22 :Text;   # of posted: client-only tags, as in a line of IRC
}

struct LoggedModeChange {
  add @0 :Bool;
  what :union {
    flag   @1 :UInt8;           # room_flag
    key    @2 :Text;
    limit  @3 :UInt32;
    member @4 :LoggedMemberMode;
    mask   @5 :LoggedMask;
  }
}
struct LoggedMemberMode {
  session @0 :UInt64;
  nick    @1 :Text;
  mode    @2 :UInt8;  # member_mode, one
}
struct LoggedMask {
  list @0 :UInt8;  # mask_list
  mask @1 :Text;
}
struct KickedMember {
  session @0 :UInt64;
  nick    @1 :Text;
  reason  @2 :Text;
}
struct ForgottenEntries {
  first @0 :UInt64;  # a seq
}
struct InvitedPerson {
  session @0 :UInt64;
  nick    @1 :Text;
}

struct RoomSettings {
  # A column of the room's row in the store. Bound: listed_masks_max masks in each list, invitations_max invitations.
  flags            @0 :UInt8;  # room_flags
  key              @1 :Text;
  limit            @2 :UInt32;
  bans             @3 :List(ListedMask);
  exceptions       @4 :List(ListedMask);
  inviteExceptions @5 :List(ListedMask);
  invitations      @6 :List(UInt64);
  createdUs        @7 :Int64;
}
struct ListedMask {
  mask   @0 :Text;
  by     @1 :Text;
  timeUs @2 :Int64;
}

struct SessionSnapshot {
  nick  @0 :Text;   # as shown; empty: not logged in
  away  @1 :Text;
  rooms @2 :List(SnapshotRoom);
  piece @3 :PieceCursor;  # null: no reply in pieces is under way
  login @4 :LoginSteps;   # null: a native client's, which logs in by one request
  irc   @5 :IrcPart;      # null: it speaks no IRC
  signedOnUs @6 :Int64;   # 0: not known
  userModes  @7 :UInt8;   # user_modes
  loose      @8 :LooseEnds;  # null: there are none
  presenceChange @9 :UInt32;  # of the newest change of what others are told of it
  # A file transfer in flight will be a list of its own here: whose, of what, how much of it is durable.
  firstHost  @10 :Text;       # with which it came, as people are shown it; empty: it can have no other
}

# What most sessions have not.
struct LooseEnds {
  realName      @0 :Text;               # changed since the log-in
  releasedNicks @1 :List(Text);         # given back, not answered; bound: unanswered_effects_max
  departed      @2 :List(DepartedRoom); # bound: rooms_per_session_max
  invitations   @3 :List(HeardInvitation);  # bound: invitations_max
  refusedPosts  @4 :List(RefusedPost);      # whose frames may come again; bound: unconfirmed_frames_max
}
struct RefusedPost {
  op   @0 :UInt64;
  code @1 :UInt16;
}
struct DepartedRoom {
  # A room that the session was kicked from while its client may not have been there.
  room    @0 :SnapshotRoom;
  goneSeq @1 :UInt64;
}
struct HeardInvitation {
  roomId @0 :UInt64;
  title  @1 :Text;
  by     @2 :Text;
}

struct IrcPart {
  capabilities @0 :UInt32;  # bits: messages/irc/irc_capabilities.hpp
  capVersion   @1 :UInt32;
  askedNick    @2 :Text;
  toldNick     @3 :Text;  # which it takes for its own; behind the session's while the answer to a NICK waits its turn
}

# What a client of IRC has said towards its log-in, and who it says it is.
struct LoginSteps {
  nick     @0 :Text;  # to log in with; empty: not said yet
  user     @1 :Text;  # empty: not introduced yet
  realName @2 :Text;
  held     @3 :Bool;  # no log-in before it is let go
}

# How far a reply in pieces has come: the next piece goes on from here.
struct PieceCursor {
  op    @0 :UInt64;
  piece @1 :UInt32;  # pieces that were told
  after @2 :Text;    # the last row told: a nick, a room's key, a room_seq in decimal
  left  @3 :UInt32;  # history: events that may still follow
  part  @4 :UInt32;  # of the frame
}

struct SnapshotRoom {
  roomId    @0 :UInt64;
  key       @1 :Text;
  title     @2 :Text;
  companion @3 :Text;
  joinedSeq @4 :UInt64;
  modes     @5 :UInt8;  # member_modes
}
