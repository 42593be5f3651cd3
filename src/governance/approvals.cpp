#include "charter/governance/approvals.hpp"

#include "charter/base/limits.hpp"
#include "governance/fold.hpp"
#include "governance/kind_rules.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <tuple>

namespace charter {

namespace {

using How = DocumentChange::How;

constexpr std::array<std::pair<How, std::string_view>, 3> how_names{
    {{How::put, "put"}, {How::patch, "patch"}, {How::remove, "delete"}}};
constexpr std::array<std::pair<ApprovalStep, std::string_view>, 3> steps{
    {{ApprovalStep::approve, "approved"},
     {ApprovalStep::deny, "denied"},
     {ApprovalStep::withdraw, "withdrawn"}}};

template <class T, std::size_t size>
std::string_view name_of(const std::array<std::pair<T, std::string_view>, size>& names, T value) {
    return std::ranges::find(names, value, &std::pair<T, std::string_view>::first)->second;
}

bool administers(const World& world, const Caller& caller) {
    return Decider(world, caller, Action::administer).allows(target_of(world));
}

bool is_administrator(const PrincipalEntry& principal) {
    return principal.node->entity.is_in(policy::EntityUid("Group", "administrators"));
}

/// Users below the group of administrators who can sign in.
void collect_administrators(const World& world, const PrincipalName& name,
                            std::set<PrincipalName>& seen, std::size_t& count) {
    const PrincipalPtr entry = world.principal(name);
    if (!entry || !seen.insert(name).second) {
        return;
    }
    if (name.kind == Kind::user && !closed(world, *entry)) {
        ++count;
    }
    for (const PrincipalName& member : entry->members) {
        collect_administrators(world, member, seen, count);
    }
}

bool principal_waits(const PrincipalEntry* before, const PrincipalEntry* after) {
    if (before == nullptr) {
        return false;
    }
    if (before->kind == Kind::group) {
        return after == nullptr || before->members != after->members ||
               before->claimed != after->claimed;
    }
    if (after == nullptr || after->disabled != before->disabled) {
        return is_administrator(*before);
    }
    return before->identity != after->identity;
}

/// Whether what came of a change needs a second pair of eyes.
bool waits(const World& world, const Caller& caller, Kind kind, const EntryPtr& before,
           const EntryPtr& after) {
    if (kind == Kind::engine || kind == Kind::storage) {
        return true;
    }
    if (kind == Kind::domain) {
        const auto old_domain = std::dynamic_pointer_cast<const DomainEntry>(before);
        const auto new_domain = std::dynamic_pointer_cast<const DomainEntry>(after);
        const auto roles = [](const DomainEntry& domain) {
            return std::tie(domain.owners, domain.stewards, domain.members);
        };
        return old_domain && new_domain && roles(*old_domain) != roles(*new_domain) &&
               administers(world, caller);
    }
    return principal_waits(dynamic_cast<const PrincipalEntry*>(before.get()),
                           dynamic_cast<const PrincipalEntry*>(after.get()));
}

std::string secret_context_of(ResourceId approval) {
    return "approval " + approval.text();
}

/// A storage's secret is kept as storages keep theirs: sealed, and apart from the document.
Result<> seal_secret(const Draft& draft, ResourceId approval, Json& body, Json& state) {
    if (!body.is_object() || !body.contains("credentials") ||
        !body["credentials"].is_object() || !body["credentials"].contains("secret_access_key")) {
        return {};
    }
    const Secret secret(body["credentials"]["secret_access_key"].get<std::string>());
    Result<std::string> sealed = draft.secrets().seal(secret, secret_context_of(approval));
    if (!sealed) {
        return sealed.error();
    }
    body["credentials"].erase("secret_access_key");
    state["secret"] = std::move(*sealed);
    return {};
}

Result<Resource> propose(Draft& draft, const Caller& caller, DocumentChange change,
                         const EntryPtr& before) {
    if (count_administrators(draft.world()) < 2) {
        return Error(ErrorCode::conflict,
                     "this change needs a second administrator, and there is none: add one while "
                     "the server runs without four_eyes");
    }
    Resource resource;
    resource.kind = Kind::approval;
    resource.id = draft.new_id();
    resource.name = resource.id.text();
    resource.revision = 1;
    Json state = Json::object();
    if (const Result<> sealed = seal_secret(draft, resource.id, change.body, state); !sealed) {
        return sealed.error();
    }
    Json document = Json::object();
    document["change"] = name_of(how_names, change.how);
    document["kind"] = kind_name(change.address.kind);
    document["resource"] = change.address.path();
    document["by"] = caller.principal->principal.text();
    document["body"] = std::move(change.body);
    resource.document = document.dump();
    state["state"] = "pending";
    state["by"] = caller.principal->id.text();
    state["of"] = before ? before->id.text() : "";
    state["revision"] = before ? before->revision : 0;
    state["cascade"] = change.options.cascade;
    resource.state = state.dump();
    draft.begin_unasked(caller.principal, "propose");
    const ResourceId id = resource.id;
    if (const Result<> put = draft.put(caller, std::move(resource), "created"); !put) {
        return put.error();
    }
    return draft.stored(id);
}

/// The change that waits, as it was asked for.
Result<DocumentChange> waiting_change(const Draft& draft, const Resource& resource,
                                      const Json& document, const Json& state) {
    DocumentChange change;
    const std::string how = document.value("change", "");
    for (const auto& [each, name] : how_names) {
        change.how = name == how ? each : change.how;
    }
    change.address.kind = parse_kind(document.value("kind", "")).value_or(Kind::domain);
    change.address.name = document.value("resource", "");  // none of these kinds has a parent
    change.body = document["body"];
    change.options.cascade = state.value("cascade", false);
    if (const auto revision = state.value("revision", std::uint64_t{0}); revision != 0) {
        change.preconditions.if_match = revision;
    } else {
        change.preconditions.create_only = true;
    }
    if (state.contains("secret")) {
        const Result<Secret> secret = draft.secrets().open(
            state["secret"].get<std::string>(), secret_context_of(resource.id));
        if (!secret) {
            return secret.error();
        }
        change.body["credentials"]["secret_access_key"] = std::string(secret->reveal());
    }
    return change;
}

/// Makes the change as the one who asked for it.
Result<> carry_out(Draft& draft, const Caller& approver, const Resource& resource,
                   const Json& document, const Json& state) {
    const Error stale(ErrorCode::conflict, "what it changes is not what it was any more");
    const World& world = draft.world();
    Caller asker = approver;
    asker.principal = world.find<PrincipalEntry>(
        ResourceId::parse(state.value("by", "")).value_or(ResourceId{}));
    if (!asker.principal || closed(world, *asker.principal)) {
        return Error(ErrorCode::conflict, "who asked for it is gone, disabled or suspended");
    }
    const Result<DocumentChange> change = waiting_change(draft, resource, document, state);
    if (!change) {
        return change.error();
    }
    const EntryPtr now = world.find(change->address.kind, change->address.path());
    if ((now ? now->id.text() : "") != state.value("of", "")) {
        return stale;
    }
    const Result<Written> written = change_document(draft, asker, *change);
    if (!written) {
        return written.error().code() == ErrorCode::precondition_failed ? Result<>(stale)
                                                                        : written.error();
    }
    return {};
}

Result<> check_step(Draft& draft, const Caller& caller, const Resource& resource,
                    const Json& state, ApprovalStep step) {
    const bool withdrawing = step == ApprovalStep::withdraw;
    const Result<> may =
        draft.require(caller, withdrawing ? Action::describe : Action::administer,
                      target_of(draft.world()), true, "approval " + resource.name);
    if (!may) {
        return may;
    }
    const bool own = state.value("by", "") == caller.principal->id.text();
    if (own != withdrawing) {
        return Error(ErrorCode::forbidden, own ? "a second administrator decides, not who asked"
                                               : "withdrawing is for who asked");
    }
    const std::string now = state.value("state", "");
    if (now != "pending") {
        return Error(ErrorCode::conflict, "it is " + now + " already");
    }
    if (step == ApprovalStep::approve &&
        draft.now() - resource.created_at > limits::approval_kept) {
        return Error(ErrorCode::conflict, "it was asked for too long ago: ask again");
    }
    return {};
}

}  // namespace

std::size_t count_administrators(const World& world) {
    std::set<PrincipalName> seen;
    std::size_t count = 0;
    collect_administrators(world, PrincipalName{Kind::group, "administrators"}, seen, count);
    return count;
}

Result<Changed> change_or_propose(Draft& draft, const Caller& caller, DocumentChange change) {
    const Kind kind = change.address.kind;
    const std::string path = change.address.path();
    const EntryPtr before = draft.world().find(kind, path);
    EntryPtr after;
    const Result<Written> tried = draft.rehearse([&](Draft& rehearsal) {
        Result<Written> written = change_document(rehearsal, caller, change);
        after = rehearsal.world().find(kind, path);
        return written;
    });
    if (tried && tried->changed && waits(draft.world(), caller, kind, before, after)) {
        Result<Resource> approval = propose(draft, caller, std::move(change), before);
        if (!approval) {
            return approval.error();
        }
        return Changed{{}, std::move(*approval)};
    }
    Result<Written> written = change_document(draft, caller, change);
    return written ? Result<Changed>(Changed{std::move(*written), std::nullopt})
                   : Result<Changed>(written.error());
}

Result<Resource> decide_approval(Draft& draft, const Caller& caller, ResourceId id,
                                 ApprovalStep step, const std::string& note) {
    const auto entry = draft.world().find<ApprovalEntry>(id);
    if (!entry || !check_readable(draft.world(), caller, *entry)) {
        return absent();
    }
    Result<Resource> found = draft.stored(id);
    if (!found) {
        return found.error();
    }
    Resource resource = std::move(*found);
    const Json document = Json::parse(resource.document);
    Json state = Json::parse(resource.state);
    if (const Result<> may = check_step(draft, caller, resource, state, step); !may) {
        return may.error();
    }
    if (step == ApprovalStep::approve) {
        if (const Result<> done = carry_out(draft, caller, resource, document, state); !done) {
            return done.error();
        }
    }
    state.erase("secret");
    state["state"] = name_of(steps, step);
    state["decided_by"] = caller.principal->principal.text();
    state["decided_at"] = format_time(draft.now());
    if (!note.empty()) {
        state["note"] = note;
    }
    resource.state = state.dump();
    resource.revision += 1;
    if (const Result<> put = draft.put(caller, resource, name_of(steps, step)); !put) {
        return put.error();
    }
    return draft.stored(id);
}

bool storage_concerns(const World& world, const Caller& caller, const StorageEntry& storage) {
    Decider decider(world, caller, Action::register_location);
    const auto owns = [&](const std::string& name) {
        const DomainPtr domain = world.domain(name);
        return domain && decider.allows(target_of(world, *domain));
    };
    for (const auto& [domain, prefixes] : storage.facts().delegated) {
        if (owns(domain)) {
            return true;
        }
    }
    return false;
}

}  // namespace charter
