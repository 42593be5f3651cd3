// The World as a fold: what it says after any changes is what a World rebuilt from
// the store says, and a World that was handed out never changes.
#include "support/mesh.hpp"
#include "support/world_facts.hpp"

#include <iostream>
#include <random>

namespace charter::testing {
namespace {

/// Random changes over few names, so that they meet: many are refused, and the
/// same names are given away and taken again.
class RandomChanges {
public:
    RandomChanges(Mesh& mesh, unsigned seed) : mesh_(mesh), random_(seed) {
        for (const char* key : {"class", "area"}) {
            mesh.put(Kind::tag, key, {{"values", {"pii", "x", "y"}}});
        }
        mesh.put(Kind::storage, "lake", {{"kind", "local"}, {"root", "lake"}});
        for (const char* purpose : {"pu0", "pu1"}) {
            mesh.put(Kind::purpose, purpose, {{"description", "p"}});
        }
        for (int i = 0; i < 5; ++i) {
            const std::string digit = std::to_string(i);
            mesh.put(Kind::user, "u" + digit, user_document());
            mesh.put(Kind::group, "g" + digit, {{"title", "g"}, {"members", {"user:u" + digit}}});
            mesh.put(Kind::domain, "d" + digit, {{"title", "d"}});
            mesh.put(Kind::location, "d" + digit + "/l0",
                     {{"storage", "lake"}, {"uri", "local://lake/d" + digit + "/"}});
        }
    }

    /// True when it changed something.
    bool step() {
        switch (number(22)) {
            case 0:
            case 1: return done(mesh_.try_put(Kind::user, name("u", 5), user_document()));
            case 2: return done(mesh_.try_put(Kind::service, name("s", 2), user_document()));
            case 3:
            case 4: return done(mesh_.try_put(Kind::group, name("g", 5), group_document()));
            case 5:
            case 6:
            case 7: return done(mesh_.try_put(Kind::domain, name("d", 5), domain_document()));
            case 8: return put_location();
            case 9:
            case 10:
            case 11: return put_product();
            case 12: return done(mesh_.try_publish(product(), "1." + std::to_string(++minor_) + ".0")) ||
                            done(mesh_.try_publish(product(), std::to_string(++minor_) + ".0.0"));
            case 13: return put_policy();
            case 14: return put_guardrail();
            case 15:
            case 16: return make_grant();
            case 17: return revoke();
            case 18: return end_product();
            case 19: return put_policy();
            case 20: return chance(3) ? protect() : put_product();
            default: return remove();
        }
    }

private:
    std::size_t number(std::size_t below) { return random_() % below; }
    bool chance(std::size_t one_in) { return number(one_in) == 0; }
    std::string name(const std::string& letter, std::size_t count) {
        return letter + std::to_string(number(count));
    }
    std::string product() { return name("d", 5) + "/" + name("p", 2); }

    template <class R>
    bool done(const R& result) {
        if (!result) {
            const ErrorCode code = result.error().code();
            EXPECT_TRUE(code != ErrorCode::internal && code != ErrorCode::unavailable)
                << result.error().message() << " " << result.error().cause();
        }
        return result.has_value();
    }

