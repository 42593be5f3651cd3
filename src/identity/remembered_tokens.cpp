#include "remembered_tokens.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <utility>

namespace charter {

namespace {

using IdentityPtr = std::shared_ptr<const Identity>;

/// The identity, which keeps all of the token alive.
IdentityPtr identity_in(std::shared_ptr<const VerifiedToken> verified) {
    const Identity* identity = &verified->identity;
    return IdentityPtr(std::move(verified), identity);
}

}  // namespace

RememberedTokens::RememberedTokens() : sets_(std::make_unique<std::array<Set, set_count>>()) {}

RememberedTokens::Set& RememberedTokens::set_of(const Digest& hash) const {
    std::uint32_t number = 0;
    std::memcpy(&number, hash.data(), sizeof number);
    return (*sets_)[number % set_count];
}

IdentityPtr RememberedTokens::find(std::string_view token, UtcTime now) const {
    const Digest hash = sha256(token);
    Set& set = set_of(hash);
    std::shared_ptr<const VerifiedToken> verified;
    {
        const std::lock_guard lock(set.mutex);
        const auto place = std::ranges::find(set.places, hash, &Place::hash);
        if (place == set.places.end() || !place->verified || !place->verified->holds(now)) {
            return nullptr;
        }
        verified = place->verified;
    }
    return identity_in(std::move(verified));
}

IdentityPtr RememberedTokens::add(std::string_view token, VerifiedToken verified) {
    const Digest hash = sha256(token);
    auto kept = std::make_shared<const VerifiedToken>(std::move(verified));
    std::shared_ptr<const VerifiedToken> replaced;  // freed after the lock
    Set& set = set_of(hash);
    const std::lock_guard lock(set.mutex);
    auto place = std::ranges::find(set.places, hash, &Place::hash);
    if (place == set.places.end()) {
        place = std::ranges::min_element(set.places, {}, [](const Place& each) {
            return each.verified ? each.verified->ends_at : UtcTime::min();
        });
    }
    replaced = std::exchange(place->verified, kept);
    place->hash = hash;
    return identity_in(std::move(kept));
}

void RememberedTokens::sweep(UtcTime now) {
    for (Set& set : *sets_) {
        const std::lock_guard lock(set.mutex);
        for (Place& place : set.places) {
            if (place.verified && !place.verified->holds(now)) {
                place.verified = nullptr;
            }
        }
    }
}

}  // namespace charter
