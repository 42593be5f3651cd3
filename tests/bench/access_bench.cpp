// What giving, taking and asking about access cost with 1,000,000 grants present: grant and
// revoke at most 5 ms at the 99th percentile, the first page of who can at most 50 ms. Run
// alone: ./build/access_bench; CHARTER_BENCH_GRANTS=10000 for a quick look.
#include "charter/governance/access.hpp"
#include "charter/governance/access_change.hpp"
#include "support/writer_bench.hpp"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <random>

namespace charter::testing {
namespace {

constexpr std::size_t products = 1'000;
constexpr std::size_t hot_share = 10;  // every tenth grant is on one product

std::size_t grants_wanted() {
    const char* wanted = std::getenv("CHARTER_BENCH_GRANTS");
    return wanted != nullptr ? std::strtoull(wanted, nullptr, 10) : 1'000'000;
}

std::string user_name(std::size_t i) {
    return "u" + std::to_string(i);
}

/// Puts resources into the store, some thousands in one transaction.
class Filling {
public:
    explicit Filling(Mesh& mesh) : mesh_(mesh) {}
    ~Filling() { commit(); }
    Filling(const Filling&) = delete;
    Filling& operator=(const Filling&) = delete;

    ResourceId add(Kind kind, const std::string& name, const Json& document, const Json& state = {}) {
        Resource resource;
        resource.kind = kind;
        resource.id = mesh_.draft().new_id();
        resource.name = name.empty() ? resource.id.text() : name;
        resource.revision = 1;
        resource.created_at = resource.updated_at = mesh_.now;
        resource.updated_by = "user:admin";
        resource.document = document.dump();
        resource.state = state.is_null() ? "" : state.dump();
        transaction_.puts.push_back(resource);
        if (transaction_.puts.size() == 5'000) {
            commit();
        }
        return resource.id;
    }

private:
    void commit() {
        Mesh::check(mesh_.files.store->writer().commit(transaction_), "commit");
        transaction_.clear();
    }

    Mesh& mesh_;
    Transaction transaction_;
};

/// A mesh with all these grants, in the store and in the World, and its writer.
struct AccessBench {
    AccessBench() : worlds(nullptr) {
        mesh.grouping = true;
        mesh.domain("customer");
        const Json columns = Json::array({{{"name", "a"}, {"type", "long"}},
                                          {{"name", "b"}, {"type", "string"}}});
        for (std::size_t i = 0; i < products; ++i) {
            mesh.product("customer/p" + std::to_string(i), columns);
        }
        mesh.commit();
        fill();
        Result<World> world = load_world(mesh.reader(),
                                         source_text("schemas/cedar/charter.cedarschema"),
                                         source_text("schemas/cedar/builtin.cedar"));
        Mesh::check(world, "load_world");
        worlds.publish(std::make_shared<const World>(std::move(*world)));
        writer = std::make_unique<Writer>(mesh.files.store->writer(), mesh.reader(), worlds,
                                          *mesh.files.local, mesh.files.secrets->box(), clock);
    }
    ~AccessBench() { writer->stop(); }

    void fill() {
        const std::size_t grants = grants_wanted();
        users = std::max<std::size_t>(grants / hot_share, 1);
        Filling filling(mesh);
        std::vector<ResourceId> ids;
        for (std::size_t i = 0; i < users; ++i) {
            ids.push_back(filling.add(Kind::user, user_name(i), {{"title", user_name(i)}}));
        }
        std::mt19937_64 random(1);
        for (std::size_t i = 0; i < grants; ++i) {
            const std::size_t user = i / hot_share % users;
            const std::size_t product = i % hot_share == 0 ? 0 : random() % products;
            const std::string path = "customer/p" + std::to_string(product);
            filling.add(Kind::grant, "",
                        {{"grantee", "user:" + user_name(user)}, {"resource", path},
                         {"actions", {"read"}}, {"reason", "bench"}},
                        {{"grantee", ids[user].text()},
                         {"resource", mesh.world().product(path)->id.text()},
                         {"granted_by", "user:admin"}});
        }
    }

