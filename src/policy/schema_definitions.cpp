#include "policy/schema_definitions.hpp"

#include "charter/base/limits.hpp"
#include "charter/base/nearest.hpp"
#include "policy/schema_names.hpp"

#include <algorithm>
#include <array>

namespace charter::policy {
namespace {

constexpr std::size_t issues_max = 20;

struct Builtin {
    std::string_view name;
    ValueKind kind;
};

constexpr std::array<Builtin, 7> builtins{{{"Bool", ValueKind::boolean},
                                           {"Long", ValueKind::integer},
                                           {"String", ValueKind::string},
                                           {"decimal", ValueKind::decimal},
                                           {"ipaddr", ValueKind::ip_address},
                                           {"datetime", ValueKind::datetime},
                                           {"duration", ValueKind::duration}}};

constexpr std::size_t extensions_begin = 3;  // the first that is an extension type

Type simple(ValueKind kind) {
    Type type;
    type.kind = kind;
    return type;
}

/// What a name can mean, the first first.
std::vector<std::string> possibilities(const std::string& name, const std::string& space) {
    if (space.empty() || name.find(':') != std::string::npos) {
        return {name};
    }
    return {qualified(space, name), name};
}

std::string did_you_mean(std::string_view wrong, std::vector<std::string_view> known) {
    std::ranges::sort(known);
    const auto nearest = nearest_name(wrong, known);
    return nearest ? "; did you mean `" + std::string(*nearest) + "`?" : std::string();
}

}  // namespace

void SchemaIssues::add(std::size_t offset, std::string detail) {
    if (!full()) {
        issues_.push_back({offset, offset == no_offset ? place + ": " + detail : detail});
    }
}

bool SchemaIssues::full() const {
    return issues_.size() >= issues_max;
}

SchemaDefinitions::SchemaDefinitions(const SchemaFragment& fragment, SchemaIssues& issues)
    : issues_(issues) {
    declare(fragment);
    check_shadowing();
    declare_builtins();
}

void SchemaDefinitions::declare(const SchemaFragment& fragment) {
    for (const auto& [space, declared] : fragment.namespaces) {
        for (const auto& [name, common] : declared.common_types) {
            CommonType& added = common_types_[qualified(space, name)];
            added.syntax = &common;
            added.space = space;
        }
        for (const auto& [name, entity] : declared.entity_types) {
            if (name == "Action") {
                issues_.place = "entity type `" + qualified(space, name) + "`";
                issues_.add(entity->offset, "the name `Action` is for actions");
            }
            entity_types_[qualified(space, name)] = entity->offset;
        }
        for (const auto& [name, action] : declared.actions) {
            action_types_.insert(qualified(space, "Action"));
            actions_.emplace(EntityUid(qualified(space, "Action"), name), action->offset);
        }
    }
}

/// RFC 70: nothing in a namespace may hide what the empty namespace declares.
void SchemaDefinitions::check_shadowing() {
    const auto check = [this](const std::string& name, std::size_t offset) {
        const std::string base(base_name(name));
        if (base == name) {
            return;
        }
        if (common_types_.contains(base) || entity_types_.contains(base)) {
            issues_.place = "`" + name + "`";
            issues_.add(offset, "`" + name + "` would hide `" + base +
                                    "` of the empty namespace, which is not allowed");
        }
    };
    for (const auto& [name, common] : common_types_) {
        check(name, common.syntax->offset);
    }
    for (const auto& [name, offset] : entity_types_) {
        check(name, offset);
    }
    for (const auto& [action, offset] : actions_) {
        if (action.type() != "Action" && actions_.contains(EntityUid("Action", action.id()))) {
            issues_.place = "action " + action.text();
            issues_.add(offset, action.text() +
                                    " would hide the action of the empty namespace, "
                                    "which is not allowed");
        }
    }
}

void SchemaDefinitions::declare_builtins() {
    for (const Builtin& builtin : builtins) {
        CommonType common;
        common.state = CommonType::State::done;
        common.resolved.type = simple(builtin.kind);
        const std::string name(builtin.name);
        common_types_["__cedar::" + name] = common;
        if (!entity_types_.contains(name)) {
            common_types_.try_emplace(name, common);
        }
    }
}

void SchemaDefinitions::resolve_common_types() {
    std::vector<std::string> names;
    for (const auto& [name, common] : common_types_) {
        names.push_back(name);
    }
    std::ranges::sort(names);  // so that errors come in the same order every time
    for (const std::string& name : names) {
        issues_.place = "common type `" + name + "`";
        CommonType& common = common_types_.at(name);
        common_type(name, common, common.syntax == nullptr ? no_offset : common.syntax->offset, 0);
    }
}

std::optional<Type> SchemaDefinitions::resolve(const TypeSyntax& type, const std::string& space) {
    auto found = sized(type, space, 0);
    return found ? std::optional(std::move(found->type)) : std::nullopt;
}

std::optional<SchemaDefinitions::Sized> SchemaDefinitions::sized(const TypeSyntax& type,
                                                                 const std::string& space,
                                                                 std::size_t depth) {
    using Form = TypeSyntax::Form;
    if (depth >= limits::schema_type_depth_max) {
        return too_large(type.offset);
    }
    switch (type.form) {
        case Form::boolean:
            return Sized{simple(ValueKind::boolean)};
        case Form::integer:
            return Sized{simple(ValueKind::integer)};
        case Form::string:
            return Sized{simple(ValueKind::string)};
        case Form::extension:
            return extension(type);
        case Form::record:
            return record(type, space, depth);
        case Form::set: {
            auto element = sized(*type.element, space, depth + 1);
            if (!element) {
                return std::nullopt;
            }
            Sized set{simple(ValueKind::set), element->depth + 1, element->nodes + 1};
            set.type.element = std::make_shared<Type>(std::move(element->type));
            return set;
        }
        case Form::entity:
        case Form::entity_or_common:
        case Form::common:
            break;
    }
    return named(type, space, depth);
}

std::optional<SchemaDefinitions::Sized> SchemaDefinitions::record(const TypeSyntax& type,
                                                                  const std::string& space,
                                                                  std::size_t depth) {
    if (type.open) {
        issues_.add(type.offset,
                    "records with more attributes than are declared "
                    "(`additionalAttributes`) are not supported");
        return std::nullopt;
    }
    static const auto none = std::make_shared<const std::vector<AttributeType>>();
    Sized result{simple(ValueKind::record)};
    result.type.attributes = none;
    if (type.attributes == nullptr || type.attributes->empty()) {
        return result;
    }
    auto attributes = std::make_shared<std::vector<AttributeType>>();
    bool good = true;
    for (const auto& [name, attribute] : *type.attributes) {
        auto member = sized(attribute.type, space, depth + 1);
        if (!member) {
            good = false;
            continue;
        }
        result.depth = std::max(result.depth, member->depth + 1);
        result.nodes += member->nodes;
        attributes->push_back({name, std::move(member->type), attribute.required});
    }
    if (!good) {
        return std::nullopt;
    }
    result.type.attributes = std::move(attributes);
    return result.nodes > limits::schema_type_nodes_max ? too_large(type.offset) : result;
}

std::optional<SchemaDefinitions::Sized> SchemaDefinitions::extension(const TypeSyntax& type) {
    const auto found =
        std::find_if(builtins.begin() + extensions_begin, builtins.end(),
                     [&](const Builtin& builtin) { return builtin.name == type.name; });
    if (found == builtins.end()) {
        issues_.add(type.offset,
                    "there is no extension type `" + type.name + "`" +
                        did_you_mean(type.name, {"datetime", "decimal", "duration", "ipaddr"}));
        return std::nullopt;
    }
    return Sized{simple(found->kind)};
}

std::optional<SchemaDefinitions::Sized> SchemaDefinitions::named(const TypeSyntax& type,
                                                                 const std::string& space,
                                                                 std::size_t depth) {
    const bool common = type.form != TypeSyntax::Form::entity;
    const bool entity = type.form != TypeSyntax::Form::common;
    for (const std::string& name : possibilities(type.name, space)) {
        if (common) {
            if (const auto found = common_types_.find(name); found != common_types_.end()) {
                auto resolved = common_type(name, found->second, type.offset, depth + 1);
                if (!resolved) {
                    return std::nullopt;
                }
                // A name counts as a level, so that a chain of names is bounded too.
                return ++resolved->depth + depth > limits::schema_type_depth_max
                           ? too_large(type.offset)
                           : resolved;
            }
        }
        if (entity && (entity_types_.contains(name) || action_types_.contains(name))) {
            Sized result{simple(ValueKind::entity)};
            result.type.entity_type = name;
            return result;
        }
    }
    issues_.add(type.offset,
                "unknown type `" + type.name + "`" + suggestion(type.name, space, common, entity));
    return std::nullopt;
}

std::optional<SchemaDefinitions::Sized> SchemaDefinitions::common_type(const std::string& name,
                                                                       CommonType& common,
                                                                       std::size_t offset,
                                                                       std::size_t depth) {
    using State = CommonType::State;
    if (common.state == State::running) {
        issues_.add(offset, "the common type `" + name + "` is made of itself");
        return std::nullopt;
    }
    if (common.state == State::waiting) {
        common.state = State::running;
        auto resolved = sized(common.syntax->type, common.space, depth);
        common.state = resolved ? State::done : State::failed;
        if (resolved) {
            common.resolved = std::move(*resolved);
        }
    }
    return common.state == State::done ? std::optional(common.resolved) : std::nullopt;
}

std::optional<SchemaDefinitions::Sized> SchemaDefinitions::too_large(std::size_t offset) {
    issues_.add(offset, "the type is too large or nested too deep, common types followed");
    return std::nullopt;
}

std::optional<std::string> SchemaDefinitions::resolve_entity_type(const NameSyntax& name,
                                                                  const std::string& space) {
    for (std::string& full : possibilities(name.name, space)) {
        // The type of actions is known but nothing can be declared to be one.
        if (entity_types_.contains(full) || action_types_.contains(full)) {
            if (entity_types_.contains(full)) {
                return std::move(full);
            }
            break;
        }
    }
    issues_.add(name.offset, "unknown entity type `" + name.name + "`" +
                                 suggestion(name.name, space, false, true));
    return std::nullopt;
}

std::optional<EntityUid> SchemaDefinitions::resolve_action(const ActionReferenceSyntax& action,
                                                           const std::string& space) {
    const std::string type = action.type.value_or("Action");
    for (const std::string& full : possibilities(type, space)) {
        EntityUid uid(full, action.id);
        if (actions_.contains(uid)) {
            return uid;
        }
    }
    std::vector<std::string_view> known;
    for (const auto& [declared, offset] : actions_) {
        if (issues_.full()) {
            break;
        }
        known.push_back(declared.id());
    }
    issues_.add(action.offset, "unknown action " + EntityUid(type, action.id).text() +
                                   did_you_mean(action.id, std::move(known)));
    return std::nullopt;
}

std::string SchemaDefinitions::suggestion(const std::string& wrong, const std::string& space,
                                          bool common, bool entity) const {
    if (common && wrong == "Set") {
        return "; a set is written `Set<…>`";
    }
    if (issues_.full()) {
        return {};  // it will not be told, and looking takes time
    }
    std::vector<std::string_view> known;
    if (common) {
        for (const auto& [name, declared] : common_types_) {
            known.push_back(name);
        }
    }
    if (entity) {
        for (const auto& [name, declared] : entity_types_) {
            known.push_back(name);
        }
    }
    std::ranges::sort(known);
    const auto elsewhere = std::ranges::find(known, base_name(wrong), base_name);
    if (elsewhere != known.end()) {
        return "; did you mean `" + std::string(*elsewhere) + "`?";
    }
    // Names of the own namespace are written without it.
    for (std::string_view& name : known) {
        if (wrong.find(':') == std::string::npos && !space.empty() &&
            name.substr(0, name.size() - base_name(name).size()) == space + "::") {
            name = base_name(name);
        }
    }
    return did_you_mean(wrong, std::move(known));
}

}  // namespace charter::policy
