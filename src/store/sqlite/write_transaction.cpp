#include "store/sqlite/write_transaction.hpp"

#include "charter/base/limits.hpp"
#include "store/sqlite/ledger_lookup.hpp"

#include <unordered_set>

namespace charter::sqlite {
namespace {

/// Keeps the current row, if there is one, among the revisions.
Result<> copy_to_revisions(Database& database, ResourceId id, bool removed) {
    Query copy = database.query(
        "INSERT INTO resource_revision (id, revision, kind, parent, name, created_at, updated_at,"
        " updated_by, document, state, removed)"
        " SELECT id, revision, kind, parent, name, created_at, updated_at, updated_by, document,"
        " state, ? FROM resource WHERE id = ?");
    copy.bind(int{removed}).bind(id).step();
    return copy.finish();
}

Result<> remove(Database& database, ResourceId id, bool with_last_revision) {
    if (Result<> kept = copy_to_revisions(database, id, with_last_revision); !kept) {
        return kept;
    }
    Query remove = database.query("DELETE FROM resource WHERE id = ?");
    remove.bind(id).step();
    return remove.finish();
}

Result<> put(Database& database, const Resource& resource) {
    if (Result<> kept = copy_to_revisions(database, resource.id, false); !kept) {
        return kept;
    }
    {
        Query update = database.query(
            "UPDATE resource SET parent = ?, name = ?, revision = ?, created_at = ?,"
            " updated_at = ?, updated_by = ?, document = ?, state = ? WHERE id = ? AND kind = ?");
        update.bind(resource.parent).bind(resource.name).bind(resource.revision);
        update.bind(resource.created_at).bind(resource.updated_at).bind(resource.updated_by);
        update.bind(resource.document).bind(resource.state).bind(resource.id).bind(resource.kind);
        update.step();
        if (Result<> updated = update.finish(); !updated || database.changes() == 1) {
            return updated;
        }
    }
    Query insert = database.query(
        "INSERT INTO resource (id, kind, parent, name, revision, created_at, updated_at,"
        " updated_by, document, state) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    insert.bind(resource.id).bind(resource.kind).bind(resource.parent).bind(resource.name);
    insert.bind(resource.revision).bind(resource.created_at).bind(resource.updated_at);
    insert.bind(resource.updated_by).bind(resource.document).bind(resource.state).step();
    return insert.finish();
}

/// A revision of what the same transaction removes; it never becomes current.
Result<> put_revision(Database& database, const Resource& resource) {
    Query insert = database.query(
        "INSERT INTO resource_revision (id, revision, kind, parent, name, created_at, updated_at,"
        " updated_by, document, state, removed) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)");
    insert.bind(resource.id).bind(resource.revision).bind(resource.kind).bind(resource.parent);
    insert.bind(resource.name).bind(resource.created_at).bind(resource.updated_at);
    insert.bind(resource.updated_by).bind(resource.document).bind(resource.state).step();
    return insert.finish();
}

Result<> mark_last_revision(Database& database, ResourceId id) {
    Query mark = database.query(
        "UPDATE resource_revision SET removed = 1 WHERE id = ?1 AND revision ="
        " (SELECT max(revision) FROM resource_revision WHERE id = ?1)");
    mark.bind(id).step();
    return mark.finish();
}

Result<> write_resources(Database& database, const Transaction& transaction) {
    const std::unordered_set<ResourceId> removed(transaction.removals.begin(),
                                                 transaction.removals.end());
    std::unordered_set<ResourceId> put_and_removed;
    if (!removed.empty()) {
        for (const Resource& resource : transaction.puts) {
            if (removed.contains(resource.id)) {
                put_and_removed.insert(resource.id);
            }
        }
    }
    // Removals first, so that their names are free; the mark of the end goes to the last revision,
    // which may be among the puts.
    for (const ResourceId id : removed) {
        if (Result<> done = remove(database, id, !put_and_removed.contains(id)); !done) {
            return done;
        }
    }
    for (const Resource& resource : transaction.puts) {
        Result<> done = removed.contains(resource.id) ? put_revision(database, resource)
                                                      : put(database, resource);
        if (!done) {
            return done;
        }
    }
    for (const ResourceId id : put_and_removed) {
        if (Result<> done = mark_last_revision(database, id); !done) {
            return done;
        }
    }
    return {};
}

Result<> write_journal(Database& database, const JournalEntry& entry) {
    Query insert = database.query(
        "INSERT INTO journal (sequence, at, by, kind, id, domain, name, change)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
    insert.bind(entry.sequence).bind(entry.at).bind(entry.by).bind(entry.kind).bind(entry.id);
    insert.bind(entry.domain).bind(entry.name).bind(entry.change).step();
    return insert.finish();
}

Result<> write_record(Database& database, const SealedRecord& sealed) {
    const LedgerRecord& record = sealed.record;
    {
        Query insert = database.query(
            "INSERT INTO ledger (sequence, id, at, principal, resource, allow, body, hash)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
        insert.bind(sealed.sequence).bind(record.id.bytes).bind(record.at).bind(record.principal);
        insert.bind(record.resource).bind(int{record.allow}).bind(record.body).bind(sealed.hash);
        insert.step();
        if (Result<> inserted = insert.finish(); !inserted) {
            return inserted;
        }
    }
    std::string words = record.allow ? std::string() : std::string(word_of_denials);
    words += ' ' + word_of_principal(record.principal) + ' ' + word_of_resource(record.resource);
    if (record.on_behalf_of) {
        words += ' ' + word_of_principal(record.on_behalf_of);
    }
    Query add = database.query("INSERT INTO ledger_lookup (rowid, words) VALUES (?, ?)");
    add.bind(sealed.sequence).bind(words).step();
    return add.finish();
}

/// The head moves only from where these records begin, so a gap or a fork is refused.
Result<> move_head(Database& database, const std::vector<SealedRecord>& records) {
    if (records.empty()) {
        return {};
    }
    Query update =
        database.query("UPDATE ledger_head SET sequence = ?, hash = ? WHERE sequence = ?");
    update.bind(records.back().sequence).bind(records.back().hash);
    update.bind(records.front().sequence - 1).step();
    if (Result<> updated = update.finish(); !updated) {
        return updated;
    }
    if (database.changes() != 1 ||
        records.back().sequence - records.front().sequence != records.size() - 1) {
        return Error(ErrorCode::internal, "internal error",
                     "ledger records do not continue the stored head");
    }
    return {};
}

Result<> write_evidence(Database& database, const Evidence& evidence) {
    Query insert = database.query("INSERT OR IGNORE INTO evidence (hash, content) VALUES (?, ?)");
    insert.bind(evidence.hash).bind(evidence.content).step();
    return insert.finish();
}

/// The first answer stays, until it is so old that the key is free again.
Result<> write_answer(Database& database, const KeptAnswer& answer) {
    Query insert = database.query(
        "INSERT INTO answer (principal, key, request, at, status, etag, location, body)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (principal, key) DO UPDATE SET request = excluded.request,"
        " at = excluded.at, status = excluded.status, etag = excluded.etag,"
        " location = excluded.location, body = excluded.body WHERE answer.at <= ?");
    insert.bind(answer.principal).bind(answer.key).bind(answer.request).bind(answer.at);
    insert.bind(answer.status).bind(answer.etag).bind(answer.location).bind(answer.body);
    insert.bind(UtcTime(answer.at - limits::idempotency_kept)).step();
    return insert.finish();
}

/// Takes the words of `id` out of the index. It holds no text of its own, so it
/// must see the document again.
Result<> forget_words(Database& database, ResourceId id) {
    Query forget = database.query(
        "INSERT INTO search_index (search_index, rowid, name, title, description, columns,"
        " tags, owners) SELECT 'delete', document, name, title, description, columns, tags,"
        " owners FROM search_document WHERE id = ?");
    forget.bind(id).step();
    return forget.finish();
}

Result<> unindex(Database& database, const ResourceId& id) {
    if (Result<> forgotten = forget_words(database, id); !forgotten) {
        return forgotten;
    }
    Query remove = database.query("DELETE FROM search_document WHERE id = ?");
    remove.bind(id).step();
    return remove.finish();
}

/// A document keeps its number, so that replacing many in order keeps the index in order too.
Result<> index(Database& database, const SearchDocument& document) {
    if (Result<> forgotten = forget_words(database, document.id); !forgotten) {
        return forgotten;
    }
    {
        Query upsert = database.query(
            "INSERT INTO search_document (id, name, title, description, columns, tags, owners)"
            " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET name = excluded.name,"
            " title = excluded.title, description = excluded.description,"
            " columns = excluded.columns, tags = excluded.tags, owners = excluded.owners");
        upsert.bind(document.id).bind(document.name).bind(document.title);
        upsert.bind(document.description).bind(document.columns).bind(document.tags);
        upsert.bind(document.owners).step();
        if (Result<> written = upsert.finish(); !written) {
            return written;
        }
    }
    Query add = database.query(
        "INSERT INTO search_index (rowid, name, title, description, columns, tags, owners)"
        " SELECT document, name, title, description, columns, tags, owners FROM search_document"
        " WHERE id = ?");
    add.bind(document.id).step();
    return add.finish();
}

template <class Row>
Result<> write_each(Database& database, const std::vector<Row>& rows,
                    Result<> (*write_row)(Database&, const Row&)) {
    for (const Row& row : rows) {
        if (Result<> done = write_row(database, row); !done) {
            return done;
        }
    }
    return {};
}

}  // namespace

Result<> write(Database& database, const Transaction& transaction) {
    Result<> done = write_resources(database, transaction);
    if (done) {
        done = write_each(database, transaction.journal, write_journal);
    }
    if (done) {
        done = write_each(database, transaction.ledger, write_record);
    }
    if (done) {
        done = move_head(database, transaction.ledger);
    }
    if (done) {
        done = write_each(database, transaction.evidence, write_evidence);
    }
    if (done) {
        done = write_each(database, transaction.indexed, index);
    }
    if (done) {
        done = write_each(database, transaction.unindexed, unindex);
    }
    if (done) {
        done = write_each(database, transaction.answers, write_answer);
    }
    return done;
}

}  // namespace charter::sqlite
