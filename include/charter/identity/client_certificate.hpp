#pragma once

#include "charter/base/client_certificate.hpp"
#include "charter/base/json.hpp"
#include "charter/base/result.hpp"
#include "charter/catalog/names.hpp"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace charter {

/// Which certificates are a principal's: those that say exactly this.
struct CertificateRule {
    enum class Field { subject, dns, uri, email };

    Field field = Field::subject;
    std::string value;        // as ClientCertificate has it, compared byte by byte
    PrincipalName principal;  // a service or an engine
};

/// Reads the list `client_certificates` of the configuration, each entry
/// `{subject | dns | uri | email: TEXT, principal: service:NAME | engine:NAME}`.
/// Errors: invalid_request (names the entry; an unknown key names the nearest known one).
Result<std::vector<CertificateRule>> parse_certificate_rules(const Json& list);

/// Whose certificate this is; nothing when no rule matches. Whether it is still valid is the
/// caller's to ask. Errors: unauthenticated (rules that match name different principals).
Result<std::optional<PrincipalName>> principal_of(const ClientCertificate& certificate,
                                                  std::span<const CertificateRule> rules);

}  // namespace charter
