"""What the watch remembers between two runs: choices, what was last seen, what was told, reminders."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from withhold.model.columns import instant, micros
from withhold.model.when import When
from withhold.store.codec import bounds, when
from withhold.store.sqlite import Database


@dataclass(frozen=True, slots=True)
class WatchPlace:
    """Where a control of an account can be looked at: an address, and a profile that is signed in there."""

    account_id: str
    control_id: str
    url: str
    profile: str


@dataclass(frozen=True, slots=True)
class LastSeen:
    """What something was when it was last seen, at ``at`` (UTC)."""

    known: str
    at: datetime


@dataclass(frozen=True, slots=True)
class MayHaveChanged:
    """Something that may have set controls anew; ``None`` names all controls, or all accounts."""

    provider_id: str
    control_id: str | None
    account_id: str | None
    when: When
    what: str


@dataclass(frozen=True, slots=True)
class Reminder:
    """A day on which the person has to look at something. ``name`` is unique; ``command`` leads on."""

    name: str
    due: datetime
    text: str
    command: str
    done_at: datetime | None = None


class Watching:
    """The tables of the watch. For one thread; writes count at once unless within a transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def setting(self, name: str) -> str | None:
        """A choice of the person as it was put (JSON); ``None`` where they made none."""
        row = self._database.first("SELECT value FROM watch_settings WHERE name = ?", name)
        return None if row is None else str(row[0])

    def put_setting(self, name: str, value: str | None) -> None:
        """Keep a choice; ``None`` takes it back."""
        if value is None:
            self._database.run("DELETE FROM watch_settings WHERE name = ?", name)
        else:
            self._database.run("INSERT OR REPLACE INTO watch_settings VALUES (?, ?)", name, value)

    def places(self) -> tuple[WatchPlace, ...]:
        """All places, by account and control."""
        rows = self._database.rows(
            "SELECT account_id, control_id, url, profile FROM watch_places ORDER BY account_id, control_id"
        )
        return tuple(WatchPlace(*row) for row in rows)

    def put_place(self, place: WatchPlace) -> None:
        self._database.run(
            "INSERT OR REPLACE INTO watch_places VALUES (?, ?, ?, ?)",
            place.account_id,
            place.control_id,
            place.url,
            place.profile,
        )

    def drop_places(self, account_id: str) -> None:
        self._database.run("DELETE FROM watch_places WHERE account_id = ?", account_id)

    def seen(self, kind: str) -> Mapping[str, LastSeen]:
        """What was last seen of a kind of things, by name."""
        rows = self._database.rows("SELECT name, known, at FROM watch_seen WHERE kind = ?", kind)
        return {name: LastSeen(known, instant(at)) for name, known, at in rows}

    def put_seen(self, kind: str, known: Mapping[str, str], at: datetime) -> None:
        """These things were ``known`` so at ``at``; what is not named stays as it was."""
        with self._database.transaction():
            for name, value in known.items():
                self._database.run(
                    "INSERT OR REPLACE INTO watch_seen VALUES (?, ?, ?, ?)", kind, name, value, micros(at)
                )

    def changes(self, provider_id: str) -> tuple[MayHaveChanged, ...]:
        """What may have set controls of a provider anew, oldest first."""
        rows = self._database.rows(
            "SELECT provider_id, control_id, account_id, earliest, latest, what FROM watch_changes"
            " WHERE provider_id = ? ORDER BY earliest, id",
            provider_id,
        )
        return tuple(MayHaveChanged(p, c, a, when(e, lt), what) for p, c, a, e, lt, what in rows)

    def add_change(self, change: MayHaveChanged) -> None:
        """Put down a change; the same again changes nothing."""
        values = (change.provider_id, change.control_id, change.account_id, *bounds(change.when), change.what)
        found = self._database.first(
            "SELECT 1 FROM watch_changes WHERE provider_id = ? AND control_id IS ? AND account_id IS ?"
            " AND earliest = ? AND latest = ? AND what = ?",
            *values,
        )
        if found is None:
            self._database.run(
                "INSERT INTO watch_changes (provider_id, control_id, account_id, earliest, latest, what)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                *values,
            )

    def told(self) -> frozenset[str]:
        """Names of everything that was told."""
        return frozenset(name for (name,) in self._database.rows("SELECT name FROM watch_told"))

    def put_told(self, names: Iterable[str], at: datetime, record: str | None) -> None:
        for name in names:
            self._database.run("INSERT OR IGNORE INTO watch_told VALUES (?, ?, ?)", name, micros(at), record)

    def reminders(self) -> tuple[Reminder, ...]:
        """Reminders that are not done, soonest first."""
        rows = self._database.rows(
            "SELECT name, due, text, command FROM reminders WHERE done_at IS NULL ORDER BY due, name"
        )
        return tuple(Reminder(name, instant(due), text, command) for name, due, text, command in rows)

    def remind(self, reminder: Reminder) -> None:
        """Put down a reminder; one of the same name takes the newer day and is open again."""
        self._database.run(
            "INSERT OR REPLACE INTO reminders VALUES (?, ?, ?, ?, NULL)",
            reminder.name,
            micros(reminder.due),
            reminder.text,
            reminder.command,
        )

    def settle_reminder(self, name: str, at: datetime) -> None:
        self._database.run("UPDATE reminders SET done_at = ? WHERE name = ?", micros(at), name)

    def steps(self, checklist: str) -> Mapping[str, datetime]:
        """Steps of a checklist that were said to be done, and when that was said."""
        rows = self._database.rows("SELECT step, done_at FROM checklist_steps WHERE list = ?", checklist)
        return {step: instant(at) for step, at in rows}

    def put_step(self, checklist: str, step: str, at: datetime, record: str | None) -> None:
        self._database.run(
            "INSERT OR REPLACE INTO checklist_steps VALUES (?, ?, ?, ?)", checklist, step, micros(at), record
        )
