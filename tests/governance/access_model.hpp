#pragma once

// A naive model of access: it keeps what was said and looks at all of it for every question.
// Nothing here is shared with the engine, the index or the World.

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace charter::testing {

class AccessModel {
public:
    using Names = std::set<std::string>;
    using Tags = std::map<std::string, Names>;
    using Number = std::uint64_t;  // of one bearer of a name; the next bearer has another

    struct Group {
        Number number = 0;
        Names members;  // "user:ana", "group:analysts"
    };
    struct Domain {
        Number number = 0;
        std::string parent;  // "" for none
        Names owners;
        Names members;
        Tags tags;
    };
    struct Column {
        std::string name;
        Tags tags;
    };
    struct Product {  // with the one port "files"
        Number number = 0;
        std::string domain;
        bool listed = true;
        Tags tags;
        Tags port_tags;
        std::vector<Column> columns;
    };
    struct Grant {
        std::string grantee;
        Number grantee_number = 0;
        std::string resource;  // "d", "d/p" or "d/p/files"; of a tag expression the domain
        Number resource_number = 0;
        Tags tagged;  // empty: all of the resource
        Names actions;
        Names purposes;
        std::int64_t begins = INT64_MIN;
        std::int64_t ends = INT64_MAX;
        bool delegable = false;
        std::string parent;  // the grant that it passes on
    };
    struct Rule {
        bool forbids = false;
        std::string domain;    // whose policy it is; "" for a guardrail
        std::string who;       // "" for anybody
        Names actions;
        std::string resource;  // "" for anything
        std::string purpose;   // "" for any
        std::string tag, value;
    };

    std::map<std::string, Number> users;  // "ana"
    std::map<std::string, Group> groups;
    std::map<std::string, Domain> domains;
    std::map<std::string, Product> products;  // "d/p"
    std::map<std::string, Grant> grants;      // by id; not those that were revoked
    std::map<std::string, Rule> rules;        // by name
    /// "user:ana", "group:analysts", "d", "d/p", "d/p/files"; and by which suspension.
    std::map<std::string, std::string> suspended;
    Names protected_keys;

    struct Question {
        std::string user;
        std::string action;
        std::string product;
        std::string purpose;  // "" for none
        std::int64_t now = 0;
    };

    /// Of the port (write, discover), or of one of its columns (read, read_masked).
    bool allows(const Question& asked, const Column* column) const {
        const Product& product = products.at(asked.product);
        const bool about_data = asked.action != "discover";
        const Names names = names_of("user:" + asked.user);
        if (is_shut_out(names) || (about_data && is_suspended(asked.product, product))) {
            return false;
        }
        const Tags tags = effective_tags(product, column);
        bool permitted = !about_data && column == nullptr &&
                         (product.listed || owns(names, product.domain));
        for (const auto& [name, rule] : rules) {
            if (!applies(rule, asked, product, names, tags)) {
                continue;
            }
            if (rule.forbids) {
                return false;
            }
            permitted = true;
        }
        for (const auto& [id, grant] : grants) {
            permitted = permitted || gives(grant, asked, product, names, tags);
        }
        return permitted;
    }

    /// Whether what a grant names lies in what another names: the same bearer of the name, or
    /// below it.
    static bool lies_in(const Grant& above, const Grant& grant) {
        return grant.resource == above.resource ? grant.resource_number == above.resource_number
                                                : grant.resource.starts_with(above.resource + "/");
    }

    /// The principal, its groups and its teams.
    Names names_of(const std::string& principal) const {
        Names found{principal};
        for (bool grown = true; grown;) {
            grown = false;
            const auto add = [&](const std::string& name, const Names& members) {
                for (const std::string& member : members) {
                    if (found.contains(member) && member.substr(0, 7) != "domain:") {
                        grown = found.insert(name).second || grown;
                    }
                }
            };
            for (const auto& [name, group] : groups) {
                add("group:" + name, group.members);
            }
            for (const auto& [name, domain] : domains) {
                add("domain:" + name, domain.members);
            }
        }
        return found;
    }

    /// The domain itself and those above it.
    std::vector<std::string> way_up(std::string domain) const {
        std::vector<std::string> way;
        for (; !domain.empty(); domain = domains.at(domain).parent) {
            way.push_back(domain);
        }
        return way;
    }

    bool owns(const Names& names, const std::string& domain) const {
        for (const std::string& above : way_up(domain)) {
            for (const std::string& owner : domains.at(above).owners) {
                if (names.contains(owner)) {
                    return true;
                }
            }
        }
        return false;
    }

    std::optional<Number> number_of(const std::string& principal) const {
        const std::string name = principal.substr(principal.find(':') + 1);
        if (principal.starts_with("user:")) {
            return find_number(users, name, [](Number number) { return number; });
        }
        if (principal.starts_with("group:")) {
            return find_number(groups, name, [](const Group& group) { return group.number; });
        }
        return find_number(domains, name, [](const Domain& domain) { return domain.number; });
    }

private:
    template <class Map, class Of>
    static std::optional<Number> find_number(const Map& map, const std::string& name, Of of) {
        const auto found = map.find(name);
        return found == map.end() ? std::nullopt : std::optional<Number>(of(found->second));
    }

    static void lay_over(Tags& tags, const Tags& own, const Names& protected_keys) {
        for (const auto& [key, values] : own) {
            if (!protected_keys.contains(key)) {
                tags[key].clear();
            }
            tags[key].insert(values.begin(), values.end());
        }
    }

    Tags effective_tags(const Product& product, const Column* column) const {
        Tags tags;
        const std::vector<std::string> way = way_up(product.domain);
        for (auto above = way.rbegin(); above != way.rend(); ++above) {
            lay_over(tags, domains.at(*above).tags, protected_keys);
        }
        lay_over(tags, product.tags, protected_keys);
        lay_over(tags, product.port_tags, protected_keys);
        if (column != nullptr) {
            lay_over(tags, column->tags, protected_keys);
        }
        return tags;
    }

    bool is_shut_out(const Names& names) const {
        return std::ranges::any_of(names, [&](const std::string& name) {
            return !name.starts_with("domain:") && suspended.contains(name);
        });
    }

    bool is_suspended(const std::string& path, const Product& product) const {
        const std::vector<std::string> way = way_up(product.domain);
        return suspended.contains(path) || suspended.contains(path + "/files") ||
               std::ranges::any_of(
                   way, [&](const std::string& domain) { return suspended.contains(domain); });
    }

    bool applies(const Rule& rule, const Question& asked, const Product& product,
                 const Names& names, const Tags& tags) const {
        const std::vector<std::string> way = way_up(product.domain);
        const auto above = [&](const std::string& domain) {
            return std::find(way.begin(), way.end(), domain) != way.end();
        };
        // A permit gives nothing below another domain; a forbid holds for what is below.
        const bool takes_part = rule.domain.empty() || rule.domain == product.domain ||
                                (rule.forbids && above(rule.domain));
        const bool covers = rule.resource.empty() || rule.resource == asked.product ||
                            above(rule.resource);
        const auto has = tags.find(rule.tag);
        return takes_part && covers && rule.actions.contains(asked.action) &&
               (rule.who.empty() || names.contains(rule.who)) &&
               (rule.purpose.empty() || rule.purpose == asked.purpose) &&
               (rule.tag.empty() || (has != tags.end() && has->second.contains(rule.value)));
    }

    bool holds(const Grant& grant, std::int64_t now) const {
        return grant.begins <= now && now < grant.ends &&
               number_of(grant.grantee) == grant.grantee_number;
    }

    bool gives(const Grant& grant, const Question& asked, const Product& product,
               const Names& names, const Tags& tags) const {
        if (!holds(grant, asked.now) || !covers(grant, asked.product, product, tags)) {
            return false;
        }
        const bool about_data = asked.action != "discover";
        if (grant.delegable) {
            // For its owners to know of and to pass on; the team itself has nothing of it.
            return !about_data && owns(names, grant.grantee.substr(7));
        }
        if (!names.contains(grant.grantee)) {
            return false;
        }
        if (about_data && (!grant.actions.contains(asked.action) ||
                           (!grant.purposes.empty() && !grant.purposes.contains(asked.purpose)))) {
            return false;
        }
        if (grant.parent.empty()) {
            return true;
        }
        const auto parent = grants.find(grant.parent);
        return parent != grants.end() && holds(parent->second, asked.now) &&
               covers(parent->second, asked.product, product, tags) &&
               names_of(grant.grantee).contains(parent->second.grantee);
    }

    bool covers(const Grant& grant, const std::string& path, const Product& product,
                const Tags& tags) const {
        const bool on_domain = grant.resource == product.domain;
        const Number number = on_domain ? domains.at(product.domain).number : product.number;
        if ((!on_domain && grant.resource != path && grant.resource != path + "/files") ||
            number != grant.resource_number) {
            return false;
        }
        for (const auto& [key, values] : grant.tagged) {
            const auto has = tags.find(key);
            bool one = false;
            for (const std::string& value : values) {
                one = one || (has != tags.end() && has->second.contains(value));
            }
            if (!one) {
                return false;
            }
        }
        return true;
    }
};

}  // namespace charter::testing
