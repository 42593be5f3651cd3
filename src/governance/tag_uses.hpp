#pragma once

#include "charter/governance/documents.hpp"

#include <functional>
#include <set>
#include <string>
#include <vector>

namespace charter {

// Where tags are in use, and how they are taken away from there.

/// Calls `visit` with the path and the tags of everything in a product that counts: the product
/// ("customer/customers"), its ports and columns as the working copy has them, those that are
/// published and not in it any more, and withdrawn columns.
void for_each_tagged(const ProductEntry& product,
                     const std::function<void(const std::string&, const Tags&)>& visit);

/// The tag keys that a policy asks for by a name that stands in it.
std::vector<std::string> tag_keys_of(const policy::Policy& policy);

/// Values that a tag key loses; none: the key itself goes.
using LostValues = std::set<std::string>;

/// That nothing uses what a tag key loses; else a conflict that tells the places the caller may
/// know of, and never whether there are more.
Result<> check_tag_unused(const World& world, const Caller& caller, const std::string& key,
                          const LostValues& lost);

/// Takes it away from all domains, products and principals. Grants and rules stay as they are:
/// what they ask for is not there any more.
/// Errors: conflict (more than limits::retagged_resources_max carry it), forbidden (the key is
/// protected, and the caller is none of its stewards), unavailable.
Result<> take_tag_away(Draft& draft, const Caller& caller, const std::string& key,
                       const LostValues& lost);

}  // namespace charter
