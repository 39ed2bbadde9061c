# What nodes say to each other: one parcel per CAF message, with a batch of envelopes.
@0xa6f0c2be91d3475e;

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("godwit::wire");

struct Parcel {
  number @0 :UInt64;
}
