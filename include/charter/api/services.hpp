#pragma once

#include "charter/api/caller_limits.hpp"
#include "charter/api/web_address.hpp"
#include "charter/governance/resolver.hpp"
#include "charter/governance/world.hpp"
#include "charter/governance/writer.hpp"
#include "charter/http/metrics.hpp"
#include "charter/identity/client_certificate.hpp"
#include "charter/identity/issuers.hpp"
#include "charter/identity/sessions.hpp"
#include "charter/identity/sign_in.hpp"
#include "charter/storage/lessor.hpp"
#include "charter/storage/local_storage.hpp"
#include "charter/storage/secret_keys.hpp"
#include "charter/storage/url_signer.hpp"
#include "charter/store/store.hpp"

#include <boost/asio/thread_pool.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace charter::api {

/// What the endpoints work with. All of it is made by app/ and outlives them.
struct Services {
    const WorldHolder& worlds;
    Writer& writer;
    StoreReader& reader;
    Resolver& resolver;
    Lessor& lessor;
    LocalStorage& local;
    /// Replaced once, before the first request, when the address is known.
    const std::unique_ptr<UrlSigner>& signer;
    const http::Metrics& metrics;
    /// For reads that may take longer than a point read.
    boost::asio::thread_pool& long_reads;
    /// For what waits for the disk while objects are received.
    boost::asio::thread_pool& uploads;
    std::string cursor_key;  // for sealed cursors
    std::string_view version;
    std::string_view builtin_policies;
    std::string_view cedar_schema;
    std::string openapi_json;
    /// Changed on the writer's thread only.
    SecretKeys& secret_keys;
    CallerLimits& caller_limits;
    Issuers& issuers;
    const std::vector<CertificateRule>& client_certificates;
    Sessions& sessions;
    const SignIn& sign_in;
    /// Replaced once, as the signer is.
    const std::unique_ptr<WebAddress>& address;
    bool four_eyes = false;  // some changes wait for a second administrator
};

}  // namespace charter::api
