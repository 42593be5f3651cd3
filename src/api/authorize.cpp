// POST /authorize {"principal"?, "action", "resource", "purpose"?, "at"?, "explain"?, "if"?}
// Out: 200 {"decision": {allow, determined_by, reason}}; with `explain` every rule and grant that
// was a candidate, and what a lease on a port would be when the answer is yes. Nothing is
// released and nothing recorded. Another principal than oneself only for owners and auditors;
// `if` only for who could write it.
#include "api/authorize_question.hpp"
#include "api/cell_access_json.hpp"
#include "api/endpoint.hpp"
#include "api/explanation.hpp"

#include <nlohmann/json.hpp>

namespace charter::api {

namespace asio = boost::asio;

namespace {

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

/// The port, or all that lie in the product or domain itself.
std::vector<PortPtr> ports_of(const World& world, const Subject& subject) {
    if (subject.port) {
        return {subject.port};
    }
    if (subject.product) {
        return subject.product->ports;
    }
    std::vector<PortPtr> ports;
    for (const ResourceId id : world.products_of(subject.domain->id)) {
        if (const auto product = world.find<ProductEntry>(id)) {
            ports.insert(ports.end(), product->ports.begin(), product->ports.end());
        }
    }
    return ports;
}

/// `read` is decided for columns: of what lies above them, for all columns of these ports.
/// Nothing where the resource itself is decided for.
std::optional<std::vector<PortPtr>> ports_asked(const World& world, Action action,
                                                const Subject& subject) {
    if ((action != Action::read && action != Action::read_masked) || subject.column != nullptr) {
        return std::nullopt;
    }
    return ports_of(world, subject);
}

/// Yes when it is yes for every port.
Verdict decide(Decider& decider, const std::vector<PortPtr>& ports,
               std::optional<ColumnsVerdict>& last) {
    Verdict all;
    all.allow = !ports.empty();
    for (const PortPtr& port : ports) {
        last = decider.decide_columns(*port);
        const Verdict& one = last->verdict;
        if (all.allow || !one.allow) {
            all.forbidden = one.forbidden;
            all.determined_by = one.determined_by;
            all.error = one.error;
            all.suspension = one.suspension;
        }
        all.shadow.insert(all.shadow.end(), one.shadow.begin(), one.shadow.end());
        all.allow = all.allow && one.allow;
        if (!all.allow) {
            break;
        }
    }
    return all;
}

/// Of a column, where rules look at rows, also of which rows it may be read: yes when of all.
Verdict decide_one(Decider& decider, const World& world, Action action, const Subject& subject,
                   std::optional<policy::Predicate>& rows) {
    const bool reading = action == Action::read || action == Action::read_masked;
    if (subject.column != nullptr && reading) {
        ColumnsVerdict columns = decider.decide_columns(*subject.port);
        for (std::size_t i = 0; i < columns.rows.size(); ++i) {
            if (&subject.port->columns[i] == subject.column) {
                rows = columns.rows[i];
                columns.verdict.allow = rows->is_always();
                return std::move(columns.verdict);
            }
        }
    }
    Verdict verdict = decider.decide(target_of_subject(world, subject));
    if (action == Action::write && subject.column == nullptr && !subject.port && verdict.allow) {
        // What is written is ports: one of them may be closed by itself.
        for (const PortPtr& port : ports_of(world, subject)) {
            Verdict one = decider.decide(target_of(world, *port));
            if (!one.allow) {
                return one;
            }
        }
    }
    return verdict;
}

/// Whom the question is about. Errors: forbidden (another one than oneself), invalid_request.
Result<Caller> principal_asked(const World& world, const World& asked_world, const Caller& caller,
                               const Question& question, const Subject& subject) {
    Caller asked = caller;
    asked.now = question.at.value_or(caller.now);
    if (!question.principal || *question.principal == caller.principal->principal) {
        return asked;
    }
    Decider audit(world, caller, Action::audit);
    if (!audit.allows(target_of(world)) &&
        !(subject.domain && audit.allows(target_of(world, *subject.domain)))) {
        return Error(ErrorCode::forbidden,
                     "questions about another principal are for owners and auditors");
    }
    asked.principal = asked_world.principal(*question.principal);
    asked.address.clear();  // its address is not known, and neither is its token
    asked.session_ends = UtcTime::max();
    if (!asked.principal) {
        return Error(ErrorCode::invalid_request, "there is no " + question.principal->text());
    }
    return asked;
}

/// What was supposed, or why it may not be. An Error of the change itself would leave a record
/// of a refused change, and there is none.
struct Tried {
    Result<Supposed> supposed;
};

asio::awaitable<Result<Supposed>> suppose_in_turn(const Services& services, Caller caller,
                                                  Supposition supposition) {
    Writer::Change<Tried> turn = [caller, supposition](Draft& draft) -> Result<Tried> {
        Caller asking = caller;
        asking.now = draft.now();
        const std::optional<Caller> now = renewed(draft.world(), asking);
        if (!now) {
            return Error(ErrorCode::unauthenticated, "a valid token is needed");
        }
        return Tried{suppose(draft, *now, supposition)};
    };
    Result<Tried> tried =
        co_await services.writer.submit<Tried>(std::move(caller), std::move(turn));
    if (!tried) {
        co_return tried.error();
    }
    if (!tried->supposed) {
        co_return in_question(tried->supposed.error(), supposition);
    }
    co_return std::move(tried->supposed);
}

/// `access` and `candidates`.
void explain(Json& answer, const Subject& subject, const ToExplain& question,
             const std::optional<std::vector<PortPtr>>& ports,
             const std::optional<ColumnsVerdict>& columns) {
    if (columns && subject.port && question.described && question.action == Action::read) {
        answer["access"] =
            columns->verdict.allow
                ? Json{{"restricted", false},
                       {"columns", Json::parse(subject.port->clear_json)},
                       {"rows", Json()}}
                : show_access(cell_access(question.world, question.asked, *subject.port,
                                          question.purpose, *columns),
                              *subject.port);
    }
    if (ports) {
        explain_ports(answer, question, *ports, !subject.port);
    } else {
        explain_target(answer, question, target_of_subject(question.world, subject));
    }
}

/// Decides in `world`; what the asker may know of was looked at in the mesh as it is.
Json answer_of(const Services& services, const World& world, const Caller& caller,
               const Caller& asked, const Question& question, const Subject& subject) {
    std::optional<std::string> refused;
    std::optional<std::string_view> purpose;
    if (question.purpose) {
        purpose = *question.purpose;
        refused = purpose_refused(world, *asked.principal, *question.purpose);
    }
    Verdict verdict;
    std::optional<ColumnsVerdict> columns;
    const std::optional<std::vector<PortPtr>> ports = ports_asked(world, question.action, subject);
    Decider decider(world, asked, question.action, purpose);
    std::optional<policy::Predicate> rows;  // of the column that was asked about
    if (!refused) {
        verdict = ports ? decide(decider, *ports, columns)
                        : decide_one(decider, world, question.action, subject, rows);
    }
    Json decision = Json::object();
    decision["allow"] = verdict.allow;
    decision["reason"] = refused ? *refused
                                 : reason_for(world, caller, verdict,
                                              target_of_subject(world, subject));
    decision["determined_by"] = Json::array();
    for (const Ground& ground : verdict.determined_by) {
        decision["determined_by"].push_back(ground.label);
    }
    if (rows) {
        decision["rows"] = rows->to_cedar_text();
    }
    Json answer = Json::object();
    answer["principal"] = asked.principal->principal.text();
    answer["action"] = action_name(question.action);
    answer["resource"] = question.resource.text();
    answer["decision"] = std::move(decision);
    if (!question.explain) {
        return answer;
    }
    if (refused) {
        answer["candidates"] = Json::array();
        answer["why"] = Json::array({*refused});
        return answer;
    }
    const Entry& page = subject.product ? static_cast<const Entry&>(*subject.product)
                                        : static_cast<const Entry&>(*subject.domain);
    const bool described = check_readable(world, caller, page).has_value();
    const ToExplain to_explain{world,   caller,  asked,    question.action,
                               purpose, verdict, described};
    explain(answer, subject, to_explain, ports, columns);
    const bool port_asked = subject.port && subject.column == nullptr &&
                            (question.action == Action::read || question.action == Action::write);
    if (port_asked && verdict.allow) {
        if (std::optional<Json> lease = lease_outlook(services, world, asked, question)) {
            answer["lease"] = std::move(*lease);
        }
    }
    return answer;
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
    std::optional<Supposed> supposed;
    if (question->supposition) {
        Result<Supposed> made = co_await suppose_in_turn(services, caller, *question->supposition);
        if (!made) {
            co_return made.error();
        }
        supposed = std::move(*made);
    }
    const WorldPtr world = services.worlds.load();
    const WorldPtr asked_world = supposed ? supposed->world : world;
    Result<Subject> subject = find_subject(*world, caller, question->resource);
    if (subject && supposed) {
        subject = find_subject(*asked_world, caller, question->resource);
    }
    if (!subject) {
        co_return subject.error();
    }
    const Result<Caller> asked =
        principal_asked(*world, *asked_world, caller, *question, *subject);
    if (!asked) {
        co_return asked.error();
    }
    Json answer = answer_of(services, *asked_world, caller, *asked, *question, *subject);
    if (supposed) {
        answer["if"] = supposed->label;
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
