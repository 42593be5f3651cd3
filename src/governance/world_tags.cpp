// Which keys are protected, and what names a tag key.
#include "charter/governance/world.hpp"

namespace charter {

namespace {

/// FNV-1a. Uses that hash alike share a list, so whoever reads one looks at what is in it.
std::uint64_t hash_of(std::string_view use) {
    std::uint64_t hash = 0xcbf29ce484222325;
    for (const char c : use) {
        hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    }
    return hash;
}

bool names_a_key(std::string_view use) {
    return (use.starts_with("tag:") || use.starts_with("asks:")) &&
           use.find('=') == std::string_view::npos;
}

}  // namespace

std::vector<ResourceId> World::tagged_by(std::string_view use, std::size_t count_max) const {
    std::vector<ResourceId> found;
    tagged_by_.for_each(hash_of(use), [&](std::uint64_t id) {
        if (found.size() < count_max) {
            found.push_back(ResourceId{id});
        }
        return found.size() < count_max;
    });
    return found;
}

void World::list_tagged(ResourceId id, const std::vector<std::string>& uses, bool present) {
    for (const std::string& use : uses) {
        if (!names_a_key(use)) {
            continue;
        }
        if (present) {
            tagged_by_.insert(hash_of(use), id.value);
        } else {
            tagged_by_.erase(hash_of(use), id.value);
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
    for (const ResourceId id : tagged_by("tag:" + key, static_cast<std::size_t>(-1))) {
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
