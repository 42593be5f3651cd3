#include "charter/governance/decide.hpp"

#include <algorithm>

namespace charter {

Visibility::Visibility(const World& world, const Caller& caller)
    : world_(world),
      discover_(world, caller, Action::discover),
      edit_(world, caller, Action::edit),
      audit_(world, caller, Action::audit) {}

template <class Ask>
bool Visibility::remembered(ResourceId id, Ask&& ask) {
    const auto known = known_.find(id);
    if (known != known_.end()) {
        return known->second;
    }
    const bool answer = ask();
    known_.emplace(id, answer);
    return answer;
}

bool Visibility::governs(const DomainEntry* domain) {
    return domain != nullptr &&
           (edit_.allows(target_of(world_, *domain)) || audit_.allows(target_of(world_, *domain)));
}

bool Visibility::shows(const PortEntry& port) {
    return remembered(port.id, [&] {
        return discover_.allows(target_of(world_, port)) || discover_.decide_columns(port).some() ||
               governs(world_.find<DomainEntry>(port.domain).get());
    });
}

bool Visibility::shows(const ProductEntry& product) {
    return remembered(product.id, [&] {
        return discover_.allows(target_of(world_, product)) ||
               std::any_of(product.ports.begin(), product.ports.end(),
                           [&](const PortPtr& port) { return shows(*port); }) ||
               governs(world_.find<DomainEntry>(product.domain).get());
    });
}

bool Visibility::shows(const DomainEntry& domain) {
    return remembered(domain.id, [&] { return shows_now(domain); });
}

bool Visibility::shows_now(const DomainEntry& domain) {
    if (discover_.allows(target_of(world_, domain)) || governs(&domain)) {
        return true;
    }
    for (const ResourceId id : world_.products_of(domain.id)) {
        const auto product = world_.find<ProductEntry>(id);
        if (product && shows(*product)) {
            return true;
        }
    }
    for (const ResourceId id : world_.domains_below(domain.name)) {
        const auto below = world_.find<DomainEntry>(id);
        if (below && shows(*below)) {
            return true;
        }
    }
    return false;
}

}  // namespace charter
