// Templates and the policies linked to them.

#include "support/policy_world.hpp"

namespace charter::testing {
namespace {

constexpr std::string_view template_text =
    "@note(\"n\") permit(principal in ?principal, action, resource == ?resource)"
    " when { resource.domain == Domain::\"customer\" };";

Policy sample_template() {
    return parse_policy("t", template_text).value();
}

Policy sample_link() {
    return link(sample_template(), "l", {uid("Group", "staff"), uid("Column", "c")}).value();
}

std::string refusal(const Policy& policy, const SlotValues& values) {
    const auto linked = link(policy, "l", values);
    return linked ? "" : linked.error().message();
}

TEST(LinkTest, FillsTheSlotsAndSharesTheConditions) {
    const Policy source = sample_template();
    const auto linked = link(source, "l", {uid("Group", "staff"), uid("Column", "c")});

    ASSERT_TRUE(linked) << linked.error().message();
    EXPECT_EQ(linked->id(), "l");
    EXPECT_EQ(linked->template_id(), "t");
    EXPECT_FALSE(linked->is_template());
    EXPECT_EQ(&linked->contents(), &source.contents());
    EXPECT_EQ(linked->principal().form, ScopeConstraint::Form::in);
    EXPECT_EQ(linked->principal().entity, uid("Group", "staff"));
    EXPECT_FALSE(linked->principal().slot);
    EXPECT_EQ(linked->resource().entity, uid("Column", "c"));
    EXPECT_EQ(linked->annotation("note"), "n");
    EXPECT_EQ(linked->source(), template_text);
    EXPECT_EQ(linked->mentioned_entities(),
              (std::vector{uid("Column", "c"), uid("Domain", "customer"), uid("Group", "staff")}));
    EXPECT_EQ(linked->mentioned_types(), (std::vector<std::string>{"Column", "Domain", "Group"}));
}

TEST(LinkTest, LeavesTheTemplateAsItWas) {
    const Policy source = sample_template();
    ASSERT_TRUE(link(source, "l", {uid("Group", "staff"), uid("Column", "c")}));

    EXPECT_TRUE(source.is_template());
    EXPECT_EQ(source.template_id(), std::nullopt);
    EXPECT_EQ(source.mentioned_entities(), std::vector{uid("Domain", "customer")});
    EXPECT_EQ(evaluate(source, sample_request(), sample_entities()).kind,
              Outcome::Kind::not_matched);
}

TEST(LinkTest, KeepsTheLinkUnderAnotherId) {
    const Policy renamed = sample_link().with_id("other");

    EXPECT_EQ(renamed.id(), "other");
    EXPECT_EQ(renamed.template_id(), "t");
    EXPECT_EQ(renamed.resource().entity, uid("Column", "c"));
}

TEST(LinkTest, EvaluatesWithTheValuesOfTheLink) {
    const EntityMap entities = sample_entities();
    const auto other =
        link(sample_template(), "l", {uid("Group", "strangers"), uid("Column", "c")});

    EXPECT_EQ(evaluate(sample_link(), sample_request(), entities).kind, Outcome::Kind::matched);
    ASSERT_TRUE(other);
    EXPECT_EQ(evaluate(*other, sample_request(), entities).kind, Outcome::Kind::not_matched);
}

TEST(LinkTest, EvaluatesTheConditionsOfALinkAlone) {
    const EntityMap entities = sample_entities();

    EXPECT_EQ(evaluate_conditions(sample_link(), sample_request(), entities).kind,
              Outcome::Kind::matched);
    EXPECT_EQ(evaluate_conditions(sample_template(), sample_request(), entities).kind,
              Outcome::Kind::not_matched);
}

TEST(LinkTest, WantsExactlyTheSlotsOfTheTemplate) {
    const Policy both = sample_template();
    const auto one =
        parse_policy("one", "forbid(principal is User in ?principal, action, resource);");
    const auto none = parse_policy("none", "forbid(principal, action, resource);");
    const EntityUid some = uid("A", "a");
    ASSERT_TRUE(one && none);

    EXPECT_EQ(refusal(both, {some, {}}),
              "the template `t` has the slot ?resource, which needs a value");
    EXPECT_EQ(refusal(both, {{}, some}),
              "the template `t` has the slot ?principal, which needs a value");
    EXPECT_EQ(refusal(*one, {some, some}), "the template `one` has no slot ?resource");
    EXPECT_EQ(refusal(*one, {some, {}}), "");
    EXPECT_EQ(refusal(*none, {}), "the policy `none` is no template");
    EXPECT_EQ(refusal(sample_link(), {some, some}), "the policy `l` is no template");
}

TEST(LinkTest, ReadsSlotsInEveryPlaceOfTheScopeThatCanHaveOne) {
    for (const std::string_view text : {"permit(principal == ?principal, action, resource);",
                                        "permit(principal in ?principal, action, resource);",
                                        "permit(principal is T in ?principal, action, resource);",
                                        "permit(principal, action, resource == ?resource);",
                                        "permit(principal, action, resource in ?resource);",
                                        "permit(principal, action, resource is A::T in ?resource);",
                                        "permit(principal == ?principal, action, resource in "
                                        "?resource);"}) {
        const auto policy = parse_policy("t", text);
        ASSERT_TRUE(policy) << text << policy.error().message();
        EXPECT_TRUE(policy->is_template()) << text;
    }
}

TEST(LinkTest, RefusesSlotsElsewhere) {
    for (const std::string_view text :
         {"permit(principal == ?resource, action, resource);",
          "permit(principal, action, resource in ?principal);",
          "permit(principal is ?principal, action, resource);",
          "permit(principal, action == ?action, resource);",
          "permit(principal, action in [?principal], resource);",
          "permit(principal == ?principal, action, resource) when { principal in ?principal };",
          "permit(principal, action, resource == ?resource) unless { resource == ?resource };",
          "permit(principal, action, resource) when { principal is User in ?principal };"}) {
        EXPECT_FALSE(parse_policy("t", text)) << text;
    }
}

}  // namespace
}  // namespace charter::testing
