#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace charter::api {

/// Sequence numbers as opaque cursors: a permutation under a key that lives as
/// long as the process's signing key, so that a cursor does not tell how much
/// happened that its holder may not see.
/// Source: Luby and Rackoff, a four-round Feistel network over HMAC-SHA256.
std::string seal_cursor(std::string_view key, std::uint64_t number);
/// Nothing for what is no cursor.
std::optional<std::uint64_t> open_cursor(std::string_view key, std::string_view text);

}  // namespace charter::api
