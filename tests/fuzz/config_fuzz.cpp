// The config of a cluster.
#include "nodes/config/config.hpp"
#include "tests/fuzz/fuzz.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <set>

namespace godwit {
namespace {

using fuzz::require;

/// A file without a disk.
class memory_file {
public:
  explicit memory_file(std::string_view content) : descriptor_(::memfd_create("config", 0)) {
    require(descriptor_ >= 0
              && ::write(descriptor_, content.data(), content.size()) == static_cast<ssize_t>(content.size()),
            "there is memory for a file");
  }
  ~memory_file() { ::close(descriptor_); }
  memory_file(const memory_file&) = delete;
  memory_file& operator=(const memory_file&) = delete;
  std::string path() const { return "/proc/self/fd/" + std::to_string(descriptor_); }

private:
  int descriptor_;
};

void check_config(const cluster_config& config) {
  std::set<node_name> names;
  int brokers = 0;
  for (const auto& node : config.nodes) {
    require(!node.name.empty() && names.insert(node.name).second, "nodes have names that differ");
    require(config.find(node.name) == &node, "a node is found by its name");
    require(node.roles > 0 && node.roles < 8, "a node has a role");
    brokers += node.has(node_role::broker) ? 1 : 0;
    require(!node.has(node_role::broker) || !node.data.empty(), "a broker node has a folder");
    require(node.has(node_role::proxy) == node.client.has_value(), "a proxy node, and it alone, has a client port");
    if (node.client) {
      require(!node.client->listen.empty(), "a client port listens");
      require(node.client->loops_max == 0 || node.client->loops_min <= node.client->loops_max, "loops are a range");
      for (const auto& each : node.client->address)
        require(!is_wildcard(each) && each.port != 0, "what clients are told can be dialled");
    }
  }
  require(brokers == 1 && config.broker().has(node_role::broker), "there is one broker node");
  require(config.limits.clients_max >= 1 && config.limits.resume_timeout.count() >= 100, "limits are within theirs");
}

void check(std::string_view text) {
  const memory_file file(text);
  const auto read = read_config(file.path());
  require(read.config.has_value() == read.problems.empty(), "a config with a problem is none, and none has a problem");
  for (const auto& each : read.problems)
    require(!each.key.empty() && !each.allowed.empty() && !to_string(each).empty(),
            "a problem says where and what is allowed");
  if (read.config)
    check_config(*read.config);
}

} // namespace
} // namespace godwit

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  godwit::check({reinterpret_cast<const char*>(data), size});
  return 0;
}
