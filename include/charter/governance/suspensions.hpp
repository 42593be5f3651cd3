#pragma once

#include "charter/governance/documents.hpp"

#include <string>

namespace charter {

/// A suspension closes at once, whatever rules say:
/// - a domain, product or port, with all that lies in it: nobody reads, writes or enforces there.
///   What is known of it stays visible, so that its owners see what happens;
/// - a user, service, engine or group (everybody in it): who is closed is as disabled;
/// - a storage: no lease opens it.
/// It lasts until it is deleted. One thing has one suspension at most; whoever stands higher
/// takes over another's. What is gone takes its suspension with it.

/// Whether an administrator may be shut out by one other alone.
enum class AdministratorsGoBy { one, two };

/// Suspends what `body` names: {"resource" | "principal" | "storage", "reason"}. Who may: whoever
/// has `retire` on a resource; `administer` on the mesh for the rest.
/// Errors: invalid_request, forbidden, conflict (it is suspended already; oneself; the last
/// administrator), unavailable.
Result<Resource> suspend(Draft& draft, const Caller& caller, AdministratorsGoBy administrators,
                         const Json& body);

/// Opens it again. Who may: whoever administers the mesh; `retire` on the topmost domain on which
/// whoever closed it had that, where it was not an administrator.
/// Errors: not_found, forbidden, unavailable.
Result<> lift_suspension(Draft& draft, const Caller& caller, ResourceId id,
                         const std::string& reason);

}  // namespace charter
