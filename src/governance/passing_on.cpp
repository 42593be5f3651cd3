// A grant to a domain that its owners pass on: to members only, less or equal.
#include "governance/passing_on.hpp"

#include "charter/base/limits.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace charter {

namespace {

template <class List, class Item>
bool contains(const List& list, const Item& item) {
    return std::find(std::begin(list), std::end(list), item) != std::end(list);
}

/// Whether all that matches `narrow` matches `wide`.
bool within(const Tags& narrow, const Tags& wide) {
    return std::ranges::all_of(wide, [&](const auto& each) {
        const auto own = narrow.find(each.first);
        return own != narrow.end() && std::ranges::all_of(own->second, [&](const auto& value) {
                   return contains(each.second, value);
               });
    });
}

void check_place(const GrantEntry& parent, const GrantDocument& document, const Target& on,
                 std::vector<Violation>& violations) {
    if (!contains(on.grant_on, parent.resource)) {
        violations.push_back({document.tagged ? "/tagged/domain" : "/resource",
                              "is not in what the grant that is passed on is for"});
    } else if (document.tagged && parent.tagged &&
               !within(document.tagged->all, parent.tagged->all)) {
        violations.push_back({"/tagged/all", "matches more than what is passed on"});
    }
}

void check_member(const World& world, const GrantEntry& parent, const PrincipalName& grantee,
                  std::vector<Violation>& violations) {
    if (grantee.kind == Kind::domain) {
        violations.push_back({"/grantee", "a grant is passed on to members of the domain, not to "
                                          "a domain"});
        return;
    }
    const PrincipalPtr principal = world.principal(grantee);
    if (principal && !contains(principal->grantees, parent.grantee)) {
        violations.push_back({"/grantee", grantee.text() + " is no member of " +
                                              parent.grantee_name.text()});
    }
}

void check_uses(const GrantEntry& parent, const GrantDocument& document,
                std::vector<Violation>& violations) {
    // Metadata goes with every grant.
    const ActionSet given = parent.actions | metadata_actions;
    for (std::size_t i = 0; i < document.actions.size(); ++i) {
        const std::optional<Action> action = parse_action(document.actions[i]);
        if (!action || (given & bit(*action)) == 0) {
            violations.push_back({"/actions/" + std::to_string(i),
                                  "the grant that is passed on does not give `" +
                                      document.actions[i] + "`"});
        }
    }
    for (std::size_t i = 0; i < document.purposes.size() && !parent.purposes.empty(); ++i) {
        if (!contains(parent.purposes, document.purposes[i])) {
            violations.push_back({"/purposes/" + std::to_string(i),
                                  "the grant that is passed on is not for `" +
                                      document.purposes[i] + "`"});
        }
    }
}

void check_times(const GrantEntry& parent, const GrantDocument& document,
                 std::vector<Violation>& violations) {
    if (document.not_before && *document.not_before < parent.not_before) {
        violations.push_back({"/not_before", "begins before what it passes on, at " +
                                                 format_time(parent.not_before)});
    }
    if (document.expires_at && *document.expires_at > parent.expires_at) {
        violations.push_back({"/expires_at", "outlives what it passes on, which ends at " +
                                                 format_time(parent.expires_at)});
    }
}

}  // namespace

std::vector<Violation> beyond_parent(const World& world, const GrantEntry& parent,
                                     const GrantDocument& document, const Target& on) {
    std::vector<Violation> violations;
    check_member(world, parent, document.grantee, violations);
    check_place(parent, document, on, violations);
    check_uses(parent, document, violations);
    check_times(parent, document, violations);
    if (world.uses("passed-on:" + parent.id.text()) >= limits::passed_on_per_grant_max) {
        violations.push_back({"/parent", "is passed on " +
                                             std::to_string(limits::passed_on_per_grant_max) +
                                             " times already: pass it on to groups"});
    }
    return violations;
}

Json parent_terms(const GrantEntry& parent) {
    Json terms = Json::object();
    if (parent.not_before != UtcTime::min()) {
        terms["not_before"] = format_time(parent.not_before);
    }
    if (parent.expires_at != UtcTime::max()) {
        terms["expires_at"] = format_time(parent.expires_at);
    }
    if (!parent.purposes.empty()) {
        terms["purposes"] = parent.purposes;
    }
    if (!parent.cells.empty()) {
        terms["cells"] = parent.cells;
    }
    if (parent.tagged) {
        terms["tags"] = parent.tagged->all;
    }
    return terms;
}

}  // namespace charter
