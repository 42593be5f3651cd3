#include "governance/fold.hpp"

#include <algorithm>

namespace charter {

const policy::EntityUid& mesh_uid() {
    static const policy::EntityUid uid("Mesh", "mesh");
    return uid;
}

policy::EntityUid domain_uid(std::string_view domain) {
    return {"Domain", domain};
}

policy::EntityUid team_uid(std::string_view domain) {
    return {"Team", domain};
}

policy::EntityUid owners_uid(std::string_view domain) {
    return {"Group", std::string(domain) + "/owners"};
}

policy::EntityUid stewards_uid(std::string_view domain) {
    return {"Group", std::string(domain) + "/stewards"};
}

policy::EntityUid principal_uid(const PrincipalName& name) {
    switch (name.kind) {
        case Kind::service: return {"Service", name.name};
        case Kind::engine: return {"Engine", name.name};
        case Kind::group: return {"Group", name.name};
        case Kind::domain: return team_uid(name.name);
        default: return {"User", name.name};
    }
}

policy::Value tags_value(const Tags& tags) {
    std::vector<policy::Value::Member> members;
    for (const auto& [key, values] : tags) {
        std::vector<policy::Value> set;
        for (const std::string& value : values) {
            set.push_back(policy::Value::string(value));
        }
        members.emplace_back(key, policy::Value::set(std::move(set)));
    }
    return policy::Value::record(std::move(members));
}

void append_tag_uses(const Tags& tags, std::vector<std::string>& uses) {
    for (const auto& [key, values] : tags) {
        uses.push_back("tag:" + key);
        for (const std::string& value : values) {
            uses.push_back("tag:" + key + "=" + value);
        }
    }
}

Place::Place(policy::PolicyIndex& rules, const Node& parent) : parents{parent.entity.uid} {
    std::vector<policy::EntityUid> above{parent.entity.uid};
    std::vector<policy::Key> above_keys{rules.key(parent.entity.uid)};
    if (parent.entity.ancestors != nullptr) {
        const std::span<const policy::EntityUid> further = parent.entity.ancestors->uids();
        above.insert(above.end(), further.begin(), further.end());
    }
    if (parent.keys.ancestors != nullptr) {
        above_keys.insert(above_keys.end(), parent.keys.ancestors->begin(),
                          parent.keys.ancestors->end());
    }
    ancestors = std::make_shared<const policy::AncestorSet>(std::move(above));
    keys = std::make_shared<const std::vector<policy::Key>>(std::move(above_keys));
}

NodePtr make_node(policy::PolicyIndex& rules, policy::EntityUid uid,
                  std::vector<policy::Value::Member> attributes, const Tags& tags,
                  const Place& place) {
    auto node = std::make_shared<Node>();
    node->keys.self = rules.key(uid);
    node->keys.type = rules.type_key(uid.type());
    node->keys.ancestors = place.keys;
    node->entity.uid = std::move(uid);
    node->entity.attributes = policy::Value::record(std::move(attributes));
    node->entity.tags = tags_value(tags);
    node->entity.parents = place.parents;
    node->entity.ancestors = place.ancestors;
    return node;
}

EvidencePtr make_evidence(std::string content) {
    const Digest hash = sha256(content);
    return std::make_shared<const Evidence>(Evidence{hash, std::move(content)});
}

const ColumnEntry* find_column(const World& world, const policy::EntityUid& uid) {
    if (uid.type() != "Column") {
        return nullptr;
    }
    // domain/product/port/column; the column's name may have slashes itself.
    const std::string_view path = uid.id();
    std::size_t end = 0;
    for (int part = 0; part < 3; ++part) {
        end = path.find('/', part == 0 ? 0 : end + 1);
        if (end == std::string_view::npos) {
            return nullptr;
        }
    }
    const PortPtr port = world.port(path.substr(0, end));
    if (!port) {
        return nullptr;
    }
    const std::string_view name = path.substr(end + 1);
    for (const std::vector<ColumnEntry>* columns : {&port->columns, &port->withdrawn}) {
        const auto found =
            std::find_if(columns->begin(), columns->end(),
                         [&](const ColumnEntry& column) { return column.name == name; });
        if (found != columns->end()) {
            return &*found;
        }
    }
    return nullptr;
}

}  // namespace charter
