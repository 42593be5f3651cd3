// TLS of the server: what it speaks, whom it refuses, and how its certificate is replaced.
#include "http/test_server.hpp"
#include "http/tls_folder.hpp"

#include <chrono>
#include <thread>

namespace charter::http::testing {
namespace {

using namespace std::chrono_literals;

// "TLSv1.3", or "" when no handshake came about.
std::string version_of(const RawClient& client) {
    return client.secured() ? SSL_get_version(client.ssl.get()) : "";
}

std::string serial_of(const RawClient& client) {
    const X509* certificate = SSL_get0_peer_certificate(client.ssl.get());
    return certificate == nullptr
               ? ""
               : std::to_string(ASN1_INTEGER_get(X509_get0_serialNumber(certificate)));
}

std::string serial_of(const Identity& identity) {
    return std::to_string(ASN1_INTEGER_get(X509_get0_serialNumber(identity.certificate.get())));
}

class ServerTlsTest : public ::testing::Test {
protected:
    void start(ConnectionLimits limits = {}) {
        server = std::make_unique<TestServer>(limits, 1, folder.files);
    }

    // A client that wants at most this version and these ciphers (of TLS 1.2 and before).
    TlsPtr old_client(int version_max, const char* ciphers = "ALL:eNULL") {
        TlsPtr tls = client_tls(folder.authority);
        SSL_CTX_set_security_level(tls.get(), 0);
        SSL_CTX_set_min_proto_version(tls.get(), TLS1_VERSION);
        SSL_CTX_set_max_proto_version(tls.get(), version_max);
        SSL_CTX_set_cipher_list(tls.get(), ciphers);
        return tls;
    }

    RawClient connect() { return RawClient(server->port(), folder.client.get()); }

