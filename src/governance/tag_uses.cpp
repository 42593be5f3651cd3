#include "governance/tag_uses.hpp"

#include "charter/base/limits.hpp"
#include "charter/policy/policy_json.hpp"
#include "governance/kind_rules.hpp"
#include "governance/products.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace charter {

namespace {

bool loses(const Tags& tags, const std::string& key, const LostValues& lost) {
    const auto carried = tags.find(key);
    return carried != tags.end() &&
           (lost.empty() || std::ranges::any_of(carried->second, [&](const std::string& value) {
                return lost.contains(value);
            }));
}

/// Gathers the string literals after `hasTag` and `getTag`, wherever they stand.
void collect_tag_keys(const Json& expression, std::set<std::string>& keys) {
    if (!expression.is_structured()) {
        return;
    }
    for (const char* test : {"hasTag", "getTag"}) {
        if (expression.is_object() && expression.contains(test) && expression[test].is_object()) {
            const Json& key = expression[test].value("right", Json());
            if (key.is_object() && key.contains("Value") && key["Value"].is_string()) {
                keys.insert(key["Value"].get<std::string>());
            }
        }
    }
    for (const Json& part : expression) {
        collect_tag_keys(part, keys);
    }
}

/// Whether a rule speaks of what is lost: it asks for the key and, where values go, says one.
bool cites(const PolicyEntry& rule, const std::string& key, const LostValues& lost) {
    const std::string& text = rule.policy().source();
    return std::ranges::find(rule.tag_keys, key) != rule.tag_keys.end() &&
           (lost.empty() || std::ranges::any_of(lost, [&](const std::string& value) {
                return text.find(policy::quoted(value)) != std::string::npos;
            }));
}

/// Looks for uses, and tells those that the caller may know of.
class Uses {
public:
    Uses(const World& world, const Caller& caller, const std::string& key, const LostValues& lost)
        : world_(world), caller_(caller), key_(key), lost_(lost), visibility_(world, caller) {}

    void look_at(const Entry& entry) {
        if (const auto* domain = dynamic_cast<const DomainEntry*>(&entry)) {
            if (loses(domain->tags, key_, lost_)) {
                add(domain->path, visibility_.shows(*domain));
            }
        } else if (const auto* product = dynamic_cast<const ProductEntry*>(&entry)) {
            look_into(*product);
        } else if (const auto* principal = dynamic_cast<const PrincipalEntry*>(&entry)) {
            if (loses(principal->tags, key_, lost_)) {
                add(principal->principal.text(), readable(entry));
            }
        } else if (const auto* grant = dynamic_cast<const GrantEntry*>(&entry)) {
            if (grant->tagged && loses(grant->tagged->all, key_, lost_) &&
                caller_.now < grant->expires_at) {
                add(grant->label, readable(entry));
            }
        } else if (const auto* rule = dynamic_cast<const PolicyEntry*>(&entry)) {
            if (cites(*rule, key_, lost_)) {
                add(rule->label, readable(entry));
            }
        }
    }

    bool any() const { return any_; }
    std::vector<Violation> told() && { return std::move(told_); }

private:
    bool readable(const Entry& entry) const {
        return check_readable(world_, caller_, entry).has_value();
    }

    /// Who edits a product knows all that is in it; who does not is told the product.
    void look_into(const ProductEntry& product) {
        const bool edits = sees_working_copy(world_, caller_, product);
        bool here = false;
        for_each_tagged(product, [&](const std::string& path, const Tags& tags) {
            if (loses(tags, key_, lost_)) {
                here = true;
                if (edits) {
                    add(path, true);
                }
            }
        });
        if (here && !edits) {
            add(product.path, visibility_.shows(product));
        }
    }

    void add(const std::string& where, bool known) {
        any_ = true;
        if (known && told_.size() < limits::violations_max) {
            told_.push_back({lost_.empty() ? "" : "/values", "in use by " + where});
        }
    }

