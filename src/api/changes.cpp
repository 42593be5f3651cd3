// GET /changes?after=&limit=&wait_s=: the journal, as far as the caller may
// describe what changed; also as text/event-stream.
#include "api/authentication.hpp"
#include "api/endpoint.hpp"
#include "api/on_pool.hpp"
#include "api/sealed_cursor.hpp"
#include "charter/governance/approvals.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <nlohmann/json.hpp>

#include <charconv>
#include <memory>

namespace charter::api {

namespace asio = boost::asio;

namespace {

constexpr std::chrono::milliseconds look_again{200};

/// Whether the caller may know of a change: it may read the thing now, or, of
/// what is gone, audit the domain or mesh it belonged to.
bool may_know(const World& world, const Caller& caller, const JournalEntry& change) {
    const EntryPtr entry = world.find(change.id);
    if (const auto* storage = dynamic_cast<const StorageEntry*>(entry.get());
        storage != nullptr && storage_concerns(world, caller, *storage)) {
        return true;
    }
    if (entry) {
        return check_readable(world, caller, *entry).has_value();
    }
    Decider audit(world, caller, Action::audit);
    if (audit.allows(target_of(world))) {
        return true;
    }
    const auto domain = change.domain ? world.find<DomainEntry>(change.domain) : nullptr;
    return domain && audit.allows(target_of(world, *domain));
}

struct Page {
    Json items = Json::array();
    std::uint64_t last = 0;  // the last entry looked at
};

Result<Page> read_page(const Services& services, const Caller& caller, std::uint64_t after,
                       std::size_t limit) {
    const WorldPtr world = services.worlds.load();
    const bool auditor = Decider(*world, caller, Action::audit).allows(target_of(*world));
    Page page;
    page.last = after;
    while (page.items.size() < limit) {
        const Result<std::vector<JournalEntry>> entries =
            services.reader.changes(page.last, limits::list_items_max);
        if (!entries) {
            return entries.error();
        }
        for (const JournalEntry& entry : *entries) {
            page.last = entry.sequence;
            if (may_know(*world, caller, entry)) {
                Json item = Json::object();
                item["at"] = format_time(entry.at);
                item["by"] = entry.by;
                item["kind"] = kind_name(entry.kind);
                item["resource"] = entry.name;
                item["change"] = entry.change;
                if (auditor) {
                    item["seq"] = entry.sequence;
                }
                page.items.push_back(std::move(item));
                if (page.items.size() == limit) {
                    break;
                }
            }
        }
        if (entries->size() < limits::list_items_max) {
            break;
        }
    }
    return page;
}

asio::awaitable<void> wait_a_moment() {
    asio::steady_timer timer(co_await asio::this_coro::executor);
    timer.expires_after(look_again);
    co_await timer.async_wait(asio::use_awaitable);
}

/// The caller as it is now: an answer may outlive the token or session it began with.
std::optional<Caller> present(const Services& services, const World& world, Caller caller,
                              const std::function<bool(UtcTime)>& session_lasts) {
    caller.now = services.writer.now();
    return session_lasts(caller.now) ? renewed(world, caller) : std::nullopt;
}

http::Response stream(const Services& services, const http::Request& request, Caller caller,
                      std::uint64_t after) {
    http::Response response;
    response.content_type = "text/event-stream";
    response.headers.emplace_back("Cache-Control", "no-store");
    auto at = std::make_shared<std::uint64_t>(after);
    auto generation = std::make_shared<std::uint64_t>(0);
    auto quiet = std::make_shared<int>(0);
    response.next_chunk = [&services, caller, at, generation, quiet,
                           session_lasts = session_watch(services, request)]() -> asio::awaitable<std::optional<std::string>> {
        for (;;) {
            const WorldPtr world = services.worlds.load();
            const std::optional<Caller> now = present(services, *world, caller, session_lasts);
            if (!now) {
                co_return std::nullopt;
            }
            if (world->generation() != *generation) {
                *generation = world->generation();
                const Result<Page> page = read_page(services, *now, *at, limits::list_items_default);
                if (!page) {
                    co_return std::nullopt;
                }
                if (page->items.size() == limits::list_items_default) {
                    *generation = 0;  // there may be more
                }
                *at = page->last;
                if (!page->items.empty()) {
                    std::string events;
                    for (const Json& item : page->items) {
                        events += "data: " + item.dump() + "\n";
                    }
                    const std::string id = seal_cursor(services.cursor_key, *at);
                    co_return "id: " + id + "\nevent: changes\n" + events + "\n";
                }
            }
            if (++*quiet % 75 == 0) {
                co_return ": still here\n\n";
            }
            co_await wait_a_moment();
        }
    };
    return response;
}

asio::awaitable<Result<http::Response>> changes(const Services& services, http::Request& request,
                                                Caller caller) {
    const Result<Paging> paging = read_paging(request);
    if (!paging) {
        co_return paging.error();
    }
    std::uint64_t after = 0;
    std::string_view from = request.query_value("after").value_or("");
    if (from.empty()) {
        from = request.header("Last-Event-ID");
    }
    if (!from.empty()) {
        const std::optional<std::uint64_t> opened = open_cursor(services.cursor_key, from);
        if (!opened) {
            co_return Error(ErrorCode::invalid_request, "the cursor is none that the journal gave");
        }
        after = *opened;
    }
    std::int64_t wait_s = 0;
    if (const auto text = request.query_value("wait_s")) {
        const auto [stop, error] = std::from_chars(text->data(), text->data() + text->size(), wait_s);
        if (error != std::errc() || stop != text->data() + text->size() || wait_s < 0 ||
            wait_s > limits::changes_wait_max.count()) {
            co_return Error(ErrorCode::invalid_request,
                            "wait_s is 0 to " + std::to_string(limits::changes_wait_max.count()));
        }
    }
    if (request.header("Accept").find("text/event-stream") != std::string_view::npos) {
        co_return stream(services, request, std::move(caller), after);
    }
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(wait_s);
    const std::function<bool(UtcTime)> session_lasts = session_watch(services, request);
    for (;;) {
        const WorldPtr world = services.worlds.load();
        const std::optional<Caller> now = present(services, *world, caller, session_lasts);
        if (!now) {
            co_return Error(ErrorCode::unauthenticated, "a valid token is needed");
        }
        const auto read = [&] { return read_page(services, *now, after, paging->limit); };
        Result<Page> page = co_await on_pool(services.long_reads, read);
        if (!page) {
            co_return page.error();
        }
        if (!page->items.empty() || std::chrono::steady_clock::now() >= until) {
            Json answer = Json::object();
            answer["items"] = std::move(page->items);
            answer["next"] = seal_cursor(services.cursor_key, page->last);
            co_return show_plain(200, answer);
        }
        after = page->last;
        co_await wait_a_moment();
    }
}

}  // namespace

void add_change_routes(Routes& routes) {
    const Services& services = routes.services();
    routes.add(http::Method::get, "/api/v1/changes",
               "describe on the resource; audit on Mesh or Domain of what is gone",
               [&services](http::Request& request, Caller caller) {
                   return changes(services, request, std::move(caller));
               },
               {"after", "limit", "wait_s"});
}

}  // namespace charter::api
