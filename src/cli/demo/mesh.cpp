#include "cli/demo/mesh.hpp"

#include "charter/base/embedded.hpp"

#include <algorithm>
#include <span>
#include <utility>

namespace charter {

std::span<const EmbeddedFile> embedded_demo();

}  // namespace charter

namespace charter::cli::demo {

namespace {

constexpr std::string_view storage_name = "lake";
constexpr std::string_view mesh_file = "mesh.yaml";

void add_all(std::vector<Document>& to, const Json& documents, const std::string& folder) {
    for (const auto& [name, body] : documents.items()) {
        to.push_back({folder + "/" + name, body});
    }
}

// mesh.yaml: what belongs to no domain.
void read_shared(Mesh& mesh, const Json& shared, const Lake& lake) {
    for (const char* kind : {"users", "groups", "services", "engines"}) {
        add_all(mesh.principals, shared.at(kind), kind);
    }
    add_all(mesh.tags, shared.at("tags"), "tags");
    add_all(mesh.purposes, shared.at("purposes"), "purposes");
    add_all(mesh.policies, shared.at("guardrails"), "guardrails");
    mesh.storages.push_back({"storages/" + std::string(storage_name),
                             lake.storage.is_null() ? shared.at("storage") : lake.storage});
}

Table read_table(const std::string& domain, const std::string& writer, const Json& product) {
    Table table;
    table.name = product.at("table").get<std::string>();
    table.domain = domain;
    table.writer = writer;
    table.product = product.at("name").get<std::string>();
    table.rows = product.at("rows").get<std::size_t>();
    for (const Json& entry : product.at("columns")) {
        Column column;
        column.name = entry.at("name").get<std::string>();
        column.type = entry.at("type").get<std::string>();
        column.nullable = entry.at("nullable").get<bool>();
        column.references = entry.value("references", "");
        table.columns.push_back(std::move(column));
    }
    return table;
}

// The document of a product: what the file says of it, with its one port.
Json product_body(const std::string& location, const Json& product, const Json& port_description) {
    Json columns = product.at("columns");
    for (Json& column : columns) {
        column.erase("references");  // for the rows; the description tells people
    }
    Json port;
    port["name"] = "files";
    port["kind"] = "files";
    port["format"] = "csv";
    port["description"] = port_description;
    port["location"] = location + product.at("name").get<std::string>() + "/";
    port["columns"] = std::move(columns);
    Json body = product.at("document");
    body["ports"] = Json::array({std::move(port)});
    return body;
}

void read_domain(Mesh& mesh, const Json& domain, const Json& port_description, const Lake& lake) {
    const std::string name = domain.at("name").get<std::string>();
    const std::string path = "domains/" + name;
    const std::string folder = lake.uri + name + "/";
    mesh.domains.push_back({path, domain.at("document")});

    const Json products = domain.value("products", Json::array());
    if (!products.empty()) {
        Json location;
        location["storage"] = storage_name;
        location["uri"] = folder;
        mesh.locations.push_back({path + "/locations/" + std::string(storage_name), location});
        mesh.storages.front().body["delegated"][name] = Json::array({lake.prefix + name + "/"});
    }
    for (const Json& product : products) {
        mesh.tables.push_back(read_table(name, domain.at("pipeline").get<std::string>(), product));
        Product read;
        read.document.path = path + "/products/" + product.at("name").get<std::string>();
        read.document.body = product_body(folder, product, port_description);
        read.version = product.at("version").get<std::string>();
        mesh.products.push_back(std::move(read));
    }
    for (const Json& policy : domain.value("policies", Json::array())) {
        mesh.policies.push_back(
            {path + "/policies/" + policy.at("name").get<std::string>(), policy.at("document")});
    }
    for (const Json& grant : domain.value("grants", Json::array())) {
        mesh.grants.push_back(grant);
    }
}

Mesh assemble(const Json& shared, const std::vector<Json>& domains, const Lake& lake) {
    Mesh mesh;
    read_shared(mesh, shared, lake);
    for (const Json& domain : domains) {
        read_domain(mesh, domain, shared.at("port_description"), lake);
    }
    // The demo nests one level deep, so parents are those without a parent.
    std::ranges::stable_partition(
        mesh.domains, [](const Document& domain) { return !domain.body.contains("parent"); });
    return mesh;
}

}  // namespace

Result<Mesh> read_mesh(const Lake& lake) {
    Json shared;
    std::vector<Json> domains;
    for (const EmbeddedFile& file : embedded_demo()) {
        Result<Json> document = parse_yaml(file.content);
        if (!document) {
            return Error(ErrorCode::internal,
                         std::string(file.name) + ": " + document.error().message());
        }
        if (file.name == mesh_file) {
            shared = *std::move(document);
        } else {
            domains.push_back(*std::move(document));
        }
    }
    try {
        return assemble(shared, domains, lake);
    } catch (const Json::exception& missing) {
        return Error(ErrorCode::internal, std::string("schemas/demo: ") + missing.what());
    }
}

}  // namespace charter::cli::demo
