#include "bench/policy_mesh.hpp"

#include <nlohmann/json.hpp>

#include <fstream>
#include <set>
#include <stdexcept>

namespace charter::bench {
namespace {

using Json = nlohmann::json;

constexpr std::int64_t now_ms = 1'780'000'000'000;

const char* const template_texts[] = {
    "@id(\"grant\") permit(principal in ?principal, action in [Action::\"read\", "
    "Action::\"metadata\"], resource in ?resource);",
    "@id(\"grant-for\") permit(principal in ?principal, action in [Action::\"read\", "
    "Action::\"metadata\"], resource in ?resource) when { context has purpose && "
    "[\"fraud\", \"analytics\"].contains(context.purpose) };"};

EntityUid user(std::size_t i) { return {"User", "u" + std::to_string(i)}; }
EntityUid group(std::size_t i) { return {"Group", "g" + std::to_string(i)}; }
EntityUid domain(std::size_t i) { return {"Domain", "d" + std::to_string(i)}; }
EntityUid product(std::size_t i) {
    return {"Product", domain(i / Mesh::products_per_domain).id() + "/p" + std::to_string(i)};
}
EntityUid port(std::size_t i) {
    return {"Port", product(i / Mesh::ports_per_product).id() + "/t" + std::to_string(i)};
}

constexpr std::size_t product_count = Mesh::domains * Mesh::products_per_domain;
constexpr std::size_t port_count = product_count * Mesh::ports_per_product;

Value strings(std::initializer_list<std::string> texts) {
    std::vector<Value> values;
    for (const std::string& text : texts) {
        values.push_back(Value::string(text));
    }
    return Value::set(std::move(values));
}

Json named(const EntityUid& uid) {
    return {{"type", uid.type()}, {"id", uid.id()}};
}

Json json_of(const Value& value) {
    switch (value.kind()) {
        case ValueKind::string:
            return value.as_string();
        case ValueKind::entity:
            return {{"__entity", named(value.as_entity())}};
        case ValueKind::set: {
            Json array = Json::array();
            for (const Value& element : value.as_set()) {
                array.push_back(json_of(element));
            }
            return array;
        }
        case ValueKind::record: {
            Json object = Json::object();
            for (const auto& [name, member] : value.as_record()) {
                object[name] = json_of(member);
            }
            return object;
        }
        case ValueKind::datetime: {
            const std::string offset = std::to_string(value.as_datetime()) + "ms";
            return {{"__extn",
                     {{"fn", "offset"},
                      {"args",
                       {{{"__extn", {{"fn", "datetime"}, {"arg", "1970-01-01"}}}},
                        {{"__extn", {{"fn", "duration"}, {"arg", offset}}}}}}}}};
        }
        default:
            throw std::logic_error("a value that the mesh does not have");
    }
}

}  // namespace

Mesh::Mesh(MeshSize size) {
    make_principals();
    make_resources();
    make_grants(size.grants);
    make_policies(size.policies);
    make_questions();
}

void Mesh::add_entity(Entity entity) {
    all_.push_back(std::move(entity));
}

void Mesh::make_principals() {
    for (std::size_t i = 0; i < groups; ++i) {
        Entity made;
        made.uid = group(i);
        add_entity(std::move(made));
    }
    for (std::size_t i = 0; i < users; ++i) {
        std::set<std::size_t> chosen;
        while (chosen.size() < groups_per_user) {
            chosen.insert(below(groups));
        }
        Entity made;
        made.uid = user(i);
        made.tags = Value::record({{"region", strings({i % 2 == 0 ? "eu" : "us"})},
                                   {"trained", strings({"gdpr", i % 3 == 0 ? "pci" : "sox"})}});
        for (const std::size_t each : chosen) {
            made.parents.push_back(group(each));
        }
        groups_of_.emplace_back(chosen.begin(), chosen.end());
        add_entity(std::move(made));
    }
    for (const char* name : {"read", "write", "discover", "describe"}) {
        Entity made;
        made.uid = EntityUid("Action", name);
        made.parents.emplace_back("Action",
                                  name[0] == 'r' || name[0] == 'w' ? "data" : "metadata");
        add_entity(std::move(made));
    }
}

void Mesh::make_resources() {
    for (std::size_t i = 0; i < domains; ++i) {
        Entity made;
        made.uid = domain(i);
        made.parents.emplace_back("Mesh", "mesh");
        made.attributes = Value::record({{"owners", Value::entity(group(i))}});
        add_entity(std::move(made));
    }
    const auto add = [&](EntityUid uid, EntityUid parent, std::size_t in_domain, std::size_t i) {
        Entity made;
        made.uid = std::move(uid);
        made.parents.push_back(std::move(parent));
        made.attributes = Value::record({{"domain", Value::entity(domain(in_domain))},
                                         {"status", Value::string("published")},
                                         {"visibility", Value::string("listed")}});
        made.tags = Value::record({{"class", strings({i % 5 == 0 ? "pii" : "plain"})},
                                   {"sensitivity", strings({i % 3 == 0 ? "high" : "low"})}});
        add_entity(std::move(made));
    };
    for (std::size_t i = 0; i < product_count; ++i) {
        add(product(i), domain(i / products_per_domain), i / products_per_domain, i);
    }
    for (std::size_t i = 0; i < port_count; ++i) {
        add(port(i), product(i / ports_per_product),
            i / ports_per_product / products_per_domain, i);
    }
    // Columns are made where a question asks for one: the others would only take room.
    for (std::size_t i = 0; i < questions_count; ++i) {
        const std::size_t at = i * (port_count / questions_count);
        add({"Column", port(at).id() + "/c" + std::to_string(i % columns_per_port)}, port(at),
            at / ports_per_product / products_per_domain, i);
    }
    entities = std::move(EntityMap::make(all_)).value();
}

void Mesh::make_grants(std::size_t count) {
    PolicyIndex::Number templates[2];
    for (std::size_t i = 0; i < 2; ++i) {
        const std::string id = i == 0 ? "grant" : "grant-for";
        auto parsed = parse_policy(id, template_texts[i]);
        templates[i] = numbers_++;
        index.add(templates[i], std::make_shared<const Rule>(std::move(parsed).value()));
    }
    // Names have keys from the start, so that what grants add is rows.
    for (const Entity& entity : all_) {
        index.key(entity.uid);
    }
    for (std::size_t i = 0; i < count; ++i) {
        Grant made;
        made.template_at = below(2);
        made.principal = below(2) == 0 ? user(below(users)) : group(below(groups));
        const std::size_t level = below(100);
        made.resource = level < 1    ? domain(below(domains))
                        : level < 20 ? product(below(product_count))
                                     : port(below(port_count));
        PolicyIndex::Link link;
        link.template_number = templates[made.template_at];
        link.principal = index.key(made.principal);
        link.resource = index.key(made.resource);
        link.number = numbers_++;
        link.until = now_ms + 86'400'000;
        index.add(link);
        grants_.push_back(std::move(made));
    }
    grant_row_bytes = index.row_bytes();
}

void Mesh::make_policies(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
        const std::string where = i % 2 == 0 ? "resource in " + domain(below(domains)).text()
                                             : "resource in " + product(below(product_count)).text();
        const std::string who =
            i % 3 == 0 ? "principal" : "principal in " + group(below(groups)).text();
        std::string text = "@id(\"p" + std::to_string(i) + "\") ";
        switch (i % 4) {
            case 0:
                text += "permit(" + who + ", action == Action::\"read\", " + where +
                        ") when { principal.hasTag(\"region\") && "
                        "principal.getTag(\"region\").contains(\"eu\") && "
                        "resource.getTag(\"sensitivity\").contains(\"low\") };";
                break;
            case 1:
                text += "permit(" + who + ", action in Action::\"data\", " + where +
                        ") when { context has purpose && "
                        "[\"fraud\", \"analytics\"].contains(context.purpose) && "
                        "context.now < datetime(\"2030-01-01\") };";
                break;
            case 2:
                text += "forbid(" + who + ", action in Action::\"data\", " + where +
                        ") when { resource.hasTag(\"class\") && "
                        "resource.getTag(\"class\").contains(\"pii\") } "
                        "unless { principal.hasTag(\"trained\") && "
                        "principal.getTag(\"trained\").containsAll([\"gdpr\"]) };";
                break;
            default:
                text += "forbid(" + who + ", action, " + where +
                        ") when { resource.status == \"retired\" || "
                        "context.now >= datetime(\"2031-06-01\") };";
                break;
        }
        auto parsed = parse_policy("p" + std::to_string(i), text);
        index.add(numbers_++, std::make_shared<const Rule>(std::move(parsed).value()));
        policy_texts_.push_back(std::move(text));
    }
}

