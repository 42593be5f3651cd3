// The fold of requests and suspensions.
#include "charter/base/json_writer.hpp"
#include "charter/governance/world.hpp"
#include "governance/request_states.hpp"
#include "governance/fold.hpp"

#include <nlohmann/json.hpp>

namespace charter {

namespace {

ResourceId id_in(const Json& state, const char* field) {
    return ResourceId::parse(state.value(field, "")).value_or(ResourceId{});
}

}  // namespace

Result<> World::put_request(const Resource& resource) {
    const Json state = Json::parse(resource.state, nullptr, false);
    if (!state.is_object()) {
        return Error(ErrorCode::internal, "a request without its state");
    }
    auto entry = std::make_shared<RequestEntry>();
    entry->by = id_in(state, "by");
    entry->beneficiary = id_in(state, "beneficiary");
    entry->resource = id_in(state, "resource");
    entry->domain = id_in(state, "domain");
    entry->state = state.value("state", "");
    const auto old = find<RequestEntry>(resource.id);
    if (old && is_open(request_state_of(old->state))) {
        change_uses({open_requests_of(old->by)}, -1);
    }
    if (is_open(request_state_of(entry->state))) {
        change_uses({open_requests_of(entry->by)}, 1);
    }
    enter(std::move(entry), resource, resource.id.text());
    return {};
}

Result<> World::put_suspension(const Resource& resource, const Json& document) {
    const Json state = Json::parse(resource.state, nullptr, false);
    if (!state.is_object()) {
        return Error(ErrorCode::internal, "a suspension without its state");
    }
    auto entry = std::make_shared<SuspensionEntry>();
    entry->target = id_in(state, "target");
    entry->domain = id_in(state, "domain");
    entry->held_by = id_in(state, "held_by");
    entry->reason = document.value("reason", "");
    entry->label = "suspension:" + resource.id.text();
    std::string evidence;
    JsonWriter json(evidence);
    json.begin_object().member("suspension", resource.id.text());
    json.key("document").raw(resource.document).key("state").raw(resource.state).end_object();
    entry->evidence = make_evidence(std::move(evidence));
    suspended_.insert_or_assign(entry->target, resource.id);
    enter(std::move(entry), resource, resource.id.text());
    return {};
}

}  // namespace charter
