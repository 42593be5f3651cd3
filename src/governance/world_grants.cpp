// The fold of grants: each is a row in the index of rules, a link of the template that
// says its terms.
#include "charter/base/json_writer.hpp"
#include "charter/governance/grant_standing.hpp"
#include "charter/governance/world.hpp"
#include "governance/fold.hpp"
#include "governance/rules.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace charter {

namespace {

std::string set_text(const std::vector<std::string>& values) {
    std::string text = "[";
    for (const std::string& value : values) {
        text += (text.size() == 1 ? "" : ", ") + policy::quoted(value);
    }
    return text + "]";
}

/// What the effective tags of the resource must be: of each key one of its values. A key that is
/// missing never matches.
void add_tag_conditions(const Tags& all, std::vector<std::string>& conditions) {
    for (const auto& [key, values] : all) {
        const std::string name = policy::quoted(key);
        conditions.push_back("resource.hasTag(" + name + ") && resource.getTag(" + name +
                             ").containsAny(" + set_text(values) + ")");
    }
}

std::vector<std::string> tag_conditions(const GrantEntry& grant) {
    std::vector<std::string> conditions;
    if (grant.tagged) {
        add_tag_conditions(grant.tagged->all, conditions);
    }
    if (grant.parent_tags != nullptr) {
        add_tag_conditions(*grant.parent_tags, conditions);
    }
    return conditions;
}

std::string purpose_condition(const GrantEntry& grant) {
    return "context has purpose && " + set_text(grant.purposes) + ".contains(context.purpose)";
}

/// The data actions it gives. What is for a domain's owners to pass on gives them none.
std::vector<Action> data_actions_of(const GrantEntry& grant) {
    std::vector<Action> actions;
    for (const Action action : {Action::read, Action::read_masked, Action::write}) {
        if (!grant.delegable && (grant.actions & bit(action)) != 0) {
            actions.push_back(action);
        }
    }
    return actions;
}

/// Whom it is for: of a delegable one the owners of the domain.
policy::EntityUid bearer_of(const GrantEntry& grant) {
    return grant.delegable ? owners_uid(grant.grantee_name.name)
                           : principal_uid(grant.grantee_name);
}

const std::vector<std::string> no_conditions;

bool looks_at_rows(const std::string& condition) {
    return condition.find("context") != condition.npos;  // one on columns names none of it
}

/// What grants of the same terms share. The index compares the end itself, and who a
/// name belongs to now is looked at when a grant is used.
std::string grant_template_text(const GrantEntry& grant) {
    std::string actions = "Action::\"metadata\"";
    for (const Action action : data_actions_of(grant)) {
        actions += ", " + action_uid(action).text();
    }
    std::string text = "permit (principal in ?principal, action in [" + actions +
                       "], resource in ?resource)";
    if (grant.not_before != UtcTime::min()) {
        text += " when { context.now >= datetime(\"" + format_time(grant.not_before) + "\") }";
    }
    for (const std::string& condition : tag_conditions(grant)) {
        text += " when { " + condition + " }";
    }
    if (!grant.purposes.empty() && !grant.delegable) {
        text += " when { action in Action::\"metadata\" || (" + purpose_condition(grant) + ") }";
    }
    for (const std::string& condition : grant.delegable ? no_conditions : grant.cells) {
        text += " when { action in Action::\"metadata\" || (" + condition + ") }";
    }
    return text + ";";
}

/// The terms of what a grant passes on, which are its own too. What is passed on never changes
/// them, so they are kept with it.
Result<> take_parent_terms(const Json& state, GrantEntry& grant) {
    const auto within = state.find("within");
    if (within == state.end()) {
        return {};
    }
    const auto time = [&](const char* field, UtcTime otherwise) {
        const std::string text = within->value(field, "");
        return text.empty() ? Result<UtcTime>(otherwise) : parse_time(text);
    };
    const Result<UtcTime> from = time("not_before", UtcTime::min());
    const Result<UtcTime> to = time("expires_at", UtcTime::max());
    if (!from || !to) {
        return Error(ErrorCode::internal, "a grant with bad times of what it passes on");
    }
    grant.not_before = std::max(grant.not_before, *from);
    grant.expires_at = std::min(grant.expires_at, *to);
    if (grant.purposes.empty() && within->contains("purposes")) {
        grant.purposes = (*within)["purposes"].get<std::vector<std::string>>();
    }
    for (const Json& condition : within->value("cells", Json::array())) {
        grant.cells.push_back(condition.get<std::string>());
    }
    if (within->contains("tags")) {
        grant.parent_tags = std::make_shared<const Tags>((*within)["tags"].get<Tags>());
    }
    return {};
}

policy::EntityUid resource_uid(std::string_view path) {
    switch (std::count(path.begin(), path.end(), '/')) {
        case 0: return domain_uid(path);
        case 1: return {"Product", path};
        default: return {"Port", path};
    }
}

}  // namespace

