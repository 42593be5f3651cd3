// The running server: every concrete class is named here, once, in the order in
// which they start.
#include "serve.hpp"

#include "key_refresher.hpp"
#include "log.hpp"
#include "open_files.hpp"

#include "charter/api/api.hpp"
#include "charter/api/services.hpp"
#include "charter/base/embedded.hpp"
#include "charter/governance/mesh.hpp"
#include "charter/governance/storage_secrets.hpp"
#include "charter/http/client.hpp"
#include "charter/identity/issuers.hpp"
#include "charter/identity/sessions.hpp"
#include "charter/identity/sign_in.hpp"
#include "charter/storage/secret_keys.hpp"
#include "charter/storage/url_signer.hpp"
#include "charter/store/sqlite_store.hpp"

#include <nlohmann/json.hpp>
#include <spdlog/spdlog.h>

#include <csignal>
#include <cstdlib>
#include <optional>
#include <span>

namespace charter {
std::span<const EmbeddedFile> embedded_schemas();
}

namespace charter::app {

namespace {

std::string_view embedded(std::string_view name) {
    for (const EmbeddedFile& file : embedded_schemas()) {
        if (file.name == name) {
            return file.content;
        }
    }
    return {};
}

/// Nobody but the server's own user reads what it holds.
Result<> make_directory(const std::filesystem::path& directory) {
    std::error_code failed;
    if (std::filesystem::create_directories(directory, failed)) {
        std::filesystem::permissions(directory, std::filesystem::perms::owner_all, failed);
    }
    return failed ? Result<>(Error(ErrorCode::unavailable,
                                   "cannot make " + directory.string() + ": " + failed.message()))
                  : Result<>();
}

sigset_t awaited_signals() {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGHUP);
    return signals;
}

/// Waits for SIGTERM or SIGINT; meanwhile renews what may change while serving.
int wait_for_stop(const sigset_t& signals, http::Server& server) {
    constexpr timespec look_every{2, 0};
    while (true) {
        const int signal = sigtimedwait(&signals, nullptr, &look_every);
        if (signal == SIGTERM || signal == SIGINT) {
            return signal;
        }
        if (signal == SIGHUP) {
            spdlog::info("reloading on SIGHUP");
        }
        server.reload_tls(signal == SIGHUP ? http::Reload::always : http::Reload::if_changed);
    }
}

/// The keys that seal the secrets of storages. A file that is missing is made only where
/// nothing was sealed yet: a new key would hide that the old one is lost.
Result<std::unique_ptr<SecretKeys>> open_secret_keys(const Config& config, const World& world) {
    const char* text = std::getenv("CHARTER_SECRETS_KEY");
    if (text != nullptr && !config.secrets_key_file.empty()) {
        return Error(ErrorCode::invalid_request,
                     "CHARTER_SECRETS_KEY and secrets_key_file: only one of them");
    }
    const std::filesystem::path file =
        config.secrets_key_file.empty() ? config.data / "secrets.key" : config.secrets_key_file;
    Result<std::unique_ptr<SecretKeys>> keys =
        text != nullptr ? SecretKeys::from_text(Secret(text)) : SecretKeys::from_file(file);
    if (!keys) {
        return text != nullptr ? Error(ErrorCode::invalid_request,
                                       "CHARTER_SECRETS_KEY: " + keys.error().message())
                               : keys.error();
    }
    if ((*keys)->empty() && has_sealed_secrets(world)) {
        spdlog::error("{} is missing: secrets of storages were sealed with it", file.string());
    } else if ((*keys)->empty()) {
        if (const Result<> made = (*keys)->create(); !made) {
            return made.error();
        }
    }
    for (const std::string& storage : closed_storages(world, (*keys)->box())) {
        spdlog::error("no key opens the secret of storage {}: it gives no leases", storage);
    }
    return keys;
}

}  // namespace

