// Reading the ledger: by filter, newest first, and in order for verification.
#include "charter/base/limits.hpp"
#include "store/sqlite/ledger_lookup.hpp"
#include "store/sqlite/rows.hpp"
#include "store/sqlite/sqlite_reader.hpp"

#include <algorithm>

namespace charter::sqlite {
namespace {

#define CHARTER_LEDGER_COLUMNS "sequence, id, at, principal, resource, allow, body, hash"

SealedRecord record_of(const Query& row) {
    SealedRecord sealed;
    sealed.sequence = row.number(0);
    sealed.record.id.bytes = row.bytes<16>(1);
    sealed.record.at = row.time(2);
    sealed.record.principal = row.id(3);
    sealed.record.resource = row.id(4);
    sealed.record.allow = row.integer(5) != 0;
    sealed.record.body = row.text(6);
    sealed.hash = row.bytes<32>(7);
    return sealed;
}

/// Sequence numbers to look at: from the first up to, and without, the last.
struct Range {
    std::uint64_t first = 1;
    std::uint64_t end = 1;
};

Result<std::uint64_t> end_of(Database& database) {
    Query last = database.query("SELECT coalesce(max(sequence), 0) FROM ledger");
    const std::uint64_t end = last.step() ? last.number(0) + 1 : 1;
    if (const Result<> done = last.finish(); !done) {
        return done.error();
    }
    return end;
}

/// The lowest sequence number in `range` whose time is `at` or later. Times grow with the numbers
/// but for a little disorder, so this is a binary search, and callers ask with that much room.
Result<std::uint64_t> first_at(Database& database, Range range, UtcTime at) {
    while (range.first < range.end) {
        const std::uint64_t middle = range.first + (range.end - range.first) / 2;
        // The next record there is, should one be missing.
        Query probe =
            database.query("SELECT at FROM ledger WHERE sequence >= ? ORDER BY sequence LIMIT 1");
        probe.bind(middle);
        const bool earlier = probe.step() && probe.time(0) < at;
        if (const Result<> done = probe.finish(); !done) {
            return done.error();
        }
        if (earlier) {
            range.first = middle + 1;
        } else {
            range.end = middle;
        }
    }
    return range.first;
}

Result<Range> range_of(Database& database, const LedgerFilter& filter, std::uint64_t before) {
    const Result<std::uint64_t> end = end_of(database);
    if (!end) {
        return end.error();
    }
    Range range{1, before == 0 ? *end : std::min(before, *end)};
    if (filter.to) {
        const auto last = first_at(database, range, *filter.to + limits::ledger_disorder_max);
        if (!last) {
            return last.error();
        }
        range.end = *last;
    }
    if (filter.from) {
        const auto first = first_at(database, range, *filter.from - limits::ledger_disorder_max);
        if (!first) {
            return first.error();
        }
        range.first = *first;
    }
    return range;
}

/// What ledger_lookup is asked for; "" when nothing narrows the search.
std::string lookup_of(const LedgerFilter& filter) {
    std::string words;
    const auto require = [&words](std::string_view term) {
        words += words.empty() ? "" : " AND ";
        words += term;
    };
    if (filter.principal) {
        require(word_of_principal(filter.principal));
    }
    if (filter.allow == false) {
        require(word_of_denials);
    }
    if (!filter.resources.empty()) {
        std::string any;
        for (const ResourceId resource : filter.resources) {
            any += any.empty() ? "(" : " OR ";
            any += word_of_resource(resource);
        }
        require(any + ")");
    }
    return words;
}

}  // namespace

Result<std::vector<SealedRecord>> SqliteReader::ledger(const LedgerFilter& filter,
                                                       std::uint64_t before, std::size_t limit) {
    const Result<ReaderPool::Lease> lease = pool_.take();
    if (!lease) {
        return lease.error();
    }
    Database& database = **lease;
    const Result<Range> range = range_of(database, filter, before);
    if (!range) {
        return range.error();
    }
    const std::string words = lookup_of(filter);
    // CROSS JOIN: the lookup leads, and gives the order without sorting.
    std::string sql =
        words.empty() ? "SELECT " CHARTER_LEDGER_COLUMNS
                        " FROM ledger WHERE sequence >= ? AND sequence < ?"
                      : "SELECT " CHARTER_LEDGER_COLUMNS
                        " FROM ledger_lookup CROSS JOIN ledger ON sequence = ledger_lookup.rowid"
                        " WHERE ledger_lookup MATCH ? AND ledger_lookup.rowid >= ?"
                        " AND ledger_lookup.rowid < ?";
    sql += filter.allow ? " AND allow = ?" : "";
    sql += filter.from ? " AND at >= ?" : "";
    sql += filter.to ? " AND at < ?" : "";
    sql += words.empty() ? " ORDER BY sequence DESC LIMIT ?"
                         : " ORDER BY ledger_lookup.rowid DESC LIMIT ?";

    Query query = database.query_once(sql);
    if (!words.empty()) {
        query.bind(words);
    }
    query.bind(range->first).bind(range->end);
    if (filter.allow) {
        query.bind(int{*filter.allow});
    }
    if (filter.from) {
        query.bind(*filter.from);
    }
    if (filter.to) {
        query.bind(*filter.to);
    }
    query.bind(limit);
    return all(query, record_of);
}

Result<std::optional<SealedRecord>> SqliteReader::ledger_find(DecisionId id) {
    const Result<ReaderPool::Lease> database = pool_.take();
    if (!database) {
        return database.error();
    }
    Query query = (*database)->query("SELECT " CHARTER_LEDGER_COLUMNS " FROM ledger WHERE id = ?");
    query.bind(id.bytes);
    return first(query, record_of);
}

Result<std::vector<SealedRecord>> SqliteReader::ledger_after(std::uint64_t after,
                                                             std::size_t limit) {
    const Result<ReaderPool::Lease> database = pool_.take();
    if (!database) {
        return database.error();
    }
    Query query = (*database)->query("SELECT " CHARTER_LEDGER_COLUMNS
                                     " FROM ledger WHERE sequence > ? ORDER BY sequence LIMIT ?");
    query.bind(after).bind(limit);
    return all(query, record_of);
}

Result<LedgerHead> SqliteReader::ledger_head() {
    const Result<ReaderPool::Lease> database = pool_.take();
    if (!database) {
        return database.error();
    }
    Query query = (*database)->query("SELECT sequence, hash FROM ledger_head");
    LedgerHead head;
    if (query.step()) {
        head = {query.number(0), query.bytes<32>(1)};
    }
    if (const Result<> done = query.finish(); !done) {
        return done.error();
    }
    return head;
}

}  // namespace charter::sqlite
