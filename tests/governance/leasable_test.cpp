// Where a port lies is looked at again before every lease.
#include "support/writer_bench.hpp"

#include "charter/governance/leasable.hpp"
#include "charter/storage/lessor.hpp"
#include "charter/governance/prefix_index.hpp"

#include <algorithm>
#include <random>

namespace charter::testing {
namespace {

/// customer/people/files lies in local://lake/customer/, sales has local://lake/sales/.
class LeasePlaceTest : public ::testing::Test {
protected:
    LeasePlaceTest() {
        mesh.grouping = true;
        mesh.domain("customer");
        mesh.domain("sales");
        mesh.product("customer/people", Json::array({{{"name", "c"}, {"type", "int"}}}));
    }

    static bool leasable(const World& world) {
        return leasable_storage(world, *world.port("customer/people/files")) != nullptr;
    }
    /// Puts into a World what no change of the API could have put there.
    World with(Kind kind, ResourceId parent, const std::string& name, const Json& document,
               const Json& state = Json::object(), ResourceId id = {}) {
        World world = mesh.world();
        Resource resource;
        resource.kind = kind;
        resource.id = id ? id : mesh.draft().new_id();
        resource.parent = parent;
        resource.name = name;
        resource.revision = 9;
        resource.document = document.dump();
        resource.state = state.dump();
        Mesh::check(world.put(resource), "put");
        return world;
    }
    ResourceId id_of(const char* domain) { return mesh.world().domain(domain)->id; }
    World with_location(const char* domain, const std::string& name, const std::string& uri,
                        const std::string& storage = "lake", ResourceId id = {}) {
        return with(Kind::location, id_of(domain), name, {{"storage", storage}, {"uri", uri}},
                    Json::object(), id);
    }

