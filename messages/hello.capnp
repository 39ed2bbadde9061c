# The first words on a link between two nodes, before CAF's bytes: who is there, and whether it is welcome.
#
# After the TLS handshake each side sends `hello`; having judged the other's it sends `welcome`, or `refused` and closes.
# With both welcomes the link is open, and all further bytes are CAF's. Framed as messages/client.capnp says, channel 0,
# at most 4 KiB each.
#
# Evolution: a number, once used, is never reused. `version` rises when nodes of the old one could not work with the new.
@0xb1c9f1c0a83dd06b;

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("godwit::wire");

struct LinkGreeting {
  union {
    hello   @0 :NodeHello;
    welcome @1 :Void;
    refused @2 :Text;      # a sentence for the operator
  }
}

struct NodeHello {
  cluster     @0 :Text;    # both ends must be configured with the same
  name        @1 :Text;    # must be in the certificate and in the other's config
  incarnation @2 :UInt64;  # of this process, random, never 0
  roles       @3 :UInt8;   # bits: 1 broker, 2 worker, 4 proxy
  versionMin  @4 :UInt16;  # the node speaks versionMin..versionMax with other nodes
  versionMax  @5 :UInt16;
  software    @6 :Text;    # for people
  clockMs     @7 :Int64;   # the node's time as it says this, since 1970 in UTC; 0: it does not tell
  pid         @8 :UInt32;  # of its process, for people; 0: it does not tell
}
