#include "charter/identity/token.hpp"

#include <cstring>

namespace charter {

namespace {

constexpr std::string_view prefix = "chr_";
constexpr std::size_t id_digits = 16;
constexpr std::size_t secret_digits = 64;

std::string_view bytes_of(const Digest& digest) {
    return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

}  // namespace

std::optional<PresentedToken> PresentedToken::parse(std::string_view text) {
    if (text.size() != prefix.size() + id_digits + 1 + secret_digits || !text.starts_with(prefix) ||
        text[prefix.size() + id_digits] != '_') {
        return std::nullopt;
    }
    const std::optional<ResourceId> id = ResourceId::parse(text.substr(prefix.size(), id_digits));
    const std::string_view secret = text.substr(prefix.size() + id_digits + 1);
    if (!id || secret.find_first_not_of("0123456789abcdef") != std::string_view::npos) {
        return std::nullopt;
    }
    return PresentedToken{*id, sha256(secret)};
}

NewToken make_token(ResourceId id) {
    const std::string bytes = random_bytes(secret_digits / 2);
    const std::string secret =
        to_hex({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
    return NewToken{Secret(std::string(prefix) + id.text() + "_" + secret), sha256(secret)};
}

bool token_matches(const PresentedToken& presented, const Digest* stored) {
    static const Digest dummy{};
    const bool equal =
        equal_constant_time(bytes_of(presented.secret_hash), bytes_of(stored ? *stored : dummy));
    return equal && stored != nullptr;
}

}  // namespace charter
