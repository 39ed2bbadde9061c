#include "nodes/ctl/ctl_target.hpp"

#include "nodes/config/config.hpp"

namespace godwit {
namespace {

void take_config(const cluster_config& config, admin_target& target) {
  const auto& broker = config.broker();
  target.server_name = broker.name;
  target.own = {config.operator_tool.certificate.string(), config.operator_tool.key.string()};
  if (!broker.admin)
    return;
  target.addresses = broker.admin->address;
  target.ca = broker.admin->ca.string();
}

void override_by(const std::string& typed, std::string& what) {
  if (!typed.empty())
    what = typed;
}

} // namespace

std::variant<admin_target, std::vector<std::string>> find_target(const typed_target& typed) {
  admin_target target;
  std::vector<std::string> problems;
  if (!typed.config.empty()) {
    const auto reading = read_config(typed.config);
    for (const auto& each : reading.problems)
      problems.push_back(to_string(each));
    if (!reading.config)
      return problems;
    take_config(*reading.config, target);
  }
  if (!typed.server.empty()) {
    const auto where = parse_endpoint(typed.server);
    if (!where)
      return std::vector<std::string>{"--server \"" + typed.server
                                      + "\" is no address; write HOST:PORT, as localhost:7701"};
    target.addresses = {*where};
    if (target.server_name.empty())
      target.server_name = where->host;
  }
  override_by(typed.server_name, target.server_name);
  override_by(typed.certificate, target.own.certificate);
  override_by(typed.key, target.own.key);
  override_by(typed.ca, target.ca);
  const auto require = [&](bool there, const char* option, const char* key) {
    if (!there)
      problems.push_back(typed.config.empty() ? std::string{"say --config FILE, or "} + option
                                              : typed.config + ": there is no " + key + "; add it, or say " + option);
  };
  require(!target.addresses.empty(), "--server HOST:PORT", "[node.admin] of the broker node");
  require(!target.own.certificate.empty(), "--certificate FILE", "[godwitctl] certificate");
  require(!target.own.key.empty(), "--key FILE", "[godwitctl] key");
  require(!target.ca.empty(), "--ca FILE", "[node.admin] ca");
  if (!problems.empty())
    return problems;
  return target;
}

} // namespace godwit