    Caller admin() const {
        Caller caller;
        caller.principal = worlds.load()->principal({Kind::user, "admin"});
        caller.now = clock.now();
        return caller;
    }
    template <class T>
    T submit(Writer::Change<T> change) {
        Result<T> result = finish(writer->submit<T>(admin(), std::move(change)));
        Mesh::check(result, "change");
        return std::move(*result);
    }
    ResourceId grant(std::size_t user, std::size_t product) {
        const Json body{{"grantee", "user:" + user_name(user % users)},
                        {"resource", "customer/p" + std::to_string(product)},
                        {"actions", {"read"}}, {"reason", "bench"}};
        return submit<Written>([this, body](Draft& draft) {
                   return create_grant(draft, admin(), body);
               }).resource.id;
    }

    Mesh mesh;
    SystemClock clock;
    WorldHolder worlds;
    std::unique_ptr<Writer> writer;
    std::size_t users = 0;
    std::vector<ResourceId> made;
};

AccessBench& bench() {
    static AccessBench one;
    return one;
}

/// Times each round on its own, and says its percentiles.
template <class Round>
void measure(benchmark::State& state, Round&& round) {
    (void)bench();
    std::vector<double> ms;
    std::size_t number = 0;
    for (auto _ : state) {
        const auto begin = std::chrono::steady_clock::now();
        round(number++);
        const std::chrono::duration<double, std::milli> took =
            std::chrono::steady_clock::now() - begin;
        ms.push_back(took.count());
        state.SetIterationTime(took.count() / 1'000);
    }
    std::sort(ms.begin(), ms.end());
    state.counters["p50_ms"] = ms[ms.size() / 2];
    state.counters["p99_ms"] = ms[ms.size() * 99 / 100];
}

void grant(benchmark::State& state) {
    const bool hot = state.range(0) != 0;
    measure(state, [&](std::size_t i) {
        bench().made.push_back(bench().grant(i, hot ? 0 : i % products));
    });
}
BENCHMARK(grant)->ArgName("on_the_one")->Arg(0)->Arg(1)->Iterations(1'000)->UseManualTime();

void revoke(benchmark::State& state) {
    measure(state, [&](std::size_t) {
        const ResourceId id = bench().made.back();
        bench().made.pop_back();
        bench().submit<std::vector<ResourceId>>(
            [id](Draft& draft) { return revoke_grant(draft, bench().admin(), id, ""); });
    });
}
BENCHMARK(revoke)->Iterations(2'000)->UseManualTime();

void who_first_page(benchmark::State& state) {
    const std::string resource = state.range(0) != 0 ? "customer/p0/files" : "customer/p1/files";
    measure(state, [&](std::size_t) {
        const WorldPtr world = bench().worlds.load();
        const Result<AccessPage> page =
            who_can(*world, bench().admin(), Action::read, resource, {}, 100);
        if (!page || page->items.empty()) {
            state.SkipWithError("an empty page");
        }
    });
}
BENCHMARK(who_first_page)->ArgName("on_the_one")->Arg(0)->Arg(1)->Iterations(100)->UseManualTime();

void what_first_page(benchmark::State& state) {
    measure(state, [&](std::size_t i) {
        const WorldPtr world = bench().worlds.load();
        const Result<AccessPage> page =
            what_can(*world, bench().admin(), {Kind::user, user_name(i % bench().users)},
                     Action::read, {}, 100);
        if (!page || page->items.empty()) {
            state.SkipWithError("an empty page");
        }
    });
}
BENCHMARK(what_first_page)->Iterations(100)->UseManualTime();

void dry_run_of_a_grant(benchmark::State& state) {
    const ResourceId id = bench().grant(7, 1);
    const WorldPtr after = bench().worlds.load();
    World before = *after;
    before.remove(id);
    measure(state, [&](std::size_t) {
        const AccessChange change =
            access_change(before, *after, std::vector{id}, bench().admin());
        benchmark::DoNotOptimize(change.gained_count);
    });
}
BENCHMARK(dry_run_of_a_grant)->Iterations(100)->UseManualTime();

}  // namespace
}  // namespace charter::testing

BENCHMARK_MAIN();
