#include "charter/catalog/column_type.hpp"

#include "catalog/utf8.hpp"
#include "charter/base/encoding.hpp"
#include "charter/base/limits.hpp"
#include "charter/base/nearest.hpp"
#include "charter/catalog/names.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <set>

namespace charter {

namespace {

/// In the order of TypeKind.
constexpr std::array<std::string_view, 16> type_names{
    "boolean", "int",  "long",      "float",       "double", "decimal", "string", "date",
    "time", "timestamp", "timestamptz", "binary", "uuid",    "list",   "map",  "struct"};

constexpr int decimal_digits_max = 38;

std::string_view type_name(TypeKind kind) {
    return type_names[static_cast<std::size_t>(kind)];
}

/// Recursive descent over the grammar. The first problem stops it.
class Parser {
public:
    explicit Parser(std::string_view text) : text_(text) {}

    Result<ColumnType> parse() {
        ColumnType type;
        if (!read(type, 1) || !at_end()) {
            return Error(ErrorCode::invalid_request,
                         problem_.empty() ? "unexpected text after the type" : problem_);
        }
        return type;
    }

private:
    bool fail(std::string problem) {
        problem_ = std::move(problem);
        return false;
    }

    void skip_spaces() {
        while (at_ < text_.size() && text_[at_] == ' ') {
            ++at_;
        }
    }

    bool at_end() {
        skip_spaces();
        return at_ == text_.size();
    }

    bool take(char c) {
        skip_spaces();
        if (at_ < text_.size() && text_[at_] == c) {
            ++at_;
            return true;
        }
        return false;
    }

    bool expect(char c) {
        return take(c) || fail(std::string("'") + c + "' expected at byte " + std::to_string(at_));
    }

    std::string_view word() {
        skip_spaces();
        const std::size_t begin = at_;
        while (at_ < text_.size() && text_.substr(at_, 1).find_first_of("<>(),: ") ==
                                         std::string_view::npos) {
            ++at_;
        }
        return text_.substr(begin, at_ - begin);
    }

    std::optional<int> number() {
        const std::string_view digits = word();
        const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
        const bool leading_zero = digits.size() > 1 && digits.front() == '0';
        if (digits.empty() || digits.size() > 2 || leading_zero ||
            !std::ranges::all_of(digits, is_digit)) {
            return std::nullopt;
        }
        return std::stoi(std::string(digits));
    }

    bool read(ColumnType& type, std::size_t depth) {
        if (depth > limits::column_type_depth_max) {
            return fail("a type is nested at most " +
                        std::to_string(limits::column_type_depth_max) + " deep");
        }
        const std::string_view name = word();
        const auto found = std::ranges::find(type_names, name);
        if (found == type_names.end()) {
            return fail(unknown(name));
        }
        type.kind = static_cast<TypeKind>(found - type_names.begin());
        switch (type.kind) {
            case TypeKind::decimal: return read_decimal(type);
            case TypeKind::list: return expect('<') && read_part(type, depth) && expect('>');
            case TypeKind::map:
                return expect('<') && read_part(type, depth) && expect(',') &&
                       read_part(type, depth) && expect('>');
            case TypeKind::structure: return read_fields(type, depth);
            default: return true;
        }
    }

    bool read_decimal(ColumnType& type) {
        if (!expect('(')) {
            return false;
        }
        const std::optional<int> precision = number();
        if (!precision || !take(',')) {
            return fail("a decimal is written decimal(precision,scale)");
        }
        const std::optional<int> scale = number();
        if (!scale || !take(')')) {
            return fail("a decimal is written decimal(precision,scale)");
        }
        if (*precision < 1 || *precision > decimal_digits_max || *scale > *precision) {
            return fail("a decimal has a precision of 1 to 38 and a scale of at most that");
        }
        type.precision = *precision;
        type.scale = *scale;
        return true;
    }

    bool read_part(ColumnType& type, std::size_t depth) {
        return read(type.parts.emplace_back(), depth + 1);
    }

    bool read_fields(ColumnType& type, std::size_t depth) {
        if (!expect('<')) {
            return false;
        }
        std::set<std::string> seen;
        do {
            const std::string_view name = word();
            if (!check_column_name(name)) {
                return fail("a field of a struct is written name: type");
            }
            if (!seen.insert(fold_case(name)).second) {
                return fail("two fields of a struct have one name, or differ by case only");
            }
            type.field_names.emplace_back(name);
            if (!expect(':') || !read_part(type, depth)) {
                return false;
            }
        } while (take(','));
        return expect('>');
    }

    static std::string unknown(std::string_view name) {
        std::string message = "unknown type \"" + std::string(beginning(name, 64)) + "\"";
        if (const auto nearest = nearest_name(name, type_names)) {
            message += ", did you mean \"" + std::string(*nearest) + "\"?";
        }
        return message;
    }

    std::string_view text_;
    std::size_t at_ = 0;
    std::string problem_;
};

}  // namespace

Result<ColumnType> ColumnType::parse(std::string_view text) {
    if (text.size() > limits::column_type_bytes_max || !is_utf8(text) ||
        has_control_character(text)) {
        return Error(ErrorCode::invalid_request,
                     "a type has at most " + std::to_string(limits::column_type_bytes_max) +
                         " bytes of UTF-8 without control characters");
    }
    return Parser(text).parse();
}

std::string ColumnType::text() const {
    std::string text(type_name(kind));
    if (kind == TypeKind::decimal) {
        return text + "(" + std::to_string(precision) + "," + std::to_string(scale) + ")";
    }
    if (parts.empty()) {
        return text;
    }
    text += "<";
    for (std::size_t i = 0; i < parts.size(); ++i) {
        text += i > 0 ? ", " : "";
        text += kind == TypeKind::structure ? field_names[i] + ": " : "";
        text += parts[i].text();
    }
    return text + ">";
}

bool widens(const ColumnType& from, const ColumnType& to) {
    if (from.kind != to.kind) {
        return (from.kind == TypeKind::int32 && to.kind == TypeKind::int64) ||
               (from.kind == TypeKind::float32 && to.kind == TypeKind::float64);
    }
    switch (from.kind) {
        case TypeKind::decimal: return from.scale == to.scale && from.precision <= to.precision;
        case TypeKind::list: return widens(from.parts[0], to.parts[0]);
        case TypeKind::map:
            return from.parts[0] == to.parts[0] && widens(from.parts[1], to.parts[1]);
        case TypeKind::structure:
            for (std::size_t i = 0; i < from.parts.size(); ++i) {
                const auto same = std::ranges::find(to.field_names, from.field_names[i]);
                if (same == to.field_names.end() ||
                    !widens(from.parts[i],
                            to.parts[static_cast<std::size_t>(same - to.field_names.begin())])) {
                    return false;
                }
            }
            return true;
        default: return true;
    }
}

}  // namespace charter
