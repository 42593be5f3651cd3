#pragma once

#include "charter/base/result.hpp"

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace charter {

/// A SHA-256 digest, 32 bytes.
using Digest = std::array<std::uint8_t, 32>;

/// Source: FIPS 180-4. Thread-safe; reuses one context per thread.
Digest sha256(std::string_view bytes);

/// Source: RFC 2104 with SHA-256. Thread-safe.
Digest hmac_sha256(std::string_view key, std::string_view bytes);

/// Lower-case hexadecimal.
std::string to_hex(std::span<const std::uint8_t> bytes);

/// Errors: invalid_request (odd length, a character outside 0-9a-f).
Result<std::string> from_hex(std::string_view text);

/// base64url without padding. Source: RFC 4648 section 5.
std::string to_base64url(std::string_view bytes);

/// Refuses padding, characters outside the alphabet and non-canonical endings.
/// Errors: invalid_request.
Result<std::string> from_base64url(std::string_view text);

/// Percent-decodes one path segment or query part; `+` stays `+`.
/// Errors: invalid_request (a broken escape, a NUL).
Result<std::string> percent_decode(std::string_view text);

/// Percent-encodes everything outside RFC 3986 "unreserved".
std::string percent_encode(std::string_view text);

/// Bytes from the operating system's generator. Aborts when it fails: there is
/// no safe way to go on.
std::string random_bytes(std::size_t count);

/// Compares in a time that depends on the lengths only.
bool equal_constant_time(std::string_view a, std::string_view b);

/// At most the first `bytes_max` bytes, cut between characters. `text` must be
/// valid UTF-8.
std::string_view cut_utf8(std::string_view text, std::size_t bytes_max);

/// True when `text` is well-formed UTF-8 (no surrogates, no overlong forms).
bool is_utf8(std::string_view text);

}  // namespace charter
