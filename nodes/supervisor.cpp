#include "nodes/supervisor.hpp"

#include "actors/rules/restart_policy.hpp"
#include "nodes/exit_codes.hpp"
#include "nodes/readiness.hpp"

#include <csignal>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <optional>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <vector>

namespace godwit {
namespace {

using clock = restart_policy::clock;
using namespace std::chrono_literals;

constexpr auto stop_grace = 5s;

struct child {
  const node_config* node = nullptr;
  pid_t pid = 0; ///< 0: not running
  int ready_fd = -1;
  bool ready = false;
  restart_policy policy;
  std::optional<clock::time_point> start_at;
};

sigset_t watched_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (int each : {SIGINT, SIGTERM, SIGCHLD})
    sigaddset(&set, each);
  return set;
}

class supervisor {
public:
  supervisor(const std::filesystem::path& program, const cluster_config& config) : program_(program), config_(config) {
    for (const auto& node : config.nodes) {
      auto& added = children_.emplace_back();
      added.node = &node;
      added.start_at = clock::now();
    }
  }

  int run() {
    auto signals = watched_signals();
    sigprocmask(SIG_BLOCK, &signals, &former_signals_);
    while (!exit_code_) {
      start_due();
      auto signal = wait_for_signal(signals);
      if (signal == SIGINT || signal == SIGTERM)
        return stop(signals, 0);
      reap();
      note_ready();
    }
    return stop(signals, *exit_code_);
  }

private:
  /// Wakes up for signals, and often enough to see readiness and due starts.
  static int wait_for_signal(const sigset_t& signals) {
    timespec pause{0, 20'000'000};
    return sigtimedwait(&signals, nullptr, &pause);
  }

  void start_due() {
    for (auto& each : children_)
      if (each.pid == 0 && each.start_at && clock::now() >= *each.start_at)
        start(each);
  }

  void start(child& one) {
    int pipe_fds[2];
    if (pipe2(pipe_fds, O_CLOEXEC) != 0)
      return retry(one);
    auto parent = getpid();
    auto pid = fork();
    if (pid == 0)
      become(*one.node, pipe_fds[1], parent);
    ::close(pipe_fds[1]);
    if (pid < 0) {
      ::close(pipe_fds[0]);
      return retry(one);
    }
    fcntl(pipe_fds[0], F_SETFL, O_NONBLOCK);
    one.pid = pid;
    one.ready_fd = pipe_fds[0];
    one.start_at.reset();
    one.policy.started(clock::now());
  }

  /// In the child; never returns.
  [[noreturn]] void become(const node_config& node, int ready_fd, pid_t parent) const {
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent)
      _exit(1);
    // The terminal's Ctrl-C reaches the whole group; the children wait for their turn instead.
    setpgid(0, 0);
    sigprocmask(SIG_SETMASK, &former_signals_, nullptr);
    fcntl(ready_fd, F_SETFD, 0);
    setenv(readiness_variable, std::to_string(ready_fd).c_str(), 1);
    auto file = config_.file.string();
    execl(program_.c_str(), program_.c_str(), "--config", file.c_str(), "--node", node.name.c_str(), nullptr);
    std::fprintf(stderr, "can not run %s: %s\n", program_.c_str(), std::strerror(errno));
    _exit(127);
  }

  void retry(child& one) {
    std::fprintf(stderr, "can not start %s: %s\n", one.node->name.c_str(), std::strerror(errno));
    one.start_at = clock::now() + one.policy.ended(clock::now());
  }

  void reap() {
    int status = 0;
    while (auto pid = waitpid(-1, &status, WNOHANG)) {
      if (pid < 0)
        return;
      for (auto& each : children_)
        if (each.pid == pid)
          ended(each, status);
    }
  }

  void ended(child& one, int status) {
    one.pid = 0;
    one.ready = false;
    if (one.ready_fd >= 0)
      ::close(one.ready_fd);
    one.ready_fd = -1;
    if (stopping_)
      return;
    if (!was_up_ && WIFEXITED(status)) {
      exit_code_ = WEXITSTATUS(status) == 0 ? 1 : WEXITSTATUS(status);
      return; // it has said why
    }
    if (WIFEXITED(status) && !may_mend_itself(WEXITSTATUS(status))) {
      exit_code_ = WEXITSTATUS(status);
      std::fprintf(stderr, "%s can not start again by itself (code %d, it has said why): all nodes are stopped\n",
                   one.node->name.c_str(), *exit_code_);
      return;
    }
    auto pause = one.policy.ended(clock::now());
    one.start_at = clock::now() + pause;
    if (WIFSIGNALED(status))
      std::fprintf(stderr, "%s was ended by signal %d; it is started again in %lld ms\n", one.node->name.c_str(),
                   WTERMSIG(status), static_cast<long long>(pause.count()));
    else
      std::fprintf(stderr, "%s ended with code %d; it is started again in %lld ms\n", one.node->name.c_str(),
                   WEXITSTATUS(status), static_cast<long long>(pause.count()));
  }

  void note_ready() {
    bool all = true;
    for (auto& each : children_) {
      char text[16];
      if (!each.ready && each.ready_fd >= 0 && ::read(each.ready_fd, text, sizeof text) > 0)
        each.ready = true;
      all = all && each.ready;
    }
    if (!all || was_up_)
      return;
    was_up_ = true;
    tell_up();
  }

  void tell_up() const {
    std::error_code failed; // then the whole path
    auto client = std::filesystem::proximate(program_.parent_path() / "godwit", failed).string();
    if (client.find('/') == std::string::npos)
      client.insert(0, "./"); // else a shell looks for it elsewhere
    std::printf("%s is up: %zu nodes.\n", config_.name.c_str(), children_.size());
    for (const auto& node : config_.nodes)
      if (node.client)
        for (const auto& where : node.client->listen)
          std::printf("Connect to %s: %s chat --server %s --nick NICK\n", node.name.c_str(), client.c_str(),
                      to_string(where).c_str());
    std::fflush(stdout);
  }

  int stop(const sigset_t& signals, int code) {
    stopping_ = true;
    bool hurry = false;
    for (auto role : {node_role::proxy, node_role::worker, node_role::broker}) {
      signal_all(role, SIGTERM);
      auto deadline = clock::now() + stop_grace;
      while (any_runs(role) && !hurry && clock::now() < deadline) {
        auto signal = wait_for_signal(signals);
        hurry = signal == SIGINT || signal == SIGTERM;
        reap();
      }
      tell_late(role);
      signal_all(role, SIGKILL);
      while (any_runs(role)) {
        wait_for_signal(signals);
        reap();
      }
    }
    return code;
  }

  void tell_late(node_role role) const {
    for (const auto& each : children_)
      if (each.pid > 0 && each.node->has(role))
        std::fprintf(stderr, "%s has not stopped yet and is killed\n", each.node->name.c_str());
  }

  void signal_all(node_role role, int signal) const {
    for (const auto& each : children_)
      if (each.pid > 0 && each.node->has(role))
        kill(each.pid, signal);
  }

  bool any_runs(node_role role) const {
    for (const auto& each : children_)
      if (each.pid > 0 && each.node->has(role))
        return true;
    return false;
  }

  std::filesystem::path program_;
  const cluster_config& config_;
  std::vector<child> children_;
  sigset_t former_signals_{};
  std::optional<int> exit_code_;
  bool was_up_ = false;
  bool stopping_ = false;
};

} // namespace

int supervise(const std::filesystem::path& program, const cluster_config& config) {
  return supervisor{program, config}.run();
}

} // namespace godwit
