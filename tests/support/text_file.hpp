/// @file
/// Files of text: read whole, written whole, or for a while only.
#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <stdlib.h>
#include <string>
#include <string_view>
#include <unistd.h>

namespace godwit::test {

/// Empty if there is none.
inline std::string read_text(const std::filesystem::path& file) {
  std::ifstream in{file, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

/// Makes the folder too.
inline void write_text(const std::filesystem::path& file, std::string_view text) {
  std::filesystem::create_directories(file.parent_path());
  std::ofstream out{file, std::ios::binary | std::ios::trunc};
  out << text;
  if (!out.flush())
    throw std::runtime_error("can not write " + file.string());
}

/// The last `lines` lines of a text.
inline std::string tail_of(const std::string& text, int lines) {
  auto from = text.size();
  for (; from > 0; --from)
    if (text[from - 1] == '\n' && from != text.size() && --lines == 0)
      break;
  return text.substr(from);
}

class temporary_file {
public:
  temporary_file() {
    auto path = (std::filesystem::temp_directory_path() / "godwit-test-XXXXXX").string();
    const int fd = ::mkstemp(path.data());
    if (fd < 0)
      throw std::runtime_error("no temporary file: " + path);
    ::close(fd);
    path_ = path;
  }
  temporary_file(const temporary_file&) = delete;
  temporary_file& operator=(const temporary_file&) = delete;
  ~temporary_file() {
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
  }
  std::string path() const { return path_; }
  std::string text() const { return read_text(path_); }

private:
  std::filesystem::path path_;
};

} // namespace godwit::test
