// What a decision over cells costs: a port of 40 columns with 10 rules on columns and 3 on rows,
// against the same port with one grant. Aim: at most 25 times.
#include "charter/governance/cell_access.hpp"
#include "support/mesh.hpp"

#include <benchmark/benchmark.h>

#include <chrono>
#include <iostream>

namespace charter::testing {
namespace {

Json forty_columns() {
    Json columns = Json::array();
    for (int i = 0; i < 40; ++i) {
        columns.push_back({{"name", "c" + std::to_string(i)}, {"type", i % 2 == 0 ? "long" : "string"},
                           {"nullable", i % 4 == 1}});
    }
    return columns;
}

struct CellsBench {
    CellsBench() {
        mesh.grouping = true;
        mesh.user("ana");
        mesh.domain("plain");
        mesh.product("plain/p", forty_columns());
        mesh.grant("user:ana", "plain/p", {"read"});
        mesh.domain("rich");
        mesh.product("rich/p", forty_columns());
        for (int i = 0; i < 10; ++i) {
            const std::string column = "Column::\"rich/p/files/c" + std::to_string(3 * i) + "\"";
            rule("c" + std::to_string(i), "forbid", column,
                 i % 2 == 0 ? "when { !(context has purpose) }"
                            : "when { principal in Group::\"auditors\" }");
        }
        mesh.grant("user:ana", "rich/p", {"read"}, {{"rows", "context.row.c0 > 10"}});
        rule("r1", "permit", "", "when { context.row has c1 && context.row.c1 == \"GERMANY\" }");
        rule("r2", "forbid", "", "when { context.row.c2 == 7 || context.row.c4 < 0 }");
    }
    void rule(const std::string& name, const std::string& effect, const std::string& column,
              const std::string& condition) {
        const std::string scope =
            column.empty() ? "resource in Product::\"rich/p\"" : "resource == " + column;
        mesh.put(Kind::policy, "rich/" + name,
                 {{"cedar", effect + " (principal, action == Action::\"read\", " + scope + ") " + condition + ";"}});
    }
    ColumnsVerdict decide(const char* port) const {
        const Caller ana = mesh.caller("user:ana");
        return Decider(mesh.world(), ana, Action::read).decide_columns(*mesh.world().port(port));
    }

    Mesh mesh;
};

CellsBench& bench() {
    static CellsBench made;
    return made;
}

void plain(benchmark::State& state) {
    for (auto _ : state) {
        benchmark::DoNotOptimize(bench().decide("plain/p/files"));
    }
}
BENCHMARK(plain);

void cells(benchmark::State& state) {
    for (auto _ : state) {
        benchmark::DoNotOptimize(bench().decide("rich/p/files"));
    }
}
BENCHMARK(cells);

/// All that a restricted answer needs, masks and what may be discovered included.
void access_to_cells(benchmark::State& state) {
    const Caller ana = bench().mesh.caller("user:ana");
    const PortPtr port = bench().mesh.world().port("rich/p/files");
    for (auto _ : state) {
        const ColumnsVerdict read = bench().decide("rich/p/files");
        benchmark::DoNotOptimize(cell_access(bench().mesh.world(), ana, *port, std::nullopt, read));
    }
}
BENCHMARK(access_to_cells);

/// The one figure that says whether it became slower, in one run.
void report_ratio() {
    const auto time = [](const char* port) {
        const auto begin = std::chrono::steady_clock::now();
        for (int i = 0; i < 2'000; ++i) {
            benchmark::DoNotOptimize(bench().decide(port));
        }
        return std::chrono::steady_clock::now() - begin;
    };
    time("rich/p/files");
    const auto small = time("plain/p/files");
    const auto large = time("rich/p/files");
    std::cout << "cells cost " << static_cast<double>(large.count()) / static_cast<double>(small.count())
              << " times a plain decision\n";
}

}  // namespace
}  // namespace charter::testing

int main(int argc, char** argv) {
    benchmark::Initialize(&argc, argv);
    benchmark::RunSpecifiedBenchmarks();
    charter::testing::report_ratio();
}