    Json tags() {
        Json tags = Json::object();
        for (const char* key : {"class", "area"}) {
            if (chance(3)) {
                tags[key] = chance(2) ? Json{"pii"} : Json{"x", "y"};
            }
        }
        return tags;
    }
    Json some_principals() {
        Json list = Json::array();
        for (std::size_t i = number(3); i > 0; --i) {
            const std::string each = chance(3)   ? "group:" + name("g", 5)
                                     : chance(4) ? "service:" + name("s", 2)
                                                 : "user:" + name("u", 5);
            if (std::find(list.begin(), list.end(), Json(each)) == list.end()) {
                list.push_back(each);
            }
        }
        return list;
    }
    Json user_document() {
        Json document{{"title", name("title", 9)}, {"tags", tags()}};
        if (chance(6)) {
            document["disabled"] = true;
        }
        return document;
    }
    Json group_document() {
        return {{"title", name("title", 9)}, {"tags", tags()}, {"members", some_principals()}};
    }
    Json domain_document() {
        Json document{{"title", name("title", 9)},       {"tags", tags()},
                      {"owners", some_principals()},     {"stewards", some_principals()},
                      {"members", some_principals()}};
        if (chance(2)) {
            document["parent"] = name("d", 5);
        }
        return document;
    }
    /// Whether values of a key add up changes under all that carries it.
    bool protect() {
        const bool on = chance(2);
        return done(mesh_.try_put(Kind::tag, chance(2) ? "class" : "area",
                                  {{"values", {"pii", "x", "y"}},
                                   {"protected", on},
                                   {"stewards", {"user:admin"}}}));
    }
    bool put_location() {
        const std::string domain = name("d", 5);
        const std::string place = chance(4) ? "d9" : domain;
        return done(mesh_.try_put(Kind::location, domain + "/" + name("l", 2),
                                  {{"storage", "lake"}, {"uri", "local://lake/" + place + "/"}}));
    }
    bool put_product() {
        const std::string path = product();
        Json ports = Json::array();
        for (const char* port : {"a", "b"}) {
            if (chance(4)) {
                continue;
            }
            Json document{{"name", port}, {"tags", tags()}};
            document["location"] = "local://lake/" + path + "/" + (chance(6) ? "moved" : port) + "/";
            if (chance(6)) {
                document["opaque"] = true;
            } else {
                document["columns"] = Json::array();
                for (const char* column : {"c0", "c1", "c2"}) {
                    if (std::string(column) == "c0" || !chance(4)) {
                        document["columns"].push_back({{"name", column},
                                                       {"type", chance(5) ? "long" : "int"},
                                                       {"tags", tags()}});
                    }
                }
            }
            ports.push_back(std::move(document));
        }
        return done(mesh_.try_put(Kind::product, path,
                                  {{"title", name("title", 9)},
                                   {"visibility", chance(3) ? "hidden" : "listed"},
                                   {"tags", tags()},
                                   {"ports", ports}}));
    }
    bool end_product() {
        const Address address = Mesh::address(Kind::product, product());
        return done(mesh_.change("user:admin", [&](Draft& draft, const Caller& who) {
            return chance(2) ? retire_product(draft, who, address, Json::object())
                             : deprecate_product(draft, who, address, Json::object());
        }));
    }
    std::string scope() {
        switch (number(5)) {
            case 0: return "principal in Group::\"" + name("g", 5) + "\"";
            case 1: return "principal in Team::\"" + name("d", 5) + "\"";
            case 2: return "principal in Group::\"" + name("d", 5) + "/owners\"";
            case 3: return "principal == User::\"" + name("u", 5) + "\"";
            default: return "principal";
        }
    }
    std::string condition() {
        switch (number(4)) {
            case 0: return " when { resource.hasTag(\"class\") && resource.getTag(\"class\").contains(\"pii\") }";
            case 1: return " when { principal.hasTag(\"area\") }";
            case 2: return " when { resource.domain == Domain::\"" + name("d", 5) + "\" }";
            default: return "";
        }
    }
    std::string effect() { return chance(3) ? "forbid (" : "permit ("; }
    bool put_policy() {
        const std::string domain = name("d", 5);
        std::string resource = "in Domain::\"" + domain + "\"";
        if (chance(2)) {
            resource = "in Product::\"" + domain + "/" + name("p", 2) + "\"";
        } else if (chance(3)) {
            resource = "== Column::\"" + domain + "/p0/a/c1\"";
        }
        const std::string action = chance(3) ? "in Action::\"metadata\"" : "in Action::\"data\"";
        return done(mesh_.try_put(Kind::policy, domain + "/" + name("r", 3),
                                  {{"cedar", effect() + scope() + ", action " + action +
                                                 ", resource " + resource + ")" + condition() + ";"}}));
    }
    bool put_guardrail() {
        const bool forbid = chance(2);
        const std::string text = std::string(forbid ? "forbid (" : "permit (") + scope() +
                                 ", action in Action::\"" + (forbid ? "data" : "metadata") +
                                 "\", resource)" + condition() + ";";
        return done(mesh_.try_put(Kind::guardrail, name("guard", 3),
                                  {{"cedar", text}, {"mode", chance(2) ? "shadow" : "enforce"}}));
    }
    bool make_grant() {
        Json body{{"actions", {"read"}}};
        switch (number(4)) {
            case 0: body["grantee"] = "user:" + name("u", 5); break;
            case 1: body["grantee"] = "group:" + name("g", 5); break;
            case 2: body["grantee"] = "service:" + name("s", 2); break;
            default: body["grantee"] = "domain:" + name("d", 5); break;
        }
        switch (number(3)) {
            case 0: body["resource"] = name("d", 5); break;
            case 1: body["resource"] = product(); break;
            default: body["resource"] = product() + (chance(2) ? "/a" : "/b"); break;
        }
        if (chance(2)) {
            body["purposes"] = Json::array({name("pu", 2)});
        }
        Result<Written> written = mesh_.try_grant(body);
        if (written) {
            grants_.push_back(written->resource.id);
        }
        return done(written);
    }
    bool revoke() {
        return !grants_.empty() && done(mesh_.try_revoke(grants_[number(grants_.size())]));
    }
    bool remove() {
        switch (number(8)) {
            case 0: return done(mesh_.try_remove(Kind::user, name("u", 5)));
            case 1: return done(mesh_.try_remove(Kind::group, name("g", 5)));
            case 2: return done(mesh_.try_remove(Kind::domain, name("d", 5), chance(2)));
            case 3: return done(mesh_.try_remove(Kind::product, product()));
            case 4: return done(mesh_.try_remove(Kind::policy, name("d", 5) + "/" + name("r", 3)));
            case 5: return done(mesh_.try_remove(Kind::guardrail, name("guard", 3)));
            case 6: return done(mesh_.try_remove(Kind::location, name("d", 5) + "/" + name("l", 2)));
            default: return done(mesh_.try_remove(Kind::service, name("s", 2)));
        }
    }

