// Which servers an outgoing call trusts.
#include "http/call_server.hpp"

namespace charter::http::testing {
namespace {

CertificateText names(std::string alternative_names) {
    CertificateText text;
    text.alternative_names = std::move(alternative_names);
    return text;
}

class ClientTls : public ::testing::Test {
protected:
    /// The cause of a call to a server that shows this certificate.
    std::string call_to(const Identity& identity, std::string_view host = "server.test",
                        int version_max = TLS1_3_VERSION) {
        const TlsPtr tls = server_tls(identity, version_max);
        std::string result;
        {
            CallServer server(
                [this](Peer& peer, std::size_t number) {
                    if (peer.secured()) {
                        server_name = peer.server_name();
                        say_hello(peer, number);
                    }
                },
                tls.get());
            const auto client = open_client(settings());
            result = cause(get(*client, server.url("/", "https", host)));
        }
        return result;
    }

    ClientSettings settings() const {
        ClientSettings settings = test_settings();
        settings.plain_http = false;
        settings.ca_file = ca_file.path;
        return settings;
    }

    Identity authority{CertificateText{"authority", "", -3'600, 3'600}};
    CertificateFile ca_file{authority};
    std::string server_name;
};

TEST_F(ClientTls, TrustsACertificateOfTheHostByAKnownAuthority) {
    EXPECT_EQ(call_to(Identity(names("DNS:server.test"), &authority)), "answered with 200");
    EXPECT_EQ(server_name, "server.test");
    EXPECT_EQ(call_to(Identity(names("DNS:*.server.test"), &authority), "One.Server.test"),
              "answered with 200");
    EXPECT_EQ(server_name, "one.server.test");
}

TEST_F(ClientTls, SpeaksTls12) {
    EXPECT_EQ(
        call_to(Identity(names("DNS:server.test"), &authority), "server.test", TLS1_2_VERSION),
        "answered with 200");
}

TEST_F(ClientTls, RefusesOlderVersions) {
    const Identity identity(names("DNS:server.test"), &authority);

    EXPECT_TRUE(has(call_to(identity, "server.test", TLS1_1_VERSION), ": TLS: "));
    EXPECT_TRUE(has(call_to(identity, "server.test", TLS1_VERSION), ": TLS: "));
    EXPECT_EQ(server_name, "");
}

TEST_F(ClientTls, TrustsAnAddressThatTheCertificateNames) {
    EXPECT_EQ(call_to(Identity(names("IP:127.0.0.1"), &authority), "127.0.0.1"),
              "answered with 200");
    EXPECT_EQ(server_name, "");  // an address is no server name
}

TEST_F(ClientTls, RefusesACertificateOfAnotherHost) {
    for (const char* other : {"DNS:other.test", "DNS:test", "DNS:*.server.test", "DNS:s*.test",
                              "DNS:server.test.other", "IP:127.0.0.1", ""}) {
        EXPECT_TRUE(has(call_to(Identity(names(other), &authority)), "TLS: hostname mismatch"))
            << other;
    }
    EXPECT_EQ(server_name, "");
}

TEST_F(ClientTls, RefusesAHostThatStandsInTheCommonNameOnly) {
    CertificateText text;
    text.common_name = "server.test";

    EXPECT_TRUE(has(call_to(Identity(text, &authority)), "TLS: hostname mismatch"));
}

TEST_F(ClientTls, RefusesACertificateOfAnotherAddress) {
    for (const char* other : {"IP:127.0.0.2", "DNS:127.0.0.1", "DNS:server.test"}) {
        EXPECT_TRUE(has(call_to(Identity(names(other), &authority), "127.0.0.1"),
                        "TLS: IP address mismatch"))
            << other;
    }
}

TEST_F(ClientTls, RefusesACertificateBySomebodyElse) {
    const Identity stranger{CertificateText{"authority", "", -3'600, 3'600}};

    EXPECT_TRUE(has(call_to(Identity(names("DNS:server.test"), &stranger)), ": TLS: "));
    EXPECT_TRUE(has(call_to(Identity(names("DNS:server.test"))), "TLS: self-signed certificate"));
    EXPECT_EQ(server_name, "");
}

TEST_F(ClientTls, RefusesACertificateByAnotherServer) {
    // Valid itself, but no authority.
    const Identity server(names("DNS:server.test"), &authority);

    EXPECT_TRUE(has(call_to(Identity(names("DNS:server.test"), &server)), ": TLS: "));
}

TEST_F(ClientTls, RefusesACertificateThatIsNotValidNow) {
    CertificateText text = names("DNS:server.test");
    text.valid_until_s = -60;
    EXPECT_TRUE(has(call_to(Identity(text, &authority)), "TLS: certificate has expired"));

    text = names("DNS:server.test");
    text.valid_from_s = 1'800;
    EXPECT_TRUE(has(call_to(Identity(text, &authority)), "TLS: certificate is not yet valid"));
}

TEST_F(ClientTls, KnowsNoTestAuthorityWithoutTheFile) {
    const Identity identity(names("DNS:server.test"), &authority);
    const TlsPtr tls = server_tls(identity);
    CallServer server(say_hello, tls.get());
    ClientSettings without = settings();
    without.ca_file.clear();
    const auto client = open_client(without);

    EXPECT_TRUE(has(cause(get(*client, server.url("/", "https"))), ": TLS: "));
}

TEST_F(ClientTls, UsesAConnectionAgain) {
    const Identity identity(names("DNS:server.test"), &authority);
    const TlsPtr tls = server_tls(identity);
    CallServer server(say_hello, tls.get());
    const auto client = open_client(settings());

    for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(cause(get(*client, server.url("/", "https"))), "answered with 200");
    }

