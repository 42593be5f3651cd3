// Any bytes as what a connection receives: heads, bodies, and where the next request begins.
// The first byte says in pieces of which size they arrive.

#include "fuzz.hpp"
#include "http/chunked_body.hpp"
#include "http/head_parser.hpp"

#include "charter/base/encoding.hpp"
#include "charter/base/limits.hpp"
#include "charter/http/router.hpp"

#include <optional>
#include <string>
#include <vector>

using namespace charter;
using namespace charter::fuzz;

namespace {

constexpr std::size_t body_bytes_max = 2'000;

// --- a second opinion, as plain as RFC 9112 can be read ---

std::vector<std::string_view> lines_of(std::string_view head) {
    std::vector<std::string_view> lines;
    while (!head.empty()) {
        const std::size_t end = head.find("\r\n");
        lines.push_back(head.substr(0, end));
        head.remove_prefix(end + 2);
    }
    return lines;
}

std::size_t count_fields(const std::vector<std::string_view>& lines, std::string_view name) {
    return static_cast<std::size_t>(std::ranges::count_if(lines, [name](std::string_view line) {
        return line.size() > name.size() && line[name.size()] == ':' &&
               http::equal_ignoring_case(line.substr(0, name.size()), name);
    }));
}

void check_head(std::string_view text, const http::Request& request, const http::Head& head) {
    expect(text.ends_with("\r\n\r\n") && text.find("\r\n\r\n") == text.size() - 4,
           "a head ends once", text);
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        const bool line_end = (byte == '\r' && text[i + 1] == '\n') ||
                              (byte == '\n' && i > 0 && text[i - 1] == '\r');
        expect((byte >= 0x20 && byte != 0x7f) || byte == '\t' || line_end,
               "an accepted head has no control characters", text);
    }
    const std::vector<std::string_view> lines = lines_of(text.substr(0, text.size() - 2));
    const std::size_t lengths = count_fields(lines, "content-length");
    const std::size_t codings = count_fields(lines, "transfer-encoding");
    expect(lengths + codings <= 1, "a body has one length", text);
    expect(head.chunked == (codings == 1), "a coding is known", text);
    expect(head.content_length == 0 || lengths == 1, "a length is said", text);
    expect(!(head.http_1_0 && head.chunked), "HTTP/1.0 knows no chunks", text);
    expect(count_fields(lines, "host") == 1 || (head.http_1_0 && count_fields(lines, "host") == 0),
           "there is one Host", text);
    for (std::size_t i = 1; i < lines.size(); ++i) {
        expect(lines[i].front() != ' ' && lines[i].front() != '\t', "no line is folded", text);
    }
    expect(request.headers.size() == lines.size() - 1, "each line is a field", text);
    expect(request.headers.size() <= limits::header_fields_max &&
               text.size() <= limits::header_bytes_max,
           "limits hold", text);
}

/// The chunked body at the beginning of `bytes`: what it holds and how long it is, or nothing
/// when it is not whole or not right. Stricter than the server nowhere, laxer in extensions.
struct Chunks {
    std::string body;
    std::size_t length = 0;
};
std::optional<Chunks> read_chunks(std::string_view bytes) {
    Chunks chunks;
    const auto take_line = [&]() -> std::optional<std::string_view> {
        const std::size_t end = bytes.find("\r\n", chunks.length);
        if (end == bytes.npos) {
            return std::nullopt;
        }
        const std::string_view line = bytes.substr(chunks.length, end - chunks.length);
        chunks.length = end + 2;
        return line;
    };
    while (true) {
        const auto line = take_line();
        if (!line) {
            return std::nullopt;
        }
        std::size_t size = 0;
        std::size_t digits = 0;
        for (; digits < line->size() && std::isxdigit(static_cast<unsigned char>((*line)[digits]));
             ++digits) {
            if (size > body_bytes_max) {
                return std::nullopt;
            }
            size = size * 16 + std::stoul(std::string(1, (*line)[digits]), nullptr, 16);
        }
        if (digits == 0 || (digits < line->size() && (*line)[digits] != ';' &&
                            (*line)[digits] != ' ' && (*line)[digits] != '\t')) {
            return std::nullopt;
        }
        if (size == 0) {
            break;
        }
        if (bytes.size() < chunks.length + size + 2 ||
            bytes.substr(chunks.length + size, 2) != "\r\n") {
            return std::nullopt;
        }
        chunks.body += bytes.substr(chunks.length, size);
        chunks.length += size + 2;
    }
    for (auto line = take_line(); line; line = take_line()) {
        if (line->empty()) {
            return chunks;
        }
    }
    return std::nullopt;
}

// --- the server's reading, in pieces ---

/// As the session does it: the scanner sees what has arrived so far.
http::HeadScanner::Scan scan(std::string_view bytes, std::size_t piece) {
    http::HeadScanner scanner;
    http::HeadScanner::Scan result;
    for (std::size_t end = 0; end < bytes.size() && result.length == 0 && !result.refusal;) {
        end = std::min(bytes.size(), end + piece);
        result = scanner.scan(bytes.substr(0, end));
    }
    return result;
}

