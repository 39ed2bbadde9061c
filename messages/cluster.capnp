# What nodes say to each other. One CAF message (parcel_blob) carries one Parcel; a Parcel carries a batch of envelopes.
#
# Owner: messages/cluster_messages.hpp says what each message means; this file says how it crosses a link.
# Bound: a parcel holds limits::parcel_bytes_max; one entry that is larger travels alone, up to parcel_blob_bytes_max.
# Evolution: a number, once used, is never reused. An unknown member of Envelope.message is skipped and counted by its
# receiver; unknown fields are ignored. `room` is a room's id, `session` a session's, `seq` a room_seq, `node` a name.
@0xa6f0c2be91d3475e;

using Cxx = import "/capnp/c++.capnp";
using State = import "state.capnp";
$Cxx.namespace("godwit::wire");

# ------------------------------------------------------------------------------------------------------ the link

struct Parcel {
  # either way. Numbered per link from 1, without gaps, over all classes; 0: a pulse, which carries no envelopes.
  number       @0 :UInt64;
  class        @1 :UInt8;           # 1 control, 2 chat, 3 bulk; 0: a pulse
  lastSent     @2 :UInt64;          # the number of the sender's newest parcel: a pulse shows the loss of the last one
  acknowledged @3 :Acknowledged;
  envelopes    @4 :List(Envelope);  # in order
  batch        @5 :DeliveryBatch;   # may be null; worker node → proxy node, class chat
  greeting     @6 :Greeting;        # may be null; the first parcel of either end, number 0
}

struct Acknowledged {
  # What the sender of the parcel has accepted from the other end: numbers of parcels, per class. Each frees credit.
  control @0 :UInt64;
  chat    @1 :UInt64;
  bulk    @2 :UInt64;
  batches @3 :UInt64;  # all delivery batches up to this number stand in the queues of their clients
}

struct Greeting {
  # Who speaks to whom: CAF's own node ids may be equal in two containers, and then BASP takes one node for another.
  node            @0 :Text;
  incarnation     @1 :UInt64;
  peer            @2 :Text;
  peerIncarnation @3 :UInt64;
}

struct DeliveryBatch {
  # worker node → proxy node. What goes to clients of one proxy node, in each session's order; each payload once.
  # Owner: the sending link keeps the tickets until the batch is acknowledged. Numbered from 1 per link.
  number   @0 :UInt64;
  payloads @1 :List(Data);
  items    @2 :List(BatchItem);
}

struct BatchItem {
  union {
    delivery @0 :BatchedDelivery;
    output   @1 :SessionOutput;
  }
}

struct BatchedDelivery {
  # One payload for many clients.
  payload  @0 :UInt32;  # index into DeliveryBatch.payloads
  stream   @1 :UInt64;
  position @2 :UInt64;
  targets  @3 :List(DeliveryTarget);
}

struct DeliveryTarget {
  session    @0 :UInt64;
  generation @1 :UInt32;
  moves      @2 :UInt32;
  attach     @3 :UInt32;
}

