/// @file
/// The exit codes of godwitd: each fault has its own, so that scripts and supervisors can tell them apart.
///
/// A number, once used, is never used for anything else. docs/OPERATING.md, "Exit codes", says what to do about each.
#pragma once

#include <string>

namespace godwit {

enum class exit_code : int {
  stopped = 0,         ///< in order
  wrong_arguments = 1, ///< of the command line
  config_invalid = 2,  ///< the config has problems, or no such node
  can_not_start = 3,   ///< for a reason that has no code of its own, or a certificate could not be made
  declared_dead = 4,   ///< the cluster declared this life of the node dead
  service_failed = 5,  ///< a node service ended by an error

  port_taken = 10,                ///< something listens there already
  address_absent = 11,            ///< no such address on this machine
  certificate_unreadable = 12,    ///< no such file, no right to it, or no certificate in it
  key_unreadable = 13,            ///< the same, of a private key
  key_mismatched = 14,            ///< the key is not the certificate's
  certificate_expired = 15,       ///< the node's, the client port's, the admin port's, or a CA's
  certificate_not_yet_valid = 16, ///< the same
  descriptors_too_few = 17,       ///< the limit of open files is too low for limits.clients-max
  clock_far = 18,                 ///< this machine's clock is far from the broker node's
  certificate_unusable = 19,      ///< not signed by the CA that the config names, for another name, or for another use

  data_absent = 20,       ///< no such folder, and the config does not say that it is to be made
  data_not_writable = 21, ///< a read-only file system, or no right
  data_in_use = 22,       ///< another process works with it
  store_locked = 23,      ///< another program has the database's file open and locked
  store_newer = 24,       ///< a newer version of Godwit wrote it
  store_corrupt = 25,     ///< it is damaged
  store_foreign = 26,     ///< it is a database of another program

  motd_unreadable = 27,    ///< irc.motd: no such file, no right to it, or no UTF-8
  cloak_key_unusable = 28, ///< irc.cloak-key: no such file, no right to it, or too short for a secret
};

constexpr int number_of(exit_code code) { return static_cast<int>(code); }

/// Whether starting again may help although nobody changes the config, its files or this machine's limits.
constexpr bool may_mend_itself(int code) {
  switch (static_cast<exit_code>(code)) {
  case exit_code::wrong_arguments:
  case exit_code::config_invalid:
  case exit_code::certificate_unreadable:
  case exit_code::key_unreadable:
  case exit_code::key_mismatched:
  case exit_code::certificate_expired:
  case exit_code::certificate_not_yet_valid:
  case exit_code::certificate_unusable:
  case exit_code::descriptors_too_few:
  case exit_code::data_absent:
  case exit_code::data_not_writable:
  case exit_code::store_newer:
  case exit_code::store_corrupt:
  case exit_code::store_foreign:
  case exit_code::motd_unreadable:
  case exit_code::cloak_key_unusable: return false;
  default: return true;
  }
}

/// Why a node does not start.
struct start_fault {
  exit_code code = exit_code::can_not_start;
  std::string sentence; ///< for the operator: what is wrong, and what to do
};

} // namespace godwit
