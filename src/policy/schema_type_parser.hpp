#pragma once

#include "policy/cursor.hpp"
#include "policy/schema_fragment.hpp"

#include <optional>
#include <string>

namespace charter::policy {

/// The parts of a schema text that declarations are made of: names, types,
/// annotations. Every function gives nothing when the cursor has failed.
class SchemaTypeParser {
public:
    explicit SchemaTypeParser(Cursor& cursor) : cursor_(cursor) {}

    /// `@doc("…") @internal`, also none at all.
    std::optional<AnnotationsSyntax> annotations();
    std::optional<NameSyntax> identifier(const std::string& what);
    /// An identifier or a string.
    std::optional<NameSyntax> name(const std::string& what);
    std::optional<std::string> string(const std::string& what);
    /// `A::B`; stops before `::` and a string.
    std::optional<NameSyntax> path();
    std::optional<TypeSyntax> type();
    std::optional<TypeSyntax> record();

private:
    bool attribute(TypeSyntax::Attributes& attributes);

    Cursor& cursor_;
    std::size_t depth_ = 0;
};

}  // namespace charter::policy
