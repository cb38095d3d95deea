-- Instants are microseconds since 1970-01-01 UTC. A pair (earliest, latest) is an instant known to lie between.

CREATE TABLE meta (
    name  TEXT PRIMARY KEY,
    value BLOB NOT NULL
) WITHOUT ROWID;

CREATE TABLE accounts (
    id          TEXT PRIMARY KEY,
    provider_id TEXT NOT NULL,
    label       TEXT NOT NULL,
    region      TEXT
);

-- Names that exports give an account. They stay in the order in which they were learnt.
CREATE TABLE account_refs (
    account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    ref        TEXT NOT NULL,
    UNIQUE (account_id, ref)
);

CREATE TABLE plan_periods (
    id              TEXT PRIMARY KEY,
    account_id      TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    tier            TEXT NOT NULL,
    begins_earliest INTEGER NOT NULL,
    begins_latest   INTEGER NOT NULL,
    ends_earliest   INTEGER,
    ends_latest     INTEGER,
    known           TEXT NOT NULL
);

CREATE TABLE acceptances (
    id         TEXT PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    earliest   INTEGER NOT NULL,
    latest     INTEGER NOT NULL,
    known      TEXT NOT NULL
);

CREATE TABLE setting_evidence (
    id         TEXT PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    control_id TEXT NOT NULL,
    begins     INTEGER NOT NULL,
    ends       INTEGER NOT NULL,
    setting    TEXT NOT NULL,
    known      TEXT NOT NULL,
    record     TEXT
);

CREATE TABLE sources (
    id                INTEGER PRIMARY KEY,
    label             TEXT NOT NULL,
    sha256            TEXT NOT NULL,
    format            TEXT NOT NULL,
    imported_at       INTEGER NOT NULL,
    exported_earliest INTEGER,
    exported_latest   INTEGER,
    account_ref       TEXT,
    counts            BLOB NOT NULL,
    unrecognised      BLOB NOT NULL,
    warnings          BLOB NOT NULL,
    UNIQUE (sha256, format)
);

-- messages and feedback are msgpack (store/codec.py). No text of a message is in any column.
CREATE TABLE conversations (
    id               INTEGER PRIMARY KEY,
    short_id         TEXT NOT NULL UNIQUE,
    provider_id      TEXT NOT NULL,
    source_id        TEXT NOT NULL,
    account_ref      TEXT,
    kind             TEXT NOT NULL,
    project          TEXT,
    title            TEXT,
    incognito        INTEGER,
    shared           INTEGER,
    feedback         BLOB NOT NULL,
    feedback_visible INTEGER NOT NULL,
    messages         BLOB NOT NULL,
    source           INTEGER NOT NULL REFERENCES sources (id)
);

CREATE UNIQUE INDEX conversations_key ON conversations (source_id, provider_id, ifnull(account_ref, ''));
CREATE INDEX conversations_account ON conversations (account_ref);

CREATE TABLE deletions (
    id           INTEGER PRIMARY KEY,
    conversation INTEGER NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    earliest     INTEGER NOT NULL,
    latest       INTEGER NOT NULL,
    known        TEXT NOT NULL,
    record       TEXT
);

CREATE UNIQUE INDEX deletions_key ON deletions (conversation, earliest, latest, known, ifnull(record, ''));
