#include "policy/unescape.hpp"

#include <cstdint>
#include <optional>

namespace charter::policy {
namespace {

std::optional<unsigned> hex_digit(char c) {
    if (c >= '0' && c <= '9') {
        return static_cast<unsigned>(c - '0');
    }
    if (c >= 'a' && c <= 'f') {
        return static_cast<unsigned>(c - 'a' + 10);
    }
    if (c >= 'A' && c <= 'F') {
        return static_cast<unsigned>(c - 'A' + 10);
    }
    return std::nullopt;
}

void append_utf8(std::string& out, std::uint32_t code) {
    const auto byte = [&out](std::uint32_t value) { out += static_cast<char>(value); };
    if (code < 0x80) {
        byte(code);
    } else if (code < 0x800) {
        byte(0xc0 | code >> 6U);
        byte(0x80 | (code & 0x3fU));
    } else if (code < 0x1'0000) {
        byte(0xe0 | code >> 12U);
        byte(0x80 | (code >> 6U & 0x3fU));
        byte(0x80 | (code & 0x3fU));
    } else {
        byte(0xf0 | code >> 18U);
        byte(0x80 | (code >> 12U & 0x3fU));
        byte(0x80 | (code >> 6U & 0x3fU));
        byte(0x80 | (code & 0x3fU));
    }
}

/// Reads one literal into pieces; without `stars` there is only one.
class Unescaper {
public:
    Unescaper(std::string_view literal, bool stars) : literal_(literal), stars_(stars) {}

    std::variant<std::vector<std::string>, EscapeError> run() {
        // Between the quotes.
        while (at_ + 1 < literal_.size()) {
            const char c = literal_[at_];
            if (c == '\\') {
                if (!escape()) {
                    return error_;
                }
            } else if (c == '\r') {
                return EscapeError{at_, "a carriage return in a string is written `\\r`"};
            } else if (c == '*' && stars_) {
                pieces_.emplace_back();
                ++at_;
            } else {
                pieces_.back() += c;
                ++at_;
            }
        }
        return std::move(pieces_);
    }

private:
    bool escape() {
        std::string& out = pieces_.back();
        const char c = literal_[at_ + 1];
        switch (c) {
            case 'n':
                out += '\n';
                break;
            case 'r':
                out += '\r';
                break;
            case 't':
                out += '\t';
                break;
            case '0':
                out += '\0';
                break;
            case '\\':
            case '"':
            case '\'':
                out += c;
                break;
            case 'x':
                return escape_byte();
            case 'u':
                return escape_code_point();
            default:
                if (c != '*' || !stars_) {
                    return fail("unknown escape; a backslash itself is written `\\\\`");
                }
                out += '*';
        }
        at_ += 2;
        return true;
    }

    bool escape_byte() {
        const auto high = hex_digit(at_ + 3 < literal_.size() ? literal_[at_ + 2] : ' ');
        const auto low = hex_digit(at_ + 4 < literal_.size() ? literal_[at_ + 3] : ' ');
        if (!high || !low || *high > 7) {
            return fail("`\\x` takes two hexadecimal digits, at most 7f");
        }
        pieces_.back() += static_cast<char>(*high * 16 + *low);
        at_ += 4;
        return true;
    }

    bool escape_code_point() {
        const std::size_t close = literal_.find('}', at_);
        if (literal_.substr(at_ + 2, 1) != "{" || close == std::string_view::npos) {
            return fail("`\\u` is written `\\u{…}` with 1 to 6 hexadecimal digits");
        }
        const std::string_view digits = literal_.substr(at_ + 3, close - at_ - 3);
        std::uint32_t code = 0;
        std::size_t count = 0;
        for (const char c : digits) {
            if (c == '_' && count > 0) {
                continue;  // 1_f600, as Rust and so Cedar reads it
            }
            const auto digit = hex_digit(c);
            if (!digit || ++count > 6) {
                return fail("`\\u{…}` has 1 to 6 hexadecimal digits");
            }
            code = code * 16 + *digit;
        }
        if (count == 0) {
            return fail("`\\u{…}` has 1 to 6 hexadecimal digits");
        }
        if (code > 0x10'ffff || (code >= 0xd800 && code <= 0xdfff)) {
            return fail("`\\u{…}` is not a Unicode character");
        }
        append_utf8(pieces_.back(), code);
        at_ = close + 1;
        return true;
    }

    bool fail(std::string detail) {
        error_ = {at_, std::move(detail)};
        return false;
    }

    std::string_view literal_;
    bool stars_;
    std::size_t at_ = 1;
    std::vector<std::string> pieces_ = {std::string()};
    EscapeError error_;
};

}  // namespace

std::variant<std::string, EscapeError> unescape_string(std::string_view literal) {
    auto pieces = Unescaper(literal, false).run();
    if (auto* error = std::get_if<EscapeError>(&pieces)) {
        return std::move(*error);
    }
    return std::move(std::get<0>(pieces).front());
}

std::variant<Pattern, EscapeError> unescape_pattern(std::string_view literal) {
    auto pieces = Unescaper(literal, true).run();
    if (auto* error = std::get_if<EscapeError>(&pieces)) {
        return std::move(*error);
    }
    return Pattern(std::move(std::get<0>(pieces)));
}

}  // namespace charter::policy
