#pragma once

#include "charter/base/result.hpp"

#include <pugixml.hpp>

#include <string>
#include <string_view>

// Reading the XML of S3 and STS, strictly: what comes from a storage is not trusted.
namespace charter {

/// The root element, which must be named `root`. The document points into `body`, which is
/// changed and must outlive it. Refuses document types (and so entities), more than
/// limits::xml_tags_max tags, more than one root and what is not UTF-8.
/// Errors: unavailable.
Result<pugi::xml_node> read_xml(pugi::xml_document& document, std::string& body,
                                std::string_view root);

/// The text of the only child of that name. Errors: unavailable (none, several, or not plain text).
Result<std::string_view> only_text(pugi::xml_node parent, const char* name);

/// The only child of that name. Errors: unavailable (none or several).
Result<pugi::xml_node> only_child(pugi::xml_node parent, const char* name);

}  // namespace charter