struct Body {
    bool done = false;
    bool refused = false;
    std::string bytes;
    std::size_t length = 0;
};
Body read_body(std::string_view bytes, std::size_t piece) {
    Body result;
    http::ChunkedBody chunks(result.bytes, body_bytes_max);
    for (std::size_t end = 0; end < bytes.size() && !result.done && !result.refused;) {
        end = std::min(bytes.size(), end + piece);
        const auto step = chunks.put(bytes.substr(result.length, end - result.length));
        result.length += step.consumed;
        result.done = step.done;
        result.refused = step.refusal.has_value();
        expect(result.bytes.size() <= body_bytes_max, "a body keeps to its limit", bytes);
    }
    return result;
}

/// How many bytes the chunked body takes, nothing when no next request can follow.
std::optional<std::size_t> check_body(std::string_view bytes, std::size_t piece) {
    const Body whole = read_body(bytes, bytes.size());
    const Body pieces = read_body(bytes, piece);
    // A refusal may come earlier or later with other pieces; what is taken is the same.
    expect(!(whole.done && pieces.done) ||
               (whole.bytes == pieces.bytes && whole.length == pieces.length),
           "pieces make no other body", bytes);
    if (!whole.done || whole.refused) {
        return std::nullopt;
    }
    const auto plain = read_chunks(bytes);
    expect(plain.has_value(), "what is accepted is a chunked body", bytes);
    expect_same("it is the same body", whole.bytes, plain->body);
    expect(whole.length == plain->length, "the next request begins where it ends", bytes);
    return whole.length;
}

const http::Router& router() {
    static const http::Router made = [] {
        http::Router routes;
        const auto nothing = [](http::Request&) -> boost::asio::awaitable<http::Response> {
            co_return http::Response();
        };
        for (const char* pattern : {"/", "/a", "/a/{b}", "/a/{b}/c", "/a/b", "/t/{path...}"}) {
            routes.add(http::Method::get, pattern, nothing);
        }
        routes.add(http::Method::put, "/a/{b}", nothing);
        return routes;
    }();
    return made;
}

void check_route(http::Request& request) {
    const auto match = router().find(request.method, request);
    expect(match.route == nullptr || !match.malformed, "a malformed path has no route");
    if (match.route == nullptr) {
        return;
    }
    expect(request.parameters.size() == match.route->parameters.size(), "parameters have names");
    for (const auto& [name, value] : request.parameters) {
        expect(is_utf8(value) && value.find('\0') == value.npos, "a parameter is text", value);
        if (name == "path") {
            const std::string framed = "/" + std::string(value) + "/";
            expect(framed.find("/../") == framed.npos && framed.find("/./") == framed.npos,
                   "a tail goes nowhere else", value);
        }
    }
}

/// The request written anew from what was understood is understood the same.
std::string written(const http::Request& request, const http::Head& head) {
    std::string text(http::method_name(request.method));
    text += " " + std::string(request.target) + (head.http_1_0 ? " HTTP/1.0\r\n" : " HTTP/1.1\r\n");
    for (const auto& [name, value] : request.headers) {
        text += std::string(name) + ": " + std::string(value) + "\r\n";
    }
    return text + "\r\n";
}

void check_again(const http::Request& request, const http::Head& head) {
    http::Request again;
    http::Head head_again;
    again.head = written(request, head);
    expect(!http::parse_head(again, head_again), "what was accepted is accepted", again.head);
    expect_same("it says the same", written(again, head_again), again.head);
    expect(again.path == request.path && again.query == request.query, "it asks for the same",
           again.head);
    expect(head_again.chunked == head.chunked && head_again.content_length == head.content_length &&
               head_again.keep_alive == head.keep_alive &&
               head_again.expects_continue == head.expects_continue,
           "its body is the same", again.head);
}

/// One request; the number of bytes it took, nothing when the connection would end or wait.
std::optional<std::size_t> check_request(std::string_view bytes, std::size_t piece) {
    const auto whole = scan(bytes, std::max<std::size_t>(1, bytes.size()));
    const auto found = scan(bytes, piece);
    expect(whole.length == found.length || whole.refusal || found.refusal,
           "pieces make no other head", bytes);
    if (found.refusal || found.length == 0) {
        return std::nullopt;
    }
    http::Request request;
    http::Head head;
    request.head.assign(bytes.substr(0, found.length));
    if (http::parse_head(request, head)) {
        return std::nullopt;
    }
    check_head(request.head, request, head);
    check_again(request, head);
    check_route(request);
    const std::string_view rest = bytes.substr(found.length);
    if (head.chunked) {
        const auto length = check_body(rest, piece);
        return length ? std::optional(found.length + *length) : std::nullopt;
    }
    if (head.content_length > rest.size()) {
        return std::nullopt;
    }
    return found.length + static_cast<std::size_t>(head.content_length);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) {
        return 0;
    }
    const std::size_t piece = data[0] == 0 ? size : data[0];
    std::string_view bytes = text_of(data + 1, size - 1);
    while (!bytes.empty()) {
        const auto taken = check_request(bytes, piece);
        if (!taken) {
            break;
        }
        bytes.remove_prefix(*taken);
    }
    return 0;
}
