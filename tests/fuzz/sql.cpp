// Any bytes as names and literals in SQL: a reader of its own, for each dialect and for each way a
// dialect may be set, must find what went in, and nothing beside it.

#include "charter/cells/sql.hpp"
#include "fuzz.hpp"

#include <array>
#include <vector>

using namespace charter;
using namespace charter::cells;
using namespace charter::fuzz;

namespace {

/// How an engine reads. Only Spark's ways differ.
struct Reading {
    Dialect dialect = Dialect::ansi;
    bool backslash_escapes = false;  // not spark.sql.parser.escapedStringLiterals
    bool doubled_quotes = true;      // Spark before 4.0 joins 'a''b' to ab
};

/// A token in a form that cannot be mistaken for another: I4:name, S3:abc, or the word or sign.
std::string tagged(char kind, std::string_view text) {
    return std::string(1, kind) + std::to_string(text.size()) + ":" + std::string(text);
}

class Reader {
public:
    Reader(std::string_view text, Reading reading) : text_(text), reading_(reading) {}

    /// The tokens, and concat() and char() of Spark as the string that they make.
    std::string tokens() {
        std::string all;
        while (skip_spaces()) {
            const std::string one = token();
            all += (all.empty() ? "" : " ") + (is_string_function(one) ? called(one) : one);
        }
        return all;
    }

private:
    bool skip_spaces() {
        while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n')) {
            ++at_;
        }
        return at_ < text_.size();
    }

    static bool is_word(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '_';
    }

    std::string token() {
        const char c = text_[at_];
        if (c == (reading_.dialect == Dialect::spark ? '`' : '"')) {
            return tagged('I', inside(c, true));
        }
        if (c == '\'') {
            return tagged('S', inside(c, reading_.doubled_quotes));
        }
        expect(is_word(c) || std::string_view("(),=.").find(c) != std::string_view::npos,
               "outside of quotes stand words and few signs", text_);
        const std::size_t begin = at_++;
        while (is_word(c) && at_ < text_.size() && is_word(text_[at_])) {
            ++at_;
        }
        return std::string(text_.substr(begin, at_ - begin));
    }

    std::string inside(char quote, bool doubled) {
        std::string value;
        for (++at_; at_ < text_.size(); ++at_) {
            if (text_[at_] == quote) {
                const bool again = at_ + 1 < text_.size() && text_[at_ + 1] == quote;
                if (!again) {
                    ++at_;
                    return value;
                }
                ++at_;
                if (doubled) {
                    value += quote;
                }
            } else if (text_[at_] == '\\' && quote == '\'' && reading_.backslash_escapes) {
                value += '?';  // whatever: not what stands there
                ++at_;
            } else {
                value += text_[at_];
            }
        }
        broken("quotes end", text_);
    }

    bool is_string_function(const std::string& word) const {
        return reading_.dialect == Dialect::spark && (word == "concat" || word == "char");
    }

    void sign(std::string_view wanted) {
        expect(skip_spaces() && token() == wanted, "calls are well formed", text_);
    }

    std::string called(const std::string& function) { return tagged('S', value_of(function)); }

    std::string value_of(const std::string& function) {
        sign("(");
        std::string value;
        if (function == "char") {
            expect(skip_spaces(), "calls are well formed", text_);
            value = std::string(1, static_cast<char>(std::stoi(token())));
            sign(")");
            return value;
        }
        for (std::string next = ","; next == ",";) {
            expect(skip_spaces(), "calls are well formed", text_);
            const std::string part = token();
            value += part == "char" ? value_of(part) : part.substr(part.find(':') + 1);
            expect(part == "char" || part.front() == 'S', "pieces are strings", text_);
            expect(skip_spaces(), "calls are well formed", text_);
            next = token();
            expect(next == "," || next == ")", "calls are well formed", text_);
        }
        return value;
    }

    std::string_view text_;
    Reading reading_;
    std::size_t at_ = 0;
};

std::vector<Reading> readings_of(Dialect dialect) {
    if (dialect != Dialect::spark) {
        return {{dialect}};
    }
    return {{dialect, false, false},
            {dialect, false, true},
            {dialect, true, false},
            {dialect, true, true}};
}

