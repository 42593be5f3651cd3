#pragma once

// What the rules say of one resource, or of all columns of a port, on the way to a Verdict.

#include "charter/governance/decide.hpp"

#include <algorithm>
#include <unordered_set>

namespace charter {

inline Ground ground_of(const PolicyEntry& entry) {
    return Ground{entry.label, &entry.evidence};
}

/// Each entry has evidence of its own.
inline void add_once(std::vector<Ground>& grounds, const Ground& ground) {
    const auto same = [&](const Ground& each) { return each.evidence == ground.evidence; };
    if (std::none_of(grounds.begin(), grounds.end(), same)) {
        grounds.push_back(ground);
    }
}

/// What one candidate said of one resource.
struct Said {
    bool permits = false;
    bool forbids = false;
    UtcTime until = UtcTime::min();  // the last end among the permits

    void add(const Said& other) {
        permits |= other.permits;
        forbids |= other.forbids;
        until = std::max(until, other.until);
    }
    bool allows() const { return permits && !forbids; }
};

/// What the rules said, of one resource or of all columns of a port.
struct Tally {
    std::vector<Ground> forbids;
    std::vector<Ground> permits;
    std::vector<Ground> shadow;
    std::string error;
    /// Shadow guardrails that hold for the resource in hand; the first of them for all columns.
    std::vector<const PolicyEntry*> trials;
    std::size_t trials_of_all = 0;
    bool looks_at_rows = false;  // a rule does: columns are decided anew, with the row left open
    std::unordered_set<const EvidencePtr*> noted;  // where there are many

    /// In one of the lists, once: most have few, and one may have thousands.
    void note(std::vector<Ground>& list, const Ground& ground) {
        constexpr std::size_t few = 16;
        if (list.size() < few) {
            add_once(list, ground);
            return;
        }
        if (list.size() == few) {
            for (const Ground& each : list) {
                noted.insert(each.evidence);
            }
        }
        if (noted.insert(ground.evidence).second) {
            list.push_back(ground);
        }
    }

    /// A resource is decided: which shadow guardrails would have turned the answer round, each
    /// by itself.
    void settle(const Said& said) {
        for (const PolicyEntry* trial : trials) {
            if (trial->forbids() ? said.allows() : !said.permits && !said.forbids) {
                note(shadow, ground_of(*trial));
            }
        }
        trials.resize(trials_of_all);
    }

    Verdict verdict(bool allow, UtcTime until) && {
        Verdict verdict;
        verdict.allow = allow;
        verdict.until = allow ? until : UtcTime::max();
        verdict.forbidden = !forbids.empty();
        verdict.determined_by = std::move(forbids.empty() ? permits : forbids);
        verdict.shadow = std::move(shadow);
        verdict.error = std::move(error);
        return verdict;
    }
};

/// What one candidate says; noted in the tally. A rule over rows errs here, so one that forbids closes
/// what is not decided by columns.
inline Said take(policy::Authorizer& authorizer, policy::Candidate& candidate, const PolicyEntry* rule,
          const GrantEntry* grant, UtcTime until, Tally& tally) {
    if (candidate.rule->reads_row()) {
        tally.looks_at_rows = true;
    }
    const policy::Outcome::Kind kind = authorizer.evaluate(candidate);
    if (kind == policy::Outcome::Kind::not_matched) {
        return {};
    }
    if (grant != nullptr) {
        if (kind == policy::Outcome::Kind::matched) {
            tally.note(tally.permits, Ground{grant->label, &grant->evidence});
            return {true, false, until};
        }
        return {};
    }
    if (rule->origin == PolicyEntry::Origin::shadow) {
        // One that forbids would close what it cannot be evaluated for, as any other does.
        if (kind == policy::Outcome::Kind::matched || rule->forbids()) {
            tally.trials.push_back(rule);
        }
        return {};
    }
    if (kind == policy::Outcome::Kind::matched) {
        tally.note(rule->forbids() ? tally.forbids : tally.permits, ground_of(*rule));
        return rule->forbids() ? Said{false, true} : Said{true, false, UtcTime::max()};
    }
    if (rule->forbids()) {
        // A forbid that cannot be evaluated must not open what it was to close.
        tally.note(tally.forbids, ground_of(*rule));
        tally.error = rule->label + ": " + authorizer.error_of(candidate);
        return {false, true};
    }
    return {};
}

inline Verdict suspended_by(const SuspensionEntry& held) {
    Verdict verdict;
    verdict.forbidden = true;
    verdict.determined_by.push_back(Ground{held.label, &held.evidence});
    verdict.suspension = &held;
    return verdict;
}

template <class Visit>
void Decider::for_each_part(const policy::Entity& resource, const policy::ResourceKeys& keys,
                            const Target& target, Visit&& visit) {
    begin_work_on(target.domain);
    authorizer_.for_each_candidate(resource, keys, [&](Candidate& candidate) {
        Part part = part_of(candidate);
        if (takes_part(part, target)) {
            visit(candidate, part);
        }
    });
}

}  // namespace charter
