#pragma once

#include "charter/governance/documents.hpp"

#include <nlohmann/json.hpp>

#include <functional>
#include <string>
#include <vector>

namespace charter {

/// A change of one document, as the rules of its kind see it.
struct Proposal {
    const Caller& caller;
    const Address& address;
    std::string path;
    EntryPtr parent;                // null for what is the mesh's
    EntryPtr before;                // null: it is new
    const Json* document = nullptr;      // what is to be stored
    const Json* old_document = nullptr;  // null: it is new
    Json* state = nullptr;               // what the server keeps beside it; may be changed
    bool force = false;                  // what a tag loses is taken from all that carries it
};

/// What is particular to a kind. `authorize` runs before anything else is looked
/// at, `take_secrets` before a document is compared with what is there, `check` before a
/// put, `removing` before a removal.
struct KindRules {
    /// Errors: forbidden, not_found.
    Result<> (*authorize)(Draft& draft, const Proposal& proposal);
    /// Errors: invalid_request, conflict, forbidden (a part of it needs another right).
    Result<> (*check)(Draft& draft, const Proposal& proposal);
    /// Takes away what goes with it. Errors: conflict.
    Result<> (*removing)(Draft& draft, const Proposal& proposal, const ChangeOptions& options);
    /// Moves what must not be kept in clear out of the document into `state`, sealed for
    /// the resource `id`. Null: the kind has no secrets. Errors: invalid_request, unavailable.
    Result<> (*take_secrets)(Draft& draft, ResourceId id, const Entry* before, Json& document,
                             Json& state) = nullptr;
};

const KindRules& rules_of(Kind kind);

// One file per group of kinds.
extern const KindRules domain_rules;
extern const KindRules location_rules;
extern const KindRules product_rules;
extern const KindRules policy_rules;
extern const KindRules guardrail_rules;
extern const KindRules storage_rules;
extern const KindRules purpose_rules;
extern const KindRules tag_rules;
extern const KindRules principal_rules;

// --- what several kinds need ---

Error invalid_document(std::vector<Violation> violations);

/// A violation for each principal that does not exist.
void check_principals(const World& world, const std::vector<PrincipalName>& names,
                      const std::string& pointer, std::vector<Violation>& violations);

/// A violation for each tag that the vocabulary does not have.
void check_tags(const World& world, const Tags& tags, const std::string& pointer,
                std::vector<Violation>& violations);

/// Tagging is an action of its own: assign_tag on the resource, and on each key
/// that changes. `keys` are those. Errors: forbidden.
Result<> require_tagging(Draft& draft, const Caller& caller, const Target& target,
                         const std::string& path, const std::vector<std::string>& keys);
/// assign_tag on each key alone. Errors: forbidden.
Result<> require_tag_keys(Draft& draft, const Caller& caller, const std::vector<std::string>& keys);
void changed_keys(const Tags& before, const Tags& after, std::vector<std::string>& keys);
/// The protected keys among those of `tags`, added to `keys`.
void add_protected_keys(const World& world, const Tags& tags, std::vector<std::string>& keys);

/// How many administrators, users, can sign in.
std::size_t count_administrators(const World& world);

/// A name that a policy cites is not given to another thing. Errors: conflict.
Result<> check_not_cited(const World& world, const std::vector<policy::EntityUid>& uids);

/// `action` on a domain. Errors: forbidden, not_found (a hidden one).
Result<> require_on_domain(Draft& draft, const Proposal& proposal, Action action,
                           const DomainEntry& domain);

/// `administer` on the mesh. Errors: forbidden.
Result<> require_administrator(Draft& draft, const Proposal& proposal);

/// Removes a product with its versions. Shared by products and domains.
Result<> remove_product(Draft& draft, const Caller& caller, const ProductEntry& product,
                        bool itself);

}  // namespace charter
