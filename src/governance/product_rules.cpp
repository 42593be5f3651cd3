// Products: the working copy, its ports and where they lie.
#include "governance/fold.hpp"
#include "governance/kind_rules.hpp"
#include "governance/products.hpp"
#include "governance/suspension_rules.hpp"
#include "governance/tag_uses.hpp"
#include "governance/withdrawn.hpp"

#include <algorithm>

namespace charter {

namespace {

Result<> authorize_product(Draft& draft, const Proposal& proposal) {
    const World& world = draft.world();
    const auto* before = dynamic_cast<const ProductEntry*>(proposal.before.get());
    const auto& domain = static_cast<const DomainEntry&>(*proposal.parent);
    const bool hidden = before != nullptr && !Visibility(world, proposal.caller).shows(*before);
    if (before == nullptr || hidden) {
        // What is hidden answers as what is not there: as a new product would.
        const Result<> may =
            draft.require(proposal.caller, Action::edit, target_of(world, domain), true, domain.path);
        return may && hidden ? Result<>(absent()) : may;
    }
    // What exactly is asked depends on what changes (check_product); somebody who
    // may neither edit nor tag it has no business with the working copy.
    const Target target = target_of(world, *before);
    for (const Action action : {Action::assign_tag, Action::retire}) {
        if (Decider(world, proposal.caller, action).allows(target)) {
            return {};
        }
    }
    return draft.require(proposal.caller, Action::edit, target, true, before->path);
}

Result<> require_edit(Draft& draft, const Proposal& proposal, const ProductEntry& product) {
    return draft.require(proposal.caller, Action::edit, target_of(draft.world(), product), true,
                         product.path);
}

/// The document without its tags, at every level.
Json untagged(Json document) {
    if (!document.is_object()) {
        return document;
    }
    document.erase("tags");
    const auto ports = document.find("ports");
    if (ports != document.end() && ports->is_array()) {
        for (Json& port : *ports) {
            if (!port.is_object()) {
                continue;
            }
            port.erase("tags");
            const auto columns = port.find("columns");
            if (columns != port.end() && columns->is_array()) {
                for (Json& column : *columns) {
                    if (column.is_object()) {
                        column.erase("tags");
                    }
                }
            }
        }
    }
    return document;
}

std::vector<std::string> changed_tag_keys(const ProductDocument* before, const ProductDocument& after) {
    const ProductDocument nothing;
    const ProductDocument& old = before != nullptr ? *before : nothing;
    std::vector<std::string> keys;
    changed_keys(old.tags, after.tags, keys);
    for (const PortDocument& port : after.ports) {
        const PortDocument* old_port = old.port(port.name);
        changed_keys(old_port != nullptr ? old_port->tags : Tags{}, port.tags, keys);
        for (const ColumnDocument& column : port.columns) {
            const ColumnDocument* was =
                old_port != nullptr ? old_port->column(column.name) : nullptr;
            changed_keys(was != nullptr ? was->tags : Tags{}, column.tags, keys);
        }
        for (const ColumnDocument& was : old_port != nullptr ? old_port->columns
                                                             : std::vector<ColumnDocument>{}) {
            if (port.column(was.name) == nullptr) {
                changed_keys(was.tags, Tags{}, keys);
            }
        }
    }
    for (const PortDocument& port : old.ports) {
        if (after.port(port.name) == nullptr) {
            changed_keys(port.tags, Tags{}, keys);
            for (const ColumnDocument& column : port.columns) {
                changed_keys(column.tags, Tags{}, keys);
            }
        }
    }
    return keys;
}

/// Whoever takes a port from its place takes what is there from the product's protected tags, and
/// from its own where it goes elsewhere.
void add_keys_left_behind(const World& world, const ProductEntry& before,
                          const ProductDocument& after, std::vector<std::string>& keys) {
    for (const PortDocument& port : before.draft->ports) {
        const PortDocument* is = after.port(port.name);
        if (is != nullptr && is->location == port.location) {
            continue;
        }
        add_protected_keys(world, before.tags, keys);
        add_protected_keys(world, port.tags, keys);
        for (const ColumnDocument& column : port.columns) {
            add_protected_keys(world, column.tags, keys);
        }
    }
}

/// assign_tag on each port and column whose tags change, as far as they are there yet.
Result<> require_tagging_below(Draft& draft, const Caller& caller, const ProductEntry& before,
                               const ProductDocument& after) {
    Decider decider(draft.world(), caller, Action::assign_tag);
    for (const PortPtr& port : before.ports) {
        const PortDocument* was = before.draft->port(port->name);
        const PortDocument* is = after.port(port->name);
        if (was == nullptr || is == nullptr) {
            continue;
        }
        Target target = target_of(draft.world(), *port);
        if (was->tags != is->tags && !decider.allows(target)) {
            return draft.require(caller, Action::assign_tag, target, true, port->path);
        }
        for (const ColumnEntry& column : port->columns) {
            const ColumnDocument* then = was->column(column.name);
            const ColumnDocument* now = is->column(column.name);
            target.node = column.node.get();
            if (then != nullptr && now != nullptr && then->tags != now->tags &&
                !decider.allows(target)) {
                return draft.require(caller, Action::assign_tag, target, true,
                                     port->path + "/" + column.name);
            }
        }
    }
    return {};
}

/// Ids for the ports of the working copy: a port keeps its id as long as the
/// working copy or the published revision has it. A port that comes again under
/// an old name is another one.
Json port_ids(const Draft& draft, const ProductDocument& document, const Json& state) {
    const Json old = state.value("ports", Json::object());
    Json ids = Json::object();
    for (const PortDocument& port : document.ports) {
        ids[port.name] = old.contains(port.name) ? old[port.name] : Json(draft.new_id().text());
    }
    if (state.contains("published")) {
        for (const Json& port : state["published"].value("ports", Json::array())) {
            const std::string name = port.value("name", "");
            if (old.contains(name)) {
                ids[name] = old[name];
            }
        }
    }
    return ids;
}

Result<> check_product(Draft& draft, const Proposal& proposal) {
    const auto* before = dynamic_cast<const ProductEntry*>(proposal.before.get());
    if (before != nullptr && untagged(*proposal.document) != untagged(*proposal.old_document)) {
        if (const Result<> may = require_edit(draft, proposal, *before); !may) {
            return may.error();
        }
    }
    const Result<ProductDocument> document = parse_product(*proposal.document);
    if (!document) {
        return document.error();
    }
    const World& world = draft.world();
    const auto& domain = static_cast<const DomainEntry&>(*proposal.parent);
    const Target target = before != nullptr ? target_of(world, *before) : target_of(world, domain);
    std::vector<std::string> keys =
        changed_tag_keys(before != nullptr ? before->draft.get() : nullptr, *document);
    if (before != nullptr) {
        add_keys_left_behind(world, *before, *document, keys);
    }
    const Result<> tagging = require_tagging(draft, proposal.caller, target, proposal.path, keys);
    if (!tagging) {
        return tagging.error();
    }
    if (before != nullptr) {
        const Result<> below = require_tagging_below(draft, proposal.caller, *before, *document);
        if (!below) {
            return below.error();
        }
    }
    std::vector<Violation> violations;
    check_tags(world, document->tags, "/tags", violations);
    std::vector<policy::EntityUid> new_names;
    if (before == nullptr) {
        new_names.push_back({"Product", proposal.path});
    }
    for (std::size_t i = 0; i < document->ports.size(); ++i) {
        const PortDocument& port = document->ports[i];
        const std::string pointer = "/ports/" + std::to_string(i);
        check_tags(world, port.tags, pointer + "/tags", violations);
        for (std::size_t c = 0; c < port.columns.size(); ++c) {
            check_tags(world, port.columns[c].tags,
                       pointer + "/columns/" + std::to_string(c) + "/tags", violations);
        }
        if (before == nullptr || before->draft->port(port.name) == nullptr) {
            if (before == nullptr || !before->published ||
                before->published->port(port.name) == nullptr) {
                new_names.push_back({"Port", proposal.path + "/" + port.name});
            }
        }
    }
    Json ids = port_ids(draft, *document, *proposal.state);
    check_port_places(world, domain, *document, violations);
    if (!violations.empty()) {
        return invalid_document(std::move(violations));
    }
    if (const Result<> fresh = check_not_cited(world, new_names); !fresh) {
        return fresh.error();
    }
    const Result<> free = check_ports_apart(world, *document, ids);
    if (!free) {
        return free.error();
    }
    (*proposal.state)["ports"] = std::move(ids);
    if (proposal.old_document != nullptr) {
        keep_last_tags(*proposal.state, *proposal.old_document, *proposal.document);
    }
    if (!proposal.state->contains("status")) {
        (*proposal.state)["status"] = "draft";
    }
    return {};
}

Result<> removing_product(Draft& draft, const Proposal& proposal, const ChangeOptions&) {
    const auto product = std::static_pointer_cast<const ProductEntry>(proposal.before);
    const Result<> may = draft.require(proposal.caller, Action::retire,
                                       target_of(draft.world(), *product), true, product->path);
    if (!may) {
        return may.error();
    }
    return remove_product(draft, proposal.caller, *product, false);
}

}  // namespace

void check_port_places(const World& world, const DomainEntry& domain, const ProductDocument& document,
                       std::vector<Violation>& violations) {
    for (std::size_t i = 0; i < document.ports.size(); ++i) {
        const PortDocument& port = document.ports[i];
        const std::optional<ResourceId> holder = world.locations().covering(port.location);
        const auto location = holder ? world.find<LocationEntry>(*holder) : nullptr;
        if (!location || location->domain != domain.id) {
            violations.push_back({"/ports/" + std::to_string(i) + "/location",
                                  "the location lies in none of the domain's locations"});
        }
    }
}

Result<> check_ports_apart(const World& world, const ProductDocument& document, const Json& ids) {
    for (std::size_t i = 0; i < document.ports.size(); ++i) {
        const PortDocument& port = document.ports[i];
        const ResourceId id = ResourceId::parse(ids.value(port.name, "")).value_or(ResourceId{});
        if (world.ports().overlaps(port.location, id)) {
            return Error(ErrorCode::conflict,
                         "the location of port " + port.name + " overlaps that of another port");
        }
        for (std::size_t other = 0; other < i; ++other) {
            if (document.ports[other].location.overlaps(port.location)) {
                return Error(ErrorCode::conflict, "the locations of ports " +
                                                      document.ports[other].name + " and " +
                                                      port.name + " overlap");
            }
        }
    }
    return {};
}

Result<> remove_product(Draft& draft, const Caller& caller, const ProductEntry& product, bool itself) {
    std::vector<std::string> keys;
    for_each_tagged(product, [&](const std::string&, const Tags& tags) {
        add_protected_keys(draft.world(), tags, keys);
    });
    if (const Result<> may = require_tag_keys(draft, caller, keys); !may) {
        return may.error();
    }
    if (const Result<> may = check_places_kept(draft, caller, product, nullptr); !may) {
        return may.error();
    }
    draft.unindex(product.id);
    std::vector<ResourceId> ids = draft.world().contents_of(product.id);
    if (itself) {
        ids.push_back(product.id);
    }
    for (const ResourceId id : ids) {
        Result<std::optional<Resource>> found = draft.find(id);
        if (!found) {
            return found.error();
        }
        if (*found) {
            draft.remove(caller, **found);
        }
    }
    return {};
}

const KindRules product_rules{authorize_product, check_product, removing_product};

}  // namespace charter
