// Grants, and what is sent about them.
#include "charter/base/limits.hpp"
#include "charter/catalog/documents.hpp"
#include "catalog/document_reader.hpp"
#include "catalog/grant_cells.hpp"

#include <nlohmann/json.hpp>

#include <initializer_list>

namespace charter {

namespace {

constexpr auto required = DocumentReader::required;
constexpr std::initializer_list<Kind> all_principals = {Kind::user, Kind::service, Kind::group,
                                                        Kind::engine, Kind::domain};

/// A domain, product or port.
Result<std::string> parse_granted_path(std::string_view text) {
    const Result<ResourcePath> path = ResourcePath::parse(text);
    if (!path) {
        return path.error();
    }
    if (path->depth() > 3) {
        return Error(ErrorCode::invalid_request, "a column cannot be here");
    }
    return path->text();
}

Result<ResourceId> parse_grant_id(std::string_view text) {
    const std::optional<ResourceId> id = ResourceId::parse(text);
    return id ? Result<ResourceId>(*id)
              : Error(ErrorCode::invalid_request, "the id of a grant is expected");
}

/// Its terms become the text of a policy, which has a limit.
void check_size(DocumentReader& fields, const Tags& all) {
    std::size_t values_count = 0;
    std::size_t bytes = 0;
    for (const auto& [key, values] : all) {
        bytes += key.size();
        values_count += values.size();
        for (const std::string& value : values) {
            bytes += value.size();
        }
    }
    if (all.size() > limits::tag_expression_keys_max ||
        values_count > limits::tag_expression_values_max ||
        bytes > limits::tag_expression_bytes_max) {
        fields.problem("all", "has at most " + std::to_string(limits::tag_expression_keys_max) +
                                  " keys, " + std::to_string(limits::tag_expression_values_max) +
                                  " values and " +
                                  std::to_string(limits::tag_expression_bytes_max) + " bytes");
    }
}

void read_tagged(DocumentReader& reader, GrantDocument& grant) {
    const Json* tagged = reader.field("tagged");
    const Json* resource = reader.field("resource");
    if ((tagged != nullptr) == (resource != nullptr)) {
        reader.problem(tagged != nullptr ? "tagged" : "resource",
                       "exactly one of `resource` and `tagged` is needed");
    }
    if (tagged == nullptr) {
        return;
    }
    DocumentReader fields(*tagged, reader.pointer_to("tagged"), reader.problems());
    if (!tagged->is_object()) {
        return;
    }
    TagExpression& expression = grant.tagged.emplace();
    expression.domain = fields.name("domain", required).value_or("");
    const Json* all = fields.field("all", required);
    if (all != nullptr && all->is_object() && all->empty()) {
        fields.problem("all", "is empty: at least one key is needed");
    }
    expression.all = fields.tags("all");
    check_size(fields, expression.all);
    fields.finish();
}

/// Columns and rows: of a table, and for reading it.
void read_cells(DocumentReader& reader, GrantDocument& grant) {
    grant.columns = read_columns(reader);
    grant.rows = read_rows(reader);
    const bool is_table = grant.resource.find('/') != grant.resource.npos;
    for (const char* field : {"columns", "rows"}) {
        const bool given = field == std::string_view("columns") ? grant.columns.has_value()
                                                                : !grant.rows.empty();
        if (!given) {
            continue;
        }
        if (!is_table) {
            reader.problem(field, "goes with a product or port as `resource`");
        } else if (std::ranges::find(grant.actions, "write") != grant.actions.end()) {
            reader.problem(field, "goes with reading: `write` is for a whole port");
        } else if (std::ranges::none_of(grant.actions, [](const std::string& action) {
                       return action == "read" || action == "read_masked";
                   })) {
            reader.problem(field, "is about reading, and the grant gives none");
        }
    }
}

void read_grant(DocumentReader& reader, GrantDocument& grant) {
    grant.grantee =
        reader.principal("grantee", all_principals, required).value_or(PrincipalName());
    grant.resource = reader.parsed("resource", &parse_granted_path).value_or("");
    read_tagged(reader, grant);
    grant.actions = reader.choices("actions", grant_actions, required);
    read_cells(reader, grant);
    grant.purposes = reader.strings("purposes", limits::purposes_per_grant_max, &check_name);
    grant.not_before = reader.time("not_before");
    grant.expires_at = reader.time("expires_at");
    grant.review_at = reader.time("review_at");
    grant.delegable = reader.flag("delegable");
    grant.parent = reader.parsed("parent", &parse_grant_id);
    grant.reason = reader.prose("reason");
    if (grant.not_before && grant.expires_at && *grant.expires_at <= *grant.not_before) {
        reader.problem("expires_at", "is not after not_before");
    }
    if (grant.delegable && grant.parent) {
        reader.problem("delegable", "what is passed on is not passed on again");
    } else if (grant.delegable && grant.grantee.kind != Kind::domain) {
        reader.problem("delegable", "a grant to a domain (domain:NAME) is for its owners to pass "
                                    "on, and no other");
    }
}

void read_review(DocumentReader& reader, ReviewDocument& review) {
    reader.field("review_at", required);
    review.review_at = reader.time("review_at").value_or(UtcTime{});
    review.note = reader.prose("note", DocumentReader::optional, limits::review_note_bytes_max);
}

void read_revocation(DocumentReader& reader, const Json& item, std::string pointer,
                     GrantBatch& batch) {
    GrantBatch::Revocation& revocation = batch.revoke.emplace_back();
    if (item.is_string()) {
        const Result<ResourceId> id = parse_grant_id(item.get_ref<const std::string&>());
        revocation.id = id ? *id : ResourceId{};
        if (!id) {
            reader.problems().add(std::move(pointer), id.error().message());
        }
        return;
    }
    DocumentReader fields(item, std::move(pointer), reader.problems());
    if (item.is_object()) {
        revocation.id = fields.parsed("id", &parse_grant_id, required).value_or(ResourceId{});
        revocation.reason = fields.title("reason");
        fields.finish();
    }
}

void read_batch(DocumentReader& reader, GrantBatch& batch) {
    reader.items("create", limits::grants_per_batch_max,
                 [&](const Json& item, std::string pointer) {
                     if (!item.is_object()) {
                         reader.problems().add(std::move(pointer), "an object is expected");
                     }
                     batch.create.push_back(item);
                 });
    reader.items("revoke", limits::grants_per_batch_max,
                 [&](const Json& item, std::string pointer) {
                     read_revocation(reader, item, std::move(pointer), batch);
                 });
    if (batch.create.size() + batch.revoke.size() > limits::grants_per_batch_max) {
        reader.problem("", "at most " + std::to_string(limits::grants_per_batch_max) +
                               " grants are made and revoked in one call");
    }
}

}  // namespace

Result<GrantDocument> parse_grant(const Json& document) {
    return read_document(document, &read_grant);
}

Result<ReviewDocument> parse_review(const Json& document) {
    return read_document(document, &read_review);
}

Result<GrantBatch> parse_grant_batch(const Json& document) {
    return read_document(document, &read_batch);
}

}  // namespace charter