std::vector<std::string> grant_as_cedar(const World& world, const GrantEntry& grant) {
    std::vector<std::string> conditions;
    const auto add_time = [&](std::string_view condition, UtcTime at) {
        conditions.push_back(std::string(condition) + " datetime(\"" + format_time(at) + "\")");
    };
    const std::optional<Target> target = target_of(world, grant);
    UtcTime end = target ? end_of(world, grant, target->domain) : grant.expires_at;
    end = end == UtcTime::min() ? grant.expires_at : end;  // said by the condition on the team
    if (grant.not_before != UtcTime::min()) {
        add_time("context.now >=", grant.not_before);
    }
    if (end != UtcTime::max()) {
        add_time("context.now <", end);
    }
    const policy::EntityUid bearer = bearer_of(grant);
    const auto parent = world.find<GrantEntry>(grant.passed_on);
    if (parent) {
        conditions.push_back(bearer.text() + " in " + principal_uid(parent->grantee_name).text());
    }
    for (std::string& condition : tag_conditions(grant)) {
        conditions.push_back(std::move(condition));
    }
    const bool one = bearer.type() != "Group" && bearer.type() != "Team";
    const std::string scope_of_principal = (one ? "principal == " : "principal in ") + bearer.text();
    const auto permit = [&](const std::string& action) {
        std::string text = "permit (" + scope_of_principal + ", " + action + ", resource in " +
                           resource_uid(grant.resource_path).text() + ")";
        for (const std::string& condition : conditions) {
            text += (&condition == conditions.data() ? " when { " : " && ") + condition;
        }
        return text + (conditions.empty() ? ";" : " };");
    };
    std::vector<std::string> texts{permit("action in Action::\"metadata\"")};
    if (!grant.purposes.empty()) {
        conditions.push_back(purpose_condition(grant));
    }
    for (const std::string& condition : grant.cells) {
        conditions.push_back("(" + condition + ")");
    }
    for (const Action action : data_actions_of(grant)) {
        texts.push_back(permit("action == " + action_uid(action).text()));
    }
    return texts;
}

Result<> World::file_grant(GrantEntry& grant) {
    const std::string terms = grant_template_text(grant);
    const GrantTemplate* known = grant_templates_.find(terms);
    GrantTemplate shared = known != nullptr ? *known : GrantTemplate{next_number_, 0};
    if (known == nullptr) {
        Result<policy::Policy> parsed = policy::parse_policy("grant", terms);
        if (!parsed || !rules_.add(next_number_++, std::make_shared<const policy::Rule>(
                                                       std::move(parsed).value()))) {
            return Error(ErrorCode::internal, "a grant whose terms cannot be filed");
        }
    }
    ++shared.uses;
    grant_templates_.insert_or_assign(terms, shared);
    grant.link.number = grant.id.value;
    grant.link.template_number = shared.number;
    grant.link.principal = rules_.key(bearer_of(grant));
    grant.link.resource = rules_.key(resource_uid(grant.resource_path));
    if (grant.expires_at != UtcTime::max()) {
        grant.link.until = grant.expires_at.time_since_epoch().count();
    }
    if (!rules_.add(grant.link)) {
        return Error(ErrorCode::internal, "a grant whose number is taken");
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
    entry->resource_path = parsed->tagged ? parsed->tagged->domain : parsed->resource;
    for (const std::string& name : parsed->actions) {
        entry->actions |= bit(parse_action(name).value_or(Action::describe));
    }
    entry->tagged = parsed->tagged;
    entry->delegable = parsed->delegable;
    entry->passed_on = parsed->parent.value_or(ResourceId{});
    entry->request = ResourceId::parse(state.value("request", "")).value_or(ResourceId{});
    entry->purposes = parsed->purposes;
    entry->not_before = parsed->not_before.value_or(UtcTime::min());
    entry->expires_at = parsed->expires_at.value_or(UtcTime::max());
    entry->review_at = parsed->review_at.value_or(UtcTime::max());
    for (const Json& condition : state.value("cells", Json::array())) {
        entry->cells.push_back(condition.get<std::string>());
    }
    if (const Result<> within = take_parent_terms(state, *entry); !within) {
        return within.error();
    }
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

    enter(entry, resource, resource.id.text());
    if (entry->revoked) {
        revoked_of_.insert(entry->grantee.value, entry->id.value);
        revoked_on_.insert(entry->resource.value, entry->id.value);
        return {};
    }
    change_uses(grant_uses(*entry), 1);
    if (std::ranges::any_of(entry->cells, looks_at_rows)) {
        const std::string_view path = entry->resource_path;
        const DomainPtr domain = this->domain(path.substr(0, path.find('/')));
        entry->looks_at_rows_of = domain ? domain->id : ResourceId{};
    }
    list_grant(*entry, true);
    return file_grant(*entry);
}

std::vector<std::string> World::grant_uses(const GrantEntry& grant) {
    std::vector<std::string> uses;
    for (const std::string& purpose : grant.purposes) {
        uses.push_back("purpose:" + purpose);
    }
    if (grant.passed_on) {
        uses.push_back("passed-on:" + grant.passed_on.text());
    }
    return uses;
}

void World::list_grant(const GrantEntry& grant, bool present) {
    const auto list = [&](IdPairs& pairs, ResourceId owner) {
        if (owner && present) {
            pairs.insert(owner.value, grant.id.value);
        } else if (owner) {
            pairs.erase(owner.value, grant.id.value);
        }
    };
    list(grants_of_, grant.grantee);
    list(grants_on_, grant.resource);
    list(passed_on_, grant.passed_on);
    list(row_rules_, grant.looks_at_rows_of);
    if (grant.tagged) {
        for (const auto& [key, values] : grant.tagged->all) {
            list_tagged(grant.id, {"asks:" + key}, present);
        }
    }
}

void World::unfile_grant(const GrantEntry& grant) {
    rules_.remove(grant.link);
    const std::string terms = grant_template_text(grant);
    const GrantTemplate* shared = grant_templates_.find(terms);
    if (shared != nullptr && shared->uses == 1) {
        rules_.remove(shared->number);
        grant_templates_.remove(terms);
    } else if (shared != nullptr) {
        grant_templates_.insert_or_assign(terms, {shared->number, shared->uses - 1});
    }
}

}  // namespace charter
