// What the claims of a token make of its subject, and what an issuer may say.
#include "identity/claims.hpp"

#include "identity/issuers_fixture.hpp"

#include "charter/base/limits.hpp"
#include "charter/catalog/names.hpp"

namespace charter::testing {
namespace {

using Strings = std::vector<std::string>;

/// The identity that the claims give with these settings beside the usual ones.
Result<Identity> identity(const Json& claims, const Json& settings = Json::object()) {
    Json changed = settings_json();
    changed.update(settings);
    Json all = {{"sub", "42-ana"}, {"exp", 2'000'000'000}};
    all.update(claims);
    return identity_of(all, settings_of(changed)[0]);
}

std::string name_of(const Json& claims, const Json& settings = Json::object()) {
    const Result<Identity> made = identity(claims, settings);
    return made ? made->name : "! " + made.error().cause();
}

Strings groups_of(const Json& claims, const Json& settings = Json::object()) {
    const Result<Identity> made = identity(claims, settings);
    return made ? made->groups : Strings{"! " + made.error().cause()};
}

TEST(Claims, ANameIsMadeOfAnything) {
    EXPECT_EQ(name_from("ana"), "ana");
    EXPECT_EQ(name_from("Ana.Maria_Ruiz@corp.example"), "ana-maria-ruiz");
    EXPECT_EQ(name_from("ana@a@b"), "ana");
    EXPECT_EQ(name_from("007bond"), "bond");
    EXPECT_EQ(name_from("--a--b--"), "a-b");
    EXPECT_EQ(name_from("jos\xC3\xA9"), "jos");
    EXPECT_EQ(name_from("corp\\ana"), "corp-ana");
    EXPECT_EQ(name_from("@corp.example"), "");
    EXPECT_EQ(name_from("42"), "");
    EXPECT_EQ(name_from("\xE5\xB1\xB1\xE7\x94\xB0"), "");
    EXPECT_EQ(name_from(std::string(62, 'a') + "..b"), std::string(62, 'a'));
    for (int byte = 1; byte < 256; ++byte) {
        const std::string name = name_from(std::string("a") + static_cast<char>(byte) + "b");
        EXPECT_TRUE(check_name(name)) << byte;
    }
}

TEST(Claims, TheFirstClaimThatGivesANameIsTaken) {
    EXPECT_EQ(name_of({{"preferred_username", "ana"}, {"email", "b@c"}}), "ana");
    EXPECT_EQ(name_of({{"preferred_username", "42"}, {"email", "b@c"}}), "b");
    EXPECT_EQ(name_of({{"preferred_username", 1}, {"email", nullptr}}), "ana") << "sub";
    EXPECT_EQ(name_of({{"nick", "eve"}, {"email", "b@c"}}, {{"name_claim", "nick"}}), "eve");
    EXPECT_EQ(name_of({{"user", {{"nick", "eve"}}}}, {{"name_claim", "user.nick"}}), "eve");
}

TEST(Claims, WhereNoNameIsLeftOneIsMadeOfTheSubject) {
    const std::string made = name_of({{"sub", "42"}});
    EXPECT_EQ(made, "user-" + to_hex(sha256("corp|42")).substr(0, 12));
    EXPECT_TRUE(check_name(made));
    EXPECT_NE(name_of({{"sub", "43"}}), made);
    EXPECT_EQ(name_of({{"email", "b@c"}}, {{"name_claim", "nick"}}).substr(0, 5), "user-");
    EXPECT_EQ(name_of({{"sub", "42"}}, {{"kind", "service"}}).substr(0, 8), "service-");
}

TEST(Claims, AnIssuerAssertsOnlyTheNamesItMay) {
    const Json settings = {{"may_assert", {{"names", {"ext-*", "ana"}}}}};
    EXPECT_EQ(name_of({{"email", "ext-eve@x"}}, settings), "ext-eve");
    EXPECT_EQ(name_of({{"email", "ana@x"}}, settings), "ana");
    EXPECT_EQ(name_of({{"email", "admin@x"}}, settings),
              "! the issuer may not assert the name `admin`");
    EXPECT_EQ(name_of({{"sub", "42"}}, settings).substr(0, 5), "user-") << "not asserted";
}

TEST(Claims, GroupsAreSortedAndOnlyThoseTheIssuerMayAssert) {
    EXPECT_EQ(groups_of({{"groups", {"data-b", "x", "data-a", "data-b", "Data-c"}}}),
              (Strings{"data-a", "data-b"}));
    EXPECT_EQ(groups_of({{"groups", "data-a"}}), Strings{"data-a"});
    EXPECT_EQ(groups_of({{"groups", nullptr}}), Strings());
    EXPECT_EQ(groups_of(Json::object()), Strings());
    EXPECT_EQ(groups_of({{"groups", {"data-a", 1}}}, {{"may_assert", Json::object()}}), Strings())
        << "none may be asserted";
    EXPECT_EQ(groups_of({{"realm_access", {{"roles", {"data-a"}}}}},
                        {{"groups_claim", "realm_access.roles"}}),
              Strings{"data-a"});
    EXPECT_EQ(groups_of({{"https://corp.example/groups", {"data-a"}}},
                        {{"groups_claim", "https://corp.example/groups"}}),
              Strings{"data-a"});
}

TEST(Claims, GroupsOfAnotherFormRefuseTheToken) {
    const std::string form = "! the groups are neither a string nor a list of strings";
    const std::string bytes = "! a group has 1 to 255 bytes without control characters";
    for (const Json& value : {Json(1), Json{{"a", 1}}, Json::array({"data-a", 1}),
                              Json::array({Json::array({"data-a"})}), Json::array({nullptr})}) {
        EXPECT_EQ(groups_of({{"groups", value}}), Strings{form}) << value;
    }
    for (const std::string& value : {std::string(), std::string("data-\n"), std::string(256, 'a')}) {
        EXPECT_EQ(groups_of({{"groups", {value}}}), Strings{bytes});
    }
    EXPECT_EQ(groups_of({{"groups", {"data-" + std::string(250, 'a')}}}).at(0).size(), 255U);
    EXPECT_EQ(groups_of({{"_claim_names", {{"groups", "src1"}}}}),
              Strings{"! the token has too many groups and does not list them"});
    Json many = Json::array();
    for (std::size_t i = 0; i < limits::claimed_groups_max; ++i) {
        many.push_back("data-" + std::to_string(i));
    }
    EXPECT_EQ(groups_of({{"groups", many}}).size(), limits::claimed_groups_max);
    many.push_back("others");
    EXPECT_EQ(groups_of({{"groups", many}}).size(), limits::claimed_groups_max);
    many.push_back("data-x");
    EXPECT_EQ(groups_of({{"groups", many}}),
              Strings{"! more groups than claimed_groups_max, 1000"});
}

TEST(Claims, TagsComeFromTheirClaims) {
    const Json settings = {{"tags", {{"region", "reg"}, {"cleared", "is_cleared"}, {"level", "l"}}}};
    const auto made = identity({{"reg", {"eu", "us", "eu"}},
                                {"is_cleared", true},
                                {"l", 3},
                                {"other", "x"}},
                               settings);
    ASSERT_TRUE(made) << made.error().cause();
    EXPECT_EQ(made->tags,
              (Tags{{"cleared", {"true"}}, {"level", {"3"}}, {"region", {"eu", "us"}}}));
    EXPECT_TRUE(identity({{"reg", nullptr}, {"l", Json::array()}}, settings)->tags.empty());

    for (const Json& value : {Json(""), Json(" eu"), Json("a\nb"), Json(1.5), Json{{"a", 1}},
                              Json(std::string(129, 'a')), Json::array({"eu", nullptr})}) {
        EXPECT_FALSE(identity({{"reg", value}}, settings)) << value;
    }
    Json many = Json::array();
    for (std::size_t i = 0; i <= limits::tag_values_per_key_max; ++i) {
        many.push_back(std::to_string(i));
    }
    EXPECT_FALSE(identity({{"reg", many}}, settings));
    EXPECT_FALSE(identity({{"_claim_names", {{"reg", "src1"}}}}, settings));
}

TEST(Claims, TheKindIsSaidByTheSettingsOrAClaim) {
    const auto kind = [](const Json& claims, const Json& settings) {
        return identity(claims, settings)->kind;
    };
    EXPECT_EQ(kind(Json::object(), Json::object()), Kind::user);
    EXPECT_EQ(kind(Json::object(), {{"kind", "service"}}), Kind::service);
    const Json equals = {{"service_when", {{"claim", "idtyp"}, {"equals", "app"}}}};
    EXPECT_EQ(kind({{"idtyp", "app"}}, equals), Kind::service);
    EXPECT_EQ(kind({{"idtyp", "App"}}, equals), Kind::user);
    EXPECT_EQ(kind({{"idtyp", {"app"}}}, equals), Kind::user);
    EXPECT_EQ(kind(Json::object(), equals), Kind::user);
    const Json present = {{"service_when", {{"claim", "client_id"}}}};
    EXPECT_EQ(kind({{"client_id", "x"}}, present), Kind::service);
    EXPECT_EQ(kind({{"client_id", nullptr}}, present), Kind::user);
    const Json truth = {{"service_when", {{"claim", "a.b"}, {"equals", true}}}};
    EXPECT_EQ(kind({{"a", {{"b", true}}}}, truth), Kind::service);
    EXPECT_EQ(kind({{"a", {{"b", false}}}}, truth), Kind::user);
}

TEST(Claims, AWholeNameComesBeforeAWayByDots) {
    const Json claims = {{"a.b", 1}, {"a", {{"b", 2}, {"c", {{"d", 3}}}}}, {"s", "x"}};
    EXPECT_EQ(*find_claim(claims, "a.b"), 1);
    EXPECT_EQ(*find_claim(claims, "a.c.d"), 3);
    for (const std::string name : {"b", "a.x", "a.b.c", "s.x", "", ".", "a.", ".a", "a..b"}) {
        EXPECT_EQ(find_claim(claims, name), nullptr) << name;
    }
}

TEST(Claims, PatternsMatchWholeTexts) {
    EXPECT_TRUE(matches_pattern("*", ""));
    EXPECT_TRUE(matches_pattern("a*c*", "abcbcd"));
    EXPECT_TRUE(matches_pattern("*-admin", "x-admin-admin"));
    EXPECT_FALSE(matches_pattern("*-admin", "x-admins"));
    EXPECT_FALSE(matches_pattern("a", "ab"));
    EXPECT_FALSE(matches_pattern("", "a"));
    EXPECT_FALSE(matches_pattern("a?", "ab"));
    EXPECT_FALSE(matches_pattern("*a*a*a*a*a*b", std::string(255, 'a')));
}

}  // namespace
}  // namespace charter::testing
