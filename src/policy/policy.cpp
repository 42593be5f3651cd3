#include "charter/policy/policy.hpp"

#include "policy/ast.hpp"

#include <algorithm>

namespace charter::policy {
namespace {

template <class T>
void sort_unique(std::vector<T>& values) {
    std::ranges::sort(values);
    const auto repeated = std::ranges::unique(values);
    values.erase(repeated.begin(), repeated.end());
}

void collect(const ScopeConstraint& constraint, PolicyContents& contents) {
    using enum ScopeConstraint::Form;
    if (constraint.form == is || constraint.form == is_in) {
        contents.mentioned_types.push_back(constraint.type);
    }
    if (constraint.form != any && constraint.form != is && !constraint.slot) {
        contents.mentioned_entities.push_back(constraint.entity);
    }
}

/// Notes `context.name` and `context has name`; `accounted` then knows that
/// this use of context is one of a single attribute.
void collect_context(const PolicyContents& contents, const Node& node,
                     std::vector<std::string>& names, std::vector<bool>& accounted) {
    Index object = no_index;
    Index name = no_index;
    if (node.op == Op::attribute) {
        object = node.a;
        name = node.b;
    } else if (node.op == Op::has) {
        object = contents.lists[node.a];
        name = contents.lists[node.a + 1];
    }
    if (object != no_index && contents.nodes[object].op == Op::context) {
        accounted[object] = true;
        names.push_back(contents.constants[name].as_string());
    }
}

}  // namespace

void analyse(PolicyContents& contents) {
    collect(contents.principal, contents);
    collect(contents.resource, contents);
    contents.mentioned_entities.insert(contents.mentioned_entities.end(),
                                       contents.action.entities.begin(),
                                       contents.action.entities.end());

    std::vector<bool> accounted(contents.nodes.size(), false);
    for (const Node& node : contents.nodes) {
        collect_context(contents, node, contents.context_attributes, accounted);
        switch (node.op) {
            case Op::principal:
                contents.reads_principal = true;
                break;
            case Op::action:
                contents.reads_action = true;
                break;
            case Op::resource:
                contents.reads_resource = true;
                break;
            case Op::context:
                contents.reads_context = true;
                break;
            case Op::is:
            case Op::is_in:
                contents.mentioned_types.push_back(contents.constants[node.b].as_string());
                break;
            case Op::literal:
                if (const Value& value = contents.constants[node.constant];
                    value.is(ValueKind::entity)) {
                    contents.mentioned_entities.push_back(value.as_entity());
                }
                break;
            default:
                break;
        }
    }
    for (Index i = 0; i < contents.nodes.size(); ++i) {
        contents.reads_whole_context |= contents.nodes[i].op == Op::context && !accounted[i];
    }
    for (const EntityUid& uid : contents.mentioned_entities) {
        contents.mentioned_types.push_back(uid.type());
    }
    sort_unique(contents.context_attributes);
    sort_unique(contents.mentioned_entities);
    sort_unique(contents.mentioned_types);
}

Policy::Policy(std::string id, std::shared_ptr<const PolicyContents> contents,
               std::shared_ptr<const PolicyLink> link)
    : id_(std::move(id)), contents_(std::move(contents)), link_(std::move(link)) {}

Effect Policy::effect() const noexcept {
    return contents_->effect;
}

const std::vector<Annotation>& Policy::annotations() const noexcept {
    return contents_->annotations;
}

std::optional<std::string_view> Policy::annotation(std::string_view name) const {
    for (const Annotation& annotation : contents_->annotations) {
        if (annotation.name == name) {
            return annotation.value;
        }
    }
    return std::nullopt;
}

const ScopeConstraint& Policy::principal() const noexcept {
    return link_ ? link_->principal : contents_->principal;
}
const ActionConstraint& Policy::action() const noexcept {
    return contents_->action;
}
const ScopeConstraint& Policy::resource() const noexcept {
    return link_ ? link_->resource : contents_->resource;
}

bool Policy::has_conditions() const noexcept {
    return !contents_->conditions.empty();
}

bool Policy::is_template() const noexcept {
    return principal().slot || resource().slot;
}

std::optional<std::string_view> Policy::template_id() const noexcept {
    return link_ ? std::optional<std::string_view>(link_->template_id) : std::nullopt;
}

const std::string& Policy::source() const noexcept {
    return contents_->source;
}
Position Policy::position() const noexcept {
    return contents_->position;
}

bool Policy::reads_principal() const noexcept {
    return contents_->reads_principal;
}
bool Policy::reads_action() const noexcept {
    return contents_->reads_action;
}
bool Policy::reads_resource() const noexcept {
    return contents_->reads_resource;
}
bool Policy::reads_context() const noexcept {
    return contents_->reads_context;
}

bool Policy::reads_context_attribute(std::string_view name) const noexcept {
    return contents_->reads_whole_context ||
           std::ranges::binary_search(
               contents_->context_attributes, name, std::ranges::less{},
               [](const std::string& known) -> std::string_view { return known; });
}

const std::vector<EntityUid>& Policy::mentioned_entities() const noexcept {
    return link_ ? link_->mentioned_entities : contents_->mentioned_entities;
}

const std::vector<std::string>& Policy::mentioned_types() const noexcept {
    return link_ ? link_->mentioned_types : contents_->mentioned_types;
}

}  // namespace charter::policy