    const World& world_;
    const Caller& caller_;
    const std::string& key_;
    const LostValues& lost_;
    Visibility visibility_;
    std::vector<Violation> told_;
    bool any_ = false;
};

/// True when the object carried something of it.
bool take_from(Json& owner, const std::string& key, const LostValues& lost) {
    const auto tags = owner.find("tags");
    if (tags == owner.end() || !tags->is_object() || !tags->contains(key)) {
        return false;
    }
    Json kept = Json::array();
    for (const Json& value : (*tags)[key]) {
        if (!lost.empty() && !lost.contains(value.get<std::string>())) {
            kept.push_back(value);
        }
    }
    const bool changed = kept.size() != (*tags)[key].size();
    if (kept.empty()) {
        tags->erase(key);
    } else {
        (*tags)[key] = std::move(kept);
    }
    return changed;
}

bool take_from_each(Json& owner, const char* list, const std::string& key,
                    const LostValues& lost) {
    bool changed = false;
    if (owner.contains(list)) {
        for (Json& each : owner[list]) {
            changed |= take_from(each, key, lost);
            changed |= take_from_each(each, "columns", key, lost);
        }
    }
    return changed;
}

/// What a token claimed and the vocabulary knew.
bool take_from_claims(Json& state, const std::string& key, const LostValues& lost) {
    if (!state.contains("claims") || !state["claims"].contains("known_tags")) {
        return false;
    }
    Json claimed = {{"tags", state["claims"]["known_tags"]}};
    const bool changed = take_from(claimed, key, lost);
    state["claims"]["known_tags"] = std::move(claimed["tags"]);
    return changed;
}

Result<> retag(Draft& draft, const Caller& caller, ResourceId id, const std::string& key,
               const LostValues& lost) {
    Result<std::optional<Resource>> found = draft.find(id);
    if (!found) {
        return found.error();
    }
    if (!*found) {
        return {};
    }
    Resource resource = std::move(**found);
    Json document = Json::parse(resource.document);
    Json state = resource.state.empty() ? Json::object() : Json::parse(resource.state);
    bool changed = take_from(document, key, lost);
    changed |= take_from_each(document, "ports", key, lost);
    changed |= take_from_claims(state, key, lost);
    changed |= take_from_each(state, "withdrawn", key, lost);
    if (state.contains("published")) {
        changed |= take_from_each(state["published"], "ports", key, lost);
    }
    if (!changed) {
        return {};
    }
    resource.document = document.dump();
    resource.state = state.empty() ? "" : state.dump();
    resource.revision += 1;
    if (const Result<> put = draft.put(caller, resource, "retagged"); !put) {
        return put.error();
    }
    if (resource.kind == Kind::product) {
        index_product(draft, resource);
    }
    return {};
}

bool carries(const Entry& entry, const std::string& key, const LostValues& lost) {
    if (const auto* product = dynamic_cast<const ProductEntry*>(&entry)) {
        bool found = false;
        for_each_tagged(*product, [&](const std::string&, const Tags& tags) {
            found = found || loses(tags, key, lost);
        });
        return found;
    }
    const auto* domain = dynamic_cast<const DomainEntry*>(&entry);
    const auto* principal = dynamic_cast<const PrincipalEntry*>(&entry);
    return (domain != nullptr && loses(domain->tags, key, lost)) ||
           (principal != nullptr && loses(principal->tags, key, lost));
}

/// Whether any domain, product or principal carries it.
bool is_carried(const World& world, const std::string& key, const LostValues& lost) {
    const std::string use = "tag:" + key;
    return lost.empty() ? world.uses(use) > 0
                        : std::ranges::any_of(lost, [&](const std::string& value) {
                              return world.uses(use + "=" + value) > 0;
                          });
}

}  // namespace

void for_each_tagged(const ProductEntry& product,
                     const std::function<void(const std::string&, const Tags&)>& visit) {
    visit(product.path, product.tags);
    const ProductDocument& draft = *product.draft;
    const auto visit_port = [&](const PortDocument& port, bool drafted) {
        const PortDocument* working = draft.port(port.name);
        const std::string path = product.path + "/" + port.name;
        if (drafted || working == nullptr) {
            visit(path, port.tags);
        }
        for (const ColumnDocument& column : port.columns) {
            if (drafted || working == nullptr || working->column(column.name) == nullptr) {
                visit(path + "/" + column.name, column.tags);
            }
        }
    };
    for (const PortDocument& port : draft.ports) {
        visit_port(port, true);
    }
    if (product.published != nullptr) {
        for (const PortDocument& port : product.published->ports) {
            visit_port(port, false);
        }
    }
    if (product.former != nullptr) {
        for (const FormerPlace& place : *product.former) {
            for (const FormerColumn& column : place.columns) {
                visit("withdrawn column " + column.name + " of " + product.path, column.tags);
            }
        }
    }
}

std::vector<std::string> tag_keys_of(const policy::Policy& policy) {
    std::set<std::string> keys;
    if (policy.source().find("Tag") != std::string::npos) {
        collect_tag_keys(Json::parse(policy::policy_to_json(policy)), keys);
    }
    return {keys.begin(), keys.end()};
}

Result<> check_tag_unused(const World& world, const Caller& caller, const std::string& key,
                          const LostValues& lost) {
    Uses uses(world, caller, key, lost);
    bool all = true;
    for (const std::string& use : {"tag:" + key, "asks:" + key}) {
        const std::vector<ResourceId> found = world.tagged_by(use, limits::tag_uses_looked_at_max);
        for (const ResourceId id : found) {
            if (const EntryPtr entry = world.find(id)) {
                uses.look_at(*entry);
            }
        }
        // What carries values is counted; of what asks for them, too much to look at is a use.
        all = all && (use.starts_with("tag:") || found.size() < limits::tag_uses_looked_at_max);
    }
    if (!uses.any() && all && !is_carried(world, key, lost)) {
        return {};
    }
    return Error(ErrorCode::conflict,
                 "what goes of tag `" + key +
                     "` is in use, perhaps also where you cannot see it; ?force=true takes it away "
                     "from all that carries it",
                 std::move(uses).told());
}

Result<> take_tag_away(Draft& draft, const Caller& caller, const std::string& key,
                       const LostValues& lost) {
    if (const Result<> may = require_tag_keys(draft, caller, {key}); !may) {
        return may.error();
    }
    std::size_t retagged = 0;
    for (const ResourceId id :
         draft.world().tagged_by("tag:" + key, limits::tag_uses_looked_at_max)) {
        const EntryPtr entry = draft.world().find(id);
        if (entry && carries(*entry, key, lost) && ++retagged <= limits::retagged_resources_max) {
            if (const Result<> done = retag(draft, caller, id, key, lost); !done) {
                return done.error();
            }
        }
    }
    // Counted exactly, whatever was looked at.
    if (!is_carried(draft.world(), key, lost)) {
        return {};
    }
    return Error(ErrorCode::conflict,
                 "more than " + std::to_string(limits::retagged_resources_max) +
                     " domains, products and principals carry what goes of tag `" + key +
                     "`: take it from some of them first");
}

}  // namespace charter
