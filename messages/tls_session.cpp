#include "messages/tls_session.hpp"

#include "messages/openssl_ptr.hpp"
#include "messages/tls_failure.hpp"
#include "messages/tls_tickets.hpp"

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <new>
#include <utility>
#include <vector>

namespace godwit {
namespace {

using namespace openssl;

constexpr std::size_t record_bytes = SSL3_RT_MAX_PLAIN_LENGTH;
// What a record adds at most to its plaintext: header, nonce, tag, content type.
constexpr std::size_t record_overhead_bytes = 64;
constexpr unsigned exact_name = X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_WILDCARDS;

/// What OpenSSL reads from and writes to. A BIO of ours instead of memory BIOs: what is fed is read where it lies, and
/// what is to be sent is written where it is sent from; memory BIOs keep a buffer for each that never shrinks.
struct wires {
  std::string_view in;
  std::string out;
};

int read_wire(BIO* bio, char* to, int room) {
  auto& in = static_cast<wires*>(BIO_get_data(bio))->in;
  BIO_clear_retry_flags(bio);
  if (in.empty() || room <= 0) {
    BIO_set_retry_read(bio);
    return -1;
  }
  const auto count = in.copy(to, static_cast<std::size_t>(room));
  in.remove_prefix(count);
  return static_cast<int>(count);
}

int write_wire(BIO* bio, const char* from, int count) {
  BIO_clear_retry_flags(bio);
  if (count <= 0)
    return 0;
  static_cast<wires*>(BIO_get_data(bio))->out.append(from, static_cast<std::size_t>(count));
  return count;
}

long control_wire(BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH ? 1 : 0; }

BIO* new_wire(wires& ends) {
  static BIO_METHOD* const method = [] {
    auto* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "godwit wire");
    if (!made)
      throw std::bad_alloc();
    BIO_meth_set_read(made, read_wire);
    BIO_meth_set_write(made, write_wire);
    BIO_meth_set_ctrl(made, control_wire);
    return made;
  }();
  auto* bio = BIO_new(method);
  if (!bio)
    throw std::bad_alloc();
  BIO_set_data(bio, &ends);
  BIO_set_init(bio, 1);
  return bio;
}

/// Names come from strangers and go to logs: what is no printable ASCII is shown as '?'. Names are compared by OpenSSL,
/// not by this text.
std::string text_of(const ASN1_STRING* string) {
  std::string text(reinterpret_cast<const char*>(ASN1_STRING_get0_data(string)),
                   static_cast<std::size_t>(ASN1_STRING_length(string)));
  std::replace_if(
    text.begin(), text.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  return text;
}

std::string common_name_of(X509* certificate) {
  const auto* subject = X509_get_subject_name(certificate);
  const int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
  return at < 0 ? std::string{} : text_of(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)));
}

/// The DNS names; if there are none, the common name.
std::vector<std::string> names_of(X509* certificate) {
  std::vector<std::string> names;
  auto* all = static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr));
  for (int i = 0; i < sk_GENERAL_NAME_num(all); ++i) {
    const auto* each = sk_GENERAL_NAME_value(all, i);
    if (each->type == GEN_DNS)
      names.push_back(text_of(each->d.dNSName));
  }
  GENERAL_NAMES_free(all);
  if (names.empty())
    names.push_back(common_name_of(certificate));
  return names;
}

std::string list_of(const std::vector<std::string>& names) {
  std::string list;
  for (const auto& each : names)
    list += (list.empty() ? "" : ", ") + each;
  return list;
}

/// An empty name, or one with a NUL, would switch OpenSSL's check off.
bool expect_name(SSL* ssl, const std::string& name) {
  if (name.empty() || name.find('\0') != std::string::npos)
    return false;
  if (X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), name.c_str()) == 1)
    return true;
  SSL_set_hostflags(ssl, X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  return SSL_set1_host(ssl, name.c_str()) == 1 && SSL_set_tlsext_host_name(ssl, name.c_str()) == 1;
}

} // namespace

