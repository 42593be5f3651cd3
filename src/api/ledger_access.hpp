#pragma once

#include "charter/base/json.hpp"
#include "charter/governance/decide.hpp"
#include "charter/store/store.hpp"

#include <string_view>
#include <vector>

namespace charter::api {

/// A ledger record as the API shows it; its number only to auditors.
Json show_record(const SealedRecord& sealed, bool auditor);

/// The ids that a domain, product or port and all below it have in the ledger.
std::vector<ResourceId> ids_below(const World& world, std::string_view path);

/// `audit` on the mesh.
bool is_auditor(const World& world, const Caller& caller);

/// `audit` on the domain of a resource, by its id: a later bearer of a name has
/// nothing to do with the records of an earlier one.
bool may_audit_id(const World& world, const Caller& caller, ResourceId resource);

/// `audit` on the domain that the path begins with.
bool may_audit(const World& world, const Caller& caller, std::string_view resource);

}  // namespace charter::api
