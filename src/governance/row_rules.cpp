// Rules that look at rows: what they may say, and that it fits the tables they are about.
#include "governance/row_rules.hpp"

#include "charter/base/limits.hpp"
#include "charter/governance/documents.hpp"
#include "charter/policy/validate.hpp"
#include "governance/access_standing.hpp"
#include "governance/fold.hpp"
#include "governance/rules.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace charter {

namespace {

std::string_view cedar_type(policy::ValueKind kind) {
    switch (kind) {
        case policy::ValueKind::boolean: return "Bool";
        case policy::ValueKind::integer: return "Long";
        case policy::ValueKind::decimal: return "decimal";
        case policy::ValueKind::datetime: return "datetime";
        case policy::ValueKind::record: return "Set<Set<Bool>>";  // which nothing is compared with
        default: return "String";
    }
}

/// The attributes of `Row`, of these columns as far as they are there.
std::string row_record(const policy::RowType& type, const std::vector<std::string>& columns) {
    std::string text = "{ ";
    for (const std::string& name : columns) {
        if (const policy::RowColumn* column = type.find(name)) {
            text += (text.size() == 2 ? "" : ", ") + policy::quoted(name) +
                    (column->required ? ": " : "?: ") + std::string(cedar_type(column->kind));
        }
    }
    return text + " }";
}

/// The schema of the mesh with another `Row`.
std::string schema_with_row(const World& world, const std::string& record) {
    constexpr std::string_view begin = "type Row = ";
    std::string text = world.schema_text();
    const std::size_t at = text.find(begin);
    const std::size_t end = text.find(';', at);
    if (at == text.npos || end == text.npos) {
        return {};  // in which nothing is valid
    }
    return text.replace(at + begin.size(), end - at - begin.size(), record);
}

bool reaches(const policy::ScopeConstraint& scope, const PortEntry& port) {
    return std::ranges::any_of(port.columns, [&](const ColumnEntry& column) {
        return reaches(scope, *column.node);
    });
}

void add_ports(const World& world, const DomainEntry& domain, bool below,
               const policy::ScopeConstraint& scope, std::vector<PortPtr>& ports) {
    std::ranges::copy_if(ports_in(world, domain), std::back_inserter(ports),
                         [&](const PortPtr& port) { return reaches(scope, *port); });
    if (!below) {
        return;
    }
    for (const ResourceId id : world.domains_below(domain.name)) {
        if (const auto child = world.find<DomainEntry>(id)) {
            add_ports(world, *child, below, scope, ports);
        }
    }
}

/// One check of a policy against many ports: each kind of row that its columns make is looked
/// at once.
class RowCheck {
public:
    RowCheck(const World& world, const Caller& caller, const policy::Policy& policy)
        : world_(world), visibility_(world, caller), policy_(policy),
          columns_(policy::row_columns(policy)) {}

    /// Of a rule that stands already, what other tables have is not asked.
    std::vector<RuleFault> run(const std::vector<PortPtr>& ports, bool is_new) && {
        for (const policy::Finding& finding : policy::check_row_conditions(policy_)) {
            faults_.push_back({finding.position, finding.detail});
        }
        if (!faults_.empty()) {
            return std::move(faults_);
        }
        if (ports.empty()) {
            look_at(PortEntry());
        }
        for (const PortPtr& port : ports) {
            if (!look_at(*port) || faults_.size() >= limits::violations_max) {
                break;
            }
        }
        for (const std::string& name : columns_) {
            if (is_new && std::ranges::none_of(
                    ports, [&](const PortPtr& port) { return port->row.find(name) != nullptr; })) {
                faults_.push_back({{}, "no table that it reaches has a column `" + name +
                                           "` that a condition can look at"});
            }
        }
        return std::move(faults_);
    }

private:
    /// False: there are too many kinds.
    bool look_at(const PortEntry& port) {
        const std::string record = row_record(port.row, columns_);
        if (!seen_.insert(record).second) {
            return true;
        }
        if (seen_.size() > limits::row_kinds_per_rule_max) {
            faults_.push_back({{}, "it reaches tables of more than " +
                                       std::to_string(limits::row_kinds_per_rule_max) +
                                       " kinds: write one for each domain"});
            return false;
        }
        const Result<policy::Schema> schema =
            policy::Schema::parse(schema_with_row(world_, record));
        if (!schema) {
            faults_.push_back({{}, schema.error().message()});
            return false;
        }
        const policy::Validation validation = policy::validate(policy_, *schema);
        for (const policy::Finding& finding : validation.errors) {
            faults_.push_back({finding.position, "for the rows of " + name_of(port) + ": " + finding.detail});
        }
        return true;
    }

    std::string name_of(const PortEntry& port) {
        return visibility_.shows(port) ? port.path : "a table that is not for you to see";
    }

