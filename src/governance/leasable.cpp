#include "charter/governance/leasable.hpp"

#include <algorithm>

namespace charter {

namespace {

/// A port claims its published place, and the drafted one until it is published.
std::size_t own_claims_in(const World& world, const PortEntry& port) {
    const EntryPtr entry = world.find(port.product);
    const auto* product = dynamic_cast<const ProductEntry*>(entry.get());
    if (product == nullptr) {
        return 0;
    }
    return static_cast<std::size_t>(
        std::count_if(product->claims.begin(), product->claims.end(), [&](const auto& claim) {
            return claim.first == port.id && port.location.contains(claim.second);
        }));
}

}  // namespace

bool lies_in_storage(const StorageEntry& storage, const StorageUri& uri) {
    const StorageDocument& facts = storage.facts();
    return uri.scheme() == facts.kind &&
           uri.authority() == (facts.is_s3() ? facts.bucket : storage.name);
}

std::shared_ptr<const StorageEntry> leasable_storage(const World& world, const PortEntry& port) {
    const std::optional<ResourceId> holder = world.locations().covering(port.location);
    const auto location = holder ? world.find<LocationEntry>(*holder) : nullptr;
    if (!location || location->domain != port.domain ||
        world.locations().overlaps(port.location, *holder) ||
        !world.ports().alone(port.location, port.id, own_claims_in(world, port))) {
        return nullptr;
    }
    auto storage = std::dynamic_pointer_cast<const StorageEntry>(
        world.find(Kind::storage, location->storage));
    return storage && lies_in_storage(*storage, port.location) ? storage : nullptr;
}

}  // namespace charter
