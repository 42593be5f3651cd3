// Which keys are protected, and what names a tag key.
#include "charter/governance/world.hpp"

namespace charter {

namespace {

/// FNV-1a. Keys that hash alike share a list, so whoever reads one looks at what is in it.
std::uint64_t hash_of(std::string_view key) {
    std::uint64_t hash = 0xcbf29ce484222325;
    for (const char c : key) {
        hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    }
    return hash;
}

}  // namespace

std::vector<ResourceId> World::tagged_by(std::string_view key, std::size_t count_max) const {
    std::vector<ResourceId> found;
    tagged_by_.for_each(hash_of(key), [&](std::uint64_t id) {
        if (found.size() < count_max) {
            found.push_back(ResourceId{id});
        }
        return found.size() < count_max;
    });
    return found;
}

void World::list_tagged(ResourceId id, const std::vector<std::string>& uses, bool present) {
    constexpr std::string_view prefix = "tag:";
    for (const std::string& use : uses) {
        if (!use.starts_with(prefix) || use.find('=') != std::string::npos) {
            continue;
        }
        const std::uint64_t key = hash_of(std::string_view(use).substr(prefix.size()));
        if (present) {
            tagged_by_.insert(key, id.value);
        } else {
            tagged_by_.erase(key, id.value);
        }
    }
}

void World::set_protected(const std::string& key, bool is_protected) {
    if (protected_keys_->contains(key) == is_protected) {
        return;
    }
    auto keys = std::make_shared<ProtectedKeys>(*protected_keys_);
    if (is_protected) {
        keys->insert(key);
    } else {
        keys->erase(key);
    }
    protected_keys_ = std::move(keys);
    // Nothing changes but below what carries the key. A store is folded domains first, then
    // tags, then products, so at a start these are a few domains.
    for (const ResourceId id : tagged_by(key, static_cast<std::size_t>(-1))) {
        const EntryPtr entry = find(id);
        if (const auto* domain = dynamic_cast<const DomainEntry*>(entry.get())) {
            refresh_domain(domain->name, 0);
        } else if (const auto* product = dynamic_cast<const ProductEntry*>(entry.get())) {
            refresh_product(*product, *find<DomainEntry>(product->domain), true);
        }
    }
}

const SuspensionEntry* World::suspension_of(ResourceId id) const {
    const ResourceId* by = suspended_.find(id);
    return by != nullptr ? static_cast<const SuspensionEntry*>(find(*by).get()) : nullptr;
}

}  // namespace charter
