-- What the watch and the deletion of conversations have to remember between two runs. Instants are microseconds
-- since 1970-01-01 UTC. No text of a conversation is in any column.

-- Small choices of the person: where to send word, how often to look. ``value`` is JSON.
CREATE TABLE watch_settings (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

-- Where an account's control may be looked at without the person: a page and a browser profile that is signed in.
CREATE TABLE watch_places (
    account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    control_id TEXT NOT NULL,
    url        TEXT NOT NULL,
    profile    TEXT NOT NULL,
    PRIMARY KEY (account_id, control_id)
) WITHOUT ROWID;

-- What was last seen of something else than a control: a local setting's verdict, a tool's version, an account's
-- facts, the terms of a pack. ``known`` is what it was then, ``at`` when it was last seen so.
CREATE TABLE watch_seen (
    kind  TEXT NOT NULL,
    name  TEXT NOT NULL,
    known TEXT NOT NULL,
    at    INTEGER NOT NULL,
    PRIMARY KEY (kind, name)
) WITHOUT ROWID;

-- Something that may have set a control anew. ``control_id`` NULL: all of the provider. ``account_id`` NULL: all.
CREATE TABLE watch_changes (
    id          INTEGER PRIMARY KEY,
    provider_id TEXT NOT NULL,
    control_id  TEXT,
    account_id  TEXT,
    earliest    INTEGER NOT NULL,
    latest      INTEGER NOT NULL,
    what        TEXT NOT NULL,
    UNIQUE (provider_id, control_id, account_id, earliest, latest, what)
);

-- Drifts that were told, so that each is told once. ``name`` says which, by the evidence on both sides of it.
CREATE TABLE watch_told (
    name   TEXT PRIMARY KEY,
    at     INTEGER NOT NULL,
    record TEXT
) WITHOUT ROWID;

-- Days on which a person has to look at something: a back-end date, an account that should be gone.
CREATE TABLE reminders (
    name    TEXT PRIMARY KEY,
    due     INTEGER NOT NULL,
    text    TEXT NOT NULL,
    command TEXT NOT NULL,
    done_at INTEGER
) WITHOUT ROWID;

-- A chosen set of conversations to be deleted. It never grows.
CREATE TABLE purges (
    id         INTEGER PRIMARY KEY,
    account_id TEXT NOT NULL,
    begun      INTEGER NOT NULL,
    mode       TEXT NOT NULL,
    url        TEXT
);

-- ``state``: chosen, intended (the act may have happened), requested (still shown), deleted, skipped.
-- The order of ``place`` is that of the plan.
CREATE TABLE purge_items (
    purge           INTEGER NOT NULL REFERENCES purges (id) ON DELETE CASCADE,
    place           INTEGER NOT NULL,
    conversation    TEXT NOT NULL,
    source_id       TEXT NOT NULL,
    state           TEXT NOT NULL,
    earliest        INTEGER,
    latest          INTEGER,
    known           TEXT,
    record          TEXT,
    kept_until      INTEGER,
    absent_from     TEXT,
    absent_at       INTEGER,
    PRIMARY KEY (purge, place)
);

CREATE INDEX purge_items_source ON purge_items (source_id);

-- Steps of a checklist that the person says are done.
CREATE TABLE checklist_steps (
    list    TEXT NOT NULL,
    step    TEXT NOT NULL,
    done_at INTEGER NOT NULL,
    record  TEXT,
    PRIMARY KEY (list, step)
) WITHOUT ROWID;
