// Sets of policies, templates and links: in memory, in text and in JSON.

#include "charter/policy/policy_json.hpp"
#include "charter/policy/policy_text.hpp"
#include "policy/policy_printer.hpp"
#include "support/policy_world.hpp"

namespace charter::testing {
namespace {

constexpr std::string_view sample_text =
    "@id(\"a\") permit(principal, action, resource);\n"
    "forbid(principal in ?principal, action, resource);\n"
    "forbid(principal, action, resource) when { false };";

PolicySet sample_set() {
    PolicySet policies = PolicySet::parse(sample_text).value();
    EXPECT_TRUE(policies.link("policy1", "l", {uid("Group", "staff"), {}}));
    return policies;
}

std::string refusal(const Result<PolicySet>& read) {
    return read ? "" : read.error().message();
}

TEST(PolicySetTest, NamesPoliciesByTheirIdOrTheirPlace) {
    const PolicySet policies = sample_set();

    ASSERT_NE(policies.find("a"), nullptr);
    EXPECT_TRUE(policies.policies().contains("policy2"));
    EXPECT_TRUE(policies.templates().contains("policy1"));
    EXPECT_TRUE(policies.links().contains("l"));
    EXPECT_EQ(policies.find("policy0"), nullptr);
    EXPECT_EQ(policies.all().size(), 4U);
    EXPECT_EQ(policies.deciding().size(), 3U);
}

TEST(PolicySetTest, RefusesAnIdTwiceAndLinksWithoutATemplate) {
    PolicySet policies = sample_set();
    const SlotValues values{uid("A", "b"), {}};

    EXPECT_EQ(refusal(PolicySet::parse("@id(\"policy1\") permit(principal,action,resource);"
                                       "permit(principal,action,resource);")),
              "the id `policy1` stands twice");
    EXPECT_EQ(refusal(PolicySet::parse("permit(principal);")),
              "line 1, column 17: expected `,`, found `)`");
    EXPECT_EQ(policies.link("policy1", "a", values).error().message(), "the id `a` stands twice");
    EXPECT_EQ(policies.link("policy1", "policy1", values).error().message(),
              "the id `policy1` stands twice");
    EXPECT_EQ(policies.link("a", "x", values).error().message(), "there is no template `a`");
    EXPECT_FALSE(policies.link("policy1", "x", {}));
    EXPECT_EQ(PolicySet().add(*policies.find("l")).error().message(),
              "there is no template `policy1`");
    EXPECT_EQ(policies.all().size(), 4U);
}

TEST(PolicySetTest, DecidesWithItsLinks) {
    const auto deciding = sample_set().deciding();
    const Authorization answer =
        authorize(std::span(deciding), sample_request(), sample_entities());

    EXPECT_EQ(answer.decision, Decision::deny);
    EXPECT_EQ(answer.determined_by, std::vector<std::string>{"l"});
}

TEST(PolicySetTest, ComesBackFromJson) {
    const PolicySet policies = sample_set();
    const std::string written = policy_set_to_json(policies);
    const auto read = policy_set_from_json(written);
    ASSERT_TRUE(read) << read.error().message();

    EXPECT_NE(written.find(R"("templateLinks":[{"templateId":"policy1","newId":"l","values":)"
                           R"({"?principal":{"type":"Group","id":"staff"}}}])"),
              std::string::npos);
    EXPECT_EQ(policy_set_to_json(*read), written);
    EXPECT_EQ(read->find("l")->template_id(), "policy1");
}

TEST(PolicySetTest, ReadsOnePolicyAsASet) {
    const auto plain = policy_set_from_json(
        policy_to_json(*parse_policy("p", "permit(principal, action, resource);")));
    const auto named = policy_set_from_json(
        policy_to_json(*parse_policy("p", "@id(\"x\") permit(principal, action, resource);")));
    ASSERT_TRUE(plain && named);

    EXPECT_NE(plain->find("policy0"), nullptr);
    EXPECT_NE(named->find("x"), nullptr);
}

TEST(PolicySetTest, SaysWhatIsWrongInJsonAndWhere) {
    const std::string policy =
        policy_to_json(*parse_policy("p", "permit(principal,action,resource);"));
    const std::string slots =
        policy_to_json(*parse_policy("p", "permit(principal == ?principal,action,resource);"));
    const std::string links = R"({"templates":{"t":)" + slots + R"(},"templateLinks":[)";
    const std::vector<std::pair<std::string, std::string>> cases = {
        {"[]", "/: expected an object"},
        {R"({"x":1})", R"(/: there is no member "x" here)"},
        {R"({"staticPolicies":[]})", "/staticPolicies: expected an object of policies by id"},
        {R"({"staticPolicies":{"a":)" + slots + "}}",
         "/staticPolicies/a: a policy without slots is expected here"},
        {R"({"templates":{"a":)" + policy + "}}",
         "/templates/a: a template, with a slot, is expected here"},
        {R"({"staticPolicies":{"a":)" + policy + R"(},"templates":{"a":)" + slots + "}}",
         "/templates/a: the id `a` stands twice"},
        {R"({"staticPolicies":{"a":{}}})", "/staticPolicies/a: `effect` is missing"},
        {R"({"templateLinks":[{"templateId":"t","newId":"l","values":{}}]})",
         "/templateLinks/0/values: there is no template `t`"},
        {links + R"({"templateId":"t","newId":"l","values":{}}]})",
         "/templateLinks/0/values: the template `t` has the slot ?principal, which needs a value"},
        {links + R"({"templateId":"t","newId":"l"}]})", "/templateLinks/0: `values` is missing"},
        {links + R"({"templateId":"t","newId":"l","values":{"?x":1}}]})",
         R"(/templateLinks/0/values: there is no member "?x" here)"},
        {links + R"({"templateId":"t","newId":"l","values":{"?principal":1}}]})",
         "/templateLinks/0/values/?principal: expected an object"},
        {"{", "not JSON at byte 2"},
        {R"({"effect":"permit"})", "/: `principal` is missing"},
        {R"({"templateLinks":1})", "/templateLinks: expected an array of links"},
        {R"({"templateLinks":[1]})", "/templateLinks/0: expected an object"},
        {R"({"templateLinks":[{"templateId":1,"newId":"l","values":{}}]})",
         "/templateLinks/0/templateId: expected a string"},
        {R"({"templateLinks":[{"templateId":"t","newId":1,"values":{}}]})",
         "/templateLinks/0/newId: expected a string"},
    };

    for (const auto& [document, expected] : cases) {
        EXPECT_EQ(refusal(policy_set_from_json(document)), expected) << document;
    }
}

TEST(PolicySetTest, ReadsASetWithoutAnyPolicy) {
    const auto empty = policy_set_from_json("{}");

    ASSERT_TRUE(empty) << empty.error().message();
    EXPECT_TRUE(empty->all().empty());
    EXPECT_EQ(policy_set_to_json(*empty),
              R"({"templates":{},"staticPolicies":{},"templateLinks":[]})");
}

TEST(PolicySetTest, BringsTheValueOfEachSlotBackFromJson) {
    PolicySet policies = PolicySet::parse(
                             "permit(principal == ?principal, action, resource in ?resource);"
                             "permit(principal, action, resource == ?resource);")
                             .value();
    ASSERT_TRUE(policies.link("policy0", "both", {uid("User", "ana"), uid("Domain", "customer")}));
    ASSERT_TRUE(policies.link("policy1", "one", {{}, uid("Column", "c")}));
    const auto read = policy_set_from_json(policy_set_to_json(policies));

    ASSERT_TRUE(read) << read.error().message();
    EXPECT_EQ(read->find("both")->principal().entity, uid("User", "ana"));
    EXPECT_EQ(read->find("both")->resource().entity, uid("Domain", "customer"));
    EXPECT_EQ(read->find("one")->resource().entity, uid("Column", "c"));
}

TEST(PolicySetTest, ReadsAFileOfLinks) {
    PolicySet policies = PolicySet::parse(sample_text).value();

    EXPECT_TRUE(add_links_from_json(
        policies,
        R"([{"template_id":"policy1","link_id":"x","args":{"?principal":"User::\"ana\""}}])"));
    EXPECT_EQ(policies.find("x")->principal().entity, uid("User", "ana"));
    const auto refused = add_links_from_json(
        policies,
        R"([{"template_id":"policy1","link_id":"y","args":{"?principal":"User::\"ana\""}},)"
        R"({"template_id":"policy1","link_id":"x","args":{"?principal":"User"}}])");
    ASSERT_FALSE(refused);
    EXPECT_TRUE(refused.error().message().starts_with("/1/args/?principal: line 1, column 5"))
        << refused.error().message();
    EXPECT_EQ(policies.find("y"), nullptr);
    EXPECT_FALSE(add_links_from_json(policies, "["));
}

