// Sets of policies in JSON.

#include "charter/policy/policy_json.hpp"
#include "policy/json_text.hpp"
#include "policy/policy_json_reader.hpp"

#include <nlohmann/json.hpp>

#include <limits>

namespace charter::policy {
namespace {

using Step = ShapeReader::Step;

enum class Wanted { policies, templates };

bool read_policies(ShapeReader& shape, const Json& json, Wanted wanted, PolicySet& out) {
    if (!json.is_object()) {
        return shape.fail("expected an object of policies by id");
    }
    for (const auto& [id, member] : json.items()) {
        const Step step(shape, id);
        auto policy = read_policy(shape, id, member);
        if (!policy) {
            return false;
        }
        if (policy->is_template() != (wanted == Wanted::templates)) {
            return shape.fail(policy->is_template() ? "a policy without slots is expected here"
                                                    : "a template, with a slot, is expected here");
        }
        if (const auto added = out.add(std::move(*policy)); !added) {
            return shape.fail(added.error().message());
        }
    }
    return true;
}

/// How a kind of file writes a link.
struct LinkNames {
    std::string_view template_id;
    std::string_view link_id;
    std::string_view values;
};
constexpr LinkNames set_names{"templateId", "newId", "values"};
constexpr LinkNames file_names{"template_id", "link_id", "args"};

/// A link file names entities in Cedar text.
std::optional<EntityUid> read_entity(ShapeReader& shape, const Json& json) {
    if (!json.is_string()) {
        return shape.entity(json);
    }
    const auto parsed = parse_entity_uid(json.get_ref<const std::string&>());
    if (!parsed) {
        shape.fail(parsed.error().message());
        return std::nullopt;
    }
    return *parsed;
}

std::optional<SlotValues> read_values(ShapeReader& shape, const Json& json) {
    if (!shape.members(json, {}, {"?principal", "?resource"})) {
        return std::nullopt;
    }
    SlotValues values;
    for (const auto& [slot, member] : json.items()) {
        const Step step(shape, slot);
        auto entity = read_entity(shape, member);
        if (!entity) {
            return std::nullopt;
        }
        (slot == "?principal" ? values.principal : values.resource) = std::move(*entity);
    }
    return values;
}

bool read_link(ShapeReader& shape, const Json& json, const LinkNames& names, PolicySet& out) {
    if (!shape.members(json, {names.template_id, names.link_id, names.values})) {
        return false;
    }
    const auto template_id = shape.string(json, names.template_id);
    const auto link_id = template_id ? shape.string(json, names.link_id) : std::nullopt;
    if (!link_id) {
        return false;
    }
    const Step step(shape, names.values);
    const auto values = read_values(shape, json[std::string(names.values)]);
    if (!values) {
        return false;
    }
    const auto linked = out.link(*template_id, *link_id, *values);
    return linked || shape.fail(linked.error().message());
}

bool read_links(ShapeReader& shape, const Json& json, PolicySet& out) {
    if (!json.is_array()) {
        return shape.fail("expected an array of links");
    }
    for (std::size_t i = 0; i < json.size(); ++i) {
        const Step step(shape, i);
        const bool of_file = json[i].is_object() && json[i].contains("template_id");
        if (!read_link(shape, json[i], of_file ? file_names : set_names, out)) {
            return false;
        }
    }
    return true;
}

}  // namespace

Result<Json> parse_policy_json(std::string_view text) {
    return parse_cedar_json(text, std::numeric_limits<std::size_t>::max());
}

Result<PolicySet> policy_set_from_json(std::string_view json) {
    const Result<Json> document = parse_policy_json(json);
    if (!document) {
        return document.error();
    }
    ShapeReader shape;
    PolicySet policies;
    if (document->is_object() && document->contains("effect")) {
        const auto policy = read_policy(shape, "policy0", *document);
        if (!policy || !policies.add(under_own_id(*policy))) {
            return shape.error();
        }
        return policies;
    }
    if (!shape.members(*document, {}, {"staticPolicies", "templates", "templateLinks"})) {
        return shape.error();
    }
    for (const auto& [name, wanted] : {std::pair{"staticPolicies", Wanted::policies},
                                       std::pair{"templates", Wanted::templates}}) {
        const Step step(shape, name);
        if (document->contains(name) &&
            !read_policies(shape, (*document)[name], wanted, policies)) {
            return shape.error();
        }
    }
    const Step step(shape, "templateLinks");
    if (document->contains("templateLinks") &&
        !read_links(shape, (*document)["templateLinks"], policies)) {
        return shape.error();
    }
    return policies;
}

Result<void> add_links_from_json(PolicySet& policies, std::string_view json) {
    const Result<Json> document = parse_policy_json(json);
    if (!document) {
        return document.error();
    }
    ShapeReader shape;
    PolicySet added = policies;
    if (!read_links(shape, *document, added)) {
        return shape.error();
    }
    policies = std::move(added);
    return {};
}

}  // namespace charter::policy
