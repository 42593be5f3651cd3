#include "policy/policy_json_reader.hpp"

#include "charter/policy/policy_json.hpp"
#include "charter/policy/policy_text.hpp"
#include "policy/json_text.hpp"
#include "policy/policy_printer.hpp"
#include "policy/schema_names.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace charter::policy {
namespace {

using Step = ShapeReader::Step;

/// The effect, the scope and what is around the conditions.
class PolicyReader {
public:
    explicit PolicyReader(ShapeReader& shape) : shape_(shape) {}

    /// Null on failure.
    std::shared_ptr<const PolicyContents> read(const Json& json) {
        const bool good =
            shape_.members(json, {"effect", "principal", "action", "resource", "conditions"},
                           {"annotations"}) &&
            effect(json) && constraint(json, "principal", contents_->principal) &&
            action(json["action"]) && constraint(json, "resource", contents_->resource) &&
            conditions(json["conditions"]) &&
            (!json.contains("annotations") || annotations(json["annotations"]));
        return good ? contents_ : nullptr;
    }

private:
    bool effect(const Json& json) {
        const Step step(shape_, "effect");
        const Json& effect = json["effect"];
        if (effect != "permit" && effect != "forbid") {
            return shape_.fail("expected \"permit\" or \"forbid\"");
        }
        contents_->effect = effect == "permit" ? Effect::permit : Effect::forbid;
        return true;
    }

    /// The operator of a constraint, or "" on failure.
    std::string operation(const Json& json) {
        if (!json.is_object() || !json.contains("op")) {
            shape_.fail("expected an object with `op`");
            return {};
        }
        const auto op = shape_.string(json, "op");
        return op == "all" ? "All" : op.value_or("");
    }

    /// Always false.
    bool unknown_operation() {
        const Step step(shape_, "op");
        return shape_.fail("there is no such operator in this part of the scope");
    }

    bool constraint(const Json& policy, std::string_view name, ScopeConstraint& constraint) {
        using enum ScopeConstraint::Form;
        const Step step(shape_, name);
        const Json& json = policy[std::string(name)];
        const std::string op = operation(json);
        if (op == "All") {
            return shape_.members(json, {"op"});
        }
        if (op == "==" || op == "in") {
            constraint.form = op == "in" ? in : equal;
            return place(json, name, true, constraint);
        }
        if (op != "is") {
            return unknown_operation();
        }
        const auto type = shape_.members(json, {"op", "entity_type"}, {"in"})
                              ? shape_.type_name(json, "entity_type")
                              : std::nullopt;
        if (!type) {
            return false;
        }
        constraint.form = is;
        constraint.type = *type;
        if (!json.contains("in")) {
            return true;
        }
        constraint.form = is_in;
        const Step in_step(shape_, "in");
        return place(json["in"], name, false, constraint);
    }

    /// An entity or the slot of this part of the scope.
    bool place(const Json& json, std::string_view name, bool with_op,
               ScopeConstraint& constraint) {
        const bool slot = json.is_object() && json.contains("slot");
        const std::string_view kind = slot ? "slot" : "entity";
        if (with_op ? !shape_.members(json, {"op", kind}) : !shape_.members(json, {kind})) {
            return false;
        }
        if (!slot) {
            const Step step(shape_, "entity");
            auto entity = shape_.entity(json["entity"]);
            constraint.entity = entity.value_or(EntityUid());
            return entity.has_value();
        }
        const Step step(shape_, "slot");
        constraint.slot = json["slot"] == "?" + std::string(name);
        return constraint.slot || shape_.fail("expected \"?" + std::string(name) + "\"");
    }

    bool action(const Json& json) {
        using enum ActionConstraint::Form;
        const Step step(shape_, "action");
        const std::string op = operation(json);
        if (op == "All") {
            return shape_.members(json, {"op"});
        }
        if (op != "==" && op != "in") {
            return unknown_operation();
        }
        if (op == "==" || !json.contains("entities")) {
            contents_->action.form = op == "==" ? equal : in;
            if (!shape_.members(json, {"op", "entity"})) {
                return false;
            }
            const Step entity_step(shape_, "entity");
            return action_entity(json["entity"]);
        }
        contents_->action.form = in_set;
        if (!shape_.members(json, {"op", "entities"})) {
            return false;
        }
        const Json& entities = json["entities"];
        const Step entities_step(shape_, "entities");
        if (!entities.is_array()) {
            return shape_.fail("expected an array");
        }
        for (std::size_t i = 0; i < entities.size(); ++i) {
            const Step element_step(shape_, i);
            if (!action_entity(entities[i])) {
                return false;
            }
        }
        return true;
    }

    bool action_entity(const Json& json) {
        auto entity = shape_.entity(json);
        if (!entity) {
            return false;
        }
        if (entity->type() != "Action" && !entity->type().ends_with("::Action")) {
            return shape_.fail("expected an entity of type `Action`, found `" + entity->text() +
                               "`");
        }
        contents_->action.entities.push_back(std::move(*entity));
        return true;
    }

    bool conditions(const Json& json) {
        const Step step(shape_, "conditions");
        if (!json.is_array()) {
            return shape_.fail("expected an array");
        }
        ExpressionReader reader(shape_, *contents_);
        for (std::size_t i = 0; i < json.size(); ++i) {
            const Step condition_step(shape_, i);
            const Json& condition = json[i];
            if (!shape_.members(condition, {"kind", "body"})) {
                return false;
            }
            if (condition["kind"] != "when" && condition["kind"] != "unless") {
                const Step kind_step(shape_, "kind");
                return shape_.fail("expected \"when\" or \"unless\"");
            }
            const Step body_step(shape_, "body");
            const Index body = reader.expression(condition["body"]);
            if (body == no_index) {
                return false;
            }
            contents_->conditions.push_back({condition["kind"] == "unless", body});
        }
        return true;
    }

    bool annotations(const Json& json) {
        const Step step(shape_, "annotations");
        if (!json.is_object()) {
            return shape_.fail("expected an object");
        }
        for (const auto& [name, value] : json.items()) {
            const Step name_step(shape_, name);
            if (!is_word(name)) {
                return shape_.fail("an annotation has an identifier for its name");
            }
            if (!value.is_null() && !value.is_string()) {
                return shape_.fail("expected a string or null");
            }
            contents_->annotations.push_back(
                {name, value.is_null() ? "" : value.get<std::string>(), value.is_null()});
        }
        return true;
    }

    ShapeReader& shape_;
    std::shared_ptr<PolicyContents> contents_ = std::make_shared<PolicyContents>();
};

}  // namespace

std::optional<Policy> read_policy(ShapeReader& shape, std::string id, const Json& json) {
    auto contents = PolicyReader(shape).read(json);
    if (contents == nullptr) {
        return std::nullopt;
    }
    // Read once more as text: the policy gets a source that its positions mean,
    // and nothing comes in here that the parser would not let in.
    const Policy read(id, std::move(contents));
    Result<Policy> parsed = parse_policy(std::move(id), policy_to_text(read));
    if (!parsed || !same_tree(read, *parsed)) {
        shape.fail("no policy that Cedar text could say" +
                   (parsed ? std::string() : ": " + parsed.error().message()));
        return std::nullopt;
    }
    return std::move(*parsed);
}

Result<Policy> policy_from_json(std::string id, std::string_view json) {
    const Result<Json> document = parse_policy_json(json);
    if (!document) {
        return document.error();
    }
    ShapeReader shape;
    auto policy = read_policy(shape, std::move(id), *document);
    return policy ? Result<Policy>(std::move(*policy)) : shape.error();
}

}  // namespace charter::policy
