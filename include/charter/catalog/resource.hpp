#pragma once

#include "charter/base/clock.hpp"
#include "charter/base/result.hpp"

#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace charter {

/// What a stored resource is. The order is the order in which a World is folded
/// from the store: a kind refers only to kinds before it or to its own.
/// The numbers are stored; never renumber.
enum class Kind : std::uint8_t {
    user = 1,
    service = 2,
    engine = 3,
    group = 4,
    domain = 5,
    storage = 6,
    tag = 7,
    purpose = 8,
    location = 9,
    product = 10,  // the working copy
    version = 11,  // a published revision of a product
    policy = 12,
    guardrail = 13,
    grant = 14,
    token = 15,
    lease = 16,  // a lease that was ended before its time
    approval = 17,  // a change that waits for a second administrator
    request = 18,   // somebody's ask for access
    suspension = 19,
};

/// "domain", "product" …: the word of the API and the journal.
std::string_view kind_name(Kind kind);
std::optional<Kind> parse_kind(std::string_view name);

/// Names one resource for ever: random, never reused, and not to be guessed
/// from another. Zero is "none".
struct ResourceId {
    std::uint64_t value = 0;

    /// 16 lower-case hexadecimal digits: the `id` of the API.
    std::string text() const;
    static std::optional<ResourceId> parse(std::string_view text);

    explicit operator bool() const noexcept { return value != 0; }
    friend auto operator<=>(const ResourceId&, const ResourceId&) = default;
};

/// One resource as the store keeps it: its own facts and its document.
struct Resource {
    Kind kind = Kind::user;
    ResourceId id;
    ResourceId parent;  // none for what belongs to the mesh itself
    std::string name;   // unique among the resources of its kind and parent
    std::uint64_t revision = 0;
    UtcTime created_at{};
    UtcTime updated_at{};
    std::string updated_by;  // "user:ana"
    std::string document;    // JSON: what was put, without read-only fields
    std::string state;       // JSON: facts the server keeps beside the document ("" for none); stored
                             // and kept in old revisions like the document
};

}  // namespace charter

template <>
struct std::hash<charter::ResourceId> {
    // Ids are random already; spreading them again would buy nothing.
    std::size_t operator()(charter::ResourceId id) const noexcept { return id.value; }
};
