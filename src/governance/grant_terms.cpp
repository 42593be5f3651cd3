#include "governance/grant_terms.hpp"

#include "charter/governance/grant_standing.hpp"
#include <algorithm>

namespace charter {

namespace {

using policy::Value;

FailedTerm failed(std::string term, std::string text, std::vector<policy::SeenValue> values = {}) {
    FailedTerm result;
    result.term = std::move(term);
    result.clause.text = std::move(text);
    result.clause.values = std::move(values);
    return result;
}

template <class Ids>
bool holds(const Ids& ids, ResourceId id) {
    return std::find(std::begin(ids), std::end(ids), id) != std::end(ids);
}

policy::SeenValue seen(const GrantQuestion& question, const std::string& name) {
    const Value* value = question.context.find(name);
    return {"context." + name, value == nullptr ? std::nullopt : std::optional<Value>(*value)};
}

UtcTime now_of(const GrantQuestion& question) {
    const Value* now = question.context.find("now");
    return now != nullptr && now->is(policy::ValueKind::datetime)
               ? UtcTime(std::chrono::milliseconds(now->as_datetime()))
               : UtcTime::max();
}

/// The end that a grant has, or the domain's rule about reviews gives it.
std::optional<FailedTerm> failed_end(const GrantEntry& grant, const GrantQuestion& question) {
    const UtcTime now = now_of(question);
    if (now >= grant.expires_at) {
        return failed("expires_at", "it ended at " + format_time(grant.expires_at),
                      {seen(question, "now")});
    }
    const DomainEntry* domain = question.target.domain;
    if (domain != nullptr && domain->access.lapse_unreviewed && now >= grant.review_at) {
        return failed("review_at",
                      "it was to be reviewed by " + format_time(grant.review_at) +
                          ", and lapses without",
                      {seen(question, "now")});
    }
    return std::nullopt;
}

/// What is above a grant that is passed on.
std::optional<FailedTerm> failed_parent(const GrantEntry& grant, const GrantQuestion& question) {
    const GrantEntry* below = &grant;
    for (GrantPtr parent; below->passed_on; below = parent.get()) {
        parent = question.world.find<GrantEntry>(below->passed_on);
        if (!parent || parent->revoked) {
            return failed("parent", "the grant that it passes on was revoked");
        }
        if (!parent->delegable) {
            return failed("parent", "the grant that it passes on may not be passed on any more");
        }
        if (!is_in_team(question.world, below->grantee, parent->grantee)) {
            return failed("parent", below->grantee_name.text() + " is not a member of " +
                                        parent->grantee_name.text() + " any more");
        }
        if (now_of(question) < parent->not_before || failed_end(*parent, question)) {
            return failed("parent", "the grant that it passes on does not hold at this time",
                          {seen(question, "now")});
        }
    }
    return std::nullopt;
}

std::optional<FailedTerm> failed_tags(const Tags& all, const GrantQuestion& question) {
    for (const auto& [key, wanted] : all) {
        const Value* has = question.node.entity.tags.find(key);
        const bool met = has != nullptr && std::ranges::any_of(wanted, [&](const std::string& each) {
            return has->contains(Value::string(each));
        });
        if (met) {
            continue;
        }
        std::string list;
        for (const std::string& each : wanted) {
            list += (list.empty() ? "" : ", ") + each;
        }
        return failed("tagged", "tagged " + key + ": " + list,
                      {{"resource.getTag(" + policy::quoted(key) + ")",
                        has == nullptr ? std::nullopt : std::optional<Value>(*has)}});
    }
    return std::nullopt;
}

/// Of the use of data: a column that it leaves out, or rows of which none is left.
std::optional<FailedTerm> failed_cells(const GrantEntry& grant, const GrantQuestion& question) {
    if ((bit(question.action) & data_actions) == 0) {
        return std::nullopt;
    }
    for (const std::string& condition : grant.cells) {
        const bool on_columns = condition.starts_with("[Column::");
        if (on_columns && condition.find(question.node.entity.uid.text()) == condition.npos) {
            return failed("columns", "the column is not among those that it gives");
        }
        if (!on_columns) {
            return failed("rows", "no row is left of those where " + condition);
        }
    }
    return std::nullopt;
}

std::optional<FailedTerm> failed_purpose(const GrantEntry& grant, const GrantQuestion& question) {
    if (grant.purposes.empty() || (bit(question.action) & data_actions) == 0) {
        return std::nullopt;
    }
    const Value* purpose = question.context.find("purpose");
    if (purpose != nullptr && purpose->is(policy::ValueKind::string) &&
        std::ranges::find(grant.purposes, purpose->as_string()) != grant.purposes.end()) {
        return std::nullopt;
    }
    std::string list;
    for (const std::string& each : grant.purposes) {
        list += (list.empty() ? "" : ", ") + each;
    }
    return failed("purposes", "for the purpose " + list, {seen(question, "purpose")});
}

}  // namespace

std::optional<FailedTerm> failed_term(const GrantEntry& grant, const GrantQuestion& question) {
    if (!holds(question.target.grant_on, grant.resource)) {
        // Rows are filed by name, and what lies above is found with what lies below.
        const bool exists = question.world.find(grant.resource) != nullptr;
        return failed("resource", exists ? "it is on " + grant.resource_path +
                                               ", and gives nothing in a domain below"
                                         : "it was given on another resource of that name");
    }
    // What may be passed on is for the owners of a domain, who are none of its grantees.
    if (grant.delegable ? question.world.find(grant.grantee) == nullptr
                        : !holds(question.principal.grantees, grant.grantee)) {
        return failed("grantee", "it was given to another principal of that name");
    }
    if (std::optional<FailedTerm> above = failed_parent(grant, question)) {
        return above;
    }
    // Its own expression, and that of what it passes on.
    for (const Tags* all : {grant.tagged ? &grant.tagged->all : nullptr, grant.parent_tags.get()}) {
        std::optional<FailedTerm> tags =
            all != nullptr ? failed_tags(*all, question) : std::nullopt;
        if (tags) {
            return tags;
        }
    }
    if (now_of(question) < grant.not_before) {
        return failed("not_before", "it begins at " + format_time(grant.not_before),
                      {seen(question, "now")});
    }
    if (std::optional<FailedTerm> end = failed_end(grant, question)) {
        return end;
    }
    if (std::optional<FailedTerm> purpose = failed_purpose(grant, question)) {
        return purpose;
    }
    return failed_cells(grant, question);
}

}  // namespace charter
