#pragma once

#include "charter/base/clock.hpp"
#include "charter/base/encoding.hpp"
#include "charter/base/secret.hpp"
#include "charter/catalog/resource.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace charter {

/// A Charter token as it is sent: `chr_<id>_<secret>`, the id public (16
/// hexadecimal digits), the secret 256 random bits (64 hexadecimal digits).
/// Only a hash of the secret is stored; the secret is random, so a plain hash
/// is as good as a slow one.
struct PresentedToken {
    ResourceId id;
    Digest secret_hash{};

    /// Nothing for what is not of this form.
    static std::optional<PresentedToken> parse(std::string_view text);
};

/// A token just made: the text goes to its owner once, the hash to the store.
struct NewToken {
    Secret text;
    Digest secret_hash{};
};

NewToken make_token(ResourceId id);

/// Whether a presented secret is the stored one; for an unknown id pass null,
/// and the comparison is made against a dummy, so that both cost the same.
bool token_matches(const PresentedToken& presented, const Digest* stored);

}  // namespace charter
