// What belongs to the mesh and is the administrators': storages, purposes, tags,
// principals.
#include "charter/base/limits.hpp"
#include "governance/fold.hpp"
#include "governance/kind_rules.hpp"
#include "governance/storage_rules.hpp"
#include "governance/tag_uses.hpp"

#include <algorithm>
#include <map>

namespace charter {

namespace {

Error in_use(const std::string& what) {
    return Error(ErrorCode::conflict, what);
}

// --- storages ---

/// Two storages with the same or nested folders would show the same bytes under
/// two names, past every check of overlap.
bool roots_overlap(const std::string& a, const std::string& b) {
    const std::string with_a = a + "/";
    const std::string with_b = b + "/";
    return with_a.starts_with(with_b) || with_b.starts_with(with_a);
}

/// What locations of the storage name must go on meaning the same bytes.
Result<> check_same_place(const StorageDocument& before, const StorageDocument& after) {
    const auto stays = [](std::string_view field) {
        return in_use("locations lie in the storage, so its " + std::string(field) +
                      " stays as it is");
    };
    if (before.kind != after.kind) {
        return stays("kind");
    }
    if (before.root != after.root) {
        return stays("root");
    }
    if (before.endpoint != after.endpoint) {
        return stays("endpoint");
    }
    if (before.endpoint.empty() && before.region != after.region) {
        return stays("region");  // it makes the endpoint
    }
    return before.bucket != after.bucket ? Result<>(stays("bucket")) : Result<>();
}

/// That the root of a local storage is its own, and there.
Result<> check_root(Draft& draft, const std::string& name, const std::string& root) {
    const World& world = draft.world();
    for (const ResourceId id : world.storages()) {
        const auto other = world.find<StorageEntry>(id);
        if (other && other->name != name && !other->facts().is_s3() &&
            roots_overlap(other->facts().root, root)) {
            return in_use("the root overlaps that of another storage");
        }
    }
    if (const Result<> usable = draft.local().ensure_root(root); !usable) {
        if (usable.error().code() != ErrorCode::invalid_request) {
            return usable.error();
        }
        return invalid_document({{"/root", usable.error().message()}});
    }
    return {};
}

Result<> check_storage(Draft& draft, const Proposal& proposal) {
    const Result<StorageDocument> document = parse_storage(*proposal.document);
    if (!document) {
        return document.error();
    }
    const World& world = draft.world();
    std::vector<Violation> violations;
    for (const auto& [domain, prefixes] : document->delegated) {
        // A domain may be delegated to before it is registered, by the same hand.
        if (const Result<> named = check_name(domain); !named) {
            violations.push_back({"/delegated/" + domain, named.error().message()});
        }
    }
    if (!violations.empty()) {
        return invalid_document(std::move(violations));
    }
    proposal.state->erase("ended");
    const auto* before = dynamic_cast<const StorageEntry*>(proposal.before.get());
    if (before != nullptr && world.uses("storage:" + before->name) > 0) {
        if (const Result<> stays = check_same_place(before->facts(), *document); !stays) {
            return stays.error();
        }
    }
    return document->is_s3() ? Result<>() : check_root(draft, proposal.path, document->root);
}

Result<> removing_storage(Draft& draft, const Proposal& proposal, const ChangeOptions&) {
    return draft.world().uses("storage:" + proposal.path) > 0
               ? Result<>(in_use("locations lie in the storage"))
               : Result<>();
}

// --- purposes ---

Result<> check_purpose(Draft& draft, const Proposal& proposal) {
    const Result<PurposeDocument> document = parse_purpose(*proposal.document);
    if (!document) {
        return document.error();
    }
    std::vector<Violation> violations;
    check_principals(draft.world(), document->claimable_by.value_or(std::vector<PrincipalName>{}),
                     "/claimable_by", violations);
    return violations.empty() ? Result<>() : invalid_document(std::move(violations));
}

Result<> removing_purpose(Draft& draft, const Proposal& proposal, const ChangeOptions&) {
    const std::size_t uses = draft.world().uses("purpose:" + proposal.path);
    return uses > 0 ? Result<>(in_use("grants name the purpose: " + std::to_string(uses)))
                    : Result<>();
}

// --- tags ---

/// What a key loses is in no use, or is taken away where it is.
Result<> give_up(Draft& draft, const Proposal& proposal, const LostValues& lost, bool force) {
    return force ? take_tag_away(draft, proposal.caller, proposal.path, lost)
                 : check_tag_unused(draft.world(), proposal.caller, proposal.path, lost);
}

Result<> check_tag(Draft& draft, const Proposal& proposal) {
    const Result<TagDocument> document = parse_tag(*proposal.document);
    if (!document) {
        return document.error();
    }
    const World& world = draft.world();
    std::vector<Violation> violations;
    check_principals(world, document->stewards, "/stewards", violations);
    if (!violations.empty()) {
        return invalid_document(std::move(violations));
    }
    const auto* before = dynamic_cast<const TagEntry*>(proposal.before.get());
    if (before == nullptr) {
        return check_not_cited(world, {policy::EntityUid("Tag", proposal.path)});
    }
    LostValues lost(before->values.begin(), before->values.end());
    for (const std::string& value : document->values) {
        lost.erase(value);
    }
    return lost.empty() ? Result<>() : give_up(draft, proposal, lost, proposal.force);
}

Result<> removing_tag(Draft& draft, const Proposal& proposal, const ChangeOptions& options) {
    return give_up(draft, proposal, {}, options.force);
}

// --- principals ---

constexpr std::string_view administrators = "administrators";
constexpr std::string_view auditors = "auditors";

/// How deep groups lie below a group with these members, itself included; more
/// than the limit also when `root` would contain itself. Each group is looked at
/// once, however many ways lead to it.
std::size_t depth_below(const World& world, const std::vector<PrincipalName>& members,
                        const std::string& root, std::map<std::string, std::size_t>& known) {
    std::size_t deepest = 1;
    for (const PrincipalName& member : members) {
        if (member.kind != Kind::group) {
            continue;
        }
        if (member.name == root) {
            return limits::group_depth_max + 1;
        }
        const auto found = known.find(member.name);
        std::size_t depth = found != known.end() ? found->second : 0;
        if (found == known.end()) {
            const PrincipalPtr below = world.principal(member);
            depth = below ? depth_below(world, below->members, root, known) : 1;
            known.emplace(member.name, depth);
        }
        deepest = std::max(deepest, depth + 1);
    }
    return deepest;
}

/// How deep groups lie above one, itself not included.
std::size_t depth_above(const World& world, const PrincipalName& group) {
    const NodePtr node = world.node(principal_uid(group));
    if (!node || node->entity.ancestors == nullptr) {
        return 0;
    }
    const std::span<const policy::EntityUid> above = node->entity.ancestors->uids();
    return static_cast<std::size_t>(
        std::count_if(above.begin(), above.end(), [](const policy::EntityUid& uid) {
            return uid.type() == "Group" && uid.id().find('/') == std::string::npos;
        }));
}

/// A subject is one principal. What its tokens claimed goes when it becomes another one.
Result<> check_identity(const World& world, const Proposal& proposal,
                        const std::optional<Subject>& identity) {
    const auto* before = dynamic_cast<const PrincipalEntry*>(proposal.before.get());
    const PrincipalPtr has = identity ? world.principal(*identity) : nullptr;
    if (has && (before == nullptr || has->id != before->id)) {
        return in_use("the identity is that of " + has->principal.text());
    }
    if (before != nullptr && before->identity != identity) {
        proposal.state->erase("claims");
    }
    return {};
}

/// Nobody tags himself, and keys have their own say in who assigns them.
Result<> check_own_tags(Draft& draft, const Proposal& proposal, const Tags& tags) {
    Tags old_tags;  // of the document: what a token claimed is not its
    if (proposal.old_document != nullptr && proposal.old_document->contains("tags") &&
        (*proposal.old_document)["tags"].is_object()) {
        old_tags = (*proposal.old_document)["tags"].get<Tags>();
    }
    std::vector<std::string> keys;
    changed_keys(old_tags, tags, keys);
    if (!keys.empty() && proposal.before != nullptr &&
        proposal.before->id == proposal.caller.principal->id) {
        return Error(ErrorCode::forbidden, "nobody tags himself");
    }
    return require_tag_keys(draft, proposal.caller, keys);
}

Result<> check_principal(Draft& draft, const Proposal& proposal) {
    const Kind kind = proposal.address.kind;
    const World& world = draft.world();
    std::vector<Violation> violations;
    std::optional<Subject> identity;
    Tags tags;
    if (kind == Kind::group) {
        const Result<GroupDocument> document = parse_group(*proposal.document);
        if (!document) {
            return document.error();
        }
        tags = document->tags;
        check_principals(world, document->members, "/members", violations);
        std::map<std::string, std::size_t> known;
        if (violations.empty() &&
            depth_below(world, document->members, proposal.path, known) +
                    depth_above(world, PrincipalName{kind, proposal.path}) >
                limits::group_depth_max) {
            return in_use("groups form a circle, or nest more than " +
                          std::to_string(limits::group_depth_max) + " deep");
        }
    } else if (kind == Kind::engine) {
        const Result<EngineDocument> document = parse_engine(*proposal.document);
        if (!document) {
            return document.error();
        }
        tags = document->tags;
        identity = document->identity;
        check_principals(world, document->speaks_for, "/speaks_for", violations);
    } else {
        const Result<UserDocument> document = kind == Kind::user ? parse_user(*proposal.document)
                                                                 : parse_service(*proposal.document);
        if (!document) {
            return document.error();
        }
        tags = document->tags;
        identity = document->identity;
        const auto* before = dynamic_cast<const PrincipalEntry*>(proposal.before.get());
        if (before != nullptr && before->id == proposal.caller.principal->id && document->disabled) {
            return in_use("nobody disables himself");
        }
    }
    check_tags(world, tags, "/tags", violations);
    if (!violations.empty()) {
        return invalid_document(std::move(violations));
    }
    if (const Result<> tagging = check_own_tags(draft, proposal, tags); !tagging) {
        return tagging.error();
    }
    if (const Result<> alone = check_identity(world, proposal, identity); !alone) {
        return alone.error();
    }
    if (proposal.before == nullptr) {
        return check_not_cited(world, {principal_uid(PrincipalName{kind, proposal.address.name})});
    }
    return {};
}

Result<> removing_principal(Draft& draft, const Proposal& proposal, const ChangeOptions&) {
    const PrincipalName name{proposal.address.kind, proposal.address.name};
    if (name.kind == Kind::group && (name.name == administrators || name.name == auditors)) {
        return in_use("the group belongs to the mesh");
    }
    const std::size_t uses = draft.world().uses("member:" + name.text());
    return uses > 0 ? Result<>(in_use(name.text() + " is still named by groups, domains, tags, "
                                                    "purposes or engines: " +
                                      std::to_string(uses)))
                    : Result<>();
}

}  // namespace

const KindRules storage_rules{require_administrator, check_storage, removing_storage, take_secret};
const KindRules purpose_rules{require_administrator, check_purpose, removing_purpose};
const KindRules tag_rules{require_administrator, check_tag, removing_tag};
const KindRules principal_rules{require_administrator, check_principal, removing_principal};

}  // namespace charter
