#include "policy/schema_parser.hpp"

#include "policy/cursor.hpp"
#include "policy/expression_parser.hpp"
#include "policy/schema_names.hpp"
#include "policy/schema_type_parser.hpp"

#include <algorithm>

namespace charter::policy {
namespace {

constexpr std::size_t errors_max = 20;

class SchemaParser {
public:
    explicit SchemaParser(Cursor& cursor) : cursor_(cursor), types_(cursor) {}

    SchemaFragment run() {
        while (!cursor_.at_end() && cursor_.errors().size() < errors_max) {
            auto annotations = types_.annotations();
            const bool read =
                annotations && (cursor_.at("namespace") ? named_namespace(std::move(*annotations))
                                                        : declaration("", std::move(*annotations)));
            if (!read) {
                cursor_.recover();
            }
        }
        return std::move(fragment_);
    }

private:
    bool named_namespace(AnnotationsSyntax annotations) {
        cursor_.take();
        const std::size_t offset = cursor_.peek().offset;
        const auto name = types_.path();
        if (!name) {
            return false;
        }
        if (!is_declarable(name->name)) {
            return cursor_.fail(offset, "the name `__cedar` is reserved");
        }
        const auto [entry, fresh] = fragment_.namespaces.try_emplace(name->name);
        if (!fresh) {
            note(offset, "the namespace `" + name->name + "` is declared twice");
        }
        entry->second.annotations = std::move(annotations);
        if (!cursor_.expect("{")) {
            return false;
        }
        while (!cursor_.accept("}")) {
            if (cursor_.at_end()) {
                return cursor_.fail_expected("`}`");
            }
            auto inner = types_.annotations();
            if (!inner || !declaration(name->name, std::move(*inner))) {
                cursor_.recover();
            }
            if (cursor_.errors().size() >= errors_max) {
                return false;
            }
        }
        return true;
    }

    bool declaration(const std::string& space, AnnotationsSyntax annotations) {
        if (cursor_.at("entity")) {
            return entity(space, std::move(annotations));
        }
        if (cursor_.at("action")) {
            return action(space, std::move(annotations));
        }
        if (cursor_.at("type")) {
            return common_type(space, std::move(annotations));
        }
        return cursor_.fail_expected(space.empty()
                                         ? "`entity`, `action`, `type`, `namespace` or `@`"
                                         : "`entity`, `action`, `type`, `@` or `}`");
    }

    bool entity(const std::string& space, AnnotationsSyntax annotations) {
        cursor_.take();
        std::vector<NameSyntax> names;
        do {
            auto name = types_.identifier("the name of an entity type");
            if (!name) {
                return false;
            }
            names.push_back(std::move(*name));
        } while (cursor_.accept(","));
        auto declared = std::make_shared<EntityTypeSyntax>();
        declared->annotations = std::move(annotations);
        declared->offset = names.front().offset;
        const bool read = cursor_.accept("enum") ? ids(*declared) : entity_parts(*declared);
        if (!read || !cursor_.expect(";")) {
            return false;
        }
        for (const NameSyntax& name : names) {
            if (!is_declarable(name.name)) {
                note(name.offset, "the name `__cedar` is reserved");
            }
            add(fragment_.namespaces[space].entity_types, "entity type", name, declared);
        }
        return true;
    }

    bool ids(EntityTypeSyntax& declared) {
        if (!cursor_.expect("[")) {
            return false;
        }
        declared.ids.emplace();
        do {
            auto id = types_.string("an id in quotes");
            if (!id) {
                return false;
            }
            declared.ids->push_back(std::move(*id));
        } while (cursor_.accept(","));
        return cursor_.expect("]");
    }

    bool entity_parts(EntityTypeSyntax& declared) {
        if (cursor_.accept("in") && !entity_types(declared.parents)) {
            return false;
        }
        declared.shape.offset = cursor_.peek().offset;
        if (cursor_.accept("=") || cursor_.at("{")) {
            auto shape = types_.record();
            if (!shape) {
                return false;
            }
            declared.shape = std::move(*shape);
        }
        if (cursor_.accept("tags")) {
            declared.tags = types_.type();
            return declared.tags.has_value();
        }
        if (!cursor_.at(";")) {
            return cursor_.fail_expected(
                "`in`, `=`, `{`, `enum`, `tags` or `;` after the name of an entity type");
        }
        return true;
    }

    /// `User`, or `[User, Photos::Group]`, which may be empty.
    bool entity_types(std::vector<NameSyntax>& names) {
        if (!cursor_.accept("[")) {
            auto name = types_.path();
            if (name) {
                names.push_back(std::move(*name));
            }
            return name.has_value();
        }
        if (cursor_.accept("]")) {
            return true;
        }
        do {
            auto name = types_.path();
            if (!name) {
                return false;
            }
            names.push_back(std::move(*name));
        } while (cursor_.accept(","));
        return cursor_.expect("]");
    }

    bool action(const std::string& space, AnnotationsSyntax annotations) {
        cursor_.take();
        std::vector<NameSyntax> names;
        do {
            auto name = types_.name("the name of an action");
            if (!name) {
                return false;
            }
            names.push_back(std::move(*name));
        } while (cursor_.accept(","));
        auto declared = std::make_shared<ActionSyntax>();
        declared->annotations = std::move(annotations);
        declared->offset = names.front().offset;
        if (cursor_.accept("in") && !action_parents(declared->parents.emplace())) {
            return false;
        }
        if (cursor_.accept("appliesTo") && !applies_to(declared->applies_to.emplace())) {
            return false;
        }
        // Once meant for attributes of actions, and still read when empty.
        if (cursor_.accept("attributes") && (!cursor_.expect("{") || !cursor_.expect("}"))) {
            return false;
        }
        if (!cursor_.accept(";")) {
            return cursor_.fail_expected(declared->applies_to ? "`;`"
                                         : declared->parents  ? "`appliesTo` or `;`"
                                                              : "`,`, `in`, `appliesTo` or `;`");
        }
        if (!declared->applies_to) {
            declared->applies_to.emplace();
        }
        for (const NameSyntax& name : names) {
            add(fragment_.namespaces[space].actions, "action", name, declared);
        }
        return true;
    }

