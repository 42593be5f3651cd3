// Searching products. What a user typed becomes FTS5 strings and nothing else.
#include "charter/base/limits.hpp"
#include "store/sqlite/excerpt.hpp"
#include "store/sqlite/sqlite_reader.hpp"

#include <algorithm>
#include <functional>
#include <span>

namespace charter::sqlite {
namespace {

using Deadline = std::chrono::steady_clock::time_point;

int past(void* deadline) {
    return std::chrono::steady_clock::now() > *static_cast<const Deadline*>(deadline) ? 1 : 0;
}

/// Interrupts the connection's statements at the deadline.
class DeadlineGuard {
public:
    DeadlineGuard(Database& database, Deadline deadline)
        : database_(database), deadline_(deadline) {
        constexpr int operations_between_looks = 1'000;  // some 20 microseconds
        sqlite3_progress_handler(database_.handle(), operations_between_looks, past, &deadline_);
    }
    ~DeadlineGuard() { sqlite3_progress_handler(database_.handle(), 0, nullptr, nullptr); }
    DeadlineGuard(const DeadlineGuard&) = delete;
    DeadlineGuard& operator=(const DeadlineGuard&) = delete;

    bool passed() const { return std::chrono::steady_clock::now() > deadline_; }

private:
    Database& database_;
    Deadline deadline_;
};

/// Every word as an FTS5 string: within quotes nothing but a quote (doubled) and NUL (which ends
/// SQLite's text, so it becomes a space) has a meaning. Side by side they are joined by AND; one
/// without a letter or digit is an empty string, which FTS5 leaves out.
/// Source: https://sqlite.org/fts5.html section 3.1.
std::string match_expression(const std::vector<std::string>& words) {
    // Shorter beginnings would gather half of all words; the index keeps those of 2 and 3.
    constexpr std::size_t prefix_bytes_min = 2;
    const auto used = std::span(words).first(std::min(words.size(), limits::search_words_max));
    std::string expression;
    for (const std::string& word : used) {
        expression += expression.empty() ? "\"" : " \"";
        for (const char c : word) {
            if (c == '"') {
                expression += "\"\"";
            } else {
                expression += c == '\0' ? ' ' : c;
            }
        }
        expression += '"';
    }
    if (!used.empty() && used.back().size() >= prefix_bytes_min) {
        expression += '*';
    }
    return expression;
}

}  // namespace

Result<SearchHits> SqliteReader::search(const std::vector<std::string>& words, Deadline deadline,
                                        const std::function<bool(ResourceId)>& admit) {
    const Result<ReaderPool::Lease> lease = pool_.take();
    if (!lease) {
        return lease.error();
    }
    Database& database = **lease;
    const DeadlineGuard guard(database, deadline);
    const std::string expression = match_expression(words);
    const bool by_words = !words.empty();
    Query query = database.query(
        by_words ? "SELECT search_document.id, charter_rank(search_index) FROM search_index"
                   " JOIN search_document ON document = search_index.rowid"
                   " WHERE search_index MATCH ? ORDER BY search_index.rowid"
                 : "SELECT id, 0.0 FROM search_document ORDER BY name, id");
    if (by_words) {
        query.bind(expression);
    }

    SearchHits found;
    while (found.complete && query.step()) {
        if (guard.passed()) {
            found.complete = false;
        } else if (const ResourceId id = query.id(0); admit(id)) {
            if (by_words && found.hits.size() == limits::search_candidates_max) {
                found.complete = false;
            } else {
                found.hits.push_back({id, query.real(1)});
            }
        }
    }
    if (query.code() == SQLITE_INTERRUPT) {
        found.complete = false;
    } else if (const Result<> done = query.finish(); !done) {
        return done.error();
    }
    if (by_words) {
        std::ranges::stable_sort(found.hits, std::greater<>(), &SearchHit::score);
    }
    return found;
}

Result<std::string> SqliteReader::snippet(const std::vector<std::string>& words, ResourceId id) {
    const Result<ReaderPool::Lease> lease = pool_.take();
    if (!lease) {
        return lease.error();
    }
    Database& database = **lease;
    Query query = database.query("SELECT description FROM search_document WHERE id = ?");
    query.bind(id);
    const std::string text = query.step() ? query.text(0) : std::string();
    if (const Result<> done = query.finish(); !done) {
        return done.error();
    }
    return excerpt(database, text, words);
}

}  // namespace charter::sqlite
