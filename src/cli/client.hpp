#pragma once

#include "charter/base/result.hpp"
#include "charter/base/secret.hpp"

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace charter::cli {

/// One request to the server.
struct Call {
    std::string method;
    std::string path;  // from "/", percent-encoded, with its query
    std::string body;
    std::string content_type = "application/json";  // sent with a body only
    std::vector<std::pair<std::string, std::string>> headers;
};

struct Answer {
    unsigned status = 0;
    std::string content_type;
    std::string body;

    bool ok() const noexcept { return status >= 200 && status < 300; }
};

/// Sends a call and waits for its answer: Client::call, or a fake in a test.
/// Errors: unavailable (nobody answered). A refusal is an Answer.
using Send = std::function<Result<Answer>(const Call&)>;

/// Where a server is: `http://host[:port]` or `https://host[:port]`, an IPv6 address in
/// brackets.
struct ServerAddress {
    std::string host;
    std::string port;
    bool tls = false;

    /// Errors: invalid_request.
    static Result<ServerAddress> parse(std::string_view url);
    std::string url() const;
};

/// A blocking HTTP/1.1 client with one kept-alive connection. Not thread-safe. Over TLS it
/// verifies that the server is the host it was told, by the system's authorities and those of
/// `ca_file` (PEM; empty: none), before anything is sent.
class Client {
public:
    Client(ServerAddress server, Secret token, std::string ca_file = {});
    ~Client();
    Client(Client&&) noexcept;
    Client& operator=(Client&&) = delete;

    /// Blocks until the answer is there, at most a minute.
    /// Errors: unavailable, with the reason in the message; invalid_request (the CA file).
    Result<Answer> call(const Call& call);

private:
    struct Connection;
    std::unique_ptr<Connection> connection_;
};

}  // namespace charter::cli
