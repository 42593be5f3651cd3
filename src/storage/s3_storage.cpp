#include "charter/storage/s3_storage.hpp"

#include "s3_address.hpp"
#include "s3_call.hpp"
#include "s3_listing.hpp"
#include "s3_lists.hpp"
#include "signing_keys.hpp"
#include "sigv4.hpp"

#include <algorithm>

namespace charter {
namespace asio = boost::asio;

namespace {

constexpr std::size_t keys_per_page = 1'000;  // the most that S3 gives

Error not_a_prefix() {
    return Error(ErrorCode::invalid_request, "not a prefix inside a storage");
}

Error too_many(const std::string& what) {
    return Error(ErrorCode::unprocessable, "a location holds at most " + what);
}

// Everything of one listing that stays the same from page to page.
struct Listing {
    S3Place place;
    S3Credentials credentials;
    std::string prefix;
    std::chrono::steady_clock::time_point deadline;
};

FetchRequest page_request(const Listing& listing, std::string_view token, std::size_t keys_max,
                          SigningKeys& keys, UtcTime now) {
    S3Address address = address_of(listing.place);
    S3Call call;
    call.origin = std::move(address.origin);
    call.host = std::move(address.host);
    call.path = std::move(address.path);
    call.query = list_query(listing.prefix, token, keys_max);
    call.region = listing.place.region;
    call.service = "s3";
    const Digest key = keys.find(listing.credentials, sigv4::amazon_time(now).substr(0, 8),
                                 call.region, call.service);
    FetchRequest request = sign_call(std::move(call), listing.credentials, key, now);
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        listing.deadline - std::chrono::steady_clock::now());
    request.deadline =
        std::clamp(left, std::chrono::milliseconds(1), limits::storage_call_deadline);
    request.answer_bytes_max = limits::object_page_bytes_max;
    return request;
}

// The next page: its objects into `objects`, its token back.
asio::awaitable<Result<std::string>> read_page(const Fetch& fetch, FetchRequest request,
                                               const std::string& prefix, std::vector<Object>& objects,
                                               std::size_t& bytes) {
    Result<FetchResponse> response = co_await call_storage(fetch, std::move(request));
    if (!response) {
        co_return response.error();
    }
    if (response->status != 200) {
        co_return refused_answer(*response);
    }
    bytes += response->body.size();
    co_return read_list_page(response->body, prefix, objects);
}

// References: awaited at once by S3Storage::list.
asio::awaitable<Result<ObjectListPtr>> read_pages(const Fetch& fetch, const Clock& clock,
                                                  SigningKeys& keys, const Listing& listing) {
    std::vector<Object> objects;
    std::string token;
    std::size_t bytes = 0;
    for (std::size_t page = 0; page == 0 || !token.empty(); ++page) {
        if (page >= limits::object_list_pages_max || bytes > limits::object_list_bytes_max) {
            co_return too_many(std::to_string(limits::object_list_pages_max) + " pages and " +
                               std::to_string(limits::object_list_bytes_max) +
                               " bytes of a listing");
        }
        if (std::chrono::steady_clock::now() >= listing.deadline) {
            co_return storage_error("the listing took too long");
        }
        FetchRequest request = page_request(listing, token, keys_per_page, keys, clock.now());
        Result<std::string> next =
            co_await read_page(fetch, std::move(request), listing.prefix, objects, bytes);
        if (!next) {
            co_return next.error();
        }
        if (!next->empty() && *next == token) {
            co_return storage_error("the storage's listing goes round in a circle");
        }
        if (objects.size() > limits::objects_per_port_max) {
            co_return too_many(std::to_string(limits::objects_per_port_max) + " objects");
        }
        token = std::move(next).value();
    }
    std::ranges::sort(objects, {}, &Object::path);
    const auto repeated = std::ranges::unique(objects, {}, &Object::path);
    objects.erase(repeated.begin(), repeated.end());
    co_return std::make_shared<const ObjectList>(std::move(objects));
}

std::string list_name(const Listing& listing) {
    std::string name = listing.place.endpoint;
    for (const std::string& part :
         {listing.place.bucket, listing.prefix, listing.credentials.access_key_id}) {
        name.append(1, '\0').append(part);
    }
    return name;
}

std::chrono::steady_clock::time_point list_deadline() {
    return std::chrono::steady_clock::now() + limits::storage_list_deadline;
}

}  // namespace

S3Storage::S3Storage(Fetch fetch, const Clock& clock)
    : fetch_(std::move(fetch)),
      clock_(clock),
      keys_(std::make_unique<SigningKeys>()),
      lists_(std::make_unique<S3Lists>()) {}

S3Storage::~S3Storage() = default;

asio::awaitable<Result<ObjectListPtr>> S3Storage::list(S3Place place, S3Credentials credentials,
                                                       std::string prefix) {
    if (!is_list_prefix(prefix)) {
        co_return not_a_prefix();
    }
    const UtcTime now = clock_.now();
    const Listing listing{std::move(place), std::move(credentials), std::move(prefix),
                          list_deadline()};
    const std::string name = list_name(listing);
    const S3Lists::Entry entry = lists_->enter(name, now);
    if (entry.kept) {
        co_return entry.kept;
    }
    if (!entry.leads) {
        co_return co_await lists_->wait(entry.reading);
    }
    S3Lists::Lead lead(*lists_, name, entry.reading);
    Result<ObjectListPtr> objects = co_await read_pages(fetch_, clock_, *keys_, listing);
    lead.finish(objects, now);
    co_return objects;
}

asio::awaitable<Result<>> S3Storage::probe(S3Place place, S3Credentials credentials,
                                           std::string prefix) {
    if (!is_list_prefix(prefix)) {
        co_return not_a_prefix();
    }
    const Listing listing{std::move(place), std::move(credentials), std::move(prefix),
                          list_deadline()};
    FetchRequest request = page_request(listing, "", 1, *keys_, clock_.now());
    std::vector<Object> objects;
    std::size_t bytes = 0;
    const Result<std::string> next =
        co_await read_page(fetch_, std::move(request), listing.prefix, objects, bytes);
    co_return next ? Result<>() : Result<>(next.error());
}

Result<S3Presigner> S3Storage::presigner(const S3Place& place, const S3Credentials& credentials,
                                         UtcTime expires_at) {
    const UtcTime now = std::chrono::floor<std::chrono::seconds>(clock_.now());
    if (expires_at < now + std::chrono::seconds(1) ||
        expires_at > now + limits::signed_url_life_max) {
        return Error(ErrorCode::invalid_request, "a signed URL lives from 1 s to 7 days");
    }
    const std::string date = sigv4::amazon_time(now).substr(0, 8);
    return S3Presigner(place, credentials, keys_->find(credentials, date, place.region, "s3"), now,
                       expires_at);
}

}  // namespace charter
