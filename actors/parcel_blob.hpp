/// @file
/// The one CAF message that crosses nodes: a parcel of messages/cluster.capnp as bytes.
///
/// Frozen: CAF's own serialisation breaks with any change of a type. A string, since CAF writes those at once and a
/// std::vector<char> element by element.
#pragma once

#include <caf/meta/type_name.hpp>
#include <caf/type_id.hpp>

#include <string>

namespace godwit {

struct parcel_blob {
  std::string bytes;
};

template <class Inspector>
auto inspect(Inspector& f, parcel_blob& blob) {
  return f(caf::meta::type_name("parcel_blob"), blob.bytes);
}

} // namespace godwit

CAF_BEGIN_TYPE_ID_BLOCK(godwit, first_custom_type_id)
CAF_ADD_TYPE_ID(godwit, (godwit::parcel_blob))
CAF_END_TYPE_ID_BLOCK(godwit)
