#pragma once

#include "charter/base/clock.hpp"
#include "charter/base/json.hpp"
#include "charter/base/result.hpp"
#include "charter/base/secret.hpp"
#include "charter/catalog/names.hpp"
#include "charter/catalog/product_document.hpp"
#include "charter/catalog/resource.hpp"
#include "charter/catalog/schema_change.hpp"
#include "charter/catalog/storage_uri.hpp"
#include "charter/catalog/tags.hpp"

#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace charter {

// What the API's resources say, read from their documents (api.md). Each parse
// function refuses unknown fields and collects everything that is wrong into one
// Error(invalid_request) with a pointer to each place. null is the same as a
// field that is not there. Read-only fields (name, id, revision …) are not known
// here: they are taken out before.

/// What a domain's owners say of requests for its data and of grants on it: `access`.
struct AccessRules {
    int approval_levels = 1;  // how many different people approve a request: 1 or 2
    /// That a request may name; not there: every registered one.
    std::optional<std::vector<std::string>> purposes;
    /// Grants whose review_at has passed end, instead of being listed only.
    bool lapse_unreviewed = false;

    friend bool operator==(const AccessRules&, const AccessRules&) = default;
};

/// A domain. Owners and stewards are users, services or groups, and so are members.
struct DomainDocument {
    std::string title;
    std::string description;
    std::optional<std::string> parent;
    std::vector<PrincipalName> owners;
    std::vector<PrincipalName> stewards;
    std::vector<PrincipalName> members;
    Tags tags;
    std::string contact;
    AccessRules access;
};
Result<DomainDocument> parse_domain(const Json& document);

/// A location of a domain. A local URI names the storage itself, so the two agree.
struct LocationDocument {
    std::string storage;
    StorageUri uri;
};
Result<LocationDocument> parse_location(const Json& document);

/// The keys of an s3 storage. The secret one is there only while a document that was
/// sent is read; what is stored and shown is without it.
struct StorageCredentials {
    std::string access_key_id;
    std::optional<Secret> secret_access_key;
};

/// A storage: of kind "local" with `root`, or of kind "s3" with all the others.
struct StorageDocument {
    std::string kind = "local";
    /// A folder below the storage directory, or an absolute path: no "", ".", "..".
    std::string root;

    std::string endpoint;  // "https://minio.example:9000"; "" is AWS in this region
    std::string region;
    std::string bucket;
    bool path_style = false;
    /// Outside AWS: an STS at the endpoint narrows keys by a session policy, as MinIO's does.
    bool sts = true;
    std::optional<StorageCredentials> credentials;  // none: `role_arn` by web identity
    std::string role_arn;                           // "" for none

    /// Domain to the prefixes inside which its owners may register locations.
    std::map<std::string, std::vector<PathSegments>> delegated;

    bool is_s3() const { return kind == "s3"; }
    bool root_is_absolute() const { return root.starts_with('/'); }
};
Result<StorageDocument> parse_storage(const Json& document);

/// `cedar` is not looked into here.
struct PolicyDocument {
    std::string cedar;
    std::string description;
    std::optional<UtcTime> review_at;
};
Result<PolicyDocument> parse_policy_document(const Json& document);

struct GuardrailDocument : PolicyDocument {
    std::string mode = "enforce";  // or "shadow"
};
Result<GuardrailDocument> parse_guardrail(const Json& document);

struct PurposeDocument {
    std::string description;
    std::optional<std::vector<PrincipalName>> claimable_by;  // not there: anybody signed in
};
Result<PurposeDocument> parse_purpose(const Json& document);

/// A key of the tag vocabulary.
struct TagDocument {
    std::vector<std::string> values;  // at least one
    std::string description;
    bool is_protected = false;
    std::vector<PrincipalName> stewards;
};
Result<TagDocument> parse_tag(const Json& document);

/// Who somebody is outside: a subject of a configured issuer. No two principals have the same.
struct Subject {
    std::string issuer;   // its name in the configuration
    std::string subject;  // the claim `sub`

    friend auto operator<=>(const Subject&, const Subject&) = default;
};

/// A group that an issuer's tokens claim.
struct ClaimedGroup {
    std::string issuer;
    std::string group;

