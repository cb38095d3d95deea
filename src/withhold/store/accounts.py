"""Accounts, their plans and acceptances, and what is known of their settings."""

from withhold.model.account import Acceptance, Account, PlanPeriod, SettingEvidence
from withhold.model.columns import instant, micros
from withhold.model.words import Known, Setting
from withhold.store.codec import bounds, maybe_bounds, maybe_when, when
from withhold.store.sqlite import Database, Row
from withhold.support.errors import UsageProblem


class Accounts:
    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> tuple[Account, ...]:
        """All accounts by id."""
        rows = list(self._database.rows("SELECT id, provider_id, label, region FROM accounts ORDER BY id"))
        return tuple(self._account(row) for row in rows)

    def get(self, account_id: str) -> Account:
        """Raises ``UsageProblem`` if there is no such account."""
        row = self._database.first(
            "SELECT id, provider_id, label, region FROM accounts WHERE id = ?", account_id
        )
        if row is None:
            known = ", ".join(account.id for account in self.all()) or "none"
            raise UsageProblem(f"there is no account '{account_id}'", next_step=f"accounts known: {known}")
        return self._account(row)

    def save(self, account: Account) -> None:
        """Make the account, or make the one of this id what is given here, plans and acceptances included.

        Evidence of its settings stays.
        """
        with self._database.transaction():
            self._database.run(
                "INSERT INTO accounts (id, provider_id, label, region) VALUES (?, ?, ?, ?) ON CONFLICT (id)"
                " DO UPDATE SET provider_id = excluded.provider_id, label = excluded.label,"
                " region = excluded.region",
                account.id,
                account.provider_id,
                account.label,
                account.region,
            )
            for table in ("account_refs", "plan_periods", "acceptances"):
                self._database.run(f"DELETE FROM {table} WHERE account_id = ?", account.id)  # noqa: S608 - our words
            self._fill(account)

    def remove(self, account_id: str) -> None:
        """Forget the account with its plans, acceptances and settings; conversations stay."""
        self.get(account_id)
        with self._database.transaction():
            self._database.run("DELETE FROM accounts WHERE id = ?", account_id)

    def refs(self, account_id: str) -> tuple[str, ...]:
        """All names by which a conversation can belong to the account: its own id and those of exports."""
        return (account_id, *self.get(account_id).source_account_ids)

    def setting_evidence(self, account_id: str) -> tuple[SettingEvidence, ...]:
        """All evidence of the account's settings, by beginning and id."""
        rows = self._database.rows(
            "SELECT id, control_id, begins, ends, setting, known, record FROM setting_evidence"
            " WHERE account_id = ? ORDER BY begins, id",
            account_id,
        )
        return tuple(_setting(row) for row in rows)

    def add_setting_evidence(self, account_id: str, evidence: SettingEvidence) -> None:
        """Add evidence. The same again changes nothing; another one under a used id is a ``UsageProblem``:
        what was once seen is never rewritten.
        """
        self.get(account_id)
        with self._database.transaction():
            self._database.run(
                "INSERT OR IGNORE INTO setting_evidence"
                " (id, account_id, control_id, begins, ends, setting, known, record)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                evidence.id,
                account_id,
                evidence.control_id,
                micros(evidence.begins),
                micros(evidence.ends),
                evidence.setting,
                evidence.known,
                evidence.record,
            )
            if evidence not in self.setting_evidence(account_id):
                raise UsageProblem(f"there is other evidence with the id '{evidence.id}'")

    def _fill(self, account: Account) -> None:
        for ref in account.source_account_ids:
            self._database.run("INSERT INTO account_refs (account_id, ref) VALUES (?, ?)", account.id, ref)
        for plan in account.plans:
            self._database.run(
                "INSERT INTO plan_periods (id, account_id, tier, begins_earliest, begins_latest,"
                " ends_earliest, ends_latest, known) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                plan.id,
                account.id,
                plan.tier,
                *bounds(plan.begins),
                *maybe_bounds(plan.ends),
                plan.known,
            )
        for acceptance in account.acceptances:
            self._database.run(
                "INSERT INTO acceptances (id, account_id, earliest, latest, known) VALUES (?, ?, ?, ?, ?)",
                acceptance.id,
                account.id,
                *bounds(acceptance.when),
                acceptance.known,
            )

    def _account(self, row: Row) -> Account:
        account_id, provider_id, label, region = row
        plans = self._database.rows(
            "SELECT id, tier, begins_earliest, begins_latest, ends_earliest, ends_latest, known"
            " FROM plan_periods WHERE account_id = ? ORDER BY begins_earliest, id",
            account_id,
        )
        acceptances = self._database.rows(
            "SELECT id, earliest, latest, known FROM acceptances WHERE account_id = ? ORDER BY earliest, id",
            account_id,
        )
        refs = self._database.rows(
            "SELECT ref FROM account_refs WHERE account_id = ? ORDER BY rowid", account_id
        )
        return Account(
            id=account_id,
            provider_id=provider_id,
            label=label,
            region=region,
            plans=tuple(
                PlanPeriod(i, tier, when(b1, b2), maybe_when(e1, e2), Known(known))
                for i, tier, b1, b2, e1, e2, known in plans
            ),
            acceptances=tuple(Acceptance(i, when(a, b), Known(known)) for i, a, b, known in acceptances),
            source_account_ids=tuple(ref for (ref,) in refs),
        )


def _setting(row: Row) -> SettingEvidence:
    identity, control_id, begins, ends, setting, known, record = row
    return SettingEvidence(
        identity, control_id, instant(begins), instant(ends), Setting(setting), Known(known), record
    )
