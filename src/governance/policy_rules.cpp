// Policies of domains, and guardrails.
#include "charter/governance/policy_check.hpp"
#include "charter/base/limits.hpp"
#include "charter/policy/validate.hpp"
#include "governance/rules.hpp"
#include "governance/fold.hpp"
#include "governance/kind_rules.hpp"
#include "governance/row_rules.hpp"

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
    const bool of_a_domain =
        uid.type() == "Team" ||
        (uid.type() == "Group" && uid.id().find('/') != std::string::npos);  // a role's
    if (!path || (uid.type() != "Domain" && uid.type() != "Product" && uid.type() != "Port" &&
                  uid.type() != "Column" && !of_a_domain)) {
        return true;  // the directory is for everybody signed in
    }
    if (uid.type() == "Domain" || of_a_domain) {
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

/// A place in a policy's own text, as a place in the text that it stood in.
policy::Position in_text(const policy::Position& start, policy::Position place) {
    if (place.line == 1) {
        place.column += start.column - 1;
    }
    place.line += start.line - 1;
    place.offset += start.offset;
    return place;
}

bool is_resource_type(std::string_view type) {
    return type == "Domain" || type == "Product" || type == "Port" || type == "Column";
}

Result<> authorize_policy(Draft& draft, const Proposal& proposal) {
    const auto& domain = static_cast<const DomainEntry&>(*proposal.parent);
    return draft.require(proposal.caller, Action::write_policy, target_of(draft.world(), domain),
                         true, domain.path);
}

/// Refuses one more rule where there are as many as there may be.
Result<> room_for_a_rule(const Draft& draft, const Proposal& proposal, ResourceId domain) {
    if (proposal.before != nullptr ||
        draft.world().rules_in(domain) < limits::policies_per_domain_max) {
        return {};
    }
    return Error(ErrorCode::conflict, "there are " +
                                          std::to_string(limits::policies_per_domain_max) +
                                          " rules here already (policies_per_domain_max)");
}

Result<> refuse(const std::vector<RuleFault>& faults) {
    if (faults.empty()) {
        return {};
    }
    std::vector<Violation> violations;
    for (const RuleFault& fault : faults) {
        violations.push_back({"/cedar", "line " + std::to_string(fault.position.line) +
                                            ", column " + std::to_string(fault.position.column) +
                                            ": " + fault.detail});
    }
    return invalid_document(std::move(violations));
}

Result<> check_policy(Draft& draft, const Proposal& proposal) {
    const Result<PolicyDocument> document = parse_policy_document(*proposal.document);
    if (!document) {
        return document.error();
    }
    if (const Result<> room = room_for_a_rule(draft, proposal, proposal.parent->id); !room) {
        return room;
    }
    return refuse(check_domain_policy(draft.world(), proposal.caller, document->cedar,
                                      proposal.parent->name));
}

Result<> check_guardrail(Draft& draft, const Proposal& proposal) {
    const Result<GuardrailDocument> document = parse_guardrail(*proposal.document);
    if (!document) {
        return document.error();
    }
    if (const Result<> room = room_for_a_rule(draft, proposal, ResourceId{}); !room) {
        return room;
    }
    return refuse(check_guardrail_policy(draft.world(), proposal.caller, document->cedar));
}

Result<> removing_nothing(Draft&, const Proposal&, const ChangeOptions&) {
    return {};
}

/// Against the mesh's schema; of a rule that looks at rows, against that of each table.
std::vector<RuleFault> check_types(const World& world, const Caller& caller,
                                   const policy::Policy& policy, const DomainEntry* domain) {
    if (policy::reads_row(policy)) {
        std::vector<PortPtr> ports = ports_reached(world, policy, domain);
        const bool may_write =
            domain != nullptr
                ? Decider(world, caller, Action::write_policy).allows(target_of(world, *domain))
                : Decider(world, caller, Action::administer).allows(target_of(world));
        if (!may_write) {
            // Who only asks learns nothing of tables that he does not see.
            Visibility visibility(world, caller);
            std::erase_if(ports, [&](const PortPtr& port) { return !visibility.shows(*port); });
        }
        return check_rows(world, caller, policy, ports);
    }
    std::vector<RuleFault> faults;
    policy::Validation validation = policy::validate(policy, world.schema());
    for (auto* findings : {&validation.errors, &validation.warnings}) {
        for (policy::Finding& finding : *findings) {
            faults.push_back({finding.position, std::move(finding.detail)});
        }
    }
    return faults;
}

/// What holds for every rule: it parses, is valid and can match, everything it names
/// exists, and it asks for nothing this version cannot decide. Null when it does not parse.
/// `domain`: whose rule it is; null: a guardrail.
std::shared_ptr<PolicyEntry> check_rule(const World& world, const Caller& caller,
                                        std::string_view cedar, const DomainEntry* domain,
                                        std::vector<RuleFault>& faults) {
    if (cedar.size() > limits::policy_bytes_max) {  // before it is parsed
        faults.push_back({{}, "a policy has at most " + std::to_string(limits::policy_bytes_max) +
                                  " bytes"});
        return nullptr;
    }
    policy::ParsedPolicies parsed = policy::parse_policies_with_errors(cedar);
    for (policy::ParseError& each : parsed.errors) {
        faults.push_back({each.position, std::move(each.detail)});
    }
    if (faults.empty() && parsed.policies.size() != 1) {
        faults.push_back({{}, "exactly one policy is expected"});
    }
    if (!faults.empty()) {
        return nullptr;
    }
    const policy::Policy& policy = parsed.policies.front();
    const policy::Position start = policy.position();
    Result<std::shared_ptr<PolicyEntry>> compiled =
        compile_rule(policy, "check", PolicyEntry::Origin::domain, world.schema());
    if (!compiled) {
        faults.push_back({start, compiled.error().message()});
        return nullptr;
    }
    for (RuleFault& fault : check_types(world, caller, policy, domain)) {
        faults.push_back({in_text(start, fault.position), std::move(fault.detail)});
    }
    for (const EntityUid& uid : policy.mentioned_entities()) {
        if (!exists(world, caller, uid)) {
            faults.push_back({start, "there is no " + uid.text()});
        }
    }
    return *compiled;
}

}  // namespace

