#include "store/sqlite/search_rank.hpp"

#include "store/sqlite/fts5.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace charter::sqlite {
namespace {

// Robertson and Zaragoza, "The Probabilistic Relevance Framework" (2009): k1 and b
// as usual, fields weighted before saturation (BM25F).
constexpr double k1 = 1.2;
constexpr double b = 0.75;
constexpr double usual_length_tokens = 100;
// name, title, description, columns, tags, owners
constexpr std::array<double, 6> weights{8, 8, 2, 1, 2, 1};
// A word that a document repeats more often than this is no better a match.
constexpr int instances_max = 1'000;

int score(const Fts5ExtensionApi* api, Fts5Context* context, double& result) {
    int length = 0;
    int code = api->xColumnSize(context, -1, &length);
    int instances = 0;
    if (code == SQLITE_OK) {
        code = api->xInstCount(context, &instances);
    }
    std::vector<double> frequencies(static_cast<std::size_t>(api->xPhraseCount(context)));
    for (int i = 0; code == SQLITE_OK && i < std::min(instances, instances_max); ++i) {
        int phrase = 0;
        int column = 0;
        int offset = 0;
        code = api->xInst(context, i, &phrase, &column, &offset);
        if (code == SQLITE_OK) {
            frequencies.at(static_cast<std::size_t>(phrase)) +=
                weights.at(static_cast<std::size_t>(column));
        }
    }
    const double damping = k1 * (1 - b + b * length / usual_length_tokens);
    for (const double frequency : frequencies) {
        result += frequency * (k1 + 1) / (frequency + damping);
    }
    return code;
}

void charter_rank(const Fts5ExtensionApi* api, Fts5Context* context, sqlite3_context* answer, int,
                  sqlite3_value**) {
    double result = 0;
    int code = SQLITE_NOMEM;
    try {  // no exception may pass through SQLite
        code = score(api, context, result);
    } catch (...) {
        code = SQLITE_NOMEM;
    }
    if (code == SQLITE_OK) {
        sqlite3_result_double(answer, result);
    } else {
        sqlite3_result_error_code(answer, code);
    }
}

}  // namespace

Result<> add_search_rank(Database& database) {
    const Result<fts5_api*> api = fts5_of(database);
    if (!api) {
        return api.error();
    }
    const int code = (*api)->xCreateFunction(*api, "charter_rank", nullptr, charter_rank, nullptr);
    if (code != SQLITE_OK) {
        return error_of(database.handle(), code);
    }
    return {};
}

}  // namespace charter::sqlite
