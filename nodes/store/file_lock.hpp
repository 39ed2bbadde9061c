/// @file
/// A lock on a file that ends with the process, whatever ends it.
#pragma once

#include "messages/errors.hpp"

#include <filesystem>

namespace godwit {

/// Owns the lock. Not inherited by programs that are started from here.
class file_lock {
public:
  /// Does not wait. The error is a sentence: another process has the lock, or the file can not be made.
  static result<file_lock> take(const std::filesystem::path& file);
  file_lock(file_lock&& from) noexcept : descriptor_(std::exchange(from.descriptor_, -1)) {}
  file_lock& operator=(file_lock&&) = delete;
  ~file_lock();

private:
  explicit file_lock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_;
};

} // namespace godwit
