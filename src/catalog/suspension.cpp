#include "charter/catalog/suspension.hpp"

#include "catalog/document_reader.hpp"

#include <nlohmann/json.hpp>

#include <initializer_list>

namespace charter {

namespace {

constexpr std::initializer_list<Kind> closable = {Kind::user, Kind::service, Kind::engine,
                                                  Kind::group};

Result<std::string> parse_resource(std::string_view text) {
    const Result<ResourcePath> path = ResourcePath::parse(text);
    if (!path) {
        return path.error();
    }
    if (path->depth() > 3) {
        return Error(ErrorCode::invalid_request, "a column cannot be here");
    }
    return path->text();
}

void read_suspension(DocumentReader& reader, SuspensionDocument& suspension) {
    int named = 0;
    for (const char* what : {"resource", "principal", "storage"}) {
        named += reader.field(what) != nullptr ? 1 : 0;
    }
    suspension.resource = reader.parsed("resource", &parse_resource);
    suspension.principal = reader.principal("principal", closable);
    suspension.storage = reader.name("storage");
    suspension.reason = reader.title("reason", DocumentReader::required);
    if (named != 1) {
        reader.problem("", "says what is suspended: `resource`, `principal` or `storage`");
    }
}

}  // namespace

Result<SuspensionDocument> parse_suspension(const Json& document) {
    return read_document(document, &read_suspension);
}

}  // namespace charter
