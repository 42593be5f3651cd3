#pragma once

#include "charter/governance/documents.hpp"

#include <nlohmann/json.hpp>

namespace charter {

/// A change of a document (documents.hpp), to be made now or later.
struct DocumentChange {
    enum class How { put, patch, remove };

    How how = How::put;
    Address address;
    Json body;
    Preconditions preconditions;
    ChangeOptions options;
};
/// Of a removal nothing is written. Errors: as put_document.
Result<Written> change_document(Draft& draft, const Caller& caller, const DocumentChange& change);

}  // namespace charter
