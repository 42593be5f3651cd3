// What a principal can do something on: through the policies and grants that are for it, the
// resources they lead to, each where the first of them leads there.
#include "charter/governance/documents.hpp"
#include "governance/access_page.hpp"
#include "governance/access_words.hpp"

#include <map>

namespace charter {

namespace {

using EntryList = std::vector<std::shared_ptr<const Entry>>;

std::vector<std::string> owned_domains(const PrincipalEntry& principal) {
    constexpr std::string_view role = "/owners";
    std::vector<std::string> domains;
    for (const policy::EntityUid& uid : principal.node->entity.ancestors->uids()) {
        if (uid.type() == "Group" && uid.id().ends_with(role)) {
            domains.push_back(uid.id().substr(0, uid.id().size() - role.size()));
        }
    }
    return domains;
}

class What {
public:
    What(const World& world, const Caller& asker, PrincipalPtr principal, Action action,
         bool of_all, const AccessPosition& after, std::size_t limit)
        : world_(world),
          asker_(asker),
          principal_(std::move(principal)),
          action_(action),
          data_((bit(action) & data_actions) != 0),
          of_all_(of_all),
          words_(world, asker),
          page_(after, limit),
          standings_(world, principal_, action, asker.now) {
        list_policies();
    }

    AccessPage page() && {
        const std::vector<ResourceId> grantees = all_grantees();
        if (add_from_policies()) {
            for_each_grant(world_, world_.grants_of(), grantees, page_.after(),
                           [&](const AccessPosition& at, const GrantEntry& grant) {
                               const bool over = (grant.delegable && data_) ||
                                                 grant.expires_at <= asker_.now;
                               return page_.look_at(at) &&
                                      (over || add_resources(at, led_to(grant)));
                           });
        }
        return std::move(page_).take();
    }

private:
    void list_policy(const PolicyPtr& policy) {
        if (!policy || (policy->actions & bit(action_)) == 0 ||
            policy->origin == PolicyEntry::Origin::shadow) {
            return;
        }
        if (!policy->forbids()) {
            permits_.emplace(position_of(world_, *policy), policy);
        } else if (policy->origin == PolicyEntry::Origin::guardrail) {
            guardrails_.push_back(policy);
        }
    }

    /// In order; for metadata also the domains it owns, which may have grants to pass on.
    std::vector<ResourceId> all_grantees() const {
        std::vector<ResourceId> grantees = principal_->grantees;
        if (!data_) {
            for (const std::string& domain : owned_domains(*principal_)) {
                grantees.push_back(world_.grantee_id({Kind::domain, domain}));
            }
        }
        std::sort(grantees.begin(), grantees.end());
        grantees.erase(std::unique(grantees.begin(), grantees.end()), grantees.end());
        return grantees;
    }

    /// Those whose scope takes the principal in.
    void list_policies() {
        for (const policy::Key key : principal_->keys.all.keys()) {
            world_.rules_for().for_each(key, [&](std::uint64_t id) {
                list_policy(world_.find<PolicyEntry>(ResourceId{id}));
                return true;
            });
        }
        for (const PolicyPtr& each : world_.builtin()) {
            const policy::ScopeConstraint& scope = each->policy().principal();
            using Form = policy::ScopeConstraint::Form;
            const bool fits = scope.form == Form::any ||
                              (scope.form != Form::is &&
                               principal_->node->entity.is_in(scope.entity));
            if (fits) {
                list_policy(each);
            }
        }
    }

    bool add_from_policies() {
        for (const auto& [at, policy] : permits_) {
            AccessPosition end = at;
            end.member = UINT64_MAX;
            if (end <= page_.after()) {
                continue;
            }
            const bool goes_on = data_ ? add_resources(at, led_to(*policy))
                                       : at <= page_.after() || add_scope(at, *policy);
            if (!goes_on) {
                return false;
            }
        }
        return true;
    }

    /// One item for all that a policy's scope names.
    bool add_scope(const AccessPosition& at, const PolicyEntry& policy) {
        if (!page_.look_at(at)) {
            return false;
        }
        Access item;
        item.scope = words_.what(policy.policy().resource());
        const auto domain = world_.find<DomainEntry>(policy.parent);
        if (item.scope.empty() ||
            (domain && !of_all_ && !governs(world_, asker_, target_of(world_, *domain)))) {
            return true;
        }
        const Held held{{&policy, nullptr}, policy.policy().has_conditions()};
        item.paths.push_back(words_.path(*principal_, held));
        for (const PolicyPtr& guardrail : guardrails_) {
            item.forbidden_by.push_back(
                words_.forbid(*guardrail, guardrail->policy().has_conditions()));
        }
        return page_.add(std::move(item));
    }

