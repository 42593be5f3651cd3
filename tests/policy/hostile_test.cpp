// Policies made to exhaust the engine: nesting, chains, work, patterns.

#include "support/policy_world.hpp"

#include "charter/base/limits.hpp"
#include "charter/policy/request_json.hpp"
#include "policy/pattern.hpp"

namespace charter::testing {
namespace {

std::string repeated(std::string_view piece, std::size_t times) {
    std::string out;
    for (std::size_t i = 0; i < times; ++i) {
        out += piece;
    }
    return out;
}

TEST(HostileTest, AcceptsNestingUpToTheLimit) {
    const std::size_t levels = limits::policy_depth_max - 1;

    EXPECT_EQ(evaluated(repeated("(", levels) + "true" + repeated(")", levels)), "true");
    EXPECT_EQ(evaluated(repeated("[", levels) + repeated("]", levels) + ".isEmpty()"),
              levels > 1 ? "false" : "true");
}

TEST(HostileTest, RefusesNestingBeyondTheLimit) {
    for (const auto& [open, middle, close] :
         std::vector<std::array<std::string_view, 3>>{{"(", "true", ")"},
                                                      {"[", "1", "]"},
                                                      {"{a: ", "1", "}"},
                                                      {"if true then ", "1", " else 2"},
                                                      {"ip(", "\"::1\"", ")"},
                                                      {"[1].contains(", "1", ")"},
                                                      {"!(", "true", ")"}}) {
        for (const std::size_t levels : {limits::policy_depth_max + 1, std::size_t{100'000}}) {
            const std::string found =
                evaluated(repeated(open, levels) + std::string(middle) + repeated(close, levels));
            EXPECT_NE(found.find("policy_depth_max"), std::string::npos) << open << found;
        }
    }
}

TEST(HostileTest, NamesTheLimitOfNestingInJson) {
    const auto context = [](std::size_t levels) {
        return parse_context(repeated("{\"a\":", levels) + "1" + repeated("}", levels),
                             uid("Action", "read"));
    };

    EXPECT_TRUE(context(limits::cedar_json_depth_max));
    for (const std::size_t levels : {limits::cedar_json_depth_max + 1, std::size_t{100'000}}) {
        const auto refused = context(levels);
        ASSERT_FALSE(refused);
        EXPECT_NE(refused.error().message().find("cedar_json_depth_max"), std::string::npos);
    }
}

TEST(HostileTest, RefusesUnclosedNestingWithoutARecursion) {
    for (const std::string_view open : {"(", "[", "{a:", "!(", "-(", "if ", "ip("}) {
        const std::string found = evaluated(repeated(open, 200'000));
        EXPECT_TRUE(found.starts_with("refused: ")) << open;
    }
}

TEST(HostileTest, BoundsChainsThatMakeADeepTree) {
    EXPECT_NE(evaluated("1" + repeated(" + 1", 5'000)).find("policy_depth_max"), std::string::npos);
    EXPECT_NE(evaluated("context" + repeated(".a", 5'000)).find("policy_depth_max"),
              std::string::npos);
    EXPECT_EQ(evaluated("context has " + repeated("a.", 5'000) + "a"), "false");
}

TEST(HostileTest, TakesLongChainsOfAndAndOr) {
    EXPECT_EQ(evaluated("true" + repeated(" && true", 3'000)), "true");
    EXPECT_EQ(evaluated("false" + repeated(" || false", 3'000)), "false");
}

TEST(HostileTest, StopsWhenTheWorkIsTooMuch) {
    std::vector<Value> many;
    for (std::int64_t i = 0; i < 10'000; ++i) {
        many.push_back(Value::integer(i));
    }
    Request request = sample_request();
    request.context = Value::record({{"many", Value::set(std::move(many))}});
    const auto policy =
        parse_policy("p", "permit(principal, action, resource) when { true" +
                              repeated(" && context.many.containsAll(context.many)", 50) + " };");

    const Outcome outcome = evaluate(*policy, request, sample_entities());

    EXPECT_EQ(outcome.kind, Outcome::Kind::error);
    EXPECT_NE(outcome.error.find("policy_steps_max"), std::string::npos);
}

TEST(HostileTest, MatchesPatternsWithoutGoingBack) {
    // A matcher that backtracks would need about 2^200 steps.
    const std::string text = repeated("a", 100'000);
    const Pattern pattern({"", repeated("a", 100), repeated("a", 200), repeated("a", 300), "b"});
    const std::vector<std::string> stars(10'000, "a");

    EXPECT_FALSE(pattern.matches(text));
    EXPECT_TRUE(Pattern(stars).matches(text));
    EXPECT_FALSE(Pattern(stars).matches(text.substr(0, 9'999)));
}

TEST(HostileTest, SurvivesEveryPrefixOfAPolicy) {
    const std::string text =
        "@a(\"b\") permit(principal is T in G::\"g\", action in [Action::\"x\"], resource == "
        "?resource)"
        " when { if {a: [1, -2]}.a.contains(3) then context has a.b else \"x\\u{41}\" like \"*\" }"
        " unless { ip(\"::1\").isInRange(ip(\"::/0\")) && principal in G::\"g\" };";

    for (std::size_t length = 1; length < text.size(); ++length) {
        EXPECT_FALSE(parse_policies(std::string_view(text).substr(0, length))) << length;
    }
    EXPECT_TRUE(parse_policies(text));
}

}  // namespace
}  // namespace charter::testing
