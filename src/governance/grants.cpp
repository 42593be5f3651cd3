#include "charter/governance/grants.hpp"

#include "charter/base/limits.hpp"
#include "charter/governance/grant_standing.hpp"
#include "governance/access_page.hpp"
#include "governance/access_standing.hpp"
#include "governance/kind_rules.hpp"
#include "governance/passing_on.hpp"
#include "governance/row_rules.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace charter {

namespace {

/// What a grant is for: a domain, product or port, or a domain by its tags.
struct Named {
    ResourceId id;
    Target target;
    EntryPtr entry;
};

const std::string& path_of(const GrantDocument& document) {
    return document.tagged ? document.tagged->domain : document.resource;
}

std::optional<Named> find_named(const World& world, const GrantDocument& document) {
    const std::string& path = path_of(document);
    switch (std::count(path.begin(), path.end(), '/')) {
        case 0: {
            const DomainPtr domain = world.domain(path);
            return domain ? std::optional<Named>({domain->id, target_of(world, *domain), domain})
                          : std::nullopt;
        }
        case 1: {
            const ProductPtr product = world.product(path);
            return product ? std::optional<Named>({product->id, target_of(world, *product), product})
                           : std::nullopt;
        }
        default: {
            const PortPtr port = world.port(path);
            return port ? std::optional<Named>({port->id, target_of(world, *port), port})
                        : std::nullopt;
        }
    }
}

bool shows(const World& world, const Caller& caller, const Entry& entry) {
    Visibility visibility(world, caller);
    if (const auto* domain = dynamic_cast<const DomainEntry*>(&entry)) {
        return visibility.shows(*domain);
    }
    if (const auto* product = dynamic_cast<const ProductEntry*>(&entry)) {
        return visibility.shows(*product);
    }
    const auto* port = dynamic_cast<const PortEntry*>(&entry);
    return port != nullptr && visibility.shows(*port);
}

Error no_resource(const GrantDocument& document) {
    return invalid_document({{document.tagged ? "/tagged/domain" : "/resource",
                              "there is no `" + path_of(document) + "`"}});
}

/// What it names must be there.
void check_names(const Draft& draft, const GrantDocument& document,
                 std::vector<Violation>& violations) {
    const World& world = draft.world();
    // A team, too, of whose domain the caller sees nothing: consumers are often such.
    if (!world.grantee_id(document.grantee)) {
        violations.push_back({"/grantee", "there is no " + document.grantee.text()});
    }
    for (std::size_t i = 0; i < document.purposes.size(); ++i) {
        if (!world.find(Kind::purpose, document.purposes[i])) {
            violations.push_back({"/purposes/" + std::to_string(i),
                                  "there is no purpose `" + document.purposes[i] + "`"});
        }
    }
    if (document.tagged) {
        check_tags(world, document.tagged->all, "/tagged/all", violations);
    }
    if (document.expires_at && *document.expires_at <= draft.now()) {
        violations.push_back({"/expires_at", "the time is in the past"});
    }
}

/// `parent`: what it passes on, or null.
Result<Written> record(Draft& draft, const Caller& caller, const Json& body,
                       const GrantDocument& document, ResourceId on, const GrantEntry* parent,
                       std::vector<Violation> violations) {
    check_names(draft, document, violations);
    const EntryPtr about = find_resource(draft.world(), on);
    GrantCells cells = grant_cells(draft.world(), caller, document,
                                   about ? ports_in(draft.world(), *about) : std::vector<PortPtr>{});
    violations.insert(violations.end(), cells.violations.begin(), cells.violations.end());
    if (!violations.empty()) {
        return invalid_document(std::move(violations));
    }
    Written written;
    Resource& resource = written.resource;
    const ResourceId grantee = draft.world().grantee_id(document.grantee);
    const DecidedGrant decided{body.dump(), grantee, on, caller.principal->principal.text(), {},
                               std::move(cells.conditions)};
    resource = grant_resource(draft.new_id(), decided);
    if (parent != nullptr) {
        Json state = Json::parse(resource.state);
        state["within"] = parent_terms(*parent);
        resource.state = state.dump();
    }
    if (const Result<> put = draft.put(caller, resource, "created"); !put) {
        return put.error();
    }
    Result<Resource> stored = draft.stored(resource.id);
    if (!stored) {
        return stored.error();
    }
    written.resource = std::move(*stored);
    written.created = true;
    written.changed = true;
    return written;
}

Result<Written> pass_on(Draft& draft, const Caller& caller, const Json& body,
                        const GrantDocument& document) {
    const World& world = draft.world();
    const auto refuse = [](std::string detail) {
        return invalid_document({{"/parent", std::move(detail)}});
    };
    // A change replaces the entry; it is needed until then.
    const auto parent = world.find<GrantEntry>(*document.parent);
    if (!parent || !check_readable(world, caller, *parent)) {
        return refuse("there is no grant " + document.parent->text());
    }
    if (!parent->delegable) {
        return refuse("it is not delegable: nobody passes it on");
    }
    if (const GrantStanding standing = standing_of(world, *parent, draft.now());
        !standing.active()) {
        return refuse("it is " + std::string(standing.state) + ", so nobody passes it on");
    }
    const auto team = world.find<DomainEntry>(parent->grantee);
    const Result<> may =
        draft.require(caller, Action::grant, target_of(world, *team), true, team->path);
    if (!may) {
        return may.error();
    }
    const std::optional<Named> named = find_named(world, document);
    if (!named || (named->id != parent->resource && !shows(world, caller, *named->entry))) {
        return no_resource(document);
    }
    return record(draft, caller, body, document, named->id, parent.get(),
                  beyond_parent(world, *parent, document, named->target));
}

/// Whether the caller may end or review it, and what settled that.
Result<> require_decides(Draft& draft, const Caller& caller, const GrantEntry& grant) {
    const World& world = draft.world();
    const bool readable = check_readable(world, caller, grant).has_value();
    std::optional<Target> target = target_of(world, grant);
    const std::optional<Target> team = passed_on_in(world, grant);
    if (team && !(target && Decider(world, caller, Action::grant).allows(*target))) {
        target = team;
    }
    const Result<> may =
        draft.require(caller, target ? Action::grant : Action::administer,
                      target ? *target : target_of(world), readable, grant.resource_path);
    return may || may.error().code() != ErrorCode::not_found ? may : Result<>(absent());
}

Result<> end_one(Draft& draft, const Caller& caller, ResourceId id, const std::string& reason) {
    Result<Resource> resource = draft.stored(id);
    if (!resource) {
        return resource.error();
    }
    Json state = Json::parse(resource->state);
    state["revoked_at"] = format_time(draft.now());
    state["revoked_by"] = caller.principal->principal.text();
    if (!reason.empty()) {
        state["revoke_reason"] = reason;
    }
    resource->state = state.dump();
    resource->revision += 1;
    return draft.put(caller, std::move(*resource), "revoked");
}

}  // namespace

