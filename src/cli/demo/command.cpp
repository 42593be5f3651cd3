// charter demo: the retail mesh of schemas/demo and its rows.
#include "cli/commands.hpp"
#include "cli/connection.hpp"
#include "cli/demo/load.hpp"

#include <CLI/CLI.hpp>

#include <iostream>
#include <memory>

namespace charter::cli {

namespace {

struct DemoOptions {
    ConnectionOptions connection;
    std::string storage_dir = "data/storage";
};

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

ExitCode run(const DemoOptions& options) {
    const Result<demo::Mesh> mesh = demo::read_mesh();
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
    if (const Result<> written = demo::write_rows(*mesh, options.storage_dir, std::cout);
        !written) {
        return report(written.error());
    }
    if (const Result<> loaded = demo::load_mesh(*mesh, send, std::cout); !loaded) {
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
    command
        ->add_option("--storage-dir", options->storage_dir,
                     "the server's storage directory, where the rows go")
        ->capture_default_str();
    command->callback([options, &exit_code] { exit_code = static_cast<int>(run(*options)); });
}

}  // namespace charter::cli
