// What our engine says of schemas and of what is checked against one, for comparison
// with the official engine: a question in each line, an answer {"error"?, "translated"?}
// for each. Questions:
//   {"form": "text" | "json", "schema"}
//   {"form": "entities", "schema", "entities"}                 entities as JSON text
//   {"form": "request", "schema", "principal", "action", "resource", "context"}

#include "charter/policy/schema.hpp"
#include "policy/entities_json.hpp"
#include "policy/json_text.hpp"

#include <nlohmann/json.hpp>

#include <iostream>
#include <string>

using namespace charter;

namespace {

using Question = nlohmann::json;

Result<std::string> translate(const Question& question) {
    const auto schema = question.at("schema").get<std::string>();
    const bool is_text = question.at("form") == "text";
    const auto parsed =
        is_text ? policy::Schema::parse(schema) : policy::Schema::parse_json(schema);
    if (!parsed) {
        return parsed.error();
    }
    const auto translated =
        is_text ? policy::schema_text_to_json(schema) : policy::schema_json_to_text(schema);
    return translated ? *translated : std::string();
}

Result<std::string> check_entities(const Question& question, const policy::Schema& schema) {
    const auto json = policy::parse_cedar_json(question.at("entities").get<std::string>());
    if (!json) {
        return json.error();
    }
    const auto entities = policy::entities_from_json(*json, schema);
    return entities ? Result<std::string>(std::string()) : entities.error();
}

Result<std::string> check_request(const Question& question, const policy::Schema& schema) {
    policy::Request request;
    for (const auto& [name, uid] :
         {std::pair{"principal", &request.principal}, std::pair{"action", &request.action},
          std::pair{"resource", &request.resource}}) {
        const auto read = policy::entity_uid_from_json(question.at(name));
        if (!read) {
            return read.error();
        }
        *uid = *read;
    }
    const auto context = policy::context_from_json(question.at("context"), schema, request.action);
    if (!context) {
        return context.error();
    }
    request.context = *context;
    const auto checked = policy::check_request(schema, request);
    return checked ? Result<std::string>(std::string()) : checked.error();
}

Result<std::string> answer(const Question& question) {
    const auto form = question.at("form").get<std::string>();
    if (form == "text" || form == "json") {
        return translate(question);
    }
    const auto schema = policy::Schema::parse(question.at("schema").get<std::string>());
    if (!schema) {
        return schema.error();
    }
    return form == "entities" ? check_entities(question, *schema)
                              : check_request(question, *schema);
}

}  // namespace

int main() {
    std::string line;
    while (std::getline(std::cin, line)) {
        auto out = nlohmann::json::object();
        if (const auto answered = answer(Question::parse(line)); !answered) {
            out["error"] = answered.error().message();
        } else if (!answered->empty()) {
            out["translated"] = *answered;
        }
        std::cout << out.dump() << '\n';
    }
}
