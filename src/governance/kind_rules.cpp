// What the rules of several kinds share.
#include "governance/kind_rules.hpp"

#include <algorithm>

namespace charter {

namespace {

void add_key(const std::string& key, std::vector<std::string>& keys) {
    if (std::find(keys.begin(), keys.end(), key) == keys.end()) {
        keys.push_back(key);
    }
}

}  // namespace

void check_principals(const World& world, const std::vector<PrincipalName>& names,
                      const std::string& pointer, std::vector<Violation>& violations) {
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (!world.grantee_id(names[i])) {
            violations.push_back({pointer + "/" + std::to_string(i),
                                  "there is no " + names[i].text()});
        }
    }
}

void check_tags(const World& world, const Tags& tags, const std::string& pointer,
                std::vector<Violation>& violations) {
    for (const auto& [key, values] : tags) {
        const auto tag = std::dynamic_pointer_cast<const TagEntry>(world.find(Kind::tag, key));
        if (!tag) {
            violations.push_back({pointer + "/" + key, "there is no tag key `" + key + "`"});
            continue;
        }
        for (std::size_t i = 0; i < values.size(); ++i) {
            if (std::find(tag->values.begin(), tag->values.end(), values[i]) == tag->values.end()) {
                violations.push_back({pointer + "/" + key + "/" + std::to_string(i),
                                      "`" + values[i] + "` is no value of tag `" + key + "`"});
            }
        }
    }
}

void changed_keys(const Tags& before, const Tags& after, std::vector<std::string>& keys) {
    for (const auto& [key, values] : before) {
        const auto same = after.find(key);
        if (same == after.end() || same->second != values) {
            add_key(key, keys);
        }
    }
    for (const auto& [key, values] : after) {
        if (!before.contains(key)) {
            add_key(key, keys);
        }
    }
}

void add_protected_keys(const World& world, const Tags& tags, std::vector<std::string>& keys) {
    for (const auto& [key, values] : tags) {
        if (world.protected_keys().contains(key)) {
            add_key(key, keys);
        }
    }
}

Result<> require_tagging(Draft& draft, const Caller& caller, const Target& target,
                         const std::string& path, const std::vector<std::string>& keys) {
    if (keys.empty()) {
        return {};
    }
    if (const Result<> may = draft.require(caller, Action::assign_tag, target, true, path); !may) {
        return may.error();
    }
    return require_tag_keys(draft, caller, keys);
}

Result<> require_tag_keys(Draft& draft, const Caller& caller, const std::vector<std::string>& keys) {
    for (const std::string& key : keys) {
        const auto tag = std::dynamic_pointer_cast<const TagEntry>(draft.world().find(Kind::tag, key));
        if (!tag) {
            continue;  // said by check_tags
        }
        const Result<> may =
            draft.require(caller, Action::assign_tag, target_of(*tag), true, "tag " + key);
        if (!may) {
            return may.error();
        }
    }
    return {};
}

Result<> check_not_cited(const World& world, const std::vector<policy::EntityUid>& uids) {
    for (const policy::EntityUid& uid : uids) {
        if (world.uses("cited:" + uid.text()) > 0) {
            return Error(ErrorCode::conflict,
                         "a policy still names " + uid.text() +
                             ", which was another: change that policy first, or take another name");
        }
    }
    return {};
}

Result<> require_on_domain(Draft& draft, const Proposal& proposal, Action action,
                           const DomainEntry& domain) {
    const bool shown = Visibility(draft.world(), proposal.caller).shows(domain);
    return draft.require(proposal.caller, action, target_of(draft.world(), domain), shown, domain.path);
}

Result<> require_administrator(Draft& draft, const Proposal& proposal) {
    return draft.require(proposal.caller, Action::administer, target_of(draft.world()), true,
                         std::string(kind_name(proposal.address.kind)) + " " + proposal.path);
}

}  // namespace charter
