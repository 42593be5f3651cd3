#pragma once

#include "charter/base/fetch.hpp"
#include "charter/base/result.hpp"
#include "charter/http/network.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace charter::http {

/// The addresses of a name, as text, in the order in which they are tried. May block;
/// must not throw. Errors: unavailable.
using LookUp = std::function<Result<std::vector<std::string>>(const std::string& host)>;

/// What a Client may do. The defaults call public addresses over https.
struct ClientSettings {
    std::vector<Network> allowed_networks;       // called although not public (may_call)
    bool plain_http = false;                     // true: http:// is called too
    std::filesystem::path ca_file;               // PEM, trusted beside the system's; empty: none
    std::size_t connections_per_host_max = 16;   // calls beyond it wait within their deadline
    std::chrono::milliseconds idle_max{30'000};  // that an unused connection is kept
    /// Asked on a thread of its own; empty: the system's resolver (getaddrinfo).
    LookUp look_up;
};

/// Makes all outgoing HTTP calls of the server. HTTP/1.1, TLS 1.2 or later with the chain
/// and the host name verified.
///
/// A call resolves the name, leaves out the addresses that may not be called, and
/// connects to one that may: the name is not looked up a second time. Redirects are
/// not followed, answers are not decompressed, proxies of the environment are not used.
/// Connections are kept and used again for the same scheme, host and port.
///
/// Thread-safe. Calls run on one thread of the client's own; whoever awaits one comes
/// back on his own executor, which must live until the call is answered: stop() the client
/// before the executors are stopped and destroyed. A caller
/// that is cancelled (terminal) ends its call.
class Client {
public:
    /// Errors: invalid_request (the CA file cannot be read), unavailable (no thread).
    static Result<std::unique_ptr<Client>> open(ClientSettings settings);

    /// Stops.
    ~Client();
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    /// As `Fetch` says. Header of the answer: at most 16 KiB. Host is sent as the URL
    /// has it, with its port if the URL names one. A call of an idempotent method that fails on a
    /// kept connection before any byte of an answer is made once more on a new one.
    /// Errors: invalid_request (a URL, method or header that is never sent, or an address in
    /// the URL that may not be called), unavailable (cause: scheme, host, port and what
    /// failed; never path, query or headers). Throws nothing.
    boost::asio::awaitable<Result<FetchResponse>> fetch(FetchRequest request);

    /// This client as a function; it must outlive the function's calls.
    Fetch function();

    /// Ends all calls with unavailable and waits until none runs. Later calls are unavailable.
    /// Not from a thread that must go on for a call to end; once is enough.
    void stop();

private:
    class Core;
    explicit Client(std::unique_ptr<Core> core);

    std::unique_ptr<Core> core_;
};

}  // namespace charter::http
