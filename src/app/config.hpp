#pragma once

#include "charter/base/limits.hpp"
#include "charter/base/result.hpp"
#include "charter/http/client.hpp"
#include "charter/http/server.hpp"
#include "charter/identity/client_certificate.hpp"
#include "charter/identity/issuer_settings.hpp"
#include "charter/identity/sessions.hpp"

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace charter::app {

/// Everything that can be set. The defaults serve with no configuration at all.
struct Config {
    std::vector<http::Endpoint> listen;  // none said: 127.0.0.1:8080
    std::filesystem::path data = "data";
    std::filesystem::path secrets_key_file;  // none said: <data>/secrets.key
    std::filesystem::path web_identity_token_file;  // stands in for the keys of a storage with a role
    std::filesystem::path storage_dir;  // none said: <data>/storage
    std::string public_url;             // none said: http(s)://<the first address>
    std::size_t threads = 0;            // 0: one per core
    std::string log_format = "text";    // or "json"
    std::string log_level = "info";     // debug, info, warn, error
    bool access_log = true;
    bool absolute_roots = false;    // local storages outside the storage directory
    std::vector<IssuerSettings> issuers;
    bool four_eyes = false;         // some changes wait for a second administrator
    bool insecure = false;          // plain HTTP beyond loopback
    http::PerimeterOptions perimeter{
        .proxies = {},
        .requests_per_address_per_s_max = limits::requests_per_address_per_s_max,
        .cors_origins = {}};
    std::size_t requests_per_principal_per_s = limits::requests_per_principal_per_s_max;
    std::size_t failed_sign_ins_per_minute = limits::failed_sign_ins_per_minute_max;
    std::size_t connections_max = limits::connections_max;
    std::size_t connections_per_address_max = limits::connections_per_address_max;
    http::ClientSettings outgoing;  // outgoing_allow, outgoing_http, outgoing_ca_file
    http::TlsFiles tls;             // tls_certificate …; no certificate: plain HTTP
    bool tls_client_certificates_said = false;
    std::vector<CertificateRule> client_certificates;
    Sessions::Settings sessions;  // session_idle_s, session_max_s
};

/// What one source of configuration says: key and text, as written.
using Settings = std::vector<std::pair<std::string, std::string>>;

/// Reads a YAML file of `key: value` lines; a value of several words may be a list, `issuers` and
/// `client_certificates` are lists of objects, and their text is JSON.
/// Errors: invalid_request (names the file's problem).
Result<Settings> read_config_file(const std::filesystem::path& file);

/// The CHARTER_* variables of the environment. Those of the command-line client
/// (CHARTER_SERVER, CHARTER_CA_FILE, CHARTER_TOKEN, CHARTER_TOKEN_FILE) are none of the server's, and
/// CHARTER_SECRETS_KEY is no setting: it is read once, where it is used.
Settings read_environment(char** environment);

/// Gives each word of a list to `take`. Spaces around one do not count; an empty text is an
/// empty list. Errors: those of `take`, with the word.
Result<> set_words(const std::string& value,
                   const std::function<Result<>(const std::string&)>& take);

/// Replaces `networks` by those of a list. Errors: invalid_request.
Result<> set_networks(std::vector<http::Network>& networks, const std::string& value);

/// Sets one of the keys of src/app/config_perimeter.cpp; nothing for another key.
std::optional<Result<>> set_perimeter(Config& config, const std::string& key,
                                      const std::string& value);

/// Takes `settings` over what `config` has. Checks every key and value.
/// Errors: invalid_request; an unknown key names the nearest known one.
Result<> apply(Config& config, const Settings& settings, const std::string& source);

/// What only all sources together can show: settings of TLS without those that they need, and
/// an address beyond loopback without TLS where `insecure` does not allow it.
/// Errors: invalid_request.
Result<> check(const Config& config);

/// False when other machines may reach the address.
bool is_loopback(const http::Endpoint& endpoint);

}  // namespace charter::app
