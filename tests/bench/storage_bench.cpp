// What signing a URL costs: at most 3 us. Run alone: ./build/storage_bench
#include "charter/base/encoding.hpp"
#include "charter/storage/s3_storage.hpp"

#include <benchmark/benchmark.h>

namespace charter {
namespace {

const std::string key = "customer/customers/year=2026/month=11/part-00017-snappy.parquet";

struct Bench {
    SystemClock clock;
    S3Storage storage{Fetch(), clock};
    S3Place place = make_s3_place(std::nullopt, "eu-north-1", "lake").value();
    S3Credentials keys{"AKIAIOSFODNN7EXAMPLE", Secret("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
                       std::nullopt};

    S3Presigner presigner() {
        return storage.presigner(place, keys, clock.now() + std::chrono::seconds(300)).value();
    }
};

void presign_get(benchmark::State& state) {
    Bench bench;
    if (state.range(0) > 0) {  // temporary credentials
        bench.keys.session_token =
            Secret(std::string(static_cast<std::size_t>(state.range(0)), 'x'));
    }
    const S3Presigner signer = bench.presigner();
    std::string url;
    for (auto _ : state) {
        url.clear();
        signer.append_get(url, key);
        benchmark::DoNotOptimize(url.data());
    }
}
BENCHMARK(presign_get)->ArgName("token_bytes")->Arg(0)->Arg(1'000);

void presign_put(benchmark::State& state) {
    Bench bench;
    const S3Presigner signer = bench.presigner();
    const Digest hash = sha256("content");
    std::string url;
    for (auto _ : state) {
        url.clear();
        if (!signer.append_put(url, key, 1'000'000, hash)) {
            state.SkipWithError("refused");
        }
        benchmark::DoNotOptimize(url.data());
    }
}
BENCHMARK(presign_put);

// As a resolve with one URL pays it: what URLs share is made for that one.
void presigner_and_one_get(benchmark::State& state) {
    Bench bench;
    std::string url;
    for (auto _ : state) {
        url.clear();
        bench.presigner().append_get(url, key);
        benchmark::DoNotOptimize(url.data());
    }
}
BENCHMARK(presigner_and_one_get);

}  // namespace
}  // namespace charter

BENCHMARK_MAIN();
