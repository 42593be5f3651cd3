// Policies around their expressions: annotations, effect, scope, conditions.

#include "policy/ast.hpp"
#include "policy/expression_parser.hpp"
#include "policy/parse_errors.hpp"

#include <algorithm>

namespace charter::policy {
namespace {

constexpr std::size_t errors_max = 20;

class PolicyParser {
public:
    explicit PolicyParser(Cursor& cursor) : cursor_(cursor) {}

    /// Null when the cursor has failed.
    std::shared_ptr<const PolicyContents> parse() {
        const std::size_t begin = cursor_.peek().offset;
        contents_->position = cursor_.position();
        if (!annotations() || !effect() || !scope() || !conditions(begin)) {
            return nullptr;
        }
        const std::size_t end = cursor_.take().offset + 1;  // conditions end before `;`
        contents_->source = cursor_.text().substr(begin, end - begin);
        analyse(*contents_);
        return contents_;
    }

private:
    bool annotations() {
        while (cursor_.accept("@")) {
            const Token name = cursor_.peek();
            if (name.kind != TokenKind::identifier) {
                return cursor_.fail_expected("the name of an annotation");
            }
            cursor_.take();
            Annotation annotation{std::string(name.text), {}, true};
            if (cursor_.accept("(")) {
                annotation.bare = false;
                if (cursor_.peek().kind != TokenKind::string) {
                    return cursor_.fail_expected("a string");
                }
                auto value = string_value(cursor_, cursor_.take());
                if (!value || !cursor_.expect(")")) {
                    return false;
                }
                annotation.value = std::move(*value);
            }
            if (std::ranges::find(contents_->annotations, annotation.name, &Annotation::name) !=
                contents_->annotations.end()) {
                return cursor_.fail(name.offset, "the annotation " + shown(name) + " stands twice");
            }
            contents_->annotations.push_back(std::move(annotation));
        }
        return true;
    }

    bool effect() {
        if (!cursor_.at("permit") && !cursor_.at("forbid")) {
            return cursor_.fail_expected("`permit` or `forbid`");
        }
        contents_->effect = cursor_.take().is("permit") ? Effect::permit : Effect::forbid;
        return true;
    }

    bool scope() {
        if (!cursor_.expect("(") || !cursor_.expect("principal") ||
            !constraint(contents_->principal, "?principal") || !cursor_.expect(",") ||
            !cursor_.expect("action") || !action_constraint() || !cursor_.expect(",") ||
            !cursor_.expect("resource") || !constraint(contents_->resource, "?resource")) {
            return false;
        }
        cursor_.accept(",");
        return cursor_.expect(")");
    }

    bool constraint(ScopeConstraint& constraint, std::string_view slot) {
        using Form = ScopeConstraint::Form;
        if (cursor_.accept("is")) {
            auto type = parse_type_name(cursor_);
            if (!type) {
                return false;
            }
            constraint.type = std::move(*type);
            constraint.form = Form::is;
            if (!cursor_.accept("in")) {
                return true;
            }
            constraint.form = Form::is_in;
        } else if (cursor_.accept("==")) {
            constraint.form = Form::equal;
        } else if (cursor_.accept("in")) {
            constraint.form = Form::in;
        } else {
            return scope_operator_ends();
        }
        if (cursor_.peek().kind == TokenKind::slot) {
            if (cursor_.peek().text != slot) {
                return cursor_.fail_expected("`" + std::string(slot) + "`");
            }
            cursor_.take();
            constraint.slot = true;
            return true;
        }
        auto entity = parse_entity(cursor_);
        if (entity) {
            constraint.entity = std::move(*entity);
        }
        return entity.has_value();
    }

    bool action_constraint() {
        using Form = ActionConstraint::Form;
        ActionConstraint& action = contents_->action;
        if (cursor_.accept("==")) {
            action.form = Form::equal;
            return action_entity();
        }
        if (!cursor_.accept("in")) {
            return scope_operator_ends();
        }
        if (!cursor_.accept("[")) {
            action.form = Form::in;
            return action_entity();
        }
        action.form = Form::in_set;
        while (!cursor_.accept("]")) {
            if (!action_entity()) {
                return false;
            }
            if (!cursor_.at("]") && !cursor_.accept(",")) {
                return cursor_.fail_expected("`,` or `]`");
            }
        }
        return true;
    }