struct tls_session::connection {
  wires ends;
  std::size_t sent = 0; // bytes at the front of ends.out
  std::string unsealed; // written, not yet encrypted
  std::string expected_name;
  ssl_ptr ssl; // goes before `ends`, which it writes to
  error failure;
  std::array<char, 4> first_bytes{}; // of the peer: they tell what it is, if it is no TLS
  unsigned char first_bytes_count = 0;
  tls_state state = tls_state::handshaking;
  bool close_asked = false;

  explicit connection(SSL_CTX* context) : ssl(SSL_new(context)) {
    if (!ssl)
      throw std::bad_alloc();
    auto* wire = new_wire(ends);
    SSL_set_bio(ssl.get(), wire, wire);
  }

  // A connection that was cut is no reason to distrust its ticket: that is when it is needed.
  ~connection() { SSL_set_shutdown(ssl.get(), SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN); }
  connection(const connection&) = delete;
  connection& operator=(const connection&) = delete;

  bool can_write() const { return state == tls_state::open || state == tls_state::ended; }

  X509* peer_certificate() const {
    if (auto* verified = SSL_get0_peer_certificate(ssl.get()))
      return verified;
    auto* refused = SSL_get_peer_cert_chain(ssl.get());
    return sk_X509_num(refused) > 0 ? sk_X509_value(refused, 0) : nullptr;
  }

  void fail(error why) {
    state = tls_state::failed;
    failure = std::move(why);
    unsealed = {};
  }

  void fail_by_openssl() {
    tls_failure what;
    what.reason = ERR_peek_last_error();
    what.verification = SSL_get_verify_result(ssl.get());
    what.handshaking = state == tls_state::handshaking;
    what.first_bytes = {first_bytes.data(), first_bytes_count};
    what.expected_name = expected_name;
    auto* certificate = peer_certificate();
    const auto names = certificate ? list_of(names_of(certificate)) : std::string{};
    what.peer_names = names;
    fail(explain(what));
  }

  // Takes what an operation of OpenSSL returned that did not succeed: it wants more, or the stream is over.
  void judge(int returned) {
    const int kind = SSL_get_error(ssl.get(), returned);
    if (kind == SSL_ERROR_ZERO_RETURN)
      state = tls_state::ended;
    else if (kind != SSL_ERROR_WANT_READ)
      fail_by_openssl();
    ERR_clear_error();
  }

  void shake_hands() {
    ERR_clear_error();
    const int returned = SSL_do_handshake(ssl.get());
    if (returned != 1)
      return judge(returned);
    state = tls_state::open;
    if (close_asked)
      say_close();
  }

  void read_into(std::string& plaintext) {
    std::array<char, record_bytes> record;
    while (state == tls_state::open) {
      std::size_t count = 0;
      ERR_clear_error();
      const int returned = SSL_read_ex(ssl.get(), record.data(), record.size(), &count);
      if (returned != 1)
        return judge(returned);
      plaintext.append(record.data(), count);
    }
  }

  void encrypt(std::string_view plaintext) {
    const auto records = plaintext.size() / record_bytes + 1;
    ends.out.reserve(ends.out.size() + plaintext.size() + records * record_overhead_bytes);
    std::size_t count = 0;
    ERR_clear_error();
    // The wire takes everything, so that this ends with all of it or with a failure.
    const int returned = SSL_write_ex(ssl.get(), plaintext.data(), plaintext.size(), &count);
    if (returned != 1)
      judge(returned);
  }

  void seal() {
    if (unsealed.empty() || !can_write())
      return;
    const std::string written = std::move(unsealed);
    unsealed = {};
    encrypt(written);
  }

  void say_close() {
    seal();
    if (!can_write())
      return;
    ERR_clear_error();
    SSL_shutdown(ssl.get()); // 0 or 1: said; it says it once
    ERR_clear_error();
  }

  void note_first_bytes(std::string_view bytes) {
    const auto room = first_bytes.size() - first_bytes_count;
    first_bytes_count += static_cast<unsigned char>(bytes.copy(first_bytes.data() + first_bytes_count, room));
  }
};

