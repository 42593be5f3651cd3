#include "governance/rules.hpp"

#include "charter/base/json_writer.hpp"
#include "governance/fold.hpp"

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

EvidencePtr rule_evidence(const PolicyEntry& entry) {
    std::string text;
    JsonWriter json(text);
    json.begin_object().member("rule", entry.label).member("id", entry.id.text());
    json.key("revision").number(static_cast<std::int64_t>(entry.revision));
    json.member("cedar", entry.policy.source()).end_object();
    return make_evidence(std::move(text));
}

}  // namespace

Result<std::shared_ptr<PolicyEntry>> compile_rule(std::string_view cedar, std::string label,
                                                  PolicyEntry::Origin origin) {
    Result<policy::Policy> parsed = policy::parse_policy(label, cedar);
    if (!parsed) {
        return parsed.error();
    }
    if (parsed->is_template()) {
        return Error(ErrorCode::invalid_request, "a template is not a policy: fill in its slots");
    }
    const Result<ActionSet> actions = actions_of(*parsed);
    if (!actions) {
        return actions.error();
    }
    auto entry = std::make_shared<PolicyEntry>(std::move(parsed).value());
    entry->origin = origin;
    entry->actions = *actions;
    entry->forbid = entry->policy.effect() == policy::Effect::forbid;
    entry->label = std::move(label);
    for (const policy::EntityUid& uid : entry->policy.mentioned_entities()) {
        if (uid.type() != "Action") {
            entry->cited.push_back("cited:" + uid.text());
        }
    }
    return entry;
}

