#pragma once

#include "charter/catalog/documents.hpp"
#include "charter/catalog/resource.hpp"
#include "charter/catalog/storage_uri.hpp"
#include "charter/catalog/tags.hpp"
#include "charter/governance/actions.hpp"
#include "charter/policy/entities.hpp"
#include "charter/policy/partial.hpp"
#include "charter/policy/policy_index.hpp"
#include "charter/storage/storage_view.hpp"
#include "charter/store/store.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace charter {

/// What the World holds of each resource: the facts that decisions and checks
/// need, never the whole document. Entries are immutable; a change makes a new one.

/// An entity as the policy engine sees it, with the keys under which the index of
/// rules has it as a resource.
struct Node {
    policy::Entity entity;
    policy::ResourceKeys keys;
};
using NodePtr = std::shared_ptr<const Node>;
using EvidencePtr = std::shared_ptr<const Evidence>;

struct Entry {
    virtual ~Entry() = default;

    Kind kind = Kind::user;
    ResourceId id;
    ResourceId parent;
    std::string name;
    std::string path;  // "customer", "customer/customers", a grant's id …
    std::uint64_t revision = 0;
};
using EntryPtr = std::shared_ptr<const Entry>;

/// A user, service, engine or group.
struct PrincipalEntry : Entry {
    PrincipalName principal;
    bool disabled = false;
    Tags tags;  // its document's, and those of other keys that a token claimed
    std::optional<Subject> identity;
    /// What the newest token of its issuer said, and when that was issued and last seen.
    std::vector<std::string> claimed_groups;
    Tags claimed_tags;
    UtcTime claims_issued = UtcTime::min();
    UtcTime claims_seen = UtcTime::min();
    std::vector<PrincipalName> members;  // of a group
    std::vector<ClaimedGroup> claimed;   // of a group: whoever claims one of these is in it
    std::vector<PrincipalName> speaks_for;  // of an engine
    std::vector<std::string> enforces;      // of an engine: of "columns", "masks", "rows"
    NodePtr node;
    policy::PrincipalKeys keys;
    /// Who a grant may name so that it is this principal's: itself, its groups
    /// and teams.
    std::vector<ResourceId> grantees;
    EvidencePtr evidence;
};
using PrincipalPtr = std::shared_ptr<const PrincipalEntry>;

struct DomainEntry : Entry {
    std::string title;
    std::string parent_name;  // empty: directly in the mesh
    std::vector<PrincipalName> owners;
    std::vector<PrincipalName> stewards;
    std::vector<PrincipalName> members;
    Tags tags;
    Tags effective_tags;
    AccessRules access;
    NodePtr node;
};
using DomainPtr = std::shared_ptr<const DomainEntry>;

struct ColumnEntry {
    std::string name;
    std::string type;
    NodePtr node;
    bool nullable = true;
    std::optional<std::int32_t> field_id;
};

/// A port as published; of a product that never was published, as drafted.
struct PortEntry : Entry {
    ResourceId product;
    ResourceId domain;
    bool published = false;
    std::string format;
    std::string kind_text;
    std::string version;
    StorageUri location;
    std::vector<ColumnEntry> columns;  // an opaque port has the single column "*"
    /// What earlier versions published at this location and this one does not show.
    std::vector<ColumnEntry> withdrawn;
    policy::RowType row;  // what conditions may say of a row
    NodePtr node;
    EvidencePtr evidence;     // tags of the port and its columns
    std::string clear_json;   // `access.columns` when every column is shown in clear
};
using PortPtr = std::shared_ptr<const PortEntry>;

/// A column that was published once, with the last tags of its own.
struct FormerColumn {
    std::string name;
    std::string type;
    Tags tags;
};
/// Where it was, with what else is not shown there any more.
struct FormerPlace {
    StorageUri location;
    std::vector<FormerColumn> columns;
};

struct ProductEntry : Entry {
    ResourceId domain;
    std::string title;
    std::string status;  // draft, published, deprecated, retired
    std::string visibility;
    std::string version;  // empty: never published
    Tags tags;
    Tags effective_tags;
    NodePtr node;
    std::vector<PortPtr> ports;
    std::vector<std::string> formats;
    /// Every place a port of it claims, drafted or published, by the port's id.
    std::vector<std::pair<ResourceId, StorageUri>> claims;
    std::vector<std::string> tag_uses;
    std::shared_ptr<const ProductDocument> draft;
    std::shared_ptr<const ProductDocument> published;  // null: never published
    std::shared_ptr<const std::vector<FormerPlace>> former;  // null: nothing was withdrawn
};
using ProductPtr = std::shared_ptr<const ProductEntry>;

