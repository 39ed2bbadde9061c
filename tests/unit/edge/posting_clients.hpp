/// @file
/// Clients that post without a pause, and sessions that answer each post: both ends check that each frame comes once,
/// whole and in its order.
#pragma once

#include "tests/unit/edge/edge_fixture.hpp"

#include <atomic>
#include <functional>
#include <thread>
#include <unordered_map>

namespace godwit::test {

/// The nth frame of a client: as different in size as frames are.
inline std::string nth_frame(std::uint64_t n) {
  auto text = std::to_string(n) + ":";
  text.append((n * 7919) % 3000, static_cast<char>('a' + n % 26));
  return text;
}

/// Sessions that answer the nth frame by the same bytes, as their worker node would: an answer that a new attach has
/// made void is given again.
class answering_upstream final : public edge_upstream {
public:
  void serve(edge& by) { edge_.store(&by); }
  void set_work(std::chrono::microseconds per_frame) { work_.store(per_frame); }

  void send(const address&, message what) override {
    if (const auto* asked = std::get_if<place_session>(&what))
      the_edge().receive(session_placed{asked->session, {1, 0}, "worker-1", {11}, false, {}});
    else if (const auto* attach = std::get_if<attach_session>(&what))
      take(*attach);
    else if (const auto* frame = std::get_if<client_frame>(&what))
      take(*frame);
  }

  std::size_t attaches() const { return attaches_.load(); }
  std::vector<std::string> problems() {
    const std::lock_guard lock(mutex_);
    return problems_;
  }

private:
  struct session {
    std::uint32_t attach = 0;
    std::uint64_t next_in_seq = 1;
    std::uint64_t known = 0; ///< the frames that came at least once
  };

  edge& the_edge() {
    edge_.wait(nullptr);
    return *edge_.load();
  }
  void take(const attach_session& what) {
    const std::lock_guard lock(mutex_);
    auto& at = sessions_[what.session];
    if (what.attach != at.attach + 1)
      problems_.push_back("attach " + std::to_string(what.attach) + " after " + std::to_string(at.attach));
    if (what.first_in_seq > at.known + 1)
      problems_.push_back("a frame was confirmed that never came");
    at.attach = what.attach;
    at.next_in_seq = what.first_in_seq;
    attaches_.fetch_add(1);
  }
  void take(const client_frame& what) {
    {
      const std::lock_guard lock(mutex_);
      auto& at = sessions_[what.session];
      if (what.kind == frame_kind::closed)
        return problems_.push_back("a client is gone: " + *what.bytes);
      if (what.attach != at.attach || what.in_seq != at.next_in_seq)
        return problems_.push_back("frame " + std::to_string(what.in_seq) + " instead of "
                                   + std::to_string(at.next_in_seq));
      if (*what.bytes != nth_frame(what.in_seq))
        problems_.push_back("frame " + std::to_string(what.in_seq) + " has other bytes");
      ++at.next_in_seq;
      at.known = std::max(at.known, what.in_seq);
    }
    for (const auto until = std::chrono::steady_clock::now() + work_.load();
         std::chrono::steady_clock::now() < until;) {
    }
    std::string framed;
    append_frame(framed, client_channel::session, *what.bytes);
    session_output output{what.session, what.epoch, what.attach, {}, what.in_seq, {}, false, {}};
    output.replies.push_back(std::make_shared<const std::string>(std::move(framed)));
    std::vector<edge_item> items;
    items.emplace_back(std::move(output));
    the_edge().deliver(std::move(items));
  }

  std::atomic<edge*> edge_ = nullptr;
  std::atomic<std::chrono::microseconds> work_ = 0us;
  std::atomic<std::size_t> attaches_ = 0;
  std::mutex mutex_;
  std::unordered_map<session_id, session> sessions_;
  std::vector<std::string> problems_;
};

class PostingClients : public Edge {
protected:
  static constexpr std::size_t thread_count = 4;
  static constexpr auto long_patience = 90s; // four threads share what the machine has left
  enum class mode { flooding, trickling, stopped };

  void TearDown() override {
    stop_posting();
    edge_.reset(); // before those whom it calls
  }

  void start_posting(edge_config config, std::size_t clients) {
    static const tls_context port = ca().client_port();
    config.flood = {1'000'000, 1'000'000, 1h};
    config.addresses.connections_max = config.addresses.connects_per_minute = 100'000;
    edge_ = must(edge::start(std::move(config), port, answering_));
    answering_.serve(*edge_);
    add_clients(clients);
    for (std::size_t i = 0; i != thread_count; ++i)
      threads_.emplace_back([this, i] { guard([&] { post_until_stopped(i); }); });
  }
  void add_clients(std::size_t count) {
    guard([&] {
      for (std::size_t i = 0; i != count; ++i) {
        auto made = std::make_unique<poster>();
        made->client = connect();
        made->client->send(control::client_control{hello()});
        made->client->next_control<control::server_hello>();
        const std::lock_guard lock(mutex_);
        new_posters_[next_thread_++ % thread_count].push_back(std::move(made));
      }
    });
  }
  void work_per_frame(std::chrono::microseconds time) { answering_.set_work(time); }
  void flood() { set(mode::flooding); }
  void trickle() { set(mode::trickling); }
  /// The end of a connection is no problem from here on.
  void expect_end() { end_expected_.store(true); }
  void stop_posting() {
    set(mode::stopped);
    for (auto& each : threads_)
      each.join();
    threads_.clear();
    const auto problems = answering_.problems();
    EXPECT_TRUE(problems.empty()) << problems.size() << " problems, such as " << problems.front();
    const std::lock_guard lock(mutex_);
    EXPECT_TRUE(problems_.empty()) << problems_.size() << " problems, such as " << problems_.front();
  }
  std::size_t attaches() const { return answering_.attaches(); }
  std::vector<error_code> told_why() {
    const std::lock_guard lock(mutex_);
    return told_why_;
  }

