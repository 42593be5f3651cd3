#include "charter/policy/authorize.hpp"

#include "charter/base/limits.hpp"
#include "charter/policy/partial.hpp"
#include "policy/evaluator.hpp"
#include "policy/index_state.hpp"
#include "policy/program.hpp"

#include <algorithm>
#include <utility>

namespace charter::policy {
namespace {

/// Gathers what policies say, and combines it as Cedar does.
class Tally {
public:
    void take(const Policy& policy, Outcome outcome, std::string id) {
        const bool forbid = policy.effect() == Effect::forbid;
        switch (outcome.kind) {
            case Outcome::Kind::not_matched:
                break;
            case Outcome::Kind::matched:
                (forbid ? forbids_ : permits_).push_back(std::move(id));
                break;
            case Outcome::Kind::error:
                errors_.push_back({std::move(id), std::move(outcome.error)});
                break;
        }
    }

    Authorization result() && {
        Authorization result;
        const bool allow = forbids_.empty() && !permits_.empty();
        result.decision = allow ? Decision::allow : Decision::deny;
        result.determined_by = forbids_.empty() ? std::move(permits_) : std::move(forbids_);
        result.errors = std::move(errors_);
        return result;
    }

private:
    std::vector<std::string> permits_;
    std::vector<std::string> forbids_;
    std::vector<EvaluationError> errors_;
};

std::string id_of(const Candidate& candidate) {
    const std::string& id = candidate.rule->policy().id();
    return candidate.is_link() ? id + "/" + std::to_string(candidate.number) : id;
}

}  // namespace

Authorization authorize(std::span<const Policy* const> policies, const Request& request,
                        const Entities& entities) {
    Tally tally;
    for (const Policy* policy : policies) {
        tally.take(*policy, evaluate(*policy, request, entities), policy->id());
    }
    return std::move(tally).result();
}

Authorization authorize(std::span<const Policy> policies, const Request& request,
                        const Entities& entities) {
    Tally tally;
    for (const Policy& policy : policies) {
        tally.take(policy, evaluate(policy, request, entities), policy.id());
    }
    return std::move(tally).result();
}

Authorizer::Authorizer(const PolicyIndex& index, const Entities& entities, const Entity& principal,
                       const PrincipalKeys& keys, const EntityUid& action, const Value& context)
    : index_(index),
      entities_(entities),
      principal_(principal),
      principal_keys_(keys),
      action_(action),
      context_(context),
      now_(context.find("now")),
      action_bits_(action_bit(action)),
      memory_(room_.data(), room_.size()),
      candidates_(&memory_) {
    if (const Entity* known = entities.find(action); known != nullptr) {
        action_groups_ = known->ancestors.get();
    }
    if (action_groups_ != nullptr) {
        for (const EntityUid& group : action_groups_->uids()) {
            action_bits_ |= action_bit(group);
        }
    }
    candidates_.reserve(room_.size() / sizeof(Candidate) - 1);
}

void Authorizer::set_resource(const Entity& resource, const ResourceKeys& keys) {
    // The place of one resource may be taken by another, with another key.
    if (resource_ == &resource && self_.key == keys.self && keys.self != no_key) {
        return;
    }
    resource_ = &resource;
    // Its room is used again, unless another place was gathered behind it.
    if (self_.key != no_key && self_.first + self_.count == candidates_.size()) {
        candidates_.resize(self_.first);
    }
    self_ = {};
    constexpr std::size_t kept_max = 4'096;
    if (candidates_.size() > kept_max) {
        candidates_.clear();
        gathered_.fill({});
    }
    gather(keys);
}

void Authorizer::gather(const ResourceKeys& keys) {
    const RowTree& rows = index_.state().rows;
    std::array<RowTree::Start, 16> starts;
    std::size_t count = 0;
    const auto gather_now = [&] {
        rows.find_starts(std::span(starts).first(count));
        for (std::size_t i = 0; i < count; ++i) {
            const Key resource = starts[i].resource;
            const std::size_t first = candidates_.size();
            rows.scan(starts[i], principal_keys_.all, [&](const Row& row) {
                if (principal_and_action_fit(*row.rule, row.principal())) {
                    Candidate& candidate = candidates_.emplace_back();
                    candidate.rule = row.rule;
                    candidate.number = row.number;
                    candidate.until = row.until;
                }
            });
            (resource == keys.self ? self_ : slot(resource)) = {
                resource, static_cast<std::uint32_t>(first),
                static_cast<std::uint32_t>(candidates_.size() - first)};
        }
        count = 0;
    };
    const auto add = [&](Key key, Gathered& gathered) {
        if (!rows.has_rows(key)) {
            gathered = {key, 0, 0};
            return;
        }
        starts[count++].resource = key;
        if (count == starts.size()) {
            gather_now();
        }
    };
    const auto add_unless_gathered = [&](Key key) {
        if (Gathered& gathered = slot(key); gathered.key != key) {
            add(key, gathered);
        }
    };
    add_unless_gathered(any_key);
    if (keys.type != no_key) {
        add_unless_gathered(keys.type);
    }
    if (keys.ancestors != nullptr) {
        std::ranges::for_each(*keys.ancestors, add_unless_gathered);
    }
    // Last, since it is kept for this resource only.
    if (keys.self != no_key) {
        add(keys.self, self_);
    }
    if (count != 0) {
        gather_now();
    }
}

void Authorizer::gather_again(Key resource) {
    ResourceKeys one;
    one.type = resource;
    gather(one);
}

bool Authorizer::principal_and_action_fit(const Rule& rule, Key principal) const {
    // Under the key of an entity: in it or equal to it, and perhaps of a type.
    using enum ScopeConstraint::Form;
    const ScopeConstraint::Form form = rule.principal_form();
    return (rule.action_bits() & action_bits_) != 0 &&
           (form != equal || principal == principal_keys_.self) &&
           (form != is_in || principal_.uid.type() == rule.policy().principal().type) &&
           action_matches(rule.policy().action(), action_, action_groups_);
}

bool Authorizer::is_of_type(const Rule& rule) const {
    return resource_->uid.type() == rule.policy().resource().type;
}

Outcome::Kind Authorizer::evaluate(Candidate& candidate) {
    if (steps_ > limits::authorizer_steps_max) {
        return Outcome::Kind::error;  // for now only: another count may be set
    }
    const bool for_all = candidate.rule->ignores_resource();
    if (!candidate.seen || !for_all) {
        candidate.kind = evaluate_now(candidate);
        candidate.seen = for_all;
    }
    return candidate.kind;
}

Outcome::Kind Authorizer::lasts(const Candidate& candidate) const {
    if (candidate.until == PolicyIndex::no_end) {
        return Outcome::Kind::matched;
    }
    if (now_ == nullptr || !now_->is(ValueKind::datetime)) {
        return Outcome::Kind::error;
    }
    return now_->as_datetime() >= candidate.until ? Outcome::Kind::not_matched
                                                  : Outcome::Kind::matched;
}

Predicate Authorizer::effect_on_rows(Candidate& candidate, const RowType& type) {
    if (!candidate.rule->reads_row()) {
        const Outcome::Kind kind = evaluate(candidate);
        return Predicate::constant(kind == Outcome::Kind::matched ||
                                   (kind == Outcome::Kind::error && candidate.rule->forbids()));
    }
    const Outcome::Kind lasting = lasts(candidate);
    if (steps_ > limits::authorizer_steps_max || lasting != Outcome::Kind::matched) {
        return Predicate::constant(lasting != Outcome::Kind::not_matched &&
                                   candidate.rule->forbids());
    }
    return policy::effect_on_rows(candidate.rule->policy(), request(), entities_, type, steps_);
}

Outcome::Kind Authorizer::evaluate_now(const Candidate& candidate) {
    if (const Outcome::Kind lasting = lasts(candidate); lasting != Outcome::Kind::matched) {
        return lasting;
    }
    const Program& program = candidate.rule->program();
    if (program.is_empty()) {
        return Outcome::Kind::matched;
    }
    const Bindings bindings{request(), entities_, &principal_, resource_};
    return program.run(candidate.rule->policy().contents(), bindings, steps_);
}

std::string Authorizer::error_of(const Candidate& candidate) const {
    if (steps_ > limits::authorizer_steps_max) {
        return "too much work: more than " + std::to_string(limits::authorizer_steps_max) +
               " steps (authorizer_steps_max)";
    }
    if (candidate.until != PolicyIndex::no_end &&
        (now_ == nullptr || !now_->is(ValueKind::datetime))) {
        return "context.now is missing or no datetime, and the link ends at some time";
    }
    return evaluate_conditions(candidate.rule->policy().contents(), request(), entities_).error;
}

Authorization Authorizer::authorize(const Entity& resource, const ResourceKeys& keys) {
    Tally tally;
    for_each_candidate(resource, keys, [&](Candidate& candidate) {
        Outcome outcome{evaluate(candidate), {}};
        if (outcome.kind == Outcome::Kind::not_matched) {
            return;
        }
        if (outcome.kind == Outcome::Kind::error) {
            outcome.error = error_of(candidate);
        }
        tally.take(candidate.rule->policy(), std::move(outcome), id_of(candidate));
    });
    return std::move(tally).result();
}

Decision Authorizer::decide(const Entity& resource, const ResourceKeys& keys) {
    bool permitted = false;
    bool forbidden = false;
    for_each_candidate(resource, keys, [&](Candidate& candidate) {
        // A permit is worked out only while none has been found.
        if (forbidden || (permitted && !candidate.rule->forbids())) {
            return;
        }
        const Outcome::Kind kind = evaluate(candidate);
        if (candidate.rule->forbids()) {
            forbidden = kind != Outcome::Kind::not_matched;
        } else {
            permitted = kind == Outcome::Kind::matched;
        }
    });
    return permitted && !forbidden ? Decision::allow : Decision::deny;
}

}  // namespace charter::policy