    TlsFolder folder;
    std::unique_ptr<TestServer> server;
};

TEST_F(ServerTlsTest, SpeaksTls12And13) {
    start();
    RawClient newest(server->port(), folder.client.get());
    RawClient older(server->port(), old_client(TLS1_2_VERSION).get());

    EXPECT_EQ(version_of(newest), "TLSv1.3");
    EXPECT_EQ(version_of(older), "TLSv1.2");
    EXPECT_EQ(newest.exchange(get("/hello")).body, "hello");
    EXPECT_EQ(older.exchange(get("/hello")).body, "hello");
}

TEST_F(ServerTlsTest, RefusesOlderVersions) {
    start();

    EXPECT_EQ(version_of(RawClient(server->port(), old_client(TLS1_1_VERSION).get())), "");
    EXPECT_EQ(version_of(RawClient(server->port(), old_client(TLS1_VERSION).get())), "");
}

TEST_F(ServerTlsTest, TakesAuthenticatedCiphersWithForwardSecrecyOnly) {
    start();
    const auto handshake = [&](const char* ciphers) {
        return version_of(RawClient(server->port(), old_client(TLS1_2_VERSION, ciphers).get()));
    };

    EXPECT_EQ(handshake("ECDHE-ECDSA-AES128-GCM-SHA256"), "TLSv1.2");
    EXPECT_EQ(handshake("ECDHE-ECDSA-AES256-GCM-SHA384"), "TLSv1.2");
    EXPECT_EQ(handshake("ECDHE-ECDSA-CHACHA20-POLY1305"), "TLSv1.2");
    for (const char* weak :
         {"ECDHE-ECDSA-AES128-SHA", "ECDHE-ECDSA-AES128-SHA256", "ECDHE-ECDSA-AES256-SHA384",
          "ECDHE-ECDSA-NULL-SHA", "ECDHE-ECDSA-AES128-CCM", "AECDH-AES128-SHA", "AES128-GCM-SHA256",
          "NULL-SHA256"}) {
        EXPECT_EQ(handshake(weak), "") << weak;
    }
}

TEST_F(ServerTlsTest, SpeaksHttp11OnlyAndRefusesWhoWantsSomethingElse) {
    start();
    const auto chosen = [&](const std::string& offered) {
        const TlsPtr tls = client_tls(folder.authority);
        SSL_CTX_set_alpn_protos(tls.get(), reinterpret_cast<const unsigned char*>(offered.data()),
                                static_cast<unsigned int>(offered.size()));
        const RawClient client(server->port(), tls.get());
        const unsigned char* protocol = nullptr;
        unsigned int length = 0;
        SSL_get0_alpn_selected(client.ssl.get(), &protocol, &length);
        return client.secured() ? std::string(reinterpret_cast<const char*>(protocol), length)
                                : "refused";
    };

    EXPECT_EQ(chosen("\x08http/1.1"), "http/1.1");
    EXPECT_EQ(chosen("\x02h2\x08http/1.1"), "http/1.1");
    EXPECT_EQ(chosen("\x02h2"), "refused");
    EXPECT_EQ(chosen("\x08http/1.0"), "refused");
}

TEST_F(ServerTlsTest, DoesNotNegotiateAgain) {
    start();
    RawClient client(server->port(), old_client(TLS1_2_VERSION).get());
    EXPECT_EQ(client.exchange(get("/hello")).body, "hello");

    SSL_renegotiate(client.ssl.get());

    EXPECT_NE(SSL_do_handshake(client.ssl.get()), 1);
    EXPECT_EQ(RawClient(server->port(), folder.client.get()).exchange(get("/hello")).status, 200);
}

TEST_F(ServerTlsTest, NewKeysWithinAConnectionAreTaken) {
    start();
    RawClient client(server->port(), folder.client.get());

    for (int i = 0; i < 100; ++i) {
        SSL_key_update(client.ssl.get(), SSL_KEY_UPDATE_REQUESTED);
        EXPECT_EQ(client.exchange(get("/hello")).body, "hello");
    }
}

TEST_F(ServerTlsTest, NoConnectionTakesUpAnother) {
    start();
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        const TlsPtr tls = client_tls(folder.authority);
        SSL_CTX_set_max_proto_version(tls.get(), version);
        RawClient first(server->port(), tls.get());
        EXPECT_EQ(first.exchange(get("/hello")).status, 200);
        SSL_SESSION* session = SSL_get1_session(first.ssl.get());

        EXPECT_FALSE(SSL_SESSION_is_resumable(session));
        SSL_SESSION_free(session);
    }
}

TEST_F(ServerTlsTest, PlainHttpIsToldToUseHttps) {
    start();
    RawClient client(server->port());

    const Answer answer = client.exchange(get("/hello"));

    EXPECT_EQ(answer.status, 400);
    EXPECT_NE(answer.body.find("https"), std::string::npos);
    EXPECT_TRUE(client.closed());
}

TEST_F(ServerTlsTest, WhatIsNoTlsEndsTheConnection) {
    start();
    for (const std::string& bytes :
         {std::string("DELETE /hello HTTP/1.1\r\nHost: a\r\n\r\n"), std::string("\r\n\r\n\r\n\r\n"),
          std::string(100, '\0'), std::string("SSH-2.0-x\r\n"),
          std::string("\x16\x03\x01\xff\xff") + std::string(70'000, 'x'),
          std::string("\x16\x03\x01\x00\x04\x01\xff\xff\xff", 9),
          std::string("\x80\x2e\x01\x00\x02", 5) + std::string(60, '\0')}) {
        RawClient client(server->port());
        client.send(bytes);
        while (client.read().status != 0) {
        }
    }
    EXPECT_EQ(RawClient(server->port(), folder.client.get()).exchange(get("/hello")).status, 200);
    EXPECT_NE(server->metrics.render().find("charter_http_tls_handshakes_failed_total 7\n"),
              std::string::npos);
}

TEST_F(ServerTlsTest, AHandshakeThatTakesTooLongIsEnded) {
    ConnectionLimits limits;
    limits.tick = 5ms;
    limits.handshake_deadline = 20ms;
    start(limits);
    RawClient silent(server->port());
    RawClient half(server->port());
    half.send_clear(std::string("\x16\x03\x01\x02\x00\x01\x00", 7));

    EXPECT_TRUE(silent.closed());
    EXPECT_TRUE(half.closed());
}

TEST_F(ServerTlsTest, AHandshakeUnderWayCountsAsAConnection) {
    ConnectionLimits limits;
    limits.connections_max = 1;
    start(limits);
    {
        const RawClient half(server->port());
        RawClient refused(server->port(), folder.client.get());
        EXPECT_FALSE(refused.secured());
    }
    bool secured = false;
    while (!secured) {  // until the server has seen that the first is gone
        secured = RawClient(server->port(), folder.client.get()).secured();
    }
}

TEST_F(ServerTlsTest, TheServersStopEndsHandshakesAndIdleConnections) {
    ConnectionLimits limits;
    limits.stop_deadline = 1h;
    start(limits);
    RawClient half(server->port());
    RawClient idle(server->port(), folder.client.get());
    EXPECT_EQ(idle.exchange(get("/hello")).status, 200);

    server->server->stop();

    EXPECT_TRUE(half.closed());
    EXPECT_TRUE(idle.closed());
    EXPECT_FALSE(idle.truncated());
}

TEST_F(ServerTlsTest, ACallerWhoNeverReadsIsCutOff) {
    ConnectionLimits limits;
    limits.tick = 5ms;
    limits.write_deadline = 50ms;
    start(limits);
    RawClient client(server->port(), folder.client.get());
    client.send(get("/large"));
    while (server->logged().empty()) {  // written when the server has given up
        std::this_thread::yield();
    }

    EXPECT_LT(client.read().body.size(), 64U * 1024 * 1024);
    EXPECT_TRUE(client.closed());
    EXPECT_TRUE(client.truncated());
}

TEST_F(ServerTlsTest, PipelinedRequestsAreAnsweredInOrder) {
    start();
    RawClient client(server->port(), folder.client.get());
    std::string all;
    for (int i = 0; i < 500; ++i) {
        all += get("/items/" + std::to_string(i)) + post("/echo", "b" + std::to_string(i));
    }
    client.send(all);

    for (int i = 0; i < 500; ++i) {
        EXPECT_EQ(client.read().body, std::to_string(i));
        EXPECT_EQ(client.read().body, "b" + std::to_string(i));
    }
}

TEST_F(ServerTlsTest, RequestsMayArriveInTinyRecords) {
    start();
    RawClient client(server->port(), folder.client.get());
    for (const char c : post("/echo", "body") + get("/hello")) {
        client.send(std::string_view(&c, 1));
    }

    EXPECT_EQ(client.read().body, "body");
    EXPECT_EQ(client.read().body, "hello");
}

TEST_F(ServerTlsTest, LargeBodiesPassBothWays) {
    start();
    RawClient client(server->port(), folder.client.get());
    const std::string body(limits::body_bytes_max, 'x');

    EXPECT_TRUE(client.exchange(post("/echo", body)).body == body);
    EXPECT_EQ(client.exchange(get("/large")).body.size(), 64U * 1024 * 1024);
}

TEST_F(ServerTlsTest, AnEndThatIsAskedForIsAnnounced) {
    start();
    RawClient client(server->port(), folder.client.get());

    const Answer answer =
        client.exchange("GET /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");

    EXPECT_EQ(answer.body, "hello");
    EXPECT_TRUE(client.closed());
    EXPECT_FALSE(client.truncated());
}

TEST_F(ServerTlsTest, ACallerWhoIsGoneWithoutAWordHarmsNobody) {
    start();
    RawClient other(server->port(), folder.client.get());
    for (const std::string& bytes : {std::string(), get("/hello"), std::string("GET /he")}) {
        RawClient client(server->port(), folder.client.get());
        client.send(bytes);
        client.cut();
    }
    RawClient closing(server->port(), folder.client.get());
    closing.send(get("/hello"));
    closing.close_sending();

    EXPECT_EQ(closing.read().body, "hello");
    EXPECT_EQ(other.exchange(get("/hello")).body, "hello");
}

TEST_F(ServerTlsTest, DoesNotStartWithFilesThatDoNotFit) {
    const Identity other(server_text(), &folder.authority);
    const Router router;
    const auto refusal = [&](const TlsFiles& files) {
        Metrics metrics;
        ServerOptions options;
        options.listen.push_back(Endpoint{"127.0.0.1", 0});
        options.tls = files;
        Server refused(options, router, metrics);
        const Result<> started = refused.start();
        return started ? "started" : started.error().message();
    };

    EXPECT_EQ(refusal(folder.files), "started");
    TlsFolder::write(folder.files.key, key_pem(other));
    EXPECT_TRUE(refusal(folder.files).starts_with("TLS: cannot use the key of "));
    TlsFolder::write(folder.files.key, key_pem(folder.server, "password"));
    EXPECT_TRUE(refusal(folder.files).starts_with("TLS: cannot use the key of "));
    TlsFolder::write(folder.files.key, "");
    EXPECT_TRUE(refusal(folder.files).starts_with("TLS: cannot use the key of "));
    TlsFiles files = folder.files;
    files.certificate = "/no/such/file";
    EXPECT_TRUE(refusal(files).starts_with("TLS: cannot use the certificate of /no/such/file"));
    TlsFolder::write(folder.files.key, key_pem(folder.server));
    folder.ask_clients("no certificate", ClientCertificates::optional);
    EXPECT_TRUE(refusal(folder.files).starts_with("TLS: cannot read certificates of "));
}

TEST_F(ServerTlsTest, NewConnectionsAreShownTheNewCertificateAndOldOnesGoOn) {
    start();
    RawClient before(server->port(), folder.client.get());
    EXPECT_EQ(before.exchange(get("/hello")).status, 200);
    const Identity next(server_text(), &folder.authority);
    folder.renew(next);

    server->server->reload_tls(Reload::if_changed);
    const RawClient after(server->port(), folder.client.get());

    EXPECT_EQ(serial_of(after), serial_of(next));
    EXPECT_EQ(serial_of(before), serial_of(folder.server));
    EXPECT_EQ(before.exchange(get("/hello")).status, 200);
}

TEST_F(ServerTlsTest, APairThatDoesNotFitChangesNothing) {
    start();
    const Identity next(server_text(), &folder.authority);
    const std::string whole = certificate_pem(next);
    const auto shown = [&](Reload when) {
        server->server->reload_tls(when);
        return serial_of(RawClient(server->port(), folder.client.get()));
    };
    const std::string old = serial_of(folder.server);

    TlsFolder::write(folder.files.certificate, whole);  // the key is not there yet
    EXPECT_EQ(shown(Reload::if_changed), old);
    EXPECT_EQ(shown(Reload::always), old);
    TlsFolder::write(folder.files.certificate, whole.substr(0, whole.size() / 2));
    EXPECT_EQ(shown(Reload::if_changed), old);
    TlsFolder::write(folder.files.certificate, "");
    EXPECT_EQ(shown(Reload::if_changed), old);
    std::filesystem::remove(folder.files.certificate);
    EXPECT_EQ(shown(Reload::if_changed), old);
    EXPECT_EQ(shown(Reload::always), old);
    // A chain of which the second certificate is half there.
    TlsFolder::write(folder.files.key, key_pem(next));
    TlsFolder::write(folder.files.certificate, whole + whole.substr(0, whole.size() / 2));
    EXPECT_EQ(shown(Reload::if_changed), old);

    folder.renew(next);
    EXPECT_EQ(shown(Reload::if_changed), serial_of(next));
}

TEST_F(ServerTlsTest, ReloadingWithoutTlsDoesNothing) {
    TestServer plain;
    plain.server->reload_tls(Reload::always);

    EXPECT_EQ(RawClient(plain.port()).exchange(get("/hello")).status, 200);
}

}  // namespace
}  // namespace charter::http::testing
