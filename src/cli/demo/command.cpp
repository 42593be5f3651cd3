// charter demo: the retail mesh of schemas/demo and its rows.
#include "cli/commands.hpp"
#include "cli/connection.hpp"
#include "cli/demo/bucket.hpp"
#include "cli/demo/load.hpp"

#include <CLI/CLI.hpp>

#include <cstdlib>
#include <iostream>
#include <memory>

namespace charter::cli {

namespace {

struct DemoOptions {
    ConnectionOptions connection;
    std::string storage_dir = "data/storage";
    demo::BucketOptions bucket;  // its URI is empty: the storage directory
};

std::string from_environment(const char* name, const std::string& otherwise = {}) {
    const char* value = std::getenv(name);
    return value == nullptr ? otherwise : std::string(value);
}

// What the options leave open is taken from where other tools take it.
void complete(demo::BucketOptions& bucket) {
    if (bucket.endpoint.empty()) {
        bucket.endpoint = from_environment("AWS_ENDPOINT_URL");
    }
    if (bucket.region.empty()) {
        bucket.region = from_environment("AWS_REGION", "us-east-1");
    }
    bucket.access_key_id = from_environment("AWS_ACCESS_KEY_ID");
    bucket.secret_access_key = from_environment("AWS_SECRET_ACCESS_KEY");
}

// Nothing is written before the server has said that it knows who asks.
Result<> check_server(const Send& send) {
    Call call;
    call.method = "GET";
    call.path = "/api/v1/me";
    const Result<Answer> answer = send(call);
    if (!answer) {
        return answer.error();
    }
    if (!answer->ok()) {
        return refusal("GET /api/v1/me", *answer);
    }
    return {};
}

// Files first where this process writes them itself; a lease needs the mesh first.
Result<> load(const demo::Mesh& mesh, const DemoOptions& options, const Send& send) {
    if (options.bucket.uri.empty()) {
        const Result<> written = demo::write_rows(mesh, options.storage_dir, std::cout);
        return written ? demo::load_mesh(mesh, send, std::cout) : written;
    }
    const Result<demo::PutFile> put_file = demo::make_put_file(
        options.bucket.endpoint.starts_with("http://"), from_environment("AWS_CA_BUNDLE"));
    if (!put_file) {
        return put_file.error();
    }
    const Result<> loaded = demo::load_mesh(mesh, send, std::cout);
    return loaded ? demo::upload_rows(mesh, send, *put_file, std::cout) : loaded;
}

ExitCode run(DemoOptions& options) {
    demo::Lake lake;
    if (!options.bucket.uri.empty()) {
        complete(options.bucket);
        Result<demo::Lake> there = demo::lake_in_bucket(options.bucket);
        if (!there) {
            return report(there.error());
        }
        lake = *std::move(there);
    }
    const Result<demo::Mesh> mesh = demo::read_mesh(lake);
    if (!mesh) {
        return report(mesh.error());
    }
    Result<Client> client = options.connection.connect();
    if (!client) {
        return report(client.error());
    }
    const Send send = [&client](const Call& call) { return client->call(call); };
    if (const Result<> known = check_server(send); !known) {
        return report(known.error());
    }
    if (const Result<> loaded = load(*mesh, options, send); !loaded) {
        return report(loaded.error());
    }
    return ExitCode::ok;
}

}  // namespace

void add_demo_command(CLI::App& app, int& exit_code) {
    CLI::App* command =
        app.add_subcommand("demo", "Make the demo mesh: 24 retail tables with people and rules");
    const auto options = std::make_shared<DemoOptions>();
    options->connection.token_file_default = "data/admin.token";
    options->connection.add_to(*command);
    CLI::Option* folder = command
                              ->add_option("--storage-dir", options->storage_dir,
                                           "the server's storage directory, where the rows go")
                              ->capture_default_str();
    CLI::Option* bucket =
        command
            ->add_option("--storage", options->bucket.uri,
                         "s3://bucket[/prefix] to put the rows there instead, by leases; the keys "
                         "for the server are AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY")
            ->excludes(folder);
    command
        ->add_option("--s3-endpoint", options->bucket.endpoint,
                     "where the bucket is when not at AWS: https://host[:port] (AWS_ENDPOINT_URL)")
        ->needs(bucket);
    command
        ->add_option("--s3-region", options->bucket.region,
                     "the bucket's region (AWS_REGION, else us-east-1)")
        ->needs(bucket);
    command->add_option("--s3-role-arn", options->bucket.role_arn, "the role that the server takes")
        ->needs(bucket);
    command->callback([options, &exit_code] { exit_code = static_cast<int>(run(*options)); });
}

}  // namespace charter::cli
