// Every candidate of a decision, and where it does not hold the clause that kept it from it.
#include "charter/governance/explain.hpp"

#include "charter/base/limits.hpp"
#include "charter/governance/documents.hpp"
#include "governance/grant_terms.hpp"

#include <algorithm>
#include <set>

namespace charter {

namespace {

using OutcomeKind = policy::Outcome::Kind;

/// What evaluating costs is counted once more for saying why; beyond this no more is said.
constexpr std::size_t explaining_steps_max = limits::authorizer_steps_max / 10;

/// The two entities of a decision as it has them, and all others.
class EntitiesOf : public policy::Entities {
public:
    EntitiesOf(const World& world, const policy::Entity& principal, const policy::Entity& resource)
        : world_(world), principal_(principal), resource_(resource) {}

    const policy::Entity* find(const policy::EntityUid& uid) const override {
        return uid == resource_.uid    ? &resource_
               : uid == principal_.uid ? &principal_
                                       : world_.find(uid);
    }

private:
    const World& world_;
    const policy::Entity& principal_;
    const policy::Entity& resource_;
};

}  // namespace

/// Gathers what candidates say of one resource after the other.
class Decider::Explainer {
public:
    Explainer(Decider& decider, RuleSight& sight) : decider_(decider), sight_(sight) {}

    void ask(const Node& node, const Target& target, std::uint32_t index) {
        decider_.begin_work_on(target.domain);
        decider_.authorizer_.for_each_candidate(node.entity, node.keys, [&](Candidate& candidate) {
            Part part = decider_.part_of(candidate);
            const bool counts = decider_.takes_part(part, target);
            // A domain's rule is no candidate elsewhere. A grant that does not count is told of.
            if (counts || part.grant != nullptr) {
                take(candidate, part, counts, node, target, index);
            }
        });
    }

    std::vector<Explained> result() && {
        std::ranges::sort(found_, {}, &Explained::label);
        return std::move(found_);
    }

private:
    Explained& entry_of(const Part& part) {
        const Entry* key = part.policy;
        if (part.grant != nullptr) {
            key = part.grant;
        }
        const auto [known, is_new] = places_.emplace(key, found_.size());
        if (is_new) {
            Explained& entry = found_.emplace_back();
            entry.policy = part.policy;
            entry.grant = part.grant;
            entry.shown = part.grant != nullptr ? sight_.shows(*part.grant)
                                                : sight_.shows(*part.policy);
        }
        return found_[known->second];
    }

    void take(Candidate& candidate, const Part& part, bool counts, const Node& node,
              const Target& target, std::uint32_t index) {
        policy::Authorizer& authorizer = decider_.authorizer_;
        const std::size_t before = authorizer.steps();
        const OutcomeKind kind =
            counts ? decider_.says(candidate, target) : OutcomeKind::not_matched;
        const std::size_t cost = authorizer.steps() - before;
        Explained& entry = entry_of(part);
        ++entry.asked;
        entry.errors += kind == OutcomeKind::error ? 1U : 0U;
        if (kind == OutcomeKind::matched) {
            entry.held.push_back(index);
            return;
        }
        const bool is_first = entry.held.size() + 1 == entry.asked;
        if (!entry.shown || !is_first) {
            return;
        }
        entry.first = index;
        if (kind == OutcomeKind::error) {
            entry.error = authorizer.error_of(candidate);
        }
        spent_ += cost;
        if (spent_ <= explaining_steps_max) {
            say_why(entry, candidate, part, node, target);
        }
    }

    void say_why(Explained& entry, const Candidate& candidate, const Part& part, const Node& node,
                 const Target& target) {
        if (part.grant != nullptr && entry.error.empty()) {
            const GrantQuestion question{decider_.world_, decider_.principal_, target, node,
                                         decider_.action_, decider_.context_};
            if (std::optional<FailedTerm> failed = failed_term(*part.grant, question)) {
                entry.term = failed->term;
                entry.clause = std::move(failed->clause);
                return;
            }
        }
        const policy::Entity& principal = decider_.principal_.node->entity;
        const EntitiesOf entities(decider_.world_, principal, node.entity);
        const policy::RequestView request{principal.uid, action_uid(decider_.action_),
                                          node.entity.uid, decider_.context_};
        entry.clause =
            policy::explain_conditions(candidate.rule->policy(), request, entities).clause;
    }

    Decider& decider_;
    RuleSight& sight_;
    std::vector<Explained> found_;
    std::unordered_map<const Entry*, std::size_t> places_;
    std::size_t spent_ = 0;
};

std::vector<Explained> Decider::explain(const Target& target, RuleSight& sight) {
    if (closed_ || target.node == nullptr) {
        return {};
    }
    Explainer explainer(*this, sight);
    explainer.ask(*target.node, target, 0);
    return std::move(explainer).result();
}

std::vector<Explained> Decider::explain_columns(const PortEntry& port,
                                                std::span<const ColumnEntry* const> columns,
                                                RuleSight& sight) {
    if (closed_) {
        return {};
    }
    const DomainPtr domain = world_.find<DomainEntry>(port.domain);
    const Target target{nullptr, domain.get(), {port.id, port.product, port.domain}};
    Explainer explainer(*this, sight);
    for (std::uint32_t i = 0; i < columns.size(); ++i) {
        explainer.ask(*columns[i]->node, target, i);
    }
    return std::move(explainer).result();
}

bool RuleSight::shows(const PolicyEntry& rule) {
    if (rule.origin == PolicyEntry::Origin::builtin) {
        return true;
    }
    const auto [known, is_new] = domains_.try_emplace(rule.parent, false);
    if (is_new) {
        known->second = check_readable(world_, caller_, rule).has_value();
    }
    return known->second;
}

bool RuleSight::shows(const GrantEntry& grant) {
    const auto [known, is_new] =
        grants_.try_emplace(std::tuple(grant.grantee, grant.resource, grant.passed_on, grant.delegable), false);
    if (is_new) {
        known->second = check_readable(world_, caller_, grant).has_value();
    }
    return known->second;
}

namespace {

/// "a guardrail", "a rule of the domain customer": what a hidden rule is called.
std::string in_words(const World& world, Visibility& visibility, const Explained& candidate) {
    if (candidate.grant != nullptr) {
        return "a grant";
    }
    if (candidate.policy->origin != PolicyEntry::Origin::domain) {
        return "a guardrail";
    }
    const DomainPtr domain = world.find<DomainEntry>(candidate.policy->parent);
    return domain && visibility.shows(*domain) ? "a rule of the domain " + domain->name
                                               : "a rule of a domain above";
}

}  // namespace

std::vector<std::string> reasons_in_words(const World& world, const Caller& caller,
                                          const std::vector<Explained>& candidates, bool allow) {
    Visibility visibility(world, caller);
    std::set<std::string> reasons;
    bool permits = false;
    for (const Explained& each : candidates) {
        permits |= each.decides() && !each.forbids() && !each.held.empty();
        if (each.shown || !each.decides()) {
            continue;
        }
        const std::string what = in_words(world, visibility, each);
        if (each.forbids() && !each.held.empty()) {
            reasons.insert(what + " forbids it");
        } else if (each.forbids() && each.errors != 0) {
            reasons.insert(what + " forbids it, since it cannot be evaluated");
        } else if (!each.forbids() && !each.held.empty() && allow) {
            reasons.insert(what + " permits it");
        }
    }
    if (!permits && !allow) {
        reasons.insert("no rule permits it, and no grant covers it");
    }
    return {reasons.begin(), reasons.end()};
}

}  // namespace charter