Result<> serve(const Config& config) {
    // Blocked before any thread starts, the log's too, so that sigtimedwait alone gets them.
    const sigset_t signals = awaited_signals();
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    start_log(config.log_format, config.log_level);
    allow_open_files(config.connections_max);

    if (const Result<> made = make_directory(config.data); !made) {
        return made;
    }
    const std::filesystem::path storage_dir =
        config.storage_dir.empty() ? config.data / "storage" : config.storage_dir;

    const SystemClock clock;
    LocalStorage local(storage_dir,
                       config.absolute_roots ? AbsoluteRoots::allowed : AbsoluteRoots::forbidden);
    Result<std::unique_ptr<SqliteStore>> store = SqliteStore::open(config.data);
    if (!store) {
        return store.error();
    }
    StoreReader& reader = (*store)->reader();
    Result<World> world = load_world(reader, embedded("cedar/charter.cedarschema"),
                                      embedded("cedar/builtin.cedar"));
    if (!world) {
        return world.error();
    }
    const Result<> founded = found_mesh(*world, (*store)->writer(), reader, local,
                                        clock.now(), config.data / "admin.token");
    if (!founded) {
        return founded.error();
    }
    const Result<Secret> key = load_or_create_key(config.data / "url.key");
    if (!key) {
        return key.error();
    }
    const Result<std::unique_ptr<SecretKeys>> secret_keys = open_secret_keys(config, *world);
    if (!secret_keys) {
        return secret_keys.error();
    }
    const Result<std::unique_ptr<http::Client>> client = http::Client::open(config.outgoing);
    if (!client) {
        return client.error();
    }
    Result<Json> openapi = parse_yaml(embedded("openapi.yaml"));
    if (!openapi) {
        return Error(ErrorCode::internal, "openapi.yaml: " + openapi.error().message());
    }

    WorldHolder worlds(std::make_shared<const World>(std::move(*world)));
    boost::asio::thread_pool long_reads(2);
    boost::asio::thread_pool uploads(2);
    Writer writer((*store)->writer(), reader, worlds, local, (*secret_keys)->box(), clock);
    std::unique_ptr<UrlSigner> signer = std::make_unique<UrlSigner>(*key, "http://127.0.0.1");
    S3Storage s3((*client)->function(), clock);
    Lessor lessor(local, s3, (*secret_keys)->box(), signer, {config.web_identity_token_file});
    Resolver resolver(worlds, writer, lessor);
    Issuers issuers(config.issuers, (*client)->function(),
                    [](const std::string& issuer, const std::string& what) {
                        spdlog::warn("issuer {}: {}", issuer, what);
                    });
    KeyRefresher key_refresher(issuers, clock);
    Sessions sessions(config.sessions);
    const SignIn sign_in(issuers, (*client)->function());
    std::unique_ptr<api::WebAddress> address;
    http::Metrics metrics;
    api::CallerLimits caller_limits(config.requests_per_principal_per_s,
                                    config.failed_sign_ins_per_minute);
    const Digest cursor_key = hmac_sha256(key->reveal(), "cursors");
    api::Services services{
        worlds,
        writer,
        reader,
        resolver,
        lessor,
        local,
        signer,
        metrics,
        long_reads,
        uploads,
        std::string(cursor_key.begin(), cursor_key.end()),
        CHARTER_VERSION,
        embedded("cedar/builtin.cedar"),
        embedded("cedar/charter.cedarschema"),
        openapi->dump(),
        **secret_keys,
        caller_limits,
        issuers,
        config.client_certificates,
        sessions,
        sign_in,
        address,
        config.four_eyes,
    };
    http::Router router;
    api::add_routes(router, services);

    http::ServerOptions options;
    options.listen = config.listen;
    if (options.listen.empty()) {
        options.listen.push_back(http::Endpoint{"127.0.0.1", 8080});
    }
    options.threads = config.threads;
    const std::string scheme = config.tls.certificate.empty() ? "http://" : "https://";
    if (!config.tls.certificate.empty()) {
        options.tls = config.tls;
    }
    options.limits.connections_max = config.connections_max;
    options.limits.connections_per_address_max = config.connections_per_address_max;
    options.perimeter = config.perimeter;
    if (!config.access_log) {
        options.access_log = nullptr;
    }
    options.on_bound = [&](const std::vector<http::Endpoint>& bound) {
        const std::string base =
            config.public_url.empty() ? scheme + bound.front().text() : config.public_url;
        signer = std::make_unique<UrlSigner>(*key, base);
        std::vector<std::string> listening;
        for (const http::Endpoint& endpoint : bound) {
            listening.push_back(scheme + endpoint.text());
        }
        address = std::make_unique<api::WebAddress>(base, listening);
        for (const http::Endpoint& endpoint : bound) {
            spdlog::info("listening on {}{}", scheme, endpoint.text());
        }
        for (const http::Endpoint& endpoint : bound) {
            if (config.tls.certificate.empty() && !is_loopback(endpoint)) {
                spdlog::warn(
                    "INSECURE: {} is open to other machines without TLS: tokens and data pass in "
                    "clear",
                    endpoint.text());
            }
        }
        spdlog::default_logger()->flush();
    };
    http::Server server(std::move(options), router, metrics);
    if (const Result<> started = server.start(); !started) {
        return started;
    }
    const int signal = wait_for_stop(signals, server);
    spdlog::info("stopping on signal {}", signal);
    // First, so that whoever waits for a call is answered while the server's threads still run.
    (*client)->stop();
    key_refresher.stop();
    server.stop();
    writer.stop();
    long_reads.join();
    uploads.join();
    spdlog::info("stopped");
    spdlog::default_logger()->flush();
    return {};
}

}  // namespace charter::app
