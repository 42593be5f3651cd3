#pragma once

// What the endpoints work with, over the mesh of a test.

#include "charter/api/services.hpp"
#include "support/writer_bench.hpp"

#include <boost/asio/thread_pool.hpp>

#include <memory>
#include <vector>

namespace charter::testing {

/// Both must outlive it.
class ApiServices {
public:
    ApiServices(Mesh& mesh, WriterBench& bench)
        : services_{bench.worlds, bench.writer, mesh.reader(), bench.resolver, bench.lessor,
                    *mesh.files.local, signer_, metrics_, pool_, pool_, "key", "0", "", "", "{}",
                    *mesh.files.secrets, limits_, issuers_, no_certificates_,
                    sessions_, sign_in_, address_} {}

    const api::Services& operator*() const { return services_; }

private:
    std::unique_ptr<UrlSigner> signer_;
    http::Metrics metrics_;
    boost::asio::thread_pool pool_{1};
    api::CallerLimits limits_{0, 0};
    Issuers issuers_{{}, nullptr};
    std::vector<CertificateRule> no_certificates_;
    Sessions sessions_{Sessions::Settings{}};
    SignIn sign_in_{issuers_, nullptr};
    std::unique_ptr<api::WebAddress> address_;
    api::Services services_;
};

}  // namespace charter::testing
