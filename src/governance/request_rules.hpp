#pragma once

#include "charter/catalog/access_request.hpp"
#include "charter/governance/grants.hpp"
#include "charter/governance/requests.hpp"
#include "governance/request_states.hpp"

#include <nlohmann/json.hpp>

#include <optional>
#include <string>
#include <vector>

namespace charter {

// What asking, deciding and showing of requests share.

/// What a decision about the request is asked on: its resource, or its domain where that is
/// gone; nothing when both are.
std::optional<Target> request_target(const World& world, const RequestEntry& request);

/// The revision an approver has to have seen: the product's, or the domain's.
std::uint64_t seen_revision(const World& world, ResourceId resource);

/// For whom one may ask: itself, the groups and teams it is in, the team of a domain it owns and
/// the members of that.
bool may_ask_for(const World& world, const PrincipalEntry& asker, const PrincipalName& beneficiary);

/// Why the beneficiary cannot get access for the purpose here; nothing when it can.
std::optional<std::string> purpose_unfit(const World& world, const DomainEntry& domain,
                                         const PrincipalName& beneficiary,
                                         const std::string& purpose);

/// Why this principal does not decide this request, whatever rules say; nothing when it may.
std::optional<std::string> decides_not(const World& world, const PrincipalEntry& principal,
                                       const RequestEntry& request);

/// A principal, or the domain whose team it is, by its id; nothing when it is gone.
std::optional<PrincipalName> name_of_beneficiary(const World& world, ResourceId id);

/// Who may read it: who asked, who would get the access, who may approve it, those who audit the
/// domain or the mesh.
bool request_readable(const World& world, const Caller& caller, const RequestEntry& request);

/// Whether the domain, product or port shows for the caller.
bool shows_resource(const World& world, const Caller& caller, ResourceId resource);

/// What represent() says of a request, from what the server keeps of it.
void add_request_state(Json& shown, const World& world, const Json& state, UtcTime now);

/// Those of grant_actions.
std::vector<std::string> action_names(ActionSet actions);

/// The path that a domain, product or port has now; nothing when it is gone.
std::optional<std::string> path_of(const World& world, ResourceId resource);

/// One step as the request keeps it.
void add_history(Json& state, UtcTime at, const std::string& by, std::string_view step,
                 const std::string& text);

/// The rules that would still deny what is asked for if `grant`, a resource, were there:
/// [{"rule": label, "action", "on": [ports]}]. Pure; looks at limits::precheck_ports_max ports.
Json precheck(const World& world, const Caller& asker, const PrincipalName& beneficiary,
              ResourceId resource, const std::string& purpose,
              const Resource& grant);

/// Asks, once the body is read. `renewed`: the request that made `grant`, which is to be renewed;
/// null: there is none.
Result<Resource> ask_for_access(Draft& draft, const Caller& caller,
                                const AccessRequestDocument& asked,
                                const RequestEntry* renewed, ResourceId grant);

/// What an approval gives.
struct GivenAccess {
    PrincipalName beneficiary;
    std::string resource;  // its path
    std::vector<std::string> actions;
    std::string purpose;
    UtcTime expires_at{};
    std::string reason;
    std::string granted_by;
    Json cells = Json::object();                  // `columns` and `rows`, as a grant's document has them
    std::vector<std::string> conditions = {};     // what these mean, see grant_cells
};
Resource grant_of(const RequestEntry& request, ResourceId grant, const GivenAccess& given);

}  // namespace charter
