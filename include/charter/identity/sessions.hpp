#pragma once

#include "charter/base/clock.hpp"
#include "charter/base/encoding.hpp"
#include "charter/base/result.hpp"
#include "charter/base/secret.hpp"
#include "charter/catalog/resource.hpp"

#include <chrono>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace charter {

/// Who signed in with a browser. Whether that principal and its token still count is for
/// whoever asks to look up.
struct Session {
    ResourceId principal;
    ResourceId token;    // of Charter that it was made with; none: another credential
    std::string issuer;  // at which the browser signed in; empty: a token was pasted
    UtcTime began_at{};
    UtcTime last_used_at{};
    /// Of the session or of the credential it was made with, whichever is first.
    UtcTime ends_at{};
    std::string csrf_token;  // what a change by cookie has to bring along; base64url
};

/// The sessions of web sign-in. They are in memory only: after a restart everybody signs in
/// again. What is kept is a hash of the id, so that a look into memory opens no session.
/// Thread-safe; one lock, held for a look-up.
class Sessions {
public:
    struct Settings {
        std::chrono::seconds idle{1'800};   // without a request
        std::chrono::seconds max{43'200};  // in all
    };

    explicit Sessions(Settings settings) : settings_(settings) {}

    /// What a session begins with.
    struct Beginning {
        ResourceId principal;
        ResourceId token;
        std::string issuer;
        UtcTime credential_ends = UtcTime::max();
    };

    /// A new session under a new id of 256 random bits, which its owner alone gets. The least
    /// recently used one of a principal with limits::sessions_per_principal_max makes room.
    /// Errors: unavailable (limits::sessions_max are in use).
    Result<Secret> begin(Beginning beginning, UtcTime now);

    /// The session of an id, which counts as used now; nothing when there is none or it ended.
    std::optional<Session> use(std::string_view id, UtcTime now);

    /// Whether it is there and has not ended; does not count as a use.
    bool lasts(std::string_view id, UtcTime now) const;

    /// Ends it; does nothing when there is none.
    void end(std::string_view id);

    /// When it ends unless it is used again.
    UtcTime idle_end(const Session& session) const { return session.last_used_at + settings_.idle; }
    std::size_t size() const;

private:
    struct DigestHash {
        std::size_t operator()(const Digest& digest) const noexcept;
    };
    using Map = std::unordered_map<Digest, Session, DigestHash>;

    bool ended(const Session& session, UtcTime now) const;
    void erase(Map::iterator found);
    void sweep(UtcTime now);
    void make_room(ResourceId principal);

    const Settings settings_;
    mutable std::mutex mutex_;
    Map sessions_;
    std::unordered_map<ResourceId, std::vector<Digest>> of_principal_;
    UtcTime swept_at_{};
};

}  // namespace charter
