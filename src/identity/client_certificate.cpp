#include "charter/identity/client_certificate.hpp"

#include "charter/base/nearest.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <string_view>

namespace charter {

namespace {

using Field = CertificateRule::Field;

// In the order of Field; the last is no field.
constexpr std::array<std::string_view, 5> keys = {"subject", "dns", "uri", "email", "principal"};

Result<CertificateRule> parse_rule(const Json& entry) {
    if (!entry.is_object()) {
        return Error(ErrorCode::invalid_request,
                     "`subject`, `dns`, `uri` or `email`, and `principal` are expected");
    }
    CertificateRule rule;
    std::size_t fields = 0;
    for (const auto& [key, value] : entry.items()) {
        const auto known = std::ranges::find(keys, key);
        if (known == keys.end()) {
            const auto near = nearest_name(key, keys);
            return Error(ErrorCode::invalid_request,
                         "unknown key `" + key + "`" +
                             (near ? ", did you mean `" + std::string(*near) + "`?" : ""));
        }
        if (!value.is_string() || value.get_ref<const std::string&>().empty()) {
            return Error(ErrorCode::invalid_request, "`" + key + "` wants a text");
        }
        if (key != "principal") {
            ++fields;
            rule.field = static_cast<Field>(known - keys.begin());
            rule.value = value.get<std::string>();
        }
    }
    if (fields != 1 || !entry.contains("principal")) {
        return Error(ErrorCode::invalid_request,
                     "one of `subject`, `dns`, `uri` and `email`, and `principal` are expected");
    }
    if (rule.field != Field::subject && rule.value.find('*') != std::string::npos) {
        return Error(ErrorCode::invalid_request,
                     "`" + rule.value + "`: names are compared as they are, without patterns");
    }
    const Result<PrincipalName> principal =
        PrincipalName::parse(entry.at("principal").get_ref<const std::string&>());
    if (!principal || (principal->kind != Kind::service && principal->kind != Kind::engine)) {
        return Error(ErrorCode::invalid_request,
                     "`principal` wants `service:` or `engine:` and a name");
    }
    rule.principal = *principal;
    return rule;
}

bool matches(const ClientCertificate& certificate, const CertificateRule& rule) {
    const auto among = [&rule](const std::vector<std::string>& names) {
        return std::ranges::find(names, rule.value) != names.end();
    };
    switch (rule.field) {
        case Field::subject:
            return certificate.subject == rule.value;
        case Field::dns:
            return among(certificate.dns);
        case Field::uri:
            return among(certificate.uris);
        case Field::email:
            return among(certificate.emails);
    }
    return false;
}

}  // namespace

Result<std::vector<CertificateRule>> parse_certificate_rules(const Json& list) {
    if (!list.is_array()) {
        return Error(ErrorCode::invalid_request, "a list is expected");
    }
    std::vector<CertificateRule> rules;
    for (const Json& entry : list) {
        Result<CertificateRule> rule = parse_rule(entry);
        if (!rule) {
            return Error(ErrorCode::invalid_request, "entry " + std::to_string(rules.size() + 1) +
                                                         ": " + rule.error().message());
        }
        rules.push_back(*std::move(rule));
    }
    return rules;
}

Result<std::optional<PrincipalName>> principal_of(const ClientCertificate& certificate,
                                                  std::span<const CertificateRule> rules) {
    std::optional<PrincipalName> found;
    for (const CertificateRule& rule : rules) {
        if (!matches(certificate, rule)) {
            continue;
        }
        if (found && *found != rule.principal) {
            return Error(ErrorCode::unauthenticated, "authentication failed",
                         "the client certificate is of two principals: " + found->text() + " and " +
                             rule.principal.text());
        }
        found = rule.principal;
    }
    return found;
}

}  // namespace charter
