// The fold of grants: each is a row in the index of rules, a link of the template that
// says its terms.
#include "charter/base/json_writer.hpp"
#include "charter/governance/world.hpp"
#include "governance/fold.hpp"
#include "governance/rules.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace charter {

namespace {

/// What grants of the same terms share. The index compares the end itself, and who a
/// name belongs to now is looked at when a grant is used.
std::string grant_template_text(const GrantEntry& grant) {
    std::string actions = "Action::\"metadata\"";
    for (const Action action : {Action::read, Action::read_masked, Action::write}) {
        if ((grant.actions & bit(action)) != 0) {
            actions += ", " + action_uid(action).text();
        }
    }
    std::string text = "permit (principal in ?principal, action in [" + actions +
                       "], resource in ?resource)";
    if (grant.not_before != UtcTime::min()) {
        text += " when { context.now >= datetime(\"" + format_time(grant.not_before) + "\") }";
    }
    if (!grant.purposes.empty()) {
        std::string purposes;
        for (const std::string& purpose : grant.purposes) {
            purposes += (purposes.empty() ? "" : ", ") + policy::quoted(purpose);
        }
        text += " when { action in Action::\"metadata\" || (context has purpose && [" + purposes +
                "].contains(context.purpose)) }";
    }
    return text + ";";
}

policy::EntityUid resource_uid(std::string_view path) {
    switch (std::count(path.begin(), path.end(), '/')) {
        case 0: return domain_uid(path);
        case 1: return {"Product", path};
        default: return {"Port", path};
    }
}

}  // namespace

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
    grant.link.principal = rules_.key(principal_uid(grant.grantee_name));
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
    entry->resource_path = parsed->resource;
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
    enter(entry, resource, resource.id.text());
    if (entry->revoked) {
        return {};
    }
    list_grant(*entry, true);
    return file_grant(*entry);
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
