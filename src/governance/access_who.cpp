// Who can do something on a resource: through every policy and grant that could give it, the
// people it is for, each where the first of them names it.
#include "charter/governance/documents.hpp"
#include "governance/access_members.hpp"
#include "governance/access_page.hpp"
#include "governance/access_words.hpp"

#include <map>
#include <unordered_map>

namespace charter {

namespace {

using Form = policy::ScopeConstraint::Form;

/// Whether a policy's scope says who: others than everybody, or everybody of a kind.
bool names_somebody(const PolicyEntry& policy) {
    const Form form = policy.policy().principal().form;
    return form != Form::any && form != Form::is;
}

class Who {
public:
    Who(const World& world, const Caller& asker, Action action, const Entry& resource,
        const AccessPosition& after, std::size_t limit)
        : world_(world),
          asker_(asker),
          action_(action),
          asked_(asked_about(world, resource, action)),
          words_(world, asker),
          page_(after, limit) {
        list_owners();
        list_policies();
    }

    AccessPage page() && {
        if (add_from_policies()) {
            for_each_grant(world_, world_.grants_on(), owners_, page_.after(),
                           [&](const AccessPosition& at, const GrantEntry& grant) {
                               return page_.look_at(at) && (grant.expires_at <= asker_.now ||
                                                            add_people(at, bearers(grant), ""));
                           });
        }
        return std::move(page_).take();
    }

private:
    /// What a grant may be on so that it gives something here.
    void list_owners() {
        for (const Asked& each : asked_) {
            for (const ResourceId id : each.target.grant_on) {
                if (id) {
                    owners_.push_back(id);
                }
            }
        }
        std::sort(owners_.begin(), owners_.end());
        owners_.erase(std::unique(owners_.begin(), owners_.end()), owners_.end());
    }

    People bearers(const GrantEntry& grant) const {
        if (grant.delegable) {
            const bool data = (bit(action_) & data_actions) != 0;
            return data ? People{} : people_in(world_, bearer_of(grant));
        }
        return people_of(world_, grant.grantee);
    }

    void list_policy(const PolicyPtr& policy, bool permits_too) {
        if (policy && (policy->actions & bit(action_)) != 0 &&
            policy->origin != PolicyEntry::Origin::shadow) {
            if (policy->forbids()) {
                forbids_.push_back(policy);
            } else if (permits_too) {
                permits_.emplace(position_of(world_, *policy), policy);
            }
        }
    }

    void list_policies() {
        for (const PolicyPtr& each : world_.builtin()) {
            list_policy(each, true);
        }
        world_.of_kind().for_each(static_cast<std::uint64_t>(Kind::guardrail),
                                  [&](std::uint64_t id) {
                                      list_policy(world_.find<PolicyEntry>(ResourceId{id}), true);
                                      return true;
                                  });
        const DomainEntry* own = asked_.empty() ? nullptr : asked_.front().target.domain;
        DomainPtr above;
        for (const DomainEntry* domain = own; domain != nullptr; domain = above.get()) {
            for (const ResourceId id : world_.contents_of(domain->id)) {
                list_policy(world_.find<PolicyEntry>(id), domain == own);
            }
            above = domain->parent_name.empty() ? nullptr : world_.domain(domain->parent_name);
        }
    }

    bool add_from_policies() {
        for (const auto& [at, policy] : permits_) {
            AccessPosition end = at;
            end.member = UINT64_MAX;
            if (end <= page_.after()) {
                continue;
            }
            const policy::ScopeConstraint& scope = policy->policy().principal();
            const bool goes_on =
                names_somebody(*policy)
                    ? add_people(at, people_in(world_, scope.entity),
                                 scope.form == Form::is_in ? scope.type : "")
                    : at <= page_.after() || add_everybody(at, *policy);
            if (!goes_on) {
                return false;
            }
        }
        return true;
    }

    /// One item for all whom a policy's scope names by kind or not at all.
    bool add_everybody(const AccessPosition& at, const PolicyEntry& policy) {
        if (!page_.look_at(at)) {
            return false;
        }
        bool listed = false;
        bool conditional = false;
        std::vector<const PolicyEntry*> against;
        for_each_node([&](const Target& target) {
            const Answer permits = answer(policy, policy, target);
            if (permits == Answer::no) {
                return;
            }
            bool closed = false;
            for (const PolicyPtr& forbid : forbids_) {
                const Answer forbids = answer(*forbid, policy, target);
                closed = closed || forbids == Answer::yes;
                if (forbids != Answer::no &&
                    std::find(against.begin(), against.end(), forbid.get()) == against.end()) {
                    against.push_back(forbid.get());
                }
            }
            listed = listed || !closed;
            conditional = conditional || (!closed && permits == Answer::open);
        });
        if (!listed) {
            return true;
        }
        Access item;
        item.scope = AccessWords::who(policy.policy().principal());
        item.paths.push_back(words_.path(policy, conditional));
        for (const PolicyEntry* forbid : against) {
            item.forbidden_by.push_back(words_.forbid_for_some(*forbid));
        }
        return page_.add(std::move(item));
    }

    enum class Answer { no, yes, open };

