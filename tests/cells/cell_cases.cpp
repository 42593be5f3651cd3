// cell_cases FIRST COUNT [plain] [-pN] [-rN]: random tables of the seeds from FIRST on, one JSON
// line each: columns, rows, policies, what the plain evaluator says of each cell with that row in
// the context, and what charter::cells makes of the policies without the rows. `plain`: Booleans,
// integers and strings only. -pN, -rN: without that policy, that row; all else stays.
// Every fourth table has conditions that no policy leaves, which test absent columns unasked, and
// rows without required columns; there Predicate::holds_for says what is right.
// For tests/peers/cells.

#include "charter/cells/read_restrictions.hpp"
#include "charter/cells/sql.hpp"
#include "charter/policy/evaluate.hpp"
#include "charter/policy/partial.hpp"
#include "charter/policy/policy_text.hpp"
#include "support/row_generator.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <iostream>
#include <limits>
#include <set>
#include <stdexcept>

namespace charter::testing {
namespace {

using namespace charter::cells;
using namespace charter::policy;
using nlohmann::json;

constexpr std::size_t rows_per_table = 16;

struct Dropped {
    std::set<std::size_t> policies;
    std::set<std::size_t> rows;
};

template <class T>
T taken(Result<T> result, const std::string& from) {
    if (!result) {
        throw std::runtime_error(result.error().message() + ": " + from);
    }
    return std::move(result).value();
}

/// A forbid that cannot be evaluated denies.
bool allows(const std::vector<Policy>& policies, const Request& request, const Entities& entities) {
    bool permitted = false;
    for (const Policy& policy : policies) {
        const Outcome::Kind kind = evaluate(policy, request, entities).kind;
        if (policy.effect() == Effect::forbid && kind != Outcome::Kind::not_matched) {
            return false;
        }
        permitted =
            permitted || (policy.effect() == Effect::permit && kind == Outcome::Kind::matched);
    }
    return permitted;
}

class TableCase {
public:
    TableCase(std::uint64_t seed, bool plain, const Dropped& dropped)
        : seed_(seed),
          random_(seed * 7'919 + 17),
          plain_(plain),
          table_(seed, plain),
          asked_(request()),
          dropped_(dropped) {
        for (const RowColumn& known : table_.type().columns()) {
            columns_.push_back(
                {known.name, std::nullopt, column_type(known.kind), !known.required});
        }
        if (chance(2) || columns_.empty()) {
            columns_.push_back({"extra", std::nullopt, ColumnType::parse("double").value(), true});
        }
        std::ranges::shuffle(columns_, random_);
        std::int32_t id = 0;
        for (Column& column : columns_) {
            column.field_id = id += 3;
        }
        for (const Column& column : columns_) {
            add_policies(column);
        }
        if (seed % 4 == 0) {
            for (std::size_t i = 0; i < columns_.size(); ++i) {
                loose_.push_back(
                    {random_predicate(3), chance(2) ? Predicate() : random_predicate(2)});
            }
        }
    }

    json line() {
        std::vector<ColumnAccess> access;
        for (std::size_t i = 0; i < columns_.size(); ++i) {
            const Conditions conditions =
                loose_.empty() ? Conditions{partly(clear_[i]), partly(masked_[i])} : loose_[i];
            access.push_back({columns_[i], conditions.clear, conditions.masked, masks_[i]});
            conditions_.push_back(conditions.clear.to_cedar_text());
            conditions_.push_back(conditions.masked.to_cedar_text());
        }
        const TableAccess table(std::move(access));
        json line{{"seed", seed_}, {"plain", plain_}, {"policies", policies_}, {"now", now_}};
        for (const Column& column : columns_) {
            const std::optional<Mask> mask =
                masks_[static_cast<std::size_t>(&column - columns_.data())];
            line["columns"].push_back({{"name", column.name},
                                       {"type", column.type.text()},
                                       {"nullable", column.nullable},
                                       {"field_id", *column.field_id},
                                       {"mask", mask ? std::string(mask_name(*mask)) : ""}});
        }
        add_rows(line);
        const std::vector<std::string> relation{"main", "t \"1"};
        for (const Dialect dialect : dialects) {
            line["sql"][std::string(dialect_name(dialect))] =
                taken(select_sql(table, relation, dialect), "select");
        }
        const ReadRestrictions said = taken(read_restrictions(table), "restrictions");
        line["restrictions"] = json::parse(said.json);
        line["exact"] = said.exact;
        line["conditions"] = conditions_;
        return line;
    }

private:
    struct Conditions {
        Predicate clear;
        Predicate masked;
    };

    std::size_t below(std::size_t n) { return static_cast<std::size_t>(random_() % n); }
    bool chance(std::size_t of) { return below(of) == 0; }

    /// `now` is a midnight half of the time, or years away from all dates.
    Request request() {
        Request request = table_.request();
        now_ = request.context.find("now")->as_datetime();
        switch (below(6)) {
            case 0:
                now_ += 1;
                break;
            case 1:
                now_ -= 1;
                break;
            case 2:
                now_ = chance(2) ? -70'000'000'000'000 : 260'000'000'000'000;
                break;
            default:
                break;
        }
        std::vector<Value::Member> context(request.context.as_record().begin(),
                                           request.context.as_record().end());
        context.emplace_back("now", Value::datetime(now_));
        request.context = Value::record(std::move(context));
        return request;
    }

    ColumnType column_type(ValueKind kind) {
        static const std::vector<std::string> decimals{"decimal(18,4)", "decimal(7,2)",
                                                       "decimal(5,0)", "decimal(6,4)"};
        switch (kind) {
            case ValueKind::boolean:
                return ColumnType::parse("boolean").value();
            case ValueKind::integer:
                return ColumnType::parse(chance(2) ? "int" : "long").value();
            case ValueKind::datetime:
                return ColumnType::parse("date").value();
            case ValueKind::decimal:
                return ColumnType::parse(decimals[below(4)]).value();
            default:
                return ColumnType::parse("string").value();
        }
    }

    void add_policies(const Column& column) {
        if (!clear_.empty() && (seed_ % 5 == 1 || chance(3))) {
            clear_.push_back(clear_.back());
            masked_.push_back(masked_.back());
        } else {
            clear_.push_back(some_policies(column, chance(6) ? 0 : 1 + below(3), false));
            masked_.push_back(some_policies(column, chance(2) ? 0 : 1 + below(2), true));
        }
        const auto mask = static_cast<Mask>(below(9));
        masks_.push_back(chance(6) || !fits(mask, column.type, column.nullable)
                             ? fixed_or_none(column)
                             : std::optional(mask));
    }

    std::optional<Mask> fixed_or_none(const Column& column) {
        return choose_mask(
            std::vector<std::string>(1, chance(3) ? "replace-with-null" : "mask-to-fixed-value"),
            column.type, column.nullable);
    }

    std::vector<Policy> some_policies(const Column& column, std::size_t count, bool masked) {
        std::vector<Policy> policies;
        for (std::size_t i = 0; i < count; ++i) {
            const std::size_t number = policies_made_++;
            // A table whose permits are few is hidden on the whole.
            std::string text = table_.policy();
            if (i == 0 && text.starts_with("forbid")) {
                text.replace(0, 6, "permit");
            }
            if (dropped_.policies.contains(number)) {
                continue;
            }
            policies_.push_back(json{
                {"number", number}, {"column", column.name}, {"masked", masked}, {"text", text}});
            policies.push_back(taken(parse_policy("p" + std::to_string(number), text), text));
        }
        return policies;
    }

    Predicate partly(const std::vector<Policy>& policies) const {
        std::vector<Predicate> permits;
        std::vector<Predicate> forbids;
        std::size_t steps = 0;
        const RowType type = row_type(columns_);
        for (const Policy& policy : policies) {
            (policy.effect() == Effect::permit ? permits : forbids)
                .push_back(effect_on_rows(policy, asked_, table_.entities(), type, steps));
        }
        return permitted_rows(std::move(permits), std::move(forbids), type);
    }

    /// A value that is now and then in a column, or beside one that is.
    std::optional<Value> literal(const Column& column) {
        const Value row = table_.row();
        const Value* value = row.find(column.name);
        if (value == nullptr || chance(2)) {
            return value == nullptr ? std::nullopt : std::optional(*value);
        }
        const std::int64_t step = chance(2) ? 1 : -101;
        switch (value->kind()) {
            case ValueKind::integer:
                return Value::integer(value->as_integer() * 3 + step);
            case ValueKind::decimal:
                return Value::decimal(value->as_decimal() * 3 + step);
            case ValueKind::datetime:
                return Value::datetime(value->as_datetime() + step);
            default:
                return *value;
        }
    }

    Predicate random_test() {
        const Column& column = columns_[below(columns_.size())];
        const std::optional<ValueKind> kind = row_kind(column.type);
        const std::optional<Value> value = literal(column);
        if (!kind || !value || chance(6)) {
            return kind ? Predicate::has(column.name) : Predicate::constant(chance(2));
        }
        const bool is_ordered = *kind != ValueKind::string && *kind != ValueKind::boolean;
        const auto comparison =
            static_cast<Predicate::Comparison>(is_ordered ? below(3) : std::size_t{0});
        const Predicate::Column left{column.name, *kind};
        const Column& other = columns_[below(columns_.size())];
        if (row_kind(other.type) == kind && chance(2)) {
            return Predicate::compare(left, comparison, Predicate::Column{other.name, *kind});
        }
        if (*kind == ValueKind::boolean && chance(2)) {
            return Predicate::holds(column.name);
        }
        if (*kind == ValueKind::string && chance(2)) {
            using Pieces = std::vector<std::string>;
            return Predicate::like(column.name, chance(2) ? Pieces{"", value->as_string(), ""}
                                                          : Pieces{value->as_string(), ""});
        }
        if (chance(3)) {
            return Predicate::one_of(column.name, {*value, literal(column).value_or(*value)});
        }
        return chance(2) ? Predicate::compare(left, comparison, *value)
                         : Predicate::compare(*value, comparison, left);
    }

    Predicate random_predicate(int depth) {
        if (depth == 0 || chance(4)) {
            return random_test();
        }
        switch (below(3)) {
            case 0:
                return Predicate::negation(random_predicate(depth - 1));
            case 1:
                return Predicate::all_of(
                    {random_predicate(depth - 1), random_predicate(depth - 1)});
            default:
                return Predicate::any_of(
                    {random_predicate(depth - 1), random_predicate(depth - 1)});
        }
    }

    /// The value as a column of the type holds it.
    static Value held(const Value& value, const ColumnType& type) {
        if (type.kind == TypeKind::int32) {
            return Value::integer(std::clamp<std::int64_t>(
                value.as_integer(), std::numeric_limits<std::int32_t>::min(),
                std::numeric_limits<std::int32_t>::max()));
        }
        if (type.kind != TypeKind::decimal) {
            return value;
        }
        std::int64_t unit = 1;
        for (int i = type.scale; i < 4; ++i) {
            unit *= 10;
        }
        std::int64_t most = unit;
        for (int i = 0; i < type.precision; ++i) {
            most *= 10;
        }
        return Value::decimal(
            std::clamp(value.as_decimal() / unit * unit, unit - most, most - unit));
    }

    static json plain_json(const Value& value) {
        switch (value.kind()) {
            case ValueKind::boolean:
                return value.as_boolean();
            case ValueKind::integer:
                return value.as_integer();
            case ValueKind::decimal:
                return value.as_decimal();
            case ValueKind::datetime:
                return value.as_datetime() / 86'400'000;
            default:
                return value.as_string();
        }
    }

    void add_rows(json& line) {
        line["rows"] = json::array();
        line["expected"] = json::array();
        for (std::size_t i = 0; i < rows_per_table; ++i) {
            const Value generated = table_.row();
            const json extra = chance(3) ? json() : json(static_cast<double>(below(100)) / 8);
            if (dropped_.rows.contains(i)) {
                continue;
            }
            std::vector<Value::Member> members;
            json values = json::array();
            for (const Column& column : columns_) {
                if (column.name == "extra") {
                    values.push_back(extra);
                    continue;
                }
                const Value* value = generated.find(column.name);
                if (!loose_.empty() && chance(4)) {
                    value = nullptr;
                }
                if (value != nullptr) {
                    members.emplace_back(column.name, held(*value, column.type));
                }
                values.push_back(value == nullptr ? json() : plain_json(members.back().second));
            }
            line["rows"].push_back(values);
            line["expected"].push_back(cells_of(Value::record(std::move(members))));
        }
    }

    /// A letter for each column: clear, masked, or - for hidden.
    std::string cells_of(const Value& row) const {
        std::string letters;
        for (std::size_t i = 0; i < loose_.size(); ++i) {
            letters += loose_[i].clear.holds_for(row)                 ? 'c'
                       : masks_[i] && loose_[i].masked.holds_for(row) ? 'm'
                                                                      : '-';
        }
        return loose_.empty() ? decided_cells_of(row) : letters;
    }

    std::string decided_cells_of(const Value& row) const {
        Request request = asked_;
        std::vector<Value::Member> context(asked_.context.as_record().begin(),
                                           asked_.context.as_record().end());
        context.emplace_back("row", row);
        request.context = Value::record(std::move(context));
        std::string letters;
        for (std::size_t i = 0; i < columns_.size(); ++i) {
            letters += allows(clear_[i], request, table_.entities())                 ? 'c'
                       : masks_[i] && allows(masked_[i], request, table_.entities()) ? 'm'
                                                                                     : '-';
        }
        return letters;
    }

    std::uint64_t seed_;
    std::mt19937_64 random_;
    bool plain_;
    RowGenerator table_;
    std::int64_t now_ = 0;
    Request asked_;
    Dropped dropped_;
    std::vector<Column> columns_;
    std::vector<std::vector<Policy>> clear_;
    std::vector<std::vector<Policy>> masked_;
    std::vector<std::optional<Mask>> masks_;
    std::vector<Conditions> loose_;  // empty: the policies' are meant
    std::vector<std::string> conditions_;
    std::size_t policies_made_ = 0;
    json policies_ = json::array();
};

}  // namespace
}  // namespace charter::testing

int main(int argc, char** argv) {
    using namespace charter::testing;
    if (argc < 3) {
        std::cerr << "usage: cell_cases FIRST COUNT [plain] [-pN] [-rN]\n";
        return 2;
    }
    const std::uint64_t first = std::stoull(argv[1]);
    const std::uint64_t count = std::stoull(argv[2]);
    bool plain = false;
    Dropped dropped;
    for (int i = 3; i < argc; ++i) {
        const std::string word = argv[i];
        if (word == "plain") {
            plain = true;
        } else {
            (word.starts_with("-p") ? dropped.policies : dropped.rows)
                .insert(std::stoul(word.substr(2)));
        }
    }
    for (std::uint64_t seed = first; seed < first + count; ++seed) {
        std::cout << TableCase(seed, plain, dropped).line().dump() << '\n';
    }
}
