/// @file
/// Messages as people read them in a trace: their kind and the fields that tell one from another.
#pragma once

#include "client/rules/news.hpp"
#include "messages/cluster_messages.hpp"
#include "messages/edge_item.hpp"

#include <string>

namespace godwit::sim {

std::string describe(const message& what);
std::string describe(const edge_item& what);
std::string describe(const address& where);
std::string describe(const log_entry& entry);
std::string describe(const error& why);
std::string describe(const client_news& what);

} // namespace godwit::sim
