#pragma once

// Policies in an index, asked as the scan of all policies is asked.

#include "charter/policy/authorize.hpp"
#include "charter/policy/schema.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace charter::testing {

using namespace charter::policy;

/// What was decided, in one line.
inline std::string described(const Authorization& answer) {
    std::string text = answer.decision == Decision::allow ? "allow:" : "deny:";
    const std::set<std::string> reasons(answer.determined_by.begin(), answer.determined_by.end());
    for (const std::string& id : reasons) {
        text += " " + id;
    }
    std::set<std::string> errors;
    for (const EvaluationError& error : answer.errors) {
        errors.insert(error.policy + " (" + error.message + ")");
    }
    for (const std::string& error : errors) {
        text += " ! " + error;
    }
    return text;
}

/// Official Cedar, but an erring forbid denies: what Authorizer::decide promises.
inline Decision strict(const Authorization& answer, const std::vector<Policy>& policies) {
    const bool closed = std::ranges::any_of(answer.errors, [&](const EvaluationError& error) {
        return std::ranges::any_of(policies, [&](const Policy& policy) {
            return policy.id() == error.policy && policy.effect() == Effect::forbid;
        });
    });
    return closed ? Decision::deny : answer.decision;
}

/// An index of some policies; half of the links are rows of their template's rule.
class Indexed {
public:
    explicit Indexed(const std::vector<Policy>& policies, const Schema* schema = nullptr)
        : schema_(schema) {
        for (const Policy& policy : policies) {
            add(policy, policies.size());
        }
    }

    void add(const Policy& policy, std::size_t salt) {
        const auto rule = std::make_shared<const Rule>(policy, schema_);
        if (policy.is_template()) {
            add(policy.id(), rule);
            return;
        }
        if (policy.template_id() && (salt + numbers_.size()) % 2 == 0) {
            PolicyIndex::Link row;
            row.number = ++last_number_;
            row.template_number = numbers_.at(std::string(*policy.template_id()));
            row.principal = index.key(policy.principal().entity);
            row.resource = index.key(policy.resource().entity);
            EXPECT_TRUE(index.add(row));
            names_[std::string(*policy.template_id()) + "/" + std::to_string(row.number)] =
                policy.id();
            links_[policy.id()] = row;
            return;
        }
        add(policy.id(), rule);
    }

    void add(const std::string& id, std::shared_ptr<const Rule> rule) {
        numbers_[id] = ++last_number_;
        EXPECT_TRUE(index.add(last_number_, rule));
        EXPECT_FALSE(index.add(last_number_, rule));
    }

    void remove(const Policy& policy) {
        if (const auto row = links_.find(policy.id()); row != links_.end()) {
            EXPECT_TRUE(index.remove(row->second));
            EXPECT_FALSE(index.remove(row->second));
        } else {
            index.remove(numbers_.at(policy.id()));
        }
    }

    /// Rows get back the names of the links they stand for.
    Authorization named(Authorization answer) const {
        for (std::string& id : answer.determined_by) {
            id = name(id);
        }
        for (EvaluationError& error : answer.errors) {
            error.policy = name(error.policy);
        }
        return answer;
    }

    PolicyIndex index;

private:
    std::string name(const std::string& id) const {
        const auto found = names_.find(id);
        return found == names_.end() ? id : found->second;
    }

    const Schema* schema_;
    PolicyIndex::Number last_number_ = 0;
    std::map<std::string, PolicyIndex::Number> numbers_;
    std::map<std::string, PolicyIndex::Link> links_;
    std::map<std::string, std::string> names_;
};

/// The entity, or one that has nothing but its name.
inline Entity known(const Entities& entities, const EntityUid& uid) {
    const Entity* found = entities.find(uid);
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

/// A resource with its keys as the index knows them now.
struct Resource {
    Resource(const PolicyIndex& index, const Entities& entities, const EntityUid& uid)
        : entity(known(entities, uid)), keys(index.known_resource_keys(uid, above(entity))) {}

    Entity entity;
    ResourceKeys keys;
};

/// Asks the index for one principal, action and context.
struct Asked {
    Asked(const PolicyIndex& index, const Entities& entities, const Request& request)
        : asked(request),
          principal(known(entities, request.principal)),
          keys(index.known_principal_keys(request.principal, above(principal))),
          authorizer(index, entities, principal, keys, asked.action, asked.context) {}

    Authorization authorize(const Resource& resource) {
        return authorizer.authorize(resource.entity, resource.keys);
    }

    Request asked;
    Entity principal;
    PrincipalKeys keys;
    Authorizer authorizer;
};

}  // namespace charter::testing
