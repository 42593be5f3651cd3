#pragma once

#include "charter/base/clock.hpp"
#include "charter/base/json.hpp"
#include "charter/base/result.hpp"
#include "charter/catalog/documents.hpp"
#include "charter/catalog/names.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace charter {

// What is said about an access request (api.md, "An access request"): by whoever asks, and by
// those who take its steps. Each parse function refuses unknown fields and collects everything
// that is wrong, as those of documents.hpp do.

/// POST /requests.
struct AccessRequestDocument {
    std::string resource;  // a domain, product or port, by its path
    std::optional<PrincipalName> beneficiary;  // `for`: a user, service, group or team; none: the asker
    std::vector<std::string> actions;          // at least one of grant_actions
    std::string purpose;
    std::string reason;  // not blank
    std::chrono::seconds duration{};
};
Result<AccessRequestDocument> parse_access_request(const Json& document);

/// The revisions that an approver looked at.
struct SeenRevisions {
    std::optional<std::uint64_t> request;
    std::optional<std::uint64_t> product;  // of the domain, where that is what was asked for
};

/// POST /requests/{id}/approve.
struct RequestApproval {
    std::optional<std::vector<std::string>> actions;  // none: those asked for
    std::optional<GrantColumns> columns;              // none: all
    std::string rows;                                 // "": all
    std::optional<UtcTime> expires_at;                // none: as long as was asked for
    SeenRevisions seen;
    std::string note;
};
Result<RequestApproval> parse_request_approval(const Json& document);

/// What goes with a step that is only told: /deny {"reason"}, /ask-back {"question"},
/// /answer {"answer"}, /withdraw {"reason"?}.
struct RequestRemark {
    std::string text;
    SeenRevisions seen;
};
/// `field` is the name of the text in the document. Its text is not blank where it is required.
Result<RequestRemark> parse_request_remark(const Json& document, std::string_view field,
                                           bool required);

/// POST /requests/{id}/renew: what is not said stays as it was.
struct RequestRenewal {
    std::string reason;  // not blank
    std::optional<std::vector<std::string>> actions;
    std::optional<std::string> purpose;
    std::optional<std::chrono::seconds> duration;
};
Result<RequestRenewal> parse_request_renewal(const Json& document);

}  // namespace charter
