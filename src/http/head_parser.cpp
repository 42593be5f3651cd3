#include "head_parser.hpp"

#include "charter/base/encoding.hpp"
#include "charter/base/limits.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <limits>

namespace charter::http {
namespace {

enum CharClass : std::uint8_t {
    token_char = 1,   // RFC 9110 section 5.6.2
    target_char = 2,  // RFC 3986: pchar, "/" and "?"; the escapes are checked apart
    value_char = 4,   // RFC 9110 section 5.5: VCHAR, obs-text, SP, HTAB
    host_char = 8,    // RFC 3986 reg-name without escapes and sub-delims
};

constexpr std::array<std::uint8_t, 256> make_classes() {
    std::array<std::uint8_t, 256> classes{};
    const auto set = [&classes](std::string_view characters, std::uint8_t bit) {
        for (const char c : characters) {
            auto& entry = classes[static_cast<unsigned char>(c)];
            entry = static_cast<std::uint8_t>(entry | bit);
        }
    };
    constexpr std::string_view alphanumeric =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    set(alphanumeric, token_char | target_char | host_char);
    set("!#$%&'*+-.^_`|~", token_char);
    set("-._~!$&'()*+,;=:@%/?", target_char);
    set("-._~", host_char);
    for (std::size_t c = 0; c < 256; ++c) {
        if (c == '\t' || (c >= 0x20 && c != 0x7f)) {
            classes[c] = static_cast<std::uint8_t>(classes[c] | value_char);
        }
    }
    return classes;
}

constexpr std::array<std::uint8_t, 256> classes = make_classes();

bool is(char c, CharClass char_class) {
    return (classes[static_cast<unsigned char>(c)] & char_class) != 0;
}

bool all(std::string_view text, CharClass char_class) {
    return std::ranges::all_of(text, [char_class](char c) { return is(c, char_class); });
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool is_hex(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

constexpr char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
}

Refusal invalid(std::string_view detail) {
    return {ErrorCode::invalid_request, detail};
}

std::optional<Method> method_of(std::string_view name) {
    for (std::size_t i = 0; i < method_count; ++i) {
        if (method_name(static_cast<Method>(i)) == name) {
            return static_cast<Method>(i);
        }
    }
    return std::nullopt;
}

bool valid_escapes(std::string_view target) {
    for (std::size_t i = target.find('%'); i != target.npos; i = target.find('%', i + 1)) {
        if (i + 2 >= target.size() || !is_hex(target[i + 1]) || !is_hex(target[i + 2])) {
            return false;
        }
    }
    return true;
}

std::optional<Refusal> parse_query(std::string_view text, Request::Query& query) {
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('&'), text.size());
        const std::string_view part = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (part.empty()) {
            continue;
        }
        if (query.size() == limits::query_parameters_max) {
            return invalid("too many query parameters (query_parameters_max)");
        }
        const std::size_t equals = part.find('=');
        Result<std::string> name = percent_decode(part.substr(0, equals));
        Result<std::string> value =
            percent_decode(equals == part.npos ? std::string_view() : part.substr(equals + 1));
        if (!name || !value || !is_utf8(*name) || !is_utf8(*value)) {
            return invalid("a query parameter has a broken escape or is not UTF-8");
        }
        query.emplace_back(std::move(*name), std::move(*value));
    }
    return std::nullopt;
}

std::optional<Refusal> parse_target(Request& request) {
    const std::string_view target = request.target;
    if (target == "*" && request.method == Method::options) {
        request.path = target;
        return std::nullopt;
    }
    if (target.empty() || target[0] != '/') {
        return invalid("the request target must begin with a slash");
    }
    if (!all(target, target_char) || !valid_escapes(target)) {
        return invalid("the request target has a character that must be percent-encoded");
    }
    const std::size_t question = target.find('?');
    request.path = target.substr(0, question);
    if (question == target.npos) {
        return std::nullopt;
    }
    return parse_query(target.substr(question + 1), request.query);
}

// "name[:port]", "[v6][:port]".
bool valid_host(std::string_view host) {
    std::string_view port;
    if (host.starts_with('[')) {
        const std::size_t close = host.find(']');
        if (close == host.npos || close == 1) {
            return false;
        }
        const std::string_view inside = host.substr(1, close - 1);
        if (!std::ranges::all_of(inside,
                                 [](char c) { return is_hex(c) || c == ':' || c == '.'; })) {
            return false;
        }
        port = host.substr(close + 1);
    } else {
        const std::size_t colon = std::min(host.find(':'), host.size());
        if (colon == 0 || !all(host.substr(0, colon), host_char)) {
            return false;
        }
        port = host.substr(colon);
    }
    return port.empty() ||
           (port[0] == ':' && port.size() <= 6 && std::ranges::all_of(port.substr(1), is_digit));
}

// Header fields that decide something. A second one is refused even when it is
// equal: somebody between the caller and us may have read the other.
enum Known : unsigned {
    host,
    content_length,
    transfer_encoding,
    expect,
    content_encoding,
    connection,
    other_single,  // and what follows, each a bit of its own
};

struct KnownName {
    std::string_view name;
    unsigned known;
};

constexpr std::array known_names = {
    KnownName{"host", host},
    KnownName{"content-length", content_length},
    KnownName{"transfer-encoding", transfer_encoding},
    KnownName{"expect", expect},
    KnownName{"content-encoding", content_encoding},
    KnownName{"connection", connection},
    KnownName{"content-type", other_single},
    KnownName{"authorization", other_single + 1},
    KnownName{"x-api-key", other_single + 2},
    KnownName{"idempotency-key", other_single + 3},
    KnownName{"range", other_single + 4},
    KnownName{"if-range", other_single + 5},
};

const KnownName* known_name(std::string_view name) {
    for (const KnownName& entry : known_names) {
        if (entry.name.size() == name.size() && equal_ignoring_case(entry.name, name)) {
            return &entry;
        }
    }
    return nullptr;
}

std::optional<Refusal> parse_length(std::string_view value, std::uint64_t& length) {
    if (value.empty() || !std::ranges::all_of(value, is_digit)) {
        return invalid("Content-Length is not a number");
    }
    const auto parsed = std::from_chars(value.data(), value.data() + value.size(), length);
    if (parsed.ec != std::errc()) {
        length = std::numeric_limits<std::uint64_t>::max();  // over every limit
    }
    return std::nullopt;
}

bool says_close(std::string_view value) {
    while (!value.empty()) {
        const std::size_t end = std::min(value.find(','), value.size());
        std::string_view option = value.substr(0, end);
        value.remove_prefix(std::min(end + 1, value.size()));
        option.remove_prefix(std::min(option.find_first_not_of(" \t"), option.size()));
        option = option.substr(0, option.find_last_not_of(" \t") + 1);
        if (equal_ignoring_case(option, "close")) {
            return true;
        }
    }
    return false;
}

// Takes one line off `rest`, without its CRLF. HeadScanner saw that every LF
// follows a CR; a CR elsewhere fails the character checks.
std::string_view take_line(std::string_view& rest) {
    const std::size_t end = rest.find('\n');
    const std::string_view line = rest.substr(0, end - 1);
    rest.remove_prefix(end + 1);
    return line;
}

bool parse_field(std::string_view line, std::string_view& name, std::string_view& value) {
    const std::size_t colon = line.find(':');
    if (colon == line.npos) {
        return false;
    }
    name = line.substr(0, colon);
    value = line.substr(colon + 1);
    value.remove_prefix(std::min(value.find_first_not_of(" \t"), value.size()));
    value = value.substr(0, value.find_last_not_of(" \t") + 1);
    return is_token(name) && all(value, value_char);
}

std::optional<Refusal> parse_request_line(std::string_view line, Request& request, Head& head) {
    const std::size_t first = line.find(' ');
    if (first == line.npos || !is_token(line.substr(0, first))) {
        return invalid("the request line is malformed");
    }
    const std::optional<Method> method = method_of(line.substr(0, first));
    if (!method) {
        return Refusal{ErrorCode::method_not_allowed, "this method is not known here"};
    }
    request.method = *method;
    const std::size_t second = line.find(' ', first + 1);
    if (second == line.npos) {
        return invalid("the request line is malformed");
    }
    const std::string_view version = line.substr(second + 1);
    if (version != "HTTP/1.1" && version != "HTTP/1.0") {
        return invalid("the protocol must be HTTP/1.1 or HTTP/1.0");
    }
    head.http_1_0 = version == "HTTP/1.0";
    request.target = line.substr(first + 1, second - first - 1);
    return parse_target(request);
}

}  // namespace

