#pragma once

#include "charter/governance/world.hpp"

namespace charter {

// Small pure pieces of the fold: names of entities, nodes, tags as Cedar values.

const policy::EntityUid& mesh_uid();
policy::EntityUid domain_uid(std::string_view domain);
policy::EntityUid team_uid(std::string_view domain);
/// Group::"customer/owners", Group::"customer/stewards": the synthetic groups of
/// a domain. A stored group's name has no slash, so the two cannot meet.
policy::EntityUid owners_uid(std::string_view domain);
policy::EntityUid stewards_uid(std::string_view domain);
/// The entity of a principal; a domain's is its team.
policy::EntityUid principal_uid(const PrincipalName& name);

policy::Value tags_value(const Tags& tags);
/// "tag:class" and "tag:class=pii" for each of the tags.
void append_tag_uses(const Tags& tags, std::vector<std::string>& uses);

/// What lies directly below a node has these above it, and shares them.
struct Place {
    Place() = default;  // below nothing
    Place(policy::PolicyIndex& rules, const Node& parent);

    std::vector<policy::EntityUid> parents;
    std::shared_ptr<const policy::AncestorSet> ancestors;
    std::shared_ptr<const std::vector<policy::Key>> keys;
};

/// A resource in its place. `rules` gives it its key.
NodePtr make_node(policy::PolicyIndex& rules, policy::EntityUid uid,
                  std::vector<policy::Value::Member> attributes, const Tags& tags,
                  const Place& place);

EvidencePtr make_evidence(std::string content);

/// The column an entity names ("customer/customers/files/c_login"), withdrawn ones too, or null.
const ColumnEntry* find_column(const World& world, const policy::EntityUid& uid);

}  // namespace charter
