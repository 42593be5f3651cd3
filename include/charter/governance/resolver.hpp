#pragma once

#include "charter/base/limits.hpp"
#include "charter/governance/writer.hpp"
#include "charter/storage/lessor.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace charter {

struct CellAccess;  // cell_access.hpp

/// What a consumer asks for: one port, for one action and purpose.
struct ResolveRequest {
    std::string port;  // "customer/customers/files"
    Action action = Action::read;
    std::optional<std::string> purpose;
    std::optional<std::vector<std::string>> columns;  // not said: all of them
    std::vector<NewObject> objects;  // to be written; only with Action::write
    Delivery delivery = Delivery::best;
    std::chrono::seconds duration = limits::lease_default;

    /// For whom an engine asks: the name it gives, the token of that one that it sends. The
    /// user decides what may be read, the engine needs `enforce` on the port.
    std::optional<PrincipalName> on_behalf_of;
    std::optional<Secret> subject_token;
    /// Whose token `subject_token` is: set by whoever calls the resolver; none: nobody's.
    std::optional<Caller> subject;

    bool is_for_another() const { return on_behalf_of || subject_token; }
};

/// What one resolve came to. Everything it points to lives as long as `world`.
struct Resolved {
    WorldPtr world;
    DecisionId decision;
    bool allow = false;
    ErrorCode refusal = ErrorCode::forbidden;  // when not allowed
    std::string reason;
    std::string cause;  // of a storage that failed; for the log only
    std::vector<Ground> determined_by;
    PrincipalName user;  // who it was decided for
    PortPtr port;        // null when it is absent or hidden
    /// What may be read where that is less than all: enforced by the engine that asks when
    /// allowed, else what an engine would have to. Null: all or nothing.
    std::shared_ptr<const CellAccess> access;
    /// None when refused, and when none was asked for. It ends with the duration asked for, but
    /// never after the grants that allow it (Verdict::until) or the token it was asked with.
    std::optional<Lease> lease;
};

/// A lease that was given, by what the ledger has of it.
struct GivenLease {
    std::string id;
    std::string storage_id;
    std::string prefix;
    std::string objects_sha256;
    std::string access_sha256;  // of a part of the table; "": all of it
    UtcTime expires_at{};
};

/// What a lease would be.
struct LeaseOutlook {
    StorageUri location;
    std::vector<Delivery> delivery;  // what could be had, the best first
    UtcTime ends_no_later_than{};
    std::string session_policy;  // JSON, of credentials; "" where there are none
};

/// The main job: decide, lease, record, and only then answer. Thread-safe.
class Resolver {
public:
    /// All must outlive the resolver.
    Resolver(const WorldHolder& worlds, Writer& writer, Lessor& lessor);

    /// Leaves exactly one ledger record, durable before it returns. A refusal is
    /// a Resolved that does not allow.
    /// Errors: invalid_request, unprocessable (nothing was decided), unavailable.
    boost::asio::awaitable<Result<Resolved>> resolve(Caller caller, ResolveRequest request);

    /// A lease of URLs once more, for its further pages: decided again, before and after the
    /// storage is asked, since what allowed it may be gone; and only for the very place and
    /// objects that it opened. Leaves no record of its own.
    /// Errors: forbidden, conflict (the objects changed), and those of Lessor::make.
    boost::asio::awaitable<Result<Lease>> again(Caller caller, ResolveRequest request,
                                                GivenLease given);

    /// What a lease would be for this caller at its moment; nothing when the answer would be
    /// no. Releases and records nothing, and asks no storage.
    std::optional<LeaseOutlook> outlook(const World& world, const Caller& caller,
                                        const ResolveRequest& request) const;

private:
    struct Decided;
    Decided decide(const World& world, const Caller& caller, const ResolveRequest& request) const;
    boost::asio::awaitable<void> lend(const Caller& caller, const ResolveRequest& request,
                                      const Decided& decided, Resolved& resolved);
    static LeaseTerms terms_of(const Caller& caller, const ResolveRequest& request,
                               const Decided& decided);
    static std::string record_of(const Caller& caller, const ResolveRequest& request,
                                 const Decided& decided, const Resolved& resolved,
                                 const std::vector<EvidencePtr>& evidence);

    const WorldHolder& worlds_;
    Writer& writer_;
    Lessor& lessor_;
};

/// Whether the purpose is registered and may be claimed; the reason where not.
std::optional<std::string> purpose_refused(const World& world, const PrincipalEntry& principal,
                                           const std::string& purpose);

}  // namespace charter
