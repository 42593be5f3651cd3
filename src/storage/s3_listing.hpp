#pragma once

#include "charter/base/result.hpp"
#include "charter/storage/object.hpp"

#include <cstddef>
#include <string>
#include <string_view>

// ListObjectsV2. Source: Amazon S3 API Reference.
namespace charter {

/// True for what objects are listed under: "" or a path that ends in "/".
bool is_list_prefix(std::string_view prefix);

/// The query of one page, sorted by name.
std::string list_query(std::string_view prefix, std::string_view continuation_token,
                       std::size_t keys_max);

/// Appends the objects of one answer to `objects` and returns the token of the next page,
/// "" after the last. Takes `body` apart.
/// Errors: unavailable (not such an answer; a key outside the prefix; more pages without a token).
Result<std::string> read_list_page(std::string& body, std::string_view prefix, std::vector<Object>& objects);

}  // namespace charter
