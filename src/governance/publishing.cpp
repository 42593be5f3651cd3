#include "charter/governance/publishing.hpp"

#include "governance/kind_rules.hpp"
#include "governance/products.hpp"
#include "governance/row_rules.hpp"
#include "governance/suspension_rules.hpp"
#include "governance/withdrawn.hpp"

namespace charter {

namespace {

struct Working {
    ProductPtr entry;
    Resource resource;
    Json document;
    Json state;
};

Result<Working> load(Draft& draft, const Caller& caller, const Address& address) {
    const ProductPtr entry = draft.world().product(address.path());
    if (!entry || !Visibility(draft.world(), caller).shows(*entry)) {
        return absent();
    }
    Result<std::optional<Resource>> found = draft.find(entry->id);
    if (!found) {
        return found.error();
    }
    if (!*found) {
        return absent();
    }
    Working working{entry, std::move(**found), {}, {}};
    working.document = Json::parse(working.resource.document);
    working.state = Json::parse(working.resource.state);
    return working;
}

/// What a domain may demand of a product before it is published, as facts.
policy::Value publish_context(const Draft& draft, const ProductDocument& document,
                              const Json& body, const std::string& contact) {
    using policy::Value;
    std::int64_t undescribed = 0;
    std::int64_t untagged = 0;
    for (const PortDocument& port : document.ports) {
        for (const ColumnDocument& column : port.columns) {
            undescribed += column.description.empty() ? 1 : 0;
            untagged += column.tags.empty() ? 1 : 0;
        }
    }
    std::vector<Value> objectives;
    for (const Json& objective : body.value("slo", Json::array())) {
        objectives.push_back(Value::string(objective.value("name", "")));
    }
    return Value::record({{"now", Value::datetime(draft.now().time_since_epoch().count())},
                          {"undescribed_columns", Value::integer(undescribed)},
                          {"untagged_columns", Value::integer(untagged)},
                          {"contacts", Value::integer(contact.empty() ? 0 : 1)},
                          {"objectives", Value::set(std::move(objectives))}});
}

Result<Written> store(Draft& draft, const Caller& caller, Working& working, std::string_view change) {
    working.resource.revision += 1;
    working.resource.state = working.state.dump();
    if (const Result<> put = draft.put(caller, working.resource, change); !put) {
        return put.error();
    }
    const Result<> held = check_places_kept(draft, caller, *working.entry,
                                            draft.world().product(working.entry->path).get());
    if (!held) {
        return held.error();
    }
    const ProductPtr now = draft.world().product(working.entry->path);
    if (const Result<> fits = check_rows_kept(draft, caller, *now, *working.entry); !fits) {
        return fits.error();
    }
    Result<Resource> stored = draft.stored(working.resource.id);
    if (!stored) {
        return stored.error();
    }
    Written written;
    written.resource = std::move(*stored);
    written.changed = true;
    index_product(draft, written.resource);
    return written;
}

Result<Written> end_product(Draft& draft, const Caller& caller, const Address& address,
                            const Json& body, const std::string& status) {
    Result<Working> working = load(draft, caller, address);
    if (!working) {
        return working.error();
    }
    const Result<> may = draft.require(caller, Action::retire, target_of(draft.world(), *working->entry),
                                       true, working->entry->path);
    if (!may) {
        return may.error();
    }
    const Result<DeprecateDocument> document = parse_deprecate(body);
    if (!document) {
        return document.error();
    }
    if (document->successor) {
        const ProductPtr successor = draft.world().product(*document->successor);
        if (!successor || !Visibility(draft.world(), caller).shows(*successor)) {
            return invalid_document({{"/successor", "there is no product `" + *document->successor + "`"}});
        }
    }
    const std::string now = working->entry->status;
    const bool legal = status == "deprecated" ? now == "published" : now == "published" || now == "deprecated";
    if (!legal) {
        return Error(ErrorCode::conflict, "a product that is " + now + " cannot be " + status);
    }
    working->state["status"] = status;
    if (document->sunset_at) {
        working->state["sunset_at"] = format_time(*document->sunset_at);
    }
    if (document->successor) {
        working->state["successor"] = *document->successor;
    }
    if (!document->note.empty()) {
        working->state["note"] = document->note;
    }
    return store(draft, caller, *working, status);
}

}  // namespace

Result<Written> publish_product(Draft& draft, const Caller& caller, const Address& address,
                                const Json& body) {
    Result<Working> working = load(draft, caller, address);
    if (!working) {
        return working.error();
    }
    const ProductEntry& entry = *working->entry;
    const Result<ProductDocument> document = parse_product(working->document);
    if (!document) {
        return document.error();
    }
    const DomainPtr domain = draft.world().domain_of(entry);
    Result<std::optional<Resource>> stored_domain = draft.find(entry.domain);
    if (!stored_domain || !*stored_domain) {
        return Error(ErrorCode::unavailable, "the domain cannot be read");
    }
    const std::string contact = Json::parse((*stored_domain)->document).value("contact", "");
    const Result<> may =
        draft.require(caller, Action::publish, target_of(draft.world(), entry), true, entry.path,
                      publish_context(draft, *document, working->document, contact));
    if (!may) {
        return may.error();
    }
    const Result<PublishDocument> asked = parse_publish(body);
    if (!asked) {
        return asked.error();
    }
    if (entry.status == "retired") {
        return Error(ErrorCode::conflict, "a retired product is not published again");
    }
    if (document->ports.empty()) {
        return Error(ErrorCode::conflict, "a product without a port has nothing to publish");
    }
    std::vector<Violation> violations;
    check_port_places(draft.world(), *domain, *document, violations);
    if (!violations.empty()) {
        return invalid_document(std::move(violations));
    }
    const Json* previous = working->state.contains("published") ? &working->state["published"] : nullptr;
    Json frozen = with_field_ids(working->document, previous);
    if (previous != nullptr) {
        const Result<Version> last = Version::parse(working->state.value("version", ""));
        const Result<ProductDocument> before = parse_product(*previous);
        const Result<ProductDocument> after = parse_product(frozen);
        if (!last || !before || !after) {
            return Error(ErrorCode::internal, "internal error", "a published revision does not parse");
        }
        if (asked->version <= *last) {
            return Error(ErrorCode::conflict, "version " + last->text() +
                                                  " is published already; the next one is greater");
        }
        const std::vector<SchemaChange> changes = compare_schemas(*before, *after);
        if (asked->version.major == last->major && has_breaking_change(changes)) {
            std::string text = "a breaking change needs a new major version:";
            for (const SchemaChange& change : changes) {
                text += change.breaking ? " " + change.text() + ";" : "";
            }
            text.pop_back();
            return Error(ErrorCode::conflict, std::move(text));
        }
    }
    const std::string version = asked->version.text();
    Resource revision;
    revision.kind = Kind::version;
    revision.id = draft.new_id();
    revision.parent = entry.id;
    revision.name = version;
    revision.revision = 1;
    Json frozen_version = Json::object();
    frozen_version["version"] = version;
    frozen_version["note"] = asked->note;
    frozen_version["product"] = frozen;
    revision.document = frozen_version.dump();

    const Result<> withdrawn =
        withdraw_columns(working->state, frozen, draft.world().protected_keys());
    if (!withdrawn) {
        return withdrawn.error();
    }
    working->state["status"] = "published";
    for (const char* ended : {"sunset_at", "successor", "note"}) {
        working->state.erase(ended);
    }
    working->state["version"] = version;
    working->state["published"] = std::move(frozen);
    // Ports that only the revision before had are gone now.
    Json ids = Json::object();
    for (const PortDocument& port : document->ports) {
        ids[port.name] = working->state["ports"][port.name];
    }
    working->state["ports"] = std::move(ids);
    Result<Written> written = store(draft, caller, *working, "published");
    if (!written) {
        return written.error();
    }
    if (const Result<> put = draft.put(caller, std::move(revision), "created"); !put) {
        return put.error();
    }
    return written;
}

Result<Written> deprecate_product(Draft& draft, const Caller& caller, const Address& address,
                                  const Json& body) {
    return end_product(draft, caller, address, body, "deprecated");
}

Result<Written> retire_product(Draft& draft, const Caller& caller, const Address& address,
                               const Json& body) {
    return end_product(draft, caller, address, body, "retired");
}

}  // namespace charter
