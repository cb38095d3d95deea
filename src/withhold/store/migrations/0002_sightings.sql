-- In which sources a conversation was seen: whether one is missing from a newer export can be answered.

CREATE TABLE sightings (
    conversation INTEGER NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    source       INTEGER NOT NULL REFERENCES sources (id) ON DELETE CASCADE,
    PRIMARY KEY (conversation, source)
) WITHOUT ROWID;

CREATE INDEX sightings_source ON sightings (source);

INSERT INTO sightings (conversation, source) SELECT id, source FROM conversations;

-- Kinds of conversation of which the source claims to hold all; a JSON list. Older imports claim nothing.
ALTER TABLE sources ADD COLUMN covers TEXT NOT NULL DEFAULT '[]';

-- What one conversation said was sent again later as the beginning of another one (a fork or resume).
CREATE TABLE sent_again (
    provider_id TEXT NOT NULL,
    source_id   TEXT NOT NULL,
    by_id       TEXT NOT NULL,
    earliest    INTEGER NOT NULL,
    latest      INTEGER NOT NULL,
    PRIMARY KEY (provider_id, source_id, by_id, earliest, latest)
) WITHOUT ROWID;