    EXPECT_EQ(server.connections(), 1u);
}

TEST_F(ClientTls, ABodyThatIsCutOffIsNoAnswer) {
    // Its end is the end of the connection, which anybody on the way can bring about.
    const Identity identity(names("DNS:server.test"), &authority);
    const TlsPtr tls = server_tls(identity);
    CallServer server(reply("HTTP/1.1 200 OK\r\n\r\nhalf"), tls.get());
    const auto client = open_client(settings());

    EXPECT_TRUE(has(cause(get(*client, server.url("/", "https"))), "truncated"));
}

TEST_F(ClientTls, ChunksMayArriveByteByByte) {
    const Identity identity(names("DNS:server.test"), &authority);
    const TlsPtr tls = server_tls(identity);
    for (const std::string chunks : {"0\r\n\r\n", "0\r\nX: y\r\n\r\n", "3\r\nabc\r\n0\r\n\r\n"}) {
        const auto answer = [&](Peer& peer, std::size_t) {
            peer.read_request();
            peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
            for (const char c : chunks) {  // each is a record, and read by itself
                peer.send(std::string_view(&c, 1));
            }
        };
        CallServer server(answer, tls.get());
        const auto client = open_client(settings());

        EXPECT_EQ(cause(get(*client, server.url("/", "https"))), "answered with 200") << chunks;
    }
}

TEST_F(ClientTls, AServerWithoutTlsIsNotTalkedTo) {
    CallServer server([](Peer& peer, std::size_t) { peer.send("HTTP/1.1 200 OK\r\n\r\n"); });
    const auto client = open_client(settings());

    EXPECT_TRUE(has(cause(get(*client, server.url("/", "https"))), ": TLS: "));
}

TEST_F(ClientTls, AFileWithoutCertificatesIsRefused) {
    ClientSettings with = settings();
    with.ca_file = "/dev/null";
    const Result<std::unique_ptr<Client>> empty = Client::open(with);
    with.ca_file = "/no/such/file";
    const Result<std::unique_ptr<Client>> absent = Client::open(with);

    ASSERT_FALSE(empty);
    EXPECT_EQ(empty.error().code(), ErrorCode::invalid_request);
    EXPECT_FALSE(absent);
}

}  // namespace
}  // namespace charter::http::testing
