// Values as Cedar text.

#include "charter/policy/value.hpp"
#include "policy/extension_text.hpp"

#include <array>
#include <charconv>

namespace charter::policy {
namespace {

void append_escaped(std::string& out, char c) {
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
        case '\0':
            out += "\\0";
            return;
        default:
            break;
    }
    const unsigned code = static_cast<unsigned char>(c);
    if (code >= 0x20 && code != 0x7f) {
        out += c;
        return;
    }
    std::array<char, 2> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), code, 16);
    out.append("\\u{").append(digits.data(), end.ptr).append("}");
}

void append_value(std::string& out, const Value& value) {
    switch (value.kind()) {
        case ValueKind::boolean:
            out += value.as_boolean() ? "true" : "false";
            return;
        case ValueKind::integer:
            out += std::to_string(value.as_integer());
            return;
        case ValueKind::string:
            out += quoted(value.as_string());
            return;
        case ValueKind::entity:
            out += value.as_entity().text();
            return;
        case ValueKind::set: {
            out += '[';
            std::string_view separator;
            for (const Value& element : value.as_set()) {
                out += separator;
                append_value(out, element);
                separator = ", ";
            }
            out += ']';
            return;
        }
        case ValueKind::record: {
            out += '{';
            std::string_view separator;
            for (const auto& [name, member] : value.as_record()) {
                out.append(separator).append(quoted(name)).append(": ");
                append_value(out, member);
                separator = ", ";
            }
            out += '}';
            return;
        }
        case ValueKind::decimal:
            out.append("decimal(\"").append(decimal_text(value.as_decimal())).append("\")");
            return;
        case ValueKind::ip_address:
            out.append("ip(\"").append(value.as_ip_address().text()).append("\")");
            return;
        case ValueKind::datetime: {
            const auto text = datetime_text(value.as_datetime());
            if (text) {
                out.append("datetime(\"").append(*text).append("\")");
            } else {
                out.append("datetime(\"1970-01-01\").offset(duration(\"")
                    .append(std::to_string(value.as_datetime()))
                    .append("ms\"))");
            }
            return;
        }
        case ValueKind::duration:
            out.append("duration(\"").append(std::to_string(value.as_duration())).append("ms\")");
            return;
    }
}

}  // namespace

std::string quoted(std::string_view text) {
    std::string out;
    out.reserve(text.size() + 2);
    out += '"';
    for (const char c : text) {
        append_escaped(out, c);
    }
    out += '"';
    return out;
}

std::string Value::to_cedar_text() const {
    std::string out;
    append_value(out, *this);
    return out;
}

}  // namespace charter::policy
