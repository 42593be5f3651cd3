#include "charter/governance/suppose.hpp"

#include "charter/governance/documents.hpp"
#include "charter/governance/grants.hpp"

namespace charter {

namespace {

/// A name that no rule has there.
std::string free_name(const World& world, Address address) {
    address.name = "if-added";
    for (int i = 2; world.find(address.kind, address.path()); ++i) {
        address.name = "if-added-" + std::to_string(i);
    }
    return address.name;
}

Result<Written> write(Draft& draft, const Caller& caller, const Supposition& supposition) {
    if (supposition.kind == Kind::grant) {
        return create_grant(draft, caller, supposition.document);
    }
    Address address{supposition.kind, supposition.domain, supposition.name};
    if (address.name.empty()) {
        address.name = free_name(draft.world(), address);
    }
    return put_document(draft, caller, address, supposition.document, {});
}

std::string label_of(const World& world, ResourceId id) {
    if (const auto grant = world.find<GrantEntry>(id)) {
        return grant->label;
    }
    const auto rule = world.find<PolicyEntry>(id);
    return rule ? rule->label : std::string();
}

}  // namespace

Result<Supposed> suppose(Draft& draft, const Caller& caller, const Supposition& supposition) {
    Supposed supposed;
    const Result<Written> written = draft.rehearse([&](Draft& rehearsal) {
        Result<Written> result = write(rehearsal, caller, supposition);
        if (result) {
            supposed.world = std::make_shared<const World>(rehearsal.world());
            supposed.label = label_of(*supposed.world, result->resource.id);
        }
        return result;
    });
    return written ? Result<Supposed>(std::move(supposed)) : Result<Supposed>(written.error());
}

}  // namespace charter
