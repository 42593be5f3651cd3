#include "support/row_generator.hpp"

#include <array>
#include <stdexcept>

namespace charter::testing {

using namespace charter::policy;

namespace {

const std::array<std::string, 10> names{"a", "b_2", "Name", "order", "has", "we ird", "it's",
                                        "say \"x\"", "ünï", "z`y"};
const std::array<std::string, 12> texts{"", "a", "A", "ab", "GERMANY", "50%_off", "it's", "a*b",
                                        "back\\slash", "\"q\"", "ünï", "line\nbreak"};
const std::array<std::string, 8> patterns{"*", "a*", "*b", "*%*", "*_*", "a\\**", "*'*", "*\\\\*"};

bool is_word(const std::string& name) {
    return name == "a" || name == "b_2" || name == "Name" || name == "order";
}

}  // namespace

RowGenerator::RowGenerator(std::uint64_t seed, bool plain) : random_(seed) {
    std::vector<RowColumn> columns;
    for (const std::string& name : names) {
        if (chance(3)) {
            continue;
        }
        constexpr std::array kinds{ValueKind::string,  ValueKind::integer,  ValueKind::boolean,
                                   ValueKind::decimal, ValueKind::datetime};
        columns.push_back({name, kinds[below(plain ? 3 : kinds.size())], chance(2)});
    }
    type_ = RowType(std::move(columns));
    const auto entity = [](EntityUid uid) {
        Entity made;
        made.uid = std::move(uid);
        return made;
    };
    Entity user = entity({"User", "ana"});
    user.tags = Value::record({{"region", Value::set({Value::string("GERMANY"), Value::string("a")})},
                               {"none", Value::set({})}});
    user.attributes = Value::record({{"level", Value::integer(2)}});
    Result<EntityMap> made =
        EntityMap::make({user, entity({"Column", "c"}), entity({"Action", "read"})});
    if (!made) {
        throw std::logic_error(made.error().message());
    }
    entities_ = std::move(made).value();
}

std::string RowGenerator::schema() const {
    std::string row;
    for (const RowColumn& column : type_.columns()) {
        static const std::array<const char*, 10> types{"Bool", "Long", "String", "", "", "",
                                                       "decimal", "", "datetime", ""};
        row += quoted(column.name) + (column.required ? ": " : "?: ") +
               types[static_cast<std::size_t>(column.kind)] + ", ";
    }
    return "entity User { level: Long, limit?: Long } tags Set<String>;\nentity Column;\n"
           "action read appliesTo { principal: User, resource: Column, context: { now: datetime, "
           "purpose?: String, row: { " + row + "} } };\n";
}

Request RowGenerator::request() {
    std::vector<Value::Member> context{{"now", value(ValueKind::datetime)}};
    if (chance(2)) {
        context.emplace_back("purpose", Value::string("analytics"));
    }
    return {{"User", chance(6) ? "nobody" : "ana"}, {"Action", "read"}, {"Column", "c"},
            Value::record(std::move(context))};
}

Value RowGenerator::value(ValueKind kind) {
    switch (kind) {
        case ValueKind::boolean: return Value::boolean(chance(2));
        case ValueKind::integer:
            return Value::integer(std::array<std::int64_t, 6>{0, 1, -1, 2, 1'000'000'000'000, -7}[below(6)]);
        case ValueKind::decimal:
            return Value::decimal(std::array<std::int64_t, 6>{0, 10'000, -5, 12'345, 9'999'999, 1}[below(6)]);
        case ValueKind::datetime:
            return Value::datetime(86'400'000 *
                                   (static_cast<std::int64_t>(below(5)) * 9'000 - 18'000));
        default: return Value::string(texts[below(texts.size())]);
    }
}

Value RowGenerator::row() {
    std::vector<Value::Member> members;
    for (const RowColumn& column : type_.columns()) {
        if (column.required || !chance(3)) {
            members.emplace_back(column.name, value(column.kind));
        }
    }
    return Value::record(std::move(members));
}

std::string RowGenerator::policy() {
    std::string text = chance(3) ? "forbid" : "permit";
    text += " (principal, action, resource)";
    for (std::size_t i = below(3); i > 0; --i) {
        text += (chance(3) ? " unless { " : " when { ") + condition() + " }";
    }
    return text + ";";
}

std::string RowGenerator::member(std::size_t column) const {
    const std::string& name = type_.columns()[column].name;
    return is_word(name) ? "context.row." + name : "context.row[" + quoted(name) + "]";
}

std::string RowGenerator::has(std::size_t column) const {
    const std::string& name = type_.columns()[column].name;
    return is_word(name) ? (name.size() % 2 == 0 ? "context.row has " : "context has row.") + name
                         : "context.row has " + quoted(name);
}

std::string RowGenerator::known() {
    static const std::array<std::string, 12> expressions{
        "true", "false", "principal.level > 1", "context has purpose",
        "context has purpose && context.purpose == \"analytics\"",
        "principal has limit && principal.limit > 3", "principal.hasTag(\"region\")",
        "principal.level * 4611686018427387904 == 0",  // overflows
        "principal.level * 4611686018427387904 > 1", "principal == User::\"ana\"",
        "resource is Column", "context.now > datetime(\"1990-01-01\")"};
    return expressions[below(expressions.size())];
}

std::string RowGenerator::ordered(std::size_t column, const std::string& other) {
    const std::size_t which = below(4);
    if (type_.columns()[column].kind == ValueKind::decimal) {
        static const std::array<std::string, 4> functions{"lessThan", "lessThanOrEqual",
                                                          "greaterThan", "greaterThanOrEqual"};
        return member(column) + "." + functions[which] + "(" + other + ")";
    }
    static const std::array<std::string, 4> signs{" < ", " <= ", " > ", " >= "};
    return chance(2) ? member(column) + signs[which] + other : other + signs[which] + member(column);
}

std::string RowGenerator::test(std::size_t column, const std::vector<bool>& present) {
    const ValueKind kind = type_.columns()[column].kind;
    std::string other = kind == ValueKind::datetime && chance(4) ? "context.now" : literal(kind);
    for (std::size_t i = 0; i < type_.columns().size(); ++i) {
        const RowColumn& each = type_.columns()[i];
        if (each.kind == kind && (each.required || present[i]) && chance(4)) {
            other = member(i);
        }
    }
    const bool is_ordered = kind != ValueKind::string && kind != ValueKind::boolean;
    switch (below(6)) {
        case 0: return member(column) + " != " + other;
        case 1: return member(column) + " == " + other;
        case 2:
            return "[" + literal(kind) + ", " + literal(kind) + "].contains(" + member(column) + ")";
        default: break;
    }
    if (is_ordered) {
        return ordered(column, other);
    }
    if (kind == ValueKind::boolean) {
        return member(column);
    }
    return chance(3) ? "principal.hasTag(\"region\") && principal.getTag(\"region\").contains(" +
                           member(column) + ")"
                     : member(column) + " like \"" + patterns[below(patterns.size())] + "\"";
}

std::string RowGenerator::condition(int depth, std::vector<bool> present) {
    const auto inner = [&] { return "(" + condition(depth - 1, present) + ")"; };
    if (type_.columns().empty() || depth == 0 || chance(6)) {
        return known();
    }
    switch (below(6)) {
        case 0: return inner() + " && " + inner();
        case 1: return inner() + " || " + inner();
        case 2: return "!" + inner();
        default: break;
    }
    const std::size_t column = below(type_.columns().size());
    if (type_.columns()[column].required || present[column]) {
        return chance(8) ? "if " + test(column, present) + " then " + inner() + " else " + inner()
                         : test(column, present);
    }
    std::vector<bool> with = present;
    with[column] = true;
    const std::string there =
        "(" + (chance(2) ? test(column, with) : condition(depth - 1, with)) + ")";
    switch (below(4)) {
        case 0: return "!(" + has(column) + ") || " + inner();
        case 1: return "if " + has(column) + " then " + there + " else " + inner();
        default: return has(column) + " && " + there;
    }
}

}  // namespace charter::testing
