#pragma once

#include "charter/base/json.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>

namespace charter {

/// What plain (unquoted) YAML text stands for.
struct YamlScalar {
    explicit YamlScalar(Json resolved, std::string_view why = {})
        : value(std::move(resolved)), problem(why) {}

    Json value;
    std::string_view problem;  // why it is refused; empty when it is not
};

/// Null, boolean, integer or float by the core schema, otherwise the string
/// itself: dates, `yes` and `1:30` are strings.
/// Source: YAML 1.2.2 section 10.3.2.
YamlScalar resolve_yaml_scalar(const std::string& text);

}  // namespace charter