struct Envelope {
  # To one entity of the receiving node.
  toKind @0 :UInt8;   # entity_kind
  toId   @1 :UInt64;
  message :union {
    attachSession    @2 :AttachSession;
    attachRefused    @3 :AttachRefused;
    clientFrame      @4 :ClientFrameCarried;
    sendingResumed   @5 :SendingResumed;
    sessionOutput    @6 :SessionOutput;
    placeSession     @7 :SessionRequest;
    resumeSession    @8 :SessionRequest;
    sessionPlaced    @9 :SessionPlaced;
    routeRevoked     @10 :SessionEnding;
    claimNick        @11 :ClaimNick;
    nickClaimed      @12 :NickClaimed;
    releaseNick      @13 :ReleaseNick;
    findNick         @14 :FindNick;
    nickFound        @15 :NickFound;
    locateRoom       @16 :LocateRoom;
    roomLocated      @17 :RoomLocated;
    listRooms        @18 :ListRooms;
    roomsListed      @19 :RoomsListed;
    endSession       @20 :EndSession;
    sessionMustEnd   @21 :SessionEnding;
    reportWorker     @22 :ReportWorker;
    hostRoom         @23 :HostRoom;
    roomHosted       @24 :RoomHosted;
    roomClosed       @25 :RoomAt;
    roomAnnounced    @26 :RoomAt;
    roomNotHere      @27 :RoomNotHere;
    roomCommand      @28 :RoomCommand;
    commandAnswered  @29 :CommandAnswered;
    commandExpected  @30 :CommandExpected;
    roomQuery        @31 :RoomQuery;
    queryAnswered    @32 :QueryAnswered;
    membershipGiven  @33 :MembershipGiven;
    acceptMembership @34 :AcceptMembership;
    setPresence      @35 :SetPresence;
    attachRelay      @36 :AttachRelay;
    detachRelay      @37 :DetachRelay;
    fanOut           @38 :FanOut;
    fanOutDelivered  @39 :FanOutDelivered;
    reportTaken      @40 :ReportTaken;
    fetchEntries     @41 :FetchEntries;
    entriesFetched   @42 :EntriesFetched;
    openLog          @43 :OpenLog;
    logOpened        @44 :LogOpened;
    appendEntries    @45 :AppendEntries;
    entriesAppended  @46 :EntriesAppended;
    readLog          @47 :ReadLog;
    logRead          @48 :LogRead;
    findLogged       @49 :FindLogged;
    loggedFound      @50 :LoggedFound;
    loadSession      @51 :LoadSession;
    sessionLoaded    @52 :SessionLoaded;
    askStore         @53 :AskStore;
    storeAnswered    @54 :StoreAnswered;
    membershipView   @55 :MembershipView;
    suspectNode      @56 :SuspectNode;
    releaseSession   @57 :ReleaseSession;
    sessionHosted    @58 :SessionHosted;
    renewToken       @59 :RenewToken;
    roomInvitation   @60 :RoomInvitation;
    describePerson   @61 :DescribePerson;
    askPeople        @62 :AskPeople;
    peopleTold       @63 :PeopleTold;
    describeRoom     @64 :DescribeRoom;
    signalRoom       @65 :SignalRoom;
    personSignal     @66 :PersonSignal;
    expelPerson      @67 :ExpelPerson;
    proclamation     @68 :Proclamation;
    moveSession      @69 :MoveSession;
  }
}

# ------------------------------------------------------------------------------------------ parts of many messages

struct SessionEpoch {
  generation @0 :UInt32;
  moves      @1 :UInt32;
}
struct EffectName {
  session @0 :UInt64;
  op      @1 :UInt64;
  k       @2 :UInt32;
}
struct Failure {
  # Null where a message may carry one and does not.
  code   @0 :UInt16;  # messages/errors.hpp
  detail @1 :Text;
}
struct StreamPosition {
  stream   @0 :UInt64;
  position @1 :UInt64;
}
struct RequestOrigin {
  name    @0 :EffectName;
  replyTo @1 :Text;  # the node that waits
}
struct LoggedAt {
  seq    @0 :UInt64;
  timeUs @1 :Int64;
}

# --------------------------------------------------------------------------------------------------- edge ↔ session

