// GET /grants: of one grantee or on one resource from the World's own lists, else all of the store.
#include "api/grant_list.hpp"

#include "api/on_pool.hpp"
#include "charter/governance/grant_standing.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace charter::api {

namespace asio = boost::asio;

namespace {

constexpr std::array<std::string_view, 4> states{"active", "scheduled", "expired", "revoked"};

/// What is asked for. A grantee or resource is who has the name now; one that nobody has is
/// compared as it was written, so that the grants of who is gone are found too.
struct Filter {
    std::optional<std::string> grantee;
    std::optional<std::string> resource;
    std::optional<std::string> state;
    bool review_due = false;
    ResourceId grantee_id;
    ResourceId resource_id;

    bool fits(const World& world, const GrantEntry& grant, const Caller& caller) const {
        const auto same = [](const std::optional<std::string>& asked, ResourceId asked_id,
                             ResourceId id, const std::string& name) {
            return !asked || (asked_id ? asked_id == id : *asked == name);
        };
        return same(grantee, grantee_id, grant.grantee, grant.grantee_name.text()) &&
               same(resource, resource_id, grant.resource, grant.resource_path) &&
               (!review_due || (!grant.revoked && grant.review_at <= caller.now)) &&
               (!state || standing_of(world, grant, caller.now).state == *state);
    }

    /// What costs decisions comes last.
    bool shows(const World& world, const GrantEntry& grant, const Caller& caller) const {
        return fits(world, grant, caller) && check_readable(world, caller, grant).has_value() &&
               (!review_due || decides_on(world, caller, grant));
    }
};

Result<Filter> read_filter(const http::Request& request) {
    const auto text = [&](std::string_view name) {
        const auto value = request.query_value(name);
        return value ? std::optional<std::string>(*value) : std::nullopt;
    };
    Filter filter;
    filter.grantee = text("grantee");
    filter.resource = text("resource");
    filter.state = text("state");
    if (filter.state && std::ranges::find(states, *filter.state) == states.end()) {
        return Error(ErrorCode::invalid_request,
                     "state is `active`, `scheduled`, `expired` or `revoked`");
    }
    const std::optional<std::string> review = text("review");
    if (review && *review != "due") {
        return Error(ErrorCode::invalid_request, "review is `due`");
    }
    filter.review_due = review.has_value();
    return filter;
}

ResourceId id_of_resource(const World& world, const std::string& path) {
    switch (std::count(path.begin(), path.end(), '/')) {
        case 0: {
            const DomainPtr domain = world.domain(path);
            return domain ? domain->id : ResourceId{};
        }
        case 1: {
            const ProductPtr product = world.product(path);
            return product ? product->id : ResourceId{};
        }
        default: {
            const PortPtr port = world.port(path);
            return port ? port->id : ResourceId{};
        }
    }
}

/// A page being filled. Grants come by id, which is their name.
class Page {
public:
    Page(const World& world, const Filter& filter, const Caller& caller, std::size_t limit)
        : world_(world), filter_(filter), caller_(caller), limit_(limit) {}

    bool wants(const GrantEntry& grant) const { return filter_.shows(world_, grant, caller_); }
    /// False when it has no place any more: the page ends here.
    bool take(const Resource& resource) {
        if (items_.size() == limit_) {
            next_ = make_cursor(items_.back().value("id", ""));
            return false;
        }
        items_.push_back(represent(world_, resource, caller_.now));
        return true;
    }
    http::Response show() && { return show_list(std::move(items_), next_); }

private:
    const World& world_;
    const Filter& filter_;
    const Caller& caller_;
    std::size_t limit_;
    Json items_ = Json::array();
    std::optional<std::string> next_;
};

/// Those of one owner, revoked ones too: two ordered lists, merged.
Result<> fill_from_lists(StoreReader& reader, const World& world, const IdPairs& held,
                         const IdPairs& revoked, ResourceId owner, ResourceId after, Page& page) {
    for (std::uint64_t at = after.value;;) {
        const auto one = held.next(owner.value, at);
        const auto other = revoked.next(owner.value, at);
        if (!one && !other) {
            return {};
        }
        at = std::min(one.value_or(UINT64_MAX), other.value_or(UINT64_MAX));
        const auto grant = world.find<GrantEntry>(ResourceId{at});
        if (!grant || !page.wants(*grant)) {
            continue;
        }
        const Result<std::optional<Resource>> resource = reader.find(grant->id);
        if (!resource) {
            return resource.error();
        }
        if (*resource && !page.take(**resource)) {
            return {};
        }
    }
}

Result<> fill_from_store(StoreReader& reader, const World& world, std::string after, Page& page) {
    for (bool more = true; more;) {
        const Result<std::vector<Resource>> rows =
            reader.list(Kind::grant, ResourceId{}, after, limits::list_items_max);
        if (!rows) {
            return rows.error();
        }
        more = rows->size() == limits::list_items_max;
        for (const Resource& resource : *rows) {
            const auto grant = world.find<GrantEntry>(resource.id);
            if (grant && page.wants(*grant) && !page.take(resource)) {
                return {};
            }
            after = resource.name;
        }
    }
    return {};
}

Result<http::Response> read_page(const Services& services, Filter filter, const Paging& paging,
                                 const Caller& caller) {
    const WorldPtr world = services.worlds.load();
    if (filter.grantee) {
        const Result<PrincipalName> name = PrincipalName::parse(*filter.grantee);
        filter.grantee_id = name ? world->grantee_id(*name) : ResourceId{};
    }
    if (filter.resource) {
        filter.resource_id = id_of_resource(*world, *filter.resource);
    }
    Page page(*world, filter, caller, paging.limit);
    const ResourceId after = ResourceId::parse(paging.after).value_or(ResourceId{});
    Result<> filled;
    if (filter.grantee_id) {
        filled = fill_from_lists(services.reader, *world, world->grants_of(), world->revoked_of(),
                                 filter.grantee_id, after, page);
    } else if (filter.resource_id) {
        filled = fill_from_lists(services.reader, *world, world->grants_on(), world->revoked_on(),
                                 filter.resource_id, after, page);
    } else {
        filled = fill_from_store(services.reader, *world, paging.after, page);
    }
    return filled ? Result<http::Response>(std::move(page).show())
                  : Result<http::Response>(filled.error());
}

}  // namespace

asio::awaitable<Result<http::Response>> list_grants(const Services& services,
                                                    http::Request& request, Caller caller) {
    const Result<Paging> paging = read_paging(request);
    if (!paging) {
        co_return paging.error();
    }
    if (!paging->after.empty() && !ResourceId::parse(paging->after)) {
        co_return Error(ErrorCode::invalid_request, "the cursor is none that this list gave");
    }
    const Result<Filter> filter = read_filter(request);
    if (!filter) {
        co_return filter.error();
    }
    const auto read = [&] { return read_page(services, *filter, *paging, caller); };
    Result<http::Response> page = co_await on_pool(services.long_reads, read);
    co_return page;
}

}  // namespace charter::api
