#include "store/sqlite/sqlite_reader.hpp"

#include "store/sqlite/rows.hpp"

namespace charter::sqlite {
namespace {

#define CHARTER_RESOURCE_COLUMNS \
    "kind, id, parent, name, revision, created_at, updated_at, updated_by, document, state"

Resource resource_of(const Query& query) {
    Resource resource;
    resource.kind = query.kind(0);
    resource.id = query.id(1);
    resource.parent = query.id(2);
    resource.name = query.text(3);
    resource.revision = query.number(4);
    resource.created_at = query.time(5);
    resource.updated_at = query.time(6);
    resource.updated_by = query.text(7);
    resource.document = query.text(8);
    resource.state = query.text(9);
    return resource;
}

JournalEntry entry_of(const Query& query) {
    JournalEntry entry;
    entry.sequence = query.number(0);
    entry.at = query.time(1);
    entry.by = query.text(2);
    entry.kind = query.kind(3);
    entry.id = query.id(4);
    entry.domain = query.id(5);
    entry.name = query.text(6);
    entry.change = query.text(7);
    return entry;
}

}  // namespace

Result<> SqliteReader::read_all(const std::function<void(Resource)>& visit) {
    const Result<ReaderPool::Lease> database = pool_.take();
    if (!database) {
        return database.error();
    }
    Query query = (*database)->query("SELECT " CHARTER_RESOURCE_COLUMNS
                                     " FROM resource ORDER BY kind, creation");
    while (query.step()) {
        visit(resource_of(query));
    }
    return query.finish();
}

Result<> SqliteReader::read_token_uses(const std::function<void(const TokenUse&)>& visit) {
    const Result<ReaderPool::Lease> database = pool_.take();
    if (!database) {
        return database.error();
    }
    Query query = (*database)->query("SELECT id, at FROM token_use");
    while (query.step()) {
        visit(TokenUse{query.id(0), query.time(1)});
    }
    return query.finish();
}

Result<std::optional<Resource>> SqliteReader::find(ResourceId id) {
    const Result<ReaderPool::Lease> database = pool_.take();
    if (!database) {
        return database.error();
    }
    Query query =
        (*database)->query("SELECT " CHARTER_RESOURCE_COLUMNS " FROM resource WHERE id = ?");
    query.bind(id);
    return first(query, resource_of);
}

Result<std::vector<Resource>> SqliteReader::list(Kind kind, ResourceId parent,
                                                 std::string_view after, std::size_t limit) {
    const Result<ReaderPool::Lease> database = pool_.take();
    if (!database) {
        return database.error();
    }
    Query query = (*database)->query("SELECT " CHARTER_RESOURCE_COLUMNS
                                     " FROM resource WHERE kind = ? AND parent = ? AND name > ?"
                                     " ORDER BY name LIMIT ?");
    query.bind(kind).bind(parent).bind(after).bind(limit);
    return all(query, resource_of);
}

Result<std::optional<Resource>> SqliteReader::find_revision(ResourceId id, std::uint64_t revision) {
    const Result<ReaderPool::Lease> database = pool_.take();
    if (!database) {
        return database.error();
    }
    Query query = (*database)->query("SELECT " CHARTER_RESOURCE_COLUMNS
                                     " FROM resource WHERE id = ?1 AND revision = ?2"
                                     " UNION ALL SELECT " CHARTER_RESOURCE_COLUMNS
                                     " FROM resource_revision WHERE id = ?1 AND revision = ?2");
    query.bind(id).bind(revision);
    return first(query, resource_of);
}

Result<std::vector<JournalEntry>> SqliteReader::changes(std::uint64_t after, std::size_t limit) {
    const Result<ReaderPool::Lease> database = pool_.take();
    if (!database) {
        return database.error();
    }
    Query query = (*database)->query(
        "SELECT sequence, at, by, kind, id, domain, name, change FROM journal"
        " WHERE sequence > ? ORDER BY sequence LIMIT ?");
    query.bind(after).bind(limit);
    return all(query, entry_of);
}

Result<std::uint64_t> SqliteReader::journal_end() {
    const Result<ReaderPool::Lease> database = pool_.take();
    if (!database) {
        return database.error();
    }
    Query query = (*database)->query("SELECT coalesce(max(sequence), 0) FROM journal");
    const std::uint64_t end = query.step() ? query.number(0) : 0;
    if (const Result<> done = query.finish(); !done) {
        return done.error();
    }
    return end;
}

Result<std::optional<std::string>> SqliteReader::evidence(const Digest& hash) {
    const Result<ReaderPool::Lease> database = pool_.take();
    if (!database) {
        return database.error();
    }
    Query query = (*database)->query("SELECT content FROM evidence WHERE hash = ?");
    query.bind(hash);
    return first<std::string>(query, [](const Query& row) { return row.text(0); });
}

Result<std::optional<KeptAnswer>> SqliteReader::answer(std::string_view principal,
                                                       std::string_view key) {
    const Result<ReaderPool::Lease> database = pool_.take();
    if (!database) {
        return database.error();
    }
    Query query = (*database)->query(
        "SELECT principal, key, request, at, status, etag, location, body FROM answer"
        " WHERE principal = ? AND key = ?");
    query.bind(principal).bind(key);
    return first<KeptAnswer>(query, [](const Query& row) {
        KeptAnswer answer;
        answer.principal = row.text(0);
        answer.key = row.text(1);
        answer.request = row.bytes<32>(2);
        answer.at = row.time(3);
        answer.status = static_cast<int>(row.integer(4));
        answer.etag = row.text(5);
        answer.location = row.text(6);
        answer.body = row.text(7);
        return answer;
    });
}

}  // namespace charter::sqlite
