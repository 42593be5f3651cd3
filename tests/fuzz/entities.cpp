// Any bytes as entities, a context and a value in JSON, with and without a schema.

#include "world.hpp"

#include "policy/entities_json.hpp"
#include "policy/json_text.hpp"

#include <nlohmann/json.hpp>

using namespace charter::fuzz;

namespace {

std::string described(const Entity& entity) {
    std::string text =
        entity.uid.text() + entity.attributes.to_cedar_text() + entity.tags.to_cedar_text();
    for (const EntityUid& parent : entity.parents) {
        text += " " + parent.text();
    }
    return text;
}

/// The entities of a document that was read.
std::vector<Entity> listed(const Json& json, const EntityMap& entities) {
    std::vector<Entity> all;
    for (const Json& element : json) {
        const EntityUid uid =
            taken(entity_uid_from_json(element.at("uid")), "a uid is read", element.dump());
        const Entity* found = entities.find(uid);
        expect(found != nullptr, "what was read is there", uid.text());
        all.push_back(*found);
    }
    return all;
}

/// What a schema changes is how values are read, not what conforms.
void check_entities_agree(const Json& json) {
    const auto typed = entities_from_json(json, world_schema());
    if (typed) {
        const auto checked = check_entities(world_schema(), listed(json, *typed));
        expect(checked.has_value(), "what was read with a schema conforms",
               checked ? "" : checked.error().message());
    }
    const auto plain = entities_from_json(json);
    if (!plain) {
        return;
    }
    const std::vector<Entity> all = listed(json, *plain);
    if (!check_entities(world_schema(), all)) {
        return;
    }
    expect(typed.has_value(), "what conforms is read with the schema",
           typed ? "" : typed.error().message());
    for (const Entity& entity : all) {
        expect_same("an entity is read the same", described(*typed->find(entity.uid)),
                    described(entity));
    }
}

/// Whether a context conforms is for check_request to say.
void check_context(const Json& json) {
    Request request{{"User", "a"}, {"Action", "read"}, {"Doc", "d"}};
    const auto typed = context_from_json(json, world_schema(), request.action);
    const auto plain = value_from_json(json);
    if (!plain || !plain->is(ValueKind::record)) {
        return;
    }
    request.context = *plain;
    if (check_request(world_schema(), request)) {
        expect(typed.has_value(), "a context that conforms is read",
               typed ? "" : typed.error().message());
        expect_same("a context is read the same", typed->to_cedar_text(), plain->to_cedar_text());
    }
}

/// A value's text gives the value.
void check_text(const Json& json) {
    const auto value = value_from_json(json);
    if (!value) {
        return;
    }
    const std::string text =
        "permit(principal, action, resource) when { context.v == " + value->to_cedar_text() + " };";
    const auto policy = parse_policy("p", text);
    if (!policy && over_limit(policy.error())) {
        return;
    }
    expect(policy.has_value(), "a value's text parses",
           policy ? "" : policy.error().message() + "\n" + text);
    const Outcome outcome = evaluate(
        *policy, {{"User", "a"}, {"Action", "read"}, {"Doc", "d"}, Value::record({{"v", *value}})},
        world_entities());
    expect(
        outcome.kind == Outcome::Kind::matched || outcome.error.find("_max") != std::string::npos,
        "a value's text gives the value", outcome.error + "\n" + text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto json = parse_cedar_json(text_of(data, size));
    if (json) {
        check_entities_agree(*json);
        check_context(*json);
        check_text(*json);
    }
    return 0;
}
