#include "cells/iceberg_filter.hpp"

#include "cells/sql_writer.hpp"
#include "charter/base/json_writer.hpp"
#include "charter/base/limits.hpp"

#include <algorithm>

namespace charter::cells {
namespace {

using policy::Predicate;
using policy::Value;
using policy::ValueKind;
using Form = Predicate::Form;
using Comparison = Predicate::Comparison;

bool is_sayable(const Predicate& predicate, const ColumnsByName& columns) {
    if (predicate.form() == Form::like) {
        return predicate.pieces().size() == 2 && predicate.pieces().back().empty();
    }
    if (predicate.form() != Form::compare) {
        return true;
    }
    const auto* left = std::get_if<Predicate::Column>(&predicate.left());
    const auto* right = std::get_if<Predicate::Column>(&predicate.right());
    return left == nullptr || right == nullptr || left->kind != ValueKind::decimal ||
           columns.find(left->name)->type.scale == columns.find(right->name)->type.scale;
}

/// Without what cannot be said: nowhere it holds when it stands under an even number of NOTs,
/// everywhere when under an odd one.
Predicate sayable(const Predicate& predicate, const ColumnsByName& columns, bool positive) {
    std::vector<Predicate> parts;
    switch (predicate.form()) {
        case Form::negation:
            return Predicate::negation(sayable(predicate.parts().front(), columns, !positive));
        case Form::all_of:
        case Form::any_of:
            for (const Predicate& part : predicate.parts()) {
                parts.push_back(sayable(part, columns, positive));
            }
            return predicate.form() == Form::all_of ? Predicate::all_of(std::move(parts))
                                                    : Predicate::any_of(std::move(parts));
        default:
            return is_sayable(predicate, columns) ? predicate : Predicate::constant(!positive);
    }
}

class FilterWriter {
public:
    FilterWriter(std::string& out, const ColumnsByName& columns)
        : out_(out), json_(out), columns_(columns) {}

    bool has_ids() const noexcept { return has_ids_; }

    void write(const Predicate& predicate, bool positive) {
        if (out_.size() > limits::cells_sql_bytes_max) {
            return;
        }
        switch (predicate.form()) {
            case Form::constant:
                json_.boolean(predicate.is_always());
                break;
            case Form::negation:
                json_.begin_object().member("type", "not").key("child");
                write(predicate.parts().front(), !positive);
                json_.end_object();
                break;
            case Form::all_of:
            case Form::any_of:
                list(predicate, predicate.parts(), positive);
                break;
            case Form::has:
                not_null(predicate.column());
                break;
            default:
                test(predicate, positive);
        }
    }

private:
    /// As a balanced tree, for readers that recurse.
    void list(const Predicate& predicate, std::span<const Predicate> parts, bool positive) {
        if (parts.size() == 1) {
            write(parts.front(), positive);
            return;
        }
        const std::size_t half = parts.size() / 2;
        json_.begin_object().member("type", predicate.form() == Form::all_of ? "and" : "or");
        json_.key("left");
        list(predicate, parts.first(half), positive);
        json_.key("right");
        list(predicate, parts.subspan(half), positive);
        json_.end_object();
    }

    /// Readers differ in what they make of null: it is less than all else, or less than nothing,
    /// or unknown. Equality with a literal is true for none of them; all others, and all that
    /// stands under NOT, say that there must be a value.
    void test(const Predicate& predicate, bool positive) {
        const bool equality =
            predicate.form() == Form::one_of || predicate.form() == Form::holds ||
            (predicate.form() == Form::compare && predicate.comparison() == Comparison::equal &&
             predicate.columns().size() == 1 &&
             (std::holds_alternative<Value>(predicate.left()) ||
              std::holds_alternative<Value>(predicate.right())));
        if (equality && positive) {
            bare(predicate);
            return;
        }
        const std::vector<std::string> names = predicate.columns();
        for (const std::string& name : names) {
            json_.begin_object().member("type", "and").key("left");
            not_null(name);
            json_.key("right");
        }
        bare(predicate);
        for (std::size_t i = 0; i < names.size(); ++i) {
            json_.end_object();
        }
    }