Result<Written> create_grant(Draft& draft, const Caller& caller, const Json& body) {
    const Result<GrantDocument> document = parse_grant(body);
    if (!document) {
        return document.error();
    }
    if (document->parent) {
        return pass_on(draft, caller, body, *document);
    }
    const World& world = draft.world();
    const std::optional<Named> named = find_named(world, *document);
    if (!named || !shows(world, caller, *named->entry)) {
        return no_resource(*document);
    }
    const Result<> may =
        draft.require(caller, Action::grant, named->target, true, path_of(*document));
    if (!may) {
        return may.error();
    }
    return record(draft, caller, body, *document, named->id, nullptr, {});
}

Resource grant_resource(ResourceId id, const DecidedGrant& grant) {
    Resource resource;
    resource.kind = Kind::grant;
    resource.id = id;
    resource.name = id.text();
    resource.revision = 1;
    resource.document = grant.document;
    Json state = Json::object();
    state["grantee"] = grant.grantee.text();
    state["resource"] = grant.resource.text();
    state["granted_by"] = grant.granted_by;
    if (!grant.cells.empty()) {
        state["cells"] = grant.cells;
    }
    if (grant.request) {
        state["request"] = grant.request.text();
    }
    resource.state = state.dump();
    return resource;
}

Result<std::vector<ResourceId>> revoke_grant(Draft& draft, const Caller& caller, ResourceId id,
                                             const std::string& reason) {
    const auto grant = draft.world().find<GrantEntry>(id);
    if (!grant) {
        return absent();
    }
    if (const Result<> may = require_decides(draft, caller, *grant); !may) {
        return may.error();
    }
    std::vector<ResourceId> fallen;
    if (grant->revoked) {
        return fallen;
    }
    fallen.push_back(id);
    draft.world().passed_on().for_each(id.value, [&](std::uint64_t each) {
        fallen.push_back(ResourceId{each});
        return true;
    });
    for (const ResourceId each : fallen) {
        if (const Result<> ended = end_one(draft, caller, each, reason); !ended) {
            return ended.error();
        }
    }
    return fallen;
}

