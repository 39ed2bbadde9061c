/// @file
/// A folder for the files of a test.
#pragma once

#include <filesystem>
#include <stdexcept>
#include <stdlib.h>
#include <string>

namespace godwit::test {

/// A folder of its own under the system's temporary one.
class temporary_folder {
public:
  temporary_folder() {
    std::string path = (std::filesystem::temp_directory_path() / "godwit-test-XXXXXX").string();
    if (!::mkdtemp(path.data()))
      throw std::runtime_error("no temporary folder: " + path);
    path_ = path;
  }
  temporary_folder(const temporary_folder&) = delete;
  temporary_folder& operator=(const temporary_folder&) = delete;
  ~temporary_folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  std::string path(const std::string& name = "") const { return (path_ / name).string(); }

private:
  std::filesystem::path path_;
};

} // namespace godwit::test
