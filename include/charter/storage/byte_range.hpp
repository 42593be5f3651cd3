#pragma once

#include "charter/base/clock.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace charter {

enum class ReadMethod { get, head };

/// How a read of an object is answered; the numbers are the HTTP statuses.
enum class ReadStatus : unsigned {
    whole = 200,
    part = 206,
    not_modified = 304,
    precondition_failed = 412,
    unsatisfiable = 416,
};

/// The header fields that decide it, as they came; none when absent.
struct ReadConditions {
    std::optional<std::string_view> range;
    std::optional<std::string_view> if_range;
    std::optional<std::string_view> if_match;
    std::optional<std::string_view> if_none_match;
    std::optional<std::string_view> if_modified_since;
    std::optional<std::string_view> if_unmodified_since;
};

/// What the conditions are compared with: the object as it is now.
struct Validators {
    std::string_view etag;  // strong, with its quotes
    UtcTime modified_at{};
};

/// The header fields that decide whether an object may be written.
struct WriteConditions {
    std::optional<std::string_view> if_match;
    std::optional<std::string_view> if_none_match;
    std::optional<std::string_view> if_unmodified_since;
};

/// What to send: `length` bytes from `offset`. Both are zero when no part of the
/// object is sent. `part` wants `Content-Range: bytes {offset}-{offset+length-1}/{size}`,
/// `unsatisfiable` wants `Content-Range: bytes */{size}`.
struct ReadPlan {
    ReadStatus status = ReadStatus::whole;
    std::uint64_t offset = 0;
    std::uint64_t length = 0;

    friend bool operator==(const ReadPlan&, const ReadPlan&) = default;
};

/// Evaluates the conditions in the order of RFC 9110 section 13.2.2 against an
/// object of `size_bytes`. One range is
/// served; several, and what is no range, are ignored (section 14.2 allows it),
/// and so is a Range on HEAD. Pure.
ReadPlan plan_read(ReadMethod method, const ReadConditions& conditions, std::uint64_t size_bytes,
                   const Validators& object);

/// True when an object may be written in place of `current`, none when there is
/// nothing. Same source; If-Modified-Since is for reading only. Pure.
bool may_write(const WriteConditions& conditions, const std::optional<Validators>& current);

/// True when the value of If-None-Match or If-Match names `etag`, or is `*`.
/// Weak comparison takes `W/"x"` for `"x"`; a value outside the grammar names nothing.
/// Source: RFC 9110 sections 8.8.3.2, 13.1.1, 13.1.2.
enum class EtagComparison { strong, weak };
bool etag_listed(std::string_view field, std::string_view etag, EtagComparison comparison);

}  // namespace charter
