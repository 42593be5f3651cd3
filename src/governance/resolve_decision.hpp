#pragma once

#include "charter/governance/cell_access.hpp"
#include "charter/governance/resolver.hpp"

#include <algorithm>

namespace charter {

/// What a resolve came to, before storage and ledger.
struct Resolver::Decided {
    Caller user;       // who decides what may be read: the caller, or whom an engine asks for
    PortPtr port;      // null when it is absent or hidden
    ResourceId about;  // its id all the same, so that its owners find the record
    bool allow = false;
    ErrorCode refusal = ErrorCode::forbidden;
    std::string reason;
    std::vector<Ground> determined_by;
    std::vector<Ground> shadow;
    std::shared_ptr<const StorageEntry> storage;
    UtcTime until = UtcTime::max();  // no lease is longer
    /// What may be read, where that is less than all; null when it is all or nothing.
    std::shared_ptr<const CellAccess> access;

    /// What the answer depends on, apart from the text.
    bool same_as(const Decided& other) const {
        return (access == other.access || (access && other.access && *access == *other.access)) &&
               allow == other.allow && refusal == other.refusal && until == other.until &&
               user.principal->evidence == other.user.principal->evidence &&
               (port ? port->id : ResourceId{}) == (other.port ? other.port->id : ResourceId{}) &&
               (!port || port->location == other.port->location) &&
               determined_by == other.determined_by &&
               std::equal(determined_by.begin(), determined_by.end(), other.determined_by.begin(),
                          [](const Ground& a, const Ground& b) { return *a.evidence == *b.evidence; }) &&
               (storage ? storage->id : ResourceId{}) ==
                   (other.storage ? other.storage->id : ResourceId{}) &&
               (storage ? storage->revision : 0) == (other.storage ? other.storage->revision : 0);
    }
};

}  // namespace charter
