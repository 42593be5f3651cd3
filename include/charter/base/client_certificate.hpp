#pragma once

#include "charter/base/clock.hpp"

#include <string>
#include <vector>

namespace charter {

/// What a verified certificate of a client says about it (mTLS). Names that are not printable
/// ASCII are left out, so that none is mistaken for another.
struct ClientCertificate {
    std::string subject;              // RFC 4514: "CN=loader,O=Example"; bytes beyond ASCII as \C3
    std::vector<std::string> dns;     // subject alternative names (RFC 5280 section 4.2.1.6)
    std::vector<std::string> uris;    //
    std::vector<std::string> emails;  //
    std::string fingerprint;          // SHA-256 of the whole certificate, 64 hexadecimal digits
    UtcTime not_after{};              // it was valid when the connection began
};

}  // namespace charter