std::vector<RuleFault> check_domain_policy(const World& world, const Caller& caller,
                                           std::string_view cedar, std::string_view domain) {
    std::vector<RuleFault> faults;
    const std::shared_ptr<PolicyEntry> rule =
        check_rule(world, caller, cedar, world.domain(domain).get(), faults);
    if (!rule) {
        return faults;
    }
    const policy::Position start = rule->policy().position();
    const ScopeConstraint& scope = rule->policy().resource();
    const bool names_resource = scope.form == ScopeConstraint::Form::equal ||
                                scope.form == ScopeConstraint::Form::in ||
                                scope.form == ScopeConstraint::Form::is_in;
    if (!names_resource || !is_resource_type(scope.entity.type()) ||
        domain_part(scope.entity) != domain) {
        faults.push_back({start, "the scope names no resource of domain `" + std::string(domain) +
                                     "`: write `resource in Domain::\"" + std::string(domain) +
                                     "\"` or what lies below it"});
    }
    if (rule->policy().action().form == policy::ActionConstraint::Form::any) {
        faults.push_back({start, "the scope names no action: write the actions it is about"});
    } else if ((rule->actions & ~(data_actions | metadata_actions | bit(Action::enforce) |
                                  bit(Action::request))) != 0) {
        faults.push_back({start, "a domain's policy is about read, read_masked, write, discover, "
                                 "describe, enforce or request"});
    }
    return faults;
}

std::vector<RuleFault> check_guardrail_policy(const World& world, const Caller& caller,
                                              std::string_view cedar) {
    std::vector<RuleFault> faults;
    const std::shared_ptr<PolicyEntry> rule = check_rule(world, caller, cedar, nullptr, faults);
    if (rule && !rule->forbids() && (rule->actions & ~metadata_actions) != 0) {
        faults.push_back({rule->policy().position(), "a guardrail permits discover and describe only"});
    }
    return faults;
}

const KindRules policy_rules{authorize_policy, check_policy, removing_nothing};
const KindRules guardrail_rules{require_administrator, check_guardrail, removing_nothing};

}  // namespace charter
