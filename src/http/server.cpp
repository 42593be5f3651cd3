#include "charter/http/server.hpp"

#include "worker.hpp"

#include <algorithm>
#include <csignal>
#include <thread>

#include <boost/asio/ip/v6_only.hpp>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace charter::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

// What a caller does not take waits in this program, where an answer is as large as it is, and
// not in the kernel, where by default some megabytes of each connection wait: a thousand
// callers that never read would leave no memory to all other connections of the machine.
using UnsentBytes = asio::detail::socket_option::integer<IPPROTO_TCP, TCP_NOTSENT_LOWAT>;
constexpr int unsent_bytes_max = 128 * 1024;

using ReusePort = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;

// Binds one socket. The first of an address takes the port alone and shares it
// only then, with this program's other sockets: had it asked to share before, a
// second server on the same port would start and take half of the connections.
Worker::Acceptor bind(asio::io_context& context, const tcp::endpoint& endpoint, bool first,
                      error_code& failed) {
    Worker::Acceptor acceptor(context);
    acceptor.open(endpoint.protocol(), failed);
    const auto then = [&failed](auto&& step) {
        if (!failed) {
            step();
        }
    };
    then([&] { acceptor.set_option(asio::socket_base::reuse_address(true), failed); });
    then([&] {
        if (endpoint.address().is_v6()) {
            acceptor.set_option(asio::ip::v6_only(true), failed);
        }
    });
    then([&] {
        if (!first) {
            acceptor.set_option(ReusePort(true), failed);
        }
    });
    // Connections inherit it.
    then([&] { acceptor.set_option(UnsentBytes(unsent_bytes_max), failed); });
    then([&] { acceptor.bind(endpoint, failed); });
    then([&] { acceptor.set_option(ReusePort(true), failed); });
    then([&] { acceptor.listen(asio::socket_base::max_listen_connections, failed); });
    return acceptor;
}

}  // namespace

class Server::Impl {
public:
    Impl(ServerOptions options, const Router& router, Metrics& metrics)
        : options_(std::move(options)),
          metrics_(metrics),
          shared_{router, options_,
                  Admission(options_.limits.connections_max,
                            options_.limits.connections_per_address_max,
                            options_.perimeter.proxies),
                  Perimeter(options_.perimeter), nullptr} {}

    Result<> start() {
        if (options_.tls) {
            Result<std::unique_ptr<ServerTls>> tls = ServerTls::open(*options_.tls);
            if (!tls) {
                return tls.error();
            }
            shared_.tls = *std::move(tls);
        }
        const std::size_t cores = std::max(1U, std::thread::hardware_concurrency());
        const std::size_t threads = options_.threads > 0 ? options_.threads : cores;
        metrics_.prepare(shared_.router, threads);
        for (std::size_t i = 0; i < threads; ++i) {
            workers_.push_back(std::make_unique<Worker>(shared_, metrics_.part(i)));
        }
        for (const Endpoint& wanted : options_.listen) {
            if (Result<> bound = listen(wanted); !bound) {
                workers_.clear();
                endpoints_.clear();
                return bound;
            }
        }
        if (options_.on_bound) {
            options_.on_bound(endpoints_);
        }
        if (shared_.tls) {
            shared_.tls->log_certificate();
        }
        // sendfile and OpenSSL have no MSG_NOSIGNAL, and a caller who is gone must not end us.
        std::signal(SIGPIPE, SIG_IGN);
        for (const auto& worker : workers_) {
            threads_.emplace_back([&worker = *worker] { worker.run(); });
        }
        return {};
    }

    void stop() {
        for (const auto& worker : workers_) {
            worker->stop();
        }
        for (std::thread& thread : threads_) {
            thread.join();
        }
        threads_.clear();
    }

    void reload_tls(Reload when) {
        if (shared_.tls) {
            shared_.tls->reload(when);
        }
    }

    const std::vector<Endpoint>& endpoints() const { return endpoints_; }

private:
    Result<> listen(const Endpoint& wanted) {
        error_code failed;
        tcp::endpoint endpoint(asio::ip::make_address(wanted.address, failed), wanted.port);
        for (std::size_t i = 0; i < workers_.size() && !failed; ++i) {
            Worker::Acceptor acceptor = bind(workers_[i]->context(), endpoint, i == 0, failed);
            if (!failed && i == 0) {
                endpoint = acceptor.local_endpoint(failed);
                endpoints_.push_back({wanted.address, endpoint.port()});
            }
            workers_[i]->listen(std::move(acceptor));
        }
        if (failed) {
            return Error(ErrorCode::unavailable,
                         "cannot listen on " + wanted.text() + ": " + failed.message());
        }
        return {};
    }

    const ServerOptions options_;
    Metrics& metrics_;
    Shared shared_;
    std::vector<Endpoint> endpoints_;
    std::vector<std::unique_ptr<Worker>> workers_;
    std::vector<std::thread> threads_;
};

Server::Server(ServerOptions options, const Router& router, Metrics& metrics)
    : impl_(std::make_unique<Impl>(std::move(options), router, metrics)) {}

Server::~Server() {
    stop();
}

Result<> Server::start() {
    return impl_->start();
}

void Server::stop() {
    impl_->stop();
}

void Server::reload_tls(Reload when) {
    impl_->reload_tls(when);
}

std::vector<Endpoint> Server::endpoints() const {
    return impl_->endpoints();
}

}  // namespace charter::http