struct AttachSession {
  # edge → session_host. Bound: 16 bytes a room, and the snapshot.
  session          @0 :UInt64;
  epoch            @1 :SessionEpoch;
  attach           @2 :UInt32;
  proxy            @3 :Text;
  proxyIncarnation @4 :UInt64;
  protocol         @5 :UInt8;
  identity         @6 :Data;  # 32 bytes
  peerAddress      @7 :Text;
  fromStore        @8 :Bool;
  snapshot         @9 :Data;  # state.capnp, SessionSnapshot
  positions        @10 :List(StreamPosition);
  firstInSeq       @11 :UInt64;
  host             @12 :Text;
  unheard          @13 :Bool;
  said             @14 :UInt16;  # so many of the frames from firstInSeq on were said to a former owner, or a former life
  plaintext        @15 :Bool;  # the client's connection has no TLS
  giveUp           @16 :UInt64;  # in_seq of the frame that two worker nodes have died with; 0: none
}
struct AttachRefused {
  # session_host → edge
  session @0 :UInt64;
  epoch   @1 :SessionEpoch;
  attach  @2 :UInt32;
  why     @3 :Failure;
}
struct ClientFrameCarried {
  # edge → session. Bound: client_frame_bytes_max; unconfirmed_frames_max of a session.
  session @0 :UInt64;
  epoch   @1 :SessionEpoch;
  attach  @2 :UInt32;
  inSeq   @3 :UInt64;
  kind    @4 :UInt8;  # 1 data, 2 closed
  bytes   @5 :Data;
}
struct SendingResumed {
  # edge → session
  session @0 :UInt64;
  epoch   @1 :SessionEpoch;
  attach  @2 :UInt32;
}
struct SessionOutput {
  # session → edge, as an item of a DeliveryBatch. Bound: a piece of a reply and a snapshot.
  session        @0 :UInt64;
  epoch          @1 :SessionEpoch;
  attach         @2 :UInt32;
  replies        @3 :List(Data);
  confirmedInSeq @4 :UInt64;
  hasSnapshot    @5 :Bool;
  snapshot       @6 :Data;
  paced          @7 :Bool;
  close          @8 :Failure;  # null: stays open
  cost           @9 :UInt16;  # that much or more
}

# ------------------------------------------------------------------------------------------------- edge ↔ directory

struct SessionRequest {
  # edge → directory
  session          @0 :UInt64;
  proxy            @1 :Text;
  proxyIncarnation @2 :UInt64;
  protocol         @3 :UInt8;
  identity         @4 :Data;  # 32 bytes
  tokenHash        @5 :Data;  # 32 bytes
  tokenNumber      @6 :UInt32;  # resumeSession
  nextTokenHash    @7 :Data;    # resumeSession; 32 bytes
}
struct RenewToken {
  # edge → directory
  session          @0 :UInt64;
  proxy            @1 :Text;
  proxyIncarnation @2 :UInt64;
  tokenHash        @3 :Data;  # 32 bytes
  tokenNumber      @4 :UInt32;
}
struct SessionPlaced {
  # directory → edge
  session           @0 :UInt64;
  epoch             @1 :SessionEpoch;
  worker            @2 :Text;
  workerIncarnation @3 :UInt64;
  resumed           @4 :Bool;
  why               @5 :Failure;
}
struct MoveSession {
  # directory → edge
  session           @0 :UInt64;
  epoch             @1 :SessionEpoch;
  worker            @2 :Text;
  workerIncarnation @3 :UInt64;
}
struct SessionEnding {
  # directory → edge (routeRevoked), directory → session (sessionMustEnd)
  session @0 :UInt64;
  epoch   @1 :SessionEpoch;
  why     @2 :Failure;
}

# ---------------------------------------------------------------------------------------------- session ↔ directory