    void bare(const Predicate& predicate) {
        json_.begin_object();
        switch (predicate.form()) {
            case Form::holds:
                json_.member("type", "eq").key("left");
                reference(predicate.column());
                json_.key("right");
                literal(Value::boolean(true), predicate.column());
                break;
            case Form::one_of:
                one_of(predicate);
                break;
            case Form::like:
                json_.member("type", "starts-with").key("left");
                reference(predicate.column());
                json_.key("right");
                literal(Value::string(predicate.pieces().front()), predicate.column());
                break;
            default:
                comparison(predicate);
        }
        json_.end_object();
    }

    void comparison(const Predicate& predicate) {
        const bool turned = std::holds_alternative<Value>(predicate.left());
        const Predicate::Operand& first = turned ? predicate.right() : predicate.left();
        const Predicate::Operand& second = turned ? predicate.left() : predicate.right();
        const std::string& name = std::get<Predicate::Column>(first).name;
        switch (predicate.comparison()) {
            case Comparison::equal:
                json_.member("type", "eq");
                break;
            case Comparison::less:
                json_.member("type", turned ? "gt" : "lt");
                break;
            case Comparison::less_or_equal:
                json_.member("type", turned ? "gt-eq" : "lt-eq");
                break;
        }
        json_.key("left");
        reference(name);
        json_.key("right");
        if (const auto* column = std::get_if<Predicate::Column>(&second)) {
            reference(column->name);
        } else {
            literal(std::get<Value>(second), name);
        }
    }

    void one_of(const Predicate& predicate) {
        json_.member("type", "in").key("child");
        reference(predicate.column());
        json_.key("values").begin_object().member("type", "literals").key("values").begin_array();
        for (const Value& value : predicate.values()) {
            plain(value, columns_.find(predicate.column())->type);
        }
        json_.end_array();
        json_.member("data-type", columns_.find(predicate.column())->type.text()).end_object();
    }

    void not_null(const std::string& name) {
        json_.begin_object().member("type", "not-null").key("child");
        reference(name);
        json_.end_object();
    }

    void reference(const std::string& name) {
        const std::optional<std::int32_t> id = columns_.find(name)->field_id;
        has_ids_ = has_ids_ && id.has_value();
        json_.begin_object().member("type", "reference").key("id").number(id.value_or(0));
        json_.end_object();
    }

    void literal(const Value& value, const std::string& column) {
        const ColumnType& type = columns_.find(column)->type;
        json_.begin_object().member("type", "literal").key("value");
        plain(value, type);
        json_.member("data-type", type.text()).end_object();
    }

    /// The single-value form of the Iceberg table specification, appendix D.
    void plain(const Value& value, const ColumnType& type) {
        switch (value.kind()) {
            case ValueKind::boolean:
                json_.boolean(value.as_boolean());
                break;
            case ValueKind::integer:
                json_.number(value.as_integer());
                break;
            case ValueKind::string:
                json_.string(value.as_string());
                break;
            case ValueKind::decimal:
                json_.string(decimal_text(value.as_decimal(), type.scale));
                break;
            default:
                json_.string(date_text(value.as_datetime()));
        }
    }

    std::string& out_;
    JsonWriter json_;
    const ColumnsByName& columns_;
    bool has_ids_ = true;
};

}  // namespace

Result<IcebergFilter> iceberg_filter(const Predicate& predicate, const ColumnsByName& columns) {
    const Result<Predicate> fitted = fit(predicate, columns);
    if (!fitted) {
        return fitted.error();
    }
    const Predicate said = sayable(*fitted, columns, true);
    IcebergFilter filter;
    filter.exact = said == *fitted;
    FilterWriter writer(filter.json, columns);
    writer.write(said, true);
    if (!writer.has_ids()) {
        return Error(ErrorCode::unprocessable, "a column of the condition has no field_id");
    }
    if (filter.json.size() > limits::cells_sql_bytes_max) {
        return Error(ErrorCode::unprocessable,
                     "the condition is too long for Iceberg (cells_sql_bytes_max)");
    }
    return filter;
}

}  // namespace charter::cells