tls_session::tls_session(std::unique_ptr<connection> started) : connection_(std::move(started)) {}
tls_session::tls_session(tls_session&&) noexcept = default;
tls_session& tls_session::operator=(tls_session&&) noexcept = default;
tls_session::~tls_session() = default;

tls_session tls_session::accept(const tls_context& context) {
  auto started = std::make_unique<connection>(context.shared_.get());
  SSL_set_accept_state(started->ssl.get());
  return tls_session{std::move(started)};
}

tls_session tls_session::connect(const tls_context& context, const std::string& expected_name) {
  auto started = std::make_unique<connection>(context.shared_.get());
  auto* ssl = started->ssl.get();
  started->expected_name = expected_name;
  SSL_set_connect_state(ssl);
  SSL_set_verify(ssl, SSL_VERIFY_PEER, nullptr);
  if (!expect_name(ssl, expected_name)) {
    ERR_clear_error();
    started->fail({error_code::tls_failed, "the name to expect is neither a DNS name nor an IP address"});
    return tls_session{std::move(started)};
  }
  tls_tickets::use_for(ssl, expected_name);
  started->shake_hands();
  return tls_session{std::move(started)};
}

tls_state tls_session::feed(std::string_view ciphertext, std::string& plaintext) {
  auto& my = *connection_;
  if (my.state == tls_state::handshaking)
    my.note_first_bytes(ciphertext);
  my.ends.in = ciphertext;
  if (my.state == tls_state::handshaking)
    my.shake_hands();
  my.read_into(plaintext);
  my.ends.in = {};
  return my.state;
}

tls_state tls_session::feed_end() {
  auto& my = *connection_;
  if (my.state == tls_state::handshaking)
    my.fail({error_code::tls_failed, "the peer closed the connection during the handshake"});
  else if (my.state == tls_state::open)
    my.fail({error_code::tls_failed, "the connection ended without a TLS close; it may have been cut short"});
  return my.state;
}

void tls_session::write(std::string_view plaintext) {
  auto& my = *connection_;
  if (my.state == tls_state::failed || my.close_asked)
    return;
  if (my.can_write() && my.unsealed.empty()) { // whole records need not wait for more
    const auto whole = plaintext.size() - plaintext.size() % record_bytes;
    if (whole > 0)
      my.encrypt(plaintext.substr(0, whole));
    plaintext.remove_prefix(whole);
  }
  my.unsealed += plaintext;
}

void tls_session::close() {
  auto& my = *connection_;
  if (std::exchange(my.close_asked, true))
    return;
  if (my.state != tls_state::handshaking)
    my.say_close();
}

std::string_view tls_session::output() {
  connection_->seal();
  return std::string_view(connection_->ends.out).substr(connection_->sent);
}

void tls_session::sent(std::size_t count) {
  auto& my = *connection_;
  my.sent += count;
  assert(my.sent <= my.ends.out.size());
  if (my.sent < my.ends.out.size())
    return;
  my.ends.out = std::string{}; // an idle session keeps no buffer
  my.sent = 0;
}

void tls_session::take_output(std::string& into) {
  auto& my = *connection_;
  my.seal();
  my.ends.out.erase(0, std::exchange(my.sent, 0));
  into = std::exchange(my.ends.out, {});
}

std::size_t tls_session::waiting_bytes() const {
  return connection_->unsealed.size() + connection_->ends.out.size() - connection_->sent;
}

tls_state tls_session::state() const { return connection_->state; }

const error& tls_session::failure() const { return connection_->failure; }

std::string_view tls_session::version() const { return SSL_get_version(connection_->ssl.get()); }

bool tls_session::resumed() const { return SSL_session_reused(connection_->ssl.get()) == 1; }

std::string tls_session::peer_name() const {
  auto* certificate = connection_->peer_certificate();
  if (!certificate)
    return {};
  const auto names = names_of(certificate);
  return names.empty() ? std::string{} : names.front();
}

bool tls_session::peer_certificate_is_for(const std::string& name) const {
  auto* certificate = connection_->peer_certificate();
  return certificate && !name.empty()
         && X509_check_host(certificate, name.data(), name.size(), exact_name, nullptr) == 1;
}

} // namespace godwit
