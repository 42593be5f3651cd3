#pragma once

#include "charter/base/result.hpp"
#include "charter/policy/entity_uid.hpp"
#include "charter/policy/ip_address.hpp"

#include <compare>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace charter::policy {

/// The Cedar types. The order is the order of the alternatives inside a Value.
enum class ValueKind : std::uint8_t {
    boolean,
    integer,  // Cedar's Long, 64 bits signed
    string,
    entity,
    set,
    record,
    decimal,
    ip_address,
    datetime,
    duration,
};

/// "bool", "long", "string", "entity" …: the word used in messages.
std::string_view kind_name(ValueKind kind);

/// One Cedar value. Immutable, contents shared, so cheap to copy; thread-safe.
/// Sets hold each element once, in the total order of Value; records are sorted
/// by name. So equal values have equal contents, whatever order they came in.
class Value {
public:
    using Member = std::pair<std::string, Value>;

    /// false.
    Value() = default;

    static Value boolean(bool value) { return Value(Contents(value)); }
    static Value integer(std::int64_t value) { return Value(Contents(value)); }
    static Value string(std::string value);
    static Value entity(EntityUid uid) { return Value(Contents(std::move(uid))); }
    static Value set(std::vector<Value> elements);
    /// Of members with the same name the last one counts.
    static Value record(std::vector<Member> members);
    static Value ip_address(const IpAddress& address);
    /// Milliseconds since 1970-01-01T00:00:00Z, leap seconds not counted.
    static Value datetime(std::int64_t milliseconds) {
        return Value(Contents(Datetime{milliseconds}));
    }
    static Value duration(std::int64_t milliseconds) {
        return Value(Contents(Duration{milliseconds}));
    }
    /// In units of 0.0001.
    static Value decimal(std::int64_t ten_thousandths) {
        return Value(Contents(Decimal{ten_thousandths}));
    }

    /// The same as Cedar's ip("…"), decimal("…"), datetime("…"), duration("…").
    /// Errors: invalid_request, with what is wrong with the text.
    static Result<Value> parse_ip_address(std::string_view text);
    static Result<Value> parse_decimal(std::string_view text);
    static Result<Value> parse_datetime(std::string_view text);
    static Result<Value> parse_duration(std::string_view text);

    ValueKind kind() const noexcept { return static_cast<ValueKind>(contents_.index()); }
    bool is(ValueKind kind_wanted) const noexcept { return kind() == kind_wanted; }

    // Each reads a value of that kind; another kind throws std::bad_variant_access.
    bool as_boolean() const { return std::get<bool>(contents_); }
    std::int64_t as_integer() const { return std::get<std::int64_t>(contents_); }
    const std::string& as_string() const { return *std::get<Text>(contents_); }
    const EntityUid& as_entity() const { return std::get<EntityUid>(contents_); }
    /// Sorted, each once.
    std::span<const Value> as_set() const;
    /// Sorted by name.
    std::span<const Member> as_record() const;
    const IpAddress& as_ip_address() const { return *std::get<Address>(contents_); }
    /// Milliseconds since the epoch.
    std::int64_t as_datetime() const { return std::get<Datetime>(contents_).milliseconds; }
    /// Milliseconds.
    std::int64_t as_duration() const { return std::get<Duration>(contents_).milliseconds; }
    /// Units of 0.0001.
    std::int64_t as_decimal() const { return std::get<Decimal>(contents_).ten_thousandths; }

    /// The member of a record, or null. Another kind than record throws.
    const Value* find(std::string_view name) const;
    /// True when the set holds an equal element. Another kind than set throws.
    bool contains(const Value& element) const;

    /// Cedar text that evaluates to this value.
    std::string to_cedar_text() const;

    friend bool operator==(const Value& a, const Value& b) noexcept;
    /// A total order: by kind, then by contents. Not Cedar's `<`.
    friend std::strong_ordering operator<=>(const Value& a, const Value& b) noexcept;

private:
    struct SetContents;
    struct RecordContents;
    struct Decimal {
        std::int64_t ten_thousandths;
    };
    struct Datetime {
        std::int64_t milliseconds;
    };
    struct Duration {
        std::int64_t milliseconds;
    };
    using Text = std::shared_ptr<const std::string>;
    using Set = std::shared_ptr<const SetContents>;
    using Record = std::shared_ptr<const RecordContents>;
    using Address = std::shared_ptr<const IpAddress>;
    using Contents = std::variant<bool, std::int64_t, Text, EntityUid, Set, Record, Decimal,
                                  Address, Datetime, Duration>;

    explicit Value(Contents contents) : contents_(std::move(contents)) {}

    Contents contents_;
};

struct Value::SetContents {
    std::vector<Value> elements;
};

struct Value::RecordContents {
    std::vector<Member> members;
};

inline std::span<const Value> Value::as_set() const {
    return std::get<Set>(contents_)->elements;
}

inline std::span<const Value::Member> Value::as_record() const {
    return std::get<Record>(contents_)->members;
}

/// A Cedar string literal with its quotes: `"a\"b\n"`. Called with its
/// namespace where <iomanip> may be included, which has a std::quoted.
std::string quoted(std::string_view text);

}  // namespace charter::policy
