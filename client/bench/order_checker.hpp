/// @file
/// Whether one member of a room was told each of its posts exactly once, and all members in one order.
///
/// Requires  nothing of the server: a checker knows what its member got, and in the end what the senders were
///           acknowledged.
/// Limits    16 bytes for each sender of the room; of what comes in disorder, `faults_kept_max` posts are told apart.
#pragma once

#include <cstddef>
#include <cstdint>
#include <set>
#include <utility>
#include <vector>

namespace godwit::bench {

/// What is wrong, in posts.
struct order_findings {
  std::uint64_t lost = 0;         ///< acknowledged, and not told
  std::uint64_t doubled = 0;      ///< told again
  std::uint64_t out_of_order = 0; ///< told behind a later one of the same sender
  std::uint64_t strange = 0;      ///< of nobody who sends to this room, or refused and told nevertheless
  bool any() const { return lost + doubled + out_of_order + strange != 0; }
  order_findings& operator+=(const order_findings& more);
  bool operator==(const order_findings&) const = default;
};

/// What one sender of a room said.
struct sender_account {
  std::uint64_t answered = 0;        ///< its posts 1 to this were acknowledged or refused
  std::set<std::uint64_t> refused{}; ///< of these: never told to anybody
};

class order_checker {
public:
  static constexpr std::size_t faults_kept_max = 10'000;

  /// `sender_count`: of this room; its senders are numbered from 0.
  explicit order_checker(std::size_t sender_count) : newest_(sender_count) {}

  /// The member was told the sender's post of this counter, from 1.
  void got(std::size_t sender, std::uint64_t counter);

  std::uint64_t count() const { return count_; }
  /// Of the posts and their order: members that were told the same in the same order have the same.
  std::uint64_t digest() const { return digest_; }
  /// All has been told that will be. `said`: by the number of the sender; as many as there are.
  order_findings finish(const std::vector<sender_account>& said) const;

private:
  std::vector<std::uint64_t> newest_;                       ///< by sender: the highest counter told
  std::set<std::pair<std::size_t, std::uint64_t>> missing_; ///< passed over
  std::uint64_t missing_uncounted_ = 0;                     ///< beyond what is kept
  order_findings found_;
  std::uint64_t count_ = 0;
  std::uint64_t digest_ = 0;
};

/// Members of one room that were told the same number of posts, and not in the same order as the most of them.
std::size_t in_another_order(const std::vector<const order_checker*>& members);

} // namespace godwit::bench