    /// What a rule says of all whom `permit` names, on one node.
    Answer answer(const PolicyEntry& rule, const PolicyEntry& permit, const Target& target) {
        if (!scope_fits(rule, action_, *target.node)) {
            return Answer::no;
        }
        const policy::ScopeConstraint& who = rule.policy().principal();
        const policy::ScopeConstraint& all = permit.policy().principal();
        if (who.form == Form::is && all.form == Form::is && who.type != all.type) {
            return Answer::no;
        }
        const bool covers = who.form == Form::any || (who.form == Form::is && all.form == Form::is);
        if (covers && !rule.policy().has_conditions()) {
            return Answer::yes;
        }
        if (who.form != Form::any || rule.policy().reads_principal() ||
            rule.policy().reads_context()) {
            return Answer::open;
        }
        // It says the same of everybody, so what it says of the asker.
        const auto heard = heard_on(target).find(&rule);
        return heard == heard_on(target).end() ||
                       heard->second == policy::Outcome::Kind::not_matched
                   ? Answer::no
                   : Answer::yes;
    }

    using Heard = std::map<const PolicyEntry*, policy::Outcome::Kind>;
    const Heard& heard_on(const Target& target) {
        const auto [found, fresh] = heard_.try_emplace(target.node);
        if (fresh) {
            plain_.hear(target, [&](const Decider::Part& part, policy::Outcome::Kind kind, bool) {
                if (part.policy != nullptr) {
                    found->second[part.policy] = kind;
                }
            });
        }
        return found->second;
    }

    template <class Visit>
    void for_each_node(Visit&& visit) {
        for (const Asked& each : asked_) {
            Target target = each.target;
            if (each.port == nullptr) {
                visit(target);
                continue;
            }
            for (const ColumnEntry& column : each.port->columns) {
                target.node = column.node.get();
                visit(target);
            }
        }
    }

    /// Those of the people that stand by this source first. `type`: of one kind of entity only.
    bool add_people(const AccessPosition& source, const People& people, std::string_view type) {
        if (!people.complete) {
            page_.say_incomplete();
        }
        AccessPosition at = source;
        for (const ResourceId id : people.ids) {
            at.member = id.value;
            if (at <= page_.after()) {
                continue;
            }
            if (!page_.look_at(at)) {
                return false;
            }
            const auto principal = world_.find<PrincipalEntry>(id);
            if (!principal || !words_.may_name(*principal) ||
                (!type.empty() && principal->node->entity.uid.type() != type)) {
                continue;
            }
            // Many grants may name one: it is looked at once.
            const auto known = first_sources_.find(id);
            if (known != first_sources_.end() && known->second != source) {
                continue;
            }
            const Standing standing =
                Standings(world_, principal, action_, asker_.now).on(asked_);
            const AccessPosition first = first_source(standing);
            first_sources_.emplace(id, first);
            if (standing.has && first == source && !page_.add(item_of(*principal, standing))) {
                return false;
            }
        }
        return true;
    }

    AccessPosition first_source(const Standing& standing) const {
        AccessPosition first{UINT64_MAX, 0, 0, 0};
        for (const Held& held : standing.permits) {
            if (held.part.grant != nullptr) {
                first = std::min(first, AccessPosition{access_phase::grant,
                                                       held.part.grant->resource.value,
                                                       held.part.grant->id.value, 0});
            } else if (names_somebody(*held.part.policy)) {
                first = std::min(first, position_of(world_, *held.part.policy));
            }
        }
        return first;
    }

    Access item_of(const PrincipalEntry& principal, const Standing& standing) {
        Access item;
        item.name = principal.principal.text();
        for (const Held& held : standing.permits) {
            // What everybody has is an item of its own.
            if (held.part.policy == nullptr || names_somebody(*held.part.policy)) {
                item.paths.push_back(words_.path(principal, held));
            }
        }
        for (const Held& held : standing.forbids) {
            item.forbidden_by.push_back(words_.forbid(*held.part.policy, held.conditional));
        }
        return item;
    }

    const World& world_;
    const Caller& asker_;
    Action action_;
    std::vector<Asked> asked_;
    AccessWords words_;
    AccessPageBuilder page_;
    std::vector<ResourceId> owners_;
    std::map<AccessPosition, PolicyPtr> permits_;
    std::vector<PolicyPtr> forbids_;
    std::unordered_map<ResourceId, AccessPosition> first_sources_;
    Decider plain_{world_, asker_, action_};
    std::map<const Node*, Heard> heard_;
};

}  // namespace

Result<AccessPage> who_can(const World& world, const Caller& asker, Action action,
                           std::string_view resource, const AccessPosition& after,
                           std::size_t limit) {
    const auto entry = find_resource(world, resource);
    if (!entry || !AccessWords(world, asker).shows(*entry)) {
        return absent();
    }
    const std::optional<Target> target = resource_target(world, entry->id);
    if (!target || !governs(world, asker, *target)) {
        return Error(ErrorCode::forbidden,
                     "who can do what on it is for its owners and auditors");
    }
    return Who(world, asker, action, *entry, after, limit).page();
}

}  // namespace charter