std::vector<EntityUid> Mesh::above(const EntityUid& uid) const {
    const auto found = entities.find(uid)->ancestors->uids();
    return {found.begin(), found.end()};
}

void Mesh::make_questions() {
    for (std::size_t i = 0; i < users; ++i) {
        principals.push_back(index.principal_keys(user(i), above(user(i))));
    }
    const char* const purposes[] = {"fraud", "analytics", "marketing"};
    for (std::size_t i = 0; i < questions_count; ++i) {
        const std::size_t at = i * (port_count / questions_count);
        Question made;
        made.principal = below(users);
        made.principal_entity = entities.find(user(made.principal));
        const EntityUid column("Column",
                               port(at).id() + "/c" + std::to_string(i % columns_per_port));
        made.resource_entity = entities.find(column);
        made.context =
            Value::record({{"now", Value::datetime(now_ms)},
                           {"purpose", Value::string(purposes[below(3)])}});
        made.resource = index.resource_keys(column, above(column));
        questions.push_back(std::move(made));
    }
}

void Mesh::write(const std::string& folder) const {
    std::ofstream policies(folder + "/policies.cedar");
    for (const char* text : template_texts) {
        policies << text << "\n";
    }
    for (const std::string& text : policy_texts_) {
        policies << text << "\n";
    }
    Json links = Json::array();
    for (std::size_t i = 0; i < grants_.size(); ++i) {
        const Grant& grant = grants_[i];
        links.push_back({{"templateId", grant.template_at == 0 ? "grant" : "grant-for"},
                         {"newId", "g" + std::to_string(i)},
                         {"values",
                          {{"?principal", named(grant.principal)},
                           {"?resource", named(grant.resource)}}}});
    }
    Json list = Json::array();
    for (const Entity& entity : all_) {
        Json parents = Json::array();
        for (const EntityUid& parent : entity.parents) {
            parents.push_back(named(parent));
        }
        list.push_back({{"uid", named(entity.uid)},
                        {"attrs", json_of(entity.attributes)},
                        {"tags", json_of(entity.tags)},
                        {"parents", parents}});
    }
    Json requests = Json::array();
    for (const Question& question : questions) {
        requests.push_back({{"principal", named(question.principal_entity->uid)},
                            {"action", named(action)},
                            {"resource", named(question.resource_entity->uid)},
                            {"context", json_of(question.context)}});
    }
    std::ofstream(folder + "/links.json") << links;
    std::ofstream(folder + "/entities.json") << list;
    std::ofstream(folder + "/requests.json") << requests;
}

}  // namespace charter::bench