struct LocationEntry : Entry {
    ResourceId domain;
    std::string storage;
    StorageUri uri;
};

/// A domain's policy, a guardrail, or a built-in one. Its number in the index of rules is
/// its id's; a built-in one has a small one.
struct PolicyEntry : Entry, policy::Rule {
    enum class Origin { builtin, guardrail, shadow, domain };

    Origin origin = Origin::domain;
    ActionSet actions = 0;
    policy::Key domain = policy::no_key;  // of the domain whose policy it is
    policy::Key asks_for = policy::no_key;  // what its scope asks of the principal
    std::string label;  // "policy:customer/eu-analysts", "guardrail:x", "builtin:y"
    EvidencePtr evidence;
    std::vector<std::string> cited;  // uids it names
    std::vector<std::string> tag_keys;  // that it asks for by name

    using policy::Rule::Rule;
};
using PolicyPtr = std::shared_ptr<const PolicyEntry>;

struct GrantEntry : Entry {
    ResourceId grantee;
    ResourceId resource;
    PrincipalName grantee_name;
    std::string resource_path;  // of the domain, when it is by tags
    std::optional<TagExpression> tagged;
    // Of one that is passed on, purposes and times are its own within those of what it passes on.
    std::shared_ptr<const Tags> parent_tags;  // that these ask for besides; null: none
    ActionSet actions = 0;
    /// What its use of data asks of column and row besides, as Cedar expressions, with those of
    /// what it passes on; and the domain for which it looks at rows, when it does.
    std::vector<std::string> cells;
    ResourceId looks_at_rows_of;
    std::vector<std::string> purposes;  // empty: any
    UtcTime not_before = UtcTime::min();
    UtcTime expires_at = UtcTime::max();
    UtcTime review_at = UtcTime::max();
    bool delegable = false;
    ResourceId passed_on;  // the grant that it passes on; none: a domain gave it
    ResourceId request;    // that was approved; none: nobody asked
    bool revoked = false;
    std::string label;  // "grant:<id>"
    EvidencePtr evidence;
    policy::PolicyIndex::Link link;  // its row, unless it is revoked

    /// By itself: see grant_standing.hpp for what else it takes.
    bool holds_at(UtcTime now) const { return !revoked && not_before <= now && now < expires_at; }
};
using GrantPtr = std::shared_ptr<const GrantEntry>;

struct StorageEntry : Entry {
    std::shared_ptr<const StorageView> view;
    NodePtr node;

    const StorageDocument& facts() const { return view->facts; }
};

struct PurposeEntry : Entry {
    std::vector<PrincipalName> claimable_by;
    bool anybody = true;
    std::vector<std::string> named;  // uses of others: "member:user:ana"
    NodePtr node;
};

struct TagEntry : Entry {
    std::vector<std::string> values;
    bool is_protected = false;
    std::vector<PrincipalName> stewards;
    NodePtr node;
};

struct TokenEntry : Entry {
    Digest secret_hash{};
    ResourceId principal;
    UtcTime expires_at = UtcTime::max();
    /// Shared by all versions of the entry; milliseconds since 1970, 0 for never.
    std::shared_ptr<std::atomic<std::int64_t>> last_used =
        std::make_shared<std::atomic<std::int64_t>>(0);
};

/// A change that waits, or waited, for a second administrator.
struct ApprovalEntry : Entry {
    ResourceId by;
    Kind changed_kind = Kind::user;
    std::string changed;  // the path of what is to be changed
    bool pending = false;
};

/// Somebody's ask for access, in whatever state it is.
struct RequestEntry : Entry {
    ResourceId by;            // who asked
    ResourceId beneficiary;   // who is to get it: a principal, or a domain for its team
    ResourceId resource;      // a domain, product or port
    ResourceId domain;        // in which that lies, or lay
    std::string state;        // "pending", "approved" …
};

/// What is closed whatever rules say: a principal, domain, product, port, or storage.
struct SuspensionEntry : Entry {
    ResourceId target;
    ResourceId domain;   // in which that lies; none: it is the mesh's
    ResourceId held_by;  // the domain whose owners closed it; none: the mesh's administrators
    std::string reason;
    std::string label;  // "suspension:<id>"
    EvidencePtr evidence;
};

/// A version of a product; its document stays in the store.
struct VersionEntry : Entry {
    std::string version;
};

}  // namespace charter