struct ClaimNick {
  # session → directory
  origin @0 :RequestOrigin;
  epoch  @1 :SessionEpoch;
  nick   @2 :Text;
}
struct NickClaimed {
  # directory → session
  name @0 :EffectName;
  nick @1 :Text;
  why  @2 :Failure;
}
struct ReleaseNick {
  # session → directory
  session @0 :UInt64;
  nick    @1 :Text;
}
struct FindNick {
  # session → directory
  origin @0 :RequestOrigin;
  nick   @1 :Text;
}
struct Person {
  session  @0 :UInt64;
  nick     @1 :Text;
  identity @2 :Data;
  worker   @3 :Text;
  away     @4 :Text;  # empty: is here, as far as is known
}
struct NickFound {
  # directory → session
  name   @0 :EffectName;
  person @1 :Person;
  why    @2 :Failure;
}
struct LocateRoom {
  # session → directory
  origin @0 :RequestOrigin;
  key    @1 :Text;
  title  @2 :Text;
  create @3 :Bool;
}
struct RoomPlace {
  room  @0 :UInt64;
  epoch @1 :UInt64;
  node  @2 :Text;
}
struct RoomLocated {
  # directory → session
  name  @0 :EffectName;
  key   @1 :Text;
  place @2 :RoomPlace;
  why   @3 :Failure;
  title @4 :Text;  # as whoever made it typed it; empty: private, or not known
}
struct ListRooms {
  # session → directory
  origin @0 :RequestOrigin;
  after  @1 :Text;
  limit  @2 :UInt32;
}
struct RoomSummary {
  title       @0 :Text;
  memberCount @1 :UInt32;
  topic       @2 :Text;
  createdUs   @3 :Int64;
  topicTimeUs @4 :Int64;
}
struct RoomsListed {
  # directory → session. Bound: rooms_piece_rows_max rows.
  name  @0 :EffectName;
  rooms @1 :List(RoomSummary);
  next  @2 :Text;
  why   @3 :Failure;
}
struct EndSession {
  # session_host → directory; answered by releaseSession
  session @0 :UInt64;
  epoch   @1 :SessionEpoch;
  node    @2 :Text;
}
struct ReleaseSession {
  # directory → session_host: what is held of this session, of this epoch and older, is over; stop it without leaving rooms
  session @0 :UInt64;
  epoch   @1 :SessionEpoch;
}
struct SessionHosted {
  # session_host → directory, at each attach of a session that was not there in this epoch
  node            @0 :Text;
  nodeIncarnation @1 :UInt64;
  session         @2 :SessionReport;
}
struct ReportWorker {
  # session_host → directory, at each start of the link to the broker node. Bound: what lives on one worker node.
  node            @0 :Text;
  nodeIncarnation @1 :UInt64;
  sessions        @2 :List(SessionReport);
  rooms           @3 :List(RoomReport);
}
struct SessionReport {
  session          @0 :UInt64;
  epoch            @1 :SessionEpoch;
  proxy            @2 :Text;
  proxyIncarnation @3 :UInt64;
}
struct RoomReport {
  room  @0 :UInt64;
  epoch @1 :UInt64;
  key   @2 :Text;
  title @3 :Text;
}

# ------------------------------------------------------------------------------------------------------------ people

