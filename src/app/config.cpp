#include "config.hpp"

#include "charter/base/json.hpp"
#include "charter/base/limits.hpp"
#include "charter/base/nearest.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>
#include <sstream>

namespace charter::app {

namespace {

constexpr std::array<std::string_view, 31> keys = {
    "listen",         "data",           "storage_dir",      "public_url",
    "threads",        "log_format",     "log_level",        "access_log",
    "absolute_roots", "outgoing_allow", "outgoing_http",    "outgoing_ca_file",
    "secrets_key_file", "web_identity_token_file",
    "tls_certificate", "tls_key", "tls_client_ca", "tls_client_certificates",
    "client_certificates", "insecure", "issuers", "four_eyes", "session_idle_s", "session_max_s",
    "proxies",        "cors_origins",   "rate_limit_per_address", "rate_limit_per_principal",
    "failed_sign_ins_per_minute", "connections_max", "connections_per_address_max"};

// Their values are words between commas, or a list in the file.
constexpr std::array<std::string_view, 4> list_keys = {"listen", "outgoing_allow", "proxies",
                                                       "cors_origins"};

std::string scalar_text(const Json& value) {
    return value.is_string() ? value.get<std::string>() : value.dump();
}

Result<bool> parse_bool(const std::string& text) {
    if (text == "true" || text == "false") {
        return text == "true";
    }
    return Error(ErrorCode::invalid_request, "`true` or `false` is expected");
}

Result<> check_public_url(const std::string& url) {
    const bool scheme = url.starts_with("http://") || url.starts_with("https://");
    const bool clean = std::all_of(url.begin(), url.end(), [](char c) {
        return c > 0x20 && c < 0x7f && c != '"' && c != '?' && c != '#' && c != '\\';
    });
    if (!scheme || !clean || url.find("://") + 3 >= url.size()) {
        return Error(ErrorCode::invalid_request,
                     "a URL such as https://charter.example is expected");
    }
    return {};
}

Result<> one_of(const std::string& text, std::initializer_list<std::string_view> values) {
    std::string message = "one of";
    for (const std::string_view value : values) {
        if (text == value) {
            return {};
        }
        message += " `" + std::string(value) + "`";
    }
    return Error(ErrorCode::invalid_request, message + " is expected");
}

/// Whether it holds certificates is seen when the client is opened.
Result<> set_outgoing_ca_file(Config& config, const std::string& value) {
    std::error_code failed;
    if (!std::filesystem::is_regular_file(value, failed)) {
        return Error(ErrorCode::invalid_request, "a file of PEM certificates is expected");
    }
    config.outgoing.ca_file = value;
    return {};
}

/// A list of objects, as JSON.
template <class T>
Result<> set_objects(std::vector<T>& target, const std::string& value,
                     Result<std::vector<T>> (*parse)(const Json&)) {
    const Result<Json> list = parse_json(value);
    if (!list) {
        return Error(ErrorCode::invalid_request, "a list is expected");
    }
    Result<std::vector<T>> parsed = parse(*list);
    if (!parsed) {
        return parsed.error();
    }
    target = std::move(*parsed);
    return {};
}

Result<> set_seconds(std::chrono::seconds& target, const std::string& value,
                     std::chrono::seconds most) {
    std::chrono::seconds::rep seconds = 0;
    const char* end = value.data() + value.size();
    const auto [stop, failed] = std::from_chars(value.data(), end, seconds);
    if (failed != std::errc() || stop != end || seconds < 1 || seconds > most.count()) {
        return Error(ErrorCode::invalid_request,
                     "1 to " + std::to_string(most.count()) + " is expected");
    }
    target = std::chrono::seconds(seconds);
    return {};
}

/// Whether the files hold what they should is seen when the server starts.
Result<> set_tls(Config& config, const std::string& key, const std::string& value) {
    if (key == "tls_client_certificates") {
        config.tls_client_certificates_said = true;
        config.tls.client_certificates = value == "required" ? http::ClientCertificates::required
                                                             : http::ClientCertificates::optional;
        return one_of(value, {"optional", "required"});
    }
    (key == "tls_certificate" ? config.tls.certificate
     : key == "tls_key"       ? config.tls.key
                              : config.tls.client_ca) = value;
    return value.empty() ? Result<>(Error(ErrorCode::invalid_request, "a PEM file is expected"))
                         : Result<>();
}

Result<> set(Config& config, const std::string& key, const std::string& value) {
    if (key == "listen") {
        config.listen.clear();
        std::stringstream parts(value);
        for (std::string part; std::getline(parts, part, ',');) {
            const Result<http::Endpoint> endpoint = http::parse_endpoint(part);
            if (!endpoint) {
                return endpoint.error();
            }
            config.listen.push_back(*endpoint);
        }
        return config.listen.empty()
                   ? Result<>(Error(ErrorCode::invalid_request, "an address is expected"))
                   : Result<>();
    }
    if (key == "data" || key == "storage_dir") {
        if (value.empty()) {
            return Error(ErrorCode::invalid_request, "a directory is expected");
        }
        (key == "data" ? config.data : config.storage_dir) = value;
        return {};
    }
    if (key == "secrets_key_file" || key == "web_identity_token_file") {
        (key == "secrets_key_file" ? config.secrets_key_file : config.web_identity_token_file) = value;
        return value.empty() ? Result<>(Error(ErrorCode::invalid_request, "a file is expected"))
                             : Result<>();
    }
    if (key == "public_url") {
        config.public_url = value;
        return check_public_url(value);
    }
    if (key == "threads") {
        const auto [stop, failed] =
            std::from_chars(value.data(), value.data() + value.size(), config.threads);
        const bool good =
            failed == std::errc() && stop == value.data() + value.size() && config.threads <= 256;
        return good ? Result<>()
                    : Result<>(Error(ErrorCode::invalid_request, "0 to 256 is expected"));
    }
    if (key == "log_format") {
        config.log_format = value;
        return one_of(value, {"text", "json"});
    }
    if (key == "log_level") {
        config.log_level = value;
        return one_of(value, {"debug", "info", "warn", "error"});
    }
    if (key == "outgoing_allow") {
        return set_networks(config.outgoing.allowed_networks, value);
    }
    if (key == "outgoing_ca_file") {
        return set_outgoing_ca_file(config, value);
    }
    if (const auto done = set_perimeter(config, key, value)) {
        return *done;
    }
    if (key == "issuers") {
        return set_objects(config.issuers, value, &parse_issuers);
    }
    if (key.starts_with("tls_")) {
        return set_tls(config, key, value);
    }
    if (key == "client_certificates") {
        return set_objects(config.client_certificates, value, &parse_certificate_rules);
    }
    if (key == "session_idle_s" || key == "session_max_s") {
        return set_seconds(key == "session_idle_s" ? config.sessions.idle : config.sessions.max,
                           value, limits::session_life_max);
    }
    const Result<bool> flag = parse_bool(value);
    if (!flag) {
        return flag.error();
    }
    bool& setting = key == "access_log"      ? config.access_log
                    : key == "outgoing_http" ? config.outgoing.plain_http
                    : key == "insecure"      ? config.insecure
                    : key == "four_eyes"     ? config.four_eyes
                                             : config.absolute_roots;
    setting = *flag;
    return {};
}

}  // namespace

Result<Settings> read_config_file(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    std::stringstream text;
    text << in.rdbuf();
    if (!in) {
        return Error(ErrorCode::invalid_request, "cannot read " + file.string());
    }
    const Result<Json> document = parse_yaml(text.str());
    if (!document) {
        return Error(ErrorCode::invalid_request, file.string() + ": " + document.error().message());
    }
    Settings settings;
    if (document->is_null()) {
        return settings;
    }
    if (!document->is_object()) {
        return Error(ErrorCode::invalid_request,
                     file.string() + ": `key: value` lines are expected");
    }
    for (const auto& [key, value] : document->items()) {
        if (value.is_array() && std::find(list_keys.begin(), list_keys.end(), key) != list_keys.end()) {
            std::string joined;
            for (const Json& each : value) {
                joined += (joined.empty() ? "" : ",") + scalar_text(each);
            }
            settings.emplace_back(key, joined);
        } else if (value.is_array() && (key == "issuers" || key == "client_certificates")) {
            settings.emplace_back(key, value.dump());
        } else if (value.is_array() || value.is_object() || value.is_null()) {
            return Error(ErrorCode::invalid_request,
                         file.string() + ": `" + key + "` wants a value");
        } else {
            settings.emplace_back(key, scalar_text(value));
        }
    }
    return settings;
}

Settings read_environment(char** environment) {
    constexpr std::string_view prefix = "CHARTER_";
    Settings settings;
    for (char** each = environment; *each != nullptr; ++each) {
        const std::string_view variable = *each;
        const std::size_t equals = variable.find('=');
        if (!variable.starts_with(prefix) || equals == std::string_view::npos) {
            continue;
        }
        std::string key(variable.substr(prefix.size(), equals - prefix.size()));
        std::transform(key.begin(), key.end(), key.begin(),
                       [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
        if (key != "server" && key != "token" && key != "token_file" && key != "ca_file" &&
            key != "secrets_key") {
            settings.emplace_back(std::move(key), variable.substr(equals + 1));
        }
    }
    return settings;
}

Result<> apply(Config& config, const Settings& settings, const std::string& source) {
    for (const auto& [key, value] : settings) {
        if (std::find(keys.begin(), keys.end(), key) == keys.end()) {
            const auto near = nearest_name(key, keys);
            return Error(ErrorCode::invalid_request,
                         source + ": unknown key `" + key + "`" +
                             (near ? ", did you mean `" + std::string(*near) + "`?" : ""));
        }
        if (const Result<> done = set(config, key, value); !done) {
            return Error(ErrorCode::invalid_request,
                         source + ": `" + key + "`: " + done.error().message());
        }
    }
    return {};
}

bool is_loopback(const http::Endpoint& endpoint) {
    return endpoint.address.starts_with("127.") || endpoint.address == "::1";
}

Result<> check(const Config& config) {
    const auto invalid = [](const std::string& text) {
        return Error(ErrorCode::invalid_request, text);
    };
    const bool tls = !config.tls.certificate.empty();
    if (tls == config.tls.key.empty()) {
        return invalid("`tls_certificate` and `tls_key`: both or none are expected");
    }
    if (!tls && !config.tls.client_ca.empty()) {
        return invalid("`tls_client_ca` needs `tls_certificate` and `tls_key`");
    }
    if (config.tls.client_ca.empty() &&
        (config.tls_client_certificates_said || !config.client_certificates.empty())) {
        return invalid("`tls_client_certificates` and `client_certificates` need `tls_client_ca`");
    }
    for (const http::Endpoint& endpoint : config.listen) {
        if (!tls && !config.insecure && !is_loopback(endpoint)) {
            return invalid("`listen`: " + endpoint.text() +
                           " is open to other machines, and without TLS tokens and data would pass "
                           "in clear. Give `tls_certificate` and `tls_key`, listen on 127.0.0.1 "
                           "behind a proxy that speaks TLS, or say `--insecure`");
        }
    }
    return {};
}

}  // namespace charter::app
