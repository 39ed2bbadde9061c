#include "nodes/config/config.hpp"

#include "actors/rules/limits.hpp"
#include "messages/masks.hpp"
#include "messages/names.hpp"
#include "nodes/config/cluster_check.hpp"
#include "nodes/config/password_hash.hpp"
#include "nodes/config/table_reader.hpp"

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <unistd.h>

namespace godwit {
namespace {

constexpr auto endpoint_form = "host:port, as 127.0.0.1:7711, [::1]:7711 or chat.example:7711";
constexpr auto name_form = "1 to 15 of a-z, 0-9 and -, beginning with a letter";

bool is_name(std::string_view text) {
  auto plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; };
  return !text.empty() && text.size() <= 15 && text.front() >= 'a' && text.front() <= 'z'
         && std::ranges::all_of(text, plain);
}

std::vector<endpoint> read_endpoints(table_reader& table, const std::string& key, bool required) {
  std::vector<endpoint> result;
  for (const auto& text : table.texts(key, endpoint_form, required)) {
    if (auto parsed = parse_endpoint(text))
      result.push_back(*parsed);
    else
      table.complain(key, '"' + text + '"', endpoint_form);
  }
  return result;
}

std::uint8_t read_roles(table_reader& table) {
  constexpr auto allowed = R"(a list of "broker", "worker", "proxy")";
  std::uint8_t roles = 0;
  for (const auto& text : table.texts("roles", allowed, true)) {
    if (text == "broker")
      roles |= static_cast<std::uint8_t>(node_role::broker);
    else if (text == "worker")
      roles |= static_cast<std::uint8_t>(node_role::worker);
    else if (text == "proxy")
      roles |= static_cast<std::uint8_t>(node_role::proxy);
    else
      table.complain("roles", '"' + text + '"', allowed);
  }
  return roles;
}

/// What is there instead of a file that can be read; nothing: it can. A folder could be opened, and would fail later in
/// words that nobody understands.
std::optional<std::string> found_instead_of(const std::filesystem::path& file) {
  std::error_code ignored;
  if (std::filesystem::is_directory(file, ignored))
    return "a folder";
  if (::access(file.c_str(), R_OK) != 0)
    return "nothing that can be read (" + std::generic_category().message(errno) + ")";
  return std::nullopt;
}

/// Reads one config; its members share what every part needs.
class config_reader {
public:
  explicit config_reader(const std::filesystem::path& file)
      : file_(file), shown_file_(file.string()), folder_(std::filesystem::absolute(file).parent_path()) {}

  config_reading run() {
    try {
      if (auto found = found_instead_of(file_))
        problems_.push_back({shown_file_, 0, "(file)", *std::move(found), "a readable TOML file"});
      else
        read_file(toml::parse(file_.string()));
    } catch (const toml::syntax_error& problem) {
      problems_.push_back({shown_file_, problem.location().line(), "(syntax)", first_line(problem.what()), "TOML 1.0"});
    } catch (const std::exception& problem) {
      problems_.push_back({shown_file_, 0, "(file)", first_line(problem.what()), "a readable TOML file"});
    }
    if (!problems_.empty())
      return {std::nullopt, std::move(problems_)};
    return {std::move(config_), {}};
  }

private:
  static std::string first_line(std::string text) { return text.substr(0, text.find('\n')); }

  std::filesystem::path path_of(const std::string& text) const {
    return text.empty() ? std::filesystem::path{} : (folder_ / text).lexically_normal();
  }

  table_reader reader(const toml::value& table, std::string path) {
    return {table, std::move(path), shown_file_, problems_};
  }

  void read_file(const toml::value& root) {
    config_.file = file_;
    const auto reserved = default_reserved_nicks();
    config_.reserved_nicks.assign(reserved.begin(), reserved.end());
    auto top = reader(root, "");
    if (const auto* cluster = top.table("cluster", true))
      read_cluster(*cluster);
    if (const auto* limits = top.table("limits"))
      read_limits(*limits);
    if (const auto* store = top.table("store"))
      read_store(*store);
    if (const auto* nicks = top.table("nicks"))
      read_nicks(*nicks);
    if (const auto* irc = top.table("irc"))
      read_irc(*irc);
    std::size_t operator_index = 0;
    for (const auto* who : top.tables("operators"))
      if (who->is_table())
        read_operator(*who, "operators[" + std::to_string(operator_index++) + "].");
    if (const auto* log = top.table("log"))
      read_log(*log);
    if (const auto* tool = top.table("godwitctl"))
      read_operator_tool(*tool);
    std::size_t index = 0;
    for (const auto* node : top.tables("node", true))
      if (node->is_table())
        read_node(*node, "node[" + std::to_string(index++) + "].");
    top.refuse_the_rest();
    check_cluster(config_, root, shown_file_, problems_);
  }

