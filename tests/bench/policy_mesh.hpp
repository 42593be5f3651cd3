#pragma once

// A mesh of rules for measuring decisions: five levels of resources, principals in
// 50 groups, policies with tag, purpose and time conditions, and grants as links.

#include "charter/policy/authorize.hpp"
#include "charter/policy/policy_index.hpp"

#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace charter::bench {

using namespace charter::policy;

/// How large a mesh is. Grants and policies are spread over the same resources
/// whatever their number.
struct MeshSize {
    std::size_t policies = 1'000;
    std::size_t grants = 1'000;
};

/// One grant: a link of one of the two templates.
struct Grant {
    std::size_t template_at = 0;
    EntityUid principal;
    EntityUid resource;
};

/// One prepared question: keys are kept with entities, as a server does.
struct Question {
    std::size_t principal = 0;  // in Mesh::principals
    const Entity* principal_entity = nullptr;
    const Entity* resource_entity = nullptr;
    ResourceKeys resource;
    Value context;
};

/// Everything is made from a fixed seed.
class Mesh {
public:
    static constexpr std::size_t domains = 100;
    static constexpr std::size_t products_per_domain = 100;
    static constexpr std::size_t ports_per_product = 5;
    static constexpr std::size_t columns_per_port = 10;
    static constexpr std::size_t users = 10'000;
    /// So many that a million grants on the same resources give a question no more
    /// candidates than a thousand do: what is measured is the index, not the rules.
    static constexpr std::size_t groups = 20'000;
    static constexpr std::size_t groups_per_user = 50;
    static constexpr std::size_t questions_count = 512;

    explicit Mesh(MeshSize size);

    /// For the official engine: policies.cedar, links.json, entities.json, requests.json.
    void write(const std::string& folder) const;

    const EntityUid action{"Action", "read"};
    PolicyIndex index;
    EntityMap entities;
    std::vector<Question> questions;
    std::vector<PrincipalKeys> principals;
    std::size_t grant_row_bytes = 0;  // of the rows that grants added

private:
    void make_principals();
    void make_resources();
    void make_policies(std::size_t count);
    void make_grants(std::size_t count);
    void make_questions();
    void add_entity(Entity entity);
    EntityUid port_of(std::size_t number) const;
    std::vector<EntityUid> above(const EntityUid& uid) const;
    std::size_t below(std::size_t count) { return random_() % count; }

    std::mt19937_64 random_{42};
    PolicyIndex::Number numbers_ = 1;
    std::vector<Entity> all_;
    std::vector<std::vector<std::size_t>> groups_of_;
    std::vector<std::string> policy_texts_;
    std::vector<Grant> grants_;
};

}  // namespace charter::bench
