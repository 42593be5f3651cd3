#include "client_connection.hpp"

#include "chunked_body.hpp"

#include "charter/http/tls_client.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>

#include <sys/socket.h>

namespace charter::http {

namespace {

namespace asio = boost::asio;
namespace beast_http = boost::beast::http;
using boost::system::error_code;
using Parser = beast_http::response_parser<beast_http::string_body>;

constexpr std::uint32_t header_bytes_max = 16 * 1024;
// The parser's input: bounds the size line and the trailer of a chunked body too.
constexpr std::size_t buffer_bytes_max = 64 * 1024;
constexpr std::size_t read_bytes = 16 * 1024;
constexpr std::size_t interim_answers_max = 8;  // 100 and 103 before the answer

Error failure(std::string_view when, const error_code& failed) {
    return Error(ErrorCode::unavailable, std::string(when) + ": " + failed.message());
}

std::string lower(std::string_view text) {
    std::string result(text);
    std::ranges::transform(result, result.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return result;
}

/// True when there is one reading of where the answer ends: RFC 9112 section 6.3.
bool is_framed_once(const Parser::value_type& answer) {
    const auto codings = answer.count(beast_http::field::transfer_encoding);
    const auto lengths = answer.count(beast_http::field::content_length);
    if (codings == 0) {
        return lengths <= 1;
    }
    return codings == 1 && lengths == 0 && answer.version() == 11 &&
           lower(std::string_view(answer[beast_http::field::transfer_encoding])) == "chunked";
}

FetchResponse response_of(Parser::value_type answer) {
    FetchResponse response;
    response.status = answer.result_int();
    for (const auto& field : answer) {
        response.headers.emplace_back(lower(std::string_view(field.name_string())),
                                      std::string(field.value()));
    }
    response.body = std::move(answer.body());
    return response;
}

/// What Beast's async_read does, but for is_short_last_chunk.
template <class Stream>
asio::awaitable<error_code> read_body(Stream& stream, boost::beast::flat_buffer& buffer,
                                      Parser& parser) {
    parser.eager(true);
    while (!parser.is_done()) {
        const std::string_view seen(static_cast<const char*>(buffer.data().data()), buffer.size());
        error_code failed;
        if (!seen.empty() && !(parser.chunked() && is_short_last_chunk(seen))) {
            buffer.consume(parser.put(buffer.data(), failed));
            if (failed && failed != beast_http::error::need_more) {
                co_return failed;
            }
            if (parser.is_done()) {
                break;
            }
        }
        const std::size_t room = buffer.max_size() - buffer.size();
        if (room == 0) {
            co_return beast_http::error::buffer_overflow;
        }
        const std::size_t arrived = co_await stream.async_read_some(
            buffer.prepare(std::min(room, read_bytes)),
            asio::redirect_error(asio::use_awaitable, failed));
        buffer.commit(arrived);
        if (failed == asio::error::eof) {
            failed = {};
            parser.put_eof(failed);
            co_return failed;
        }
        if (failed) {
            co_return failed;
        }
    }
    co_return error_code();
}

}  // namespace

Connection::Connection(asio::io_context& context) : socket_(context), buffer_(buffer_bytes_max) {}

asio::awaitable<Result<>> Connection::connect(asio::ip::tcp::endpoint endpoint) {
    error_code failed;
    co_await socket_.async_connect(endpoint, asio::redirect_error(asio::use_awaitable, failed));
    if (failed) {
        co_return failure("connecting to " + endpoint.address().to_string(), failed);
    }
    socket_.set_option(asio::ip::tcp::no_delay(true), failed);
    co_return Result<>();
}

asio::awaitable<Result<>> Connection::secure(asio::ssl::context& tls, const Target& target) {
    tls_.emplace(socket_, tls);
    if (!expect_host(tls_->native_handle(), target.host, target.literal.has_value())) {
        co_return Error(ErrorCode::unavailable, "TLS: the host cannot be verified");
    }
    error_code failed;
    co_await tls_->async_handshake(asio::ssl::stream_base::client,
                                   asio::redirect_error(asio::use_awaitable, failed));
    const long verified = SSL_get_verify_result(tls_->native_handle());
    if (failed && verified != X509_V_OK) {
        co_return Error(ErrorCode::unavailable,
                        std::string("TLS: ") + X509_verify_cert_error_string(verified));
    }
    co_return failed ? Result<>(failure("TLS", failed)) : Result<>();
}

asio::awaitable<Connection::Exchange> Connection::exchange(const std::string& head,
                                                           const FetchRequest& request) {
    return tls_ ? exchange_over(*tls_, head, request) : exchange_over(socket_, head, request);
}

template <class Stream>
asio::awaitable<Connection::Exchange> Connection::exchange_over(Stream& stream,
                                                                const std::string& head,
                                                                const FetchRequest& request) {
    Exchange done{Error(ErrorCode::unavailable, "the answer was not whole")};
    error_code failed;
    const std::array<asio::const_buffer, 2> bytes = {asio::buffer(head),
                                                     asio::buffer(request.body)};
    co_await asio::async_write(stream, bytes, asio::redirect_error(asio::use_awaitable, failed));
    if (failed) {
        done.answer = failure("sending", failed);
        co_return done;
    }
    std::optional<Parser> parser;
    for (std::size_t interim = 0; interim <= interim_answers_max; ++interim) {
        parser.emplace();
        parser->header_limit(header_bytes_max);
        parser->body_limit(request.answer_bytes_max);
        parser->skip(request.method == "HEAD");
        co_await beast_http::async_read_header(stream, buffer_, *parser,
                                               asio::redirect_error(asio::use_awaitable, failed));
        done.answer_began = done.answer_began || parser->got_some() || buffer_.size() > 0;
        if (failed || parser->get().result_int() >= 200 || parser->get().result_int() == 101) {
            break;
        }
    }
    if (failed) {
        done.answer = failure("reading the head of the answer", failed);
        co_return done;
    }
    if (parser->get().result_int() < 200 || !is_framed_once(parser->get())) {
        done.answer = Error(ErrorCode::unavailable, "the answer is not one that was asked for");
        co_return done;
    }
    failed = co_await read_body(stream, buffer_, *parser);
    if (failed) {
        done.answer = failure("reading the body of the answer", failed);
        co_return done;
    }
    done.may_be_kept = parser->keep_alive() && buffer_.size() == 0;
    done.answer = response_of(parser->release());
    co_return done;
}

bool Connection::is_quiet() {
    char byte = 0;
    const ssize_t got = ::recv(socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

void Connection::close() {
    error_code ignored;
    socket_.close(ignored);
}

}  // namespace charter::http