  void read_cluster(const toml::value& value) {
    auto table = reader(value, "cluster.");
    config_.name = table.text("name", name_form, true);
    if (!config_.name.empty() && !is_name(config_.name))
      table.complain("name", '"' + config_.name + '"', name_form);
    config_.ca = path_of(table.text("ca", "the path of the CA that signs the nodes' certificates"));
    config_.scheduler_threads = static_cast<std::size_t>(table.number("scheduler-threads", 0, 0, 256));
    table.refuse_the_rest();
  }

  void read_limits(const toml::value& value) {
    auto table = reader(value, "limits.");
    auto& limits = config_.limits;
    auto milliseconds = [&](const char* key, std::chrono::milliseconds otherwise, std::int64_t least,
                            std::int64_t most) {
      return std::chrono::milliseconds{table.number(key, otherwise.count(), least, most)};
    };
    limits.resume_timeout = milliseconds("resume-timeout-ms", limits.resume_timeout, 100, 86'400'000);
    limits.handshake_timeout = milliseconds("handshake-timeout-ms", limits.handshake_timeout, 100, 600'000);
    limits.idle_ping_after = milliseconds("idle-ping-after-ms", limits.idle_ping_after, 100, 3'600'000);
    limits.store_wait = milliseconds("store-wait-ms", limits.store_wait, 100, 600'000);
    limits.room_closes_after = milliseconds("room-closes-after-ms", limits.room_closes_after, 100, 3'600'000);
    limits.ended_kept = milliseconds("ended-kept-ms", limits.ended_kept, 1000, 3'600'000);
    limits.send_queue_bytes = static_cast<std::size_t>(
      table.number("send-queue-bytes", static_cast<std::int64_t>(limits.send_queue_bytes),
                   4 * static_cast<std::int64_t>(limits::server_frame_bytes_max), std::int64_t{1} << 30));
    limits.clients_max = static_cast<std::size_t>(
      table.number("clients-max", static_cast<std::int64_t>(limits.clients_max), 1, 10'000'000));
    limits.clients_max_is_set = value.contains("clients-max");
    read_flood_limits(table);
    table.refuse_the_rest();
  }

  void read_flood_limits(table_reader& table) {
    constexpr std::int64_t most = 10'000'000;
    const auto count = [&](const char* key, std::size_t& to, std::int64_t least) {
      to = static_cast<std::size_t>(table.number(key, static_cast<std::int64_t>(to), least, most));
    };
    auto& flood = config_.limits.flood;
    auto& addresses = config_.limits.addresses;
    count("flood-burst", flood.burst, limits::flood_burst_min);
    count("flood-per-second", flood.per_second, 1);
    flood.patience =
      std::chrono::milliseconds{table.number("flood-patience-ms", flood.patience.count(), 100, 3'600'000)};
    count("connections-per-address", addresses.connections_max, 1);
    count("connects-per-minute", addresses.connects_per_minute, 1);
    constexpr auto network_form = "addresses and networks, as 127.0.0.0/8, 192.0.2.7 or 2001:db8::/32, with no bit set "
                                  "behind the prefix";
    for (const auto& text : table.texts("exempt", network_form)) {
      if (auto network = parse_ip_network(text))
        addresses.exempt.push_back(*network);
      else
        table.complain("exempt", '"' + text + '"', network_form);
    }
  }

  void read_store(const toml::value& value) {
    auto table = reader(value, "store.");
    auto& keep = config_.keep;
    auto count = [&](const char* key, std::uint64_t otherwise) {
      return static_cast<std::uint64_t>(table.number(key, static_cast<std::int64_t>(otherwise), 0, 1'000'000'000'000));
    };
    keep.days = std::chrono::days{table.number("keep-days", keep.days.count(), 0, 36'500)};
    keep.room_events = count("keep-room-events", keep.room_events);
    keep.events = count("keep-events", keep.events);
    const auto hours = [&](const char* key, std::chrono::hours otherwise) {
      return std::chrono::hours{table.number(key, otherwise.count(), 0, 36'500 * 24)};
    };
    keep.empty_rooms = hours("keep-empty-rooms-hours", keep.empty_rooms);
    keep.conversations = hours("keep-conversations-hours", keep.conversations);
    keep.look_every =
      std::chrono::milliseconds{table.number("look-every-ms", keep.look_every.count(), 100, 86'400'000)};
    const auto cached = static_cast<std::int64_t>(config_.store_cache_bytes);
    config_.store_cache_bytes =
      static_cast<std::size_t>(table.number("cache-bytes", cached, 1 << 20, std::int64_t{1} << 36));
    table.refuse_the_rest();
  }

  void read_nicks(const toml::value& value) {
    auto table = reader(value, "nicks.");
    if (value.contains("reserved")) // an empty list reserves none
      config_.reserved_nicks = table.texts("reserved", "a list of nicks that nobody may take");
    table.refuse_the_rest();
  }

  void read_irc(const toml::value& value) {
    auto table = reader(value, "irc.");
    auto& irc = config_.irc;
    constexpr auto word_form = "a word without spaces, of at most 63 letters, digits, - and .";
    const auto word = [&](const char* key, std::string& to) {
      const auto text = table.text(key, word_form);
      const bool fits = text.size() <= 63 && std::ranges::all_of(text, [](unsigned char c) {
                          return std::isalnum(c) != 0 || c == '-' || c == '.';
                        });
      if (!fits)
        table.complain(key, '"' + text + '"', word_form);
      else if (!text.empty())
        to = text;
    };
    word("network", irc.network);
    word("server", irc.server);
    irc.motd = path_of(table.text("motd", "the path of a text file"));
    irc.admin = table.text("admin", "whom to write to, one line");
    irc.cloak_key = path_of(table.text("cloak-key", "the path of a file with a secret of 16 bytes or more"));
    constexpr auto replay_form = R"("lines" or "since-left")";
    const auto replay = table.text("replay", replay_form);
    if (!replay.empty() && replay != "lines" && replay != "since-left")
      table.complain("replay", '"' + replay + '"', replay_form);
    irc.replay_since_left = replay == "since-left";
    irc.login_timeout =
      std::chrono::milliseconds{table.number("login-timeout-ms", irc.login_timeout.count(), 100, 600'000)};
    irc.replay_lines = static_cast<std::uint32_t>(table.number("replay-lines", irc.replay_lines, 0, 1000));
    table.refuse_the_rest();
  }

  void read_operator(const toml::value& value, const std::string& path) {
    auto table = reader(value, path);
    operator_config who;
    constexpr auto operator_form = "a word of at most 32 letters, digits, - and _";
    who.name = table.text("name", operator_form, true);
    const bool is_word = who.name.size() <= 32 && std::ranges::all_of(who.name, [](unsigned char c) {
                           return std::isalnum(c) != 0 || c == '-' || c == '_';
                         });
    const bool is_twice =
      std::ranges::find(config_.operators, who.name, &operator_config::name) != config_.operators.end();
    if (!is_word || is_twice)
      table.complain("name", '"' + who.name + '"', is_twice ? "names that differ" : operator_form);
    constexpr auto hash_form = "what `godwitd hash-password` prints";
    who.password = table.text("password", hash_form, true);
    if (!who.password.empty() && !is_password_hash(who.password))
      table.complain("password", "something else", hash_form); // it may be a password
    constexpr auto from_form = "networks, as 192.0.2.0/24, and masks of user@host, as *@*.example";
    for (const auto& text : table.texts("from", from_form)) {
      if (const auto network = parse_ip_network(text))
        who.networks.push_back(*network);
      else if (const auto mask = normalise_mask(text); mask && text.find('@') != std::string::npos)
        who.masks.push_back(*mask);
      else
        table.complain("from", '"' + text + '"', from_form);
    }
    table.refuse_the_rest();
    config_.operators.push_back(std::move(who));
  }

  void read_log(const toml::value& value) {
    auto table = reader(value, "log.");
    constexpr auto allowed = R"("trace", "debug", "info", "warn" or "error")";
    auto level = table.text("level", allowed);
    constexpr std::array levels{"trace", "debug", "info", "warn", "error"};
    if (!level.empty() && std::ranges::find(levels, level) == levels.end())
      table.complain("level", '"' + level + '"', allowed);
    else if (!level.empty())
      config_.log_level = level;
    table.refuse_the_rest();
  }

  void read_operator_tool(const toml::value& value) {
    auto table = reader(value, "godwitctl.");
    config_.operator_tool.certificate =
      path_of(table.text("certificate", "the path of an operator's certificate", true));
    config_.operator_tool.key = path_of(table.text("key", "the path of its key", true));
    table.refuse_the_rest();
  }

  void read_node(const toml::value& value, const std::string& path) {
    auto table = reader(value, path);
    node_config node;
    node.name = table.text("name", name_form, true);
    if (!node.name.empty() && !is_name(node.name))
      table.complain("name", '"' + node.name + '"', name_form);
    node.roles = read_roles(table);
    node.bind = read_endpoints(table, "bind", false);
    if (auto addresses = read_dialled(table); !addresses.empty())
      node.address = addresses.front();
    node.certificate = path_of(table.text("certificate", "the path of the node's certificate"));
    node.key = path_of(table.text("key", "the path of the node's key"));
    node.data = path_of(table.text("data", "the path of the store's folder"));
    node.make_data = table.flag("make-data");
    if (node.has(node_role::broker) && node.data.empty())
      table.complain("data", "nothing", "the path of the store's folder: a broker node keeps the log there");
    const auto* client = table.table("client", node.has(node_role::proxy));
    if (client != nullptr)
      read_client(*client, path + "client.", node);
    if (client != nullptr && !node.has(node_role::proxy))
      table.complain("client", "a client port", "client ports on nodes with the role \"proxy\" only");
    const auto* admin = table.table("admin");
    if (admin != nullptr)
      read_admin(*admin, path + "admin.", node);
    if (admin != nullptr && !node.has(node_role::broker))
      table.complain("admin", "an admin port", "an admin port on the node with the role \"broker\" only");
    table.refuse_the_rest();
    config_.nodes.push_back(std::move(node));
  }

  void read_client(const toml::value& value, const std::string& path, node_config& node) {
    auto table = reader(value, path);
    client_port_config client;
    client.listen = read_endpoints(table, "listen", true);
    client.irc_listen = read_endpoints(table, "irc-listen", false);
    client.irc_plain_listen = read_endpoints(table, "irc-plain-listen", false);
    client.address = value.contains("address") ? read_dialled(table) : default_dialled(client.listen, node);
    client.certificate = path_of(table.text("certificate", "the path of the client port's certificate", true));
    client.key = path_of(table.text("key", "the path of the client port's key", true));
    constexpr std::int64_t loops_most = 64; // the edge shares its work out in as many parts
    client.loops_min = static_cast<std::size_t>(table.number("loops-min", 1, 0, loops_most));
    client.loops_max = static_cast<std::size_t>(table.number("loops-max", 0, 0, loops_most));
    if (client.loops_max != 0 && client.loops_min > client.loops_max)
      table.complain("loops-min", std::to_string(client.loops_min),
                     "at most loops-max, which is " + std::to_string(client.loops_max));
    table.refuse_the_rest();
    node.client = std::move(client);
  }

  void read_admin(const toml::value& value, const std::string& path, node_config& node) {
    auto table = reader(value, path);
    admin_port_config admin;
    admin.listen = read_endpoints(table, "listen", true);
    admin.address = value.contains("address") ? read_dialled(table) : default_dialled(admin.listen, node);
    admin.certificate = path_of(table.text("certificate", "the path of the admin port's certificate", true));
    admin.key = path_of(table.text("key", "the path of the admin port's key", true));
    admin.ca = path_of(table.text("ca", "the path of the CA that signs the operators' certificates", true));
    table.refuse_the_rest();
    node.admin = std::move(admin);
  }

  static std::vector<endpoint> read_dialled(table_reader& table) {
    auto addresses = read_endpoints(table, "address", false);
    for (const auto& each : addresses)
      if (is_wildcard(each) || each.port == 0)
        table.complain("address", '"' + to_string(each) + '"',
                       "host:port that can be dialled: a port, and neither 0.0.0.0 nor [::]");
    return addresses;
  }

  /// Where it listens; for all addresses of the machine the one that other nodes dial.
  static std::vector<endpoint> default_dialled(const std::vector<endpoint>& listen, const node_config& node) {
    std::vector<endpoint> addresses;
    for (auto where : listen) {
      if (is_wildcard(where) && node.address)
        where.host = node.address->host;
      if (!is_wildcard(where) && where.port != 0 && std::ranges::find(addresses, where) == addresses.end())
        addresses.push_back(std::move(where));
    }
    return addresses;
  }

  std::filesystem::path file_;
  std::string shown_file_;
  std::filesystem::path folder_;
  cluster_config config_;
  std::vector<config_problem> problems_;
};

} // namespace

tunables::tunables()
    : resume_timeout(limits::resume_timeout), handshake_timeout(limits::handshake_timeout),
      idle_ping_after(limits::idle_ping_after), send_queue_bytes(limits::send_queue_bytes_max),
      clients_max(limits::clients_max), store_wait(limits::store_given_up_after),
      room_closes_after(limits::room_closes_after), ended_kept(limits::last_ops_kept) {}

std::string to_string(const config_problem& problem) {
  auto line = problem.line == 0 ? std::string{} : ':' + std::to_string(problem.line);
  return problem.file + line + ": " + problem.key + ": found " + problem.found + "; allowed: " + problem.allowed;
}

const node_config* cluster_config::find(const node_name& wanted) const {
  auto found = std::ranges::find(nodes, wanted, &node_config::name);
  return found == nodes.end() ? nullptr : &*found;
}

const node_config& cluster_config::broker() const {
  return *std::ranges::find_if(nodes, [](const node_config& node) { return node.has(node_role::broker); });
}

config_reading read_config(const std::filesystem::path& file) { return config_reader{file}.run(); }

} // namespace godwit
