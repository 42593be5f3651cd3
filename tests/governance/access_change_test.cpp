// Who gains and loses by a change, against a comparison of everything.
#include "charter/governance/access_change.hpp"
#include "charter/base/limits.hpp"
#include "support/random_mesh.hpp"

namespace charter::testing {
namespace {

using Facts = std::set<AccessFact>;

constexpr Action compared[] = {Action::read, Action::read_masked, Action::write, Action::discover};

Facts set_of(const std::vector<AccessFact>& facts) {
    Facts set(facts.begin(), facts.end());
    EXPECT_EQ(set.size(), facts.size());
    return set;
}

TEST(AccessChange, IsWhatAComparisonOfEverythingFinds) {
    std::size_t gained_in_all = 0;
    std::size_t lost_in_all = 0;
    for (unsigned seed = 1; seed <= 15; ++seed) {
        RandomMesh random(seed);
        Mesh& mesh = random.mesh;
        for (int i = 0; i < 4; ++i) {
            random.any_grant();
            random.any_policy();
        }
        for (int step = 0; step < 25; ++step) {
            const World before = mesh.world();
            const Transaction& made = mesh.draft().transaction();
            const std::size_t puts = made.puts.size();
            const std::size_t removals = made.removals.size();
            random.any_change();
            const World& after = mesh.world();
            std::vector<ResourceId> changed(made.removals.begin() + static_cast<std::ptrdiff_t>(removals),
                                            made.removals.end());
            for (std::size_t i = puts; i < made.puts.size(); ++i) {
                changed.push_back(made.puts[i].id);
            }
            Facts gained;
            Facts lost;
            for (const std::string& name : RandomMesh::everybody()) {
                for (const std::string& port : RandomMesh::ports()) {
                    for (const Action action : compared) {
                        const bool had = random.may_with_some_purpose(before, name, port, action);
                        const bool has = random.may_with_some_purpose(after, name, port, action);
                        if (had != has) {
                            (has ? gained : lost)
                                .insert({PrincipalName::parse(name).value(), port, action});
                        }
                    }
                }
            }

            const AccessChange change = access_change(before, after, changed, mesh.caller());

            EXPECT_EQ(set_of(change.gained), gained) << seed << " " << step;
            EXPECT_EQ(set_of(change.lost), lost) << seed << " " << step;
            EXPECT_EQ(change.gained_count, gained.size());
            EXPECT_EQ(change.lost_count, lost.size());
            EXPECT_TRUE(change.complete);
            gained_in_all += gained.size();
            lost_in_all += lost.size();
        }
    }
    EXPECT_GT(gained_in_all, 150u);  // so that this compares something
    EXPECT_GT(lost_in_all, 150u);
}

class AccessChangeTest : public ::testing::Test {
protected:
    AccessChangeTest() {
        mesh.grouping = true;
        mesh.user("ana");
        mesh.user("olga");
        mesh.domain("customer", {{"owners", {"user:olga"}}});
        mesh.domain("sales");
        const Json columns = Json::array({{{"name", "a"}, {"type", "int"}}});
        mesh.product("customer/people", columns);
        mesh.product("sales/orders", columns, {{"visibility", "hidden"}});
    }

    AccessChange after_grant(const std::string& grantee, const std::string& resource,
                             const std::string& asker) {
        const World before = mesh.world();
        const ResourceId grant = mesh.grant(grantee, resource, {"read"});
        return access_change(before, mesh.world(), std::vector{grant}, mesh.caller(asker));
    }

    Mesh mesh;
};

TEST_F(AccessChangeTest, ListsAndCountsOnlyWhatTheAskerMayDiscover) {
    EXPECT_EQ(after_grant("user:ana", "customer", "user:olga").gained_count, 1u);  // discovered anyhow
    EXPECT_EQ(after_grant("user:ana", "sales", "user:olga").gained_count, 0u);
    mesh.put(Kind::guardrail, "no-directory",
             {{"cedar", "forbid (principal == User::\"olga\", action == Action::\"describe\", "
                        "resource is Mesh);"}});
    EXPECT_EQ(after_grant("user:admin", "customer", "user:olga").gained_count, 0u);
}

TEST_F(AccessChangeTest, SaysWhenNotAllWasLookedAt) {
    for (std::size_t i = 0; i < 300; ++i) {
        mesh.user("u" + std::to_string(i));
    }
    Json ports = Json::array();
    for (std::size_t i = 0; i < limits::ports_per_product_max; ++i) {
        const std::string name = "p" + std::to_string(i);
        ports.push_back({{"name", name}, {"location", "local://lake/customer/wide/" + name + "/"},
                         {"columns", Json::array({{{"name", "a"}, {"type", "int"}}})}});
    }
    mesh.put(Kind::product, "customer/wide", {{"title", "w"}, {"ports", ports}});
    Mesh::check(mesh.try_publish("customer/wide", "1.0.0"), "publish");
    const World before = mesh.world();
    const Resource policy = mesh.put(
        Kind::policy, "customer/open",
        {{"cedar", "permit (principal, action == Action::\"read\", resource in Domain::\"customer\");"}});

    const AccessChange change =
        access_change(before, mesh.world(), std::vector{policy.id}, mesh.caller());

    EXPECT_FALSE(change.complete);
    EXPECT_EQ(change.gained.size(), limits::dry_run_items_max);
    EXPECT_GT(change.gained_count, limits::dry_run_items_max);
    EXPECT_EQ(change.lost_count, 0u);
}

}  // namespace
}  // namespace charter::testing
