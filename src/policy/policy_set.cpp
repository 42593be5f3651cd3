#include "charter/policy/policy_set.hpp"

#include <algorithm>

namespace charter::policy {
namespace {

Error refused(std::string detail) {
    return {ErrorCode::invalid_request, std::move(detail)};
}

std::vector<Policy> joined(std::initializer_list<const PolicySet::ById*> parts) {
    std::vector<Policy> policies;
    for (const PolicySet::ById* part : parts) {
        for (const auto& [id, policy] : *part) {
            policies.push_back(policy);
        }
    }
    std::ranges::sort(policies, {}, &Policy::id);
    return policies;
}

}  // namespace

Policy under_own_id(const Policy& policy) {
    const auto id = policy.annotation("id");
    return id ? policy.with_id(std::string(*id)) : policy;
}

Result<PolicySet> PolicySet::parse(std::string_view text) {
    const Result<std::vector<Policy>> parsed = parse_policies(text);
    if (!parsed) {
        return parsed.error();
    }
    PolicySet policies;
    for (const Policy& policy : *parsed) {
        if (auto added = policies.add(under_own_id(policy)); !added) {
            return added.error();
        }
    }
    return policies;
}

Result<void> PolicySet::add(Policy policy) {
    if (find(policy.id()) != nullptr) {
        return refused("the id `" + policy.id() + "` stands twice");
    }
    const auto template_id = policy.template_id();
    if (template_id && !templates_.contains(*template_id)) {
        return refused("there is no template `" + std::string(*template_id) + "`");
    }
    ById& place = template_id ? links_ : policy.is_template() ? templates_ : policies_;
    std::string id = policy.id();
    place.emplace(std::move(id), std::move(policy));
    return {};
}

Result<void> PolicySet::link(std::string_view template_id, std::string new_id,
                             const SlotValues& values) {
    const auto known = templates_.find(template_id);
    if (known == templates_.end()) {
        return refused("there is no template `" + std::string(template_id) + "`");
    }
    Result<Policy> linked = policy::link(known->second, std::move(new_id), values);
    return linked ? add(std::move(*linked)) : linked.error();
}

const Policy* PolicySet::find(std::string_view id) const {
    for (const ById* part : {&policies_, &templates_, &links_}) {
        if (const auto found = part->find(id); found != part->end()) {
            return &found->second;
        }
    }
    return nullptr;
}

std::vector<Policy> PolicySet::deciding() const {
    return joined({&policies_, &links_});
}

std::vector<Policy> PolicySet::all() const {
    return joined({&policies_, &templates_, &links_});
}

}  // namespace charter::policy
