// ?dry_run=true of a change: it takes its turn and is taken back, and who would gain and lose
// what is found out on the pool, from the World before and the one that would have come.
#include "api/endpoint.hpp"
#include "api/on_pool.hpp"
#include "charter/governance/access_change.hpp"

#include <nlohmann/json.hpp>

namespace charter::api {

namespace asio = boost::asio;

namespace {

struct Rehearsal {
    WorldPtr before;
    WorldPtr after;
    std::vector<ResourceId> changed;
    std::optional<Caller> by;
    std::string answer;
};

/// A refusal stays a refusal, with its ledger record; of a success nothing stays.
Result<Rehearsal> rehearse_now(Draft& draft, const Caller& by, const UseCase& use_case) {
    Rehearsal rehearsal;
    rehearsal.by = by;
    rehearsal.before = std::make_shared<const World>(draft.world());
    Draft::Mark mark = draft.mark();
    Result<Answer> answer = use_case(draft, by);
    if (!answer) {
        return answer.error();
    }
    rehearsal.answer = std::move(answer->body);
    rehearsal.after = std::make_shared<const World>(draft.world());
    const Transaction& made = draft.transaction();
    for (std::size_t i = mark.puts; i < made.puts.size(); ++i) {
        rehearsal.changed.push_back(made.puts[i].id);
    }
    for (std::size_t i = mark.removals; i < made.removals.size(); ++i) {
        rehearsal.changed.push_back(made.removals[i]);
    }
    draft.roll_back(std::move(mark));
    draft.begin_turn(draft.now());
    return rehearsal;
}

Json show_facts(const std::vector<AccessFact>& facts) {
    Json list = Json::array();
    for (const AccessFact& fact : facts) {
        list.push_back({{"principal", fact.principal.text()},
                        {"resource", fact.resource},
                        {"action", action_name(fact.action)}});
    }
    return list;
}

}  // namespace

Result<bool> is_dry_run(const http::Request& request) {
    const auto asked = request.query_value("dry_run");
    if (asked && *asked != "true" && *asked != "false") {
        return Error(ErrorCode::invalid_request, "dry_run is `true` or `false`");
    }
    return asked == "true";
}

asio::awaitable<Result<http::Response>> dry_run(const Services& services, Caller caller,
                                                UseCase use_case) {
    Writer::Change<Rehearsal> turn = [use_case = std::move(use_case),
                                      caller](Draft& draft) -> Result<Rehearsal> {
        Caller asking = caller;
        asking.now = draft.now();
        const std::optional<Caller> now = renewed(draft.world(), asking);
        return now ? rehearse_now(draft, *now, use_case)
                   : Error(ErrorCode::unauthenticated, "a valid token is needed");
    };
    const Result<Rehearsal> rehearsal =
        co_await services.writer.submit<Rehearsal>(std::move(caller), std::move(turn));
    if (!rehearsal) {
        co_return rehearsal.error();
    }
    const auto compare = [&] {
        return access_change(*rehearsal->before, *rehearsal->after, rehearsal->changed,
                             *rehearsal->by);
    };
    const AccessChange change = co_await on_pool(services.long_reads, compare);
    Json shown{{"dry_run", true},
               {"gained", show_facts(change.gained)},
               {"lost", show_facts(change.lost)},
               {"gained_count", change.gained_count},
               {"lost_count", change.lost_count},
               {"complete", change.complete}};
    if (!rehearsal->answer.empty()) {
        shown["answer"] = Json::parse(rehearsal->answer);
    }
    http::Response response = show_plain(200, shown);
    co_return response;
}

}  // namespace charter::api
