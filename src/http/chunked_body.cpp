#include "chunked_body.hpp"

#include <boost/beast/http/basic_parser.hpp>

namespace charter::http {
namespace {

namespace beast = boost::beast;
using boost::system::error_code;

// Long enough for any extension in use (none is); short enough that a body
// cannot be mostly extensions.
constexpr std::size_t chunk_extension_bytes_max = 256;

// What Beast leaves over is the beginning of a chunk's line or of the trailer,
// where it would wait for a CRLF that a bare LF says will never come.
bool has_bare_line_feed(std::string_view bytes) {
    for (std::size_t i = bytes.find('\n'); i != bytes.npos; i = bytes.find('\n', i + 1)) {
        if (i == 0 || bytes[i - 1] != '\r') {
            return true;
        }
    }
    return false;
}

}  // namespace

bool is_short_last_chunk(std::string_view bytes) {
    return bytes.size() == 4 && bytes.starts_with("0\r\n");
}

class ChunkedBody::Parser final : public beast::http::basic_parser<true> {
public:
    Parser(std::string& body, std::size_t body_bytes_max)
        : body_(body), body_bytes_max_(body_bytes_max) {
        eager(true);
        body_limit(boost::none);  // counted here, so that 413 and 400 stay apart
        error_code failed;
        constexpr std::string_view head = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";
        put(boost::asio::buffer(head), failed);
    }

    Step step(std::string_view bytes) {
        input_ = bytes;
        Step result;
        error_code failed;
        result.consumed = put(boost::asio::buffer(bytes), failed);
        result.done = is_done();
        if (failed && failed != beast::http::error::need_more) {
            result.refusal = refusal_;
        } else if (!result.done && has_bare_line_feed(bytes.substr(result.consumed))) {
            result.refusal = refusal_;
        }
        return result;
    }

private:
    void refuse(Refusal refusal, error_code& failed) {
        refusal_ = refusal;
        failed = beast::http::error::bad_value;
    }

    void on_chunk_header_impl(std::uint64_t size, beast::string_view extensions,
                              error_code& failed) override {
        if (extensions.size() > chunk_extension_bytes_max) {
            return refuse(refusal_, failed);
        }
        if (size > body_bytes_max_ - body_.size()) {
            return refuse({ErrorCode::too_large, "the body is over the route's limit"}, failed);
        }
        if (size == 0) {
            const char* const trailer = extensions.data() + extensions.size() + 2;
            const std::size_t length =
                static_cast<std::size_t>(input_.data() + input_.size() - trailer);
            if (const auto bad = check_trailers(std::string_view(trailer, length))) {
                refuse(*bad, failed);
            }
        }
    }

    std::size_t on_chunk_body_impl(std::uint64_t, beast::string_view bytes, error_code&) override {
        body_.append(bytes.data(), bytes.size());
        return bytes.size();
    }

    void on_request_impl(beast::http::verb, beast::string_view, beast::string_view, int,
                         error_code&) override {}
    void on_response_impl(int, beast::string_view, int, error_code&) override {}
    void on_field_impl(beast::http::field, beast::string_view, beast::string_view,
                       error_code&) override {}
    void on_header_impl(error_code&) override {}
    void on_body_init_impl(boost::optional<std::uint64_t> const&, error_code&) override {}
    std::size_t on_body_impl(beast::string_view, error_code&) override { return 0; }
    void on_finish_impl(error_code&) override {}

    std::string& body_;
    std::size_t body_bytes_max_;
    std::string_view input_;
    Refusal refusal_{ErrorCode::invalid_request, "the chunked body is malformed"};
};

ChunkedBody::ChunkedBody(std::string& body, std::size_t body_bytes_max)
    : parser_(std::make_unique<Parser>(body, body_bytes_max)) {}

ChunkedBody::~ChunkedBody() = default;

ChunkedBody::Step ChunkedBody::put(std::string_view bytes) {
    if (is_short_last_chunk(bytes)) {
        return {};
    }
    return parser_->step(bytes);
}

}  // namespace charter::http