    bool action_parents(std::vector<ActionReferenceSyntax>& parents) {
        if (!cursor_.accept("[")) {
            return action_parent(parents);
        }
        do {
            if (!action_parent(parents)) {
                return false;
            }
        } while (cursor_.accept(","));
        return cursor_.expect("]");
    }

    bool action_parent(std::vector<ActionReferenceSyntax>& parents) {
        ActionReferenceSyntax parent;
        parent.offset = cursor_.peek().offset;
        if (cursor_.peek().kind == TokenKind::identifier) {
            auto path = types_.path();
            if (!path) {
                return false;
            }
            if (!cursor_.at("::") && path->name.find(':') == std::string::npos) {
                parent.id = std::move(path->name);
                parents.push_back(std::move(parent));
                return true;
            }
            if (!cursor_.expect("::")) {
                return false;
            }
            parent.type = std::move(path->name);
        }
        auto id = types_.string("an action");
        if (id) {
            parent.id = std::move(*id);
            parents.push_back(std::move(parent));
        }
        return id.has_value();
    }

    bool applies_to(AppliesToSyntax& applies) {
        const std::size_t begin = cursor_.peek().offset;
        if (!cursor_.expect("{")) {
            return false;
        }
        bool principal = false;
        bool resource = false;
        bool context = false;
        do {
            if (cursor_.at("principal")) {
                if (!applies_to_types(applies.principals, principal)) {
                    return false;
                }
            } else if (cursor_.at("resource")) {
                if (!applies_to_types(applies.resources, resource)) {
                    return false;
                }
            } else if (cursor_.at("context")) {
                if (!applies_to_context(applies, context)) {
                    return false;
                }
            } else {
                break;
            }
        } while (cursor_.accept(","));
        if (!cursor_.accept("}")) {
            return cursor_.fail_expected("`principal`, `resource`, `context`, `,` or `}`");
        }
        if (!principal || !resource) {
            return cursor_.fail(begin, std::string("`appliesTo` needs a `") +
                                           (principal ? "resource" : "principal") + "`");
        }
        return true;
    }

    bool applies_to_types(std::vector<NameSyntax>& names, bool& seen) {
        const Token word = cursor_.peek();
        if (!once(word, seen) || !cursor_.expect(":") || !entity_types(names)) {
            return false;
        }
        return !names.empty() ||
               cursor_.fail(word.offset, shown(word) + " needs at least one entity type");
    }

    bool applies_to_context(AppliesToSyntax& applies, bool& seen) {
        if (!once(cursor_.peek(), seen) || !cursor_.expect(":")) {
            return false;
        }
        if (cursor_.at("{")) {
            auto record = types_.record();
            if (record) {
                applies.context = std::move(*record);
            }
            return record.has_value();
        }
        auto name = types_.path();
        if (name) {
            applies.context.form = TypeSyntax::Form::common;
            applies.context.name = std::move(name->name);
            applies.context.offset = name->offset;
        }
        return name.has_value();
    }

    bool once(const Token& word, bool& seen) {
        if (seen) {
            return cursor_.fail(word.offset, shown(word) + " stands twice");
        }
        cursor_.take();
        seen = true;
        return true;
    }

    bool common_type(const std::string& space, AnnotationsSyntax annotations) {
        cursor_.take();
        auto name = types_.identifier("the name of a type");
        if (!name || !cursor_.expect("=")) {
            return false;
        }
        auto type = types_.type();
        if (!type || !cursor_.expect(";")) {
            return false;
        }
        if (!is_declarable(name->name) || is_reserved_common_type(name->name)) {
            note(name->offset, "the name `" + name->name + "` is reserved");
        }
        CommonTypeSyntax declared{std::move(*type), std::move(annotations), name->offset};
        add(fragment_.namespaces[space].common_types, "common type", *name, std::move(declared));
        return true;
    }

    template <class Map, class Declared>
    void add(Map& map, std::string_view what, const NameSyntax& name, Declared declared) {
        if (!map.try_emplace(name.name, std::move(declared)).second) {
            note(name.offset,
                 "the " + std::string(what) + " `" + name.name + "` is declared twice");
        }
    }

    /// An error of what was read to its end, so that there is nothing to skip.
    void note(std::size_t offset, std::string detail) {
        cursor_.errors().push_back({position_of(cursor_.text(), offset), std::move(detail)});
    }

    Cursor& cursor_;
    SchemaTypeParser types_;
    SchemaFragment fragment_;
};

}  // namespace

ParsedSchema parse_schema_text(std::string_view text) {
    Tokens tokens = tokenize(text);
    if (!tokens.errors.empty()) {
        return {{}, std::move(tokens.errors)};
    }
    Cursor cursor(text, std::move(tokens.tokens));
    ParsedSchema parsed;
    parsed.fragment = SchemaParser(cursor).run();
    parsed.errors = std::move(cursor.errors());
    if (parsed.errors.size() > errors_max) {
        parsed.errors.resize(errors_max);
    }
    return parsed;
}

}  // namespace charter::policy