struct SeenRoom {
  room  @0 :UInt64;
  title @1 :Text;
  modes @2 :UInt8;  # member_modes
  gone  @3 :Bool;   # not in it any more
}
struct DescribePerson {
  # session → directory, when something of it has changed and at each reset of the link. Bound: the session's rooms.
  session    @0 :UInt64;
  epoch      @1 :SessionEpoch;
  nick       @2 :Text;
  mask       @3 :Text;   # user@host
  realName   @4 :Text;
  away       @5 :Text;
  modes      @6 :UInt8;  # user_modes
  signedOnUs @7 :Int64;  # 0: not known
  spokeAtUs  @8 :Int64;  # to the minute
  address    @9 :Text;   # of the client
  changes    @10 :Bool;  # `rooms` are changes; else all
  rooms      @11 :List(SeenRoom);
  plaintext  @12 :Bool;  # its client's connection has no TLS
}
struct DescribeRoom {
  # room → directory, when it was opened, when that changes, and at each reset of the link
  room   @0 :UInt64;
  epoch  @1 :UInt64;
  secret @2 :Bool;
}
struct AskPeople {
  # session → directory
  origin        @0 :RequestOrigin;
  kind          @1 :UInt8;  # people_kind
  nicks         @2 :List(Text);
  mask          @3 :Text;
  operatorsOnly @4 :Bool;
  limit         @5 :UInt32;
  after         @6 :Text;
}
struct PersonRow {
  nick        @0 :Text;
  mask        @1 :Text;
  realName    @2 :Text;
  away        @3 :Text;
  modes       @4 :UInt8;
  signedOnUs  @5 :Int64;
  spokeAtUs   @6 :Int64;
  goneSeconds @7 :UInt64;
  address     @8 :Text;
  rooms       @9 :List(SeenRoom);
  plaintext   @10 :Bool;
}
struct PeopleTold {
  # directory → session. Bound: people_piece_rows_max rows.
  name      @0 :EffectName;
  rows      @1 :List(PersonRow);
  next      @2 :Text;
  people    @3 :UInt32;
  invisible @4 :UInt32;
  operators @5 :UInt32;
  loggingIn @6 :UInt32;
  rooms     @7 :UInt32;
  most      @8 :UInt32;
  why       @9 :Failure;
}
struct SignalRoom {
  # session → room, passing. Bound: signal_tags_bytes_max.
  room    @0 :UInt64;
  session @1 :UInt64;
  tags    @2 :Text;
}
struct PersonSignal {
  # session → session, passing. Bound: signal_tags_bytes_max.
  session @0 :UInt64;
  nick    @1 :Text;
  mask    @2 :Text;
  tags    @3 :Text;
}
struct ExpelPerson {
  # session → directory; answered by nickFound
  origin @0 :RequestOrigin;
  nick   @1 :Text;
  by     @2 :Text;
  reason @3 :Text;
}
struct Proclamation {
  # session → directory → session_host, passing. Bound: post_bytes_max.
  kind @0 :UInt8;  # 1 wallops, 2 notice, 3 rehash
  by   @1 :Text;
  mask @2 :Text;
  text @3 :Text;
}

# --------------------------------------------------------------------------------------------- directory ↔ room_host

struct HostRoom {
  # directory → room_host
  room @0 :UInt64;
  key  @1 :Text;
}
struct RoomHosted {
  # room_host → directory
  room  @0 :UInt64;
  epoch @1 :UInt64;
  node  @2 :Text;
  why   @3 :Failure;
}
struct RoomAt {
  # room_host → directory (roomClosed), room → room_host (roomAnnounced)
  room  @0 :UInt64;
  epoch @1 :UInt64;
  node  @2 :Text;
}
struct RoomNotHere {
  # a worker node → the sender's node
  room       @0 :UInt64;
  knownEpoch @1 :UInt64;
  session    @2 :UInt64;
}

# --------------------------------------------------------------------------------------------------- session ↔ room

