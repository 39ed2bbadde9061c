#include "client/bench/post_text.hpp"

#include <gtest/gtest.h>

namespace godwit::bench {
namespace {

using namespace std::chrono_literals;

TEST(PostText, IsReadAsItWasWritten) {
  const post_stamp stamp{12, 345, bench_time{678'901'234ns}};
  const auto text = to_text(stamp, 100);
  EXPECT_EQ(text.size(), 100U);
  EXPECT_EQ(read_post(text), stamp);
}

TEST(PostText, AnyStampFitsIntoTheLeastSize) {
  const post_stamp stamp{~std::uint32_t{0}, ~std::uint64_t{0}, bench_time::max()};
  const auto text = to_text(stamp, post_bytes_min);
  EXPECT_LE(text.size(), post_bytes_min);
  EXPECT_EQ(read_post(text), stamp);
}

TEST(PostText, WhatSomebodyElseSaidIsNoPostOfALoad) {
  for (const auto* text : {"", "gb", "gb ", "hello", "gb 1 2", "gb 1 2 3", "gb x 2 3 ", "gb 1 2 g ",
                           "gb 1ffffffff 2 3 x", "gb -1 2 3 x", " gb 1 2 3 x"})
    EXPECT_EQ(read_post(text), std::nullopt) << text;
}

} // namespace
} // namespace godwit::bench
