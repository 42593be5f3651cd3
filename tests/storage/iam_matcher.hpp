#pragma once

#include "charter/base/clock.hpp"
#include "charter/base/json.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace charter {

/// One request as IAM sees it.
struct IamRequest {
    std::string action;    // "s3:GetObject"
    std::string resource;  // "arn:aws:s3:::bucket/key"
    UtcTime now{};
    std::map<std::string, std::string> context;  // "s3:prefix"
};

/// Evaluates IAM policies as the providers do, as far as session policies of S3 need it, for
/// tests: Allow and Deny, wildcards, policy variables, conditions on strings and dates. What it
/// does not know makes a test fail, by an exception.
/// Source: IAM User Guide, "IAM JSON policy elements reference".
class IamMatcher {
public:
    explicit IamMatcher(const std::string& policy) {
        const Json statements = list(Json::parse(policy).at("Statement"));
        for (const Json& statement : statements) {
            statements_.push_back(read(statement));
        }
    }

    bool allows(const IamRequest& request) const {
        bool allowed = false;
        for (const Statement& statement : statements_) {
            if (!applies(statement, request)) {
                continue;
            }
            if (statement.denies) {
                return false;
            }
            allowed = true;
        }
        return allowed;
    }

    /// `*` is any text, also none and with "/"; `?` is one character. `${*}`, `${?}` and `${$}` are
    /// the characters themselves, other `${name}` the value of the request.
    static bool like(std::string_view text, std::string_view pattern, const IamRequest& request) {
        if (pattern.empty()) {
            return text.empty();
        }
        if (pattern.starts_with("${")) {
            const std::size_t end = pattern.find('}');
            if (end == std::string_view::npos) {
                throw std::invalid_argument("a variable without an end");
            }
            const std::string name(pattern.substr(2, end - 2));
            const std::string value =
                name == "*" || name == "?" || name == "$" ? name : request.context.at(name);
            return text.starts_with(value) &&
                   like(text.substr(value.size()), pattern.substr(end + 1), request);
        }
        if (pattern[0] == '*') {
            const std::string_view rest = pattern.substr(1);
            if (rest.empty()) {
                return true;
            }
            for (std::size_t i = 0; i <= text.size(); ++i) {
                if (like(text.substr(i), rest, request)) {
                    return true;
                }
            }
            return false;
        }
        return !text.empty() && (pattern[0] == '?' || pattern[0] == text[0]) &&
               like(text.substr(1), pattern.substr(1), request);
    }

private:
    using Texts = std::vector<std::string>;
    struct Condition {
        std::string how;
        std::string key;
        Texts values;
    };
    struct Statement {
        bool denies = false;
        Texts actions;
        Texts resources;
        std::vector<Condition> conditions;
        std::vector<UtcTime> ends;  // of DateLessThan on aws:CurrentTime
    };

    static Json list(const Json& value) { return value.is_array() ? value : Json::array({value}); }

    static Statement read(const Json& json) {
        Statement statement;
        for (const auto& [name, value] : json.items()) {
            if (name == "Effect") {
                statement.denies = value == "Deny";
            } else if (name == "Action") {
                statement.actions = list(value).get<Texts>();
            } else if (name == "Resource") {
                statement.resources = list(value).get<Texts>();
            } else if (name == "Condition") {
                read_conditions(value, statement);
            } else {
                throw std::invalid_argument("an element that the matcher does not know");
            }
        }
        return statement;
    }

    static void read_conditions(const Json& json, Statement& statement) {
        for (const auto& [how, keys] : json.items()) {
            for (const auto& [key, value] : keys.items()) {
                const Texts values = list(value).get<Texts>();
                if (how == "StringLike" || how == "StringEquals") {
                    statement.conditions.push_back(Condition{how, key, values});
                } else if (how == "DateLessThan" && key == "aws:CurrentTime" &&
                           values.size() == 1 && statement.ends.empty()) {
                    statement.ends.push_back(parse_time(values[0]).value());
                } else {
                    throw std::invalid_argument("a condition that the matcher does not know");
                }
            }
        }
    }

    static bool any_like(const Texts& patterns, std::string_view text, const IamRequest& request) {
        return std::ranges::any_of(
            patterns, [&](const std::string& pattern) { return like(text, pattern, request); });
    }

    static bool applies(const Statement& statement, const IamRequest& request) {
        return any_like(statement.actions, request.action, request) &&
               any_like(statement.resources, request.resource, request) &&
               std::ranges::all_of(statement.ends,
                                   [&](UtcTime end) { return request.now < end; }) &&
               std::ranges::all_of(statement.conditions, [&](const Condition& condition) {
                   return holds(condition, request);
               });
    }

    static bool holds(const Condition& condition, const IamRequest& request) {
        const auto found = request.context.find(condition.key);
        if (found == request.context.end()) {
            return false;
        }
        return condition.how == "StringLike"
                   ? any_like(condition.values, found->second, request)
                   : std::ranges::count(condition.values, found->second) > 0;
    }

    std::vector<Statement> statements_;
};

}  // namespace charter
