#include "api/sealed_cursor.hpp"

#include "charter/base/encoding.hpp"
#include "charter/catalog/resource.hpp"

#include <cstring>

namespace charter::api {

namespace {

constexpr unsigned rounds = 4;

std::uint32_t round_function(std::string_view key, unsigned round, std::uint32_t half) {
    std::string input(1, static_cast<char>(round));
    input.append(reinterpret_cast<const char*>(&half), sizeof half);
    const Digest digest = hmac_sha256(key, input);
    std::uint32_t out = 0;
    std::memcpy(&out, digest.data(), sizeof out);
    return out;
}

}  // namespace

std::string seal_cursor(std::string_view key, std::uint64_t number) {
    auto left = static_cast<std::uint32_t>(number >> 32);
    auto right = static_cast<std::uint32_t>(number);
    for (unsigned round = 0; round < rounds; ++round) {
        const std::uint32_t next = left ^ round_function(key, round, right);
        left = right;
        right = next;
    }
    return ResourceId{(std::uint64_t{left} << 32) | right}.text();
}

std::optional<std::uint64_t> open_cursor(std::string_view key, std::string_view text) {
    const std::optional<ResourceId> sealed = ResourceId::parse(text);
    if (!sealed) {
        return std::nullopt;
    }
    auto left = static_cast<std::uint32_t>(sealed->value >> 32);
    auto right = static_cast<std::uint32_t>(sealed->value);
    for (unsigned round = rounds; round-- > 0;) {
        const std::uint32_t before = right ^ round_function(key, round, left);
        right = left;
        left = before;
    }
    return (std::uint64_t{left} << 32) | right;
}

}  // namespace charter::api
