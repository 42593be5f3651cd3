// Rules about the text of the sources that the compiler does not check.
#include "sources.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <iostream>
#include <regex>
#include <string>
#include <string_view>

namespace charter::architecture {

namespace {

/// The code without comments and without what stands in string literals.
std::string code_only(std::string_view text) {
    std::string code;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text.substr(i, 2) == "//") {
            i = std::min(text.find('\n', i), text.size()) - 1;
        } else if (text.substr(i, 2) == "/*") {
            i = std::min(text.find("*/", i + 2), text.size() - 2) + 1;
        } else if (text.substr(i, 3) == "R\"(") {
            i = std::min(text.find(")\"", i + 3), text.size() - 2) + 1;
            code += "\"\"";
        } else if (text[i] == '"' ||
                   (text[i] == '\'' &&
                    (i == 0 || !std::isalnum(static_cast<unsigned char>(text[i - 1]))))) {
            const char quote = text[i];
            for (++i; i < text.size() && text[i] != quote; ++i) {
                i += text[i] == '\\' ? 1 : 0;
            }
            code += "\"\"";
        } else {
            code += text[i];
        }
    }
    return code;
}

/// Braces glued to a name or a `>`, or right after `(` or `,`: an aggregate or a
/// temporary, not a block.
bool has_braced_temporary(std::string_view statement) {
    char before = ' ';
    char before_spaces = ' ';
    for (const char c : statement) {
        if (c == '{' && (std::isalnum(static_cast<unsigned char>(before)) != 0 || before == '_' ||
                         before == '>' || before_spaces == '(' || before_spaces == ',')) {
            return true;
        }
        before = c;
        before_spaces = std::isspace(static_cast<unsigned char>(c)) != 0 ? before_spaces : c;
    }
    return false;
}

// g++ 12 frees the members of an aggregate temporary twice when the same
// expression contains co_await.
bool braces_next_to_co_await(const std::string& statement) {
    return statement.find("co_await") != std::string::npos && has_braced_temporary(statement);
}

}  // namespace

TEST(SourceRules, NoBracedTemporaryInAnExpressionWithCoAwait) {
    EXPECT_TRUE(braces_next_to_co_await("co_await save(Record{1, name})"));
    EXPECT_TRUE(braces_next_to_co_await("co_await save({1, name})"));
    EXPECT_TRUE(braces_next_to_co_await("co_await save(1, {name})"));
    EXPECT_TRUE(braces_next_to_co_await("co_await save(std::vector<int>{1})"));
    EXPECT_FALSE(braces_next_to_co_await("co_await save(std::move(record))"));
    EXPECT_FALSE(braces_next_to_co_await("if (ready) { co_await save(record)"));
    EXPECT_EQ(code_only("a(\"{\"); // {\nb('\"'); /* { */ c(R\"({)\")"),
              "a(\"\"); \nb(\"\");  c(\"\")");

    for (const Source& source : sources()) {
        const std::string text = code_only(source.text);
        for (std::size_t begin = 0; begin < text.size();) {
            const std::size_t end = std::min(text.find(';', begin), text.size());
            const std::string statement = text.substr(begin, end - begin);
            EXPECT_FALSE(braces_next_to_co_await(statement)) << source.path << ":" << statement;
            begin = end + 1;
        }
    }
}

// g++ 12 destroys what such an expression awaits twice.
TEST(SourceRules, NoChoiceIsAwaited) {
    const std::regex choice(R"(co_await\s*\([^;]*\?[^;]*:)");
    EXPECT_TRUE(std::regex_search("co_await (ready ? one() : other());", choice));
    EXPECT_FALSE(std::regex_search("ready ? co_await one() : co_await other();", choice));
    for (const Source& source : sources()) {
        EXPECT_FALSE(std::regex_search(code_only(source.text), choice)) << source.path;
    }
}

TEST(SourceRules, EveryHeaderIsGuardedByPragmaOnce) {
    for (const Source& source : sources()) {
        if (source.path.ends_with(".hpp")) {
            EXPECT_NE(source.text.find("#pragma once\n"), std::string::npos) << source.path;
        }
    }
}

TEST(SourceRules, LongFilesAreNamed) {
    // A report, not a rule: past 400 lines a file is usually two.
    for (const Source& source : sources()) {
        const auto lines = std::count(source.text.begin(), source.text.end(), '\n');
        if (lines > 400) {
            std::cout << "long file: " << source.path << " has " << lines << " lines\n";
        }
    }
}

}  // namespace charter::architecture
