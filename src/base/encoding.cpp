// Text encodings: hexadecimal, base64url, percent, UTF-8.
#include "charter/base/encoding.hpp"

#include <cstring>

namespace charter {
namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";
constexpr std::string_view base64_digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

using Values = std::array<std::int8_t, 256>;

// The value of each digit of an alphabet; -1 for every other byte.
constexpr Values values_of(std::string_view digits) {
    Values values{};
    values.fill(-1);
    for (std::size_t i = 0; i < digits.size(); ++i) {
        values[static_cast<unsigned char>(digits[i])] = static_cast<std::int8_t>(i);
    }
    return values;
}

constexpr Values base64_values = values_of(base64_digits);
constexpr Values lower_hex_values = values_of(hex_digits);
constexpr Values any_hex_values = [] {
    Values values = lower_hex_values;
    for (int i = 0; i < 6; ++i) {
        values[static_cast<std::size_t>('A' + i)] = static_cast<std::int8_t>(10 + i);
    }
    return values;
}();

int value(const Values& values, char c) {
    return values[static_cast<unsigned char>(c)];
}

// RFC 3986 section 2.3.
constexpr std::array<bool, 256> unreserved = [] {
    std::array<bool, 256> table{};
    for (const char c : base64_digits) {
        table[static_cast<unsigned char>(c)] = true;
    }
    table['.'] = true;
    table['~'] = true;
    return table;
}();

Error not_base64url() {
    return Error(ErrorCode::invalid_request, "not base64url");
}

}  // namespace

std::string to_hex(std::span<const std::uint8_t> bytes) {
    std::string out(bytes.size() * 2, '\0');
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        out[2 * i] = hex_digits[bytes[i] >> 4];
        out[2 * i + 1] = hex_digits[bytes[i] & 15];
    }
    return out;
}

Result<std::string> from_hex(std::string_view text) {
    std::string out;
    out.reserve(text.size() / 2);
    for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
        const int high = value(lower_hex_values, text[i]);
        const int low = value(lower_hex_values, text[i + 1]);
        if (high < 0 || low < 0) {
            break;
        }
        out += static_cast<char>(high * 16 + low);
    }
    if (out.size() * 2 != text.size()) {
        return Error(ErrorCode::invalid_request, "not lower-case hexadecimal");
    }
    return out;
}

std::string to_base64url(std::string_view bytes) {
    std::string out;
    out.reserve((bytes.size() * 4 + 2) / 3);
    std::uint32_t waiting = 0;
    int bits = 0;
    for (const char c : bytes) {
        waiting = (waiting << 8) | static_cast<unsigned char>(c);
        for (bits += 8; bits >= 6; bits -= 6) {
            out += base64_digits[(waiting >> (bits - 6)) & 63];
        }
    }
    if (bits > 0) {
        out += base64_digits[(waiting << (6 - bits)) & 63];
    }
    return out;
}

Result<std::string> from_base64url(std::string_view text) {
    std::string out;
    out.reserve(text.size() * 3 / 4);
    std::uint32_t waiting = 0;
    int bits = 0;
    for (const char c : text) {
        const int digit = value(base64_values, c);
        if (digit < 0) {
            return not_base64url();
        }
        waiting = (waiting << 6) | static_cast<std::uint32_t>(digit);
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            out += static_cast<char>((waiting >> bits) & 255);
        }
    }
    // A single digit left over is no byte, and left-over bits that are not zero
    // would give one value several spellings (RFC 4648 section 3.5).
    if (text.size() % 4 == 1 || (waiting & ((1U << bits) - 1)) != 0) {
        return not_base64url();
    }
    return out;
}

Result<std::string> percent_decode(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        char c = text[i];
        if (c == '%') {
            const int high = i + 2 < text.size() ? value(any_hex_values, text[i + 1]) : -1;
            const int low = i + 2 < text.size() ? value(any_hex_values, text[i + 2]) : -1;
            if (high < 0 || low < 0) {
                return Error(ErrorCode::invalid_request,
                             "a % in a URL is followed by two hexadecimal digits");
            }
            c = static_cast<char>(high * 16 + low);
            i += 2;
        }
        if (c == '\0') {
            return Error(ErrorCode::invalid_request, "a URL holds no NUL");
        }
        out += c;
    }
    return out;
}

std::string percent_encode(std::string_view text) {
    constexpr std::string_view upper_digits = "0123456789ABCDEF";
    std::string out;
    out.reserve(text.size() + text.size() / 8);
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (unreserved[byte]) {
            out += c;
        } else {
            out += '%';
            out += upper_digits[byte >> 4];
            out += upper_digits[byte & 15];
        }
    }
    return out;
}

// Source: Unicode 15, table 3-7 (well-formed UTF-8 byte sequences).
bool is_utf8(std::string_view text) {
    constexpr std::uint64_t high_bits = 0x8080808080808080U;
    const std::size_t size = text.size();
    for (std::size_t i = 0; i < size;) {
        std::uint64_t eight = high_bits;
        if (i + 8 <= size) {
            std::memcpy(&eight, text.data() + i, 8);
        }
        if ((eight & high_bits) == 0) {
            i += 8;
            continue;
        }
        const auto byte = [&](std::size_t at) {
            return at < size ? static_cast<unsigned char>(text[at]) : 0U;
        };
        const unsigned lead = byte(i);
        if (lead < 0x80) {
            ++i;
            continue;
        }
        // Only the second byte's range depends on the lead byte: that is where
        // overlong forms, surrogates and what lies above U+10FFFF are told apart.
        const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
        const unsigned least = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
        const unsigned most = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
        if (lead < 0xC2 || lead > 0xF4 || byte(i + 1) < least || byte(i + 1) > most) {
            return false;
        }
        for (std::size_t at = i + 2; at < i + length; ++at) {
            if ((byte(at) & 0xC0) != 0x80) {
                return false;
            }
        }
        i += length;
    }
    return true;
}

std::string_view cut_utf8(std::string_view text, std::size_t bytes_max) {
    if (text.size() <= bytes_max) {
        return text;
    }
    std::size_t end = bytes_max;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) {
        --end;  // a continuation byte: the character began before
    }
    return text.substr(0, end);
}

}  // namespace charter
