#include "policy/policy_json_reader.hpp"

#include "policy/schema_names.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace charter::policy {

std::size_t ShapeReader::descend(std::string_view name) {
    const std::size_t length = path_.size();
    path_ += '/';
    for (const char c : name) {  // as RFC 6901 escapes
        path_ += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
    }
    return length;
}

bool ShapeReader::fail(std::string_view detail) {
    // The path of a place deep in a chain of && is long; its end says most.
    constexpr std::size_t shown_bytes_max = 400;
    if (!failed()) {
        std::string_view path = path_;
        std::string cut;
        if (path.size() > shown_bytes_max) {
            const std::size_t from = path.find('/', path.size() - shown_bytes_max);
            path.remove_prefix(std::min(from, path.size()));
            cut = "…";
        }
        error_ = cut + std::string(path.empty() && cut.empty() ? "/" : path) + ": " +
                 std::string(detail);
    }
    return false;
}

bool ShapeReader::members(const Json& json, std::initializer_list<std::string_view> required,
                          std::initializer_list<std::string_view> optional) {
    if (!json.is_object()) {
        return fail("expected an object");
    }
    for (const std::string_view name : required) {
        if (!json.contains(name)) {
            return fail("`" + std::string(name) + "` is missing");
        }
    }
    for (const auto& [name, member] : json.items()) {
        if (std::ranges::find(required, std::string_view(name)) == required.end() &&
            std::ranges::find(optional, std::string_view(name)) == optional.end()) {
            return fail("there is no member " + policy::quoted(name) + " here");
        }
    }
    return true;
}

std::optional<std::string> ShapeReader::string(const Json& json, std::string_view name) {
    const Step step(*this, name);
    const Json& member = json[std::string(name)];
    if (!member.is_string()) {
        fail("expected a string");
        return std::nullopt;
    }
    return member.get<std::string>();
}

std::optional<std::string> ShapeReader::type_name(const Json& json, std::string_view name) {
    auto type = string(json, name);
    if (type && !(is_path(*type) && is_declarable(*type))) {
        const Step step(*this, name);
        fail(policy::quoted(*type) + " is no name of a type");
        return std::nullopt;
    }
    return type;
}

std::optional<EntityUid> ShapeReader::entity(const Json& json) {
    if (json.is_object() && json.size() == 1 && json.contains("__entity")) {
        const Step step(*this, "__entity");
        return entity(json["__entity"]);
    }
    if (!members(json, {"type", "id"})) {
        return std::nullopt;
    }
    const auto type = type_name(json, "type");
    const auto id = type ? string(json, "id") : std::nullopt;
    return id ? std::optional(EntityUid(*type, *id)) : std::nullopt;
}

}  // namespace charter::policy
