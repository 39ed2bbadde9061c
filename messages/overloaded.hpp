/// @file
/// One visitor made of several functions, for std::visit.
#pragma once

namespace godwit {

template <class... Functions>
struct overloaded : Functions... {
  using Functions::operator()...;
};
/// Clang 14 does not deduce it by itself.
template <class... Functions>
overloaded(Functions...) -> overloaded<Functions...>;

} // namespace godwit
