#include "policy/schema_type_parser.hpp"

#include "charter/base/limits.hpp"
#include "policy/expression_parser.hpp"

namespace charter::policy {

std::optional<AnnotationsSyntax> SchemaTypeParser::annotations() {
    AnnotationsSyntax annotations;
    while (cursor_.accept("@")) {
        if (cursor_.peek().kind != TokenKind::identifier) {
            cursor_.fail_expected("the name of an annotation");
            return std::nullopt;
        }
        const Token name = cursor_.take();
        std::optional<std::string> value = std::string();
        if (cursor_.accept("(")) {
            value = string("a string");
            if (!value || !cursor_.expect(")")) {
                return std::nullopt;
            }
        }
        if (!annotations.try_emplace(std::string(name.text), std::move(*value)).second) {
            cursor_.fail(name.offset, "the annotation " + shown(name) + " stands twice");
            return std::nullopt;
        }
    }
    return annotations;
}

std::optional<NameSyntax> SchemaTypeParser::identifier(const std::string& what) {
    const Token& token = cursor_.peek();
    if (token.kind != TokenKind::identifier) {
        cursor_.fail_expected(what);
        return std::nullopt;
    }
    if (is_reserved(token.text)) {
        cursor_.fail(token.offset, shown(token) + " is reserved and cannot be a name");
        return std::nullopt;
    }
    const Token word = cursor_.take();
    return NameSyntax{std::string(word.text), word.offset};
}

std::optional<NameSyntax> SchemaTypeParser::name(const std::string& what) {
    const std::size_t offset = cursor_.peek().offset;
    if (cursor_.peek().kind != TokenKind::string) {
        return identifier(what);
    }
    auto text = string(what);
    return text ? std::optional(NameSyntax{std::move(*text), offset}) : std::nullopt;
}

std::optional<std::string> SchemaTypeParser::string(const std::string& what) {
    if (cursor_.peek().kind != TokenKind::string) {
        cursor_.fail_expected(what);
        return std::nullopt;
    }
    return string_value(cursor_, cursor_.take());
}

std::optional<NameSyntax> SchemaTypeParser::path() {
    auto path = identifier("a name");
    while (path && cursor_.at("::") && cursor_.peek(1).kind != TokenKind::string) {
        cursor_.take();
        const auto part = identifier("a name");
        if (!part) {
            return std::nullopt;
        }
        path->name.append("::").append(part->name);
    }
    return path;
}

std::optional<TypeSyntax> SchemaTypeParser::type() {
    if (depth_ == limits::schema_type_depth_max) {
        cursor_.fail(cursor_.peek().offset, "the type is nested deeper than " +
                                                std::to_string(limits::schema_type_depth_max));
        return std::nullopt;
    }
    if (cursor_.at("{")) {
        return record();
    }
    TypeSyntax type;
    type.offset = cursor_.peek().offset;
    if (cursor_.at("Set") && cursor_.at("<", 1)) {
        cursor_.take();
        cursor_.take();
        ++depth_;
        auto element = this->type();
        --depth_;
        if (!element || !cursor_.expect(">")) {
            return std::nullopt;
        }
        type.form = TypeSyntax::Form::set;
        type.element = std::make_shared<TypeSyntax>(std::move(*element));
        return type;
    }
    if (cursor_.peek().kind != TokenKind::identifier) {
        cursor_.fail_expected("a type");
        return std::nullopt;
    }
    auto name = path();
    if (!name) {
        return std::nullopt;
    }
    type.form = TypeSyntax::Form::entity_or_common;
    type.name = std::move(name->name);
    return type;
}

std::optional<TypeSyntax> SchemaTypeParser::record() {
    TypeSyntax type;
    type.offset = cursor_.peek().offset;
    if (!cursor_.expect("{")) {
        return std::nullopt;
    }
    TypeSyntax::Attributes attributes;
    ++depth_;
    while (!cursor_.at("}")) {
        if (!attribute(attributes)) {
            break;
        }
        if (!cursor_.at("}") && !cursor_.accept(",")) {
            cursor_.fail_expected("`,` or `}`");
            break;
        }
    }
    --depth_;
    if (cursor_.failed() || !cursor_.expect("}")) {
        return std::nullopt;
    }
    type.attributes = std::make_shared<TypeSyntax::Attributes>(std::move(attributes));
    return type;
}

bool SchemaTypeParser::attribute(TypeSyntax::Attributes& attributes) {
    auto annotations = this->annotations();
    if (!annotations) {
        return false;
    }
    auto name = this->name("an attribute or `}`");
    if (!name) {
        return false;
    }
    AttributeSyntax attribute;
    attribute.annotations = std::move(*annotations);
    attribute.required = !cursor_.accept("?");
    if (!cursor_.accept(":")) {
        return cursor_.fail_expected(attribute.required ? "`:` or `?`" : "`:`");
    }
    auto type = this->type();
    if (!type) {
        return false;
    }
    attribute.type = std::move(*type);
    // Of attributes with the same name the last one counts, as it does officially.
    attributes.insert_or_assign(std::move(name->name), std::move(attribute));
    return true;
}

}  // namespace charter::policy
