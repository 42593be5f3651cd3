#pragma once

#include "charter/base/limits.hpp"
#include "charter/governance/writer.hpp"
#include "charter/storage/local_storage.hpp"
#include "charter/storage/url_signer.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace charter {

/// What a consumer asks for: one port, for one action and purpose.
struct ResolveRequest {
    enum class Delivery { best, urls, none };

    std::string port;  // "customer/customers/files"
    Action action = Action::read;
    std::optional<std::string> purpose;
    std::optional<std::vector<std::string>> columns;  // not said: all of them
    Delivery delivery = Delivery::best;
    std::chrono::seconds duration = limits::lease_default;
};

/// What one resolve came to. Everything it points to lives as long as `world`.
struct Resolved {
    WorldPtr world;
    DecisionId decision;
    bool allow = false;
    ErrorCode refusal = ErrorCode::forbidden;  // when not allowed
    std::string reason;
    std::vector<Ground> determined_by;
    PortPtr port;  // null when it is absent or hidden
    UtcTime expires_at{};
    bool with_urls = false;
    std::string storage;                        // of the lease
    std::shared_ptr<const ObjectList> objects;  // null without urls
};

/// The main job: decide, lease, record, and only then answer. Thread-safe.
class Resolver {
public:
    /// All must outlive the resolver.
    Resolver(const WorldHolder& worlds, Writer& writer, LocalStorage& local);

    /// Leaves exactly one ledger record, durable before it returns. A refusal is
    /// a Resolved that does not allow.
    /// Errors: invalid_request, unprocessable (nothing was decided), unavailable.
    boost::asio::awaitable<Result<Resolved>> resolve(Caller caller, ResolveRequest request);

private:
    struct Decided;
    Decided decide(const World& world, const Caller& caller, const ResolveRequest& request) const;

    const WorldHolder& worlds_;
    Writer& writer_;
    LocalStorage& local_;
};

/// Whether the purpose is registered and may be claimed; the reason where not.
std::optional<std::string> purpose_refused(const World& world, const PrincipalEntry& principal,
                                           const std::string& purpose);

}  // namespace charter