    Mesh mesh;
};

TEST_F(LeasePlaceTest, APortInItsDomainsLocationHasItsStorage) {
    const auto storage = leasable_storage(mesh.world(), *mesh.world().port("customer/people/files"));

    ASSERT_TRUE(storage);
    EXPECT_EQ(storage->name, "lake");
}

TEST_F(LeasePlaceTest, ALocationOfAnotherDomainOverThePortClosesIt) {
    for (const char* uri : {"local://lake/", "local://lake/customer/people/",
                            "local://lake/customer/people/files/", "local://lake/customer/people/files/x/"}) {
        EXPECT_FALSE(leasable(with_location("sales", "over", uri))) << uri;
    }
    EXPECT_TRUE(leasable(with_location("sales", "beside", "local://lake/customer/people/files-x/")));
}

TEST_F(LeasePlaceTest, WithoutItsLocationThePortIsClosed) {
    World world = mesh.world();
    world.remove(world.find(Kind::location, "customer/main")->id);

    EXPECT_FALSE(leasable(world));
    // The same name at another place, or the same place in another domain, is not it.
    Resource resource;
    resource.kind = Kind::location;
    resource.id = mesh.draft().new_id();
    resource.parent = id_of("sales");
    resource.name = "new";
    resource.revision = 1;
    resource.document = Json{{"storage", "lake"}, {"uri", "local://lake/customer/"}}.dump();
    Mesh::check(world.put(resource), "put");
    EXPECT_FALSE(leasable(world));
}

TEST_F(LeasePlaceTest, AStorageThatIsGoneOrOfAnotherKindClosesThePort) {
    World world = mesh.world();
    world.remove(world.find(Kind::storage, "lake")->id);
    EXPECT_FALSE(leasable(world));

    const ResourceId lake = mesh.world().find(Kind::storage, "lake")->id;
    const Json cloud{{"kind", "s3"}, {"region", "eu-1"}, {"bucket", "lake"},
                     {"role_arn", "arn:aws:iam::123456789012:role/r"}};
    EXPECT_FALSE(leasable(with(Kind::storage, {}, "lake", cloud, Json::object(), lake)));
    EXPECT_TRUE(leasable(with(Kind::storage, {}, "lake", {{"kind", "local"}, {"root", "lake"}},
                              Json::object(), lake)));
}

TEST_F(LeasePlaceTest, APortOfAnotherOverOrInItClosesIt) {
    const Json columns = Json::array({{{"name", "c"}, {"type", "int"}}});
    for (const char* uri : {"local://lake/customer/", "local://lake/customer/people/files/",
                            "local://lake/customer/people/files/x/"}) {
        const Json port{{"name", "p"}, {"location", uri}, {"columns", columns}};
        const World world = with(Kind::product, id_of("customer"), "other",
                                 {{"title", "Other"}, {"ports", Json::array({port})}},
                                 {{"ports", {{"p", mesh.draft().new_id().text()}}}});
        EXPECT_FALSE(leasable(world)) << uri;
    }
}

TEST_F(LeasePlaceTest, ItsOwnDraftClosesItNot) {
    for (const char* uri : {"local://lake/customer/people/files/v2/", "local://lake/customer/elsewhere/"}) {
        const Json port{{"name", "files"}, {"location", uri},
                        {"columns", Json::array({{{"name", "c"}, {"type", "int"}}})}};
        mesh.put(Kind::product, "customer/people", {{"title", "P"}, {"ports", Json::array({port})}});
        EXPECT_TRUE(leasable(mesh.world())) << uri;
        EXPECT_EQ(mesh.world().port("customer/people/files")->location.path(), "customer/people/files/");
    }
}

TEST_F(LeasePlaceTest, ALocationInUseStaysInItsStorage) {
    const auto cloud = [](const char* endpoint) {
        return Json{{"kind", "s3"},      {"endpoint", endpoint}, {"region", "eu-1"},
                    {"bucket", "retail"}, {"role_arn", "arn:aws:iam::123456789012:role/r"}};
    };
    mesh.put(Kind::storage, "one", cloud("https://one.example"));
    mesh.put(Kind::storage, "two", cloud("https://two.example"));
    mesh.put(Kind::location, "customer/cloud", {{"storage", "one"}, {"uri", "s3://retail/c/"}});
    const auto move = [&] {
        return mesh.try_put(Kind::location, "customer/cloud", {{"storage", "two"}, {"uri", "s3://retail/c/"}});
    };
    const Json port{{"name", "files"}, {"location", "s3://retail/c/p/"}, {"opaque", true}};
    mesh.put(Kind::product, "customer/cloudy", {{"title", "C"}, {"ports", Json::array({port})}});

    const Result<Written> moved = move();
    ASSERT_FALSE(moved);
    EXPECT_EQ(moved.error().code(), ErrorCode::conflict);

    ASSERT_TRUE(mesh.try_remove(Kind::product, "customer/cloudy"));
    EXPECT_TRUE(move());
}

TEST(Deliveries, AreWhatTheStorageCanDo) {
    StorageDocument storage;
    using Deliveries = std::vector<Delivery>;
    const Deliveries urls{Delivery::urls};
    const Deliveries both{Delivery::urls, Delivery::credentials};
    EXPECT_EQ(deliveries_of(storage), urls);
    storage.kind = "s3";
    storage.region = "eu-central-1";
    storage.bucket = "retail";
    EXPECT_EQ(deliveries_of(storage), urls) << "AWS gives them to roles only";
    storage.endpoint = "https://minio.example";
    EXPECT_EQ(deliveries_of(storage), both);
    storage.endpoint = "";
    storage.role_arn = "arn:aws:iam::123456789012:role/r";
    EXPECT_EQ(deliveries_of(storage), both);
}

/// The index against the plain comparison of every pair.
TEST(PrefixIndex, SaysWhatComparingAllPairsSays) {
    std::mt19937 random(7);
    const auto uri = [&] {
        std::string text = "local://lake/";
        for (unsigned depth = static_cast<unsigned>(random() % 4); depth > 0; --depth) {
            const char* parts[] = {"a/", "ab/", "b/"};
            text += parts[random() % 3];
        }
        return StorageUri::parse(text).value();
    };
    for (int round = 0; round < 300; ++round) {
        PrefixIndex index;
        std::vector<std::pair<StorageUri, ResourceId>> held;
        for (std::uint64_t id = 1; id <= 6; ++id) {
            const StorageUri place = uri();
            const bool free = std::none_of(held.begin(), held.end(), [&](const auto& each) {
                return each.first.overlaps(place);
            });
            EXPECT_EQ(index.overlaps(place, ResourceId{}), !free);
            EXPECT_EQ(index.alone(place, ResourceId{99}, 0), free);
            if (free) {
                index.add(place, ResourceId{id});
                held.emplace_back(place, ResourceId{id});
            }
        }
        for (const auto& [place, id] : held) {
            EXPECT_TRUE(index.alone(place, id, 1));
            EXPECT_FALSE(index.alone(place, ResourceId{99}, 1));
            EXPECT_EQ(index.covering(place), std::optional<ResourceId>(id));
        }
    }
}

}  // namespace
}  // namespace charter::testing