    Mesh& mesh_;
    std::mt19937 random_;
    std::vector<ResourceId> grants_;
    int minor_ = 0;
};

Names all_names() {
    Names names;
    names.principals = {"user:admin", "group:administrators"};
    const auto add = [](std::vector<std::string>& list, const std::string& letter, int count) {
        for (int i = 0; i < count; ++i) {
            list.push_back(letter + std::to_string(i));
        }
    };
    add(names.principals, "user:u", 5);
    add(names.principals, "service:s", 2);
    add(names.principals, "group:g", 5);
    add(names.principals, "domain:d", 5);
    add(names.domains, "d", 5);
    for (const std::string& domain : names.domains) {
        names.places.push_back("local://lake/" + domain + "/");
        names.uses.push_back("location:" + domain);
        for (const char* product : {"/p0", "/p1"}) {
            names.products.push_back(domain + product);
            names.uses.push_back("cited:Product::\"" + domain + product + "\"");
            names.places.push_back("local://lake/" + domain + product + "/moved/");
            for (const char* port : {"/a", "/b"}) {
                names.ports.push_back(domain + product + port);
                names.places.push_back("local://lake/" + domain + product + port + "/");
            }
        }
        names.uses.push_back("cited:Team::\"" + domain + "\"");
        names.uses.push_back("cited:Domain::\"" + domain + "\"");
    }
    for (const std::string& principal : names.principals) {
        names.uses.push_back("member:" + principal);
    }
    for (const char* use : {"tag:class", "tag:area", "tag:class=pii", "tag:class=x", "tag:area=y",
                            "purpose:pu0", "purpose:pu1", "storage:lake", "cited:User::\"u0\"",
                            "cited:Group::\"g0\"", "cited:Group::\"g1\""}) {
        names.uses.push_back(use);
    }
    names.columns = {"c0", "c1", "c2", "*"};
    names.purposes = {"", "pu0"};
    return names;
}

class WorldFold : public ::testing::TestWithParam<unsigned> {};

TEST_P(WorldFold, SaysWhatAWorldRebuiltFromTheStoreSays) {
    std::cout << "seed " << GetParam() << "\n";
    Mesh mesh;
    RandomChanges changes(mesh, GetParam());
    std::mt19937 random(GetParam());
    Names names = all_names();
    names.now = parse_time("2026-11-22T00:00:00Z").value();
    mesh.grouping = true;
    std::vector<std::pair<World, Facts>> published;
    std::size_t changed = 0;

    for (int step = 1; step <= 500; ++step) {
        changed += changes.step() ? 1 : 0;
        if (random() % 4 == 0) {
            mesh.commit();
        }
        if (step % 100 == 0) {
            mesh.commit();
            Facts facts = facts_of(mesh.world(), names);
            const std::string found = difference(facts, facts_of(mesh.rebuilt(), names));
            ASSERT_EQ(found, "") << "after step " << step;
            published.emplace_back(mesh.world(), std::move(facts));
        }
    }

    EXPECT_GT(changed, 150u);
    for (const auto& [world, facts] : published) {
        EXPECT_EQ(difference(facts, facts_of(world, names)), "") << "an old World changed";
    }
}

INSTANTIATE_TEST_SUITE_P(Seeds, WorldFold, ::testing::Range(1u, 6u));

TEST(World, ForgetsNothingAndInventsNothingWhenADomainComesAgain) {
    Mesh mesh;
    mesh.user("ana");
    mesh.domain("sales", {{"owners", {"user:ana"}}});
    mesh.product("sales/orders", Json::array({{{"name", "c"}, {"type", "int"}}}));
    mesh.grant("user:ana", "sales", {"read"});
    ASSERT_TRUE(mesh.try_remove(Kind::domain, "sales", true));
    mesh.domain("sales");
    mesh.product("sales/orders", Json::array({{{"name", "c"}, {"type", "int"}}}));

    Decider read(mesh.world(), mesh.caller("user:ana"), Action::read);
    Decider edit(mesh.world(), mesh.caller("user:ana"), Action::edit);

    EXPECT_FALSE(read.decide_columns(*mesh.world().port("sales/orders/files")).some());
    EXPECT_FALSE(edit.allows(target_of(mesh.world(), *mesh.world().domain("sales"))));
}

}  // namespace
}  // namespace charter::testing
