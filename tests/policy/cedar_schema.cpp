// What our engine says of schemas, for comparison with the official one: a line
// {"form": "text" | "json", "schema": "…"} in, a line {"error"?, "translated"?} out.

#include "charter/policy/schema.hpp"

#include <nlohmann/json.hpp>

#include <iostream>
#include <string>

using namespace charter;

namespace {

nlohmann::json answer(const nlohmann::json& question) {
    const auto schema = question.at("schema").get<std::string>();
    const bool is_text = question.at("form") == "text";
    nlohmann::json out = nlohmann::json::object();
    const auto parsed =
        is_text ? policy::Schema::parse(schema) : policy::Schema::parse_json(schema);
    if (!parsed) {
        out["error"] = parsed.error().message();
    }
    const auto translated =
        is_text ? policy::schema_text_to_json(schema) : policy::schema_json_to_text(schema);
    if (translated) {
        out["translated"] = *translated;
    }
    return out;
}

}  // namespace

int main() {
    std::string line;
    while (std::getline(std::cin, line)) {
        std::cout << answer(nlohmann::json::parse(line)).dump() << '\n';
    }
}
