#include "charter/catalog/access_request.hpp"

#include "charter/base/limits.hpp"
#include "charter/catalog/documents.hpp"
#include "catalog/document_reader.hpp"
#include "catalog/grant_cells.hpp"

#include <nlohmann/json.hpp>

#include <initializer_list>
#include <limits>

namespace charter {

namespace {

constexpr auto required = DocumentReader::required;
constexpr auto optional = DocumentReader::optional;

// At namespace scope, so that the list behind it lives for ever.
constexpr std::initializer_list<Kind> beneficiaries = {Kind::user, Kind::service, Kind::group,
                                                       Kind::domain};

Result<std::string> parse_asked_resource(std::string_view text) {
    const Result<ResourcePath> path = ResourcePath::parse(text);
    if (!path) {
        return path.error();
    }
    return path->depth() <= 3 ? Result<std::string>(path->text())
                              : Error(ErrorCode::invalid_request,
                                      "access is asked for to a domain, product or port");
}

std::string read_text(DocumentReader& reader, std::string_view field,
                      DocumentReader::Need need = optional) {
    return reader.prose(field, need, limits::request_text_bytes_max);
}

std::optional<std::chrono::seconds> read_duration(DocumentReader& reader) {
    const std::optional<std::int64_t> duration =
        reader.integer("duration_s", limits::request_duration_min.count(),
                       limits::request_duration_max.count());
    return duration ? std::optional(std::chrono::seconds(*duration)) : std::nullopt;
}

std::optional<std::vector<std::string>> read_actions(DocumentReader& reader) {
    if (reader.field("actions") == nullptr) {
        return std::nullopt;
    }
    return reader.choices("actions", grant_actions, required);
}

SeenRevisions read_seen(DocumentReader& reader) {
    SeenRevisions seen;
    const Json* value = reader.field("seen");
    if (value == nullptr) {
        return seen;
    }
    DocumentReader fields(*value, reader.pointer_to("seen"), reader.problems());
    const auto revision = [&](std::string_view field) {
        const auto number = fields.integer(field, 0, std::numeric_limits<std::int64_t>::max());
        return number ? std::optional(static_cast<std::uint64_t>(*number)) : std::nullopt;
    };
    seen.request = revision("request");
    seen.product = revision("product");
    fields.finish();
    return seen;
}

void read_request(DocumentReader& reader, AccessRequestDocument& request) {
    request.resource = reader.parsed("resource", &parse_asked_resource, required).value_or("");
    request.beneficiary = reader.principal("for", beneficiaries);
    request.actions = reader.choices("actions", grant_actions, required);
    request.purpose = reader.name("purpose", required).value_or("");
    request.reason = read_text(reader, "reason", required);
    request.duration = read_duration(reader).value_or(limits::request_duration_default);
}

void read_approval(DocumentReader& reader, RequestApproval& approval) {
    approval.columns = read_columns(reader);
    approval.rows = read_rows(reader);
    approval.actions = read_actions(reader);
    approval.expires_at = reader.time("expires_at");
    approval.seen = read_seen(reader);
    approval.note = read_text(reader, "note");
}

void read_renewal(DocumentReader& reader, RequestRenewal& renewal) {
    renewal.reason = read_text(reader, "reason", required);
    renewal.actions = read_actions(reader);
    renewal.purpose = reader.name("purpose");
    renewal.duration = read_duration(reader);
}

}  // namespace

Result<AccessRequestDocument> parse_access_request(const Json& document) {
    return read_document(document, &read_request);
}

Result<RequestApproval> parse_request_approval(const Json& document) {
    return read_document(document, &read_approval);
}

Result<RequestRenewal> parse_request_renewal(const Json& document) {
    return read_document(document, &read_renewal);
}

Result<RequestRemark> parse_request_remark(const Json& document, std::string_view field,
                                           bool is_required) {
    Problems problems;
    DocumentReader reader(document, "", problems);
    RequestRemark remark;
    remark.text = read_text(reader, field, is_required ? required : optional);
    remark.seen = read_seen(reader);
    reader.finish();
    return problems.empty() ? Result<RequestRemark>(std::move(remark))
                            : Result<RequestRemark>(problems.error());
}

}  // namespace charter