Result<Resource> review_grant(Draft& draft, const Caller& caller, ResourceId id, const Json& body) {
    const auto grant = draft.world().find<GrantEntry>(id);
    if (!grant) {
        return absent();
    }
    if (const Result<> may = require_decides(draft, caller, *grant); !may) {
        return may.error();
    }
    const Result<ReviewDocument> review = parse_review(body);
    if (!review) {
        return review.error();
    }
    if (review->review_at <= draft.now()) {
        return invalid_document({{"/review_at", "the time is in the past"}});
    }
    // One that lapsed for want of a review comes back with it; nothing else does.
    if (standing_of(draft.world(), *grant, draft.now()).state == "revoked" ||
        draft.now() >= grant->expires_at) {
        return Error(ErrorCode::conflict, "the grant has ended: make a new one");
    }
    Result<Resource> resource = draft.stored(id);
    if (!resource) {
        return resource.error();
    }
    Json document = Json::parse(resource->document);
    document["review_at"] = format_time(review->review_at);
    resource->document = document.dump();
    Json state = Json::parse(resource->state);
    state["reviewed_at"] = format_time(draft.now());
    state["reviewed_by"] = caller.principal->principal.text();
    state["review_note"] = review->note;
    resource->state = state.dump();
    resource->revision += 1;
    if (const Result<> put = draft.put(caller, std::move(*resource), "reviewed"); !put) {
        return put.error();
    }
    return draft.stored(id);
}

Result<GrantsChanged> change_grants(Draft& draft, const Caller& caller, const Json& body) {
    const Result<GrantBatch> batch = parse_grant_batch(body);
    if (!batch) {
        return batch.error();
    }
    GrantsChanged changed;
    for (std::size_t i = 0; i < batch->revoke.size(); ++i) {
        const GrantBatch::Revocation& each = batch->revoke[i];
        const Result<std::vector<ResourceId>> fallen =
            revoke_grant(draft, caller, each.id, each.reason);
        if (!fallen) {
            return at_pointer("/revoke/" + std::to_string(i), fallen.error());
        }
        changed.revoked.insert(changed.revoked.end(), fallen->begin(), fallen->end());
        if (changed.revoked.size() > limits::revoked_per_batch_max) {
            return Error(ErrorCode::unprocessable,
                         "more than " + std::to_string(limits::revoked_per_batch_max) +
                             " grants fall with these: revoke them in parts");
        }
    }
    // All that is wrong with the documents is told at once, as of one document.
    std::vector<Violation> violations;
    for (std::size_t i = 0; i < batch->create.size(); ++i) {
        Result<Written> written = create_grant(draft, caller, batch->create[i]);
        if (written) {
            changed.created.push_back(std::move(written->resource));
            continue;
        }
        const Error error = at_pointer("/create/" + std::to_string(i), written.error());
        if (error.code() != ErrorCode::invalid_request) {
            return error;
        }
        violations.insert(violations.end(), error.violations().begin(), error.violations().end());
        if (violations.size() >= limits::violations_max) {
            violations.resize(limits::violations_max);
            break;
        }
    }
    return violations.empty() ? Result<GrantsChanged>(std::move(changed))
                              : Result<GrantsChanged>(invalid_document(std::move(violations)));
}

}  // namespace charter
