#include "tests/support/process.hpp"

#include "tests/support/patience.hpp"
#include "tests/support/text_file.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <stdexcept>
#include <sys/prctl.h>
#include <sys/wait.h>

extern char** environ;

namespace godwit::test {
namespace {

[[noreturn]] void fail(const std::string& what) { throw std::runtime_error(what + ": " + std::strerror(errno)); }

std::pair<unique_fd, unique_fd> make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0)
    fail("pipe");
  return {unique_fd{ends[0]}, unique_fd{ends[1]}};
}

unique_fd open_for_appending(const std::string& file) {
  const auto* path = file.empty() ? "/dev/null" : file.c_str();
  unique_fd opened{::open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600)};
  if (!opened)
    fail(file);
  return opened;
}

std::vector<std::string> environment_with(const std::map<std::string, std::string>& changes) {
  std::vector<std::string> result;
  for (char** each = environ; *each != nullptr; ++each) {
    const std::string_view entry{*each};
    if (!changes.contains(std::string{entry.substr(0, entry.find('='))}))
      result.emplace_back(entry);
  }
  for (const auto& [name, value] : changes)
    result.push_back(name + "=" + value);
  return result;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> result;
  for (auto& each : texts)
    result.push_back(each.data());
  result.push_back(nullptr);
  return result;
}

/// What the child needs, made before the fork.
struct child_setup {
  char** arguments;
  char** environment;
  std::array<int, 3> streams;
  int passed_fd;
  pid_t parent;
};

[[noreturn]] void become(const child_setup& setup) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != setup.parent)
    ::_exit(126);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  for (int stream = 0; stream < 3; ++stream)
    ::dup2(setup.streams[static_cast<std::size_t>(stream)], stream);
  if (setup.passed_fd >= 0)
    ::fcntl(setup.passed_fd, F_SETFD, 0);
  ::execve(setup.arguments[0], setup.arguments, setup.environment);
  ::_exit(127);
}

} // namespace

std::string to_string(const process_end& end) {
  return end.signal != 0 ? "ended by signal " + std::to_string(end.signal)
                         : "ended with code " + std::to_string(end.code);
}

process::process(const program& what)
    : error_file_(what.error_file), error_file_begin_(read_text(what.error_file).size()) {
  std::signal(SIGPIPE, SIG_IGN);
  auto arguments = what.arguments;
  auto environment = environment_with(what.environment);
  auto argument_pointers = pointers(arguments);
  auto environment_pointers = pointers(environment);
  auto [input_read, input_write] = make_pipe();
  auto errors = open_for_appending(what.error_file);
  unique_fd output_write;
  if (what.output_file.empty())
    std::tie(output_, output_write) = make_pipe();
  else
    output_write = open_for_appending(what.output_file);
  const child_setup setup{argument_pointers.data(),
                          environment_pointers.data(),
                          {input_read.get(), output_write.get(), errors.get()},
                          what.passed_fd,
                          ::getpid()};
  pid_ = ::fork();
  if (pid_ == 0)
    become(setup);
  if (pid_ < 0)
    fail("fork");
  input_ = std::move(input_write);
}

process::~process() { kill(); }

bool process::reap(int flags) {
  if (ended_)
    return true;
  int status = 0;
  pid_t got = 0;
  do
    got = ::waitpid(pid_, &status, flags);
  while (got < 0 && errno == EINTR);
  if (got != pid_)
    return false;
  look_for_sanitizer_report();
  ended_ = WIFSIGNALED(status) ? process_end{0, WTERMSIG(status)} : process_end{WEXITSTATUS(status), 0};
  return true;
}

void process::look_for_sanitizer_report() const {
  const auto said = read_text(error_file_);
  auto found = std::string::npos;
  for (const auto* sign :
       {"ERROR: AddressSanitizer", "ERROR: LeakSanitizer", "WARNING: ThreadSanitizer", ": runtime error: "})
    found = std::min(found, said.find(sign, std::min(error_file_begin_, said.size())));
  if (found != std::string::npos)
    ADD_FAILURE() << "process " << pid_ << " has a sanitizer's report:\n" << said.substr(said.rfind('\n', found) + 1);
}

bool process::is_running() { return !reap(WNOHANG); }

void process::signal(int number) {
  if (is_running())
    ::kill(pid_, number);
}

std::optional<process_end> process::wait(std::chrono::milliseconds within) {
  const auto deadline = std::chrono::steady_clock::now() + within;
  while (!reap(WNOHANG) && std::chrono::steady_clock::now() < deadline)
    std::this_thread::sleep_for(std::chrono::milliseconds{2});
  return ended_;
}

void process::kill() {
  signal(SIGKILL);
  reap(0);
}

bool process::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto count = ::write(input_.get(), bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR)
      continue;
    if (count <= 0)
      return false;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

finished_program run(program what, std::chrono::milliseconds within) {
  const temporary_file output;
  const temporary_file errors;
  what.output_file = output.path();
  what.error_file = errors.path();
  process running{what};
  running.end_input();
  const auto end = running.wait(within);
  if (!end)
    throw std::runtime_error(what.arguments[0] + " does not end; it said: " + output.text() + errors.text());
  return {*end, output.text(), errors.text()};
}

} // namespace godwit::test
