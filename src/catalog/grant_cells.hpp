#pragma once

#include "catalog/document_reader.hpp"
#include "charter/catalog/documents.hpp"

#include <optional>
#include <string>

namespace charter {

/// `columns` of a grant or approval: {"include": [..]} or {"exclude": [..]}.
std::optional<GrantColumns> read_columns(DocumentReader& reader);
/// `rows`: a Cedar expression, whose sense is not looked at here.
std::string read_rows(DocumentReader& reader);

}  // namespace charter
