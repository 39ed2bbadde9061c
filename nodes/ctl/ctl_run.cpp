#include "nodes/ctl/ctl_run.hpp"

#include "nodes/ctl/ctl_output.hpp"

#include <iterator>
#include <optional>
#include <thread>
#include <utility>

namespace godwit {
namespace {

using outcome = std::variant<admin_result, ctl_failure>;
using clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds settling_pause{200};

class runner {
public:
  runner(admin_client& client, const ctl_options& options, const ctl_output_port& output)
      : client_(client), options_(options), output_(output) {}

  ctl_exit run(const admin_question& what) {
    auto connected = client_.connect();
    if (auto* why = std::get_if<ctl_failure>(&connected))
      return fail(*why);
    auto told = all_of(what);
    if (const auto* why = std::get_if<ctl_failure>(&told))
      return fail(*why);
    const auto& result = std::get<admin_result>(told);
    const auto* drain = std::get_if<drain_progress>(&result);
    if (drain != nullptr && std::holds_alternative<drain_node>(what) && options_.wait)
      return watch(*drain);
    show(result);
    return ctl_exit::done;
  }

private:
  ctl_exit fail(const ctl_failure& why) { return tell_failure(why, options_, output_); }

  void show(const admin_result& what) {
    output_.out(options_.json
                  ? json_of(what).dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n"
                  : text_of(what));
  }

  /// A broker node that has just begun has done nothing: it is asked again.
  outcome ask(const admin_question& what) {
    for (const auto until = clock::now() + options_.broker_patience;;) {
      auto told = client_.ask(what);
      const auto* why = std::get_if<ctl_failure>(&told);
      const bool has_just_begun =
        why != nullptr && why->code == ctl_exit::failed && why->why.code == error_code::no_broker_node;
      if (!has_just_begun || clock::now() >= until)
        return told;
      std::this_thread::sleep_for(settling_pause); // it says nothing by itself when it has settled
    }
  }

  outcome all_of(const admin_question& what) {
    if (std::holds_alternative<show_sessions>(what))
      return pages<sessions_shown, show_sessions>(&sessions_shown::sessions);
    if (std::holds_alternative<show_rooms>(what))
      return pages<rooms_shown, show_rooms>(&rooms_shown::rooms);
    return ask(what);
  }

  template <class Page, class Question, class Rows>
  outcome pages(Rows rows) {
    Page all;
    Question next;
    do {
      auto told = ask(next);
      auto* result = std::get_if<admin_result>(&told);
      auto* page = result != nullptr ? std::get_if<Page>(result) : nullptr;
      if (page == nullptr)
        return told;
      std::move((page->*rows).begin(), (page->*rows).end(), std::back_inserter(all.*rows));
      next.after = page->next;
    } while (next.after);
    return admin_result{std::move(all)};
  }

  /// Until it is empty. The broker node may begin anew meanwhile: the drain goes on, and so does this.
  ctl_exit watch(drain_progress now) {
    for (;;) {
      progress(now);
      if (is_empty(now) || !now.draining)
        return end_of_watch(now);
      std::this_thread::sleep_for(options_.look_every); // a drain is asked how far it is; the port pushes nothing
      auto told = look(now.node);
      if (const auto* why = std::get_if<ctl_failure>(&told)) {
        end_line();
        return fail(*why);
      }
      auto* progress = std::get_if<drain_progress>(&std::get<admin_result>(told));
      if (progress == nullptr)
        return fail({ctl_exit::failed, {error_code::unsupported, {}}});
      now = std::move(*progress);
    }
  }

  ctl_exit end_of_watch(const drain_progress& now) {
    end_line();
    return is_empty(now) ? ctl_exit::done
                         : fail({ctl_exit::failed, {error_code::move_failed, "somebody has ended the drain"}});
  }

  outcome look(const node_name& node) {
    for (const auto until = clock::now() + options_.broker_patience;;) {
      auto told = ask(show_drain{node});
      const auto* why = std::get_if<ctl_failure>(&told);
      const bool is_away =
        why != nullptr && (why->code == ctl_exit::not_connected || why->code == ctl_exit::unanswered);
      if (!is_away || clock::now() >= until)
        return told;
      while (std::holds_alternative<ctl_failure>(client_.connect())) {
        if (clock::now() >= until)
          return told;
        std::this_thread::sleep_for(options_.look_every); // between two tries to dial
      }
    }
  }

  /// Said again only when it is news.
  void progress(const drain_progress& now) {
    if (shown_ == now)
      return;
    shown_ = now;
    if (options_.json)
      return show(now);
    if (!options_.is_terminal)
      return output_.out(progress_line(now) + "\n");
    output_.out("\r" + progress_line(now) + "\x1b[K");
    line_is_open_ = true;
  }
  void end_line() {
    if (std::exchange(line_is_open_, false))
      output_.out("\n");
  }

  admin_client& client_;
  const ctl_options& options_;
  const ctl_output_port& output_;
  std::optional<drain_progress> shown_;
  bool line_is_open_ = false;
};

} // namespace

ctl_exit run_ctl(admin_client& client, const admin_question& what, const ctl_options& options,
                 const ctl_output_port& output) {
  return runner{client, options, output}.run(what);
}

ctl_exit tell_failure(const ctl_failure& why, const ctl_options& options, const ctl_output_port& output) {
  output.err(options.json ? json_of(why).dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n"
                          : "godwitctl: " + text_of(why) + "\n");
  return why.code;
}

} // namespace godwit
