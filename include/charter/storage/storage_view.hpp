#pragma once

#include "charter/base/result.hpp"
#include "charter/base/secret.hpp"
#include "charter/catalog/documents.hpp"
#include "charter/catalog/resource.hpp"

#include <cstdint>
#include <string>

namespace charter {

class SecretBox;

/// A storage as leases need it: what its document says, and its secret as it is kept.
struct StorageView {
    ResourceId id;
    std::uint64_t revision = 0;
    std::string name;
    StorageDocument facts;
    std::string sealed_secret;  // the secret access key, by SecretBox; "" when it has none
};

/// What the secret of a storage is sealed for: it opens for no other.
std::string secret_context(ResourceId storage);

/// The secret access key, for one use.
/// Errors: unavailable (the key that sealed it is not there; the storage has none).
Result<Secret> open_secret(const SecretBox& box, const StorageView& storage);

}  // namespace charter
