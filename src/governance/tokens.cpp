// Tokens, and leases that are ended.
#include "charter/governance/grants.hpp"

#include "governance/kind_rules.hpp"

namespace charter {

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
    Result<Resource> stored = draft.stored(id);
    if (!stored) {
        return stored.error();
    }
    return CreatedToken{std::move(*stored), std::move(token.text)};
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
