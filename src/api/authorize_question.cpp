#include "api/authorize_question.hpp"

#include <algorithm>
#include <array>

namespace charter::api {

namespace {

constexpr std::array<std::string_view, 7> fields{"principal", "action",  "resource", "purpose",
                                                 "at",        "explain", "if"};

std::optional<std::string> text(const Json& document, const char* name) {
    const auto found = document.find(name);
    return found != document.end() && found->is_string()
               ? std::optional<std::string>(found->get<std::string>())
               : std::nullopt;
}

void check_fields(const Json& document, std::vector<Violation>& violations) {
    for (const auto& [name, value] : document.items()) {
        if (std::ranges::find(fields, name) == fields.end()) {
            violations.push_back({"/" + name, "unknown field `" + name + "`"});
        } else if (name == "explain") {
            if (!value.is_boolean()) {
                violations.push_back({"/explain", "true or false is expected"});
            }
        } else if (name != "if" && !value.is_string()) {
            violations.push_back({"/" + name, "a string is expected"});
        }
    }
}

/// Takes a name out of what is supposed: it is no field of the document.
std::string take_name(Json& document, const char* field, const std::string& pointer,
                      std::vector<Violation>& violations) {
    const auto found = document.find(field);
    if (found == document.end()) {
        return {};
    }
    std::string name;
    if (found->is_string() && check_name(found->get<std::string>())) {
        name = found->get<std::string>();
    } else {
        violations.push_back({pointer + "/" + field, "a name is expected"});
    }
    document.erase(found);
    return name;
}

std::string pointer_of(const Supposition& supposition) {
    return "/if/" + std::string(kind_name(supposition.kind));
}

std::optional<Supposition> read_supposition(const Json& value, std::vector<Violation>& violations) {
    Supposition supposition;
    const bool one = value.is_object() && value.size() == 1 && value.begin()->is_object();
    const std::string what = one ? value.begin().key() : std::string();
    if (what != "policy" && what != "guardrail" && what != "grant") {
        violations.push_back({"/if", "one of `policy`, `guardrail` and `grant` is expected"});
        return std::nullopt;
    }
    supposition.document = *value.begin();
    supposition.kind = what == "policy"      ? Kind::policy
                       : what == "guardrail" ? Kind::guardrail
                                             : Kind::grant;
    const std::string pointer = pointer_of(supposition);
    if (supposition.kind != Kind::grant) {
        supposition.name = take_name(supposition.document, "name", pointer, violations);
    }
    if (supposition.kind == Kind::policy) {
        if (!supposition.document.contains("domain")) {
            violations.push_back({pointer + "/domain", "`domain` is missing"});
        }
        supposition.domain = take_name(supposition.document, "domain", pointer, violations);
    }
    return supposition;
}

}  // namespace

Result<Question> read_question(const Json& document) {
    if (!document.is_object()) {
        return Error(ErrorCode::invalid_request, "the question is an object");
    }
    Question question;
    std::vector<Violation> violations;
    check_fields(document, violations);
    const auto take = [&](const char* name, auto&& parsed, auto& target) {
        if (parsed) {
            target = *parsed;
        } else {
            violations.push_back({std::string("/") + name, parsed.error().message()});
        }
    };
    if (const auto principal = text(document, "principal")) {
        take("principal", PrincipalName::parse(*principal), question.principal);
    }
    if (const auto action = text(document, "action"); action && parse_action(*action)) {
        question.action = *parse_action(*action);
    } else {
        violations.push_back({"/action", "an action of the Cedar schema is expected"});
    }
    if (const auto resource = text(document, "resource")) {
        take("resource", ResourcePath::parse(*resource), question.resource);
    } else if (!document.contains("resource")) {
        violations.push_back({"/resource", "`resource` is missing"});
    }
    question.purpose = text(document, "purpose");
    if (const auto at = text(document, "at")) {
        take("at", parse_time(*at), question.at);
    }
    question.explain = document.value("explain", Json()) == Json(true);
    if (const auto found = document.find("if"); found != document.end()) {
        question.supposition = read_supposition(*found, violations);
    }
    if (!violations.empty()) {
        const std::string message = violations.front().detail;
        return Error(ErrorCode::invalid_request, message, std::move(violations));
    }
    return question;
}

Error in_question(const Error& error, const Supposition& supposition) {
    return error.violations().empty() ? error : at_pointer(pointer_of(supposition), error);
}

}  // namespace charter::api
