#include "api/signed_url.hpp"

#include "charter/base/json.hpp"
#include "charter/governance/leasable.hpp"

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
    return LeasedPlace{std::string(lease),
                       (*found)->record.principal,
                       record.value("on_behalf_of", ""),
                       (*found)->record.resource,
                       record.value("resource", ""),
                       facts.value("storage", ""),
                       facts.value("storage_id", ""),
                       facts.value("root", ""),
                       facts.value("prefix", "")};
}

namespace {

/// Whoever is disabled, suspended or gone has no leases any more.
bool is_enabled(const World& world, const PrincipalPtr& principal) {
    return principal && !closed(world, *principal);
}

bool holders_enabled(const World& world, const LeasedPlace& place) {
    if (!is_enabled(world, world.find<PrincipalEntry>(place.holder))) {
        return false;
    }
    const Result<PrincipalName> user = PrincipalName::parse(place.on_behalf_of);
    return place.on_behalf_of.empty() || (user && is_enabled(world, world.principal(*user)));
}

}  // namespace

bool lease_holds(const Services& services, const LeasedPlace& place, std::int64_t expires_s) {
    const WorldPtr world = services.worlds.load();
    if (services.writer.now() >= UtcTime(std::chrono::seconds(expires_s)) ||
        world->find(Kind::lease, place.lease) || !holders_enabled(*world, place)) {
        return false;
    }
    const PortPtr port = world->port(place.port_path);
    const auto storage = port && port->id == place.port ? leasable_storage(*world, *port) : nullptr;
    if (storage && (world->suspended(storage->id) ||
                    suspension_over(*world, target_of(*world, *port)) != nullptr)) {
        return false;
    }
    return storage && storage->id.text() == place.storage_id &&
           storage->facts().root == place.root && port->location.path() == place.prefix;
}

std::optional<std::string_view> header_value(const http::Request& request, std::string_view name) {
    const std::string_view value = request.header(name);
    return value.empty() ? std::nullopt : std::optional<std::string_view>(value);
}

}  // namespace charter::api
