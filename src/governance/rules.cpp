#include "governance/rules.hpp"
#include "governance/request_states.hpp"

#include "charter/base/json_writer.hpp"
#include "charter/policy/validate.hpp"
#include "governance/fold.hpp"
#include "governance/tag_uses.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace charter {

namespace {

Result<ActionSet> actions_of(const policy::Policy& policy) {
    const policy::ActionConstraint& scope = policy.action();
    if (scope.form == policy::ActionConstraint::Form::any) {
        return all_actions;
    }
    ActionSet set = 0;
    for (const policy::EntityUid& uid : scope.entities) {
        std::optional<ActionSet> actions;
        if (uid.type() == "Action") {
            actions = actions_in(uid.id());
        }
        // `== Action::"data"` names the group itself, which nobody ever does.
        const bool group = actions && !parse_action(uid.id());
        if (!actions || (group && scope.form == policy::ActionConstraint::Form::equal)) {
            return Error(ErrorCode::invalid_request, uid.text() + " is not an action of this mesh");
        }
        set |= *actions;
    }
    return set;
}

bool names_a_column(const PolicyEntry& rule) {
    return rule.policy().resource().entity.type() == "Column";
}

/// What the index files a policy under, for the principal.
policy::Key principal_key(policy::PolicyIndex& index, const policy::ScopeConstraint& scope) {
    using Form = policy::ScopeConstraint::Form;
    switch (scope.form) {
        case Form::any: return policy::any_key;
        case Form::is: return index.type_key(scope.type);
        default: return index.key(scope.entity);
    }
}

EvidencePtr rule_evidence(const PolicyEntry& entry) {
    std::string text;
    JsonWriter json(text);
    json.begin_object().member("rule", entry.label).member("id", entry.id.text());
    json.key("revision").number(static_cast<std::int64_t>(entry.revision));
    json.member("cedar", entry.policy().source()).end_object();
    return make_evidence(std::move(text));
}

}  // namespace

Result<std::shared_ptr<PolicyEntry>> compile_rule(const policy::Policy& policy, std::string label,
                                                  PolicyEntry::Origin origin,
                                                  const policy::Schema& schema) {
    if (policy.is_template()) {
        return Error(ErrorCode::invalid_request, "a template is not a policy: fill in its slots");
    }
    const Result<ActionSet> actions = actions_of(policy);
    if (!actions) {
        return actions.error();
    }
    auto entry = std::make_shared<PolicyEntry>(policy.with_id(label), &schema);
    entry->origin = origin;
    entry->actions = *actions;
    entry->label = std::move(label);
    for (const policy::EntityUid& uid : entry->policy().mentioned_entities()) {
        if (uid.type() != "Action") {
            entry->cited.push_back("cited:" + uid.text());
        }
    }
    entry->tag_keys = tag_keys_of(entry->policy());
    return entry;
}

Result<std::vector<PolicyPtr>> compile_builtin(std::string_view text,
                                               const policy::Schema& schema) {
    const Result<std::vector<policy::Policy>> parsed = policy::parse_policies(text);
    if (!parsed) {
        return Error(ErrorCode::internal, "internal error",
                     "builtin.cedar: " + parsed.error().message());
    }
    const policy::Validation validation = policy::validate(*parsed, schema);
    if (!validation.valid()) {
        return Error(ErrorCode::internal, "internal error",
                     "builtin.cedar: " + validation.errors.front().policy + ": " +
                         validation.errors.front().detail);
    }
    std::vector<PolicyPtr> entries;
    for (const policy::Policy& each : *parsed) {
        const std::optional<std::string_view> id = each.annotation("id");
        if (!id) {
            return Error(ErrorCode::internal, "internal error", "builtin.cedar: a policy without @id");
        }
        Result<std::shared_ptr<PolicyEntry>> entry = compile_rule(
            each, "builtin:" + std::string(*id), PolicyEntry::Origin::builtin, schema);
        if (!entry) {
            return entry.error();
        }
        (*entry)->kind = Kind::policy;
        (*entry)->name = std::string(*id);
        (*entry)->evidence = rule_evidence(**entry);
        entries.push_back(std::move(entry).value());
    }
    return entries;
}