    /// The ports that a policy of a domain is about.
    EntryList led_to(const PolicyEntry& policy) const {
        const policy::ScopeConstraint& scope = policy.policy().resource();
        const Result<ResourcePath> path = ResourcePath::parse(scope.entity.id());
        const auto entry = path ? find_resource(world_, path->prefix(3).text()) : nullptr;
        return entry ? ports_of(*entry) : EntryList{};
    }

    EntryList led_to(const GrantEntry& grant) const {
        const auto entry = find_resource(world_, grant.resource);
        if (!entry) {
            return {};
        }
        if (data_) {
            return ports_of(*entry);
        }
        if (!grant.tagged) {
            return {entry};
        }
        EntryList products;
        for (const ResourceId id : world_.products_of(entry->id)) {
            products.push_back(world_.find(id));
        }
        return products;
    }

    EntryList ports_of(const Entry& entry) const {
        const std::vector<PortPtr> ports = ports_in(world_, entry);
        return EntryList(ports.begin(), ports.end());
    }

    bool add_resources(const AccessPosition& source, EntryList resources) {
        std::ranges::sort(resources, {}, [](const auto& entry) { return entry->id; });
        AccessPosition at = source;
        for (const auto& resource : resources) {
            at.member = resource->id.value;
            if (at <= page_.after()) {
                continue;
            }
            if (!page_.look_at(at)) {
                return false;
            }
            const std::optional<Target> target = resource_target(world_, resource->id);
            if (!target || !words_.shows(*resource) || !(of_all_ || governed(*target))) {
                continue;
            }
            const Standing standing = standings_.on(asked_about(world_, *resource, action_));
            if (standing.has && first_source(standing, *resource) == source &&
                !page_.add(item_of(*resource, standing))) {
                return false;
            }
        }
        return true;
    }

    bool governed(const Target& target) {
        const ResourceId key = target.grant_on[0];
        const auto known = governed_.find(key);
        return known != governed_.end()
                   ? known->second
                   : governed_.emplace(key, governs(world_, asker_, target)).first->second;
    }

    /// Of what leads to this resource. Data is led to by all that gives it.
    AccessPosition first_source(const Standing& standing, const Entry& resource) const {
        AccessPosition first{UINT64_MAX, 0, 0, 0};
        for (const Held& held : standing.permits) {
            if (const GrantEntry* grant = held.part.grant) {
                const bool leads = data_ || grant->resource == resource.id ||
                                   (grant->tagged && resource.kind == Kind::product);
                if (leads) {
                    first = std::min(first, AccessPosition{access_phase::grant,
                                                           grant->grantee.value,
                                                           grant->id.value, 0});
                }
            } else if (data_) {
                first = std::min(first, position_of(world_, *held.part.policy));
            }
        }
        return first;
    }

    Access item_of(const Entry& resource, const Standing& standing) {
        Access item;
        item.name = resource.path;
        for (const Held& held : standing.permits) {
            item.paths.push_back(words_.path(*principal_, held));
        }
        for (const Held& held : standing.forbids) {
            item.forbidden_by.push_back(words_.forbid(*held.part.policy, held.conditional));
        }
        return item;
    }

    const World& world_;
    const Caller& asker_;
    PrincipalPtr principal_;
    Action action_;
    bool data_;
    bool of_all_;  // the asker may know of all of it
    AccessWords words_;
    AccessPageBuilder page_;
    Standings standings_;
    std::map<AccessPosition, PolicyPtr> permits_;
    std::vector<PolicyPtr> guardrails_;
    std::map<ResourceId, bool> governed_;
};

}  // namespace

Result<AccessPage> what_can(const World& world, const Caller& asker,
                            const PrincipalName& principal, Action action,
                            const AccessPosition& after, std::size_t limit) {
    const PrincipalPtr entry = world.principal(principal);
    if (!entry || !AccessWords(world, asker).may_name(*entry)) {
        return absent();
    }
    const std::vector<ResourceId>& own = asker.principal->grantees;
    const bool of_all = std::find(own.begin(), own.end(), entry->id) != own.end() ||
                        Decider(world, asker, Action::audit).allows(target_of(world));
    if (!of_all && owned_domains(*asker.principal).empty()) {
        return Error(ErrorCode::forbidden,
                     "what others can do is for owners, of what is theirs, and for auditors");
    }
    return What(world, asker, entry, action, of_all, after, limit).page();
}

}  // namespace charter