Result<std::vector<PolicyPtr>> compile_builtin(std::string_view text) {
    const Result<std::vector<policy::Policy>> parsed = policy::parse_policies(text);
    if (!parsed) {
        return Error(ErrorCode::internal, "internal error",
                     "builtin.cedar: " + parsed.error().message());
    }
    std::vector<PolicyPtr> entries;
    for (const policy::Policy& each : *parsed) {
        const std::optional<std::string_view> id = each.annotation("id");
        if (!id) {
            return Error(ErrorCode::internal, "internal error", "builtin.cedar: a policy without @id");
        }
        Result<std::shared_ptr<PolicyEntry>> entry = compile_rule(
            each.source(), "builtin:" + std::string(*id), PolicyEntry::Origin::builtin);
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

std::vector<std::string> grant_as_cedar(const GrantEntry& grant, const policy::EntityUid& grantee,
                                        const policy::EntityUid& resource) {
    std::string time;
    const auto add_time = [&](std::string_view condition, UtcTime at) {
        time += time.empty() ? "" : " && ";
        time += condition;
        time += " datetime(\"" + format_time(at) + "\")";
    };
    if (grant.not_before != UtcTime::min()) {
        add_time("context.now >=", grant.not_before);
    }
    if (grant.expires_at != UtcTime::max()) {
        add_time("context.now <", grant.expires_at);
    }
    const auto permit = [&](const std::string& action, const std::string& conditions) {
        const std::string who = grant.grantee_name.kind == Kind::group ||
                                        grant.grantee_name.kind == Kind::domain
                                    ? "principal in " + grantee.text()
                                    : "principal == " + grantee.text();
        return "permit (" + who + ", " + action + ", resource in " + resource.text() + ")" +
               (conditions.empty() ? "" : " when { " + conditions + " }") + ";";
    };
    std::vector<std::string> texts{permit("action in Action::\"metadata\"", time)};
    std::string purposes;
    for (const std::string& purpose : grant.purposes) {
        purposes += (purposes.empty() ? "" : ", ") + policy::quoted(purpose);
    }
    std::string conditions = time;
    if (!purposes.empty()) {
        conditions += conditions.empty() ? "" : " && ";
        conditions += "context has purpose && [" + purposes + "].contains(context.purpose)";
    }
    for (const Action action : {Action::read, Action::read_masked, Action::write}) {
        if ((grant.actions & bit(action)) != 0) {
            texts.push_back(permit("action == " + action_uid(action).text(), conditions));
        }
    }
    return texts;
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
    Result<std::shared_ptr<PolicyEntry>> compiled = compile_rule(cedar, std::move(label), origin);
    if (!compiled) {
        return compiled.error();
    }
    if (const EntryPtr old = find(resource.kind, path)) {
        detach(*old);
    }
    const std::shared_ptr<PolicyEntry> entry = *compiled;
    change_uses(entry->cited, 1);
    enter(entry, resource, path);
    entry->evidence = rule_evidence(*entry);
    if (resource.kind == Kind::policy) {
        auto list = std::make_shared<std::vector<PolicyPtr>>(policies_of(resource.parent));
        list->push_back(entry);
        policies_.insert_or_assign(resource.parent, std::move(list));
    } else {
        auto list = std::make_shared<std::vector<PolicyPtr>>(*guardrails_);
        list->push_back(entry);
        guardrails_ = std::move(list);
    }
    return {};
}

Result<> World::put_grant(const Resource& resource, const Json& document) {
    Result<GrantDocument> parsed = parse_grant(document);
    if (!parsed) {
        return parsed.error();
    }
    const Json state = Json::parse(resource.state, nullptr, false);
    if (!state.is_object()) {
        return Error(ErrorCode::internal, "a grant without its state");
    }
    auto entry = std::make_shared<GrantEntry>();
    entry->grantee = ResourceId::parse(state.value("grantee", "")).value_or(ResourceId{});
    entry->resource = ResourceId::parse(state.value("resource", "")).value_or(ResourceId{});
    entry->revoked = state.contains("revoked_at");
    entry->grantee_name = parsed->grantee;
    entry->resource_path = parsed->resource;
    for (const std::string& name : parsed->actions) {
        entry->actions |= bit(parse_action(name).value_or(Action::describe));
    }
    entry->purposes = parsed->purposes;
    entry->not_before = parsed->not_before.value_or(UtcTime::min());
    entry->expires_at = parsed->expires_at.value_or(UtcTime::max());
    entry->label = "grant:" + resource.id.text();
    if (const auto old = find<GrantEntry>(resource.id)) {
        detach(*old);
    }
    std::string evidence;
    JsonWriter json(evidence);
    json.begin_object().member("grant", resource.id.text());
    json.key("revision").number(static_cast<std::int64_t>(resource.revision));
    json.key("document").raw(resource.document).key("state").raw(resource.state).end_object();
    entry->evidence = make_evidence(std::move(evidence));

    for (const std::string& purpose : entry->purposes) {
        if (!entry->revoked) {
            change_uses({"purpose:" + purpose}, 1);
        }
    }
    if (!entry->revoked) {
        const GrantsByGrantee* found = grants_.find(entry->resource);
        GrantsByGrantee by_grantee = found != nullptr ? *found : GrantsByGrantee{};
        const GrantList* list = by_grantee.find(entry->grantee);
        auto next = list != nullptr ? std::make_shared<std::vector<GrantPtr>>(**list)
                                    : std::make_shared<std::vector<GrantPtr>>();
        next->push_back(entry);
        by_grantee.insert_or_assign(entry->grantee, std::move(next));
        grants_.insert_or_assign(entry->resource, std::move(by_grantee));
    }
    enter(entry, resource, resource.id.text());
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
        entry->facts = std::move(parsed).value();
        const Json state = Json::parse(resource.state.empty() ? "{}" : resource.state, nullptr, false);
        for (const Json& domain : state.value("ended", Json::array())) {
            entry->facts.delegated.erase(domain.get<std::string>());
        }
        entry->node = make_node({"Storage", resource.name}, {}, {}, mesh_.get());
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
        entry->node = make_node({"Purpose", resource.name}, {}, {}, mesh_.get());
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
    entry->node = make_node({"Tag", resource.name},
                            {{"stewards", policy::Value::entity(stewards)},
                             {"protected", policy::Value::boolean(entry->is_protected)}},
                            {}, mesh_.get());
    set_node(entry->node);
    const std::vector<PrincipalName> before = old ? old->stewards : std::vector<PrincipalName>{};
    const std::vector<PrincipalName> after = entry->stewards;
    enter(entry, resource, resource.name);
    list_members(stewards, before, after);
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

void World::detach_rule(const Entry& entry) {
    if (const auto* rule = dynamic_cast<const PolicyEntry*>(&entry)) {
        change_uses(rule->cited, -1);
        const auto same = [&](const PolicyPtr& each) { return each->id == rule->id; };
        if (rule->kind == Kind::policy) {
            auto list = std::make_shared<std::vector<PolicyPtr>>(policies_of(rule->parent));
            std::erase_if(*list, same);
            policies_.insert_or_assign(rule->parent, std::move(list));
        } else {
            auto list = std::make_shared<std::vector<PolicyPtr>>(*guardrails_);
            std::erase_if(*list, same);
            guardrails_ = std::move(list);
        }
    } else if (const auto* grant = dynamic_cast<const GrantEntry*>(&entry)) {
        if (grant->revoked) {
            return;
        }
        for (const std::string& purpose : grant->purposes) {
            change_uses({"purpose:" + purpose}, -1);
        }
        const GrantsByGrantee* found = grants_.find(grant->resource);
        const GrantList* list = found != nullptr ? found->find(grant->grantee) : nullptr;
        if (list == nullptr) {
            return;
        }
        auto next = std::make_shared<std::vector<GrantPtr>>(**list);
        std::erase_if(*next, [&](const GrantPtr& each) { return each->id == grant->id; });
        GrantsByGrantee by_grantee = *found;
        if (next->empty()) {
            by_grantee.remove(grant->grantee);
        } else {
            by_grantee.insert_or_assign(grant->grantee, std::move(next));
        }
        if (by_grantee.size() == 0) {
            grants_.remove(grant->resource);
        } else {
            grants_.insert_or_assign(grant->resource, std::move(by_grantee));
        }
    } else if (const auto* tag = dynamic_cast<const TagEntry*>(&entry)) {
        list_members({"Group", "tag/" + tag->name + "/stewards"}, tag->stewards, {});
        nodes_.remove(tag->node->entity.uid);
    } else if (const auto* storage = dynamic_cast<const StorageEntry*>(&entry)) {
        nodes_.remove(storage->node->entity.uid);
    } else if (const auto* purpose = dynamic_cast<const PurposeEntry*>(&entry)) {
        change_uses(purpose->named, -1);
        nodes_.remove(purpose->node->entity.uid);
    } else if (const auto* principal = dynamic_cast<const PrincipalEntry*>(&entry)) {
        std::vector<std::string> uses;
        append_tag_uses(principal->tags, uses);
        uses.insert(uses.end(), principal->named.begin(), principal->named.end());
        change_uses(uses, -1);
        list_members(principal->node->entity.uid, principal->members, {});
    }
}

}  // namespace charter
