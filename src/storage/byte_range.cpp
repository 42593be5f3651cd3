#include "charter/storage/byte_range.hpp"

#include "charter/base/http_date.hpp"

#include <algorithm>
#include <limits>

namespace charter {
namespace {

bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && is_blank(text.front())) {
        text.remove_prefix(1);
    }
    while (!text.empty() && is_blank(text.back())) {
        text.remove_suffix(1);
    }
    return text;
}

// A number of any length; what is beyond 64 bits counts as the largest, which is
// beyond the end of every object too. Nothing when a character is no digit.
std::optional<std::uint64_t> read_position(std::string_view digits) {
    constexpr std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
    std::uint64_t position = 0;
    for (const char c : digits) {
        if (c < '0' || c > '9') {
            return std::nullopt;
        }
        const auto digit = static_cast<std::uint64_t>(c - '0');
        position = position > (most - digit) / 10 ? most : position * 10 + digit;
    }
    return digits.empty() ? std::nullopt : std::optional(position);
}

bool is_bytes_unit(std::string_view unit) {
    constexpr std::string_view bytes = "bytes";
    return std::ranges::equal(unit, bytes, [](char a, char b) {
        return (a >= 'A' && a <= 'Z' ? a + ('a' - 'A') : a) == b;
    });
}

// RFC 9110 section 14.1.2. Nothing: no range that we know, so it is ignored.
std::optional<ReadPlan> plan_range(std::string_view field, std::uint64_t size_bytes) {
    const ReadPlan unsatisfiable{ReadStatus::unsatisfiable, 0, 0};
    const std::size_t equals = field.find('=');
    if (equals == std::string_view::npos || !is_bytes_unit(trimmed(field.substr(0, equals)))) {
        return std::nullopt;
    }
    const std::string_view range = trimmed(field.substr(equals + 1));
    const std::size_t dash = range.find('-');
    if (dash == std::string_view::npos) {
        return std::nullopt;
    }
    // A list of ranges has a comma in one of the two and is no number.
    const std::string_view first_digits = range.substr(0, dash);
    const std::string_view last_digits = range.substr(dash + 1);
    const std::optional<std::uint64_t> last = read_position(last_digits);
    if (!last && !last_digits.empty()) {
        return std::nullopt;
    }

    if (first_digits.empty()) {  // "-n": the last n bytes
        if (!last) {
            return std::nullopt;
        }
        if (*last == 0) {
            return unsatisfiable;
        }
        if (size_bytes == 0) {
            return std::nullopt;  // satisfiable, and no Content-Range can say so
        }
        const std::uint64_t length = std::min(*last, size_bytes);
        return ReadPlan{ReadStatus::part, size_bytes - length, length};
    }
    const std::optional<std::uint64_t> first = read_position(first_digits);
    if (!first || (last && *last < *first)) {
        return std::nullopt;
    }
    if (*first >= size_bytes) {
        return unsatisfiable;
    }
    const std::uint64_t end = std::min(last.value_or(size_bytes - 1), size_bytes - 1);
    return ReadPlan{ReadStatus::part, *first, end - *first + 1};
}

// RFC 9110 section 8.8.3: etagc is 0x21, 0x23 to 0x7E and obs-text.
bool is_etag_character(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte == 0x21 || (byte >= 0x23 && byte != 0x7F);
}

// Takes one entity tag from the front of `rest`; false when there is none.
bool take_etag(std::string_view& rest, bool& weak, std::string_view& opaque) {
    weak = rest.starts_with("W/");
    std::string_view tag = rest.substr(weak ? 2 : 0);
    const std::size_t end = tag.starts_with('"') ? tag.find('"', 1) : std::string_view::npos;
    if (end == std::string_view::npos ||
        !std::ranges::all_of(tag.substr(1, end - 1), is_etag_character)) {
        return false;
    }
    opaque = tag.substr(0, end + 1);
    rest = trimmed(tag.substr(end + 1));
    return true;
}

// Whether the object is newer than a date; nothing when that is none (sections
// 13.1.3 and 13.1.4: such a field is ignored).
std::optional<bool> changed_since(std::string_view date, const Validators& object) {
    const std::optional<UtcTime> since = parse_http_date(trimmed(date));
    return since ? std::optional(std::chrono::floor<std::chrono::seconds>(object.modified_at) >
                                 *since)
                 : std::nullopt;
}

// If-Match, and only without it If-Unmodified-Since.
bool is_as_expected(const std::optional<std::string_view>& if_match,
                    const std::optional<std::string_view>& if_unmodified_since,
                    const Validators& object) {
    if (if_match) {
        return etag_listed(*if_match, object.etag, EtagComparison::strong);
    }
    return !if_unmodified_since || !changed_since(*if_unmodified_since, object).value_or(false);
}

}  // namespace

bool etag_listed(std::string_view field, std::string_view etag, EtagComparison comparison) {
    std::string_view rest = trimmed(field);
    if (rest == "*") {
        return true;
    }
    bool listed = false;
    while (!rest.empty()) {
        if (rest.front() == ',') {  // empty elements are allowed (section 5.6.1.2)
            rest = trimmed(rest.substr(1));
            continue;
        }
        bool weak = false;
        std::string_view opaque;
        if (!take_etag(rest, weak, opaque) || (!rest.empty() && rest.front() != ',')) {
            return false;
        }
        listed = listed || (opaque == etag && (!weak || comparison == EtagComparison::weak));
    }
    return listed;
}

ReadPlan plan_read(ReadMethod method, const ReadConditions& conditions, std::uint64_t size_bytes,
                   const Validators& object) {
    const std::string_view etag = object.etag;
    if (!is_as_expected(conditions.if_match, conditions.if_unmodified_since, object)) {
        return {ReadStatus::precondition_failed, 0, 0};
    }
    if (conditions.if_none_match
            ? etag_listed(*conditions.if_none_match, etag, EtagComparison::weak)
            : conditions.if_modified_since && !changed_since(*conditions.if_modified_since, object)
                                                   .value_or(true)) {
        return {ReadStatus::not_modified, 0, 0};
    }
    const ReadPlan whole{ReadStatus::whole, 0, size_bytes};
    if (method == ReadMethod::head || !conditions.range) {
        return whole;
    }
    // Section 13.1.5: one strong entity tag. A date never holds here, since two
    // contents of one second have the same one; the whole object is always a right answer.
    if (conditions.if_range && trimmed(*conditions.if_range) != etag) {
        return whole;
    }
    return plan_range(*conditions.range, size_bytes).value_or(whole);
}

bool may_write(const WriteConditions& conditions, const std::optional<Validators>& current) {
    if (!current) {
        return !conditions.if_match;
    }
    return is_as_expected(conditions.if_match, conditions.if_unmodified_since, *current) &&
           !(conditions.if_none_match &&
             etag_listed(*conditions.if_none_match, current->etag, EtagComparison::weak));
}

}  // namespace charter
