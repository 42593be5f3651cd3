// The strict gate in front of nlohmann: its parser keeps the last of duplicate
// keys, ends at a NUL, nests without limit and rounds integers beyond 64 bits.
// Here it only makes events; what they build is checked by DocumentBuilder.
#include "document_builder.hpp"

#include "charter/base/encoding.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace charter {
namespace {

// "line 3, column 14", both from 1, of the byte before `position`.
std::string place_of(std::string_view text, std::size_t position) {
    const std::string_view before = text.substr(0, position == 0 ? 0 : position - 1);
    const auto line = std::count(before.begin(), before.end(), '\n') + 1;
    const std::size_t line_start = before.rfind('\n') + 1;  // npos + 1 is 0
    return "line " + std::to_string(line) + ", column " +
           std::to_string(before.size() - line_start + 1);
}

// nlohmann's reason without its position and without what it read last, which
// may be half a character. "" when there is none in the usual form.
std::string reason_of(std::string_view what) {
    constexpr std::string_view separator = " - ";
    const std::size_t begin = what.find(separator);
    if (begin == std::string_view::npos) {
        return {};
    }
    what.remove_prefix(begin + separator.size());
    const std::string_view reason = what.substr(0, what.find("; last read"));
    const bool printable =
        std::ranges::all_of(reason, [](char c) { return c >= 0x20 && c < 0x7F; });
    return printable ? ": " + std::string(reason) : std::string();
}

class Gate final : public nlohmann::json_sax<Json> {
public:
    explicit Gate(std::string_view text) : text_(text) {}

    bool null() override { return builder.scalar(nullptr); }
    bool boolean(bool value) override { return builder.scalar(value); }
    bool number_integer(number_integer_t value) override { return builder.scalar(value); }
    bool number_unsigned(number_unsigned_t value) override {
        if (value > static_cast<number_unsigned_t>(std::numeric_limits<std::int64_t>::max())) {
            return builder.fail("an integer fits 64 bits signed");
        }
        return builder.scalar(value);
    }
    bool number_float(number_float_t value, const string_t& digits) override {
        // nlohmann falls back to a float for integers it cannot hold.
        if (digits.find_first_of(".eE") == string_t::npos) {
            return builder.fail("an integer fits 64 bits signed");
        }
        return std::isfinite(value) ? builder.scalar(value)
                                    : builder.fail("the number is too large");
    }
    bool string(string_t& value) override { return builder.string(std::move(value)); }
    bool binary(binary_t&) override { return builder.fail("no binary values in JSON"); }
    bool start_object(std::size_t) override { return builder.begin_object(); }
    bool start_array(std::size_t) override { return builder.begin_array(); }
    bool key(string_t& name) override { return builder.key(std::move(name)); }
    bool end_object() override {
        builder.end();
        return true;
    }
    bool end_array() override {
        builder.end();
        return true;
    }
    bool parse_error(std::size_t position, const std::string&,
                     const Json::exception& failure) override {
        // Id 406: the number overflows; the only error with a place in the document.
        return failure.id == 406 ? builder.fail("the number is too large")
                                 : builder.fail("not JSON at " + place_of(text_, position) +
                                                reason_of(failure.what()));
    }

    DocumentBuilder builder;

private:
    std::string_view text_;
};

Error not_json(std::string detail) {
    return Error(ErrorCode::invalid_request, "not JSON: " + std::move(detail));
}

}  // namespace

Result<Json> parse_json(std::string_view text) {
    // Looked at first: nlohmann takes a NUL for the end of its input.
    if (const std::size_t nul = text.find('\0'); nul != std::string_view::npos) {
        return not_json("a NUL at " + place_of(text, nul + 1));
    }
    if (!is_utf8(text)) {
        return not_json("the text is not valid UTF-8");
    }
    if (text.starts_with("\xEF\xBB\xBF")) {
        return not_json("a byte order mark before the document");  // RFC 8259 section 8.1
    }

    Gate gate(text);
    const bool whole = Json::sax_parse(text.begin(), text.end(), &gate);
    if (gate.builder.failed()) {
        return gate.builder.error();
    }
    if (!whole) {
        return not_json("the document is not complete");
    }
    return gate.builder.take();
}

}  // namespace charter
