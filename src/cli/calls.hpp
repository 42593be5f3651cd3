#pragma once

#include "cli/connection.hpp"

#include "charter/base/json.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace charter::cli {

/// One call, and its answer as a document; null where it has none.
/// Errors: those of connect and Client::call; unprocessable (refused, or no JSON).
Result<Json> ask(const ConnectionOptions& connection, const Call& call);

/// A path with a query of those parameters that are not empty, percent-encoded.
std::string with_query(std::string path,
                       const std::vector<std::pair<std::string_view, std::string>>& parameters);

/// Every item of a list, page after page. `path` has its query.
/// Errors: as ask; what came before stays visited.
Result<> for_each_item(const ConnectionOptions& connection, const std::string& path,
                       const std::function<void(const Json&)>& visit);

/// A POST of a document.
Call post(std::string path, const Json& body);

/// A member's text: of a list its members with commas, "-" where there is none.
std::string cell(const Json& object, const char* name);

}  // namespace charter::cli
