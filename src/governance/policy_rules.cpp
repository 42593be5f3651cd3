// Policies of domains, and guardrails.
#include "charter/governance/policy_check.hpp"
#include "charter/base/limits.hpp"
#include "governance/rules.hpp"
#include "governance/fold.hpp"
#include "governance/kind_rules.hpp"

#include <algorithm>

namespace charter {

namespace {

using policy::EntityUid;
using policy::ScopeConstraint;

/// Whether the caller may know that there is such an entity.
bool exists(const World& world, const Caller& caller, const EntityUid& uid) {
    if (uid.type() == "Action") {
        return actions_in(uid.id()).has_value();
    }
    if (world.find(uid) == nullptr && !world.draft_has(uid)) {
        return false;
    }
    Visibility visibility(world, caller);
    const Result<ResourcePath> path = ResourcePath::parse(uid.id());
    const bool role_group = uid.type() == "Group" && uid.id().find('/') != std::string::npos;
    if (!path || (uid.type() != "Domain" && uid.type() != "Product" && uid.type() != "Port" &&
                  uid.type() != "Column" && !role_group)) {
        return true;  // the directory is for everybody signed in
    }
    if (uid.type() == "Domain" || role_group) {
        const DomainPtr domain = world.domain(path->domain());
        return !domain || visibility.shows(*domain);
    }
    const ProductPtr product = world.product(path->prefix(2).text());
    return product && visibility.shows(*product);
}

/// The domain that the path of a resource entity begins with.
std::string_view domain_part(const EntityUid& uid) {
    const std::string_view id = uid.id();
    return id.substr(0, id.find('/'));
}

bool is_resource_type(std::string_view type) {
    return type == "Domain" || type == "Product" || type == "Port" || type == "Column";
}

Result<> authorize_policy(Draft& draft, const Proposal& proposal) {
    const auto& domain = static_cast<const DomainEntry&>(*proposal.parent);
    return draft.require(proposal.caller, Action::write_policy, target_of(draft.world(), domain),
                         true, domain.path);
}

Result<> check_policy(Draft& draft, const Proposal& proposal) {
    const Result<PolicyDocument> document = parse_policy_document(*proposal.document);
    if (!document) {
        return document.error();
    }
    std::vector<Violation> violations;
    check_domain_policy(draft.world(), proposal.caller, document->cedar, proposal.parent->name, violations);
    return violations.empty() ? Result<>() : invalid_document(std::move(violations));
}

Result<> check_guardrail(Draft& draft, const Proposal& proposal) {
    const Result<GuardrailDocument> document = parse_guardrail(*proposal.document);
    if (!document) {
        return document.error();
    }
    std::vector<Violation> violations;
    check_guardrail_policy(draft.world(), proposal.caller, document->cedar, violations);
    return violations.empty() ? Result<>() : invalid_document(std::move(violations));
}

Result<> removing_nothing(Draft&, const Proposal&, const DeleteOptions&) {
    return {};
}

/// What holds for every rule: it parses, everything it names exists, and it asks
/// for nothing this version cannot decide.
std::shared_ptr<PolicyEntry> check_rule(const World& world, const Caller& caller,
                                        std::string_view cedar,
                                        std::vector<Violation>& violations) {
    if (cedar.size() > limits::policy_bytes_max) {
        violations.push_back({"/cedar", "a policy has at most " +
                                            std::to_string(limits::policy_bytes_max) + " bytes"});
        return nullptr;
    }
    Result<std::shared_ptr<PolicyEntry>> compiled =
        compile_rule(cedar, "check", PolicyEntry::Origin::domain);
    if (!compiled) {
        if (compiled.error().violations().empty()) {
            violations.push_back({"/cedar", compiled.error().message()});
        }
        for (const Violation& each : compiled.error().violations()) {
            violations.push_back({"/cedar", each.detail});
        }
        return nullptr;
    }
    const policy::Policy& policy = (*compiled)->policy;
    for (const EntityUid& uid : policy.mentioned_entities()) {
        if (!exists(world, caller, uid)) {
            violations.push_back({"/cedar", "there is no " + uid.text()});
        }
    }
    if (policy.reads_context_attribute("row")) {
        violations.push_back({"/cedar", "rules over rows are not supported by this version"});
    }
    return *compiled;
}

}  // namespace

void check_domain_policy(const World& world, const Caller& caller, std::string_view cedar,
                         std::string_view domain, std::vector<Violation>& violations) {
    const std::shared_ptr<PolicyEntry> rule = check_rule(world, caller, cedar, violations);
    if (!rule) {
        return;
    }
    const ScopeConstraint& scope = rule->policy.resource();
    const bool names_resource = scope.form == ScopeConstraint::Form::equal ||
                                scope.form == ScopeConstraint::Form::in ||
                                scope.form == ScopeConstraint::Form::is_in;
    if (!names_resource || !is_resource_type(scope.entity.type()) ||
        domain_part(scope.entity) != domain) {
        violations.push_back({"/cedar", "the scope names no resource of domain `" +
                                            std::string(domain) + "`: write `resource in Domain::\"" +
                                            std::string(domain) + "\"` or what lies below it"});
    }
    if (rule->policy.action().form == policy::ActionConstraint::Form::any) {
        violations.push_back({"/cedar", "the scope names no action: write the actions it is about"});
    } else if ((rule->actions & ~(data_actions | metadata_actions | bit(Action::enforce) |
                                  bit(Action::request))) != 0) {
        violations.push_back({"/cedar",
                              "a domain's policy is about read, read_masked, write, discover, "
                              "describe, enforce or request"});
    }
}

void check_guardrail_policy(const World& world, const Caller& caller, std::string_view cedar,
                            std::vector<Violation>& violations) {
    const std::shared_ptr<PolicyEntry> rule = check_rule(world, caller, cedar, violations);
    if (rule && !rule->forbid && (rule->actions & ~metadata_actions) != 0) {
        violations.push_back({"/cedar", "a guardrail permits discover and describe only"});
    }
}

const KindRules policy_rules{authorize_policy, check_policy, removing_nothing};
const KindRules guardrail_rules{require_administrator, check_guardrail, removing_nothing};

}  // namespace charter
