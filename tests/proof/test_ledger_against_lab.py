"""From the files of random people alone: no false assurance, no unearned unknown, and the rules read once.

Everything goes the way that people go: files are imported by ``app.importing``, verdicts come from
``app.exposure``, which judges in bulk. The lab says what its training runs and its retention job really did.
"""

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from shutil import rmtree

import pytest

from tests.policy.knowledge import Knowledge
from tests.proof.people import People, people
from tests.proof.state import copied, imported, levels, services_in, told
from tests.proof.truth import by_conversation, earned, truth_of
from tests.sizes import SIZES
from withhold.app.bootstrap import Services
from withhold.app.ledger.exposure import exposure, ledger_of, row_of
from withhold.app.ledger.gone import Absences
from withhold.lab.retention import Purge
from withhold.lab.state import Conversation as LabConversation
from withhold.model.conversation import Conversation
from withhold.model.words import Effect
from withhold.policy.looks import look_for
from withhold.report.documents import ConversationRow

pytestmark = [pytest.mark.laws, pytest.mark.seeded]

CHUNK = 500
TRAINS = {Effect.TRAINS_EVEN_WHEN_OFF.value, Effect.TRAINS_NO_CONTROL.value}
CARVED = {"safety": "safety_flagged", "feedback": "feedback"}
ELEVEN_YEARS = timedelta(days=11 * 366)


def chunks() -> list[int]:
    """Numbers of the chunks of this tier."""
    return list(range(-(-SIZES.proof.conversations // CHUNK)))


@pytest.mark.parametrize("chunk", chunks())
def test_the_ledger_says_what_the_lab_did(
    chunk: int, seed: int, tmp_path: Path, soak_report: Callable[..., None]
) -> None:
    """For every level of evidence: what was open is never ruled out, every unknown is earned, what nobody
    told us of is carved out, clocks end no earlier than the lab's, and bulk and single judgement are one."""
    size = min(CHUNK, SIZES.proof.conversations)
    random = Random(f"{seed}/{chunk}")
    found = people(seed, chunk, size, tmp_path / "files")
    now = found.lab.now
    base = services_in(tmp_path / "base", now)
    imported(base, found, random.sample(found.written, len(found.written)))
    base.close()
    known = levels(found, random)
    rows: list[ConversationRow] = []
    figures: dict[str, object] = {"conversations": size}
    for level, knowledge in known.items():
        services = services_in(copied(tmp_path / "base", tmp_path / "copy"), now)
        complete = level == "full"

        def facts(_: LabConversation, *, complete: bool = complete) -> bool:
            return complete or random.random() < 0.5

        told(services, knowledge, found, facts=facts)
        counted = _judge_all(services, found, knowledge, rows, complete=complete)
        services.close()
        rmtree(tmp_path / "copy")
        figures |= {f"{level} unknown {when}": counted[f"unknown {when}"] for when in ("past", "future")} | {
            f"{level} judged": counted["judged"],
            f"{level} whole": counted["whole"],
        }
    soak_report(**figures)
    found.lab.advance(now + ELEVEN_YEARS)
    _nothing_outlives_its_clock(rows, by_conversation(found.lab.purges))


def _judge_all(
    services: Services,
    found: People,
    knowledge: list[Knowledge],
    seen: list[ConversationRow],
    *,
    complete: bool,
) -> Counter[str]:
    """Compares every conversation with the lab, and puts its row to those that were ``seen``."""
    now = found.lab.now
    rows = {r.id: r for r in exposure(services, as_of=now).conversations}
    judges, accounts = ledger_of(services, now)
    absences = Absences(accounts, services.store.sources())
    by_account = {t.account.id: t for t in knowledge if t.account is not None}
    looks = {
        a.id: look_for(services.store.setting_evidence(a.id), now, services.packs[a.provider_id], a).at
        for a in accounts
    }
    counted = Counter[str]()
    for stored in services.store.conversations():
        judged = judges.judge_one(stored)
        assert judged.account is not None
        alone = row_of(judged, absences.since(stored.sources, stored.conversation.kind, judged.account))
        row = rows.pop(stored.id)
        assert row == alone, "in bulk and alone"
        c, t, look = stored.conversation, by_account[judged.account.id], looks[judged.account.id]
        _against_lab(row, c, found, look, complete=complete, counted=counted)
        assert (row.past_exposure, row.future_eligibility) == earned(t, c, look), c.source_id
        seen.append(row)
    assert not rows
    assert counted["judged"] > 0
    return counted


def _against_lab(
    row: ConversationRow,
    c: Conversation,
    found: People,
    look: datetime,
    *,
    complete: bool,
    counted: Counter[str],
) -> None:
    truth = truth_of(found, c, look)
    counted["judged"] += 1
    counted["whole"] += truth.whole
    counted["unknown past"] += row.past_exposure == "unknown"
    counted["unknown future"] += row.future_eligibility == "unknown"
    assert not (truth.exposed and row.past_exposure == "not_exposed"), f"false assurance: {row}"
    assert not (truth.eligible and row.future_eligibility == "not_eligible"), f"false assurance: {row}"
    assert not (not truth.exposed and row.past_exposure == "exposed"), f"false alarm: {row}"
    carved = {carve.kind for carve in row.carve_outs if carve.effect in TRAINS}
    if truth.whole:
        assert {CARVED[cause] for cause in truth.hidden} <= carved
    if complete:
        assert row.past_exposure == ("exposed" if truth.exposed else "not_exposed")
        assert row.future_eligibility == ("eligible" if truth.eligible else "not_eligible")


def _nothing_outlives_its_clock(rows: list[ConversationRow], purges: dict[str, list[Purge]]) -> None:
    """What the retention job ended on some basis was over by the end that each row gives for it."""
    compared = 0
    for row in rows:
        ends = {clock.basis: clock.until for clock in row.clocks}
        for purge in purges.get(row.source_id, ()):
            until = ends.get(purge.basis)
            compared += until is not None
            assert until is None or purge.at <= until, (row, purge)
    assert compared
