#include "charter/policy/predicate.hpp"

#include "policy/pattern.hpp"

#include <algorithm>
#include <set>

namespace charter::policy {

struct Predicate::Contents {
    Form form = Form::constant;
    bool value = false;
    Comparison comparison = Comparison::equal;
    std::string column;
    std::vector<Operand> operands;  // of a comparison, two
    std::vector<Value> values;
    std::vector<std::string> pieces;
    std::vector<Predicate> parts;
    std::size_t size = 1;

    friend auto operator<=>(const Contents&, const Contents&) = default;
};

namespace {

/// Of more parts than these none is compared with the others.
constexpr std::size_t compared_max = 64;

std::size_t size_of(const std::vector<Predicate>& parts) {
    std::size_t size = 1;
    for (const Predicate& part : parts) {
        size = std::min(size + part.size(), 2 * Predicate::nodes_max);
    }
    return size;
}

/// Long literals count for more than one node.
std::size_t size_of(std::string_view text) {
    return 1 + std::min(text.size() / 32, Predicate::nodes_max);
}

std::size_t size_of(const Value& value) {
    return value.is(ValueKind::string) ? size_of(value.as_string()) : 1;
}

std::size_t size_of(const Predicate::Operand& operand) {
    const auto* value = std::get_if<Value>(&operand);
    return value != nullptr ? size_of(*value) : 1;
}

/// A part that says no more than the others do: in `a || (a && b)` the second.
bool is_absorbed(const Predicate& part, const std::vector<Predicate>& others,
                 Predicate::Form inner) {
    return part.form() == inner && std::ranges::any_of(part.parts(), [&](const Predicate& one) {
               return std::ranges::find(others, one) != others.end();
           });
}

/// What an operand is in a row; null: absent.
const Value* value_of(const Predicate::Operand& operand, const Value& row) {
    const auto* column = std::get_if<Predicate::Column>(&operand);
    return column != nullptr ? row.find(column->name) : &std::get<Value>(operand);
}

bool compare_values(const Value& left, Predicate::Comparison comparison, const Value& right) {
    // Within one kind the total order of values is Cedar's.
    switch (comparison) {
        case Predicate::Comparison::equal: return left == right;
        case Predicate::Comparison::less: return left < right;
        case Predicate::Comparison::less_or_equal: return left <= right;
    }
    return false;
}

void add_columns(const Predicate& predicate, std::set<std::string>& names) {
    using enum Predicate::Form;
    switch (predicate.form()) {
        case constant: break;
        case has:
        case holds:
        case one_of:
        case like: names.insert(predicate.column()); break;
        case compare:
            for (const Predicate::Operand* operand : {&predicate.left(), &predicate.right()}) {
                if (const auto* column = std::get_if<Predicate::Column>(operand)) {
                    names.insert(column->name);
                }
            }
            break;
        case negation:
        case all_of:
        case any_of:
            for (const Predicate& part : predicate.parts()) {
                add_columns(part, names);
            }
    }
}

}  // namespace

Predicate Predicate::constant(bool value) {
    static const auto make = [](bool is) {
        auto contents = std::make_shared<Contents>();
        contents->value = is;
        return std::shared_ptr<const Contents>(std::move(contents));
    };
    static const std::shared_ptr<const Contents> always = make(true);
    static const std::shared_ptr<const Contents> never = make(false);
    return Predicate(value ? always : never);
}

Predicate Predicate::has(std::string column) {
    auto contents = std::make_shared<Contents>();
    contents->form = Form::has;
    contents->column = std::move(column);
    return Predicate(std::move(contents));
}

Predicate Predicate::holds(std::string column) {
    auto contents = std::make_shared<Contents>();
    contents->form = Form::holds;
    contents->column = std::move(column);
    return Predicate(std::move(contents));
}

Predicate Predicate::compare(Operand left, Comparison comparison, Operand right) {
    if (const auto *a = std::get_if<Value>(&left), *b = std::get_if<Value>(&right);
        a != nullptr && b != nullptr) {
        return constant(compare_values(*a, comparison, *b));
    }
    auto contents = std::make_shared<Contents>();
    contents->form = Form::compare;
    contents->comparison = comparison;
    contents->size = size_of(left) + size_of(right);
    contents->operands = {std::move(left), std::move(right)};
    return Predicate(std::move(contents));
}

Predicate Predicate::one_of(std::string column, std::vector<Value> values) {
    std::ranges::sort(values);
    const auto repeated = std::ranges::unique(values);
    values.erase(repeated.begin(), repeated.end());
    if (values.empty()) {
        return constant(false);
    }
    if (values.size() == 1) {
        const ValueKind kind = values.front().kind();
        return compare(Column{std::move(column), kind}, Comparison::equal,
                       std::move(values.front()));
    }
    auto contents = std::make_shared<Contents>();
    contents->form = Form::one_of;
    contents->column = std::move(column);
    for (const Value& value : values) {
        contents->size = std::min(contents->size + size_of(value), 2 * nodes_max);
    }
    contents->values = std::move(values);
    return Predicate(std::move(contents));
}

Predicate Predicate::like(std::string column, std::vector<std::string> pieces) {
    if (pieces.size() == 1) {
        return compare(Column{std::move(column)}, Comparison::equal,
                       Value::string(std::move(pieces.front())));
    }
    auto contents = std::make_shared<Contents>();
    contents->form = Form::like;
    contents->column = std::move(column);
    for (const std::string& piece : pieces) {
        contents->size = std::min(contents->size + size_of(piece), 2 * nodes_max);
    }
    contents->pieces = std::move(pieces);
    return Predicate(std::move(contents));
}

Predicate Predicate::negation(const Predicate& part) {
    if (part.form() == Form::constant) {
        return constant(!part.is_always());
    }
    if (part.form() == Form::negation) {
        return part.parts().front();
    }
    auto contents = std::make_shared<Contents>();
    contents->form = Form::negation;
    contents->parts = {part};
    contents->size = size_of(contents->parts);
    return Predicate(std::move(contents));
}

Predicate Predicate::list(Form form, std::vector<Predicate> parts) {
    const bool neutral = form == Form::all_of;
    std::vector<Predicate> kept;
    const auto keep = [&](const Predicate& part) {
        if (kept.size() > compared_max || std::ranges::find(kept, part) == kept.end()) {
            kept.push_back(part);
        }
    };
    for (const Predicate& part : parts) {
        if (part.form() == form) {
            std::ranges::for_each(part.parts(), keep);
        } else if (part.form() != Form::constant) {
            keep(part);
        } else if (part.is_always() != neutral) {
            return constant(!neutral);
        }
    }
    std::vector<Predicate> result;
    if (kept.size() > compared_max) {
        result = std::move(kept);
    } else {
        for (const Predicate& part : kept) {
            if (std::ranges::find(kept, negation(part)) != kept.end()) {
                return constant(!neutral);
            }
        }
        const Form inner = form == Form::all_of ? Form::any_of : Form::all_of;
        std::ranges::copy_if(kept, std::back_inserter(result), [&](const Predicate& part) {
            return !is_absorbed(part, kept, inner);
        });
    }
    if (result.size() < 2) {
        return result.empty() ? constant(neutral) : result.front();
    }
    auto contents = std::make_shared<Contents>();
    contents->form = form;
    contents->size = size_of(result);
    contents->parts = std::move(result);
    return Predicate(std::move(contents));
}

Predicate Predicate::all_of(std::vector<Predicate> parts) {
    return list(Form::all_of, std::move(parts));
}

Predicate Predicate::any_of(std::vector<Predicate> parts) {
    return list(Form::any_of, std::move(parts));
}

Predicate::Form Predicate::form() const noexcept {
    return contents_->form;
}
bool Predicate::is_always() const noexcept {
    return contents_->form == Form::constant && contents_->value;
}
bool Predicate::is_never() const noexcept {
    return contents_->form == Form::constant && !contents_->value;
}
std::size_t Predicate::size() const noexcept {
    return contents_->size;
}
const std::string& Predicate::column() const {
    return contents_->column;
}
const Predicate::Operand& Predicate::left() const {
    return contents_->operands.at(0);
}
const Predicate::Operand& Predicate::right() const {
    return contents_->operands.at(1);
}
Predicate::Comparison Predicate::comparison() const {
    return contents_->comparison;
}
const std::vector<Value>& Predicate::values() const {
    return contents_->values;
}
const std::vector<std::string>& Predicate::pieces() const {
    return contents_->pieces;
}
const std::vector<Predicate>& Predicate::parts() const {
    return contents_->parts;
}

std::vector<std::string> Predicate::columns() const {
    std::set<std::string> names;
    add_columns(*this, names);
    return {names.begin(), names.end()};
}

bool Predicate::holds_for(const Value& row) const {
    const auto holds_too = [&](const Predicate& part) { return part.holds_for(row); };
    switch (form()) {
        case Form::constant: return contents_->value;
        case Form::negation: return !parts().front().holds_for(row);
        case Form::all_of: return std::ranges::all_of(parts(), holds_too);
        case Form::any_of: return std::ranges::any_of(parts(), holds_too);
        case Form::compare: {
            const Value* a = value_of(left(), row);
            const Value* b = value_of(right(), row);
            return a != nullptr && b != nullptr && compare_values(*a, comparison(), *b);
        }
        default: break;
    }
    const Value* value = row.find(column());
    if (value == nullptr || form() == Form::has) {
        return value != nullptr;
    }
    switch (form()) {
        case Form::holds: return value->as_boolean();
        case Form::one_of: return std::ranges::binary_search(values(), *value);
        default: return Pattern(pieces()).matches(value->as_string());
    }
}

bool operator==(const Predicate& a, const Predicate& b) noexcept {
    return (a <=> b) == 0;
}

std::strong_ordering operator<=>(const Predicate& a, const Predicate& b) noexcept {
    return a.contents_ == b.contents_ ? std::strong_ordering::equal
                                      : *a.contents_ <=> *b.contents_;
}

}  // namespace charter::policy
