#pragma once

// Policies decided in every way that there is, with the same answer expected of all.

#include "world.hpp"

#include "charter/policy/validate.hpp"

#include <memory>
#include <utility>

namespace charter::fuzz {

/// An index of some policies, and the policies that a scan needs for the same answer:
/// a template is linked twice, as a row of its rule and as a policy.
class Compared {
public:
    Compared(const std::vector<Policy>& policies, const Schema* schema) : schema_(schema) {
        for (const Policy& policy : policies) {
            const PolicyIndex::Number number = add(policy);
            if (policy.is_template()) {
                add_links(policy, number);
            }
        }
    }

    /// Takes out every second policy and row.
    void remove_half() {
        std::vector<Filed> left;
        for (std::size_t i = 0; i < filed_.size(); ++i) {
            const Filed& filed = filed_[i];
            if (i % 2 == 0) {
                left.push_back(filed);
            } else if (filed.row.number != 0) {
                expect(index.remove(filed.row), "a row is taken out");
            } else {
                index.remove(filed.number);
            }
        }
        filed_ = std::move(left);
    }

    std::vector<Policy> scanned() const {
        std::vector<Policy> policies;
        for (const Filed& filed : filed_) {
            policies.push_back(filed.policy);
        }
        return policies;
    }

    PolicyIndex index;

private:
    struct Filed {
        Policy policy;
        PolicyIndex::Number number = 0;
        PolicyIndex::Link row;  // of a link that is a row
    };

    PolicyIndex::Number add(const Policy& policy) {
        expect(index.add(++last_, std::make_shared<const Rule>(policy, schema_)),
               "a rule is added");
        if (!policy.is_template()) {
            filed_.push_back({policy, last_, {}});
        }
        return last_;
    }

    void add_links(const Policy& policy, PolicyIndex::Number template_number) {
        for (const auto& [principal, resource] :
             {std::pair{EntityUid("Group", "top"), EntityUid("Folder", "root")},
              std::pair{EntityUid("User", "a"), EntityUid("Doc", "d")}}) {
            PolicyIndex::Link row;
            row.number = ++last_;
            row.template_number = template_number;
            row.principal = index.key(principal);
            row.resource = index.key(resource);
            expect(index.add(row), "a link is added");
            SlotValues values;
            if (policy.principal().slot) {
                values.principal = principal;
            }
            if (policy.resource().slot) {
                values.resource = resource;
            }
            const auto linked = [&](const std::string& id) {
                return taken(link(policy, id, values), "a template is linked", policy.source());
            };
            filed_.push_back({linked(policy.id() + "/" + std::to_string(last_)), last_, row});
            add(linked(policy.id() + " linked " + std::to_string(last_)));
        }
    }

    const Schema* schema_;
    PolicyIndex::Number last_ = 0;
    std::vector<Filed> filed_;
};

inline Entity known(const EntityUid& uid) {
    const Entity* found = world_entities().find(uid);
    if (found != nullptr) {
        return *found;
    }
    Entity bare;
    bare.uid = uid;
    return bare;
}

inline std::span<const EntityUid> above(const Entity& entity) {
    return entity.ancestors == nullptr ? std::span<const EntityUid>() : entity.ancestors->uids();
}

/// What Authorizer::decide promises: official Cedar, but an erring forbid denies.
inline Decision strict(const Authorization& answer, const std::vector<Policy>& policies) {
    for (const EvaluationError& error : answer.errors) {
        for (const Policy& policy : policies) {
            if (policy.id() == error.policy && policy.effect() == Effect::forbid) {
                return Decision::deny;
            }
        }
    }
    return answer.decision;
}

/// One Authorizer for all resources, two of them once more, so that what is kept from one
/// to the next counts.
inline void compare_decisions(const Compared& compared) {
    const std::vector<Policy> policies = compared.scanned();
    std::vector<EntityUid> resources = world_resources();
    resources.insert(resources.end(), world_resources().begin(), world_resources().begin() + 2);
    for (const Question& question : world_questions()) {
        const Entity principal = known(question.principal);
        const PrincipalKeys keys =
            compared.index.known_principal_keys(principal.uid, above(principal));
        Authorizer authorizer(compared.index, world_entities(), principal, keys, question.action,
                              question.context);
        for (const EntityUid& uid : resources) {
            const Entity resource = known(uid);
            const ResourceKeys places = compared.index.known_resource_keys(uid, above(resource));
            const Authorization truth =
                authorize(policies, {question.principal, question.action, uid, question.context},
                          world_entities());
            expect(authorizer.decide(resource, places) == strict(truth, policies),
                   "the index decides as the scan", described(truth));
            expect_same("the index explains as the scan",
                        described(authorizer.authorize(resource, places)), described(truth));
        }
    }
}

/// Of all questions about all resources, those that conform to the schema.
inline const std::vector<Request>& conforming_requests() {
    static const std::vector<Request> requests = [] {
        std::vector<Request> all;
        for (const Question& question : world_questions()) {
            for (const EntityUid& uid : world_resources()) {
                all.push_back({question.principal, question.action, uid, question.context});
            }
        }
        std::erase_if(all, [](const Request& request) {
            return !check_request(world_schema(), request).has_value();
        });
        return all;
    }();
    return requests;
}

/// A valid policy errs for no reason that types could tell, is for the environments that
/// it says, and does not match when it is told to never apply.
inline void check_soundness(const Policy& policy) {
    const Validation validation = validate(policy, world_schema());
    if (!validation.valid()) {
        return;
    }
    const std::vector<Environment> all = environments(policy, world_schema());
    for (const Request& request : conforming_requests()) {
        const Environment here{request.principal.type(), request.action, request.resource.type()};
        expect(!scope_matches(policy, request, world_entities()) ||
                   std::ranges::find(all, here) != all.end(),
               "a scope matches in its environments", policy.source());
        const Outcome outcome = evaluate(policy, request, world_entities());
        expect(outcome.kind != Outcome::Kind::matched || validation.warnings.empty(),
               "what never applies never matches", policy.source());
        const auto because = [&](std::string_view reason) {
            return outcome.error.find(reason) != std::string::npos;
        };
        expect(outcome.kind != Outcome::Kind::error || because("overflow") ||
                   because("does not exist") || because("policy_steps_max"),
               "a valid policy has no type errors", outcome.error + "\n" + policy.source());
    }
}

/// All of the above.
inline void compare(const std::vector<Policy>& policies) {
    for (const Schema* schema : {static_cast<const Schema*>(nullptr), &world_schema()}) {
        Compared compared(policies, schema);
        compare_decisions(compared);
        compared.remove_half();
        compare_decisions(compared);
    }
    std::ranges::for_each(policies, check_soundness);
}

}  // namespace charter::fuzz