  /// A connection on its way from one loop to another is counted by neither.
  void wait_for_connections(std::size_t count) {
    wait_until([&] { return edge_->counts().connections == count; }, "there are more or fewer connections");
  }
  void wait_for_loops(std::size_t count) {
    wait_until([&] { return edge_->counts().loops == count; }, "the pool has another size");
  }
  void wait_for_attaches(std::size_t count) {
    wait_until([&] { return attaches() >= count; }, "not all sessions are attached");
  }
  void wait_for_moves(std::size_t count) {
    wait_until([&] { return edge_->counts().shards_moved >= count; }, "shards do not move");
  }
  /// Each to another loop than it is on, in turn.
  void move_shards(std::size_t count) {
    const auto loops = edge_->loops().size();
    for (std::size_t moved = 0, i = 0; moved != count; ++i) {
      bool is_moved = false;
      wait_until(
        [&] {
          for (std::size_t to = 0; to != loops && !is_moved; ++to)
            is_moved = edge_->move_shard(i % 64, (i + to) % loops);
          return is_moved;
        },
        "a shard does not arrive");
      if (!is_moved)
        return;
      ++moved;
    }
  }

private:
  struct poster {
    std::unique_ptr<test_client> client;
    std::uint64_t sent = 0;
    std::uint64_t answered = 0;
  };
  using posters = std::vector<std::unique_ptr<poster>>;

  void set(mode to) {
    const std::lock_guard lock(mutex_);
    mode_ = to;
    changed_.notify_all();
  }
  void wait_until(const std::function<bool()>& what, const char* otherwise) {
    for (const auto until = std::chrono::steady_clock::now() + long_patience; !what();) {
      if (std::chrono::steady_clock::now() > until) {
        ADD_FAILURE() << otherwise;
        return;
      }
      std::this_thread::yield();
    }
  }
  void guard(const std::function<void()>& act) {
    try {
      act();
    } catch (const std::exception& problem) {
      const std::lock_guard lock(mutex_);
      problems_.emplace_back(problem.what());
    }
  }

  void post_until_stopped(std::size_t thread) {
    constexpr std::uint64_t at_once = 8;
    posters own;
    for (;;) {
      const auto now = next_mode(thread, own);
      if (now == mode::stopped)
        return;
      const auto count = now == mode::flooding ? at_once : 1;
      for (auto& each : own)
        for (std::uint64_t i = 0; i != count; ++i)
          each->client->send_frame(nth_frame(++each->sent));
      for (auto it = own.begin(); it != own.end();)
        it = read_answers(**it) ? it + 1 : own.erase(it);
    }
  }
  /// Takes new clients on; in a trickle it lets some time pass, or the mode change.
  mode next_mode(std::size_t thread, posters& own) {
    std::unique_lock lock(mutex_);
    if (mode_ == mode::trickling)
      changed_.wait_for(lock, 50ms, [this] { return mode_ != mode::trickling; });
    std::move(new_posters_[thread].begin(), new_posters_[thread].end(), std::back_inserter(own));
    new_posters_[thread].clear();
    if (mode_ == mode::stopped)
      std::move(own.begin(), own.end(), std::back_inserter(kept_)); // connected until the test ends
    return mode_;
  }
  bool read_answers(poster& from) {
    while (from.answered != from.sent) {
      const auto got = from.client->next();
      if (got && got->channel == client_channel::session) {
        if (got->bytes != nth_frame(++from.answered))
          throw std::runtime_error("another answer than number " + std::to_string(from.answered));
        continue;
      }
      if (!end_expected_.load())
        throw std::runtime_error("a client was disconnected");
      auto why = error_code::internal_error;
      if (got)
        if (const auto control = control::decode_server_control(got->bytes))
          if (const auto* closed = std::get_if<control::connection_closed>(&*control))
            why = closed->why.code;
      const std::lock_guard lock(mutex_);
      told_why_.push_back(why);
      return false;
    }
    return true;
  }

  answering_upstream answering_;
  std::atomic<bool> end_expected_ = false;
  std::mutex mutex_;
  std::condition_variable changed_;
  mode mode_ = mode::trickling;
  std::array<posters, thread_count> new_posters_;
  std::size_t next_thread_ = 0;
  posters kept_;
  std::vector<std::string> problems_;
  std::vector<error_code> told_why_;
  std::vector<std::thread> threads_;
};

} // namespace godwit::test
