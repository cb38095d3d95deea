"""Letters to providers and what became of them. Their texts lie in the evidence."""

from dataclasses import replace
from datetime import date

from withhold.model.columns import instant, micros
from withhold.model.letter import Letter
from withhold.store.sqlite import Database, Row
from withhold.support.errors import UsageProblem

_COLUMNS = (
    "id, provider_id, account_id, kind, law, lang, stage, made_at, record, about, sent_on, extended_on,"
    " answered_on, answer"
)


class Letters:
    """For one thread."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> tuple[Letter, ...]:
        """Every letter, oldest first."""
        rows = self._database.rows(f"SELECT {_COLUMNS} FROM letters ORDER BY made_at, id")  # noqa: S608 - our words
        return tuple(_letter(row) for row in rows)

    def get(self, prefix: str) -> Letter:
        """The letter whose id begins with ``prefix``; ``UsageProblem`` unless there is exactly one."""
        found = [letter for letter in self.all() if prefix and letter.id.startswith(prefix)]
        if len(found) != 1:
            raise UsageProblem(
                f"{len(found) or 'no'} letters have an id that begins with '{prefix}'",
                next_step="see 'withhold letter list' for the ids",
            )
        return found[0]

    def put(self, letter: Letter) -> None:
        """Make the letter of this id what is given here. A draft that it replaces goes.

        A draft is a letter that was not sent; one of the same provider, account, kind, law, stage and of the
        same letter before it is the same draft, written anew.
        """
        with self._database.transaction():
            for other in self.all():
                if other.id != letter.id and other.sent_on is None and _same(other, letter):
                    self._database.run("DELETE FROM letters WHERE id = ?", other.id)
            self._database.run(
                f"INSERT INTO letters ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608
                " ON CONFLICT (id) DO UPDATE SET sent_on = excluded.sent_on,"
                " extended_on = excluded.extended_on, answered_on = excluded.answered_on,"
                " answer = excluded.answer",
                letter.id,
                letter.provider_id,
                letter.account_id,
                letter.kind,
                letter.law,
                letter.lang,
                letter.stage,
                micros(letter.made_at),
                letter.record,
                letter.about,
                *(None if d is None else d.isoformat() for d in _days(letter)),
                letter.answer,
            )


def _days(letter: Letter) -> tuple[date | None, date | None, date | None]:
    return letter.sent_on, letter.extended_on, letter.answered_on


def _same(one: Letter, other: Letter) -> bool:
    neutral = replace(one, id="", made_at=other.made_at, record="", lang="")
    return neutral == replace(other, id="", record="", lang="", sent_on=None)


def _letter(row: Row) -> Letter:
    (
        identity,
        provider,
        account,
        kind,
        law,
        lang,
        stage,
        made,
        record,
        about,
        sent,
        extended,
        answered,
        answer,
    ) = row
    return Letter(
        id=identity,
        provider_id=provider,
        account_id=account,
        kind=kind,
        law=law,
        lang=lang,
        stage=stage,
        made_at=instant(made),
        record=record,
        about=about,
        sent_on=_day(sent),
        extended_on=_day(extended),
        answered_on=_day(answered),
        answer=answer,
    )


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
