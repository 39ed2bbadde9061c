#include "client/chat/chat.hpp"

#include "client/chat/command_reader.hpp"
#include "client/chat/hidden_typing.hpp"
#include "client/chat/moderation_commands.hpp"
#include "client/chat/news_printer.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace godwit {
namespace {

/// Who waits longer than this at the end is told for what.
constexpr std::chrono::milliseconds told_to_wait_after{1'000};

/// How many requests have no end yet. Shared by the reading and the printing thread.
class unfinished_count {
public:
  void begin() {
    const std::lock_guard guard(lock_);
    ++count_;
  }
  void end() {
    {
      const std::lock_guard guard(lock_);
      --count_;
    }
    changed_.notify_all();
  }
  void give_up() {
    {
      const std::lock_guard guard(lock_);
      given_up_ = true;
    }
    changed_.notify_all();
  }
  /// False: all is over.
  bool wait_until_below(std::size_t limit) {
    std::unique_lock guard(lock_);
    changed_.wait(guard, [this, limit] { return given_up_ || count_ < limit; });
    return !given_up_;
  }
  /// Whether nothing is unfinished (or all is over) before that long is over.
  bool settles_within(std::chrono::milliseconds patience) {
    std::unique_lock guard(lock_);
    return changed_.wait_for(guard, patience, [this] { return given_up_ || count_ == 0; });
  }

private:
  std::mutex lock_;
  std::condition_variable changed_;
  std::size_t count_ = 0;
  bool given_up_ = false;
};

class chat {
public:
  chat(const chat_options& options, client& library, line_source& input, const chat_output& output)
      : options_(options), client_(library), input_(input), output_(output), commands_(options.room) {}

  chat_exit run() {
    if (!options_.room.empty())
      submit(ask::join{options_.room});
    std::thread reader([this] { read_lines(); });
    print_news();
    unfinished_.give_up();
    input_.stop();
    reader.join();
    return exit_;
  }
  bool was_connected() const { return connected_once_; }

private:
  // ------------------------------------------------------------------------------------ the reading thread

  void submit(ask::request request) {
    unfinished_.begin();
    client_.submit(std::move(request));
  }

  void read_lines() {
    std::string reason;
    while (unfinished_.wait_until_below(requests_unfinished_max)) {
      const auto line = input_.next();
      if (!line)
        break;
      if (line->too_long)
        complain(too_long());
      else if (!take(commands_.read(line->text), reason))
        break;
    }
    if (!options_.json && !unfinished_.settles_within(told_to_wait_after))
      write(output_.error, "-- waiting until what was sent is confirmed; Ctrl-C twice ends at once");
    // A post that is refused for now goes out again behind what was sent after it: nothing may follow the quit.
    if (unfinished_.wait_until_below(1))
      client_.quit(reason);
  }

  /// False: the user quits.
  bool take(typed_line typed, std::string& reason) {
    if (auto* request = std::get_if<ask::request>(&typed))
      submit(std::move(*request));
    else if (const auto* quit = std::get_if<quit_typed>(&typed))
      return reason = quit->reason, false;
    else if (const auto* wrong = std::get_if<mistyped>(&typed))
      complain({error_code::request_invalid, wrong->sentence});
    else if (const auto* asked = std::get_if<password_needed>(&typed))
      ask_for_password(asked->name);
    else if (const auto* help = std::get_if<help_typed>(&typed))
      show_help(help->about_moderation ? moderation_help() : command_help());
    return true;
  }

  /// The next line of the input, not shown while it is typed.
  void ask_for_password(const std::string& name) {
    if (!options_.json)
      write(output_.error, "Password of " + name + ":");
    std::optional<input_line> password;
    {
      const hidden_typing hidden(input_.descriptor());
      password = input_.next();
    }
    if (!password)
      return;
    if (password->too_long)
      return complain(too_long());
    if (password->text.ends_with('\r'))
      password->text.pop_back();
    submit(ask::become_operator{name, std::move(password->text)});
  }

  static error too_long() {
    return {error_code::text_too_long, "A line of more than " + std::to_string(line_source::line_bytes_max)
                                         + " bytes was skipped; send it in parts."};
  }

  /// Of a line that nothing is asked by. Requires that `detail` is a sentence for people.
  void complain(const error& why) {
    refused_ = true;
    if (options_.json)
      write(output_.out, json_of_mistyped(why));
    else
      write(output_.error, why.detail);
  }

  void show_help(std::string_view text) {
    if (text.ends_with('\n'))
      text.remove_suffix(1);
    write(options_.json ? output_.error : output_.out, text);
  }

  // ----------------------------------------------------------------------------------- the printing thread

  void print_news() {
    for (;;) {
      const auto news = client_.next_news(std::chrono::hours{1});
      if (!news)
        continue;
      print(*news);
      connected_once_ = connected_once_ || std::holds_alternative<news::connected>(*news);
      if (const auto* over = std::get_if<news::over>(&*news)) {
        take_end(*over);
        return;
      }
      note_end_of_request(*news);
    }
  }

  void print(const client_news& news) {
    const auto lines = options_.json ? json_lines(news) : text_lines(news);
    for (const auto& each : lines.out)
      write(output_.out, each);
    for (const auto& each : lines.errors)
      write(output_.error, each);
  }

  void write(const std::function<bool(std::string_view)>& to, std::string_view line) {
    const std::lock_guard guard(writing_);
    if (&to != &output_.out) {
      to(line);
    } else if (readable_ && !to(line)) {
      readable_ = false; // nobody is there to read: what was typed is confirmed, then it leaves
      input_.stop();
    }
  }

  void note_end_of_request(const client_news& news) {
    if (std::holds_alternative<news::refused>(news)) {
      refused_ = true;
      unfinished_.end();
    } else if (const auto* done = std::get_if<news::confirmed>(&news)) {
      if (!std::holds_alternative<ask::quit>(done->done))
        unfinished_.end();
    }
  }

  void take_end(const news::over& over) {
    if (over.login_refused)
      exit_ = chat_exit::login_refused;
    else if (over.why && over.why->code == error_code::certificate_refused)
      exit_ = chat_exit::certificate_refused;
    else if (!over.unfinished.empty())
      exit_ = connected_once_ ? chat_exit::unconfirmed : chat_exit::no_connection;
    else if (over.why)
      exit_ = chat_exit::no_connection;
    else if (refused_)
      exit_ = chat_exit::unconfirmed;
    else if (!readable_)
      exit_ = chat_exit::unwritable;
  }

  const chat_options& options_;
  client& client_;
  line_source& input_;
  const chat_output& output_;
  command_reader commands_; // the reading thread's
  unfinished_count unfinished_;
  std::mutex writing_;
  std::atomic<bool> readable_ = true;
  std::atomic<bool> refused_ = false; ///< something that was asked, by the server or here
  bool connected_once_ = false;
  chat_exit exit_ = chat_exit::fine;
};

/// What a person can do about a certificate that is not trusted.
std::string certificate_advice(const chat_options& options) {
  const auto& ca = options.client.ca_file;
  return "The certificate of " + to_text(options.client.server) + " is not trusted by "
         + (ca.empty() ? "the system's CAs" : ca)
         + ", or is not made for this name; give the right CA with --ca, or the name that the certificate is made for "
           "with --server.";
}

} // namespace

chat_exit run_chat(const chat_options& options, line_source& input, const chat_output& output) {
  auto started = client::connect(options.client);
  if (!started) {
    const auto code = started.why().code;
    const bool of_ca = code != error_code::identity_invalid;
    output.error(full_text(started.why()) + (of_ca ? " Give the CA of the server with --ca or $GODWIT_CA." : ""));
    return code == error_code::identity_invalid ? chat_exit::usage : chat_exit::certificate_refused;
  }
  chat talk(options, **started, input, output);
  const auto ended = talk.run();
  if (ended == chat_exit::certificate_refused)
    output.error(certificate_advice(options));
  else if (ended == chat_exit::no_connection && !talk.was_connected())
    output.error("Is a server running at " + to_text(options.client.server)
                 + "? Give another address with --server HOST:PORT.");
  return ended;
}

} // namespace godwit
