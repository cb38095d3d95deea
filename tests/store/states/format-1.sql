-- A state as format 1 wrote it, by hand. Never change it: it stands for the states that people have.
PRAGMA user_version = 1;
CREATE TABLE meta (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
INSERT INTO meta VALUES ('written_by', '0.0.7'),
  ('fingerprint_key', x'000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f');
CREATE TABLE accounts (id TEXT PRIMARY KEY, provider_id TEXT NOT NULL, label TEXT NOT NULL, region TEXT);
INSERT INTO accounts VALUES ('anthropic-1', 'anthropic', 'a•••@e•••.org', 'EEA');
CREATE TABLE account_refs (
  account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE, ref TEXT NOT NULL, UNIQUE (account_id, ref));
INSERT INTO account_refs VALUES ('anthropic-1', 'ref-1');
CREATE TABLE plan_periods (
  id TEXT PRIMARY KEY, account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE, tier TEXT NOT NULL,
  begins_earliest INTEGER NOT NULL, begins_latest INTEGER NOT NULL, ends_earliest INTEGER, ends_latest INTEGER,
  known TEXT NOT NULL);
INSERT INTO plan_periods VALUES ('plan-1', 'anthropic-1', 'Pro', 1735689600000000, 1735689600000000, NULL, NULL, 'attested');
CREATE TABLE acceptances (
  id TEXT PRIMARY KEY, account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  earliest INTEGER NOT NULL, latest INTEGER NOT NULL, known TEXT NOT NULL);
CREATE TABLE setting_evidence (
  id TEXT PRIMARY KEY, account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  control_id TEXT NOT NULL, begins INTEGER NOT NULL, ends INTEGER NOT NULL, setting TEXT NOT NULL,
  known TEXT NOT NULL, record TEXT);
INSERT INTO setting_evidence VALUES
  ('look-1', 'anthropic-1', 'training', 1760000000000000, 1760000000000000, 'private', 'observed', 'ab12');
CREATE TABLE sources (
  id INTEGER PRIMARY KEY, label TEXT NOT NULL, sha256 TEXT NOT NULL, format TEXT NOT NULL,
  imported_at INTEGER NOT NULL, exported_earliest INTEGER, exported_latest INTEGER, account_ref TEXT,
  counts BLOB NOT NULL, unrecognised BLOB NOT NULL, warnings BLOB NOT NULL, UNIQUE (sha256, format));
INSERT INTO sources VALUES
  (3, '/home/me/old.zip', 'aa', 'claude-ai', 1760000000000000, 1759000000000000, 1759000000000000, 'ref-1',
   '{"conversations":1,"human":1,"model":1,"feedback":0,"shared":0}',
   '[{"place":"conversations.json[7]","reason":"not an object"}]', '[]');
CREATE TABLE conversations (
  id INTEGER PRIMARY KEY, short_id TEXT NOT NULL UNIQUE, provider_id TEXT NOT NULL, source_id TEXT NOT NULL,
  account_ref TEXT, kind TEXT NOT NULL, project TEXT, title TEXT, incognito INTEGER, shared INTEGER,
  feedback BLOB NOT NULL, feedback_visible INTEGER NOT NULL, messages BLOB NOT NULL,
  source INTEGER NOT NULL REFERENCES sources (id));
CREATE UNIQUE INDEX conversations_key ON conversations (source_id, provider_id, ifnull(account_ref, ''));
CREATE INDEX conversations_account ON conversations (account_ref);
-- two messages: [key of 12 bytes, author, earliest, latest, size] each
INSERT INTO conversations VALUES
  (5, '0123456789ab', 'anthropic', 'chat-1', 'ref-1', 'chat', NULL, NULL, NULL, 0, x'90', 0,
   x'9295c40c000000000000000000000001a168cf0006400d8cb9c000cf0006400d8cb9c0002a95c40c000000000000000000000002a16dcf0006400d904d4700cf0006400d904d4700ccff',
   3);
CREATE TABLE deletions (
  id INTEGER PRIMARY KEY, conversation INTEGER NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
  earliest INTEGER NOT NULL, latest INTEGER NOT NULL, known TEXT NOT NULL, record TEXT);
CREATE UNIQUE INDEX deletions_key ON deletions (conversation, earliest, latest, known, ifnull(record, ''));
INSERT INTO deletions VALUES (1, 5, 1760000000000000, 1760000000000000, 'observed', 'cd34');