Result<> World::put_policy(const Resource& resource, const Json& document) {
    std::string path = resource.name;
    std::string label = "guardrail:" + resource.name;
    std::string cedar;
    PolicyEntry::Origin origin = PolicyEntry::Origin::guardrail;
    if (resource.kind == Kind::policy) {
        Result<PolicyDocument> parsed = parse_policy_document(document);
        const EntryPtr owner = find(resource.parent);
        if (!parsed || !owner) {
            return Error(ErrorCode::internal, parsed ? "a policy without its domain" : parsed.error().message());
        }
        path = owner->name + "/" + resource.name;
        label = "policy:" + path;
        cedar = parsed->cedar;
        origin = PolicyEntry::Origin::domain;
    } else {
        Result<GuardrailDocument> parsed = parse_guardrail(document);
        if (!parsed) {
            return parsed.error();
        }
        cedar = parsed->cedar;
        if (parsed->mode == "shadow") {
            origin = PolicyEntry::Origin::shadow;
        }
    }
    const Result<policy::Policy> policy = policy::parse_policy(label, cedar);
    if (!policy) {
        return policy.error();
    }
    Result<std::shared_ptr<PolicyEntry>> compiled =
        compile_rule(*policy, std::move(label), origin, schema_);
    if (!compiled) {
        return compiled.error();
    }
    if (const EntryPtr old = find(resource.kind, path)) {
        detach(*old);
    }
    const std::shared_ptr<PolicyEntry> entry = *compiled;
    if (origin == PolicyEntry::Origin::domain) {
        entry->domain = rules_.key(domain_uid(path.substr(0, path.find('/'))));
    }
    entry->asks_for = principal_key(rules_, entry->policy().principal());
    change_uses(entry->cited, 1);
    for (const std::string& key : entry->tag_keys) {
        list_tagged(resource.id, {"asks:" + key}, true);
    }
    enter(entry, resource, path);
    rules_for_.insert(entry->asks_for, entry->id.value);
    entry->evidence = rule_evidence(*entry);
    rules_of_columns_ += names_a_column(*entry) ? 1U : 0U;
    if (entry->reads_row()) {
        row_rules_.insert(resource.parent.value, resource.id.value);
    }
    count_rule(resource.parent, 1);
    if (!rules_.add(resource.id.value, entry)) {
        return Error(ErrorCode::internal, "a rule whose number is taken");
    }
    return {};
}

Result<> World::put_vocabulary(const Resource& resource, const Json& document) {
    if (resource.kind == Kind::storage) {
        Result<StorageDocument> parsed = parse_storage(document);
        if (!parsed) {
            return parsed.error();
        }
        if (const EntryPtr old = find(Kind::storage, resource.name)) {
            detach(*old);
        }
        auto entry = std::make_shared<StorageEntry>();
        auto view = std::make_shared<StorageView>();
        view->id = resource.id;
        view->revision = resource.revision;
        view->name = resource.name;
        view->facts = std::move(parsed).value();
        const Json state = Json::parse(resource.state.empty() ? "{}" : resource.state, nullptr, false);
        for (const Json& domain : state.value("ended", Json::array())) {
            view->facts.delegated.erase(domain.get<std::string>());
        }
        view->sealed_secret = state.value("secret", "");
        entry->view = std::move(view);
        entry->node = make_node(rules_, {"Storage", resource.name}, {}, {}, Place(rules_, *mesh_));
        set_node(entry->node);
        enter(entry, resource, resource.name);
        return {};
    }
    if (resource.kind == Kind::purpose) {
        Result<PurposeDocument> parsed = parse_purpose(document);
        if (!parsed) {
            return parsed.error();
        }
        if (const EntryPtr old = find(Kind::purpose, resource.name)) {
            detach(*old);
        }
        auto entry = std::make_shared<PurposeEntry>();
        entry->anybody = !parsed->claimable_by.has_value();
        entry->claimable_by = parsed->claimable_by.value_or(std::vector<PrincipalName>{});
        for (const PrincipalName& name : entry->claimable_by) {
            entry->named.push_back("member:" + name.text());
        }
        change_uses(entry->named, 1);
        entry->node = make_node(rules_, {"Purpose", resource.name}, {}, {}, Place(rules_, *mesh_));
        set_node(entry->node);
        enter(entry, resource, resource.name);
        return {};
    }
    Result<TagDocument> parsed = parse_tag(document);
    if (!parsed) {
        return parsed.error();
    }
    auto entry = std::make_shared<TagEntry>();
    entry->values = parsed->values;
    entry->is_protected = parsed->is_protected;
    entry->stewards = parsed->stewards;
    const auto old = std::dynamic_pointer_cast<const TagEntry>(find(Kind::tag, resource.name));
    // "tag/class/stewards": no domain is called "tag/class", so it meets nobody's group.
    const policy::EntityUid stewards("Group", "tag/" + resource.name + "/stewards");
    entry->node = make_node(rules_, {"Tag", resource.name},
                            {{"stewards", policy::Value::entity(stewards)},
                             {"protected", policy::Value::boolean(entry->is_protected)}},
                            {}, Place(rules_, *mesh_));
    set_node(entry->node);
    const std::vector<PrincipalName> before = old ? old->stewards : std::vector<PrincipalName>{};
    const std::vector<PrincipalName> after = entry->stewards;
    enter(entry, resource, resource.name);
    list_members(stewards, before, after);
    set_protected(resource.name, parsed->is_protected);
    return {};
}

