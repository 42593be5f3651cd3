-- Ids are random 64-bit numbers, stored signed. Times are milliseconds since 1970 in UTC.
-- Hashes are SHA-256. The writer is the only one who writes; it checks what refers to what.

-- The current state. `creation` numbers resources in the order they were made, which is the order
-- a World is folded in; as the row's key it also lets new documents go to the end of the table,
-- where random ids would scatter them.
CREATE TABLE resource (
    creation   INTEGER PRIMARY KEY,
    id         INTEGER NOT NULL UNIQUE,
    kind       INTEGER NOT NULL,
    parent     INTEGER NOT NULL,  -- 0: the mesh
    name       TEXT NOT NULL,
    revision   INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    updated_by TEXT NOT NULL,
    document   TEXT NOT NULL,
    state      TEXT NOT NULL,
    UNIQUE (kind, parent, name)
) STRICT;
CREATE INDEX resource_kind ON resource (kind);

-- Every earlier revision, and the last one of what was removed.
CREATE TABLE resource_revision (
    id         INTEGER NOT NULL,
    revision   INTEGER NOT NULL,
    kind       INTEGER NOT NULL,
    parent     INTEGER NOT NULL,
    name       TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    updated_by TEXT NOT NULL,
    document   TEXT NOT NULL,
    state      TEXT NOT NULL,
    removed    INTEGER NOT NULL,  -- 1: the resource ended with this revision
    UNIQUE (id, revision)
) STRICT;

CREATE TABLE journal (
    sequence INTEGER PRIMARY KEY,
    at       INTEGER NOT NULL,
    by       TEXT NOT NULL,
    kind     INTEGER NOT NULL,
    id       INTEGER NOT NULL,
    domain   INTEGER NOT NULL,
    name     TEXT NOT NULL,
    change   TEXT NOT NULL
) STRICT;

CREATE TABLE ledger (
    sequence  INTEGER PRIMARY KEY,
    id        BLOB NOT NULL UNIQUE,
    at        INTEGER NOT NULL,
    principal INTEGER NOT NULL,
    resource  INTEGER NOT NULL,
    allow     INTEGER NOT NULL,
    body      TEXT NOT NULL,
    hash      BLOB NOT NULL
) STRICT;

-- Which records name a principal or a resource, or deny: words "p<id>", "r<id>", "denied".
-- An index of FTS5 is written as sorted runs that are merged now and then. Two B-tree indexes on
-- random ids dirty two pages for every record. Measured with 64 records a commit, 1,000 principals
-- and 20,000 resources: 6.5 us and 1.4 KB written per record without a lookup, 10 us and 2.1 KB
-- with this one, 23 us and 10.8 KB with two B-tree indexes.
CREATE VIRTUAL TABLE ledger_lookup USING fts5 (
    words, content = '', detail = none, columnsize = 0, tokenize = 'ascii'
);

-- The last record, written in each commit that has ledger records: records cut off
-- the end are noticed by it.
CREATE TABLE ledger_head (
    only     INTEGER PRIMARY KEY CHECK (only = 1),
    sequence INTEGER NOT NULL,
    hash     BLOB NOT NULL,
    failed_commits INTEGER NOT NULL  -- counted when the disk failed, see sqlite_writer.cpp
) STRICT;
INSERT INTO ledger_head VALUES (1, 0, zeroblob(32), 0);

CREATE TABLE evidence (
    hash    BLOB PRIMARY KEY,
    content TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- First answers to requests with an Idempotency-Key.
CREATE TABLE answer (
    principal TEXT NOT NULL,
    key       TEXT NOT NULL,
    request   BLOB NOT NULL,
    at        INTEGER NOT NULL,
    status    INTEGER NOT NULL,
    etag      TEXT NOT NULL,
    location  TEXT NOT NULL,
    body      TEXT NOT NULL,
    PRIMARY KEY (principal, key)
) STRICT;
CREATE INDEX answer_at ON answer (at);

-- What search knows of products, and its index. `document` counts up, because FTS5 writes a
-- new segment for every row that comes before the last one, as random ids would.
CREATE TABLE search_document (
    document    INTEGER PRIMARY KEY,
    id          INTEGER NOT NULL UNIQUE,
    name        TEXT NOT NULL,
    title       TEXT NOT NULL,
    description TEXT NOT NULL,
    columns     TEXT NOT NULL,
    tags        TEXT NOT NULL,
    owners      TEXT NOT NULL
) STRICT;
CREATE INDEX search_document_name ON search_document (name, id);

CREATE VIRTUAL TABLE search_index USING fts5 (
    name, title, description, columns, tags, owners,
    content = 'search_document', content_rowid = 'document',
    tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3'
);
