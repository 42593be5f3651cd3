#pragma once

#include "charter/governance/decide.hpp"

#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace charter {

/// One way by which somebody has access.
struct AccessPath {
    std::string via;      // "grant:0123…", "policy:customer/eu-analysts", "builtin:listed-products"
    std::string grantee;  // "group:analysts"; of a policy what its scope asks of the principal
    /// From the principal to the grantee: "user:ana", "group:juniors", "group:analysts".
    std::vector<std::string> chain;
    std::string on;  // what was given: "customer/customers"; of a policy its resource scope
    std::vector<std::string> tagged;     // of a grant by tags: "sensitivity: public, internal"
    std::vector<std::string> passed_on;  // the grants that it passes on, the nearest first
    /// What must hold beside it: "purpose is one of analytics", "until 2027-01-01T00:00:00Z",
    /// or the Cedar of a policy's conditions.
    std::vector<std::string> conditions;
};

/// A policy or guardrail that takes it away: for a part of the resource, or where its
/// conditions hold.
struct AccessForbid {
    std::string by;
    std::vector<std::string> conditions;  // empty: it holds, for a part of the resource
};

/// Somebody or something in an answer: one principal or resource, or all that a policy's scope
/// names ("anybody signed in", "resource is Product").
struct Access {
    std::string name;   // "user:ana", "customer/customers/files"; "" with `scope`
    std::string scope;
    std::vector<AccessPath> paths;
    std::vector<AccessForbid> forbidden_by;
};

/// Where a page ended: which source of access, which grant or policy of it, which principal or
/// resource.
struct AccessPosition {
    std::uint64_t phase = 0;
    std::uint64_t owner = 0;
    std::uint64_t number = 0;
    std::uint64_t member = 0;

    friend auto operator<=>(const AccessPosition&, const AccessPosition&) = default;
};

struct AccessPage {
    std::vector<Access> items;
    std::optional<AccessPosition> next;
    bool complete = true;  // false: a group has too many members to look at all of them
};

/// Who can do `action` on a domain, product or port, each once, with every path. What decides:
/// - exact for grants. A grant that begins later, or asks for a purpose, counts, with that said;
/// - a policy whose conditions look at the context counts, with its conditions said; one that
///   looks at principal and resource only is decided. One for anybody, or for any user, is one
///   item for all of them;
/// - who is forbidden without a remaining condition is not listed.
/// Data actions are decided for ports and columns: of a domain or product, who can on one at
/// least. A page ends early when it cost too much; then `next` goes on. Names that the asker may
/// not discover are left out.
/// Pure: reads the World. Errors: not_found; forbidden (asker neither owns nor audits it).
Result<AccessPage> who_can(const World& world, const Caller& asker, Action action,
                           std::string_view resource, const AccessPosition& after,
                           std::size_t limit);

/// What a principal can do `action` on, likewise: ports for data actions; otherwise the
/// resources that grants name, the products that tags find, and the scopes of policies. About
/// others than oneself: what the asker owns or audits.
/// Errors: not_found; forbidden (asker owns and audits nothing).
Result<AccessPage> what_can(const World& world, const Caller& asker,
                            const PrincipalName& principal, Action action,
                            const AccessPosition& after, std::size_t limit);

}  // namespace charter
