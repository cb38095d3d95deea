"""Taking out of the database what is known of one account."""

from collections.abc import Iterable

from withhold.store.sqlite import Database

NAMED = (("reminders", "name"), ("watch_seen", "name"), ("watch_told", "name"), ("checklist_steps", "list"))
"""Rows that name an account within a text."""

BY_ACCOUNT = ("purges", "letters", "watch_changes")


def forget(
    database: Database, account_id: str, refs: Iterable[str], conversations: Iterable[tuple[int, str, str]]
) -> None:
    """All of it or nothing. ``conversations`` are key, provider and the provider's id of each."""
    with database.transaction():
        for key, provider, source_id in conversations:
            database.run("DELETE FROM deletions WHERE key = ?", key)
            database.run(
                "DELETE FROM sent_again WHERE provider_id = ? AND source_id = ?", provider, source_id
            )
            database.run("DELETE FROM findings WHERE provider = ? AND conversation = ?", provider, source_id)
        for ref in refs:
            database.run("DELETE FROM sources WHERE account_ref = ?", ref)
        for name in _reminded(database, account_id):
            database.run("DELETE FROM reminders WHERE name = ?", name)
            for table in ("watch_told", "watch_seen"):
                database.run(f"DELETE FROM {table} WHERE instr(name, ?)", f"reminder:{name}:")  # noqa: S608 - our words
        for table in BY_ACCOUNT:
            database.run(f"DELETE FROM {table} WHERE account_id = ?", account_id)  # noqa: S608 - our words
        for table, column in NAMED:
            database.run(f"DELETE FROM {table} WHERE instr({column}, ?)", account_id)  # noqa: S608 - our words
        database.run("DELETE FROM accounts WHERE id = ?", account_id)


def _reminded(database: Database, account_id: str) -> list[str]:
    """Names of reminders of the account's letters and deletions, which hold the id of those alone."""
    letters = database.rows("SELECT id FROM letters WHERE account_id = ?", account_id)
    purges = database.rows("SELECT id FROM purges WHERE account_id = ?", account_id)
    return [*(f"letter-{one}" for (one,) in letters), *(f"purge-{one}" for (one,) in purges)]


def shred(database: Database) -> None:
    """Write the file anew, so that no page in it holds what was deleted."""
    database.run("PRAGMA wal_checkpoint(TRUNCATE)")
    database.run("VACUUM")
    database.run("PRAGMA wal_checkpoint(TRUNCATE)")