    const World& world_;
    Visibility visibility_;
    const policy::Policy& policy_;
    std::vector<std::string> columns_;
    std::set<std::string> seen_;
    std::vector<RuleFault> faults_;
};

/// The grants' conditions as a policy of its own.
std::string as_policy(const GrantEntry& grant, const std::string& condition) {
    std::string actions;
    for (const Action action : {Action::read, Action::read_masked}) {
        if ((grant.actions & bit(action)) != 0) {
            actions += (actions.empty() ? "" : ", ") + action_uid(action).text();
        }
    }
    return "permit (principal, action in [" + actions + "], resource) when {\n" + condition + "\n};";
}

/// A rule or grant as what is checked of it: its policies.
std::vector<policy::Policy> policies_of(const Entry& entry) {
    std::vector<policy::Policy> policies;
    if (const auto* rule = dynamic_cast<const PolicyEntry*>(&entry)) {
        policies.push_back(rule->policy());
    } else if (const auto* grant = dynamic_cast<const GrantEntry*>(&entry)) {
        for (const std::string& condition : grant->cells) {
            Result<policy::Policy> parsed = policy::parse_policy("grant", as_policy(*grant, condition));
            if (parsed && policy::reads_row(*parsed)) {
                policies.push_back(std::move(parsed).value());
            }
        }
    }
    return policies;
}

bool is_about(const Entry& entry, const PortEntry& port) {
    if (const auto* rule = dynamic_cast<const PolicyEntry*>(&entry)) {
        return reaches(rule->policy().resource(), port) &&
               (!rule->parent || rule->parent == port.domain || rule->forbids());
    }
    const auto* grant = dynamic_cast<const GrantEntry*>(&entry);
    return grant != nullptr && (grant->resource == port.id || grant->resource == port.product ||
                                grant->resource == port.domain);
}

/// A port that is published anew with the same columns is judged already.
bool had_row(const ProductEntry& before, const PortEntry& port) {
    return std::ranges::any_of(before.ports, [&](const PortPtr& each) {
        return each->id == port.id && each->published && each->row == port.row;
    });
}

/// A rule that forbids by a column must not be left without it: what lies there is the same.
bool forbids_by_lost(const policy::Policy& policy, const ProductEntry& before,
                     const PortEntry& port) {
    const auto was = std::ranges::find(before.ports, port.id, [](const PortPtr& each) { return each->id; });
    if (policy.effect() == policy::Effect::permit || was == before.ports.end() || !(*was)->published) {
        return false;
    }
    return std::ranges::any_of(policy::row_columns(policy), [&](const std::string& name) {
        return (*was)->row.find(name) != nullptr && port.row.find(name) == nullptr;
    });
}

std::string label_of(const Entry& entry) {
    const auto* rule = dynamic_cast<const PolicyEntry*>(&entry);
    return rule != nullptr ? rule->label : static_cast<const GrantEntry&>(entry).label;
}

/// The lists of rules that may be about a domain: its own, those of the domains above, the mesh's.
std::vector<ResourceId> lists_for(const World& world, const DomainEntry& domain) {
    std::vector<ResourceId> lists{ResourceId{}, domain.id};
    for (DomainPtr above = world.domain(domain.parent_name); above;
         above = world.domain(above->parent_name)) {
        lists.push_back(above->id);
    }
    return lists;
}

std::string columns_condition(const std::set<std::string>& columns) {
    std::string text;
    for (const std::string& column : columns) {
        text += (text.empty() ? "[" : ", ") + policy::EntityUid("Column", column).text();
    }
    return text.empty() ? "false" : text + "].contains(resource)";
}

/// The columns that a grant names or leaves, as they are now: later ones stay closed.
void add_columns(const GrantDocument& grant, const std::vector<PortPtr>& on, GrantCells& cells) {
    const GrantColumns& wanted = *grant.columns;
    std::set<std::string> chosen;
    std::set<std::string> known;
    for (const PortPtr& port : on) {
        for (const ColumnEntry& column : port->columns) {
            const bool named = std::ranges::find(wanted.names, column.name) != wanted.names.end();
            if (named) {
                known.insert(column.name);
            }
            if (named != wanted.exclude) {
                chosen.insert(port->path + "/" + column.name);
            }
        }
    }
    const std::string field = wanted.exclude ? "/columns/exclude/" : "/columns/include/";
    for (std::size_t i = 0; i < wanted.names.size(); ++i) {
        if (!known.contains(wanted.names[i])) {
            cells.violations.push_back(
                {field + std::to_string(i), "there is no column `" + wanted.names[i] + "`"});
        }
    }
    std::string condition = columns_condition(chosen);
    if (condition.size() > 8 * limits::policy_bytes_max) {
        cells.violations.push_back({"/columns", "are too many for one grant: make one for each port"});
    }
    cells.conditions.push_back(std::move(condition));
}

void add_rows(const World& world, const Caller& caller, const GrantDocument& grant,
              const std::vector<PortPtr>& on, GrantCells& cells) {
    const auto refuse = [&](std::string detail) {
        cells.violations.push_back({"/rows", std::move(detail)});
    };
    GrantEntry as_given;
    for (const std::string& name : grant.actions) {
        as_given.actions |= bit(parse_action(name).value_or(Action::describe));
    }
    const std::string text = as_policy(as_given, grant.rows);
    const policy::ParsedPolicies parsed = policy::parse_policies_with_errors(text);
    if (!parsed.errors.empty() || parsed.policies.size() != 1 ||
        !policy::is_one_condition(parsed.policies.front())) {
        refuse(parsed.errors.empty() ? "one Cedar expression is expected"
                                     : parsed.errors.front().detail);
        return;
    }
    const policy::Policy& policy = parsed.policies.front();
    if (!policy::reads_row(policy)) {
        refuse("looks at no row: name a column, as in `context.row.country == \"GERMANY\"`");
    }
    if (std::ranges::any_of(policy.mentioned_entities(), [](const policy::EntityUid& uid) {
            return uid.type() != "Action";
        })) {
        refuse("names an entity: compare columns with values, or with the principal's tags");
    }
    for (const RuleFault& fault : check_rows(world, caller, policy, on)) {
        refuse(fault.detail);
    }
    // A comment ends with its line.
    const bool commented = grant.rows.find("//") != grant.rows.npos;
    cells.conditions.push_back(grant.rows + (commented ? "\n" : ""));
}

}  // namespace

