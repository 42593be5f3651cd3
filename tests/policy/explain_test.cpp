// Why a policy does not apply: the first clause that is not true, and what it looked at.
#include "charter/policy/explain.hpp"

#include "support/policy_world.hpp"

#include <random>

namespace charter::testing {
namespace {

Policy policy_of(const std::string& text) {
    Result<Policy> policy = parse_policy("p", text);
    EXPECT_TRUE(policy) << text << ": " << (policy ? "" : policy.error().message());
    return std::move(policy).value();
}

Explanation explained(const std::string& text) {
    return explain(policy_of(text), sample_request(), sample_entities());
}

std::string values_text(const FailedClause& clause) {
    std::string text;
    for (const SeenValue& each : clause.values) {
        text += (text.empty() ? "" : ", ") + each.name + "=" +
                (each.value ? each.value->to_cedar_text() : "nothing");
    }
    return text;
}

/// "clause | values" of a policy with these conditions; "matched" where there is none.
std::string why(const std::string& conditions) {
    const Explanation found = explained("permit (principal, action, resource) " + conditions + ";");
    return found.clause ? found.clause->text + " | " + values_text(*found.clause) : "matched";
}

TEST(ExplainTest, APolicyThatAppliesHasNoClause) {
    EXPECT_EQ(why(""), "matched");
    EXPECT_EQ(why("when { context.purpose == \"analytics\" } unless { false }"), "matched");
}

TEST(ExplainTest, TheFirstFalseTermOfAWhenIsToldWithWhatItSaw) {
    EXPECT_EQ(why("when { principal.age > 18 && context.purpose == \"fraud\" && principal.age > 99 }"),
              "context.purpose == \"fraud\" | context.purpose=\"analytics\"");
    EXPECT_EQ(why("when { principal.age > 18 } when { principal.name == \"Bo\" }"),
              "principal.name == \"Bo\" | principal.name=\"Ana\"");
}

TEST(ExplainTest, ATermIsToldWithItsOrs) {
    EXPECT_EQ(why("when { principal.age > 50 || principal.name == \"Bo\" }"),
              "principal.age > 50 || principal.name == \"Bo\" | "
              "principal.age=40, principal.name=\"Ana\"");
}

TEST(ExplainTest, AnUnlessTellsTheTermThatIsTrue) {
    EXPECT_EQ(why("unless { principal.age > 50 || context.purpose == \"analytics\" }"),
              "unless { context.purpose == \"analytics\" } | context.purpose=\"analytics\"");
    // All of it is true together.
    EXPECT_EQ(why("unless { principal.age > 18 && context.purpose == \"analytics\" }"),
              "unless { principal.age > 18 && context.purpose == \"analytics\" } | "
              "principal.age=40, context.purpose=\"analytics\"");
}

TEST(ExplainTest, BehindAGuardThatDoesNotHoldNothingIsLookedAt) {
    EXPECT_EQ(why("when { context has ticket && context.ticket == \"A-1\" }"),
              "context has ticket | context.ticket=nothing");
    EXPECT_EQ(why("when { (context has ticket && context.ticket == \"A-1\") || principal.age > 99 }"),
              "context has ticket && context.ticket == \"A-1\" || principal.age > 99 | "
              "context.ticket=nothing, principal.age=40");
    EXPECT_EQ(why("when { if context has ticket then principal.age > 1 else principal.age > 99 }"),
              "if context has ticket then principal.age > 1 else principal.age > 99 | "
              "context.ticket=nothing, principal.age=40");
    EXPECT_EQ(why("when { context has nested.shallow.deeper }"),
              "context has nested.shallow.deeper | context.nested.shallow.deeper=nothing");
}

TEST(ExplainTest, TagsAreToldByTheirKey) {
    EXPECT_EQ(why("when { resource.hasTag(\"area\") && resource.getTag(\"area\").contains(\"x\") }"),
              "resource.hasTag(\"area\") | resource.getTag(\"area\")=nothing");
    EXPECT_EQ(why("when { resource.hasTag(\"class\") && resource.getTag(\"class\").contains(\"open\") }"),
              "resource.getTag(\"class\").contains(\"open\") | resource.getTag(\"class\")=[\"pii\"]");
}

TEST(ExplainTest, OfAChainTheWholeIsTold) {
    EXPECT_EQ(why("when { !(principal in resource.domain.owners) }"),
              "!(principal in resource.domain.owners) | resource.domain.owners=Group::\"staff\"");
    EXPECT_EQ(why("when { context[\"nested\"][\"deep\"] == 2 }"),
              "context.nested.deep == 2 | context.nested.deep=1");
}

TEST(ExplainTest, AValueIsToldOnce) {
    EXPECT_EQ(why("when { principal.age + principal.age == 1 }"),
              "principal.age + principal.age == 1 | principal.age=40");
}

TEST(ExplainTest, AClauseThatErrsIsTheClauseWithItsError) {
    const Explanation found = explained(
        "forbid (principal, action, resource) when { principal.age > 18 && context.ticket == 1 };");

    EXPECT_EQ(found.outcome.kind, Outcome::Kind::error);
    EXPECT_NE(found.outcome.error.find("ticket"), std::string::npos);
    ASSERT_TRUE(found.clause);
    EXPECT_EQ(found.clause->text, "context.ticket == 1");
    EXPECT_EQ(values_text(*found.clause), "context.ticket=nothing");
}

TEST(ExplainTest, AScopeThatDoesNotFitIsTold) {
    const auto part = [](const std::string& scope) {
        const Explanation found = explained("permit (" + scope + ") when { 1 == 2 };");
        return found.clause ? found.clause->text : std::string("matched");
    };

    EXPECT_EQ(part("principal == User::\"bo\", action, resource"), "principal == User::\"bo\"");
    EXPECT_EQ(part("principal, action in [Action::\"write\"], resource"),
              "action in [Action::\"write\"]");
    EXPECT_EQ(part("principal, action, resource is Column in Domain::\"sales\""),
              "resource is Column in Domain::\"sales\"");
    EXPECT_EQ(part("principal in Group::\"staff\", action in Action::\"data\", resource"), "1 == 2");
}

TEST(ExplainTest, ATemplateFitsNothingButItsConditionsCanBeAsked) {
    const Policy both = policy_of(
        "permit (principal in ?principal, action, resource in ?resource) "
        "when { context.purpose == \"fraud\" };");
    SlotValues values;
    values.principal = uid("Group", "staff");
    values.resource = uid("Domain", "customer");
    const Result<Policy> linked = link(both, "l", values);
    ASSERT_TRUE(linked);
    const Request request = sample_request();
    const EntityMap entities = sample_entities();

    const Explanation whole = explain(both, request, entities);
    const Explanation conditions = explain_conditions(both, request, entities);
    const Explanation of_link = explain(*linked, request, entities);

    EXPECT_EQ(whole.clause->text, "principal in ?principal");
    EXPECT_EQ(conditions.clause->text, "context.purpose == \"fraud\"");
    EXPECT_EQ(of_link.clause->text, "context.purpose == \"fraud\"");
    EXPECT_EQ(of_link.clause->part, FailedClause::Part::when);
}

TEST(ExplainTest, TheClauseHasItsPlaceInTheText) {
    const Explanation found = explained(
        "permit (principal, action, resource)\nwhen {\n  principal.age > 18 &&\n"
        "  principal.age + 1 < 3\n};");

    ASSERT_TRUE(found.clause);
    EXPECT_EQ(found.clause->position.line, 4u);
    EXPECT_EQ(found.clause->position.column, 3u);
}

TEST(ExplainTest, ManyValuesAreCut) {
    std::string one = "when { (";
    for (std::size_t i = 0; i < 2 * limits::explained_values_max; ++i) {
        one += "context has a" + std::to_string(i) + " || ";
    }

    const Explanation found =
        explained("permit (principal, action, resource) " + one + "false) };");

    ASSERT_TRUE(found.clause);
    EXPECT_EQ(found.clause->values.size(), limits::explained_values_max);
}

/// Conditions put together from pieces that hold, do not, or err.
TEST(ExplainTest, TheOutcomeIsThatOfTheEngine) {
    std::mt19937 random(20261121);
    const std::vector<std::string> pieces{
        "true",
        "false",
        "principal.age > 18",
        "context has ticket",
        "context.ticket == 1",
        "context.purpose == \"analytics\"",
        "resource.hasTag(\"class\")",
        "resource.getTag(\"area\").contains(\"x\")",
        "principal in Group::\"staff\"",
        "1 + 9223372036854775807 == 0",
    };
    const EntityMap entities = sample_entities();
    const Request request = sample_request();
    std::size_t failed = 0;
    std::size_t errors = 0;
    for (int round = 0; round < 2'000; ++round) {
        std::string text = "permit (principal, action, resource)";
        for (std::size_t i = random() % 3; i < 3; ++i) {
            text += random() % 2 == 0 ? " when { " : " unless { ";
            const std::string sign = random() % 2 == 0 ? " && " : " || ";
            text += pieces[random() % pieces.size()];
            for (std::size_t term = random() % 4; term < 3; ++term) {
                text += sign + "(" + pieces[random() % pieces.size()] +
                        (random() % 2 == 0 ? " || " : " && ") + pieces[random() % pieces.size()] +
                        ")";
            }
            text += " }";
        }
        const Policy policy = policy_of(text + ";");
        const Explanation found = explain(policy, request, entities);
        ASSERT_EQ(found.outcome, evaluate(policy, request, entities)) << text;
        ASSERT_EQ(found.clause.has_value(), found.outcome.kind != Outcome::Kind::matched) << text;
        if (!found.clause) {
            continue;
        }
        // The clause alone keeps the policy from applying, in the same way.
        std::string clause = found.clause->text;
        clause = found.clause->part == FailedClause::Part::when ? "when { " + clause + " }" : clause;
        const Outcome alone = evaluate(
            policy_of("permit (principal, action, resource) " + clause + ";"), request, entities);
        ASSERT_EQ(alone.kind, found.outcome.kind) << text << "\n" << clause;
        (alone.kind == Outcome::Kind::error ? errors : failed) += 1;
    }
    EXPECT_GT(failed, 100u);
    EXPECT_GT(errors, 100u);
}

}  // namespace
}  // namespace charter::testing
