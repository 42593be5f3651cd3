#include "cli/demo/bucket.hpp"

#include "charter/base/encoding.hpp"
#include "cli/connection.hpp"

#include <map>
#include <ostream>

namespace charter::cli::demo {

namespace {

const std::string base = "/api/v1/";
constexpr std::string_view file_name = "part-0.csv.gz";

using Headers = std::vector<std::pair<std::string, std::string>>;

/// The JSON of an answer that must not be a refusal.
Result<Json> asked(const Send& send, std::string method, std::string path, const Json& body,
                   Headers headers = {}) {
    Call call;
    call.method = std::move(method);
    call.path = std::move(path);
    call.headers = std::move(headers);
    if (!body.is_null()) {
        call.body = body.dump();
    }
    const Result<Answer> answer = send(call);
    if (!answer) {
        return answer.error();
    }
    if (!answer->ok()) {
        return refusal(call.method + " " + call.path, *answer);
    }
    return answer->body.empty() ? Result<Json>(Json()) : parse_json(answer->body);
}

/// A lease for writing the one file, as who has the token.
Result<FilePut> lease_file(const Send& send, const std::string& token, const Table& table,
                           std::string bytes) {
    Json object;
    object["path"] = file_name;
    object["size_bytes"] = bytes.size();
    object["sha256"] = to_hex(sha256(bytes));
    Json body;
    body["port"] = table.path() + "/files";
    body["action"] = "write";
    body["purpose"] = "loading";
    body["delivery"] = "urls";
    body["objects"] = Json::array({object});
    const Result<Json> resolved =
        asked(send, "POST", base + "resolve", body, {{"Authorization", "Bearer " + token}});
    if (!resolved) {
        return resolved.error();
    }
    try {
        const Json& leased = resolved->at("lease").at("urls").at(0);
        FilePut put;
        put.url = leased.at("url").get<std::string>();
        const Json headers = leased.value("headers", Json::object());
        for (const auto& [name, value] : headers.items()) {
            put.headers.emplace_back(name, value.get<std::string>());
        }
        put.body = std::move(bytes);
        return put;
    } catch (const Json::exception&) {
        return Error(ErrorCode::unprocessable, "the server leased no URL for " + table.path());
    }
}

Result<> upload_all(const Send& send, const PutFile& put_file, const std::string& token,
                    const std::vector<const Data::Made*>& tables) {
    for (const Data::Made* made : tables) {
        const Result<FilePut> put =
            lease_file(send, token, *made->table, gzip(to_text(made->rows)));
        if (!put) {
            return put.error();
        }
        if (const Result<> done = put_file(*put); !done) {
            return Error(done.error().code(), made->table->path() + "/" + std::string(file_name) +
                                                  ": " + done.error().message());
        }
    }
    return {};
}

/// The tables of one pipeline, with a token that is ended whatever comes.
Result<> upload_as(const Send& send, const PutFile& put_file, const std::string& writer,
                   const std::vector<const Data::Made*>& tables) {
    Json wanted;
    wanted["principal"] = writer;
    wanted["name"] = "demo";
    const Result<Json> token = asked(send, "POST", base + "tokens", wanted);
    if (!token) {
        return token.error();
    }
    const Result<> uploaded = upload_all(send, put_file, token->value("token", ""), tables);
    const Result<Json> ended =
        asked(send, "DELETE", base + "tokens/" + token->value("id", ""), Json());
    if (uploaded && !ended) {
        return ended.error();
    }
    return uploaded;
}

}  // namespace

Result<Lake> lake_in_bucket(const BucketOptions& options) {
    constexpr std::string_view scheme = "s3://";
    if (!options.uri.starts_with(scheme) || options.uri.size() == scheme.size()) {
        return Error(ErrorCode::invalid_request,
                     "a storage for the demo is written s3://bucket or s3://bucket/prefix");
    }
    if (options.role_arn.empty() &&
        (options.access_key_id.empty() || options.secret_access_key.empty())) {
        return Error(ErrorCode::invalid_request,
                     "the server needs keys for the bucket: set AWS_ACCESS_KEY_ID and "
                     "AWS_SECRET_ACCESS_KEY, or name a role that it may take");
    }
    Lake lake;
    lake.uri = options.uri + (options.uri.ends_with('/') ? "" : "/");
    const std::string place = lake.uri.substr(scheme.size());
    const std::size_t slash = place.find('/');
    lake.prefix = place.substr(slash + 1);
    lake.storage["kind"] = "s3";
    lake.storage["region"] = options.region;
    lake.storage["bucket"] = place.substr(0, slash);
    if (!options.endpoint.empty()) {
        lake.storage["endpoint"] = options.endpoint;
        lake.storage["path_style"] = true;  // what every S3 but that of AWS takes
    }
    if (!options.role_arn.empty()) {
        lake.storage["role_arn"] = options.role_arn;
    }
    if (!options.secret_access_key.empty()) {
        lake.storage["credentials"]["access_key_id"] = options.access_key_id;
        lake.storage["credentials"]["secret_access_key"] = options.secret_access_key;
    }
    return lake;
}

Result<> upload_rows(const Mesh& mesh, const Send& send, const PutFile& put_file,
                     std::ostream& out) {
    const Result<Data> data = make_rows(mesh.tables);
    if (!data) {
        return data.error();
    }
    std::map<std::string, std::vector<const Data::Made*>> by_writer;
    for (const auto& [path, made] : data->all()) {
        by_writer[made.table->writer].push_back(&made);
    }
    for (const auto& [writer, tables] : by_writer) {
        if (const Result<> done = upload_as(send, put_file, writer, tables); !done) {
            return done;
        }
    }
    out << data->all().size() << " files written by leases of " << by_writer.size()
        << " pipelines\n";
    return {};
}

}  // namespace charter::cli::demo
