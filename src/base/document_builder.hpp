#pragma once

#include "charter/base/json.hpp"

#include <nlohmann/json.hpp>

#include <optional>
#include <string>
#include <vector>

namespace charter {

/// Builds one Json value from the events of a parser and keeps the limits that
/// JSON and YAML share: depth, number of values, names. Every call that can
/// fail returns false then; error() says what is wrong and where.
class DocumentBuilder {
public:
    bool begin_object();
    bool begin_array();
    /// Closes the innermost container, which stays valid until the next event.
    const Json& end();
    bool key(std::string name);
    bool string(std::string value);
    /// null, boolean or a number.
    bool scalar(Json value);
    /// A finished value of `nodes` values and `depth` levels of containers.
    bool copy(const Json& value, std::size_t nodes, std::size_t depth);

    /// Refuses what comes next, at its place.
    bool fail(std::string detail);

    bool failed() const { return error_.has_value(); }
    const Error& error() const { return *error_; }
    std::size_t nodes() const { return nodes_; }
    Json take() { return std::move(root_); }

private:
    struct Open {
        Json* container;
        std::string key;  // of the member that is being read
    };

    bool begin(Json container);
    bool count(std::size_t nodes);
    Json& place(Json value);
    std::string pointer() const;

    Json root_;
    std::vector<Open> open_;
    std::size_t nodes_ = 0;
    std::optional<Error> error_;
};

}  // namespace charter
