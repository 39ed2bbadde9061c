#include "nodes/start_checks.hpp"

#include "actors/rules/limits.hpp"
#include "messages/irc/irc_line.hpp"
#include "messages/openssl_ptr.hpp"
#include "nodes/edge_settings.hpp"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <fstream>
#include <iterator>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace godwit {
namespace {

namespace fs = std::filesystem;
using namespace openssl;

std::string words_of(int number) { return std::generic_category().message(number); }

class owned_fd {
public:
  explicit owned_fd(int fd) : fd_(fd) {}
  owned_fd(owned_fd&& from) noexcept : fd_(std::exchange(from.fd_, -1)) {}
  owned_fd& operator=(owned_fd&&) = delete;
  ~owned_fd() {
    if (fd_ >= 0)
      ::close(fd_);
  }
  int get() const { return fd_; }

private:
  int fd_;
};

// ---------------------------------------------------------------------------------------------------- certificates

struct text_or_fault {
  std::string text;
  std::optional<start_fault> fault;
};

text_or_fault read_file(const fs::path& file, exit_code unreadable, const char* making = "`godwitd certs`") {
  std::ifstream stream(file, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(stream), {}};
  if (stream)
    return {std::move(text), {}};
  return {{},
          start_fault{unreadable, file.string() + ": " + words_of(errno)
                                    + "; correct the path in the config, or the file's rights, or make it with "
                                    + making}};
}

std::optional<start_fault> check_time(const fs::path& file, X509* certificate) {
  if (X509_cmp_current_time(X509_get0_notAfter(certificate)) < 0)
    return start_fault{exit_code::certificate_expired,
                       file.string() + ": the certificate has expired; make it anew, or set the clock if it is wrong"};
  if (X509_cmp_current_time(X509_get0_notBefore(certificate)) > 0)
    return start_fault{exit_code::certificate_not_yet_valid,
                       file.string()
                         + ": the certificate is not yet valid; set the clock if it is wrong, or make it "
                           "anew"};
  return {};
}

/// Into `first`: the first one, which is the node's own.
std::optional<start_fault> check_chain(const fs::path& file, certificate_ptr& first) {
  const auto pem = read_file(file, exit_code::certificate_unreadable);
  if (pem.fault)
    return pem.fault;
  const auto bio = reading(pem.text);
  while (certificate_ptr each{PEM_read_bio_X509(bio.get(), nullptr, no_password, nullptr)}) {
    if (auto fault = check_time(file, each.get()))
      return fault;
    if (!first)
      first = std::move(each);
  }
  ERR_clear_error(); // the end of the file is an error to OpenSSL
  if (!first)
    return start_fault{exit_code::certificate_unreadable,
                       file.string() + ": holds no certificate in PEM; name the right file in the config"};
  return {};
}

// ------------------------------------------------------------------------------------------------------- addresses

struct freed_addresses {
  void operator()(addrinfo* found) const { ::freeaddrinfo(found); }
};
using addresses_ptr = std::unique_ptr<addrinfo, freed_addresses>;

start_fault fault_of_bind(const endpoint& where, int why) {
  const auto begin = to_string(where) + ": " + words_of(why);
  switch (why) {
  case EADDRINUSE: return {exit_code::port_taken, begin + "; something listens there: stop it, or take another port"};
  case EADDRNOTAVAIL:
  case EAFNOSUPPORT:
    return {
      exit_code::address_absent,
      begin + "; this machine has no such address: `bind` and what a client or admin port listens on must be its own"};
  case EACCES:
    return {exit_code::can_not_start, begin + "; take a port above 1023, or give the right to bind lower ones"};
  default: return {exit_code::can_not_start, begin};
  }
}

std::optional<start_fault> try_address(const endpoint& where, std::vector<owned_fd>& held) {
  addrinfo hints{};
  hints.ai_flags = AI_PASSIVE;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* all = nullptr;
  if (const int why = ::getaddrinfo(where.host.c_str(), std::to_string(where.port).c_str(), &hints, &all); why != 0)
    return start_fault{exit_code::address_absent, to_string(where) + ": " + ::gai_strerror(why)
                                                    + "; name an address of this machine, or a name that has one"};
  const addresses_ptr found{all};
  for (const auto* each = found.get(); each != nullptr; each = each->ai_next) {
    owned_fd probe{::socket(each->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    const int on = 1;
    if (probe.get() >= 0) {
      ::setsockopt(probe.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on); // as who will listen
      if (each->ai_family == AF_INET6)
        ::setsockopt(probe.get(), IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
    }
    if (probe.get() < 0 || ::bind(probe.get(), each->ai_addr, each->ai_addrlen) != 0 || ::listen(probe.get(), 1) != 0)
      return fault_of_bind(where, errno);
    held.push_back(std::move(probe));
  }
  return {};
}

// ---------------------------------------------------------------------------------------------------------- folder

std::optional<start_fault> try_to_write(const fs::path& data) {
  const auto refused = [](const fs::path& what, int why) {
    return start_fault{exit_code::data_not_writable,
                       what.string() + " can not be written: " + words_of(why)
                         + "; correct the rights of the data folder and the files in it, or how its disk is mounted"};
  };
  auto probe = (data / ".godwit-probe.XXXXXX").string();
  const owned_fd made{::mkostemp(probe.data(), O_CLOEXEC)};
  if (made.get() < 0)
    return refused(data, errno);
  ::unlink(probe.c_str());
  const auto database = data / "godwit.db";
  if (::access(database.c_str(), R_OK | W_OK) != 0 && errno != ENOENT)
    return refused(database, errno);
  return {};
}

std::optional<start_fault> try_lock(const fs::path& data) {
  const auto file = data / "godwit.db-lock";
  const owned_fd lock{::open(file.c_str(), O_RDWR | O_CLOEXEC)};
  if (lock.get() < 0 || ::flock(lock.get(), LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK)
    return {}; // whatever else is wrong with it the store finds, and says
  return start_fault{exit_code::data_in_use,
                     file.string() + " is locked: another process works with this data; stop it first"};
}

// ----------------------------------------------------------------------------------------------------- descriptors

/// What a node opens besides its clients: the store, logs, CAF, a link's connection and socket pair, handshakes.
std::size_t further_descriptors(const cluster_config& cluster, const node_config& self) {
  constexpr std::size_t of_the_process = 64;
  constexpr std::size_t per_link = 3;
  constexpr std::size_t per_loop = 4;
  const auto links = cluster.nodes.size() > 1 ? limits::link_handshakes_max + per_link * cluster.nodes.size() : 0;
  const auto tools = self.admin ? limits::admin_connections_max + 2 * limits::admin_strangers_max : 0;
  return of_the_process + links + tools + per_loop * (self.client ? most_loops(*self.client) : 0);
}

// The edge lets a sixteenth more connect, to be told that it is full.
std::size_t descriptors_for(std::size_t clients) { return clients + clients / 16 + 16; }

rlim_t raise_descriptors() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  const auto former = limit.rlim_cur;
  limit.rlim_cur = limit.rlim_max;
  return ::setrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_max : former;
}

} // namespace

std::optional<start_fault> check_certificate(const fs::path& certificate, const fs::path& key) {
  certificate_ptr own;
  if (auto fault = check_chain(certificate, own))
    return fault;
  auto pem = read_file(key, exit_code::key_unreadable);
  if (pem.fault)
    return pem.fault;
  const key_ptr private_key{PEM_read_bio_PrivateKey(reading(pem.text).get(), nullptr, no_password, nullptr)};
  OPENSSL_cleanse(pem.text.data(), pem.text.size());
  ERR_clear_error();
  if (!private_key)
    return start_fault{exit_code::key_unreadable,
                       key.string()
                         + ": holds no private key in PEM, or one behind a password; name the right file, "
                           "or remove the password"};
  const bool one_making = X509_check_private_key(own.get(), private_key.get()) == 1;
  ERR_clear_error();
  if (!one_making)
    return start_fault{exit_code::key_mismatched, key.string() + ": the key is not the one of the certificate "
                                                    + certificate.string() + "; name the two that belong together, or "
                                                    + "make both anew"};
  return {};
}

std::optional<start_fault> check_ca(const fs::path& certificate) {
  certificate_ptr own;
  return check_chain(certificate, own);
}

std::optional<start_fault> check_motd(const fs::path& motd) {
  if (motd.empty())
    return {};
  const auto read = read_file(motd, exit_code::motd_unreadable, "an editor");
  if (read.fault || irc::is_utf8(read.text))
    return read.fault;
  return start_fault{exit_code::motd_unreadable,
                     motd.string() + ": is not UTF-8, and could be shown to nobody; save it as UTF-8"};
}

std::optional<start_fault> check_cloak_key(const fs::path& key) {
  constexpr std::size_t secret_bytes_min = 16;
  if (key.empty())
    return {};
  auto read = read_file(key, exit_code::cloak_key_unusable, "`head -c 32 /dev/urandom`");
  const auto size = read.text.size();
  OPENSSL_cleanse(read.text.data(), read.text.size());
  if (read.fault || size >= secret_bytes_min)
    return read.fault;
  return start_fault{exit_code::cloak_key_unusable, key.string() + ": has " + std::to_string(size) + " bytes, which "
                                                      + "anybody can guess; make one of 16 or more with "
                                                      + "`head -c 32 /dev/urandom`, the same for all nodes"};
}

std::optional<start_fault> check_addresses(const std::vector<endpoint>& where) {
  std::vector<owned_fd> held;
  for (const auto& each : where)
    if (auto fault = try_address(each, held))
      return fault;
  return {};
}

std::optional<start_fault> check_data_folder(const fs::path& data, bool make) {
  std::error_code problem;
  if (make)
    fs::create_directories(data, problem);
  if (problem)
    return start_fault{exit_code::data_not_writable, "the data folder " + data.string() + " can not be made: "
                                                       + problem.message() + "; make it, or correct `data`"};
  if (!fs::is_directory(data, problem))
    return start_fault{exit_code::data_absent,
                       "the data folder " + data.string()
                         + " is not there; mount its disk, or make it (`install -d -m 700`), or correct `data` in the "
                           "config"};
  if (make)
    fs::permissions(data, fs::perms::owner_all, problem);
  if (auto fault = try_to_write(data))
    return fault;
  return try_lock(data);
}

std::optional<start_fault> fit_descriptors(cluster_config& cluster, const node_config& self) {
  const std::size_t limit = raise_descriptors();
  const auto further = further_descriptors(cluster, self);
  auto& clients = cluster.limits.clients_max;
  const auto wanted = self.client ? descriptors_for(clients) : 0;
  if (limit >= further + wanted)
    return {};
  if (cluster.limits.clients_max_is_set || limit < further + descriptors_for(1) || !self.client)
    return start_fault{exit_code::descriptors_too_few,
                       "at most " + std::to_string(limit) + " files can be open, " + std::to_string(further + wanted)
                         + " are needed"
                         + (self.client ? " for limits.clients-max = " + std::to_string(clients) : std::string{})
                         + "; raise the limit (`ulimit -Hn`, systemd: LimitNOFILE=)"
                         + (self.client ? ", or lower limits.clients-max" : "")};
  clients = std::max<std::size_t>((limit - further - 16) * 16 / 17, 1);
  spdlog::info("at most {} files can be open: {} clients are served", limit, clients);
  return {};
}

std::optional<start_fault> check_start(cluster_config& cluster, const node_config& self) {
  std::optional<start_fault> fault;
  std::vector<endpoint> addresses;
  if (cluster.nodes.size() > 1) {
    fault = check_certificate(self.certificate, self.key);
    if (!fault)
      fault = check_ca(cluster.ca);
    addresses = self.bind;
  }
  if (!fault && self.client) {
    fault = check_certificate(self.client->certificate, self.client->key);
    for (const auto* each : {&self.client->listen, &self.client->irc_listen, &self.client->irc_plain_listen})
      addresses.insert(addresses.end(), each->begin(), each->end());
  }
  if (!fault && self.has(node_role::worker))
    fault = check_motd(cluster.irc.motd);
  if (!fault && self.has(node_role::worker))
    fault = check_cloak_key(cluster.irc.cloak_key);
  if (!fault && self.admin) {
    fault = check_certificate(self.admin->certificate, self.admin->key);
    if (!fault)
      fault = check_ca(self.admin->ca);
    addresses.insert(addresses.end(), self.admin->listen.begin(), self.admin->listen.end());
  }
  if (!fault)
    fault = fit_descriptors(cluster, self);
  if (!fault)
    fault = check_addresses(addresses);
  if (!fault && self.has(node_role::broker))
    fault = check_data_folder(self.data, self.make_data);
  return fault;
}

} // namespace godwit
