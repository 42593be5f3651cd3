#pragma once

#include "charter/governance/draft.hpp"

#include <filesystem>
#include <string_view>

namespace charter {

/// Rebuilds the World from the store. `schema` is the text of charter.cedarschema,
/// `builtin` that of builtin.cedar.
/// Errors: internal (what is stored does not fit, or one of the texts), unavailable.
Result<World> load_world(StoreReader& reader, std::string_view schema, std::string_view builtin);

/// The first start: makes `user:admin`, the groups `administrators` (with the
/// admin in it) and `auditors`, and the administrator's token, which is written
/// to `token_file` (mode 0600) before anything is committed. Does nothing when
/// the mesh has a user. Errors: internal, unavailable.
Result<> found_mesh(World& world, StoreWriter& writer, StoreReader& reader, LocalStorage& local,
                    UtcTime now, const std::filesystem::path& token_file);

}  // namespace charter
