#pragma once

#include "charter/http/server.hpp"
#include "http/certificates.hpp"

#include <filesystem>
#include <fstream>
#include <string>

#include <stdlib.h>

namespace charter::http::testing {

/// What a certificate of the server in a test says.
inline CertificateText server_text() {
    CertificateText text;
    text.common_name = "server";
    text.alternative_names = "IP:127.0.0.1";
    return text;
}

/// A folder with the files of TLS for a server, and the settings of a client that trusts it.
class TlsFolder {
public:
    TlsFolder() {
        char name[] = "/tmp/charter_tls_XXXXXX";
        folder_ = ::mkdtemp(name);
        files.certificate = folder_ / "certificate.pem";
        files.key = folder_ / "key.pem";
        write(files.certificate, certificate_pem(server));
        write(files.key, key_pem(server));
    }
    ~TlsFolder() { std::filesystem::remove_all(folder_); }
    TlsFolder(const TlsFolder&) = delete;
    TlsFolder& operator=(const TlsFolder&) = delete;

    static void write(const std::filesystem::path& path, const std::string& text) {
        std::ofstream(path, std::ios::binary | std::ios::trunc) << text;
    }

    /// The server asks for certificates of this authority's clients.
    void ask_clients(const std::string& authorities, ClientCertificates how) {
        files.client_ca = folder_ / "clients.pem";
        files.client_certificates = how;
        write(files.client_ca, authorities);
    }

    /// Another certificate of the server, with its key, in the place of the first.
    void renew(const Identity& identity) {
        write(files.certificate, certificate_pem(identity));
        write(files.key, key_pem(identity));
    }

    Identity authority{CertificateText{.common_name = "authority"}};
    Identity server{server_text(), &authority};
    TlsPtr client = client_tls(authority);
    TlsFiles files;

private:
    std::filesystem::path folder_;
};

}  // namespace charter::http::testing
