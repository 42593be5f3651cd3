// Certificates of clients (mTLS): whose are taken, and what a handler learns of them.
#include "charter/base/encoding.hpp"
#include "http/test_server.hpp"
#include "http/tls_folder.hpp"

namespace charter::http::testing {
namespace {

CertificateText client_text() {
    CertificateText text;
    text.common_name = "loader";
    text.extended_key_usage = "clientAuth";
    return text;
}

std::string joined(const std::vector<std::string>& names) {
    std::string all;
    for (const std::string& name : names) {
        all += name + ";";
    }
    return all;
}

class ClientCertificateTest : public ::testing::Test {
protected:
    void start(ClientCertificates how) {
        folder.ask_clients(certificate_pem(clients), how);
        start_server();
    }

    void start_server() {
        router = std::make_unique<Router>();
        router->add(Method::get, "/who", [](Request& request) -> boost::asio::awaitable<Response> {
            Response response;
            response.content_type = "text/plain";
            response.body = request.secure ? "secure " : "plain ";
            if (const auto& certificate = request.client_certificate) {
                response.body += certificate->subject + "|" + joined(certificate->dns) + "|" +
                                 joined(certificate->uris) + "|" + joined(certificate->emails) +
                                 "|" + certificate->fingerprint + "|" +
                                 format_time(certificate->not_after);
            } else {
                response.body += "nobody";
            }
            co_return response;
        });
        ServerOptions options;
        options.listen.push_back(Endpoint{"127.0.0.1", 0});
        options.threads = 1;
        options.access_log = nullptr;
        options.tls = folder.files;
        server = std::make_unique<Server>(options, *router, metrics);
        const Result<> started = server->start();
        ASSERT_TRUE(started) << started.error().message();
    }

    // What the server says to a client with this certificate; "refused" where there is no
    // connection.
    std::string who(const Identity* own, const Identity* between = nullptr,
                    int version = TLS1_3_VERSION) {
        const TlsPtr tls = client_tls(folder.authority, own, between);
        SSL_CTX_set_max_proto_version(tls.get(), version);
        RawClient client(server->endpoints().at(0).port, tls.get());
        if (!client.secured()) {
            return "refused";
        }
        const Answer answer = client.exchange(get("/who"));
        return answer.status == 200 ? answer.body.substr(0, answer.body.find('|')) : "refused";
    }

    std::string who_over_both(const Identity* own, const Identity* between = nullptr) {
        const std::string one = who(own, between, TLS1_2_VERSION);
        const std::string other = who(own, between, TLS1_3_VERSION);
        return one == other ? one : one + " but " + other;
    }

