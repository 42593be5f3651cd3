#pragma once

#include "charter/base/result.hpp"
#include "charter/base/secret.hpp"

#include <string>
#include <string_view>

namespace charter {

// The fields of a storage's document, one function each. Their errors are
// invalid_request and never repeat what was sent.

/// A folder as the file system writes it: nothing in it is escaped.
Result<std::string> parse_root(std::string_view text);
/// `https://host`, `http://host:9000`, `https://[::1]:9000`: nothing behind the port.
Result<std::string> parse_storage_endpoint(std::string_view text);
Result<std::string> parse_region(std::string_view text);
Result<std::string> parse_bucket(std::string_view text);
/// It stands in URLs and headers between `/` and `,`, so it has neither.
Result<std::string> parse_access_key_id(std::string_view text);
Result<Secret> parse_secret_access_key(std::string_view text);
/// `arn:aws:iam::123456789012:role/charter`; MinIO's have no account.
/// Source: AWS IAM User Guide, "IAM ARNs".
Result<std::string> parse_role_arn(std::string_view text);

}  // namespace charter
