#pragma once

#include "charter/governance/world.hpp"

#include <memory>

namespace charter {

/// Whether the URI is written as one of this storage is: `local://NAME/…` by its name,
/// `s3://BUCKET/…` by its bucket.
bool lies_in_storage(const StorageEntry& storage, const StorageUri& uri);

/// The storage a port lies in, when all that was true as the port was registered is true in
/// this World too: the port lies in a location of its own domain and in no other, no other
/// port overlaps it, and the location's storage is there and has that place. Else null.
std::shared_ptr<const StorageEntry> leasable_storage(const World& world, const PortEntry& port);

}  // namespace charter
