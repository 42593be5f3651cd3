// charter: the server and its command-line client in one program.
#include "config.hpp"
#include "serve.hpp"

#include "charter/cli/cli.hpp"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <exception>
#include <unistd.h>

namespace {

struct ServeFlags {
    std::vector<std::string> listen;
    std::string data;
    std::string storage_dir;
    std::string public_url;
    std::string log_format;
    std::string log_level;
    std::string config;
    std::string threads;
    std::string tls_certificate;
    std::string tls_key;
    bool insecure = false;
    bool no_access_log = false;
};

charter::app::Settings settings_of(const ServeFlags& flags) {
    charter::app::Settings settings;
    std::string listen;
    for (const std::string& each : flags.listen) {
        listen += (listen.empty() ? "" : ",") + each;
    }
    const auto add = [&](const char* key, const std::string& value) {
        if (!value.empty()) {
            settings.emplace_back(key, value);
        }
    };
    add("listen", listen);
    add("data", flags.data);
    add("storage_dir", flags.storage_dir);
    add("public_url", flags.public_url);
    add("log_format", flags.log_format);
    add("log_level", flags.log_level);
    add("threads", flags.threads);
    add("tls_certificate", flags.tls_certificate);
    add("tls_key", flags.tls_key);
    add("insecure", flags.insecure ? "true" : "");
    add("access_log", flags.no_access_log ? "false" : "");
    return settings;
}

/// Flags over environment over file; all is checked before anything starts.
charter::Result<charter::app::Config> read_config(const ServeFlags& flags) {
    charter::app::Config config;
    charter::app::Settings environment = charter::app::read_environment(environ);
    std::string file = flags.config;
    std::erase_if(environment, [&](const auto& setting) {
        const bool is_config = setting.first == "config";
        if (is_config && file.empty()) {
            file = setting.second;
        }
        return is_config;
    });
    if (!file.empty()) {
        const charter::Result<charter::app::Settings> settings = charter::app::read_config_file(file);
        if (!settings) {
            return settings.error();
        }
        if (const auto done = charter::app::apply(config, *settings, file); !done) {
            return done.error();
        }
    }
    if (const auto done = charter::app::apply(config, environment, "environment CHARTER_*"); !done) {
        return done.error();
    }
    if (const auto done = charter::app::apply(config, settings_of(flags), "command line"); !done) {
        return done.error();
    }
    if (const auto done = charter::app::check(config); !done) {
        return done.error();
    }
    return config;
}

int fail(const charter::Error& error) {
    std::fprintf(stderr, "charter: %s%s%s\n", error.message().c_str(),
                 error.cause().empty() ? "" : ": ", error.cause().c_str());
    return error.code() == charter::ErrorCode::invalid_request ? 2 : 1;
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app{"A federated data catalog and access-governance server"};
    app.require_subcommand(1);
    app.set_version_flag("--version", "charter " CHARTER_VERSION);
    int exit_code = 0;

    ServeFlags flags;
    CLI::App* serve = app.add_subcommand("serve", "Run the server");
    serve->add_option("--listen", flags.listen, "Address and port; may be given several times");
    serve->add_option("--data", flags.data, "Directory of the store, keys and the first token");
    serve->add_option("--storage-dir", flags.storage_dir, "Directory of local storages");
    serve->add_option("--public-url", flags.public_url, "Base of the signed URLs of local storage");
    serve->add_option("--config", flags.config, "A YAML file");
    serve->add_option("--threads", flags.threads, "Threads that serve; 0: one per core");
    serve->add_option("--log-format", flags.log_format, "text or json");
    serve->add_option("--log-level", flags.log_level, "debug, info, warn or error");
    serve->add_option("--tls-certificate", flags.tls_certificate,
                      "PEM chain of the server; with it all addresses speak https only");
    serve->add_option("--tls-key", flags.tls_key, "PEM key of the certificate");
    serve->add_flag("--insecure", flags.insecure,
                    "Allow addresses beyond loopback without TLS; tokens pass in clear");
    serve->add_flag("--no-access-log", flags.no_access_log, "No line per request");
    serve->callback([&] {
        const charter::Result<charter::app::Config> config = read_config(flags);
        if (!config) {
            exit_code = fail(config.error());
            return;
        }
        if (const charter::Result<> served = charter::app::serve(*config); !served) {
            exit_code = fail(served.error());
        }
    });
    charter::cli::add_commands(app, exit_code);

    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& e) {
        return app.exit(e) == 0 ? 0 : 2;
    } catch (const std::exception& e) {
        std::fprintf(stderr, "charter: %s\n", e.what());
        return 1;
    }
    return exit_code;
}
