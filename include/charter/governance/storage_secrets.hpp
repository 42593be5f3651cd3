#pragma once

#include "charter/governance/draft.hpp"
#include "charter/storage/secret_box.hpp"
#include "charter/storage/secret_keys.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace charter {

/// Whether any storage has a sealed secret.
bool has_sealed_secrets(const World& world);

/// The names of the storages whose secret does not open.
std::vector<std::string> closed_storages(const World& world, const SecretBox& box);

/// The ids of the keys that sealed the secrets of this World, each once.
std::vector<std::string> keys_in_use(const World& world);

/// Seals every secret anew, under a new key where the keys come from a file.
/// Answers how many there were. `keys` is changed on the writer's thread.
/// Errors: forbidden, conflict (some do not open: their names), unavailable.
Result<std::size_t> reseal_secrets(Draft& draft, const Caller& caller, SecretKeys& keys);

}  // namespace charter
