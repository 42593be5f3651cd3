#include "charter/governance/decide.hpp"

#include "charter/governance/grant_standing.hpp"
#include "governance/decide_tally.hpp"
#include "governance/fold.hpp"

#include <algorithm>

namespace charter {

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
                      each(part, says(candidate, target), candidate.rule->ignores_resource());
                  });
}

policy::Outcome::Kind Decider::says(Candidate& candidate, const Target& target) {
    if (!candidate.rule->reads_row()) {
        return authorizer_.evaluate(candidate);
    }
    const PortPtr port = world_.port(target.grant_on[0]);
    const policy::Predicate rows =
        authorizer_.effect_on_rows(candidate, port ? port->row : policy::RowType());
    return rows.is_never() ? policy::Outcome::Kind::not_matched : policy::Outcome::Kind::matched;
}

}  // namespace charter
