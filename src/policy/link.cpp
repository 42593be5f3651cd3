#include "charter/policy/policy.hpp"

#include "policy/ast.hpp"

#include <algorithm>

namespace charter::policy {
namespace {

template <class T>
void insert_sorted(std::vector<T>& sorted, const T& value) {
    const auto place = std::ranges::lower_bound(sorted, value);
    if (place == sorted.end() || *place != value) {
        sorted.insert(place, value);
    }
}

/// Puts the value into the slot; says what is wrong otherwise.
Result<void> fill(ScopeConstraint& constraint, const std::optional<EntityUid>& value,
                  const std::string& slot, PolicyLink& link) {
    if (constraint.slot != value.has_value()) {
        return Error(ErrorCode::invalid_request,
                     "the template `" + link.template_id + "` has " +
                         (constraint.slot ? "the slot " + slot + ", which needs a value"
                                          : "no slot " + slot));
    }
    if (value) {
        constraint.entity = *value;
        constraint.slot = false;
        insert_sorted(link.mentioned_entities, *value);
        insert_sorted(link.mentioned_types, value->type());
    }
    return {};
}

}  // namespace

Result<Policy> link(const Policy& template_policy, std::string id, const SlotValues& values) {
    if (!template_policy.is_template()) {
        return Error(ErrorCode::invalid_request,
                     "the policy `" + template_policy.id() + "` is no template");
    }
    auto filled = std::make_shared<PolicyLink>(PolicyLink{
        template_policy.id(), template_policy.principal(), template_policy.resource(),
        template_policy.mentioned_entities(), template_policy.mentioned_types()});
    if (auto done = fill(filled->principal, values.principal, "?principal", *filled); !done) {
        return done.error();
    }
    if (auto done = fill(filled->resource, values.resource, "?resource", *filled); !done) {
        return done.error();
    }
    return Policy(std::move(id), template_policy.contents_, std::move(filled));
}

}  // namespace charter::policy
