#pragma once

#include "charter/base/json.hpp"
#include "charter/base/result.hpp"
#include "cli/demo/table.hpp"

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace charter::cli::demo {

/// One PUT of the demo mesh.
struct Document {
    std::string path;  // below /api/v1/: "domains/customer"
    Json body;
};

/// A product and the version it is published as.
struct Product {
    Document document;
    std::string version;
};

/// Where the files of the demo mesh lie.
struct Lake {
    std::string uri = "local://lake/";  // ends in "/"; each domain has a folder below it
    std::string prefix;                 // the path of that URI inside the storage: "demo/"
    Json storage;                       // its document; null for that of schemas/demo
};

/// The demo mesh as the API takes it, read from schemas/demo. Everything comes
/// after what it refers to when the lists are sent in this order.
struct Mesh {
    std::vector<Document> principals;  // users, groups, services, engines
    std::vector<Document> tags;
    std::vector<Document> domains;  // parents first
    std::vector<Document> purposes;
    std::vector<Document> storages;
    std::vector<Document> locations;
    std::vector<Product> products;
    std::vector<Document> policies;  // guardrails too
    std::vector<Json> grants;
    std::vector<Table> tables;
};

/// Reads the documents built into the program.
/// Errors: internal (they are broken: a defect of the build).
Result<Mesh> read_mesh(const Lake& lake = {});

}  // namespace charter::cli::demo
