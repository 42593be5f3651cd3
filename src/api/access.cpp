// GET /access/who?resource=&action=&limit=&cursor=, GET /access/what?principal=&action=&...
// -> {"items": [{"principal" | "resource" | "scope", "paths", "forbidden_by"}], "next",
// "complete"}: who can do what, by which way, and what must hold beside it.
#include "api/endpoint.hpp"
#include "api/on_pool.hpp"
#include "api/sealed_cursor.hpp"
#include "charter/governance/access.hpp"

#include <nlohmann/json.hpp>

#include <array>

namespace charter::api {

namespace asio = boost::asio;

namespace {

constexpr std::size_t sealed_characters = 16;

std::string make_access_cursor(std::string_view key, const AccessPosition& at) {
    return seal_cursor(key, at.phase) + seal_cursor(key, at.owner) + seal_cursor(key, at.number) +
           seal_cursor(key, at.member);
}

std::optional<AccessPosition> open_access_cursor(std::string_view key, std::string_view text) {
    std::array<std::uint64_t, 4> numbers{};
    if (text.size() != numbers.size() * sealed_characters) {
        return std::nullopt;
    }
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        const auto number =
            open_cursor(key, text.substr(i * sealed_characters, sealed_characters));
        if (!number) {
            return std::nullopt;
        }
        numbers[i] = *number;
    }
    return AccessPosition{numbers[0], numbers[1], numbers[2], numbers[3]};
}

struct Question {
    std::string about;  // the resource or the principal
    Action action = Action::read;
    std::size_t limit = limits::list_items_default;
    AccessPosition after;
};

Result<Question> read_question(const Services& services, const http::Request& request,
                               std::string_view about) {
    Question question;
    const auto named = request.query_value(about);
    if (!named) {
        return Error(ErrorCode::invalid_request, "`" + std::string(about) + "` is missing");
    }
    question.about = *named;
    const auto action = request.query_value("action");
    const std::optional<Action> parsed = action ? parse_action(*action) : std::nullopt;
    if (!parsed) {
        return Error(ErrorCode::invalid_request, "an action of the Cedar schema is expected");
    }
    question.action = *parsed;
    const Result<std::size_t> limit = read_limit(request);
    if (!limit) {
        return limit.error();
    }
    question.limit = *limit;
    if (const auto cursor = request.query_value("cursor")) {
        const auto after = open_access_cursor(services.cursor_key, *cursor);
        if (!after) {
            return Error(ErrorCode::invalid_request, "the cursor is none that this list gave");
        }
        question.after = *after;
    }
    return question;
}

Json show_path(const AccessPath& path) {
    Json shown{{"via", path.via}, {"conditions", path.conditions}};
    for (const auto& [name, value] :
         {std::pair{"grantee", &path.grantee}, std::pair{"on", &path.on}}) {
        if (!value->empty()) {
            shown[name] = *value;
        }
    }
    for (const auto& [name, list] : {std::pair{"chain", &path.chain},
                                     std::pair{"tagged", &path.tagged},
                                     std::pair{"passed_on", &path.passed_on}}) {
        if (!list->empty()) {
            shown[name] = *list;
        }
    }
    return shown;
}

Json show_item(const Access& item, std::string_view name) {
    Json shown = Json::object();
    shown[item.scope.empty() ? std::string(name) : "scope"] =
        item.scope.empty() ? item.name : item.scope;
    shown["paths"] = Json::array();
    for (const AccessPath& path : item.paths) {
        shown["paths"].push_back(show_path(path));
    }
    shown["forbidden_by"] = Json::array();
    for (const AccessForbid& forbid : item.forbidden_by) {
        shown["forbidden_by"].push_back({{"by", forbid.by}, {"conditions", forbid.conditions}});
    }
    return shown;
}

using Ask = Result<AccessPage> (*)(const World&, const Caller&, const Question&);

Result<AccessPage> ask_who(const World& world, const Caller& caller, const Question& question) {
    return who_can(world, caller, question.action, question.about, question.after,
                   question.limit);
}

Result<AccessPage> ask_what(const World& world, const Caller& caller, const Question& question) {
    const Result<PrincipalName> principal = PrincipalName::parse(question.about);
    return principal ? what_can(world, caller, *principal, question.action, question.after,
                                question.limit)
                     : Result<AccessPage>(principal.error());
}

asio::awaitable<Result<http::Response>> answer(const Services& services, http::Request& request,
                                               Caller caller, std::string_view about,
                                               std::string_view named, Ask ask) {
    const Result<Question> question = read_question(services, request, about);
    if (!question) {
        co_return question.error();
    }
    const WorldPtr world = services.worlds.load();
    const auto run = [&] { return ask(*world, caller, *question); };
    const Result<AccessPage> page = co_await on_pool(services.long_reads, run);
    if (!page) {
        co_return page.error();
    }
    Json shown = Json::object();
    shown["items"] = Json::array();
    for (const Access& item : page->items) {
        shown["items"].push_back(show_item(item, named));
    }
    shown["next"] = page->next ? Json(make_access_cursor(services.cursor_key, *page->next)) : Json();
    shown["complete"] = page->complete;
    co_return show_plain(200, shown);
}

}  // namespace

void add_access_routes(Routes& routes) {
    const Services& services = routes.services();
    routes.add(http::Method::get, "/api/v1/access/who",
               "audit on Mesh or Domain; grant on the resource",
               [&services](http::Request& request, Caller caller) {
                   return answer(services, request, std::move(caller), "resource", "principal",
                                 &ask_who);
               },
               {"resource", "action", "limit", "cursor"});
    routes.add(http::Method::get, "/api/v1/access/what",
               "own ones; audit on Mesh or Domain; grant on the resource",
               [&services](http::Request& request, Caller caller) {
                   return answer(services, request, std::move(caller), "principal", "resource",
                                 &ask_what);
               },
               {"principal", "action", "limit", "cursor"});
}

}  // namespace charter::api