    bool action_entity() {
        const std::size_t offset = cursor_.peek().offset;
        auto entity = parse_entity(cursor_);
        if (!entity) {
            return false;
        }
        const std::string& type = entity->type();
        if (type != "Action" && !type.ends_with("::Action")) {
            return cursor_.fail(
                offset, "expected an entity of type `Action`, found `" + entity->text() + "`");
        }
        contents_->action.entities.push_back(std::move(*entity));
        return true;
    }

    /// The scope knows few operators; whatever else stands there is meant as one.
    bool scope_operator_ends() {
        return cursor_.at(",") || cursor_.at(")") ||
               cursor_.fail_expected("`==`, `in`, `is` or the end of this part of the scope");
    }

    bool conditions(std::size_t base) {
        ExpressionParser parser(cursor_, *contents_, base);
        while (!cursor_.at(";")) {
            if (!cursor_.at("when") && !cursor_.at("unless")) {
                return cursor_.fail_expected("`when`, `unless` or `;`");
            }
            Condition condition;
            condition.unless = cursor_.take().is("unless");
            if (!cursor_.expect("{")) {
                return false;
            }
            condition.expression = parser.expression();
            if (condition.expression == no_index || !cursor_.expect("}")) {
                return false;
            }
            contents_->conditions.push_back(condition);
        }
        return true;
    }

    Cursor& cursor_;
    std::shared_ptr<PolicyContents> contents_ = std::make_shared<PolicyContents>();
};

std::string located(const ParseError& error) {
    return "line " + std::to_string(error.position.line) + ", column " +
           std::to_string(error.position.column) + ": " + error.detail;
}

}  // namespace

Error refused(const std::vector<ParseError>& errors) {
    std::vector<Violation> violations;
    for (const ParseError& error : errors) {
        violations.push_back({"", located(error)});
    }
    return {ErrorCode::invalid_request, located(errors.front()), std::move(violations)};
}

ParsedPolicies parse_policies_with_errors(std::string_view text) {
    Tokens tokens = tokenize(text);
    if (!tokens.errors.empty()) {
        return {{}, std::move(tokens.errors)};
    }
    Cursor cursor(text, std::move(tokens.tokens));
    ParsedPolicies parsed;
    while (!cursor.at_end() && cursor.errors().size() < errors_max) {
        auto contents = PolicyParser(cursor).parse();
        if (contents == nullptr) {
            cursor.recover();
            continue;
        }
        const std::string id = "policy" + std::to_string(parsed.policies.size());
        parsed.policies.emplace_back(id, std::move(contents));
    }
    parsed.errors = std::move(cursor.errors());
    if (!parsed.errors.empty()) {
        parsed.policies.clear();
    }
    return parsed;
}

Result<std::vector<Policy>> parse_policies(std::string_view text) {
    ParsedPolicies parsed = parse_policies_with_errors(text);
    if (!parsed.errors.empty()) {
        return refused(parsed.errors);
    }
    return std::move(parsed.policies);
}

Result<Policy> parse_policy(std::string id, std::string_view text) {
    const Result<std::vector<Policy>> policies = parse_policies(text);
    if (!policies) {
        return policies.error();
    }
    if (policies->size() != 1) {
        return Error(ErrorCode::invalid_request,
                     "expected exactly one policy, found " + std::to_string(policies->size()));
    }
    return policies->front().with_id(std::move(id));
}

Result<EntityUid> parse_entity_uid(std::string_view text) {
    Tokens tokens = tokenize(text);
    if (!tokens.errors.empty()) {
        return refused(tokens.errors);
    }
    Cursor cursor(text, std::move(tokens.tokens));
    auto entity = parse_entity(cursor);
    if (entity && !cursor.at_end()) {
        cursor.fail_expected("the end of the text");
    }
    if (cursor.failed()) {
        return refused(cursor.errors());
    }
    return std::move(*entity);
}

}  // namespace charter::policy
