#include "charter/governance/bearers.hpp"

#include "charter/base/limits.hpp"
#include "governance/fold.hpp"
#include "governance/kind_rules.hpp"

#include <algorithm>

namespace charter {

namespace {

/// How old the time of the last sight may become before it is written again.
constexpr std::chrono::hours sight_kept{24};

UtcTime issued(const Identity& identity, UtcTime now) {
    return identity.issued_at.value_or(now);
}

/// Protected keys are their stewards' to give, no issuer's.
Tags in_vocabulary(const World& world, const Tags& claimed) {
    Tags known;
    for (const auto& [key, values] : claimed) {
        const auto entry = std::dynamic_pointer_cast<const TagEntry>(world.find(Kind::tag, key));
        for (const std::string& value : values) {
            if (entry && !entry->is_protected &&
                std::ranges::find(entry->values, value) != entry->values.end()) {
                known[key].push_back(value);
            }
        }
    }
    return known;
}

Json claims_of(const World& world, const Identity& identity, UtcTime now) {
    Json claims = Json::object();
    claims["groups"] = identity.groups;
    claims["tags"] = identity.tags;
    claims["known_tags"] = in_vocabulary(world, identity.tags);
    claims["issued_at"] = format_time(issued(identity, now));
    claims["seen_at"] = format_time(now);
    return claims;
}

bool is_free(const World& world, const PrincipalName& name) {
    return !world.find(name.kind, name.name) &&
           check_not_cited(world, {principal_uid(name)}).has_value();
}

/// The proposed name, or with some of a hash of the subject behind it, so that the same
/// subject is called the same in every mesh where the name is taken.
std::optional<PrincipalName> free_name(const World& world, const Identity& identity) {
    PrincipalName name{identity.kind, identity.name};
    if (is_free(world, name)) {
        return name;
    }
    const Digest hash = sha256(identity.issuer + "\n" + identity.subject);
    const std::string digits = to_hex(hash);
    for (const std::size_t count : {6U, 12U, 24U}) {
        std::string base = identity.name.substr(0, limits::name_length_max - count - 1);
        base.resize(base.find_last_not_of('-') + 1);
        name.name = base + "-" + digits.substr(0, count);
        if (is_free(world, name)) {
            return name;
        }
    }
    return std::nullopt;
}

Result<Resource> new_bearer(const Draft& draft, const Identity& identity) {
    const std::optional<PrincipalName> name = free_name(draft.world(), identity);
    if (!name) {
        return Error(ErrorCode::conflict, "no name is free for this subject");
    }
    Resource resource;
    resource.kind = name->kind;
    resource.id = draft.new_id();
    resource.name = name->name;
    Json document = Json::object();
    document["identity"]["issuer"] = identity.issuer;
    document["identity"]["subject"] = identity.subject;
    resource.document = document.dump();
    return resource;
}

}  // namespace

PrincipalPtr known_bearer(const World& world, const Identity& identity, UtcTime now) {
    PrincipalPtr known = world.principal(Subject{identity.issuer, identity.subject});
    if (!known || issued(identity, now) < known->claims_issued) {
        return known;
    }
    const bool same = known->claimed_groups == identity.groups &&
                      known->claimed_tags == identity.tags &&
                      known->claims_seen > now - sight_kept;
    return same ? known : nullptr;
}

Caller unknown_bearer(const Identity& identity) {
    auto entry = std::make_shared<PrincipalEntry>();
    entry->principal = PrincipalName{identity.kind, identity.name};
    entry->identity = Subject{identity.issuer, identity.subject};
    Json evidence = Json::object();
    evidence["issuer"] = identity.issuer;
    evidence["subject"] = identity.subject;
    entry->evidence = make_evidence(evidence.dump());
    Caller caller;
    caller.principal = std::move(entry);
    return caller;
}

Result<PrincipalPtr> admit_bearer(Draft& draft, const Identity& identity) {
    if (PrincipalPtr known = known_bearer(draft.world(), identity, draft.now())) {
        return known;
    }
    const Subject subject{identity.issuer, identity.subject};
    const PrincipalPtr before = draft.world().principal(subject);
    Result<Resource> resource = Error(ErrorCode::internal, "internal error");
    if (before) {
        Result<std::optional<Resource>> found = draft.find(before->id);
        if (!found) {
            return found.error();
        }
        resource = std::move(found->value());
    } else {
        resource = new_bearer(draft, identity);
    }
    if (!resource) {
        return resource.error();
    }
    Json state = resource->state.empty() ? Json::object() : Json::parse(resource->state);
    state["claims"] = claims_of(draft.world(), identity, draft.now());
    resource->state = state.dump();
    resource->revision += 1;

    Caller self = unknown_bearer(identity);
    if (before) {
        self.principal = before;
    }
    draft.begin_unasked(self.principal, "admit");
    const Result<> put =
        draft.put(self, std::move(resource).value(), before ? "seen" : "created");
    if (!put) {
        return put.error();
    }
    return draft.world().principal(subject);
}

}  // namespace charter
