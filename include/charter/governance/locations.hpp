#pragma once

#include "charter/governance/documents.hpp"

#include <memory>
#include <optional>

namespace charter {

/// A place that a PUT of a location would give to a domain.
struct NewPlace {
    std::shared_ptr<const StorageEntry> storage;
    StorageUri uri;

    /// The same place in the same state of the storage.
    bool same_as(const NewPlace& other) const {
        return storage->id == other.storage->id && storage->revision == other.storage->revision &&
               uri == other.uri;
    }
};

/// What the storage has to be asked before the location is registered. Nothing when the
/// rules refuse the change anyway, or when it moves nothing: so no storage is called for
/// a caller who may not register there.
std::optional<NewPlace> new_place(const World& world, const Caller& caller, const Address& address,
                                  const Json& body);

}  // namespace charter
