// POST /secrets/rotate: every secret of a storage sealed anew, the old keys gone.
#include "api/endpoint.hpp"

#include "charter/governance/storage_secrets.hpp"

#include <nlohmann/json.hpp>
#include <spdlog/spdlog.h>

namespace charter::api {

namespace asio = boost::asio;

namespace {

/// Drops the keys that nothing needs any more. Both what is committed and what is about to
/// be must go on opening, so this takes its turn as a change does.
asio::awaitable<void> drop_old_keys(const Services& services, Caller caller) {
    Writer::Change<bool> drop = [&services](Draft& draft) -> Result<bool> {
        std::vector<std::string> kept = keys_in_use(*services.worlds.load());
        const std::vector<std::string> coming = keys_in_use(draft.world());
        kept.insert(kept.end(), coming.begin(), coming.end());
        const Result<> dropped = services.secret_keys.keep_only(kept);
        return dropped ? Result<bool>(true) : Result<bool>(dropped.error());
    };
    const Result<bool> dropped =
        co_await services.writer.submit<bool>(std::move(caller), std::move(drop));
    if (!dropped) {
        spdlog::error("the old keys of secrets stay where they are until the next rotation: {}",
                      dropped.error().cause().empty() ? dropped.error().message()
                                                      : dropped.error().cause());
    }
}

asio::awaitable<Result<http::Response>> rotate(const Services& services, http::Request& request,
                                               Caller caller) {
    SecretKeys& keys = services.secret_keys;
    UseCase use_case = [&keys](Draft& draft, const Caller& by) -> Result<Answer> {
        const Result<std::size_t> resealed = reseal_secrets(draft, by, keys);
        if (!resealed) {
            return resealed.error();
        }
        const std::vector<std::string> ids = keys.box().key_ids();
        Json body{{"resealed", *resealed}, {"key", ids.front()}};
        if (!keys.in_file()) {
            body["removable"] = std::vector<std::string>(ids.begin() + 1, ids.end());
        }
        Answer answer;
        answer.body = body.dump();
        return answer;
    };
    Result<http::Response> response =
        co_await change(services, request, caller, std::move(use_case));
    if (response) {
        co_await drop_old_keys(services, std::move(caller));
    }
    co_return response;
}

}  // namespace

void add_secret_routes(Routes& routes) {
    const Services& services = routes.services();
    routes.add(http::Method::post, "/api/v1/secrets/rotate", "administer on Mesh",
               [&services](http::Request& request, Caller caller) {
                   return rotate(services, request, std::move(caller));
               });
}

}  // namespace charter::api
