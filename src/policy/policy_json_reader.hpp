#pragma once

#include "charter/base/json.hpp"
#include "charter/policy/policy.hpp"
#include "policy/ast_builder.hpp"

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace charter::policy {

/// Reads JSON values that have a fixed shape. What is wrong first is kept, with
/// its path; every function that gives nothing, false or no_index has failed.
class ShapeReader {
public:
    bool failed() const { return !error_.empty(); }
    Error error() const { return {ErrorCode::invalid_request, error_}; }
    bool fail(std::string_view detail);

    /// An object with all of `required` and nothing else but `optional`.
    bool members(const Json& json, std::initializer_list<std::string_view> required,
                 std::initializer_list<std::string_view> optional = {});
    std::optional<std::string> string(const Json& json, std::string_view name);
    std::optional<std::string> type_name(const Json& json, std::string_view name);
    /// {"type", "id"}, also as {"__entity": {"type", "id"}}.
    std::optional<EntityUid> entity(const Json& json);

    /// Goes down to a member; gives what ascend() needs to come back.
    std::size_t descend(std::string_view name);
    void ascend(std::size_t length) { path_.resize(length); }

    /// Goes down to a member while it lives.
    class Step {
    public:
        Step(ShapeReader& reader, std::string_view name)
            : reader_(reader), length_(reader.descend(name)) {}
        Step(ShapeReader& reader, std::size_t index) : Step(reader, std::to_string(index)) {}
        ~Step() { reader_.ascend(length_); }
        Step(const Step&) = delete;
        Step& operator=(const Step&) = delete;

    private:
        ShapeReader& reader_;
        std::size_t length_;
    };

private:
    std::string path_;
    std::string error_;
};

/// Reads the body of a condition into `contents`.
class ExpressionReader {
public:
    ExpressionReader(ShapeReader& shape, PolicyContents& contents)
        : shape_(shape), builder_(contents) {}

    Index expression(const Json& json, std::size_t level = 1);

private:
    Index operation(const std::string& word, const Json& body, std::size_t level);
    Index chain(const std::string& word, const Json& json, std::size_t level);
    Index binary(Op op, const Json& body, std::size_t level);
    Index argument(Op op, const Json& body, std::size_t level);
    Index conditional(const Json& body, std::size_t level);
    Index attribute(const Json& body, std::size_t level);
    Index has(const Json& body, std::size_t level);
    Index has_path(Index object, const std::vector<std::string>& names);
    Index like(const Json& body, std::size_t level);
    Index is(const Json& body, std::size_t level);
    Index call(ExtensionFunction function, const Json& arguments, std::size_t level);
    Index record(const Json& body, bool values, std::size_t level);
    Index value(const Json& json, std::size_t level);
    Index extension_value(const Json& json, std::size_t level);
    Index variable(const Json& body);

    Index part(const Json& body, std::string_view name, std::size_t level);
    std::optional<std::vector<Index>> parts(const Json& array, bool values, std::size_t level);
    std::optional<std::vector<std::string>> names(const Json& body);
    Index make(Op op, Index a, Index b = no_index, Index c = no_index);
    Index make_with_name(Op op, Index a, const std::string& name, Index c = no_index);
    Index make_list(Op op, std::span<const Index> entries,
                    ExtensionFunction function = ExtensionFunction::ip);
    Index fail(std::string_view detail) {
        shape_.fail(detail);
        return no_index;
    }
    bool too_deep(std::size_t level);

    ShapeReader& shape_;
    AstBuilder builder_;
};

/// A document of policies. Unlike schemas and entities it may nest without limit,
/// as chains of && do; whoever reads it limits what it recurses into.
Result<Json> parse_policy_json(std::string_view text);

/// A whole policy or template; its source is Cedar text made for it.
std::optional<Policy> read_policy(ShapeReader& shape, std::string id, const Json& json);

}  // namespace charter::policy