    friend auto operator<=>(const ClaimedGroup&, const ClaimedGroup&) = default;
};

struct UserDocument {
    std::string title;
    std::string description;
    Tags tags;
    bool disabled = false;
    std::optional<Subject> identity;  // none: known by Charter's own tokens only
};
using ServiceDocument = UserDocument;
Result<UserDocument> parse_user(const Json& document);
Result<ServiceDocument> parse_service(const Json& document);

/// Members are users, services or groups, and whoever comes with a claimed group of `claimed`.
struct GroupDocument {
    std::string title;
    std::string description;
    std::vector<PrincipalName> members;
    std::vector<ClaimedGroup> claimed;
    Tags tags;
};
Result<GroupDocument> parse_group(const Json& document);

struct EngineDocument {
    std::string title;
    std::string description;
    std::vector<std::string> enforces;      // of "columns", "masks", "rows"
    std::vector<PrincipalName> speaks_for;  // users, services, groups or teams
    Tags tags;
    bool disabled = false;
    std::optional<Subject> identity;
};
Result<EngineDocument> parse_engine(const Json& document);

/// What a grant can give: the actions on metadata and on data.
inline constexpr std::array<std::string_view, 5> grant_actions{"discover", "describe", "read",
                                                               "read_masked", "write"};

/// Everything in a domain whose effective tags have, for each key, one of its values. A key
/// that a resource does not have never matches.
struct TagExpression {
    std::string domain;
    Tags all;  // never empty

    friend bool operator==(const TagExpression&, const TagExpression&) = default;
};

/// Columns by name: these, or all that there are when the grant is made but these.
struct GrantColumns {
    bool exclude = false;
    std::vector<std::string> names;  // at least one

    friend bool operator==(const GrantColumns&, const GrantColumns&) = default;
};

/// A grant, on a resource or on what a tag expression names: exactly one of the two. `columns` and
/// `rows` go with a product or port and with reading only.
struct GrantDocument {
    PrincipalName grantee;
    std::string resource;  // a domain, product or port, by its path; "" with `tagged`
    std::optional<TagExpression> tagged;
    std::vector<std::string> actions;  // at least one of grant_actions
    std::optional<GrantColumns> columns;
    std::string rows;  // a Cedar expression over context.row; "": all rows
    std::vector<std::string> purposes;
    std::optional<UtcTime> not_before;
    std::optional<UtcTime> expires_at;  // after not_before
    std::optional<UtcTime> review_at;
    bool delegable = false;            // to a team only, whose owners pass it on
    std::optional<ResourceId> parent;  // the grant that is passed on
    std::string reason;
};
Result<GrantDocument> parse_grant(const Json& document);

/// That somebody looked at a grant and keeps it until the next time.
struct ReviewDocument {
    UtcTime review_at{};
    std::string note;
};
Result<ReviewDocument> parse_review(const Json& document);

/// Grants to make, not parsed yet, and to revoke; limits::grants_per_batch_max at most.
struct GrantBatch {
    struct Revocation {
        ResourceId id;
        std::string reason;
    };
    std::vector<Json> create;
    std::vector<Revocation> revoke;
};
Result<GrantBatch> parse_grant_batch(const Json& document);

/// For a user, service or engine.
struct TokenDocument {
    PrincipalName principal;
    std::string name;  // a label for people
    std::optional<UtcTime> expires_at;
};
Result<TokenDocument> parse_token_document(const Json& document);

struct PublishDocument {
    Version version;
    std::string note;
};
Result<PublishDocument> parse_publish(const Json& document);

struct DeprecateDocument {
    std::optional<UtcTime> sunset_at;
    std::optional<std::string> successor;  // a product, by its path
    std::string note;
};
Result<DeprecateDocument> parse_deprecate(const Json& document);

/// The same error with `prefix` before each pointer: for a document inside another
/// one ("/create/0").
Error at_pointer(std::string_view prefix, const Error& error);

/// `target` with a JSON Merge Patch applied; the result is not validated.
/// Source: RFC 7396.
Json merge_patch(Json target, const Json& patch);

}  // namespace charter