struct RoomCommand {
  # session → room. Bound: post_bytes_max; unanswered_effects_max of a session.
  room     @0 :UInt64;
  name     @1 :EffectName;
  previous @2 :EffectName;
  epoch    @3 :SessionEpoch;
  replyTo  @4 :Text;
  nick     @5 :Text;
  identity @6 :Data;
  action :union {
    join     @7 :Person;  # the companion; session 0: none
    leave    @8 :Leaving;
    post     @9 :Text;
    setTopic @10 :Text;
    rename   @11 :Text;
    changeModes @12 :List(State.LoggedModeChange);
    kick     @13 :Kicking;
    invite   @14 :Person;   # without identity
  }
  mask     @15 :Text;   # user@host of the sender
  kind     @16 :UInt8;  # of post, as in LogEntry
  audience @17 :UInt8;  # of post
  key      @18 :Text;   # of join
  realName @19 :Text;   # of join
  tags     @20 :Text;   # of post
  byServerOperator @21 :Bool;
}
struct Kicking {
  nick   @0 :Text;
  reason @1 :Text;
}
struct Leaving {
  reason @0 :Text;
  quit   @1 :Bool;
}
struct CommandAnswered {
  # room → session
  name @0 :EffectName;
  room @1 :UInt64;
  at   @2 :LoggedAt;  # null: not logged
  why  @3 :Failure;
  epoch @4 :UInt64;
}
struct CommandExpected {
  # room → session
  refused @0 :EffectName;
  room    @1 :UInt64;
  last    @2 :EffectName;
}
struct RoomQuery {
  # session → room
  room     @0 :UInt64;
  origin   @1 :RequestOrigin;
  identity @2 :Data;
  question :union {
    members @3 :Text;  # after this nick
    history @4 :HistoryRange;
    topic   @5 :Void;
    settings @6 :Void;
    rename  @7 :Void;
    delivery @8 :AwaitedDelivery;
  }
}
struct AwaitedDelivery {
  seq @0 :UInt64;  # all entries up to this one
}
struct HistoryRange {
  from      @0 :UInt64;
  to        @1 :UInt64;
  limit     @2 :UInt32;
  last      @3 :Bool;
  sinceLeft @4 :Bool;
}
struct QueryAnswered {
  # room → session. Bound: history_piece_entries_max entries, members_piece_rows_max rows.
  name @0 :EffectName;
  room @1 :UInt64;
  answer :union {
    members @2 :MembersRead;
    history @3 :EntriesRead;
    topic   @4 :TopicRead;
    failure @5 :Failure;
    settings @6 :State.RoomSettings;
    renameAllowed @7 :Void;
    delivered @8 :Void;
  }
}
struct MembersRead {
  members @0 :List(MemberRow);
  more    @1 :Bool;
  ofSecretRoom @2 :Bool;
}
struct MemberRow {
  nick     @0 :Text;
  away     @1 :Text;
  modes    @2 :UInt8;
  mask     @3 :Text;
  realName @4 :Text;
  marks    @5 :UInt8;  # user_modes
}
struct EntriesRead {
  entries @0 :List(Data);  # state.capnp, LogEntry
  more    @1 :Bool;
}
struct TopicRead {
  text   @0 :Text;
  by     @1 :Text;
  timeUs @2 :Int64;
}
struct MembershipGiven {
  # room → session
  session       @0 :UInt64;
  room          @1 :UInt64;
  epoch         @2 :UInt64;
  node          @3 :Text;
  key           @4 :Text;
  title         @5 :Text;
  companionNick @6 :Text;
  joinedSeq     @7 :UInt64;
  last          @8 :EffectName;
}
struct AcceptMembership {
  # session → room
  session @0 :UInt64;
  room    @1 :UInt64;
}
struct SetPresence {
  # session → room
  room     @0 :UInt64;
  session  @1 :UInt64;
  away     @2 :Text;
  realName @3 :Text;
  marks    @4 :UInt8;  # user_modes
  change   @5 :UInt32; # rises with each change of what passes here; the same in all rooms
  mask     @6 :Text;   # user@host as it is now; empty: as it came in
}
struct RoomInvitation {
  # room → session
  session @0 :UInt64;
  room    @1 :UInt64;
  title   @2 :Text;
  by      @3 :Text;
  byMask  @4 :Text;
}

# ---------------------------------------------------------------------------------------------------- room ↔ relay

struct AttachRelay {
  # relay → room
  room            @0 :UInt64;
  node            @1 :Text;
  nodeIncarnation @2 :UInt64;
  after           @3 :UInt64;
  newest          @4 :Bool;
  openUntil       @5 :UInt64;
}
struct DetachRelay {
  # relay → room
  room @0 :UInt64;
  node @1 :Text;
}
struct FanOut {
  # room → relay. Bound: undelivered_fan_out_max items of a room and node that are not reported delivered.
  room  @0 :UInt64;
  epoch @1 :UInt64;
  base  @2 :UInt64;
  items @3 :List(FanOutItem);
}
struct FanOutItem {
  number @0 :UInt64;
  union {
    entry    @1 :Data;  # state.capnp, LogEntry
    presence @2 :PresenceChanged;
  }
}
struct PresenceChanged {
  session  @0 :UInt64;
  nick     @1 :Text;
  away     @2 :Text;
  realName @3 :Text;
  mask     @4 :Text;
  parts    @5 :UInt8;  # what has changed: 1 away, 2 real name, 4 nothing, it says `tags`, 8 mask; 0: away
  tags     @6 :Text;
  timeUs   @7 :Int64;  # of tags
  change   @8 :UInt32; # as SetPresence has it
  newMask  @9 :Text;   # of parts with 8; `mask` is the former one
}
struct FanOutDelivered {
  # relay → room, one outstanding
  room   @0 :UInt64;
  epoch  @1 :UInt64;
  node   @2 :Text;
  number @3 :UInt64;
}
struct ReportTaken {
  # room → relay
  room  @0 :UInt64;
  epoch @1 :UInt64;
}
struct FetchEntries {
  # relay → room
  room    @0 :UInt64;
  node    @1 :Text;
  session @2 :UInt64;
  from    @3 :UInt64;
}
struct EntriesFetched {
  # room → relay
  room    @0 :UInt64;
  session @1 :UInt64;
  entries @2 :List(Data);
}

