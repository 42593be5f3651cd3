#pragma once

#include "charter/base/result.hpp"
#include "charter/policy/policy.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace charter::policy {

/// Policies, templates and links with ids of their own: what files of policies hold.
/// Each id stands once among all three. Copies share the policies; a set that
/// does not change is safe to read from several threads.
class PolicySet {
public:
    using ById = std::map<std::string, Policy, std::less<>>;

    /// Policies and templates of a text. Each is called by its @id, and where it
    /// has none policy0, policy1 … by its place in the text.
    /// Errors: invalid_request (as parse_policies; an id twice).
    static Result<PolicySet> parse(std::string_view text);

    /// Adds a policy or a template; a link needs its template in this set.
    /// Errors: invalid_request (the id is taken, no such template); the set stays as it was.
    Result<void> add(Policy policy);
    /// Links a template of this set. Errors: as add, and as policy::link.
    Result<void> link(std::string_view template_id, std::string new_id, const SlotValues& values);

    const ById& policies() const noexcept { return policies_; }
    const ById& templates() const noexcept { return templates_; }
    const ById& links() const noexcept { return links_; }
    /// Null when there is none of that id.
    const Policy* find(std::string_view id) const;

    /// Policies and links, by id: what decides a request.
    std::vector<Policy> deciding() const;
    /// Policies, templates and links, by id: what a validator looks at.
    std::vector<Policy> all() const;

private:
    ById policies_;
    ById templates_;
    ById links_;
};

/// The policy under its @id, if it has one.
Policy under_own_id(const Policy& policy);

/// The links of a file for `--template-linked`: [{"template_id", "link_id", "args":
/// {"?principal": "User::\"a\""}}], or the templateLinks of policy_set_from_json.
/// Errors: invalid_request, with the path; the set stays as it was.
Result<void> add_links_from_json(PolicySet& policies, std::string_view json);

}  // namespace charter::policy
