// Ciphertext from anybody: TLS without I/O, as a client port, as a client, and as a node on either side.
//
// First byte: which contexts, and who is real. Either a stranger speaks to one side, or both are ours and somebody
// between them changes what they say.
#include "messages/tls_session.hpp"
#include "nodes/config/certificates.hpp"
#include "tests/fuzz/fuzz.hpp"
#include "tests/support/temporary_folder.hpp"

#include <openssl/err.h>

#include <array>
#include <optional>
#include <stdexcept>

namespace godwit {
namespace {

using fuzz::choices;
using fuzz::require;

template <class T>
T must(result<T> got) {
  if (!got)
    throw std::runtime_error(got.why().detail);
  return *std::move(got);
}

struct contexts {
  tls_context client_port;
  tls_context client;
  tls_context node;
  tls_context other_node;
};

contexts make_contexts() {
  const test::temporary_folder folder;
  const auto ca = must(make_ca("fuzz CA"));
  const auto ca_file = must(write_certified_key(ca, folder.path(), "ca")).certificate;
  const auto written = [&](const certified_key& what, const char* name) {
    const auto files = must(write_certified_key(what, folder.path(), name));
    return certificate_files{files.certificate, files.key};
  };
  const auto server = written(must(issue_server_certificate(ca, {"localhost"})), "server");
  const auto node = written(must(issue_node_certificate(ca, "worker-1")), "worker-1");
  const auto other = written(must(issue_node_certificate(ca, "worker-2")), "worker-2");
  return {must(tls_context::for_client_port(server)), must(tls_context::for_client(ca_file)),
          must(tls_context::for_nodes(node, ca_file)), must(tls_context::for_nodes(other, ca_file))};
}

const contexts& shared() {
  static const contexts made = make_contexts();
  return made;
}

/// One end, and what it has to hold whatever it is told.
class watched_end {
public:
  explicit watched_end(tls_session tls) : tls_(std::move(tls)) {}

  void feed(std::string_view ciphertext) {
    const auto before = tls_.state();
    fed_ += ciphertext.size();
    const auto state = tls_.feed(ciphertext, read);
    require(state == tls_.state(), "feed gives the state");
    require(read.size() <= fed_, "there is no more plaintext than ciphertext");
    check(before);
  }
  void feed_end() {
    const auto before = tls_.state();
    require(tls_.feed_end() == tls_state::ended || tls_.state() == tls_state::failed, "an end of the stream ends it");
    check(before);
  }
  void write(std::string_view text) {
    if (tls_.state() != tls_state::failed && !closed_)
      written += text;
    tls_.write(text);
    check(tls_.state());
  }
  void close() {
    const auto before = tls_.state();
    closed_ = true;
    tls_.close();
    check(before);
  }
  std::string take() {
    const auto waiting = std::string(tls_.output());
    require(tls_.waiting_bytes() >= waiting.size(), "what waits is counted");
    std::string all;
    tls_.take_output(all);
    require(all == waiting, "output is the same by view and by move");
    return all;
  }
  const tls_session& tls() const { return tls_; }

  std::string read;
  std::string written;

private:
  void check(tls_state before) {
    const auto state = tls_.state();
    require(before != tls_state::failed || state == tls_state::failed, "what failed stays so");
    require(before == tls_state::handshaking || state != tls_state::handshaking, "a handshake is made once");
    require(before != tls_state::ended || state != tls_state::open, "what has ended does not open again");
    if (state == tls_state::failed)
      require(!tls_.failure().detail.empty(), "a failure has a sentence");
    require(ERR_peek_error() == 0, "nothing is left in OpenSSL's error queue");
  }

  tls_session tls_;
  std::size_t fed_ = 0;
  bool closed_ = false;
};

watched_end end_of(unsigned kind) {
  switch (kind) {
  case 0: return watched_end(tls_session::accept(shared().client_port));
  case 1: return watched_end(tls_session::connect(shared().client, "localhost"));
  case 2: return watched_end(tls_session::accept(shared().node));
  default: return watched_end(tls_session::connect(shared().node, "worker-2"));
  }
}

/// Somebody who has no certificate, and no key of ours.
void stranger(choices input) {
  const auto kind = input.of(4);
  auto end = end_of(kind);
  while (!input.empty()) {
    const auto length = input.byte();
    end.feed(input.piece(1U + length * length));
    (void)end.take();
    require(end.read.empty(), "without a finished handshake nobody is read");
    require(end.tls().state() != tls_state::open, "no handshake is made of bytes that know no key");
  }
  end.feed_end();
}

/// What somebody between two ends may do to what passes. A copy of what passes comes back as it was sent.
std::string tampered(std::string bytes, choices& input) {
  const auto at = bytes.empty() ? 0 : input.two_bytes() % bytes.size();
  switch (input.of(8)) {
  case 0: bytes.erase(at, 1U + input.byte()); break;
  case 1: bytes.insert(at, input.text()); break;
  case 2:
    if (!bytes.empty())
      bytes[at] = static_cast<char>(bytes[at] ^ (1U << input.of(8)));
    break;
  case 3: bytes.insert(at, bytes.substr(at, 1U + input.byte())); break;
  case 4: bytes.resize(at); break;
  default: break; // as it is
  }
  return bytes;
}

void carry(watched_end& from, watched_end& to, choices& input, bool honest) {
  auto bytes = from.take();
  if (!honest)
    bytes = tampered(std::move(bytes), input);
  const std::size_t piece_bytes = honest ? 16384 : 1U + input.two_bytes();
  for (std::size_t at = 0; at < bytes.size(); at += piece_bytes)
    to.feed(std::string_view(bytes).substr(at, piece_bytes));
}

/// Both ends are ours. What one reads is what the other wrote, from its begin on, whatever happens between them.
void between(choices input) {
  const bool nodes = input.of(2) == 1;
  watched_end dialler(nodes ? tls_session::connect(shared().other_node, "worker-1")
                            : tls_session::connect(shared().client, "localhost"));
  watched_end accepter(tls_session::accept(nodes ? shared().node : shared().client_port));
  const unsigned honest_rounds = input.of(8);
  for (unsigned round = 0; round != honest_rounds; ++round)
    carry(round % 2 == 0 ? dialler : accepter, round % 2 == 0 ? accepter : dialler, input, true);
  while (!input.empty()) {
    const auto what = input.byte();
    auto& one = what % 2 == 0 ? dialler : accepter;
    auto& other = what % 2 == 0 ? accepter : dialler;
    switch (what / 2 % 8) {
    case 0: one.write(input.text()); break;
    case 1: one.write(std::string(input.two_bytes(), 'x')); break;
    case 2: one.close(); break;
    case 3: carry(one, other, input, false); break;
    case 4: one.feed(input.text()); break;
    default: carry(one, other, input, true); break;
    }
    require(other.written.starts_with(one.read) && one.written.starts_with(other.read),
            "what is read is what was written, from its begin on");
    if (nodes && accepter.tls().state() == tls_state::open)
      require(accepter.tls().peer_certificate_is_for("worker-2"), "a node that is let in has shown its certificate");
  }
}

} // namespace
} // namespace godwit

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  godwit::fuzz::choices input(data, size);
  if (input.of(2) == 0)
    godwit::stranger(input);
  else
    godwit::between(input);
  return 0;
}
