-- Secrets and personal data found in sources: kinds and places, never values. ``provider`` and
-- ``conversation`` (the source's own id) are NULL where nothing tells which it is. ``fingerprint`` tells one secret from another under the
-- key of this state.

CREATE TABLE findings (
    source       TEXT NOT NULL,
    place        TEXT NOT NULL,
    near         INTEGER NOT NULL,
    kind         TEXT NOT NULL,
    issuer       TEXT NOT NULL,
    assurance    TEXT NOT NULL,
    fingerprint  TEXT NOT NULL,
    provider     TEXT,
    conversation TEXT,
    message      INTEGER,
    found_at     INTEGER NOT NULL
);

CREATE INDEX findings_source ON findings (source);