TEST(PolicySetTest, ComesBackFromTextUnderTheSameIds) {
    std::string text;
    for (int i = 0; i < 12; ++i) {
        text +=
            "permit(principal, action, resource) when { context.n == " + std::to_string(i) + " };";
    }
    PolicySet policies = PolicySet::parse(text).value();
    ASSERT_TRUE(
        policies.add(parse_policy("named", "forbid(principal, action, resource);").value()));
    const auto written = policy_set_to_text(policies);
    ASSERT_TRUE(written) << written.error().message();

    const auto read = PolicySet::parse(*written);
    ASSERT_TRUE(read) << read.error().message();
    ASSERT_EQ(read->all().size(), 13U);
    EXPECT_TRUE(written->ends_with("@id(\"named\")\nforbid (principal, action, resource);\n"));
    for (const auto& [id, policy] : policies.policies()) {
        ASSERT_NE(read->find(id), nullptr) << id;
        EXPECT_EQ(print_policy(*read->find(id)).substr(id == "named" ? 13 : 0),
                  print_policy(policy));
    }
}

TEST(PolicySetTest, WritesAnIdOnlyForPoliciesThatAreNotCalledByTheirPlace) {
    PolicySet policies;
    for (const std::string id : {"policyx", "policy", "policy0", "policy3x"}) {
        ASSERT_TRUE(policies.add(parse_policy(id, "permit(principal,action,resource);").value()));
    }
    ASSERT_TRUE(
        policies.add(parse_policy("z", "@id(\"z\") permit(principal,action,resource);").value()));

    const auto written = policy_set_to_text(policies);
    ASSERT_TRUE(written) << written.error().message();
    const std::string policy = "permit (principal, action, resource);\n";
    EXPECT_EQ(*written, policy + "\n@id(\"policy\")\n" + policy + "\n@id(\"policy3x\")\n" + policy +
                            "\n@id(\"policyx\")\n" + policy + "\n@id(\"z\")\n" + policy);
}

TEST(PolicySetTest, RefusesTextForWhatTextCannotSay) {
    PolicySet other;
    ASSERT_TRUE(
        other.add(parse_policy("b", "@id(\"a\") permit(principal,action,resource);").value()));

    EXPECT_EQ(policy_set_to_text(sample_set()).error().message(),
              "Cedar text cannot say that `l` is a link of a template");
    EXPECT_EQ(policy_set_to_text(other).error().message(), "the policy `b` has another @id: \"a\"");
}

}  // namespace
}  // namespace charter::testing
