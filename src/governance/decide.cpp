#include "charter/governance/decide.hpp"

#include "charter/policy/evaluate.hpp"
#include "governance/fold.hpp"

#include <algorithm>

namespace charter {

namespace {

using policy::ScopeConstraint;

/// The World with the two entities that every condition asks for at hand.
class View final : public policy::Entities {
public:
    View(const World& world, const Node& principal, const Node& resource)
        : world_(world), principal_(principal), resource_(resource) {}

    const policy::Entity* find(const policy::EntityUid& uid) const override {
        if (uid == resource_.entity.uid) {
            return &resource_.entity;
        }
        if (uid == principal_.entity.uid) {
            return &principal_.entity;
        }
        return world_.find(uid);
    }

    bool is_in(const policy::EntityUid& descendant,
               const policy::EntityUid& ancestor) const override {
        if (descendant == principal_.entity.uid) {
            return principal_.is_in(ancestor);
        }
        if (descendant == resource_.entity.uid) {
            return resource_.is_in(ancestor);
        }
        return world_.is_in(descendant, ancestor);
    }

private:
    const World& world_;
    const Node& principal_;
    const Node& resource_;
};

bool scope_fits(const ScopeConstraint& scope, const Node& node) {
    switch (scope.form) {
        case ScopeConstraint::Form::any: return true;
        case ScopeConstraint::Form::equal: return node.entity.uid == scope.entity;
        case ScopeConstraint::Form::in: return node.is_in(scope.entity);
        case ScopeConstraint::Form::is: return node.entity.uid.type() == scope.type;
        case ScopeConstraint::Form::is_in:
            return node.entity.uid.type() == scope.type && node.is_in(scope.entity);
    }
    return false;
}

/// True when a policy cannot tell one column of a port from another.
bool same_for_all_columns(const policy::Policy& policy) {
    return !policy.reads_resource() && policy.resource().entity.type() != "Column";
}

Ground ground_of(const PolicyEntry& entry) {
    return Ground{entry.label, &entry.evidence};
}

void add_once(std::vector<Ground>& grounds, const Ground& ground) {
    if (std::find(grounds.begin(), grounds.end(), ground) == grounds.end()) {
        grounds.push_back(ground);
    }
}

/// What one resource's candidates said.
struct Tally {
    std::vector<Ground> forbids;
    std::vector<Ground> permits;
    std::vector<Ground> shadow;
    std::string error;

    void take(const PolicyEntry& entry, const policy::Outcome& outcome) {
        const bool shadow_rule = entry.origin == PolicyEntry::Origin::shadow;
        if (outcome.kind == policy::Outcome::Kind::matched) {
            add_once(shadow_rule ? shadow : entry.forbid ? forbids : permits, ground_of(entry));
        } else if (outcome.kind == policy::Outcome::Kind::error && entry.forbid && !shadow_rule) {
            // A forbid that cannot be evaluated must not open what it was to close.
            add_once(forbids, ground_of(entry));
            error = entry.label + ": " + outcome.error;
        }
    }

