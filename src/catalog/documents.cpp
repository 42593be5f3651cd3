// The documents of everything but products. Each read function is the list of the
// fields that its document has.
#include "charter/catalog/documents.hpp"

#include "charter/base/encoding.hpp"
#include "charter/base/limits.hpp"
#include "catalog/document_reader.hpp"
#include "catalog/storage_fields.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <initializer_list>

namespace charter {

namespace {

constexpr auto required = DocumentReader::required;

// At namespace scope, so that the lists behind them live for ever.
constexpr std::initializer_list<Kind> people = {Kind::user, Kind::service, Kind::group};
constexpr std::initializer_list<Kind> people_and_teams = {Kind::user, Kind::service, Kind::group,
                                                          Kind::domain};
constexpr std::initializer_list<Kind> all_principals = {Kind::user, Kind::service, Kind::group,
                                                        Kind::engine, Kind::domain};
constexpr std::initializer_list<Kind> token_bearers = {Kind::user, Kind::service, Kind::engine};

constexpr std::array<std::string_view, 2> modes{"enforce", "shadow"};
constexpr std::array<std::string_view, 3> enforceable{"columns", "masks", "rows"};

void read_access_rules(DocumentReader& reader, AccessRules& rules) {
    const Json* access = reader.field("access");
    if (access == nullptr) {
        return;
    }
    DocumentReader fields(*access, reader.pointer_to("access"), reader.problems());
    rules.approval_levels = static_cast<int>(fields.integer("approval_levels", 1, 2).value_or(1));
    if (fields.field("purposes") != nullptr) {
        rules.purposes = fields.strings("purposes", limits::purposes_per_grant_max, &check_name);
    }
    rules.lapse_unreviewed = fields.flag("lapse_unreviewed");
    fields.finish();
}

void read_domain(DocumentReader& reader, DomainDocument& domain) {
    domain.title = reader.title("title", required);
    domain.description = reader.prose("description");
    domain.parent = reader.name("parent");
    domain.owners = reader.principals("owners", people);
    domain.stewards = reader.principals("stewards", people);
    domain.members = reader.principals("members", people);
    domain.tags = reader.tags("tags");
    domain.contact = reader.title("contact");
    read_access_rules(reader, domain.access);
}

void read_location(DocumentReader& reader, LocationDocument& location) {
    const std::optional<std::string> storage = reader.name("storage", required);
    const std::optional<StorageUri> uri = reader.parsed("uri", &StorageUri::parse, required);
    if (!storage || !uri) {
        return;
    }
    if (uri->scheme() == "local" && uri->authority() != *storage) {
        reader.problem("uri", "is in another storage than \"" + *storage + "\"");
    }
    location.storage = *storage;
    location.uri = *uri;
}

void read_delegated(DocumentReader& reader, StorageDocument& storage) {
    const Json* delegated = reader.field("delegated");
    if (delegated == nullptr) {
        return;
    }
    DocumentReader domains(*delegated, reader.pointer_to("delegated"), reader.problems());
    if (!delegated->is_object()) {
        return;
    }
    if (delegated->size() > limits::delegated_domains_max) {
        reader.problem("delegated", "has at most " +
                                        std::to_string(limits::delegated_domains_max) + " domains");
        return;
    }
    for (const auto& [domain, unused] : delegated->items()) {
        if (const Result<> checked = check_name(domain); !checked) {
            domains.problem(domain, checked.error().message());
            continue;
        }
        const auto check = [](std::string_view text) -> Result<> {
            const Result<PathSegments> prefix = parse_storage_path(text);
            return prefix ? Result<>() : Result<>(prefix.error());
        };
        std::vector<PathSegments>& prefixes = storage.delegated[domain];
        for (const std::string& text :
             domains.strings(domain, limits::delegated_prefixes_max, check)) {
            prefixes.push_back(parse_storage_path(text).value());
        }
    }
}

void read_credentials(DocumentReader& reader, StorageDocument& storage) {
    const Json* credentials = reader.field("credentials");
    if (credentials == nullptr) {
        return;
    }
    DocumentReader fields(*credentials, reader.pointer_to("credentials"), reader.problems());
    StorageCredentials& read = storage.credentials.emplace();
    read.access_key_id =
        fields.parsed("access_key_id", &parse_access_key_id, required).value_or("");
    read.secret_access_key = fields.parsed("secret_access_key", &parse_secret_access_key);
    if (credentials->is_object()) {
        fields.finish();
    }
}

void read_s3_storage(DocumentReader& reader, StorageDocument& storage) {
    storage.endpoint = reader.parsed("endpoint", &parse_storage_endpoint).value_or("");
    storage.region = reader.parsed("region", &parse_region, required).value_or("");
    storage.bucket = reader.parsed("bucket", &parse_bucket, required).value_or("");
    storage.path_style = reader.flag("path_style");
    storage.sts = reader.flag("sts", true);
    read_credentials(reader, storage);
    const Json* role = reader.field("role_arn");
    storage.role_arn = reader.parsed("role_arn", &parse_role_arn).value_or("");
    if (!storage.credentials && role == nullptr) {
        reader.problem("credentials", "is needed where there is no role_arn");
    }
}

void read_storage(DocumentReader& reader, StorageDocument& storage) {
    const std::optional<std::string> kind = reader.name("kind", required);
    storage.kind = kind.value_or("");
    if (storage.kind == "s3") {
        read_s3_storage(reader, storage);
    } else if (storage.kind == "local") {
        storage.root = reader.parsed("root", &parse_root, required).value_or("");
    } else {
        if (kind) {
            reader.problem("kind", "there are storages of kind \"local\" and \"s3\"");
        }
        // Its other fields are not wrong by themselves.
        for (const char* field : {"root", "endpoint", "region", "bucket", "path_style", "sts",
                                  "credentials", "role_arn"}) {
            reader.field(field);
        }
    }
    read_delegated(reader, storage);
}

void read_policy(DocumentReader& reader, PolicyDocument& policy) {
    policy.cedar = reader.prose("cedar", required, limits::policy_bytes_max);
    policy.description = reader.prose("description");
    policy.review_at = reader.time("review_at");
}

void read_guardrail(DocumentReader& reader, GuardrailDocument& guardrail) {
    read_policy(reader, guardrail);
    guardrail.mode = reader.choice("mode", modes, "enforce");
}

void read_purpose(DocumentReader& reader, PurposeDocument& purpose) {
    purpose.description = reader.prose("description");
    std::vector<PrincipalName> claimable = reader.principals("claimable_by", all_principals);
    if (reader.field("claimable_by") != nullptr) {
        purpose.claimable_by = std::move(claimable);
    }
}

void read_tag(DocumentReader& reader, TagDocument& tag) {
    tag.values = reader.strings("values", limits::tag_values_max, &check_tag_value, required);
    tag.description = reader.prose("description");
    tag.is_protected = reader.flag("protected");
    tag.stewards = reader.principals("stewards", people);
}

/// One line of at most 255 bytes (OpenID Connect Core 1.0 section 2, `sub`).
Result<std::string> parse_claimed(std::string_view text) {
    if (text.empty() || text.size() > limits::subject_bytes_max || !is_utf8(text) ||
        has_control_character(text)) {
        return Error(ErrorCode::invalid_request,
                     "one line of 1 to " + std::to_string(limits::subject_bytes_max) +
                         " bytes is expected");
    }
    return std::string(text);
}

std::optional<Subject> read_identity(DocumentReader& reader) {
    const Json* value = reader.field("identity");
    if (value == nullptr) {
        return std::nullopt;
    }
    DocumentReader fields(*value, reader.pointer_to("identity"), reader.problems());
    Subject subject;
    subject.issuer = fields.name("issuer", required).value_or("");
    subject.subject = fields.parsed("subject", &parse_claimed, required).value_or("");
    fields.finish();
    return subject;
}

void read_user(DocumentReader& reader, UserDocument& user) {
    user.title = reader.title("title");
    user.description = reader.prose("description");
    user.tags = reader.tags("tags");
    user.disabled = reader.flag("disabled");
    user.identity = read_identity(reader);
}

void read_group(DocumentReader& reader, GroupDocument& group) {
    group.title = reader.title("title");
    group.description = reader.prose("description");
    group.members = reader.principals("members", people);
    reader.objects("claimed", limits::claimed_groups_max, [&](DocumentReader& item) {
        ClaimedGroup claimed;
        claimed.issuer = item.name("issuer", required).value_or("");
        claimed.group = item.parsed("group", &parse_claimed, required).value_or("");
        if (std::ranges::find(group.claimed, claimed) != group.claimed.end()) {
            item.problem("", "stands twice");
        }
        group.claimed.push_back(std::move(claimed));
    });
    group.tags = reader.tags("tags");
}

void read_engine(DocumentReader& reader, EngineDocument& engine) {
    engine.title = reader.title("title");
    engine.description = reader.prose("description");
    engine.enforces = reader.choices("enforces", enforceable);
    engine.speaks_for = reader.principals("speaks_for", people_and_teams);
    engine.tags = reader.tags("tags");
    engine.disabled = reader.flag("disabled");
    engine.identity = read_identity(reader);
}

Result<std::string> parse_product_path(std::string_view text) {
    const Result<ResourcePath> path = ResourcePath::parse(text);
    if (!path) {
        return path.error();
    }
    if (path->depth() != 2) {
        return Error(ErrorCode::invalid_request, "a product is domain/product");
    }
    return path->text();
}

void read_token(DocumentReader& reader, TokenDocument& token) {
    token.principal =
        reader.principal("principal", token_bearers, required).value_or(PrincipalName());
    token.name = reader.title("name", required);
    token.expires_at = reader.time("expires_at");
}

void read_publish(DocumentReader& reader, PublishDocument& publish) {
    publish.version = reader.parsed("version", &Version::parse, required).value_or(Version());
    publish.note = reader.prose("note");
}

void read_deprecate(DocumentReader& reader, DeprecateDocument& deprecate) {
    deprecate.sunset_at = reader.time("sunset_at");
    deprecate.successor = reader.parsed("successor", &parse_product_path);
    deprecate.note = reader.prose("note");
}

}  // namespace

Result<DomainDocument> parse_domain(const Json& document) {
    return read_document(document, &read_domain);
}

Result<LocationDocument> parse_location(const Json& document) {
    return read_document(document, &read_location);
}

Result<StorageDocument> parse_storage(const Json& document) {
    return read_document(document, &read_storage);
}

Result<PolicyDocument> parse_policy_document(const Json& document) {
    return read_document(document, &read_policy);
}

Result<GuardrailDocument> parse_guardrail(const Json& document) {
    return read_document(document, &read_guardrail);
}

Result<PurposeDocument> parse_purpose(const Json& document) {
    return read_document(document, &read_purpose);
}

Result<TagDocument> parse_tag(const Json& document) {
    return read_document(document, &read_tag);
}

Result<UserDocument> parse_user(const Json& document) {
    return read_document(document, &read_user);
}

Result<ServiceDocument> parse_service(const Json& document) {
    return read_document(document, &read_user);
}

Result<GroupDocument> parse_group(const Json& document) {
    return read_document(document, &read_group);
}

Result<EngineDocument> parse_engine(const Json& document) {
    return read_document(document, &read_engine);
}

Result<TokenDocument> parse_token_document(const Json& document) {
    return read_document(document, &read_token);
}

Result<PublishDocument> parse_publish(const Json& document) {
    return read_document(document, &read_publish);
}

Result<DeprecateDocument> parse_deprecate(const Json& document) {
    return read_document(document, &read_deprecate);
}

Json merge_patch(Json target, const Json& patch) {
    target.merge_patch(patch);
    return target;
}

}  // namespace charter