    TlsFolder folder;
    Identity clients{CertificateText{.common_name = "clients"}};
    Metrics metrics;
    std::unique_ptr<Router> router;
    std::unique_ptr<Server> server;
};

TEST_F(ClientCertificateTest, TheHandlerSeesWhatItSays) {
    start(ClientCertificates::optional);
    CertificateText text = client_text();
    text.alternative_names =
        "DNS:loader.test,DNS:Other.test,URI:spiffe://test/loader,email:loader@test,IP:10.0.0.1";
    const Identity loader(text, &clients);
    const TlsPtr tls = client_tls(folder.authority, &loader);
    RawClient client(server->endpoints().at(0).port, tls.get());
    Digest digest{};
    unsigned int size = 0;
    X509_digest(loader.certificate.get(), EVP_sha256(), digest.data(), &size);
    std::tm end{};
    ASN1_TIME_to_tm(X509_get0_notAfter(loader.certificate.get()), &end);
    const std::string expected =
        "secure CN=loader|loader.test;Other.test;|spiffe://test/loader;|"
        "loader@test;|" +
        to_hex(digest) + "|" + format_time(UtcTime(std::chrono::seconds(::timegm(&end))));

    EXPECT_EQ(client.exchange(get("/who")).body, expected);
    EXPECT_EQ(client.exchange(get("/who")).body, expected);
}

TEST_F(ClientCertificateTest, SubjectsThatLookAlikeAreWrittenDifferently) {
    start(ClientCertificates::optional);
    CertificateText text = client_text();
    text.common_name = "a,O=b";
    const Identity comma(text, &clients);
    text.common_name = "caf\xc3\xa9";
    const Identity accent(text, &clients);
    text.common_name = "a\nb ";
    const Identity control(text, &clients);

    EXPECT_EQ(who(&comma), "secure CN=a\\,O=b");
    EXPECT_NE(who(&accent), "secure CN=cafe");
    EXPECT_EQ(who(&control), "secure CN=a\\0Ab\\ ");
}

TEST_F(ClientCertificateTest, WithoutOneAClientIsNobody) {
    start(ClientCertificates::optional);

    EXPECT_EQ(who_over_both(nullptr), "secure nobody");
}

TEST_F(ClientCertificateTest, NoneIsNotEnoughWhereOneIsRequired) {
    start(ClientCertificates::required);
    const Identity loader(client_text(), &clients);

    EXPECT_EQ(who_over_both(nullptr), "refused");
    EXPECT_EQ(who_over_both(&loader), "secure CN=loader");
}

TEST_F(ClientCertificateTest, ABadOneIsRefusedEvenWhereNoneWouldDo) {
    start(ClientCertificates::optional);
    const Identity stranger{CertificateText{.common_name = "clients"}};
    const Identity of_a_stranger(client_text(), &stranger);
    const Identity of_the_server(client_text(), &folder.authority);
    const Identity self_signed(client_text());
    CertificateText text = client_text();
    text.valid_until_s = -60;
    const Identity expired(text, &clients);
    text = client_text();
    text.valid_from_s = 1'800;
    const Identity not_yet(text, &clients);
    text = client_text();
    text.extended_key_usage = "serverAuth";
    const Identity for_servers(text, &clients);
    const Identity loader(client_text(), &clients);
    const Identity by_a_client(client_text(), &loader);

    EXPECT_EQ(who_over_both(&of_a_stranger), "refused");
    EXPECT_EQ(who_over_both(&of_a_stranger, &stranger), "refused");
    EXPECT_EQ(who_over_both(&of_the_server), "refused");
    EXPECT_EQ(who_over_both(&self_signed), "refused");
    EXPECT_EQ(who_over_both(&expired), "refused");
    EXPECT_EQ(who_over_both(&not_yet), "refused");
    EXPECT_EQ(who_over_both(&for_servers), "refused");
    EXPECT_EQ(who_over_both(&by_a_client, &loader), "refused");
    EXPECT_EQ(who_over_both(&loader), "secure CN=loader");
}

TEST_F(ClientCertificateTest, AChainMayHaveAuthoritiesBetween) {
    start(ClientCertificates::required);
    CertificateText text;
    text.common_name = "between";
    text.is_authority = true;
    const Identity between(text, &clients);
    const Identity loader(client_text(), &between);

    EXPECT_EQ(who_over_both(&loader, &between), "secure CN=loader");
    EXPECT_EQ(who_over_both(&loader), "refused");
}

TEST_F(ClientCertificateTest, AnAuthorityBelowTheRootMayBeTheOnlyOneTrusted) {
    CertificateText text;
    text.common_name = "between";
    text.is_authority = true;
    const Identity between(text, &clients);
    const Identity loader(client_text(), &between);
    const Identity by_the_root(client_text(), &clients);
    folder.ask_clients(certificate_pem(between), ClientCertificates::required);
    start_server();

    EXPECT_EQ(who_over_both(&loader), "secure CN=loader");
    EXPECT_EQ(who_over_both(&by_the_root), "refused");
    EXPECT_EQ(who_over_both(&by_the_root, &clients), "refused");
}

TEST_F(ClientCertificateTest, NoneIsAskedForWithoutAnAuthority) {
    start_server();
    const Identity loader(client_text(), &clients);

    EXPECT_EQ(who_over_both(&loader), "secure nobody");
}

TEST_F(ClientCertificateTest, TheAuthoritiesAreReplacedWithTheRest) {
    start(ClientCertificates::required);
    const Identity others{CertificateText{.common_name = "others"}};
    const Identity loader(client_text(), &clients);
    const Identity next(client_text(), &others);
    EXPECT_EQ(who_over_both(&loader), "secure CN=loader");

    TlsFolder::write(folder.files.client_ca, certificate_pem(others));
    server->reload_tls(Reload::if_changed);

    EXPECT_EQ(who_over_both(&loader), "refused");
    EXPECT_EQ(who_over_both(&next), "secure CN=loader");
}

}  // namespace
}  // namespace charter::http::testing