    bool allow() const { return forbids.empty() && !permits.empty(); }
};

}  // namespace

std::optional<Caller> renewed(const World& world, const Caller& caller) {
    const auto token = world.find<TokenEntry>(caller.token);
    Caller now = caller;
    now.principal = world.find<PrincipalEntry>(caller.principal->id);
    if (!token || token->principal != caller.principal->id || caller.now >= token->expires_at ||
        !now.principal || now.principal->disabled) {
        return std::nullopt;
    }
    return now;
}

Target target_of(const World& world) {
    return Target{world.mesh().get(), nullptr, {}};
}

Target target_of(const World&, const DomainEntry& domain) {
    return Target{domain.node.get(), &domain, {domain.id}};
}

Target target_of(const World& world, const ProductEntry& product) {
    return Target{product.node.get(), world.find<DomainEntry>(product.domain).get(),
                  {product.id, product.domain}};
}

Target target_of(const World& world, const PortEntry& port) {
    return Target{port.node.get(), world.find<DomainEntry>(port.domain).get(),
                  {port.id, port.product, port.domain}};
}

std::optional<Target> resource_target(const World& world, ResourceId id) {
    const EntryPtr entry = world.find(id);
    if (const auto* domain = dynamic_cast<const DomainEntry*>(entry.get())) {
        return target_of(world, *domain);
    }
    if (const auto* product = dynamic_cast<const ProductEntry*>(entry.get())) {
        return target_of(world, *product);
    }
    if (const PortPtr port = world.port(id)) {
        return target_of(world, *port);
    }
    return std::nullopt;
}

Target target_of(const StorageEntry& storage) {
    return Target{storage.node.get(), nullptr, {}};
}

Target target_of(const PurposeEntry& purpose) {
    return Target{purpose.node.get(), nullptr, {}};
}

Target target_of(const TagEntry& tag) {
    return Target{tag.node.get(), nullptr, {}};
}

std::string Verdict::reason() const {
    if (!error.empty()) {
        return "a rule that forbids could not be evaluated, so the answer is no";
    }
    if (allow) {
        return "permitted";
    }
    if (!forbidden) {
        return determined_by.empty() ? "no rule or grant permits it"
                                     : "not all of its columns are permitted";
    }
    std::string text = "forbidden by";
    for (const Ground& ground : determined_by) {
        text += (&ground == determined_by.data() ? " " : ", ") + std::string(ground.label);
    }
    return text;
}

policy::Value call_context(const Caller& caller, std::optional<std::string_view> purpose) {
    std::vector<policy::Value::Member> members;
    members.reserve(3);
    members.emplace_back("now", policy::Value::datetime(caller.now.time_since_epoch().count()));
    if (!caller.address.empty()) {
        if (Result<policy::Value> ip = policy::Value::parse_ip_address(caller.address)) {
            members.emplace_back("ip", std::move(ip).value());
        }
    }
    if (purpose) {
        members.emplace_back("purpose", policy::Value::string(std::string(*purpose)));
    }
    return policy::Value::record(std::move(members));
}

Decider::Decider(const World& world, const PrincipalEntry& principal, Action action,
                 policy::Value context)
    : world_(world), principal_(principal), action_(action) {
    request_.principal = principal.node->entity.uid;
    request_.action = action_uid(action);
    request_.context = std::move(context);
    if (const policy::Value* now = request_.context.find("now")) {
        now_ = UtcTime(std::chrono::milliseconds(now->as_datetime()));
    }
    if (const policy::Value* purpose = request_.context.find("purpose")) {
        purpose_ = purpose->as_string();
    }
}

Decider::Decider(const World& world, const Caller& caller, Action action,
                 std::optional<std::string_view> purpose)
    : Decider(world, *caller.principal, action, call_context(caller, purpose)) {}

bool Decider::principal_fits(const ScopeConstraint& scope) const {
    return scope_fits(scope, *principal_.node);
}

void Decider::add(const std::vector<PolicyPtr>& policies, bool forbids_only) {
    for (const PolicyPtr& entry : policies) {
        if ((entry->actions & bit(action_)) != 0 && (entry->forbid || !forbids_only) &&
            principal_fits(entry->policy.principal())) {
            (entry->forbid ? candidates_.forbids : candidates_.permits).push_back(entry.get());
        }
    }
}

void Decider::gather(const DomainEntry* domain) {
    const ResourceId id = domain != nullptr ? domain->id : ResourceId{};
    if (candidates_.gathered && candidates_.domain == id) {
        return;
    }
    candidates_ = Candidates{};
    candidates_.domain = id;
    candidates_.gathered = true;
    add(world_.builtin(), false);
    add(world_.guardrails(), false);
    if (domain != nullptr) {
        add(world_.policies_of(domain->id), false);
        DomainPtr above;
        for (std::string name = domain->parent_name; !name.empty(); name = above->parent_name) {
            above = world_.domain(name);
            if (!above) {
                break;
            }
            add(world_.policies_of(above->id), true);
        }
    }
}

void Decider::collect_grants(const Target& target, std::vector<Ground>& grounds) const {
    const bool metadata = (bit(action_) & metadata_actions) != 0;
    if (!metadata && (bit(action_) & data_actions) == 0) {
        return;
    }
    for (const ResourceId id : target.grant_on) {
        if (!id) {
            break;
        }
        world_.grants_on(id, principal_.grantees, [&](const GrantPtr& grant) {
            if (!grant->holds_at(now_)) {
                return;
            }
            if (!metadata && ((grant->actions & bit(action_)) == 0 ||
                              (!grant->purposes.empty() &&
                               std::find(grant->purposes.begin(), grant->purposes.end(),
                                         purpose_) == grant->purposes.end()))) {
                return;
            }
            grounds.push_back(Ground{grant->label, &grant->evidence});
        });
    }
}

Verdict Decider::decide(const Target& target) {
    Verdict verdict;
    if (principal_.disabled || target.node == nullptr) {
        return verdict;
    }
    gather(target.domain);
    request_.resource = target.node->entity.uid;
    const View view(world_, *principal_.node, *target.node);
    Tally tally;
    for (const auto* list : {&candidates_.forbids, &candidates_.permits}) {
        for (const PolicyEntry* entry : *list) {
            if (scope_fits(entry->policy.resource(), *target.node)) {
                tally.take(*entry, policy::evaluate_conditions(entry->policy, request_, view));
            }
        }
    }
    collect_grants(target, tally.permits);
    verdict.allow = tally.allow();
    verdict.forbidden = !tally.forbids.empty();
    verdict.determined_by = std::move(tally.forbids.empty() ? tally.permits : tally.forbids);
    verdict.shadow = std::move(tally.shadow);
    verdict.error = std::move(tally.error);
    return verdict;
}

ColumnsVerdict Decider::decide_columns(const PortEntry& port) {
    ColumnsVerdict result;
    result.columns.assign(port.columns.size(), 0);
    if (principal_.disabled || port.columns.empty()) {
        return result;
    }
    const DomainPtr domain = world_.find<DomainEntry>(port.domain);
    gather(domain.get());
    const Node& any_column = *port.columns.front().node;
    Tally shared;
    std::vector<const PolicyEntry*> own;  // those that may tell columns apart
    request_.resource = any_column.entity.uid;
    const View view(world_, *principal_.node, any_column);
    for (const auto* list : {&candidates_.forbids, &candidates_.permits}) {
        for (const PolicyEntry* entry : *list) {
            if (!same_for_all_columns(entry->policy)) {
                own.push_back(entry);
            } else if (scope_fits(entry->policy.resource(), any_column)) {
                shared.take(*entry, policy::evaluate_conditions(entry->policy, request_, view));
            }
        }
    }
    collect_grants(target_of(world_, port), shared.permits);

    Tally all = shared;
    if (own.empty()) {
        result.allowed = shared.allow() ? port.columns.size() : 0;
        result.columns.assign(port.columns.size(), shared.allow() ? 1 : 0);
    }
    for (std::size_t i = 0; !own.empty() && i < port.columns.size(); ++i) {
        const Node& node = *port.columns[i].node;
        const View column_view(world_, *principal_.node, node);
        request_.resource = node.entity.uid;
        Tally column;
        for (const PolicyEntry* entry : own) {
            if (scope_fits(entry->policy.resource(), node)) {
                column.take(*entry, policy::evaluate_conditions(entry->policy, request_, column_view));
            }
        }
        const bool allow = shared.forbids.empty() && column.forbids.empty() &&
                           !(shared.permits.empty() && column.permits.empty());
        result.columns[i] = allow ? 1 : 0;
        result.allowed += allow ? 1 : 0;
        for (const Ground& ground : column.forbids) {
            add_once(all.forbids, ground);
        }
        for (const Ground& ground : column.permits) {
            add_once(all.permits, ground);
        }
        for (const Ground& ground : column.shadow) {
            add_once(all.shadow, ground);
        }
        if (!column.error.empty()) {
            all.error = std::move(column.error);
        }
    }
    result.verdict.allow = result.allowed == port.columns.size();
    result.verdict.forbidden = !all.forbids.empty();
    result.verdict.determined_by = std::move(all.forbids.empty() ? all.permits : all.forbids);
    result.verdict.shadow = std::move(all.shadow);
    result.verdict.error = std::move(all.error);
    return result;
}

Visibility::Visibility(const World& world, const Caller& caller)
    : world_(world),
      discover_(world, caller, Action::discover),
      edit_(world, caller, Action::edit),
      audit_(world, caller, Action::audit) {}

bool Visibility::governs(const DomainEntry* domain) {
    return domain != nullptr &&
           (edit_.allows(target_of(world_, *domain)) || audit_.allows(target_of(world_, *domain)));
}

bool Visibility::shows(const PortEntry& port) {
    return discover_.allows(target_of(world_, port)) || discover_.decide_columns(port).some() ||
           governs(world_.find<DomainEntry>(port.domain).get());
}

bool Visibility::shows(const ProductEntry& product) {
    return discover_.allows(target_of(world_, product)) ||
           std::any_of(product.ports.begin(), product.ports.end(),
                       [&](const PortPtr& port) { return shows(*port); }) ||
           governs(world_.find<DomainEntry>(product.domain).get());
}

bool Visibility::shows(const DomainEntry& domain) {
    if (discover_.allows(target_of(world_, domain)) || governs(&domain)) {
        return true;
    }
    for (const ResourceId id : world_.products_of(domain.id)) {
        const auto product = world_.find<ProductEntry>(id);
        if (product && shows(*product)) {
            return true;
        }
    }
    for (const ResourceId id : world_.domains_below(domain.name)) {
        const auto below = world_.find<DomainEntry>(id);
        if (below && shows(*below)) {
            return true;
        }
    }
    return false;
}

}  // namespace charter
