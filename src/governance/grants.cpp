#include "charter/governance/grants.hpp"

#include "governance/kind_rules.hpp"

#include <algorithm>

namespace charter {

namespace {

/// A domain, product or port that a grant names, with whether the caller sees it.
struct Named {
    ResourceId id;
    Target target;
    bool shown = false;
};

std::optional<Named> find_resource(const World& world, const Caller& caller, const std::string& path) {
    Visibility visibility(world, caller);
    const auto slashes = std::count(path.begin(), path.end(), '/');
    if (slashes == 0) {
        const DomainPtr domain = world.domain(path);
        return domain ? std::optional<Named>(
                            Named{domain->id, target_of(world, *domain), visibility.shows(*domain)})
                      : std::nullopt;
    }
    if (slashes == 1) {
        const ProductPtr product = world.product(path);
        return product ? std::optional<Named>(Named{product->id, target_of(world, *product),
                                                    visibility.shows(*product)})
                       : std::nullopt;
    }
    const PortPtr port = world.port(path);
    return port ? std::optional<Named>(
                      Named{port->id, target_of(world, *port), visibility.shows(*port)})
                : std::nullopt;
}

}  // namespace

Result<Written> create_grant(Draft& draft, const Caller& caller, const Json& body) {
    const Result<GrantDocument> document = parse_grant(body);
    if (!document) {
        return document.error();
    }
    const World& world = draft.world();
    const std::optional<Named> named = find_resource(world, caller, document->resource);
    if (!named || !named->shown) {
        return invalid_document({{"/resource", "there is no `" + document->resource + "`"}});
    }
    const Result<> may =
        draft.require(caller, Action::grant, named->target, true, document->resource);
    if (!may) {
        return may.error();
    }
    std::vector<Violation> violations;
    const ResourceId grantee = world.grantee_id(document->grantee);
    if (!grantee) {
        violations.push_back({"/grantee", "there is no " + document->grantee.text()});
    }
    for (std::size_t i = 0; i < document->purposes.size(); ++i) {
        if (!world.find(Kind::purpose, document->purposes[i])) {
            violations.push_back({"/purposes/" + std::to_string(i),
                                  "there is no purpose `" + document->purposes[i] + "`"});
        }
    }
    if (document->expires_at && *document->expires_at <= draft.now()) {
        violations.push_back({"/expires_at", "the time is in the past"});
    }
    if (!violations.empty()) {
        return invalid_document(std::move(violations));
    }
    Written written;
    Resource& resource = written.resource;
    resource.kind = Kind::grant;
    resource.id = draft.new_id();
    resource.name = resource.id.text();
    resource.revision = 1;
    resource.document = body.dump();
    Json state = Json::object();
    state["grantee"] = grantee.text();
    state["resource"] = named->id.text();
    state["granted_by"] = caller.principal->principal.text();
    resource.state = state.dump();
    if (const Result<> put = draft.put(caller, resource, "created"); !put) {
        return put.error();
    }
    Result<std::optional<Resource>> stored = draft.find(resource.id);
    if (!stored || !*stored) {
        return Error(ErrorCode::internal, "internal error", "a grant just put is not there");
    }
    written.resource = std::move(**stored);
    written.created = true;
    written.changed = true;
    return written;
}

Result<std::vector<ResourceId>> revoke_grant(Draft& draft, const Caller& caller, ResourceId id,
                                             const std::string& reason) {
    const auto grant = draft.world().find<GrantEntry>(id);
    if (!grant) {
        return absent();
    }
    const std::optional<Target> target = resource_target(draft.world(), grant->resource);
    const bool readable = check_readable(draft.world(), caller, *grant).has_value();
    const Result<> may = draft.require(caller, target ? Action::grant : Action::administer,
                                       target ? *target : target_of(draft.world()), readable,
                                       grant->resource_path);
    if (!may) {
        return may.error().code() == ErrorCode::not_found ? absent() : may.error();
    }
    if (grant->revoked) {
        return std::vector<ResourceId>{};
    }
    Result<std::optional<Resource>> found = draft.find(id);
    if (!found) {
        return found.error();
    }
    if (!*found) {
        return absent();
    }
    Resource resource = std::move(**found);
    Json state = Json::parse(resource.state);
    state["revoked_at"] = format_time(draft.now());
    state["revoked_by"] = caller.principal->principal.text();
    if (!reason.empty()) {
        state["revoke_reason"] = reason;
    }
    resource.state = state.dump();
    resource.revision += 1;
    if (const Result<> put = draft.put(caller, std::move(resource), "revoked"); !put) {
        return put.error();
    }
    return std::vector<ResourceId>{id};
}

Result<CreatedToken> create_token(Draft& draft, const Caller& caller, TokensFor others,
                                  const Json& body) {
    const Result<TokenDocument> document = parse_token_document(body);
    if (!document) {
        return document.error();
    }
    const bool own = document->principal == caller.principal->principal;
    const Result<> may = draft.require(caller, own ? Action::describe : Action::administer,
                                       target_of(draft.world()), true,
                                       "token for " + document->principal.text());
    if (!may) {
        return may.error();
    }
    if (!own && others == TokensFor::services_and_engines &&
        document->principal.kind == Kind::user) {
        return Error(ErrorCode::forbidden,
                     "people sign in with their issuer: nobody makes a token for another one");
    }
    const PrincipalPtr principal = draft.world().principal(document->principal);
    std::vector<Violation> violations;
    if (!principal) {
        violations.push_back({"/principal", "there is no " + document->principal.text()});
    }
    if (document->expires_at && *document->expires_at <= draft.now()) {
        violations.push_back({"/expires_at", "the time is in the past"});
    }
    if (!violations.empty()) {
        return invalid_document(std::move(violations));
    }
    Resource resource;
    resource.kind = Kind::token;
    resource.id = draft.new_id();
    resource.name = resource.id.text();
    resource.revision = 1;
    resource.document = body.dump();
    NewToken token = make_token(resource.id);
    Json state = Json::object();
    state["secret_hash"] = to_hex(token.secret_hash);
    state["principal"] = principal->id.text();
    resource.state = state.dump();
    const ResourceId id = resource.id;
    if (const Result<> put = draft.put(caller, std::move(resource), "created"); !put) {
        return put.error();
    }
    Result<std::optional<Resource>> stored = draft.find(id);
    if (!stored || !*stored) {
        return Error(ErrorCode::internal, "internal error", "a token just put is not there");
    }
    return CreatedToken{std::move(**stored), std::move(token.text)};
}

Result<> delete_token(Draft& draft, const Caller& caller, ResourceId id) {
    const auto token = draft.world().find<TokenEntry>(id);
    if (!token || !check_readable(draft.world(), caller, *token)) {
        return absent();
    }
    const bool own = token->principal == caller.principal->id;
    const Result<> may = draft.require(caller, own ? Action::describe : Action::administer,
                                       target_of(draft.world()), true, "token " + id.text());
    if (!may) {
        return may.error();
    }
    Result<std::optional<Resource>> found = draft.find(id);
    if (!found) {
        return found.error();
    }
    if (!*found) {
        return absent();
    }
    draft.remove(caller, **found);
    return {};
}

Result<> end_lease(Draft& draft, const Caller& caller, const std::string& lease, ResourceId holder,
                   ResourceId port) {
    if (draft.world().find(Kind::lease, lease)) {
        return {};  // ended already
    }
    if (holder == caller.principal->id) {
        const Result<> may = draft.require(caller, Action::describe, target_of(draft.world()), true,
                                           "lease " + lease);
        if (!may) {
            return may.error();
        }
    } else {
        const std::optional<Target> target = resource_target(draft.world(), port);
        const Result<> may =
            draft.require(caller, target ? Action::grant : Action::administer,
                          target ? *target : target_of(draft.world()), true, "lease " + lease);
        if (!may) {
            return may.error();
        }
    }
    Resource ended;
    ended.kind = Kind::lease;
    ended.id = draft.new_id();
    ended.name = lease;
    ended.revision = 1;
    ended.document = "{}";
    return draft.put(caller, std::move(ended), "ended");
}

}  // namespace charter
