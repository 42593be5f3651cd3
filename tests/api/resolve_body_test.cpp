// The quick reading of a resolve body never reads what the strict gate reads
// otherwise, or refuses.
#include "api/resolve_body.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <iostream>
#include <random>

namespace charter::api {
namespace {

std::string text_of(const ResolveRequest& request) {
    std::string text = request.port + " " + std::string(action_name(request.action)) + " " +
                       request.purpose.value_or("-") + " " +
                       std::to_string(static_cast<int>(request.delivery)) + " " +
                       std::to_string(request.duration.count());
    for (const std::string& column : request.columns.value_or(std::vector<std::string>{})) {
        text += " " + column;
    }
    return text;
}

/// Whether the quick reading answered; if so, as the strict gate does.
bool quick_as_strict(const std::string& body) {
    const std::optional<ResolveRequest> quick = read_plain_resolve(body);
    if (!quick) {
        return false;
    }
    const Result<Json> document = parse_json(body);
    EXPECT_TRUE(document) << body;
    if (document) {
        const Result<ResolveRequest> strict = read_resolve_document(*document);
        EXPECT_TRUE(strict) << body;
        if (strict) {
            EXPECT_EQ(text_of(*quick), text_of(*strict)) << body;
        }
    }
    return true;
}

class RandomBodies : public ::testing::TestWithParam<unsigned> {
protected:
    std::size_t number(std::size_t below) { return random() % below; }
    const std::string& one_of(const std::vector<std::string>& list) {
        return list[number(list.size())];
    }

    std::string value(const std::string& key) {
        static const std::vector<std::string> odd = {
            "null", "true", "1", "0", "01", "-1", "1.0", "1e2", "3600", "3601", "300", "999999",
            "99999999999999999999", "\"\"", "[]", "{}", "[\"c\"]", "\"a\\u0041\"", "\"\xc3\xa9\"",
            "\"a\tb\"", "\" \"", "'x'"};
        static const std::vector<std::string> ports = {
            "a/b/c", "customer/customers/files", "a/b", "a/b/c/d", "a//c", "/a/b", "a/b/", "1/b/c",
            "a-/b/c", "-a/b/c", "a/9/c", "A/b/c", "a/b/c ", std::string(63, 'a') + "/b/c",
            std::string(64, 'a') + "/b/c"};
        static const std::vector<std::string> words = {"read", "write", "urls", "none",
                                                       "credentials", "analytics", "read_masked",
                                                       "x y", "9", "best"};
        if (number(6) == 0) {
            return one_of(odd);
        }
        if (key == "duration_s") {
            return std::to_string(number(4000));
        }
        if (key == "port") {
            return "\"" + one_of(ports) + "\"";
        }
        if (key == "action") {
            return number(2) == 0 ? "\"read\"" : "\"write\"";
        }
        return "\"" + one_of(words) + "\"";
    }

    std::string body() {
        static const std::vector<std::string> keys = {"port",    "action",     "purpose", "delivery",
                                                      "columns", "duration_s", "objects", "Port"};
        static const std::vector<std::string> spaces = {"", "", "", "", " ", "\n", "\t", "\r\n", "\v"};
        std::vector<std::string> fields = {"port", "action"};
        for (std::size_t i = number(4); i > 0; --i) {
            fields.push_back(keys[number(6) == 0 ? number(keys.size()) : 2 + number(4)]);
        }
        std::shuffle(fields.begin(), fields.end(), random);
        if (number(8) == 0) {
            fields.pop_back();
        }
        std::string text = one_of(spaces) + "{";
        for (std::size_t i = 0; i < fields.size(); ++i) {
            text += (i == 0 ? "" : ",") + one_of(spaces) + "\"" + fields[i] + "\"" + one_of(spaces) +
                    ":" + one_of(spaces) + value(fields[i]) + one_of(spaces);
        }
        text += "}" + one_of(spaces);
        if (number(10) == 0) {
            const char bytes[] = {'\0', '"', ',', '}', '{', ':', '\\', '\x7f', '\x1f'};
            text[number(text.size())] = bytes[number(sizeof bytes)];
        }
        if (number(20) == 0) {
            text += one_of({"x", "{}", ",", std::string(1, '\0')});
        }
        return text;
    }

    std::mt19937 random{GetParam()};
};

TEST_P(RandomBodies, AreReadQuicklyAsTheStrictGateReadsThemOrNotAtAll) {
    std::cout << "seed " << GetParam() << "\n";
    std::size_t answered = 0;
    for (int i = 0; i < 100'000; ++i) {
        answered += quick_as_strict(body()) ? 1 : 0;
        if (HasFailure()) {
            return;
        }
    }
    EXPECT_GT(answered, 500u);
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomBodies, ::testing::Range(1u, 4u));

TEST(ResolveBody, ThePlainFormIsReadQuickly) {
    EXPECT_TRUE(quick_as_strict(R"({"port":"a/b/c","action":"read"})"));
    EXPECT_TRUE(quick_as_strict(R"( {"action" : "write", "port": "a/b/c", "delivery":"none"} )"));
    EXPECT_TRUE(quick_as_strict(
        R"({"port":"a/b/c","action":"read","purpose":"analytics","delivery":"urls","duration_s":60})"));
}

TEST(ResolveBody, WhatIsNotPlainIsLeftToTheStrictGate) {
    for (const char* body :
         {"", "{", "{}", R"({"port":"a/b/c"})", R"({"action":"read"})",
          R"({"port":"a/b/c","action":"read",})", R"({"port":"a/b/c","port":"a/b/c","action":"read"})",
          R"({"port":"a/b/c","action":"read"} x)", R"({"port":"a/b/c","action":"read","columns":["c"]})",
          R"({"port":"a\/b\/c","action":"read"})", R"({"port":"a/b/c","action":"grant"})",
          R"({"port":"a/b/c","action":"read","duration_s":0})",
          R"({"port":"a/b/c","action":"read","duration_s":3601})",
          R"({"port":"a/b/c","action":"read","duration_s":100000000000000000000000000001})",
          R"({"port":"a/b/c","action":"read","purpose":null})"}) {
        EXPECT_FALSE(read_plain_resolve(body)) << body;
    }
}

}  // namespace
}  // namespace charter::api
