#include "charter/identity/sessions.hpp"

#include "charter/base/limits.hpp"

#include <algorithm>
#include <cstring>

namespace charter {

namespace {

constexpr std::size_t id_bytes = 32;
constexpr std::size_t id_characters = 43;  // of them in base64url

}  // namespace

std::size_t Sessions::DigestHash::operator()(const Digest& digest) const noexcept {
    std::size_t hash = 0;
    std::memcpy(&hash, digest.data(), sizeof hash);
    return hash;
}

Result<Secret> Sessions::begin(Beginning beginning, UtcTime now) {
    Session session;
    session.principal = beginning.principal;
    session.token = beginning.token;
    session.issuer = std::move(beginning.issuer);
    session.began_at = now;
    session.last_used_at = now;
    session.ends_at = std::min<UtcTime>(now + settings_.max, beginning.credential_ends);
    session.csrf_token = to_base64url(random_bytes(id_bytes));
    const std::string id = to_base64url(random_bytes(id_bytes));
    const Digest key = sha256(id);

    const std::lock_guard lock(mutex_);
    make_room(beginning.principal);
    // Looking through all of them is for once a minute.
    if (sessions_.size() >= limits::sessions_max && now - swept_at_ >= std::chrono::minutes(1)) {
        sweep(now);
    }
    if (sessions_.size() >= limits::sessions_max) {
        return Error(ErrorCode::unavailable, "too many people are signed in; try again later",
                     "sessions_max is reached");
    }
    of_principal_[session.principal].push_back(key);
    sessions_.emplace(key, std::move(session));
    return Secret(id);
}

std::optional<Session> Sessions::use(std::string_view id, UtcTime now) {
    if (id.size() != id_characters) {
        return std::nullopt;
    }
    const Digest key = sha256(id);
    const std::lock_guard lock(mutex_);
    const auto found = sessions_.find(key);
    if (found == sessions_.end()) {
        return std::nullopt;
    }
    if (ended(found->second, now)) {
        erase(found);
        return std::nullopt;
    }
    // Requests that are handled at once may bring their times in any order.
    found->second.last_used_at = std::max(found->second.last_used_at, now);
    return found->second;
}

bool Sessions::lasts(std::string_view id, UtcTime now) const {
    const Digest key = sha256(id);
    const std::lock_guard lock(mutex_);
    const auto found = sessions_.find(key);
    return found != sessions_.end() && !ended(found->second, now);
}

void Sessions::end(std::string_view id) {
    const Digest key = sha256(id);
    const std::lock_guard lock(mutex_);
    if (const auto found = sessions_.find(key); found != sessions_.end()) {
        erase(found);
    }
}

std::size_t Sessions::size() const {
    const std::lock_guard lock(mutex_);
    return sessions_.size();
}

bool Sessions::ended(const Session& session, UtcTime now) const {
    return now >= session.ends_at || now >= idle_end(session);
}

void Sessions::erase(Map::iterator found) {
    const auto owner = of_principal_.find(found->second.principal);
    std::erase(owner->second, found->first);
    if (owner->second.empty()) {
        of_principal_.erase(owner);
    }
    sessions_.erase(found);
}

void Sessions::sweep(UtcTime now) {
    swept_at_ = now;
    for (auto each = sessions_.begin(); each != sessions_.end();) {
        const auto next = std::next(each);
        if (ended(each->second, now)) {
            erase(each);
        }
        each = next;
    }
}

void Sessions::make_room(ResourceId principal) {
    const auto owner = of_principal_.find(principal);
    if (owner == of_principal_.end() ||
        owner->second.size() < limits::sessions_per_principal_max) {
        return;
    }
    const auto oldest =
        std::ranges::min_element(owner->second, {}, [this](const Digest& key) {
            return sessions_.find(key)->second.last_used_at;
        });
    erase(sessions_.find(*oldest));
}

}  // namespace charter
