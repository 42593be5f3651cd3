// policy_bench: what a decision costs, by the number of grants.
// policy_bench write DIR POLICIES GRANTS: writes that mesh for another engine, and prints
// how many of its requests are allowed here.

#include "bench/policy_mesh.hpp"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace charter::bench {
namespace {

/// Meshes are large; only the last one is kept.
Mesh& mesh_of(MeshSize size) {
    static std::unique_ptr<Mesh> kept;
    static MeshSize kept_size;
    if (!kept || kept_size.grants != size.grants || kept_size.policies != size.policies) {
        kept.reset();
        kept = std::make_unique<Mesh>(size);
        kept_size = size;
    }
    return *kept;
}

Decision decide(const Mesh& mesh, const Question& question) {
    Authorizer authorizer(mesh.index, mesh.entities, *question.principal_entity,
                          mesh.principals[question.principal], mesh.action, question.context);
    return authorizer.decide(*question.resource_entity, question.resource);
}

double median(std::vector<double> values) {
    std::ranges::nth_element(values, values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2));
    return values[values.size() / 2];
}

/// Each decision timed by itself, less what the clock costs.
double median_ns(const Mesh& mesh) {
    using Clock = std::chrono::steady_clock;
    const auto elapsed = [](Clock::time_point from) {
        return std::chrono::duration<double, std::nano>(Clock::now() - from).count();
    };
    std::vector<double> clock;
    std::vector<double> decisions;
    for (int round = 0; round < 8; ++round) {
        for (const Question& question : mesh.questions) {
            Clock::time_point from = Clock::now();
            clock.push_back(elapsed(from));
            from = Clock::now();
            benchmark::DoNotOptimize(decide(mesh, question));
            decisions.push_back(elapsed(from));
        }
    }
    return median(std::move(decisions)) - median(std::move(clock));
}

void count(const Mesh& mesh, std::size_t grants, benchmark::State& state) {
    double candidates = 0;
    double allowed = 0;
    for (const Question& question : mesh.questions) {
        Authorizer authorizer(mesh.index, mesh.entities, *question.principal_entity,
                              mesh.principals[question.principal], mesh.action, question.context);
        authorizer.for_each_candidate(*question.resource_entity, question.resource,
                                      [&](Candidate&) { ++candidates; });
        allowed += decide(mesh, question) == Decision::allow ? 1 : 0;
    }
    const auto questions = static_cast<double>(mesh.questions.size());
    state.counters["candidates"] = candidates / questions;
    state.counters["allowed"] = allowed / questions;
    state.counters["bytes_per_grant"] =
        static_cast<double>(mesh.grant_row_bytes) / static_cast<double>(grants);
    state.counters["median_ns"] = median_ns(mesh);
}

void decision(benchmark::State& state) {
    MeshSize size;
    size.grants = static_cast<std::size_t>(state.range(0));
    size.policies = static_cast<std::size_t>(state.range(1));
    const Mesh& mesh = mesh_of(size);
    std::size_t i = 0;
    for (auto _ : state) {
        benchmark::DoNotOptimize(decide(mesh, mesh.questions[i]));
        i = (i + 1) % mesh.questions.size();
    }
    count(mesh, size.grants, state);
}
BENCHMARK(decision)
    ->ArgNames({"grants", "policies"})
    ->Args({50, 50})
    ->Args({9'000, 1'000})
    ->Args({10, 1'000})
    ->Args({100, 1'000})
    ->Args({1'000, 1'000})
    ->Args({10'000, 1'000})
    ->Args({100'000, 1'000})
    ->Args({1'000'000, 1'000});

/// One grant more and one less, in an index whose last version somebody still holds.
void change(benchmark::State& state) {
    MeshSize size;
    size.grants = static_cast<std::size_t>(state.range(0));
    PolicyIndex index = mesh_of(size).index;
    auto parsed = parse_policy("other", "permit(principal in ?principal, action, resource in ?resource);");
    PolicyIndex::Link link;
    link.template_number = ~std::uint64_t{0};
    index.add(link.template_number, std::make_shared<const Rule>(std::move(parsed).value()));
    std::uint64_t i = 0;
    for (auto _ : state) {
        const PolicyIndex held = index;
        link.principal = static_cast<Key>(2 + i * 7'919 % 12'000);
        link.resource = static_cast<Key>(2 + i * 104'729 % 50'000);
        link.number = link.template_number - 1 - i % 1'000;
        benchmark::DoNotOptimize(index.add(link));
        const PolicyIndex held_again = index;
        benchmark::DoNotOptimize(index.remove(link));
        ++i;
    }
}
BENCHMARK(change)->ArgName("grants")->Arg(10)->Arg(1'000)->Arg(100'000)->Arg(1'000'000);

/// All columns of a port for one principal: candidates are gathered once.
void port_of_forty_columns(benchmark::State& state) {
    const Mesh& mesh = mesh_of({});
    const Question& question = mesh.questions[7];
    std::vector<std::pair<Entity, ResourceKeys>> columns;
    for (Key i = 0; i < 40; ++i) {
        columns.emplace_back(*question.resource_entity, question.resource);
        columns.back().first.uid = EntityUid("Column", "c" + std::to_string(i));
        columns.back().second.self = 900'000 + i;
    }
    for (auto _ : state) {
        Authorizer authorizer(mesh.index, mesh.entities, *question.principal_entity,
                              mesh.principals[question.principal], mesh.action, question.context);
        for (const auto& [column, keys] : columns) {
            benchmark::DoNotOptimize(authorizer.decide(column, keys));
        }
    }
}
BENCHMARK(port_of_forty_columns);

int write(const std::string& folder, std::size_t policies, std::size_t grants) {
    const Mesh mesh(MeshSize{policies, grants});
    mesh.write(folder);
    std::size_t allowed = 0;
    for (const Question& question : mesh.questions) {
        allowed += decide(mesh, question) == Decision::allow ? 1U : 0U;
    }
    std::cout << allowed << "\n";
    return 0;
}

}  // namespace
}  // namespace charter::bench

int main(int argc, char** argv) {
    if (argc == 5 && std::string_view(argv[1]) == "write") {
        return charter::bench::write(argv[2], std::strtoul(argv[3], nullptr, 10),
                                     std::strtoul(argv[4], nullptr, 10));
    }
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) {
        return 2;
    }
    benchmark::RunSpecifiedBenchmarks();
    return 0;
}