Result<> World::put_token(const Resource& resource, const Json& document) {
    Result<TokenDocument> parsed = parse_token_document(document);
    if (!parsed) {
        return parsed.error();
    }
    const Json state = Json::parse(resource.state, nullptr, false);
    const Result<std::string> hash =
        from_hex(state.is_object() ? state.value("secret_hash", "") : "");
    auto entry = std::make_shared<TokenEntry>();
    if (!hash || hash->size() != entry->secret_hash.size()) {
        return Error(ErrorCode::internal, "a token without its hash");
    }
    std::copy(hash->begin(), hash->end(), entry->secret_hash.begin());
    entry->principal = ResourceId::parse(state.value("principal", "")).value_or(ResourceId{});
    entry->expires_at = parsed->expires_at.value_or(UtcTime::max());
    enter(entry, resource, resource.id.text());
    return {};
}

Result<> World::put_approval(const Resource& resource, const Json& document) {
    const Json state = Json::parse(resource.state, nullptr, false);
    const std::optional<Kind> kind = parse_kind(document.value("kind", ""));
    if (!state.is_object() || !kind) {
        return Error(ErrorCode::internal, "an approval without its state");
    }
    auto entry = std::make_shared<ApprovalEntry>();
    entry->by = ResourceId::parse(state.value("by", "")).value_or(ResourceId{});
    entry->changed_kind = *kind;
    entry->changed = document.value("resource", "");
    entry->pending = state.value("state", "") == "pending";
    enter(entry, resource, resource.id.text());
    return {};
}

void World::detach_rule(const Entry& entry) {
    if (const auto* rule = dynamic_cast<const PolicyEntry*>(&entry)) {
        change_uses(rule->cited, -1);
        for (const std::string& key : rule->tag_keys) {
            list_tagged(rule->id, {"asks:" + key}, false);
        }
        rules_of_columns_ -= names_a_column(*rule) ? 1U : 0U;
        if (rule->reads_row()) {
            row_rules_.erase(rule->parent.value, rule->id.value);
        }
        count_rule(rule->parent, -1);
        rules_for_.erase(rule->asks_for, rule->id.value);
        rules_.remove(rule->id.value);
    } else if (const auto* grant = dynamic_cast<const GrantEntry*>(&entry)) {
        if (grant->revoked) {
            return;
        }
        change_uses(grant_uses(*grant), -1);
        unfile_grant(*grant);
        list_grant(*grant, false);
    } else if (const auto* request = dynamic_cast<const RequestEntry*>(&entry)) {
        if (is_open(request_state_of(request->state))) {
            change_uses({open_requests_of(request->by)}, -1);
        }
    } else if (const auto* suspension = dynamic_cast<const SuspensionEntry*>(&entry)) {
        suspended_.remove(suspension->target);
    } else if (const auto* tag = dynamic_cast<const TagEntry*>(&entry)) {
        list_members({"Group", "tag/" + tag->name + "/stewards"}, tag->stewards, {});
        set_protected(tag->name, false);
        nodes_.remove(tag->node->entity.uid);
    } else if (const auto* storage = dynamic_cast<const StorageEntry*>(&entry)) {
        nodes_.remove(storage->node->entity.uid);
    } else if (const auto* purpose = dynamic_cast<const PurposeEntry*>(&entry)) {
        change_uses(purpose->named, -1);
        nodes_.remove(purpose->node->entity.uid);
    } else if (const auto* principal = dynamic_cast<const PrincipalEntry*>(&entry)) {
        detach_principal(*principal);
    }
}

}  // namespace charter
