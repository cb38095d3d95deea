-- Conversations lie in segments, immutable files of the index (index/schema.py). Here stands which of them count.
-- store/moving.py takes the conversations out of this file before their tables are dropped.

CREATE TABLE segments (
    id       INTEGER PRIMARY KEY,
    last_seq INTEGER NOT NULL
);

CREATE TABLE segment_files (
    segment  INTEGER NOT NULL REFERENCES segments (id) ON DELETE CASCADE,
    part     TEXT NOT NULL,
    sha256   TEXT NOT NULL,
    size     INTEGER NOT NULL,
    rows     INTEGER NOT NULL,
    modified INTEGER NOT NULL,
    PRIMARY KEY (segment, part)
) WITHOUT ROWID;

-- Keys whose rows in a segment count no more: 64-bit integers one after the other.
CREATE TABLE superseded (
    segment INTEGER NOT NULL REFERENCES segments (id) ON DELETE CASCADE,
    keys    BLOB NOT NULL
);

-- Files that count no more, and since when; a reader may still hold them.
CREATE TABLE retired_files (
    name TEXT PRIMARY KEY,
    at   INTEGER NOT NULL
) WITHOUT ROWID;

-- Conversations that did not get their first key, since another one had it.
CREATE TABLE bumped_keys (
    home INTEGER NOT NULL,
    key  INTEGER NOT NULL,
    PRIMARY KEY (home, key)
) WITHOUT ROWID;

-- By the key of the conversation: the number whose hexadecimal digits are its id.
CREATE TABLE known_deletions (
    id       INTEGER PRIMARY KEY,
    key      INTEGER NOT NULL,
    earliest INTEGER NOT NULL,
    latest   INTEGER NOT NULL,
    known    TEXT NOT NULL,
    record   TEXT
);

CREATE UNIQUE INDEX known_deletions_key ON known_deletions (key, earliest, latest, known, ifnull(record, ''));
