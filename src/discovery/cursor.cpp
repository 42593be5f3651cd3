#include "discovery/cursor.hpp"

#include "charter/base/encoding.hpp"

#include <bit>
#include <cmath>
#include <string_view>

namespace charter::discovery {
namespace {

constexpr std::size_t question_bytes = 16;
constexpr std::size_t score_bytes = 8;

void append(std::string& out, std::string_view field) {
    out += std::to_string(field.size());
    out += ':';
    out += field;
}

void append_optional(std::string& out, const std::optional<std::string>& field) {
    append(out, field ? "+" + *field : std::string());
}

/// What was asked, without how many at once.
std::string question(const SearchQuery& query) {
    std::string fields;
    append(fields, query.text);
    append_optional(fields, query.domain);
    append_optional(fields, query.format);
    append_optional(fields, query.status);
    append_optional(fields, query.owner);
    for (const std::string& tag : query.tags) {
        append(fields, tag);
    }
    fields += static_cast<char>('0' + static_cast<int>(query.sort));
    const Digest digest = sha256(fields);
    return std::string(digest.begin(), digest.begin() + question_bytes);
}

}  // namespace

std::string write_cursor(const SearchQuery& query, const Position& last) {
    std::string bytes = question(query);
    const auto score = std::bit_cast<std::uint64_t>(last.score);
    for (int shift = 56; shift >= 0; shift -= 8) {
        bytes += static_cast<char>((score >> shift) & 0xff);
    }
    return to_base64url(bytes + last.key);
}

Result<Position> read_cursor(const SearchQuery& query) {
    const Error refused(ErrorCode::invalid_request,
                        "cursor: not one of this search; begin without a cursor");
    const Result<std::string> bytes = from_base64url(query.cursor);
    if (!bytes || bytes->size() < question_bytes + score_bytes ||
        bytes->substr(0, question_bytes) != question(query)) {
        return refused;
    }
    std::uint64_t score = 0;
    for (std::size_t i = 0; i < score_bytes; ++i) {
        score = score << 8 | static_cast<unsigned char>((*bytes)[question_bytes + i]);
    }
    Position position{std::bit_cast<double>(score), bytes->substr(question_bytes + score_bytes)};
    if (!std::isfinite(position.score)) {
        return refused;
    }
    return position;
}

}  // namespace charter::discovery
