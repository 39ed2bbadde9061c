// Stores and certificates with which a broker node does not start, and commands that fail: each fault is told in a
// sentence, and has an exit code of its own (docs/OPERATING.md, "Exit codes").
#include "tests/support/cluster.hpp"
#include "tests/support/start_faults.hpp"
#include "tests/support/text_file.hpp"

#include <gtest/gtest.h>

#include <fcntl.h>

namespace godwit::test {
namespace {

namespace fs = std::filesystem;

/// A store in which somebody has said something, and whose node was stopped.
class StoreFault : public ::testing::Test {
protected:
  void SetUp() override {
    files_.start();
    {
      auto alice = files_.join("alice");
      for (int i = 0; i < 50; ++i)
        alice->ask("what has been said " + std::string(500, 'x'));
      EXPECT_EQ(alice->leave(), process_end{});
    }
    files_.stop();
    ASSERT_FALSE(fs::exists(file() + "-wal"));
  }

  std::string file() const { return files_.data_folder() + "/godwit.db"; }
  finished_program start() const {
    return run({.arguments = {godwitd_program(), "--config", files_.config_file(), "--node", "godwit-1"}});
  }
  process_end check() const { return run({.arguments = {godwitd_program(), "check", files_.data_folder()}}).end; }
  /// https://www.sqlite.org/fileformat.html, "The Database Header": numbers are big-endian.
  void write_number(std::streamoff at, std::uint32_t number) const {
    std::fstream out(file(), std::ios::in | std::ios::out | std::ios::binary);
    out.seekp(at);
    for (int shift = 24; shift >= 0; shift -= 8)
      out.put(static_cast<char>(number >> shift));
    ASSERT_TRUE(out.flush());
  }

  cluster files_{"single"};
};

TEST_F(StoreFault, AFileThatAnotherProgramHasLockedIs23) {
  const unique_fd other{::open(file().c_str(), O_RDWR | O_CLOEXEC)};
  struct flock locked {};
  locked.l_type = F_WRLCK;
  locked.l_whence = SEEK_SET;
  locked.l_start = 0x40000000; // https://www.sqlite.org/lockingv3.html: the pending byte and those behind it
  locked.l_len = 512;
  ASSERT_EQ(::fcntl(other.get(), F_OFD_SETLK, &locked), 0);
  expect_fault(start(), 23, file() + ": database is locked", "end the program");
  EXPECT_EQ(check(), (process_end{23, 0}));
}

TEST_F(StoreFault, AFileOfANewerVersionIs24) {
  write_number(60, 1'000);
  expect_fault(start(), 24, "version 1000", "start the newer program");
  EXPECT_EQ(check(), (process_end{24, 0}));
}

TEST_F(StoreFault, ADamagedFileIs25) {
  const auto size = fs::file_size(file());
  std::fstream out(file(), std::ios::in | std::ios::out | std::ios::binary);
  for (std::uintmax_t page = 1; page * 4096 < size; ++page) {
    out.seekp(static_cast<std::streamoff>(page * 4096));
    out << std::string(64, '\x5a');
  }
  out.close();
  expect_fault(start(), 25, file() + ": database disk image is malformed", "bring back a copy");
  EXPECT_EQ(check(), (process_end{25, 0}));
}

TEST_F(StoreFault, AFileThatIsNoDatabaseIs25) {
  write_text(file(), std::string(8192, 'x'));
  expect_fault(start(), 25, file() + ": file is not a database", "bring back a copy");
  EXPECT_EQ(check(), (process_end{25, 0}));
}

TEST_F(StoreFault, ADatabaseOfAnotherProgramIs26) {
  write_number(68, 7);
  expect_fault(start(), 26, "a database of another program", "name another file in the config");
  EXPECT_EQ(check(), (process_end{26, 0}));
}

TEST(NodeCertificate, OfAnotherClusterOrAnotherNodeIs19) {
  const cluster files{"local"};
  const auto start = [&] {
    return run({.arguments = {godwitd_program(), "--config", files.config_file(), "--node", "worker-2"}});
  };
  const auto own = files.path("var/nodes/worker-2");
  const auto replace_by = [&](const std::string& other) {
    for (const auto* end : {".pem", ".key"})
      fs::copy_file(other + end, own + end, fs::copy_options::overwrite_existing);
  };
  replace_by(files.path("var/nodes/worker-1"));
  expect_fault(start(), 19, "not for its name, worker-2", "godwitd certs");
  const auto out = files.path("other");
  for (const auto& what : {std::vector<std::string>{"cluster-ca"}, {"node", "worker-2"}}) {
    auto arguments = std::vector<std::string>{godwitd_program(), "certs"};
    arguments.insert(arguments.end(), what.begin(), what.end());
    arguments.insert(arguments.end(), {"--out", out});
    ASSERT_EQ(run({.arguments = arguments}).end, process_end{});
  }
  replace_by(out + "/nodes/worker-2");
  expect_fault(start(), 19, "worker-2.pem: the certificate is not signed by the CA", "godwitd certs");
}

TEST(Command, ThatIsWrongIs1AndSaysWhereHelpIs) {
  const auto alone = run({.arguments = {godwitd_program()}});
  EXPECT_EQ(alone.end, (process_end{1, 0}));
  EXPECT_NE(alone.errors.find("--help"), std::string::npos) << alone.errors;
  EXPECT_EQ(run({.arguments = {godwitd_program(), "--nonsense"}}).end, (process_end{1, 0}));
}

TEST(Command, ThatCanNotDoWhatItShouldIs3) {
  const temporary_folder folder;
  write_text(folder.path("there"), "mine");
  const auto certs = run({.arguments = {godwitd_program(), "certs", "ca", "--out", folder.path("there")}});
  EXPECT_EQ(certs.end, (process_end{3, 0})) << certs.errors;
  EXPECT_NE(certs.errors.find(folder.path("there")), std::string::npos) << certs.errors;
  const auto backup = run({.arguments = {godwitd_program(), "backup", folder.path(), folder.path("copy")}});
  EXPECT_EQ(backup.end, (process_end{3, 0})) << backup.errors;
  EXPECT_NE(backup.errors.find("is not there"), std::string::npos) << backup.errors;
}

} // namespace
} // namespace godwit::test
