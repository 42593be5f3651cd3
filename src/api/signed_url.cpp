#include "api/signed_url.hpp"

#include "charter/base/json.hpp"
#include "charter/governance/entries.hpp"

#include <nlohmann/json.hpp>

namespace charter::api {

Error url_refused() {
    return Error(ErrorCode::forbidden, "the URL is not valid, or not any more");
}

Result<LeasedPlace> leased_place(const Services& services, std::string_view lease, Action action) {
    const std::optional<DecisionId> id = DecisionId::parse(lease);
    if (!id) {
        return url_refused();
    }
    const Result<std::optional<SealedRecord>> found = services.reader.ledger_find(*id);
    if (!found) {
        return found.error();
    }
    if (!*found || !(*found)->record.allow) {
        return url_refused();
    }
    const Json record = Json::parse((*found)->record.body, nullptr, false);
    if (!record.is_object() || !record.contains("lease") ||
        record.value("action", "") != action_name(action)) {
        return url_refused();
    }
    const Json& facts = record["lease"];
    LeasedPlace place{facts.value("storage", ""), facts.value("root", ""),
                      facts.value("prefix", "")};
    const auto storage = std::dynamic_pointer_cast<const StorageEntry>(
        services.worlds.load()->find(Kind::storage, place.storage));
    if (!storage || storage->facts().root != place.root) {
        return url_refused();
    }
    return place;
}

bool lease_holds(const Services& services, std::string_view lease, std::int64_t expires_s) {
    return services.writer.now() < UtcTime(std::chrono::seconds(expires_s)) &&
           !services.worlds.load()->find(Kind::lease, lease);
}

std::optional<std::string_view> header_value(const http::Request& request, std::string_view name) {
    const std::string_view value = request.header(name);
    return value.empty() ? std::nullopt : std::optional<std::string_view>(value);
}

}  // namespace charter::api
