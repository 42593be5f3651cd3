// POST /authorize {"principal"?, "action", "resource", "purpose"?, "at"?, "explain"?}
// Out: 200 {"decision": {allow, determined_by, reason}}; with `explain` what a lease on a port
// would be, when the answer is yes. Nothing is released and nothing recorded. Another
// principal than oneself only for owners and auditors.
#include "api/endpoint.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace charter::api {

namespace asio = boost::asio;

namespace {

struct Question {
    std::optional<PrincipalName> principal;
    Action action = Action::read;
    ResourcePath resource;
    std::optional<std::string> purpose;
    std::optional<UtcTime> at;
    bool explain = false;
};

Result<Question> read_question(const Json& document) {
    static constexpr std::array<std::string_view, 6> known = {"principal", "action", "resource",
                                                              "purpose",   "at",     "explain"};
    Question question;
    std::vector<Violation> violations;
    if (!document.is_object()) {
        return Error(ErrorCode::invalid_request, "the question is an object");
    }
    for (const auto& [name, value] : document.items()) {
        if (std::find(known.begin(), known.end(), name) == known.end()) {
            violations.push_back({"/" + name, "unknown field `" + name + "`"});
        } else if (name == "explain") {
            question.explain = value.is_boolean() && value.get<bool>();
            if (!value.is_boolean()) {
                violations.push_back({"/explain", "true or false is expected"});
            }
        } else if (!value.is_string()) {
            violations.push_back({"/" + name, "a string is expected"});
        }
    }
    const auto text = [&](const char* name) {
        const auto found = document.find(name);
        return found != document.end() && found->is_string()
                   ? std::optional<std::string>(found->get<std::string>())
                   : std::nullopt;
    };
    const auto take = [&](const char* name, auto&& parsed, auto& target) {
        if (parsed) {
            target = *parsed;
        } else {
            violations.push_back({std::string("/") + name, parsed.error().message()});
        }
    };
    if (const auto principal = text("principal")) {
        take("principal", PrincipalName::parse(*principal), question.principal);
    }
    if (const auto action = text("action"); action && parse_action(*action)) {
        question.action = *parse_action(*action);
    } else {
        violations.push_back({"/action", "an action of the Cedar schema is expected"});
    }
    if (const auto resource = text("resource")) {
        take("resource", ResourcePath::parse(*resource), question.resource);
    } else if (!document.contains("resource")) {
        violations.push_back({"/resource", "`resource` is missing"});
    }
    question.purpose = text("purpose");
    if (const auto at = text("at")) {
        take("at", parse_time(*at), question.at);
    }
    if (!violations.empty()) {
        const std::string message = violations.front().detail;
        return Error(ErrorCode::invalid_request, message, std::move(violations));
    }
    return question;
}

/// What a question is about, where its asker may know of it.
struct Subject {
    DomainPtr domain;
    ProductPtr product;
    PortPtr port;
    const ColumnEntry* column = nullptr;
};

/// A withdrawn column is known to who may discover it or edit the product.
bool knows_withdrawn(const World& world, const Caller& caller, const ProductEntry& product,
                     const PortEntry& port, const ColumnEntry& column) {
    Target target = target_of(world, port);
    target.node = column.node.get();
    return sees_working_copy(world, caller, product) ||
           Decider(world, caller, Action::discover).allows(target);
}

Result<Subject> find_subject(const World& world, const Caller& caller, const ResourcePath& path) {
    Subject subject;
    Visibility visibility(world, caller);
    subject.domain = world.domain(path.domain());
    if (path.depth() == 1) {
        return subject.domain && visibility.shows(*subject.domain) ? Result<Subject>(subject)
                                                                   : Result<Subject>(absent());
    }
    subject.product = world.product(path.prefix(2).text());
    if (path.depth() == 2) {
        return subject.product && visibility.shows(*subject.product) ? Result<Subject>(subject)
                                                                     : Result<Subject>(absent());
    }
    subject.port = world.port(path.prefix(3).text());
    if (!subject.port || !visibility.shows(*subject.port)) {
        return absent();
    }
    if (path.depth() == 4) {
        for (const ColumnEntry& column : subject.port->columns) {
            if (column.name == path.column()) {
                subject.column = &column;
            }
        }
        for (const ColumnEntry& column : subject.port->withdrawn) {
            if (column.name == path.column() &&
                knows_withdrawn(world, caller, *subject.product, *subject.port, column)) {
                subject.column = &column;
            }
        }
        if (subject.column == nullptr) {
            return absent();
        }
    }
    return subject;
}

/// What a lease would be: for who may have it, and for the owners and auditors who ask
/// about another.
std::optional<Json> lease_outlook(const Services& services, const World& world, const Caller& asked,
                                  const Question& question) {
    ResolveRequest request;
    request.port = question.resource.text();
    request.action = question.action;
    request.purpose = question.purpose;
    const std::optional<LeaseOutlook> outlook = services.resolver.outlook(world, asked, request);
    if (!outlook) {
        return std::nullopt;
    }
    Json lease = Json::object();
    lease["location"] = outlook->location.text();
    lease["delivery"] = Json::array();
    for (const Delivery each : outlook->delivery) {
        lease["delivery"].push_back(delivery_name(each));
    }
    lease["delivery"].push_back(delivery_name(Delivery::none));
    lease["ends_no_later_than"] = format_time(outlook->ends_no_later_than);
    lease["session_policy"] =
        outlook->session_policy.empty() ? Json() : Json::parse(outlook->session_policy);
    return lease;
}

Target target_of_subject(const World& world, const Subject& subject) {
    if (subject.column != nullptr) {
        Target target = target_of(world, *subject.port);
        target.node = subject.column->node.get();
        return target;
    }
    if (subject.port) {
        return target_of(world, *subject.port);
    }
    return subject.product ? target_of(world, *subject.product) : target_of(world, *subject.domain);
}

/// `read` is decided for columns: of what lies above them, for all columns below.
Verdict decide(const World& world, Decider& decider, Action action, const Subject& subject,
               std::optional<ColumnsVerdict>& columns) {
    const bool for_columns = action == Action::read || action == Action::read_masked;
    if (!for_columns || subject.column != nullptr) {
        return decider.decide(target_of_subject(world, subject));
    }
    std::vector<PortPtr> ports;
    if (subject.port) {
        ports.push_back(subject.port);
        columns = decider.decide_columns(*subject.port);
        return columns->verdict;
    }
    if (subject.product) {
        ports = subject.product->ports;
    } else {
        for (const ResourceId id : world.products_of(subject.domain->id)) {
            if (const auto product = world.find<ProductEntry>(id)) {
                ports.insert(ports.end(), product->ports.begin(), product->ports.end());
            }
        }
    }
    Verdict all;
    all.allow = !ports.empty();
    for (const PortPtr& port : ports) {
        const ColumnsVerdict one = decider.decide_columns(*port);
        if (all.allow || !one.verdict.allow) {
            all.forbidden = one.verdict.forbidden;
            all.determined_by = one.verdict.determined_by;
            all.error = one.verdict.error;
        }
        all.allow = all.allow && one.verdict.allow;
        if (!all.allow) {
            break;
        }
    }
    return all;
}

asio::awaitable<Result<http::Response>> authorize(const Services& services, http::Request& request,
                                                  Caller caller) {
    if (!request.header("Idempotency-Key").empty()) {
        co_return Error(ErrorCode::invalid_request, "/authorize takes no Idempotency-Key");
    }
    const Result<Json> body = read_body(request);
    if (!body) {
        co_return body.error();
    }
    const Result<Question> question = read_question(*body);
    if (!question) {
        co_return question.error();
    }
    const WorldPtr world = services.worlds.load();
    const Result<Subject> subject = find_subject(*world, caller, question->resource);
    if (!subject) {
        co_return subject.error();
    }
    Caller asked = caller;
    if (question->principal && *question->principal != caller.principal->principal) {
        Decider audit(*world, caller, Action::audit);
        const bool may = audit.allows(target_of(*world)) ||
                         (subject->domain && audit.allows(target_of(*world, *subject->domain)));
        if (!may) {
            co_return Error(ErrorCode::forbidden,
                            "questions about another principal are for owners and auditors");
        }
        asked.principal = world->principal(*question->principal);
        asked.address.clear();  // its address is not known, and neither is its token
        asked.session_ends = UtcTime::max();
        if (!asked.principal) {
            Error error(ErrorCode::invalid_request, "there is no " + question->principal->text());
            co_return error;
        }
    }
    asked.now = question->at.value_or(caller.now);
    Verdict verdict;
    std::optional<ColumnsVerdict> columns;
    std::optional<std::string> refused;
    if (question->purpose) {
        refused = purpose_refused(*world, *asked.principal, *question->purpose);
    }
    Decider decider(*world, asked, question->action,
                    question->purpose ? std::optional<std::string_view>(*question->purpose)
                                      : std::nullopt);
    if (!refused) {
        verdict = decide(*world, decider, question->action, *subject, columns);
    }
    Json decision = Json::object();
    decision["allow"] = verdict.allow;
    decision["reason"] = refused ? *refused : verdict.reason();
    decision["determined_by"] = Json::array();
    for (const Ground& ground : verdict.determined_by) {
        decision["determined_by"].push_back(ground.label);
    }
    Json answer = Json::object();
    answer["principal"] = asked.principal->principal.text();
    answer["action"] = action_name(question->action);
    answer["resource"] = question->resource.text();
    answer["decision"] = std::move(decision);
    const bool described =
        subject->product && check_readable(*world, caller, *subject->product).has_value();
    if (columns && question->explain && described) {
        Json list = Json::array();
        for (std::size_t i = 0; i < columns->columns.size(); ++i) {
            list.push_back({{"name", subject->port->columns[i].name},
                            {"show", columns->columns[i] != 0 ? "clear" : "hidden"}});
        }
        answer["access"] = {{"restricted", !columns->verdict.allow}, {"columns", std::move(list)}};
    }
    const bool port_asked = subject->port && subject->column == nullptr &&
                            (question->action == Action::read || question->action == Action::write);
    if (question->explain && port_asked && verdict.allow) {
        if (std::optional<Json> lease = lease_outlook(services, *world, asked, *question)) {
            answer["lease"] = std::move(*lease);
        }
    }
    http::Response response = show_plain(200, answer);
    co_return response;
}

}  // namespace

void add_authorize_routes(Routes& routes) {
    const Services& services = routes.services();
    routes.add(http::Method::post, "/api/v1/authorize",
               "discover on the resource; audit on Mesh or Domain about others",
               [&services](http::Request& request, Caller caller) {
                   return authorize(services, request, std::move(caller));
               });
}

}  // namespace charter::api