bool reaches(const policy::ScopeConstraint& scope, const Node& node) {
    using Form = policy::ScopeConstraint::Form;
    const bool is_type = node.entity.uid.type() == scope.type;
    switch (scope.form) {
        case Form::any: return true;
        case Form::is: return is_type;
        case Form::equal: return node.entity.uid == scope.entity;
        case Form::in: return node.entity.is_in(scope.entity);
        case Form::is_in: return is_type && node.entity.is_in(scope.entity);
    }
    return false;
}

std::vector<RuleFault> check_rows(const World& world, const Caller& caller,
                                  const policy::Policy& policy, const std::vector<PortPtr>& ports) {
    return RowCheck(world, caller, policy).run(ports, true);
}

Result<std::string> schema_of_port(const World& world, const Caller& caller,
                                   std::string_view path) {
    const PortPtr port = world.port(path);
    if (!port || !Visibility(world, caller).shows(*port)) {
        return absent();
    }
    const ColumnsVerdict known = Decider(world, caller, Action::discover).decide_columns(*port);
    std::vector<std::string> columns;
    for (std::size_t i = 0; i < port->columns.size(); ++i) {
        if (!known.columns.empty() && known.columns[i] != 0) {
            columns.push_back(port->columns[i].name);
        }
    }
    return schema_with_row(world, row_record(port->row, columns));
}

std::vector<PortPtr> ports_reached(const World& world, const policy::Policy& policy,
                                   const DomainEntry* domain) {
    std::vector<PortPtr> ports;
    if (domain != nullptr) {
        add_ports(world, *domain, policy.effect() == policy::Effect::forbid, policy.resource(), ports);
        return ports;
    }
    world.of_kind().for_each(static_cast<std::uint64_t>(Kind::domain), [&](std::uint64_t id) {
        if (const auto each = world.find<DomainEntry>(ResourceId{id})) {
            add_ports(world, *each, false, policy.resource(), ports);
        }
        return true;
    });
    return ports;
}

Result<> check_rows_kept(const Draft& draft, const Caller& caller, const ProductEntry& product,
                         const ProductEntry& before) {
    const World& world = draft.world();
    const DomainPtr domain = world.domain_of(product);
    std::set<std::string> broken;
    std::set<std::string> conditions;  // each kind of grant once
    const auto check = [&](const Entry& entry, const PortPtr& port) {
        for (const policy::Policy& policy : policies_of(entry)) {
            if (entry.kind == Kind::grant &&
                !conditions.insert(port->path + "\n" + policy.source()).second) {
                continue;
            }
            if (forbids_by_lost(policy, before, *port) ||
                !RowCheck(world, caller, policy).run({port}, false).empty()) {
                const bool told = check_readable(world, caller, entry).has_value();
                broken.insert(told ? label_of(entry) : "a rule that is not for you to see");
            }
        }
    };
    for (const ResourceId list : domain ? lists_for(world, *domain) : std::vector<ResourceId>{}) {
        world.row_rules().for_each(list.value, [&](std::uint64_t id) {
            const EntryPtr entry = world.find(ResourceId{id});
            const auto* grant = dynamic_cast<const GrantEntry*>(entry.get());
            if (grant != nullptr && grant->expires_at <= draft.now()) {
                return true;
            }
            for (const PortPtr& port : product.ports) {
                if (entry && !had_row(before, *port) && is_about(*entry, *port)) {
                    check(*entry, port);
                }
            }
            return true;
        });
    }
    if (broken.empty()) {
        return {};
    }
    std::string text = "rules that look at rows do not fit these columns:";
    for (const std::string& label : broken) {
        text += " " + label + ",";
    }
    text.pop_back();
    return Error(ErrorCode::conflict, std::move(text));
}

GrantCells grant_cells(const World& world, const Caller& caller, const GrantDocument& grant,
                       const std::vector<PortPtr>& on) {
    GrantCells cells;
    if (grant.columns) {
        add_columns(grant, on, cells);
    }
    if (!grant.rows.empty()) {
        add_rows(world, caller, grant, on, cells);
    }
    return cells;
}

}  // namespace charter
