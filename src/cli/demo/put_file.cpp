// The outgoing call of the demo: a file to where a lease leads.
#include "charter/base/fetch.hpp"
#include "charter/http/client.hpp"
#include "cli/demo/bucket.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <memory>
namespace charter::cli::demo {

namespace {

namespace asio = boost::asio;

constexpr std::chrono::seconds put_deadline{60};

asio::awaitable<void> keep(http::Client& client, FetchRequest request,
                           Result<FetchResponse>& answer) {
    answer = co_await client.fetch(std::move(request));
}

/// Runs the call on a context of its own until it is answered.
Result<FetchResponse> fetch_now(http::Client& client, FetchRequest request) {
    asio::io_context context;
    Result<FetchResponse> answer = Error(ErrorCode::internal, "the call was not made");
    asio::co_spawn(context, keep(client, std::move(request), answer), asio::detached);
    context.run();
    return answer;
}

}  // namespace

Result<PutFile> make_put_file(bool plain_http, const std::string& ca_file) {
    http::ClientSettings settings;
    settings.plain_http = plain_http;
    settings.ca_file = ca_file;
    // Who runs the demo named the endpoint; there is nobody to be kept from it.
    for (const char* every : {"0.0.0.0/0", "::/0"}) {
        settings.allowed_networks.push_back(http::Network::parse(every).value());
    }
    Result<std::unique_ptr<http::Client>> opened = http::Client::open(std::move(settings));
    if (!opened) {
        return opened.error();
    }
    const std::shared_ptr<http::Client> client = *std::move(opened);
    return PutFile([client](const FilePut& put) -> Result<> {
        FetchRequest request;
        request.method = "PUT";
        request.url = put.url;
        request.headers = put.headers;
        request.body = put.body;
        request.deadline = put_deadline;
        const Result<FetchResponse> answer = fetch_now(*client, std::move(request));
        if (!answer) {
            return Error(answer.error().code(),
                         "the storage was not reached: " + std::string(answer.error().cause()));
        }
        if (answer->status < 200 || answer->status >= 300) {
            return Error(ErrorCode::unavailable,
                         "the storage answered " + std::to_string(answer->status));
        }
        return {};
    });
}

}  // namespace charter::cli::demo
