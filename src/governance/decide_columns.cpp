// Decisions for each column of a port, and of which rows.
#include "governance/decide_tally.hpp"

#include <deque>

namespace charter {

ColumnsVerdict Decider::decide_columns(const PortEntry& port) {
    ColumnsVerdict result;
    result.columns.assign(port.columns.size(), 0);
    if (closed_ || port.columns.empty()) {
        return result;
    }
    const DomainPtr domain = world_.find<DomainEntry>(port.domain);
    Target target{nullptr, domain.get(), {port.id, port.product, port.domain}};
    if (const SuspensionEntry* held = closable_ ? suspension_over(world_, target) : nullptr) {
        result.verdict = suspended_by(*held);
        return result;
    }
    Tally tally;
    // Adds what the rules say of one column; of all rules, or of those alone that look at it.
    const auto ask = [&](const Node& column, const policy::ResourceKeys& keys, Said said,
                         bool all_rules) {
        for_each_part(column.entity, keys, target, [&](Candidate& candidate, const Part& part) {
            if (all_rules || !candidate.rule->ignores_resource()) {
                said.add(take(authorizer_, candidate, part.policy, part.grant, part.until, tally));
            }
        });
        return said;
    };
    // Columns lie in one place. Where no rule names a single column, none is searched for,
    // and what does not look at the column is asked once for all.
    const bool by_name = world_.rules_of_columns() != 0;
    const Node& first = *port.columns.front().node;
    policy::ResourceKeys place = first.keys;
    place.self = policy::no_key;
    Said of_all;
    bool alike = !by_name;
    if (!by_name) {
        for_each_part(first.entity, place, target, [&](Candidate& candidate, const Part& part) {
            if (!candidate.rule->ignores_resource()) {
                alike = false;
                return;
            }
            of_all.add(take(authorizer_, candidate, part.policy, part.grant, part.until, tally));
        });
        tally.trials_of_all = tally.trials.size();
    }
    UtcTime until = UtcTime::max();
    const auto decide_one = [&](const Node& column) {
        const Said said = alike     ? of_all
                          : by_name ? ask(column, column.keys, {}, true)
                                    : ask(column, place, of_all, false);
        tally.settle(said);
        if (said.allows()) {
            until = std::min(until, said.until);
        }
        return said.allows();
    };
    for (std::size_t i = 0; i < port.columns.size(); ++i) {
        const bool allow = decide_one(*port.columns[i].node);
        result.columns[i] = allow ? 1 : 0;
        result.allowed += allow ? 1U : 0U;
    }
    for (const ColumnEntry& column : port.withdrawn) {
        result.withdrawn += decide_one(*column.node) ? 1U : 0U;
    }
    if (tally.looks_at_rows) {
        return decide_rows(port, target);
    }
    result.verdict = std::move(tally).verdict(
        result.allowed == port.columns.size() && result.withdrawn == port.withdrawn.size(), until);
    if (result.some()) {
        result.verdict.until = until;  // a part of it may be given too
    }
    return result;
}

namespace {

/// What was worked out for one column is used for others of which the same rules hold.
class OpenRows {
public:
    explicit OpenRows(const policy::RowType& type) : type_(type) {}

    const policy::Predicate& of(const std::vector<policy::Predicate>& permits,
                                const std::vector<policy::Predicate>& forbids) {
        const auto known = std::ranges::find_if(groups_, [&](const Group& each) {
            return each.permits == permits && each.forbids == forbids;
        });
        if (known != groups_.end()) {
            return known->open;
        }
        groups_.push_back({permits, forbids, policy::permitted_rows(permits, forbids, type_)});
        if (groups_.size() > kept_max) {
            groups_.pop_front();
        }
        return groups_.back().open;
    }

private:
    struct Group {
        std::vector<policy::Predicate> permits;
        std::vector<policy::Predicate> forbids;
        policy::Predicate open;
    };

    static constexpr std::size_t kept_max = 16;

    const policy::RowType& type_;
    std::deque<Group> groups_;
};

}  // namespace

policy::Predicate Decider::rows_of(Candidate& candidate, const policy::RowType& type,
                                   RowCache& cache) {
    if (!candidate.rule->reads_row() || !candidate.rule->ignores_resource()) {
        return authorizer_.effect_on_rows(candidate, type);
    }
    const std::pair key(candidate.rule, candidate.number);
    const auto known = cache.find(key);
    return known != cache.end()
               ? known->second
               : cache.emplace(key, authorizer_.effect_on_rows(candidate, type)).first->second;
}

ColumnsVerdict Decider::decide_rows(const PortEntry& port, const Target& target) {
    ColumnsVerdict result;
    Tally tally;
    UtcTime until = UtcTime::max();
    RowCache cache;
    OpenRows open_rows(port.row);
    std::vector<policy::Predicate> permits;
    std::vector<policy::Predicate> forbids;
    std::vector<policy::Predicate> trials;
    const auto hear = [&](Candidate& candidate, const Part& part) {
        policy::Predicate rows = rows_of(candidate, port.row, cache);
        if (rows.is_never()) {
            return;
        }
        if (part.policy == nullptr) {
            tally.note(tally.permits, Ground{part.grant->label, &part.grant->evidence});
            until = std::min(until, part.until);
            permits.push_back(std::move(rows));
        } else if (part.policy->origin == PolicyEntry::Origin::shadow) {
            tally.trials.push_back(part.policy);
            trials.push_back(std::move(rows));
        } else {
            const bool closes = part.policy->forbids();
            tally.note(closes ? tally.forbids : tally.permits, ground_of(*part.policy));
            (closes ? forbids : permits).push_back(std::move(rows));
        }
    };
    const auto decide_one = [&](const Node& column) {
        permits.clear();
        forbids.clear();
        trials.clear();
        tally.trials.clear();
        for_each_part(column.entity, column.keys, target, hear);
        // In one order, whatever the index's is: an answer is the same after a start.
        std::ranges::sort(permits);
        std::ranges::sort(forbids);
        const policy::Predicate& open = open_rows.of(permits, forbids);
        for (std::size_t i = 0; i < trials.size(); ++i) {
            if (tally.trials[i]->forbids() &&
                !policy::Predicate::all_of({open, trials[i]}).is_never()) {
                tally.note(tally.shadow, ground_of(*tally.trials[i]));
            }
        }
        return open;
    };
    for (const ColumnEntry& column : port.columns) {
        result.rows.push_back(decide_one(*column.node));
        result.columns.push_back(result.rows.back().is_always() ? 1 : 0);
        result.allowed += result.rows.back().is_always() ? 1U : 0U;
    }
    for (const ColumnEntry& column : port.withdrawn) {
        result.withdrawn += decide_one(*column.node).is_always() ? 1U : 0U;
    }
    const bool all =
        result.allowed == port.columns.size() && result.withdrawn == port.withdrawn.size();
    if (!all && result.some()) {
        // What closes some of the cells stands beside what opens them.
        tally.permits.insert(tally.permits.end(), tally.forbids.begin(), tally.forbids.end());
        tally.forbids.clear();
    }
    result.verdict = std::move(tally).verdict(all, until);
    result.verdict.until = until;
    return result;
}

bool ColumnsVerdict::some() const {
    return allowed > 0 ||
           std::ranges::any_of(rows, [](const policy::Predicate& each) { return !each.is_never(); });
}

policy::Predicate ColumnsVerdict::rows_of(std::size_t column) const {
    return rows.empty() ? policy::Predicate::constant(columns[column] != 0) : rows[column];
}

}  // namespace charter