# ----------------------------------------------------------------------------------------------------- room ↔ store

struct RoomState {
  title       @0 :Text;
  topic       @1 :Text;
  topicBy     @2 :Text;
  topicTimeUs @3 :Int64;
  lastSeq     @4 :UInt64;
  lastTimeUs  @5 :Int64;
  settings    @6 :State.RoomSettings;  # null: unchanged (append), or none
}
struct StoredMember {
  session   @0 :UInt64;
  nick      @1 :Text;
  identity  @2 :Data;
  joinedSeq @3 :UInt64;
  modes     @4 :UInt8;
  mask      @5 :Text;
  realName  @6 :Text;
}
struct LastOp {
  name @0 :EffectName;
  seq  @1 :UInt64;
}
struct OpenLog {
  # room → store
  room    @0 :UInt64;
  replyTo @1 :Text;
}
struct LogOpened {
  # store → room. Bound: members_per_room_max members, tail_entries_max entries.
  room    @0 :UInt64;
  epoch   @1 :UInt64;
  key     @2 :Text;
  state   @3 :RoomState;
  members @4 :List(StoredMember);
  lastOps @5 :List(LastOp);
  tail    @6 :List(Data);
  why     @7 :Failure;
}
struct AppendEntries {
  # room → store. Bound: append_entries_max, append_bytes_max; appends_in_flight_max of a room.
  room       @0 :UInt64;
  epoch      @1 :UInt64;
  replyTo    @2 :Text;
  firstSeq   @3 :UInt64;
  entries    @4 :List(Data);
  state      @5 :RoomState;
  membersIn  @6 :List(StoredMember);
  membersOut @7 :List(UInt64);
}
struct EntriesAppended {
  # store → room
  room        @0 :UInt64;
  epoch       @1 :UInt64;
  firstSeq    @2 :UInt64;
  count       @3 :UInt32;
  outcome     @4 :UInt8;  # append_outcome
  expectedSeq @5 :UInt64;
}
struct ReadLog {
  # room → store
  room           @0 :UInt64;
  replyTo        @1 :Text;
  ticket         @2 :UInt64;
  from           @3 :UInt64;
  to             @4 :UInt64;
  limit          @5 :UInt32;
  last           @6 :Bool;
  hasSinceLeftBy @7 :Bool;
  sinceLeftBy    @8 :Data;
}
struct LogRead {
  # store → room
  room    @0 :UInt64;
  ticket  @1 :UInt64;
  entries @2 :List(Data);
  more    @3 :Bool;
  why     @4 :Failure;
}
struct FindLogged {
  # room → store
  room    @0 :UInt64;
  replyTo @1 :Text;
  name    @2 :EffectName;
}
struct LoggedFound {
  # store → room
  room @0 :UInt64;
  name @1 :EffectName;
  at   @2 :LoggedAt;
  why  @3 :Failure;
}
struct LoadSession {
  # session_host → store
  session @0 :UInt64;
  replyTo @1 :Text;
}
struct StoredMembership {
  room          @0 :UInt64;
  key           @1 :Text;
  title         @2 :Text;
  joinedSeq     @3 :UInt64;
  companionNick @4 :Text;
  last          @5 :LastOp;
  modes         @6 :UInt8;
}
struct SessionLoaded {
  # store → session_host. Bound: rooms_per_session_max rooms.
  session @0 :UInt64;
  nick    @1 :Text;
  rooms   @2 :List(StoredMembership);
  why     @3 :Failure;
}

