/// @file
/// An admin port whose directory is the test, and tools that connect to it. Real sockets, real TLS.
#pragma once

#include "nodes/admin/admin_port.hpp"
#include "nodes/ctl/admin_client.hpp"
#include "tests/support/test_certificates.hpp"

#include <gmock/gmock.h>
#include <spdlog/sinks/ringbuffer_sink.h>
#include <spdlog/spdlog.h>

#include <functional>
#include <mutex>
#include <thread>

namespace godwit::test {

class AdminPort : public ::testing::Test {
protected:
  AdminPort() { spdlog::set_default_logger(std::make_shared<spdlog::logger>("test", log_)); }
  ~AdminPort() override {
    port_.reset(); // its thread logs
    spdlog::set_default_logger(std::make_shared<spdlog::logger>("silent"));
  }

  /// What the directory answers; none: nothing yet.
  using script = std::function<std::optional<admin_result>(const admin_asked&)>;

  void start(script answer) {
    answer_ = std::move(answer);
    options_.listen = {{"127.0.0.1", 0}};
    options_.node = "broker-1";
    options_.cluster = "flock";
    options_.software = "godwit 9";
    port_ = must(admin_port::start(must(tls_context::for_admin_port(ca_.admin_port("broker-1"), ca_.ca_file())),
                                   options_, [this](admin_asked what) { asked(std::move(what)); }));
  }

  admin_target target(const certificate_files& own, const std::string& ca) const {
    return {{{"127.0.0.1", port_->ports().front()}}, "broker-1", own, ca};
  }
  admin_client tool(const std::string& name = "ada", std::chrono::milliseconds timeout = std::chrono::seconds{20}) {
    return must(admin_client::make(target(ca_.operator_tool(name), ca_.ca_file()), timeout));
  }
  /// Requires that it connects.
  static void connect(admin_client& tool) {
    const auto greeted = tool.connect();
    const auto* why = std::get_if<ctl_failure>(&greeted);
    ASSERT_EQ(why, nullptr) << why->why.detail;
  }
  static ctl_failure failure_of(const std::variant<admin::welcome, ctl_failure>& outcome) {
    const auto* why = std::get_if<ctl_failure>(&outcome);
    return why == nullptr ? ctl_failure{ctl_exit::done, {}} : *why;
  }
  static ctl_failure failure_of(const std::variant<admin_result, ctl_failure>& outcome) {
    const auto* why = std::get_if<ctl_failure>(&outcome);
    return why == nullptr ? ctl_failure{ctl_exit::done, {}} : *why;
  }

  std::vector<admin_asked> questions() {
    const std::lock_guard guard(lock_);
    return questions_;
  }
  std::string logged() const {
    std::string all;
    for (const auto& line : log_->last_formatted())
      all += line;
    return all;
  }
  /// What is logged at the end of a connection comes a moment later.
  bool is_logged(const std::string& what) const {
    for (const auto until = std::chrono::steady_clock::now() + std::chrono::seconds{20};
         std::chrono::steady_clock::now() < until; std::this_thread::sleep_for(std::chrono::milliseconds{5}))
      if (logged().find(what) != std::string::npos)
        return true;
    return false;
  }

  test_ca ca_{"operators"};
  test_ca other_ca_{"nodes"};
  admin_port_options options_;
  std::unique_ptr<admin_port> port_;
  std::shared_ptr<spdlog::sinks::ringbuffer_sink_mt> log_ = std::make_shared<spdlog::sinks::ringbuffer_sink_mt>(256);

private:
  void asked(admin_asked what) {
    {
      const std::lock_guard guard(lock_);
      questions_.push_back(what);
    }
    if (auto result = answer_(what))
      port_->answer({what.ticket, *std::move(result)});
  }

  script answer_;
  std::mutex lock_;
  std::vector<admin_asked> questions_;
};

} // namespace godwit::test