bool equal_ignoring_case(std::string_view a, std::string_view b) {
    return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(),
                                              [](char x, char y) { return lower(x) == lower(y); });
}

bool is_token(std::string_view text) {
    return !text.empty() && all(text, token_char);
}

HeadScanner::Scan HeadScanner::scan(std::string_view bytes) {
    if (scanned_ == 0 && !bytes.empty() && !is(bytes[0], token_char)) {
        return {0, invalid("the request line is malformed")};
    }
    const std::string_view window = bytes.substr(0, limits::header_bytes_max);
    while (scanned_ < window.size()) {
        const std::size_t end = window.find('\n', scanned_);
        if (end == window.npos) {
            scanned_ = window.size();
            break;
        }
        if (end == 0 || window[end - 1] != '\r') {
            return {0, invalid("a line ends without a carriage return")};
        }
        scanned_ = end + 1;
        if (end - line_begin_ == 1) {
            return {scanned_, std::nullopt};
        }
        line_begin_ = scanned_;
        if (++lines_ > limits::header_fields_max + 1) {
            return {0, Refusal{ErrorCode::headers_too_large,
                               "too many header fields (header_fields_max)"}};
        }
    }
    if (bytes.size() >= limits::header_bytes_max) {
        return {0, Refusal{ErrorCode::headers_too_large,
                           "the headers are too long (header_bytes_max)"}};
    }
    return {};
}

