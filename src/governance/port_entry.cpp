#include "governance/port_entry.hpp"

#include "charter/base/json_writer.hpp"
#include "charter/cells/table_access.hpp"
#include "governance/fold.hpp"
#include "governance/withdrawn.hpp"

namespace charter {

using policy::Value;

namespace {

void write_tags(JsonWriter& json, const Tags& tags) {
    json.begin_object();
    for (const auto& [key, values] : tags) {
        json.key(key).begin_array();
        for (const std::string& value : values) {
            json.string(value);
        }
        json.end_array();
    }
    json.end_object();
}

std::string clear_columns_json(const std::vector<ColumnEntry>& columns) {
    std::string text;
    JsonWriter json(text);
    json.begin_array();
    for (const ColumnEntry& column : columns) {
        json.begin_object().member("name", column.name).member("show", "clear").end_object();
    }
    json.end_array();
    return text;
}

std::vector<cells::Column> cells_columns(const std::vector<ColumnDocument>& columns) {
    std::vector<cells::Column> result;
    for (const ColumnDocument& column : columns) {
        result.push_back({column.name, column.field_id, column.type, column.nullable});
    }
    return result;
}

}  // namespace

std::vector<Value::Member> resource_attributes(std::string_view domain, const ProductEntry& product) {
    return {{"domain", Value::entity(domain_uid(domain))},
            {"status", Value::string(product.status)},
            {"visibility", Value::string(product.visibility)}};
}

PortPtr make_port(policy::PolicyIndex& rules, const ProtectedKeys& protected_keys,
                  const ProductEntry& product, std::string_view domain, const PortDocument& port,
                  const PortDocument* draft, ResourceId id, bool published) {
    auto entry = std::make_shared<PortEntry>();
    entry->kind = Kind::product;
    entry->id = id;
    entry->parent = product.id;
    entry->name = port.name;
    entry->path = product.path + "/" + port.name;
    entry->revision = product.revision;
    entry->product = product.id;
    entry->domain = product.domain;
    entry->published = published;
    entry->format = port.format;
    entry->kind_text = port.kind;
    entry->version = product.version;
    entry->location = port.location;

    const Tags tags = inherit_tags(product.effective_tags,
                                   draft != nullptr ? draft->tags : port.tags, protected_keys);
    std::vector<Value::Member> attributes = resource_attributes(domain, product);
    attributes.emplace_back("kind", Value::string(port.kind));
    attributes.emplace_back("format", Value::string(port.format));
    entry->node = make_node(rules, {"Port", entry->path}, std::move(attributes), tags,
                            Place(rules, *product.node));
    const Place below(rules, *entry->node);

    std::string evidence;
    JsonWriter json(evidence);
    json.begin_object().member("resource", entry->path).member("id", entry->id.text());
    json.member("version", entry->version).member("status", product.status);
    json.member("visibility", product.visibility).key("tags");
    write_tags(json, tags);
    json.key("columns").begin_object();

    const auto add_column = [&](std::vector<ColumnEntry>& columns, const std::string& name,
                                const std::string& type, const Tags& own) -> ColumnEntry& {
        const Tags effective = inherit_tags(tags, own, protected_keys);
        std::vector<Value::Member> facts = resource_attributes(domain, product);
        facts.emplace_back("name", Value::string(name));
        facts.emplace_back("type", Value::string(type));
        ColumnEntry& column = columns.emplace_back();
        column.name = name;
        column.type = type;
        column.node = make_node(rules, {"Column", entry->path + "/" + name}, std::move(facts),
                                effective, below);
        json.key(name);
        write_tags(json, effective);
        return column;
    };
    if (port.opaque) {
        add_column(entry->columns, "*", "", {});
    }
    for (const ColumnDocument& column : port.columns) {
        const ColumnDocument* drafted = draft != nullptr ? draft->column(column.name) : nullptr;
        ColumnEntry& added = add_column(entry->columns, column.name, column.type_text,
                                        drafted != nullptr ? drafted->tags : column.tags);
        added.nullable = column.nullable;
        added.field_id = column.field_id;
    }
    entry->row = cells::row_type(cells_columns(port.columns));
    json.end_object();
    if (published && product.former != nullptr) {
        json.key("withdrawn").begin_object();
        for (const FormerColumn& column : withdrawn_columns(*product.former, port)) {
            add_column(entry->withdrawn, column.name, column.type, column.tags);
        }
        json.end_object();
    }
    json.end_object();
    entry->evidence = make_evidence(std::move(evidence));
    entry->clear_json = clear_columns_json(entry->columns);
    return entry;
}

}  // namespace charter
