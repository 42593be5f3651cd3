// What POST /authorize says with `explain`.
#include "api/explanation.hpp"

#include "charter/base/encoding.hpp"
#include "charter/base/limits.hpp"
#include "charter/governance/documents.hpp"
#include "charter/governance/explain.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <set>

namespace charter::api {

namespace {

std::string cut(std::string_view text) {
    const std::string_view kept = cut_utf8(text, limits::explained_value_bytes_max);
    return std::string(kept) + (kept.size() < text.size() ? "…" : "");
}

Json json_of(const policy::Value& value) {
    using enum policy::ValueKind;
    switch (value.kind()) {
        case boolean: return value.as_boolean();
        case integer: return value.as_integer();
        case string: return cut(value.as_string());
        case entity: return value.as_entity().text();
        case datetime:
            return format_time(UtcTime(std::chrono::milliseconds(value.as_datetime())));
        case set: {
            Json list = Json::array();
            std::size_t bytes = 0;
            for (const policy::Value& each : value.as_set()) {
                list.push_back(json_of(each));
                bytes += list.back().dump(-1, ' ', false, Json::error_handler_t::replace).size();
                if (bytes > limits::explained_value_bytes_max) {
                    list.push_back("…");
                    break;
                }
            }
            return list;
        }
        default: return cut(value.to_cedar_text());
    }
}

std::string_view origin_name(const Explained& candidate) {
    if (candidate.grant != nullptr) {
        return "grant";
    }
    switch (candidate.policy->origin) {
        case PolicyEntry::Origin::builtin: return "builtin";
        case PolicyEntry::Origin::guardrail: return "guardrail";
        case PolicyEntry::Origin::shadow: return "shadow";
        case PolicyEntry::Origin::domain: return "policy";
    }
    return "";
}

void add_clause(Json& shown, const Explained& candidate, bool described) {
    if (!candidate.error.empty()) {
        shown["error"] = candidate.error;
    }
    if (!candidate.term.empty()) {
        shown["term"] = candidate.term;
    }
    if (!candidate.clause) {
        return;
    }
    const policy::FailedClause& clause = *candidate.clause;
    shown["clause"] = clause.text;
    if (candidate.policy != nullptr) {
        shown["line"] = clause.position.line;
        shown["column"] = clause.position.column;
    }
    shown["values"] = Json::object();
    for (const policy::SeenValue& each : clause.values) {
        if (described || each.name.starts_with("context.")) {
            shown["values"][each.name] = each.value ? json_of(*each.value) : Json();
        }
    }
}

/// `columns`: those that it was asked about; empty where it was one resource.
Json json_of(const Explained& candidate, const ToExplain& question,
             const std::vector<const ColumnEntry*>& columns) {
    const std::size_t all = std::max<std::size_t>(columns.size(), 1);
    const bool held = candidate.held.size() == all;
    Json shown = Json::object();
    shown["id"] = candidate.label();
    shown["kind"] = origin_name(candidate);
    shown["effect"] = candidate.forbids() ? "forbid" : "permit";
    shown["held"] = held;
    if (!held && !columns.empty()) {
        if (!candidate.held.empty()) {
            shown["held_for"] = Json::array();
            for (const std::uint32_t each : candidate.held) {
                if (shown["held_for"].size() == limits::explained_columns_max) {
                    shown["held_for"].push_back("…");
                    break;
                }
                shown["held_for"].push_back(columns[each]->name);
            }
        }
        if (candidate.held.size() < candidate.asked) {
            shown["not_for"] = columns[candidate.first]->name;
        }
    }
    add_clause(shown, candidate, question.described);
    const auto same = [&](const Ground& each) { return each.label == candidate.label(); };
    if (!candidate.decides() && std::ranges::any_of(question.verdict.shadow, same)) {
        shown["would_change"] = true;
    }
    return shown;
}

/// What settled an answer comes first.
int rank(const Explained& candidate) {
    const bool held = !candidate.held.empty() || (candidate.forbids() && candidate.errors != 0);
    return held && candidate.decides() ? (candidate.forbids() ? 0 : 1) : 2;
}

/// Candidates of one port or resource, as far as there is room.
class Listing {
public:
    explicit Listing(const ToExplain& question) : question_(question) {}

    void add(std::vector<Explained> candidates, const std::vector<const ColumnEntry*>& columns,
             const std::string& port) {
        std::ranges::stable_sort(candidates, {}, rank);
        for (const Explained& each : candidates) {
            if (!each.shown) {
                continue;
            }
            if (list_.size() == limits::explained_candidates_max) {
                ++left_out_;
                continue;
            }
            Json shown = json_of(each, question_, columns);
            if (!port.empty()) {
                shown["port"] = port;
            }
            list_.push_back(std::move(shown));
        }
        for (std::string& reason : reasons_in_words(question_.world, question_.asker, candidates,
                                                    question_.verdict.allow)) {
            why_.insert(std::move(reason));
        }
    }
    void say(std::string reason) { why_.insert(std::move(reason)); }

    void write(Json& answer) {
        answer["candidates"] = std::move(list_);
        answer["why"] = why_;
        if (left_out_ != 0) {
            answer["candidates_left_out"] = left_out_;
        }
    }

private:
    const ToExplain& question_;
    Json list_ = Json::array();
    std::set<std::string> why_;
    std::size_t left_out_ = 0;
};

/// The columns that the asker may know of; withdrawn ones too.
std::vector<const ColumnEntry*> columns_known(const World& world, const Caller& asker,
                                              const PortEntry& port) {
    const auto product = world.find<ProductEntry>(port.product);
    const bool edits = product && sees_working_copy(world, asker, *product);
    Decider discover(world, asker, Action::discover);
    std::vector<const ColumnEntry*> known;
    for (const auto* list : {&port.columns, &port.withdrawn}) {
        for (const ColumnEntry& column : *list) {
            Target target = target_of(world, port);
            target.node = column.node.get();
            if (edits || discover.allows(target)) {
                known.push_back(&column);
            }
        }
    }
    return known;
}

/// What decides whatever the candidates say.
void say_what_is_closed(Listing& listing, const ToExplain& question) {
    if (closed(question.world, *question.asked.principal)) {
        listing.say("the principal is disabled or suspended");
    }
    if (question.verdict.suspension != nullptr) {
        listing.say("it is suspended");
    }
}

}  // namespace

void explain_target(Json& answer, const ToExplain& question, const Target& target) {
    Listing listing(question);
    RuleSight sight(question.world, question.asker);
    Decider decider(question.world, question.asked, question.action, question.purpose);
    say_what_is_closed(listing, question);
    listing.add(decider.explain(target, sight), {}, {});
    listing.write(answer);
}

void explain_ports(Json& answer, const ToExplain& question, const std::vector<PortPtr>& ports,
                   bool several) {
    Listing listing(question);
    RuleSight sight(question.world, question.asker);
    Decider decider(question.world, question.asked, question.action, question.purpose);
    Visibility visibility(question.world, question.asker);
    say_what_is_closed(listing, question);
    std::size_t explained = 0;
    for (const PortPtr& port : ports) {
        if (several && !visibility.shows(*port)) {
            continue;
        }
        if (explained == limits::explained_ports_max) {
            listing.say("only the first " + std::to_string(explained) + " ports are explained");
            break;
        }
        ++explained;
        const std::vector<const ColumnEntry*> columns =
            columns_known(question.world, question.asker, *port);
        listing.add(decider.explain_columns(*port, columns, sight), columns,
                    several ? port->path : std::string());
    }
    listing.write(answer);
}

}  // namespace charter::api
