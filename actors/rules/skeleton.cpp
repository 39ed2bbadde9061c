#include "actors/rules/skeleton.hpp"

#include <unicode/uspoof.h>

#include <array>
#include <memory>

namespace godwit {
namespace {

/// A skeleton may be longer than its name: one letter stands for up to three others, and each is four bytes at most.
constexpr std::size_t growth_max = 18;

struct close_checker {
  void operator()(USpoofChecker* checker) const { uspoof_close(checker); }
};

std::string skeleton_of(std::string_view name) {
  UErrorCode failed = U_ZERO_ERROR;
  static const std::unique_ptr<USpoofChecker, close_checker> checker{uspoof_open(&failed)};
  std::string skeleton(name.size() * growth_max + 1, '\0');
  const auto size = uspoof_getSkeletonUTF8(checker.get(), 0, name.data(), static_cast<std::int32_t>(name.size()),
                                           skeleton.data(), static_cast<std::int32_t>(skeleton.size()), &failed);
  if (U_FAILURE(failed) != 0) // without tables a name is like itself alone
    return std::string{name};
  skeleton.resize(static_cast<std::size_t>(size));
  return skeleton;
}

} // namespace

std::vector<std::string> skeletons_of(std::string_view shown, std::string_view folded) {
  std::vector<std::string> all{skeleton_of(shown)};
  if (auto other = skeleton_of(folded); other != all.front())
    all.push_back(std::move(other));
  return all;
}

} // namespace godwit
