// Any bytes as a Cedar schema, as text and as JSON.

#include "fuzz.hpp"

#include "charter/policy/schema.hpp"

using namespace charter::fuzz;

namespace {

/// All that a schema declares.
std::string described(const Schema& schema) {
    std::string all;
    const auto add = [&](std::string_view what, const auto& names) {
        all += what;
        for (const auto& name : names) {
            if constexpr (requires { name.text(); }) {
                all += " " + name.text();
            } else {
                all += " " + charter::policy::quoted(name);
            }
        }
    };
    for (const auto& [name, type] : schema.entity_types()) {
        all += "\nentity " + name + type.attributes.text();
        all += type.tags ? " tags " + type.tags->text() : "";
        add(" in", type.parents);
        add(" below", type.ancestors);
        add(" enum", type.ids);
    }
    for (const auto& [uid, action] : schema.actions()) {
        all += "\naction " + uid.text();
        add(" in", action.parents);
        add(" below", action.ancestors);
        if (action.principals.empty() || action.resources.empty()) {
            continue;  // text does not say to what, when it applies to nothing
        }
        add(" by", action.principals);
        add(" on", action.resources);
        all += action.context.text();
    }
    return all;
}

/// A schema in JSON, without what an action that applies to nothing says of it.
std::string reduced(std::string_view json) {
    Json schema = Json::parse(json);
    for (Json& part : schema) {
        for (Json& action : part["actions"]) {
            const Json applies = action.value("appliesTo", Json::object());
            if (applies.empty() || applies.at("principalTypes").empty() ||
                applies.at("resourceTypes").empty()) {
                action.erase("appliesTo");
            }
        }
    }
    return schema.dump();
}

std::string resolved(const charter::Result<Schema>& schema) {
    return schema ? described(*schema) : "refused";
}

void check_text(std::string_view text) {
    const auto json = schema_text_to_json(text);
    const auto schema = Schema::parse(text);
    if (!json) {
        expect(!schema || over_limit(json.error()), "what is a schema is translated",
               json.error().message());
        return;
    }
    const auto same = Schema::parse_json(*json);
    if (!same && over_limit(same.error())) {
        return;
    }
    if (resolved(schema) != resolved(same)) {
        broken("a schema means the same in JSON",
               (same ? "" : same.error().message()) + *json + resolved(same),
               (schema ? "" : schema.error().message()) + resolved(schema));
    }
    const auto back = schema_json_to_text(*json);
    if (!back) {
        expect(!schema || over_limit(back.error()), "JSON that came from text becomes text",
               back.error().message() + "\n" + *json);
        return;
    }
    expect_same("text, JSON, text, JSON is stable",
                reduced(taken(schema_text_to_json(*back), "translated text is translated", *back)),
                reduced(*json));
    expect_same("translated text means the same", resolved(Schema::parse(*back)), resolved(schema));
}

void check_json(std::string_view json) {
    const auto schema = Schema::parse_json(json);
    const auto text = schema_json_to_text(json);
    if (!text) {
        return;
    }
    if (schema) {
        const Schema same = taken(Schema::parse(*text), "a schema's text is a schema", *text);
        expect_same("a schema means the same as text", described(same), described(*schema));
    }
    check_text(*text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes = text_of(data, size);
    check_text(bytes);
    check_json(bytes);
    return 0;
}
