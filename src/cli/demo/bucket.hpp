#pragma once

#include "charter/base/result.hpp"
#include "cli/client.hpp"
#include "cli/demo/mesh.hpp"

#include <functional>
#include <iosfwd>
#include <string>
#include <utility>
#include <vector>

namespace charter::cli::demo {

/// A bucket for the demo mesh and how the server reaches it.
struct BucketOptions {
    std::string uri;       // s3://bucket or s3://bucket/prefix
    std::string endpoint;  // empty: AWS
    std::string region;
    std::string role_arn;  // empty: none
    std::string access_key_id;
    std::string secret_access_key;
};

/// The lake of these options. Whether the names are good is the server's to say.
/// Errors: invalid_request (not s3://…, neither keys nor a role).
Result<Lake> lake_in_bucket(const BucketOptions& options);

/// One PUT to where a lease leads.
struct FilePut {
    std::string url;
    std::vector<std::pair<std::string, std::string>> headers;
    std::string body;
};

/// Makes a PUT and blocks until it is answered. Errors: unavailable (nobody answered, or the
/// storage said no).
using PutFile = std::function<Result<>(const FilePut&)>;

/// PutFile over https, and http too when `plain_http`. Trusts `ca_file` beside the system's
/// authorities unless it is empty. Errors: invalid_request (the file), unavailable.
Result<PutFile> make_put_file(bool plain_http, const std::string& ca_file);

/// Writes each table to <its port>/part-0.csv.gz as the pipeline of its domain does: with a
/// token of its own, which ends with the upload, and a lease for writing that one file.
/// Errors: unavailable, unprocessable (refused), internal.
Result<> upload_rows(const Mesh& mesh, const Send& send, const PutFile& put_file,
                     std::ostream& out);

}  // namespace charter::cli::demo