struct Input {
    std::string name;
    std::string literal;
    std::vector<std::string> pieces;
    std::string relation;
};

Input input_of(std::string_view text) {
    std::array<std::string, 4> parts;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const std::size_t end = std::min(text.find('\xFF'), text.size());
        parts[i] = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    Input input{parts[0], parts[1], {""}, parts[3]};
    for (const char c : parts[2]) {
        if (c == '*') {
            input.pieces.emplace_back();
        } else {
            input.pieces.back() += c;
        }
    }
    return input;
}

bool has_nul(std::string_view text) {
    return text.find('\0') != std::string_view::npos;
}

bool is_name(std::string_view name, Dialect dialect) {
    return !name.empty() && !has_nul(name) &&
           (dialect != Dialect::spark || name.find("${") == std::string_view::npos);
}

void check(const Result<std::string>& sql, bool sayable, Dialect dialect,
           const std::string& wanted) {
    expect(sql.has_value() == sayable, "an error where SQL has no way to say it, and only there",
           wanted);
    if (!sql) {
        return;
    }
    expect(dialect != Dialect::spark || sql->find("${") == std::string::npos,
           "Spark finds nothing to replace", *sql);
    for (const Reading& reading : readings_of(dialect)) {
        expect_same("the tokens are those that were meant", Reader(*sql, reading).tokens(), wanted);
    }
}

/// What LIKE makes of the pieces, and whether it needs its escape.
std::string pattern_token(const std::vector<std::string>& pieces) {
    std::string pattern;
    bool escaped = false;
    for (std::size_t i = 0; i < pieces.size(); ++i) {
        pattern += i == 0 ? "" : "%";
        for (const char c : pieces[i]) {
            const bool special = c == '%' || c == '_' || c == '!';
            pattern += special ? "!" : "";
            pattern += c;
            escaped = escaped || special || c == '\\';
        }
    }
    return tagged('S', pattern) + (escaped ? " ESCAPE S1:!" : "");
}

void check_dialect(const Input& input, Dialect dialect) {
    const Column column{input.name, 1, ColumnType{}, true};
    const std::span<const Column> columns(&column, 1);
    const std::string name = tagged('I', input.name);
    const std::string literal = tagged('S', input.literal);
    const bool named = is_name(input.name, dialect);
    const bool said = named && !has_nul(input.literal);
    const Predicate equals = Predicate::compare(
        Predicate::Column{input.name}, Predicate::Comparison::equal, Value::string(input.literal));

    check(condition_sql(Predicate::has(input.name), columns, dialect), named, dialect,
          name + " IS NOT NULL");
    check(condition_sql(Predicate::negation(equals), columns, dialect), said, dialect,
          "NOT COALESCE ( " + name + " = " + literal + " , FALSE )");
    check(condition_sql(Predicate::one_of(input.name, {Value::string(input.literal),
                                                       Value::string(input.literal + "~")}),
                        columns, dialect),
          said, dialect,
          name + " IN ( " + literal + " , " + tagged('S', input.literal + "~") + " )");
    if (input.pieces.size() > 1) {
        const bool plain = std::ranges::none_of(input.pieces, has_nul);
        check(condition_sql(Predicate::like(input.name, input.pieces), columns, dialect),
              named && plain, dialect, name + " LIKE " + pattern_token(input.pieces));
    }
    const TableAccess access(
        {{column, equals, Predicate::constant(true), Mask::mask_to_fixed_value}});
    const std::vector<std::string> relation{"lake", input.relation};
    check(select_sql(access, relation, dialect), said && is_name(input.relation, dialect), dialect,
          "SELECT CASE WHEN " + name + " = " + literal + " THEN " + name +
              " WHEN TRUE THEN S8:XXXXXXXX ELSE NULL END AS " + name + " FROM I4:lake . " +
              tagged('I', input.relation));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const Input input = input_of(text_of(data, size));
    for (const Dialect dialect : dialects) {
        check_dialect(input, dialect);
    }
    return 0;
}
