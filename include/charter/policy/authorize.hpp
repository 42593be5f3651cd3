#pragma once

#include "charter/policy/entities.hpp"
#include "charter/policy/evaluate.hpp"
#include "charter/policy/policy_index.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <span>
#include <string>
#include <vector>

namespace charter::policy {

class Predicate;
class RowType;

enum class Decision { deny, allow };

/// A policy that was left out because it could not be evaluated.
struct EvaluationError {
    std::string policy;  // its id
    std::string message;

    friend bool operator==(const EvaluationError&, const EvaluationError&) = default;
};

/// A decision with what settled it, as official Cedar answers.
struct Authorization {
    Decision decision = Decision::deny;
    /// Ids: the forbids that matched, otherwise the permits. A link in an index is
    /// called by its template's id and its number: `grant/17`.
    std::vector<std::string> determined_by;
    std::vector<EvaluationError> errors;
};

/// Evaluates every policy. A matching forbid wins, otherwise one matching permit is
/// needed, otherwise deny. A policy that errs counts as absent and is reported.
/// Source: Cedar language, "Authorization", https://docs.cedarpolicy.com/auth/authorization.html
Authorization authorize(std::span<const Policy* const> policies, const Request& request,
                        const Entities& entities);
Authorization authorize(std::span<const Policy> policies, const Request& request,
                        const Entities& entities);

/// A policy or link whose scope fits the request.
struct Candidate {
    const Rule* rule = nullptr;
    PolicyIndex::Number number = 0;  // of the policy or the link
    std::int64_t until = PolicyIndex::no_end;
    bool seen = false;       // kind holds for every resource
    Outcome::Kind kind = Outcome::Kind::not_matched;
    const void* note = nullptr;  // the caller's, kept while the candidate is

    bool is_link() const { return rule->policy().is_template(); }
};

/// Decides for one principal, action and context on any number of resources, with the
/// policies of an index. Candidates are gathered once for each place in the hierarchy,
/// and what does not look at the resource is evaluated once.
///
/// Principal and resource are given as entities, so that a caller who has them at hand
/// spares the look-up; one that does not exist is an Entity with nothing but its uid.
///
/// The work of all decisions together is limited (limits::authorizer_steps_max): beyond
/// that every condition errs, so nothing is permitted and nothing that forbids is passed.
/// Whoever asks about things of several owners may count for each of them apart.
///
/// Not thread-safe, not movable; make one per request. All that it is made with must
/// outlive it and stay as it is, a resource until the next is given.
class Authorizer {
public:
    Authorizer(const PolicyIndex& index, const Entities& entities, const Entity& principal,
               const PrincipalKeys& keys, const EntityUid& action, const Value& context);

    /// As official Cedar decides: reasons and errors of all candidates.
    Authorization authorize(const Entity& resource, const ResourceKeys& keys);

    /// The decision alone, as fast as it can be had. Stricter than Cedar in one thing: a
    /// forbid that cannot be evaluated denies.
    Decision decide(const Entity& resource, const ResourceKeys& keys);

    /// For callers with rules of their own about who takes part: visit(Candidate&) for
    /// each policy and link whose scope fits, in no particular order.
    template <class Visit>
    void for_each_candidate(const Entity& resource, const ResourceKeys& keys, Visit&& visit) {
        set_resource(resource, keys);
        const auto visit_all = [&](const Gathered& gathered, bool self) {
            for (std::size_t i = gathered.first; i < gathered.first + gathered.count; ++i) {
                Candidate& candidate = candidates_[i];
                if (fits(*candidate.rule, self)) {
                    visit(candidate);
                }
            }
        };
        const auto from = [&](Key key) {
            if (slot(key).key != key) {
                gather_again(key);
            }
            if (const Gathered gathered = slot(key); gathered.count != 0) {
                visit_all(gathered, false);
            }
        };
        from(any_key);
        if (keys.type != no_key) {
            from(keys.type);
        }
        if (keys.ancestors != nullptr) {
            for (const Key key : *keys.ancestors) {
                from(key);
            }
        }
        // Last, since it is kept for this resource only.
        if (self_.count != 0) {
            visit_all(self_, true);
        }
    }

    /// What a candidate says of the resource that was visited last.
    Outcome::Kind evaluate(Candidate& candidate);
    /// The rows for which a candidate takes effect on that resource, when the context has no
    /// `row`: see policy::effect_on_rows.
    Predicate effect_on_rows(Candidate& candidate, const RowType& type);
    /// The work so far; set_steps goes on from another count.
    std::size_t steps() const { return steps_; }
    void set_steps(std::size_t steps) { steps_ = steps; }
    /// The message, when it could not be evaluated.
    std::string error_of(const Candidate& candidate) const;

private:
    /// Candidates of one place.
    struct Gathered {
        Key key = no_key;
        std::uint32_t first = 0;
        std::uint32_t count = 0;
    };

    void set_resource(const Entity& resource, const ResourceKeys& keys);
    /// Where another place of the same resource took the slot.
    void gather_again(Key resource);
    /// All that is not gathered yet, side by side.
    void gather(const ResourceKeys& keys);
    Gathered& slot(Key resource) { return gathered_[resource % gathered_.size()]; }
    /// A row was found under the key of an entity: the resource is in it or equal to it.
    bool fits(const Rule& rule, bool self) const {
        using enum ScopeConstraint::Form;
        const ScopeConstraint::Form form = rule.resource_form();
        return (form != equal || self) && (form != is_in || is_of_type(rule));
    }
    bool is_of_type(const Rule& rule) const;
    RequestView request() const { return {principal_.uid, action_, resource_->uid, context_}; }
    bool principal_and_action_fit(const Rule& rule, Key principal) const;
    Outcome::Kind evaluate_now(const Candidate& candidate);
    /// not_matched: it has ended; error: it is not known whether.
    Outcome::Kind lasts(const Candidate& candidate) const;

    const PolicyIndex& index_;
    const Entities& entities_;
    const Entity& principal_;
    const PrincipalKeys& principal_keys_;
    const EntityUid& action_;
    const Value& context_;
    const AncestorSet* action_groups_ = nullptr;
    const Entity* resource_ = nullptr;
    const Value* now_ = nullptr;
    std::uint64_t action_bits_ = 0;
    std::size_t steps_ = 0;
    std::array<Gathered, 32> gathered_{};  // by a part of the key
    Gathered self_;
    // Room for an ordinary decision without an allocation.
    std::array<std::byte, 2048> room_;
    std::pmr::monotonic_buffer_resource memory_;
    std::pmr::vector<Candidate> candidates_;
};

}  // namespace charter::policy
