// What a token costs: at least 12,000 ES256 verified each second, under 1 us for a remembered
// one. Run alone: ./build/identity_bench
#include "charter/identity/issuers.hpp"
#include "identity/issuer_keys.hpp"
#include "identity/jwt.hpp"
#include "identity/token_maker.hpp"

#include <benchmark/benchmark.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <atomic>
#include <cstdlib>
#include <new>
#include <optional>

namespace {
std::atomic<std::size_t> allocations = 0;
}

// Counted: the remembered path is to make few.
void* operator new(std::size_t size) {
    allocations.fetch_add(1, std::memory_order_relaxed);
    void* memory = std::malloc(size);
    if (memory == nullptr) {
        throw std::bad_alloc();
    }
    return memory;
}
void operator delete(void* memory) noexcept {
    std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
    std::free(memory);
}

namespace charter {
namespace {

using testing::Signer;

const UtcTime now = parse_time("2026-11-21T09:00:00Z").value();

/// As an identity provider makes them: about 1 KB.
Json claims() {
    Json groups = Json::array();
    for (int i = 0; i < 20; ++i) {
        groups.push_back("data-readers-" + std::to_string(i));
    }
    return {{"iss", "https://login.example"},
            {"sub", "f:0a5b7c1e-93d4-4a8e-8b7a-1f2e3d4c5b6a:ana"},
            {"aud", "charter"},
            {"exp", 1'900'000'000},
            {"iat", 1'700'000'000},
            {"jti", "0a5b7c1e-93d4-4a8e-8b7a-1f2e3d4c5b6a"},
            {"scope", "openid profile email"},
            {"preferred_username", "ana@corp.example"},
            {"groups", groups}};
}

struct Bench {
    explicit Bench(const Signer& signer)
        : token(testing::signed_token(signer, claims())),
          issuers(parse_issuers(Json::array({{{"name", "corp"},
                                              {"issuer", "https://login.example"},
                                              {"audience", "charter"},
                                              {"jwks_url", "https://login.example/keys"},
                                              {"may_assert", {{"groups", {"data-*"}}}}}}))
                      .value(),
                  [answer = testing::jwks_of({signer})](FetchRequest) {
                      return respond(answer);
                  }) {
        boost::asio::co_spawn(context, issuers.refresh_due(now), boost::asio::detached);
        run();
    }

    static boost::asio::awaitable<Result<FetchResponse>> respond(std::string body) {
        FetchResponse response;
        response.status = 200;
        response.body = std::move(body);
        co_return response;
    }
    void run() {
        context.restart();
        context.run();
    }
    boost::asio::awaitable<void> verify() {
        const auto verified = co_await issuers.verify(token, now);
        accepted = verified.has_value();
    }

    std::string token;
    Issuers issuers;
    boost::asio::io_context context{1};
    bool accepted = false;
};

void verify(benchmark::State& state, const std::string& algorithm) {
    Bench bench{Signer(algorithm, "k")};
    for (auto _ : state) {
        boost::asio::co_spawn(bench.context, bench.verify(), boost::asio::detached);
        bench.run();
        if (!bench.accepted) {
            state.SkipWithError("refused");
        }
    }
    state.SetItemsProcessed(state.iterations());
    state.counters["token_bytes"] = static_cast<double>(bench.token.size());
}
BENCHMARK_CAPTURE(verify, ES256, "ES256");
BENCHMARK_CAPTURE(verify, ES384, "ES384");
BENCHMARK_CAPTURE(verify, RS256, "RS256");
BENCHMARK_CAPTURE(verify, PS256, "PS256");
BENCHMARK_CAPTURE(verify, EdDSA, "EdDSA");

// The part that is the library's alone.
void signature_only(benchmark::State& state, const std::string& algorithm) {
    const Signer signer(algorithm, "k");
    const std::string text(800, 'x');
    const std::string signature = signer.sign(text);
    const Result<KeySet> set = KeySet::parse(testing::jwks_of({signer}));
    for (auto _ : state) {
        if (!verify_signature(*set->keys()[0], *algorithm_named(algorithm), text, signature)) {
            state.SkipWithError("refused");
        }
    }
}
BENCHMARK_CAPTURE(signature_only, ES256, "ES256");
BENCHMARK_CAPTURE(signature_only, RS256, "RS256");
BENCHMARK_CAPTURE(signature_only, EdDSA, "EdDSA");

void parse_only(benchmark::State& state) {
    const std::string token = testing::signed_token(Signer("ES256", "k"), claims());
    for (auto _ : state) {
        benchmark::DoNotOptimize(parse_token(token));
    }
}
BENCHMARK(parse_only);

void remembered(benchmark::State& state) {
    static Bench* bench = nullptr;
    if (state.thread_index() == 0) {
        bench = new Bench(Signer("ES256", "k"));
        boost::asio::co_spawn(bench->context, bench->verify(), boost::asio::detached);
        bench->run();
    }
    std::size_t before = 0;
    for (auto _ : state) {
        before = before == 0 ? allocations.load() : before;
        if (!bench->issuers.remembered(bench->token, now)) {
            state.SkipWithError("forgotten");
        }
    }
    state.counters["allocations"] =
        static_cast<double>(allocations.load() - before) / static_cast<double>(state.iterations());
    if (state.thread_index() == 0) {
        delete bench;
    }
}
BENCHMARK(remembered);
BENCHMARK(remembered)->Threads(2);

void remembered_unknown(benchmark::State& state) {
    Bench bench{Signer("ES256", "k")};
    for (auto _ : state) {
        benchmark::DoNotOptimize(bench.issuers.remembered(bench.token, now));
    }
}
BENCHMARK(remembered_unknown);

}  // namespace
}  // namespace charter

BENCHMARK_MAIN();
