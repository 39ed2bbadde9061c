#include "messages/errors.hpp"

#include <array>

namespace godwit {
namespace {

struct row {
  error_code code;
  std::string_view name;
  bool retry;
  std::string_view sentence;
};

constexpr std::array rows{
#define X(name, number, retry, sentence) row{error_code::name, #name, retry, sentence},
  GODWIT_ERRORS(X)
#undef X
};

const row* find(error_code code) {
  for (const auto& each : rows)
    if (each.code == code)
      return &each;
  return nullptr;
}

} // namespace

std::string_view name_of(error_code code) {
  const auto* found = find(code);
  return found ? found->name : "unknown_error";
}

std::string_view sentence_of(error_code code) {
  const auto* found = find(code);
  return found ? found->sentence : "The server gave an error that this program does not know; update it.";
}

bool may_retry(error_code code) {
  const auto* found = find(code);
  return found != nullptr && found->retry;
}

bool is_known(std::uint16_t number) { return find(static_cast<error_code>(number)) != nullptr; }

} // namespace godwit
