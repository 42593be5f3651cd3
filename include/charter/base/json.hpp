#pragma once

#include "charter/base/result.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace charter {

using Json = nlohmann::json;

/// Reads one JSON document strictly: depth at most limits::document_depth_max,
/// no duplicate keys, valid UTF-8 without lone surrogates or NUL, nothing after the document,
/// no NaN or infinity, integers that fit 64 bits signed, at most
/// limits::document_nodes_max values, no control characters in names.
/// Errors: invalid_request, with a violation that has the pointer of the place
/// where one can be named.
Result<Json> parse_json(std::string_view text);

/// Reads one YAML document into the same values with the same limits (YAML 1.2 core schema): no tags,
/// aliases bounded (limits::yaml_alias_nodes_max), duplicate keys and names that are
/// not strings refused, timestamps stay strings.
/// Errors: invalid_request, too_large (over limits::yaml_bytes_max).
Result<Json> parse_yaml(std::string_view text);

/// Reads a stream of YAML documents into a JSON array; each but the first begins
/// with `---`. Errors: as parse_yaml.
Result<Json> parse_yaml_stream(std::string_view text);

/// The document as YAML that parse_yaml reads back to the same value.
std::string to_yaml(const Json& document);

/// Expands a gzip body to at most `expanded_bytes_max`.
/// Errors: invalid_request (not gzip, truncated, trailing bytes), too_large.
Result<std::string> gunzip(std::string_view bytes, std::size_t expanded_bytes_max);

/// Compresses to the gzip format, with a zero time stamp so that equal input
/// gives equal output.
std::string gzip(std::string_view bytes);

}  // namespace charter
