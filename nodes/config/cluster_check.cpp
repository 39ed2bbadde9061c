#include "nodes/config/cluster_check.hpp"

#include "nodes/config/table_reader.hpp"

#include <algorithm>
#include <map>

namespace godwit {
namespace {

std::string path_of_node(std::size_t index) { return "node[" + std::to_string(index) + "]"; }

/// Several nodes may have it in their `bind`: port 0 is another one for each, and each machine has addresses of its
/// own.
bool may_be_shared(const endpoint& where) { return where.port == 0 || is_wildcard(where); }

class cluster_check {
public:
  cluster_check(const cluster_config& config, const toml::value& root, const std::string& file,
                std::vector<config_problem>& problems)
      : nodes_(config.nodes), ca_(config.ca), root_(root), file_(file), problems_(problems) {}

  void run() {
    if (nodes_.empty())
      return; // which has been told
    check_names();
    check_roles();
    if (nodes_.size() == 1)
      return;
    check_ca();
    check_cluster_ports();
    check_binds();
  }

private:
  void check_names() {
    std::map<node_name, std::size_t> first_by_name;
    for (std::size_t i = 0; i != nodes_.size(); ++i) {
      const auto [first, is_new] = first_by_name.emplace(nodes_[i].name, i);
      if (!is_new && !nodes_[i].name.empty())
        complain(i, "name", '"' + nodes_[i].name + "\", which " + path_of_node(first->second) + " is called too",
                 "names that differ");
    }
  }

  void check_roles() {
    std::size_t brokers = 0;
    std::size_t workers = 0;
    bool all_known = true;
    for (std::size_t i = 0; i != nodes_.size(); ++i) {
      workers += nodes_[i].has(node_role::worker) ? 1 : 0;
      if (nodes_[i].has(node_role::broker) && ++brokers > 1)
        complain(i, "roles", "one more node with the role \"broker\"", "exactly one");
      all_known = all_known && !is_wrong(path_of_node(i) + ".roles");
    }
    if (!all_known)
      return; // who is missing may be meant there
    table_reader top{root_, "", file_, problems_};
    if (brokers == 0)
      top.complain("node", "no node with the role \"broker\"", "exactly one");
    if (workers == 0)
      top.complain("node", "no node with the role \"worker\"", "at least one");
  }

  void check_ca() {
    if (ca_.empty() && !is_wrong("cluster") && !is_wrong("cluster.ca"))
      table_reader{root_.at("cluster"), "cluster.", file_, problems_}.complain(
        "ca", "nothing", "the CA's path: nodes only talk to nodes that it has signed");
  }

  void check_cluster_ports() {
    for (std::size_t i = 0; i != nodes_.size(); ++i) {
      const auto require = [&](bool there, const char* key) {
        if (!there)
          complain(i, key, "nothing", "bind, address, certificate and key for each node of a cluster of several");
      };
      require(!nodes_[i].bind.empty(), "bind");
      require(nodes_[i].address.has_value(), "address");
      require(!nodes_[i].certificate.empty(), "certificate");
      require(!nodes_[i].key.empty(), "key");
    }
  }

  void check_binds() {
    std::map<std::string, std::size_t> first_by_bind;
    for (std::size_t i = 0; i != nodes_.size(); ++i)
      for (const auto& where : nodes_[i].bind) {
        if (may_be_shared(where))
          continue;
        const auto [first, is_new] = first_by_bind.emplace(to_string(where), i);
        if (!is_new && first->second != i)
          complain(i, "bind", '"' + first->first + "\", which " + path_of_node(first->second) + " binds too",
                   "host:port of its own for each node");
      }
  }

  bool is_wrong(const std::string& key) const {
    return std::ranges::find(problems_, key, &config_problem::key) != problems_.end();
  }

  /// Unless something is wrong with this key by itself.
  void complain(std::size_t node, const std::string& key, std::string found, std::string allowed) {
    const auto path = path_of_node(node) + ".";
    if (!is_wrong(path + key))
      table_reader{root_.at("node").as_array()[node], path, file_, problems_}.complain(key, std::move(found),
                                                                                       std::move(allowed));
  }

  const std::vector<node_config>& nodes_;
  const std::filesystem::path& ca_;
  const toml::value& root_;
  const std::string& file_;
  std::vector<config_problem>& problems_;
};

} // namespace

void check_cluster(const cluster_config& config, const toml::value& root, const std::string& file,
                   std::vector<config_problem>& problems) {
  cluster_check{config, root, file, problems}.run();
}

} // namespace godwit
