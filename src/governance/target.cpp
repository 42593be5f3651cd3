// What a decision is about.
#include "charter/governance/decide.hpp"

namespace charter {

Target target_of(const World& world) {
    return Target{world.mesh().get(), nullptr, {}};
}

Target target_of(const World&, const DomainEntry& domain) {
    return Target{domain.node.get(), &domain, {domain.id}};
}

Target target_of(const World& world, const ProductEntry& product) {
    return Target{product.node.get(), world.find<DomainEntry>(product.domain).get(),
                  {product.id, product.domain}};
}

Target target_of(const World& world, const PortEntry& port) {
    return Target{port.node.get(), world.find<DomainEntry>(port.domain).get(),
                  {port.id, port.product, port.domain}};
}

std::optional<Target> resource_target(const World& world, ResourceId id) {
    const EntryPtr entry = world.find(id);
    if (const auto* domain = dynamic_cast<const DomainEntry*>(entry.get())) {
        return target_of(world, *domain);
    }
    if (const auto* product = dynamic_cast<const ProductEntry*>(entry.get())) {
        return target_of(world, *product);
    }
    if (const PortPtr port = world.port(id)) {
        return target_of(world, *port);
    }
    return std::nullopt;
}

Target target_of(const StorageEntry& storage) {
    return Target{storage.node.get(), nullptr, {}};
}

Target target_of(const PurposeEntry& purpose) {
    return Target{purpose.node.get(), nullptr, {}};
}

Target target_of(const TagEntry& tag) {
    return Target{tag.node.get(), nullptr, {}};
}

}  // namespace charter