# ------------------------------------------------------------------------------------------------ directory ↔ store

struct SessionRow {
  session          @0 :UInt64;
  generation       @1 :UInt32;
  protocol         @2 :UInt8;
  identity         @3 :Data;
  tokenHash        @4 :Data;
  proxy            @5 :Text;
  proxyIncarnation @6 :UInt64;
  nick             @7 :Text;
  tokenNumber      @8 :UInt32;
  nextTokenHash    @9 :Data;  # empty: none
}
struct TokenRow {
  session     @0 :UInt64;
  tokenHash   @1 :Data;
  tokenNumber @2 :UInt32;
}
struct NickRow {
  folded  @0 :Text;
  nick    @1 :Text;
  session @2 :UInt64;
}
struct AskStore {
  # directory → store
  ticket @0 :UInt64;
  request :union {
    insertSession  @1 :SessionRow;
    takeSession    @2 :SessionRow;
    claimNickRow   @3 :NickClaim;
    releaseNickRow @4 :NickRow;
    deleteSession  @5 :UInt64;
    findRoom       @6 :FindRoom;
    listRoomRows   @7 :ListRoomRows;
    loadDirectory  @8 :Void;
    loadSession    @9 :LoadSession;
    renewTokenRow  @10 :TokenRow;
    markDrained    @11 :DrainMark;
    deleteRoom     @12 :UInt64;
  }
}
struct DrainMark {
  node    @0 :Text;
  drained @1 :Bool;
}
struct NickClaim {
  row  @0 :NickRow;
  name @1 :EffectName;
}
struct FindRoom {
  key    @0 :Text;
  title  @1 :Text;
  create @2 :Bool;
}
struct ListRoomRows {
  after @0 :Text;
  limit @1 :UInt32;
}
struct StoreAnswered {
  # store → directory. Bound: directoryLoaded has a row per session and nick of the cluster.
  ticket @0 :UInt64;
  result :union {
    done            @1 :Void;
    sessionTaken    @2 :SessionRow;
    nickRowClaimed  @3 :NickRowClaimed;
    roomFound       @4 :RoomFound;
    roomRows        @5 :RoomRows;
    directoryLoaded @6 :DirectoryLoaded;
    sessionLoaded   @7 :SessionLoaded;
    failure         @8 :Failure;
  }
}
struct NickRowClaimed {
  row   @0 :NickRow;
  taken @1 :Bool;
}
struct RoomFound {
  room  @0 :UInt64;
  key   @1 :Text;
  title @2 :Text;  # of whoever made it
}
struct RoomRows {
  rooms @0 :List(RoomSummary);
  next  @1 :Text;
}
struct DirectoryLoaded {
  sessions @0 :List(SessionRow);
  nicks    @1 :List(NickRow);
  drained  @2 :List(Text);  # worker nodes
}

# ------------------------------------------------------------------------------------------------------- membership

struct MembershipView {
  # broker node's membership → every node's. Bound: the nodes of the config.
  number @0 :UInt64;
  by     @1 :UInt64;
  nodes  @2 :List(MemberNode);
}
struct MemberNode {
  name        @0 :Text;
  incarnation @1 :UInt64;
  roles       @2 :UInt8;
  state       @3 :UInt8;
  share       @4 :UInt32;  # of a worker node: of what is to be placed; 0: nothing, unless no other node is left
}
struct SuspectNode {
  # a node → the broker node's membership
  by          @0 :Text;
  node        @1 :Text;
  incarnation @2 :UInt64;
}
