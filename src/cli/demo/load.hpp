#pragma once

#include "cli/client.hpp"
#include "cli/demo/mesh.hpp"

#include <filesystem>
#include <iosfwd>

namespace charter::cli::demo {

/// Makes the mesh through the public API, in its order, and prints a line for
/// each kind of thing. Doing it again changes nothing: everything is a PUT of
/// the same document, a version that is published is left alone, and so is a
/// grant that is active already.
/// Errors: unavailable (nobody answers), unprocessable (refused, with the
/// server's problem); what was made before stays.
Result<> load_mesh(const Mesh& mesh, const Send& send, std::ostream& out);

/// Writes each table to <storage>/lake/<domain>/<product>/part-0.csv.gz. A file
/// that has these bytes already is not touched; another one is replaced whole.
/// Errors: invalid_request (a file cannot be written), internal.
Result<> write_rows(const Mesh& mesh, const std::filesystem::path& storage, std::ostream& out);

}  // namespace charter::cli::demo
