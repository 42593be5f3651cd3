#pragma once

#include "charter/base/json.hpp"
#include "charter/governance/draft.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace charter {

/// What If-Match and If-None-Match ask of a change.
struct Preconditions {
    std::optional<std::uint64_t> if_match;
    bool create_only = false;  // If-None-Match: *
    bool exists_only = false;  // If-Match: *
};

/// A named document's place: its kind, what it lies below, its name.
struct Address {
    Kind kind = Kind::domain;
    std::string parent;  // "customer" for a product; empty for what is the mesh's
    std::string name;

    std::string path() const { return parent.empty() ? name : parent + "/" + name; }
};

struct Written {
    Resource resource;
    bool created = false;
    bool changed = false;
};

/// What a change does beyond its document.
struct ChangeOptions {
    bool cascade = false;  // deletes a domain with its products
    bool force = false;    // takes what a tag loses from all that carries it
};

/// Creates or replaces a document. A document equal to what is there changes
/// nothing. Read-only fields may be sent with the value they have.
/// Errors: invalid_request with the places, not_found, forbidden, conflict,
/// precondition_failed, unavailable.
Result<Written> put_document(Draft& draft, const Caller& caller, const Address& address,
                             const Json& body, const Preconditions& preconditions,
                             const ChangeOptions& options = {});

/// JSON Merge Patch (RFC 7396) on what was put. Errors: as put_document.
Result<Written> patch_document(Draft& draft, const Caller& caller, const Address& address,
                               const Json& patch, const Preconditions& preconditions);

/// Errors: as put_document.
Result<> delete_document(Draft& draft, const Caller& caller, const Address& address,
                         const Preconditions& preconditions, const ChangeOptions& options);

/// A resource as the API shows it: the document and the read-only fields.
/// `published` shows a product as its last published revision.
enum class View { working, published };
Json represent(const World& world, const Resource& resource, UtcTime now, View view = View::working);

/// Adds the read-only `effective_tags` to a domain or product as it is shown: for each key its
/// values and the lowest resource that set some. To a product also `effective_tags_below`: the
/// same by "port" and "port/column", of those that have tags of their own; the others have the
/// tags of what they lie in.
void add_effective_tags(Json& shown, const World& world, const Entry& entry);
/// What these depend on beside the resource's own revision, for its ETag; "": on nothing.
std::string inherited_mark(const World& world, const Entry& entry);

/// Whether the caller may read this resource: what is hidden is not_found, what
/// may be discovered but not described is forbidden.
/// Errors: not_found, forbidden.
Result<> check_readable(const World& world, const Caller& caller, const Entry& entry);

/// Whether the caller may know what there is of a kind that only its keepers see: the rules and
/// locations of a domain, the guardrails and storages of the mesh. Of other kinds: yes.
/// Errors: not_found (the domain is hidden), forbidden.
Result<> check_collection(const World& world, const Caller& caller, Kind kind,
                          const DomainPtr& domain);

/// Takes the ports and columns out of a product's document that the caller may
/// not discover.
void conceal(Json& document, const World& world, const Caller& caller, const ProductEntry& product);

/// Whether the caller sees the working copy of a product by default.
bool sees_working_copy(const World& world, const Caller& caller, const ProductEntry& product);

/// The answer to everything that is absent or hidden.
Error absent();

}  // namespace charter