std::optional<Refusal> parse_head(Request& request, Head& head) {
    std::string_view rest = request.head;
    if (const auto refusal = parse_request_line(take_line(rest), request, head)) {
        return refusal;
    }

    unsigned seen = 0;
    for (std::string_view line = take_line(rest); !line.empty(); line = take_line(rest)) {
        std::string_view name;
        std::string_view value;
        if (!parse_field(line, name, value)) {
            return invalid("a header field is malformed");
        }
        request.headers.emplace_back(name, value);
        const KnownName* known = known_name(name);
        if (known == nullptr) {
            continue;
        }
        const unsigned bit = 1U << known->known;
        if ((seen & bit) != 0 && known->known != connection) {
            return invalid("a header field that may occur once occurs twice");
        }
        seen |= bit;
        switch (known->known) {
            case host:
                if (!valid_host(value)) {
                    return invalid("Host is malformed");
                }
                break;
            case content_length:
                if (const auto refusal = parse_length(value, head.content_length)) {
                    return refusal;
                }
                break;
            case transfer_encoding:
                if (!equal_ignoring_case(value, "chunked")) {
                    return invalid("the only Transfer-Encoding read here is chunked");
                }
                head.chunked = true;
                break;
            case expect:
                if (!equal_ignoring_case(value, "100-continue")) {
                    return invalid("the only Expect known here is 100-continue");
                }
                head.expects_continue = true;
                break;
            case content_encoding:
                head.content_encoding = value;
                break;
            case connection:
                head.keep_alive = head.keep_alive && !says_close(value);
                break;
            default:
                break;  // only its number matters
        }
    }

    if ((seen & (1U << host)) == 0 && !head.http_1_0) {
        return invalid("Host is missing");
    }
    if (head.chunked && (head.http_1_0 || (seen & (1U << content_length)) != 0)) {
        return invalid("the body's length is given twice or in a way HTTP/1.0 does not know");
    }
    head.keep_alive = head.keep_alive && !head.http_1_0;
    return std::nullopt;
}

std::optional<Refusal> check_trailers(std::string_view bytes) {
    for (std::size_t fields = 0; fields <= limits::header_fields_max; ++fields) {
        const std::size_t end = bytes.find('\n');
        if (end == bytes.npos || end == 0 || bytes[end - 1] != '\r') {
            break;
        }
        const std::string_view line = take_line(bytes);
        if (line.empty()) {
            return std::nullopt;
        }
        std::string_view name;
        std::string_view value;
        if (!parse_field(line, name, value)) {
            break;
        }
    }
    return invalid("the trailer of the body is malformed");
}

}  // namespace charter::http
