#include "charter/governance/decide.hpp"

#include "charter/governance/grant_standing.hpp"
#include "governance/fold.hpp"

#include <algorithm>

namespace charter {

namespace {

using OutcomeKind = policy::Outcome::Kind;

Ground ground_of(const PolicyEntry& entry) {
    return Ground{entry.label, &entry.evidence};
}

/// Each entry has evidence of its own.
void add_once(std::vector<Ground>& grounds, const Ground& ground) {
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

    /// A resource is decided: which shadow guardrails would have turned the answer round, each
    /// by itself.
    void settle(const Said& said) {
        for (const PolicyEntry* trial : trials) {
            if (trial->forbids() ? said.allows() : !said.permits && !said.forbids) {
                add_once(shadow, ground_of(*trial));
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

}  // namespace

std::optional<Caller> renewed(const World& world, const Caller& caller) {
    Caller now = caller;
    now.principal = world.find<PrincipalEntry>(caller.principal->id);
    if (!now.principal || closed(world, *now.principal)) {
        return std::nullopt;
    }
    if (caller.token) {
        const auto token = world.find<TokenEntry>(caller.token);
        if (!token || token->principal != caller.principal->id) {
            return std::nullopt;
        }
        now.session_ends = std::min(now.session_ends, token->expires_at);  // a session's may be earlier
    }
    return caller.now < now.session_ends ? std::optional<Caller>(now) : std::nullopt;
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
    if (suspension != nullptr) {
        return "it is suspended";
    }
    std::string text = "forbidden by";
    for (const Ground& ground : determined_by) {
        text += (&ground == determined_by.data() ? " " : ", ") + std::string(ground.label);
    }
    return text;
}

policy::Value call_context(const Caller& caller, std::optional<std::string_view> purpose) {
    std::vector<policy::Value::Member> members;
    members.reserve(4);
    members.emplace_back("now", policy::Value::datetime(caller.now.time_since_epoch().count()));
    if (!caller.address.empty()) {
        if (Result<policy::Value> ip = policy::Value::parse_ip_address(caller.address)) {
            members.emplace_back("ip", std::move(ip).value());
        }
    }
    if (!caller.engine.empty()) {
        members.emplace_back("engine",
                             policy::Value::entity(policy::EntityUid("Engine", caller.engine)));
    }
    if (purpose) {
        members.emplace_back("purpose", policy::Value::string(std::string(*purpose)));
    }
    return policy::Value::record(std::move(members));
}

Decider::Decider(const World& world, const PrincipalEntry& principal, Action action,
                 policy::Value context)
    : world_(world),
      principal_(principal),
      action_(action),
      closed_(closed(world, principal)),
      closable_(world.any_suspended() && taken_by_suspension(action)),
      context_(std::move(context)),
      authorizer_(world.rules(), world, principal.node->entity, principal.keys, action_uid(action),
                  context_) {}

Decider::Decider(const World& world, const Caller& caller, Action action,
                 std::optional<std::string_view> purpose)
    : Decider(world, *caller.principal, action, call_context(caller, purpose)) {}

Decider::Part Decider::part_of(Candidate& candidate) const {
    Part part;
    if (!candidate.is_link()) {
        part.policy = static_cast<const PolicyEntry*>(candidate.rule);
        return part;
    }
    if (candidate.note == nullptr) {
        // Lives as long as the World.
        candidate.note = world_.find<GrantEntry>(ResourceId{candidate.number}).get();
    }
    part.grant = static_cast<const GrantEntry*>(candidate.note);
    return part;
}

bool Decider::takes_part(Part& part, const Target& target) const {
    if (part.policy != nullptr) {
        if (part.policy->origin != PolicyEntry::Origin::domain) {
            return true;
        }
        const policy::ResourceKeys* own =
            target.domain != nullptr ? &target.domain->node->keys : nullptr;
        return own != nullptr &&
               (part.policy->domain == own->self ||
                (part.policy->forbids() &&
                 std::find(own->ancestors->begin(), own->ancestors->end(), part.policy->domain) !=
                     own->ancestors->end()));
    }
    // Rows are filed by name. A grant holds for whom and what it was given, never for
    // others that have the name now, and not for what lies in a domain below.
    const auto holds = [](const auto& ids, ResourceId id) {
        return std::find(std::begin(ids), std::end(ids), id) != std::end(ids);
    };
    const GrantEntry* grant = part.grant;
    if (grant == nullptr || !grant->resource || !holds(target.grant_on, grant->resource)) {
        return false;
    }
    // The row of a delegable grant names the owners of the grantee's domain.
    if (grant->delegable ? world_.find(grant->grantee) == nullptr
                         : !holds(principal_.grantees, grant->grantee)) {
        return false;
    }
    part.until = grant->expires_at;
    if (!grant->passed_on && grant->review_at == UtcTime::max()) {
        return true;
    }
    part.until = end_of(world_, *grant, target.domain);
    const policy::Value* now = context_.find("now");
    return now != nullptr && UtcTime(std::chrono::milliseconds(now->as_datetime())) < part.until;
}

void Decider::begin_work_on(const DomainEntry* domain) {
    const ResourceId id = domain != nullptr ? domain->id : ResourceId{};
    if (id != working_on_) {
        work_[working_on_] = authorizer_.steps();
        working_on_ = id;
        authorizer_.set_steps(work_[id]);
    }
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

namespace {

Said take(policy::Authorizer& authorizer, policy::Candidate& candidate, const PolicyEntry* rule,
          const GrantEntry* grant, UtcTime until, Tally& tally) {
    const OutcomeKind kind = authorizer.evaluate(candidate);
    if (kind == OutcomeKind::not_matched) {
        return {};
    }
    if (grant != nullptr) {
        if (kind == OutcomeKind::matched) {
            add_once(tally.permits, Ground{grant->label, &grant->evidence});
            return {true, false, until};
        }
        return {};
    }
    if (rule->origin == PolicyEntry::Origin::shadow) {
        // One that forbids would close what it cannot be evaluated for, as any other does.
        if (kind == OutcomeKind::matched || rule->forbids()) {
            tally.trials.push_back(rule);
        }
        return {};
    }
    if (kind == OutcomeKind::matched) {
        add_once(rule->forbids() ? tally.forbids : tally.permits, ground_of(*rule));
        return rule->forbids() ? Said{false, true} : Said{true, false, UtcTime::max()};
    }
    if (rule->forbids()) {
        // A forbid that cannot be evaluated must not open what it was to close.
        add_once(tally.forbids, ground_of(*rule));
        tally.error = rule->label + ": " + authorizer.error_of(candidate);
        return {false, true};
    }
    return {};
}

Verdict suspended_by(const SuspensionEntry& held) {
    Verdict verdict;
    verdict.forbidden = true;
    verdict.determined_by.push_back(Ground{held.label, &held.evidence});
    verdict.suspension = &held;
    return verdict;
}

}  // namespace

Verdict Decider::decide(const Target& target) {
    if (closed_ || target.node == nullptr) {
        return {};
    }
    if (const SuspensionEntry* held = closable_ ? suspension_over(world_, target) : nullptr) {
        return suspended_by(*held);
    }
    Tally tally;
    Said said;
    for_each_part(target.node->entity, target.node->keys, target,
                  [&](Candidate& candidate, const Part& part) {
                      said.add(take(authorizer_, candidate, part.policy, part.grant, part.until, tally));
                  });
    tally.settle(said);
    return std::move(tally).verdict(said.allows(), said.until);
}

void Decider::hear(const Target& target, const Hear& each) {
    if (closed_ || target.node == nullptr) {
        return;
    }
    for_each_part(target.node->entity, target.node->keys, target,
                  [&](Candidate& candidate, const Part& part) {
                      each(part, authorizer_.evaluate(candidate),
                           candidate.rule->ignores_resource());
                  });
}

ColumnsVerdict Decider::decide_columns(const PortEntry& port) {
    ColumnsVerdict result;
    result.columns.assign(port.columns.size(), 0);
    if (closed_ || port.columns.empty()) {
        return result;
    }
    const DomainPtr domain = world_.find<DomainEntry>(port.domain);
    Target target{nullptr, domain.get(), {port.id, port.product, port.domain}};
    if (const SuspensionEntry* held = closable_ ? suspension_over(world_, target) : nullptr) {
        result.verdict = suspended_by(*held);
        return result;
    }
    Tally tally;
    // Adds what the rules say of one column; of all rules, or of those alone that look at it.
    const auto ask = [&](const Node& column, const policy::ResourceKeys& keys, Said said,
                         bool all_rules) {
        for_each_part(column.entity, keys, target, [&](Candidate& candidate, const Part& part) {
            if (all_rules || !candidate.rule->ignores_resource()) {
                said.add(take(authorizer_, candidate, part.policy, part.grant, part.until, tally));
            }
        });
        return said;
    };
    // Columns lie in one place. Where no rule names a single column, none is searched for,
    // and what does not look at the column is asked once for all.
    const bool by_name = world_.rules_of_columns() != 0;
    const Node& first = *port.columns.front().node;
    policy::ResourceKeys place = first.keys;
    place.self = policy::no_key;
    Said of_all;
    bool alike = !by_name;
    if (!by_name) {
        for_each_part(first.entity, place, target, [&](Candidate& candidate, const Part& part) {
            if (!candidate.rule->ignores_resource()) {
                alike = false;
                return;
            }
            of_all.add(take(authorizer_, candidate, part.policy, part.grant, part.until, tally));
        });
        tally.trials_of_all = tally.trials.size();
    }
    UtcTime until = UtcTime::max();
    const auto decide_one = [&](const Node& column) {
        const Said said = alike     ? of_all
                          : by_name ? ask(column, column.keys, {}, true)
                                    : ask(column, place, of_all, false);
        tally.settle(said);
        until = std::min(until, said.until);
        return said.allows();
    };
    for (std::size_t i = 0; i < port.columns.size(); ++i) {
        const bool allow = decide_one(*port.columns[i].node);
        result.columns[i] = allow ? 1 : 0;
        result.allowed += allow ? 1U : 0U;
    }
    for (const ColumnEntry& column : port.withdrawn) {
        result.withdrawn += decide_one(*column.node) ? 1U : 0U;
    }
    result.verdict = std::move(tally).verdict(
        result.allowed == port.columns.size() && result.withdrawn == port.withdrawn.size(), until);
    return result;
}

}  // namespace charter
