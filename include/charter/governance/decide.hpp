#pragma once

#include "charter/governance/world.hpp"
#include "charter/policy/authorize.hpp"

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace charter {

/// Who asks, from where and when: taken from the verified token and the
/// connection, never from a field that anybody may set.
struct Caller {
    PrincipalPtr principal;
    ResourceId token;        // of Charter that it came with; none: another credential
    std::string address;     // "127.0.0.1"; empty: not known
    std::string request_id;
    std::string engine;      // that asks for this principal; empty: it asks itself
    UtcTime now{};
    /// When the credential ends. What is asked beforehand about somebody else has no token.
    UtcTime session_ends = UtcTime::max();
};

/// The caller as this World knows it, for whoever comes back to a decision later
/// than the credential was looked at: nothing when the principal is gone or closed,
/// or the credential is deleted or expired.
std::optional<Caller> renewed(const World& world, const Caller& caller);

/// Whether a principal is shut out: disabled, or suspended, itself or by a group it is in.
bool closed(const World& world, const PrincipalEntry& principal);

/// What a decision is about: its node and, for grants, what it lies in.
struct Target {
    const Node* node = nullptr;
    const DomainEntry* domain = nullptr;  // null: it belongs to the mesh itself
    /// What a grant may name so that it covers this: port, product, domain.
    ResourceId grant_on[3] = {};
};

Target target_of(const World& world);  // the mesh
Target target_of(const World& world, const DomainEntry& domain);
Target target_of(const World& world, const ProductEntry& product);
Target target_of(const World& world, const PortEntry& port);
/// A domain, product or port by its id; nothing when it is gone.
std::optional<Target> resource_target(const World& world, ResourceId id);
Target target_of(const StorageEntry& storage);
Target target_of(const PurposeEntry& purpose);
Target target_of(const TagEntry& tag);

/// What closes a domain, product or port, or one that it lies in; null: nothing. Lives as
/// long as the World.
const SuspensionEntry* suspension_over(const World& world, const Target& target);
/// Whether it takes this action: the use of data, and trusting an engine with it.
constexpr bool taken_by_suspension(Action action) {
    return (bit(action) & (data_actions | bit(Action::enforce))) != 0;
}

/// A policy, grant or suspension that settled a decision. Lives as long as the World does.
struct Ground {
    std::string_view label;  // "policy:customer/eu-analysts", "grant:0123…", "suspension:0123…"
    const EvidencePtr* evidence = nullptr;

    friend bool operator==(const Ground& a, const Ground& b) { return a.label == b.label; }
};

/// A decision: the answer and what settled it.
struct Verdict {
    bool allow = false;
    bool forbidden = false;             // determined_by are forbids
    std::vector<Ground> determined_by;  // the forbids that matched, else the permits
    /// Set when a forbid could not be evaluated: the answer is no.
    std::string error;
    /// Set when this closes it, whatever rules say. Lives as long as the World does.
    const SuspensionEntry* suspension = nullptr;
    /// Shadow guardrails that would have changed the answer, each by itself: a forbid where it is
    /// yes (also one that cannot be evaluated), a permit where it is no for want of one. Of
    /// columns together: the answer for at least one.
    std::vector<Ground> shadow;
    /// When an allow ends by itself: the last end among the permits that hold, and of all
    /// columns together the first such end. A policy has no end, and what the condition of
    /// a policy makes of `context.now` is not foreseen: access that such a rule gives or
    /// takes with time lasts until the lease ends. max() also when the answer is no.
    UtcTime until = UtcTime::max();

    /// One sentence for people.
    std::string reason() const;
};

/// A decision for each column of a port. What depends on the row is kept as a predicate.
struct ColumnsVerdict {
    std::size_t allowed = 0;             // how many columns, of every row
    std::vector<char> columns;           // 1: may be read of every row, by the port's order
    std::size_t withdrawn = 0;           // how many withdrawn columns, which are not in these
    /// By the port's order, of which rows each may be read. Empty where no rule looks at rows.
    std::vector<policy::Predicate> rows;
    /// allow: every column may be read of every row, withdrawn ones too.
    Verdict verdict;

    bool some() const;
    /// Of which rows a column may be read.
    policy::Predicate rows_of(std::size_t column) const;
};

struct Explained;  // explain.hpp
class RuleSight;

/// Decides for one principal, action and context on any number of resources; see
/// policy::Authorizer for what that costs and how it is limited. Pure: reads the World
/// alone. Not thread-safe, not movable; make one per request. World and principal must
/// outlive it.
///
/// Which policies take part: the built-in ones, all guardrails, all policies and
/// grants of the resource's own domain, and of the domains above it the forbids.
class Decider {
public:
    Decider(const World& world, const PrincipalEntry& principal, Action action,
            policy::Value context);
    /// With the usual context: now, ip and, when given, purpose.
    Decider(const World& world, const Caller& caller, Action action,
            std::optional<std::string_view> purpose = std::nullopt);

    Verdict decide(const Target& target);
    bool allows(const Target& target) { return decide(target).allow; }
    /// One decision per column, withdrawn ones included.
    ColumnsVerdict decide_columns(const PortEntry& port);

    /// Every rule and grant that was a candidate, with what it said; grants too that do not
    /// count any more. By label. Costs several times a decision: for telling people, with a
    /// Decider of its own.
    std::vector<Explained> explain(const Target& target, RuleSight& sight);
    /// The same for these columns of the port, each candidate once.
    std::vector<Explained> explain_columns(const PortEntry& port,
                                           std::span<const ColumnEntry* const> columns,
                                           RuleSight& sight);

    /// What a candidate is here: a policy or a grant.
    struct Part {
        const PolicyEntry* policy = nullptr;
        const GrantEntry* grant = nullptr;
        UtcTime until = UtcTime::max();  // of a grant that takes part, as things are now
    };
    using Hear = std::function<void(const Part&, policy::Outcome::Kind, bool ignores_resource)>;
    /// Everything that takes part in a decision on the target, with what it says; what looks at rows
    /// counts where it holds for any. Of what is
    /// decided for columns the target's node is a column.
    void hear(const Target& target, const Hear& each);

private:
    using Candidate = policy::Candidate;

    Part part_of(Candidate& candidate) const;
    /// Whether a rule that fits by scope counts for this target, and until when.
    bool takes_part(Part& part, const Target& target) const;
    /// Calls visit(Candidate&, const Part&) for each that takes part.
    template <class Visit>
    void for_each_part(const policy::Entity& resource, const policy::ResourceKeys& keys,
                       const Target& target, Visit&& visit);
    /// What rules cost counts against the domain they are asked about: who writes costly
    /// ones spoils the answers about that domain and no others.
    void begin_work_on(const DomainEntry* domain);

    /// What a candidate says of the target; of what looks at rows, whether it says it of any.
    policy::Outcome::Kind says(Candidate& candidate, const Target& target);
    /// What was found of rules and grants that say the same of all columns of a port.
    using RowCache =
        std::map<std::pair<const policy::Rule*, policy::PolicyIndex::Number>, policy::Predicate>;
    policy::Predicate rows_of(Candidate& candidate, const policy::RowType& type, RowCache& cache);
    /// decide_columns where rules look at rows.
    ColumnsVerdict decide_rows(const PortEntry& port, const Target& target);

    class Explainer;  // explain.cpp

    const World& world_;
    const PrincipalEntry& principal_;
    const Action action_;
    bool closed_;      // the principal is shut out
    bool closable_;    // the action is one that a suspension of the resource takes
    policy::Value context_;
    policy::Authorizer authorizer_;
    ResourceId working_on_;
    std::unordered_map<ResourceId, std::size_t> work_;
};

/// One sentence for the caller: why something is suspended is for who may describe it.
std::string reason_for(const World& world, const Caller& caller, const Verdict& verdict,
                       const Target& target);

/// Whether something shows in lists and search for a principal: `discover` holds
/// on it or on anything below it, or the principal governs it (`edit`, `audit` of
/// the domain), so that no rule hides from those who can take it back.
class Visibility {
public:
    Visibility(const World& world, const Caller& caller);

    bool shows(const DomainEntry& domain);
    bool shows(const ProductEntry& product);
    bool shows(const PortEntry& port);

private:
    bool governs(const DomainEntry* domain);
    bool shows_now(const DomainEntry& domain);
    /// Asks once for each, however often it is asked for.
    template <class Ask>
    bool remembered(ResourceId id, Ask&& ask);

    std::unordered_map<ResourceId, bool> known_;
    const World& world_;
    Decider discover_;
    Decider edit_;
    Decider audit_;
};

/// The usual context of a call: now, ip and, when given, purpose.
policy::Value call_context(const Caller& caller, std::optional<std::string_view> purpose);

}  // namespace charter
