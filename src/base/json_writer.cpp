#include "charter/base/json_writer.hpp"

#include <array>
#include <charconv>
#include <cstring>

namespace charter {
namespace {

// True when one of eight bytes is below 0x20, a quote or a backslash. The trick
// (x - 0x01.. & ~x & 0x80..) finds a zero byte; a carry can only report a byte
// above a true hit, so "false" is exact and "true" is looked at byte by byte.
bool any_to_escape(std::uint64_t eight) {
    constexpr std::uint64_t ones = 0x0101010101010101U;
    constexpr std::uint64_t highs = 0x8080808080808080U;
    const std::uint64_t quote = eight ^ (ones * '"');
    const std::uint64_t backslash = eight ^ (ones * '\\');
    const std::uint64_t control = (eight - ones * 0x20) & ~eight;
    return ((((quote - ones) & ~quote) | ((backslash - ones) & ~backslash) | control) & highs) != 0;
}

bool to_escape(char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\';
}

void append_escape(std::string& out, char c) {
    constexpr std::string_view hex = "0123456789abcdef";
    const auto byte = static_cast<unsigned char>(c);
    switch (c) {
        case '"':
            out += "\\\"";
            return;
        case '\\':
            out += "\\\\";
            return;
        case '\n':
            out += "\\n";
            return;
        case '\r':
            out += "\\r";
            return;
        case '\t':
            out += "\\t";
            return;
        case '\b':
            out += "\\b";
            return;
        case '\f':
            out += "\\f";
            return;
        default:
            out += "\\u00";
            out += hex[byte >> 4];
            out += hex[byte & 15];
    }
}

void append_string(std::string& out, std::string_view value) {
    out += '"';
    std::size_t run = 0;
    std::size_t at = 0;
    while (at < value.size()) {
        if (at + 8 <= value.size()) {
            std::uint64_t eight = 0;
            std::memcpy(&eight, value.data() + at, 8);
            if (!any_to_escape(eight)) {
                at += 8;
                continue;
            }
        }
        if (to_escape(value[at])) {
            out.append(value, run, at - run);
            append_escape(out, value[at]);
            run = at + 1;
        }
        ++at;
    }
    out.append(value, run);
    out += '"';
}

}  // namespace

void JsonWriter::separate() {
    if (comma_) {
        out_ += ',';
    }
    comma_ = true;
}

JsonWriter& JsonWriter::begin_object() {
    separate();
    out_ += '{';
    comma_ = false;
    return *this;
}

JsonWriter& JsonWriter::end_object() {
    out_ += '}';
    comma_ = true;
    return *this;
}

JsonWriter& JsonWriter::begin_array() {
    separate();
    out_ += '[';
    comma_ = false;
    return *this;
}

JsonWriter& JsonWriter::end_array() {
    out_ += ']';
    comma_ = true;
    return *this;
}

JsonWriter& JsonWriter::key(std::string_view name) {
    separate();
    append_string(out_, name);
    out_ += ':';
    comma_ = false;
    return *this;
}

JsonWriter& JsonWriter::string(std::string_view value) {
    separate();
    append_string(out_, value);
    return *this;
}

JsonWriter& JsonWriter::number(std::int64_t value) {
    separate();
    std::array<char, 20> digits;  // "-9223372036854775808"
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    out_.append(digits.data(), end);
    return *this;
}

JsonWriter& JsonWriter::boolean(bool value) {
    separate();
    out_ += value ? "true" : "false";
    return *this;
}

JsonWriter& JsonWriter::null() {
    separate();
    out_ += "null";
    return *this;
}

JsonWriter& JsonWriter::raw(std::string_view json) {
    separate();
    out_ += json;
    return *this;
}

}  // namespace charter
