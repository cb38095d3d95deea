-- Pages with terms as they were last seen, changes of them that matter, and letters to providers. Instants are
-- microseconds since 1970-01-01 UTC, days are ISO dates. No text of a page or letter is in any column: evidence holds it.

CREATE TABLE terms_pages (
    url           TEXT PRIMARY KEY,
    provider_id   TEXT NOT NULL,
    etag          TEXT,
    last_modified TEXT,
    tried_at      INTEGER NOT NULL,
    seen_at       INTEGER,
    outcome       TEXT NOT NULL,
    record        TEXT
);

CREATE TABLE terms_changes (
    id          TEXT PRIMARY KEY,
    provider_id TEXT NOT NULL,
    url         TEXT NOT NULL,
    earliest    INTEGER NOT NULL,
    latest      INTEGER NOT NULL,
    topics      TEXT NOT NULL,
    controls    TEXT NOT NULL,
    products    TEXT NOT NULL,
    entries     TEXT NOT NULL,
    record      TEXT NOT NULL,
    read_at     INTEGER
);

CREATE INDEX terms_changes_provider ON terms_changes (provider_id, latest);

CREATE TABLE letters (
    id          TEXT PRIMARY KEY,
    provider_id TEXT NOT NULL,
    account_id  TEXT,
    kind        TEXT NOT NULL,
    law         TEXT NOT NULL,
    lang        TEXT NOT NULL,
    stage       TEXT NOT NULL,
    about       TEXT REFERENCES letters (id) ON DELETE SET NULL,
    made_at     INTEGER NOT NULL,
    record      TEXT NOT NULL,
    sent_on     TEXT,
    extended_on TEXT,
    answered_on TEXT,
    answer      TEXT
);
